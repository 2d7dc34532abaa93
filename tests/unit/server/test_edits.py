"""Laws of edits on the server: what applies, what merges, what clashes, what waits, what is refused."""

from __future__ import annotations

from sidumba_field.core.records import FeedKind, OpStatus, entry_hash
from tests.helpers.office import DESA_2, Office


def entries(office: Office, unit: str = "63.11.02.2005"):
    with office.database.read() as work:
        return work.feed.page(office.vid(unit), 0, 10_000_000)[0]


def test_a_first_edit_makes_a_draft_that_belongs_to_its_maker(office: Office) -> None:
    rid = office.new_id()
    answer = office.must(office.edit("petugas", rid, {"nama": "Keripik", "alamat": ""}))
    record = office.stored(rid)
    assert (answer.st, answer.rev, answer.seq) == (OpStatus.APPLIED, 1, 1)
    assert (record.state, record.owner) == ("draf", office.people["petugas"].id)
    assert record.fields == {"nama": "Keripik"}


def test_wrong_answers_are_stored_and_flagged_never_refused(office: Office) -> None:
    rid = office.new_id()
    answer = office.must(office.edit("petugas", rid, {"salah": "x"}))
    assert answer.flags == ("salah",)
    assert office.stored(rid).fields == {"salah": "x"}


def test_changes_of_different_fields_on_the_same_base_both_stand(office: Office) -> None:
    rid = office.new_id()
    office.must(office.edit("petugas", rid, {"nama": "A", "alamat": "B"}))
    office.must(office.edit("petugas", rid, {"nama": "A2"}, base=1))
    answer = office.do(office.edit("petugas", rid, {"alamat": "B2"}, base=1))
    assert (answer.st, answer.rev) == (OpStatus.MERGED, 3)
    assert office.stored(rid).fields == {"nama": "A2", "alamat": "B2"}


def test_a_clash_keeps_the_first_value_and_shows_the_second_as_proposal(office: Office) -> None:
    rid = office.new_id()
    office.must(office.edit("petugas", rid, {"nama": "A", "alamat": "B"}))
    office.must(office.edit("petugas", rid, {"nama": "A2"}, base=1))
    answer = office.do(office.edit("petugas", rid, {"nama": "A3", "alamat": "B3"}, base=1, was={"nama": "A"}))
    assert (answer.st, answer.rev, answer.conflicts) == (OpStatus.CONFLICT, 3, ("nama",))
    assert office.stored(rid).fields == {"nama": "A2", "alamat": "B3"}
    last = entries(office)[-1]
    assert (last.kind, last.rev, answer.seq) == (FeedKind.PROPOSAL, 3, last.seq)
    assert last.payload is not None
    assert (last.payload["set"], last.payload["was"], last.payload["reason"]) == (
        {"nama": "A3"},
        {"nama": "A"},
        "conflict",
    )


def test_a_merge_group_clashes_as_one(office: Office) -> None:
    rid = office.new_id()
    office.must(office.edit("petugas", rid, {"omzet/nilai": "1", "omzet/satuan": "bulan"}))
    office.must(office.edit("petugas", rid, {"omzet/nilai": "2"}, base=1))
    answer = office.do(office.edit("petugas", rid, {"omzet/nilai": "3", "omzet/satuan": "tahun"}, base=1))
    assert answer.conflicts == ("omzet/nilai", "omzet/satuan")
    assert office.stored(rid).fields == {"omzet/nilai": "2", "omzet/satuan": "bulan"}


def test_an_edit_that_arrives_after_handing_over_is_held_and_visible(office: Office) -> None:
    record = office.at_state("diajukan_kecamatan")
    answer = office.do(office.edit("petugas", record.rid, {"nama": "B"}, base=1))
    assert (answer.st, answer.rev) == (OpStatus.HELD, 1)
    assert office.stored(record.rid).fields == {"nama": "Keripik"}
    last = entries(office)[-1]
    assert last.kind is FeedKind.PROPOSAL
    assert last.payload is not None
    assert last.payload["reason"] == "held"


def test_somebody_elses_draft_is_not_mine_to_change(office: Office) -> None:
    office.hire("petugas_dua", "petugas", "63.11.02.2005")
    rid = office.new_id()
    office.must(office.edit("petugas", rid, {"nama": "A"}))
    answer = office.do(office.edit("petugas_dua", rid, {"nama": "B"}, base=1))
    assert (answer.st, answer.code, answer.params["guard"]) == (OpStatus.REJECTED, "op.guard", "own")


def test_a_role_that_never_enters_data_is_refused(office: Office) -> None:
    record = office.at_state("diajukan_kecamatan")
    answer = office.do(office.edit("admin_kecamatan", record.rid, {"nama": "B"}, base=1))
    assert (answer.st, answer.code) == (OpStatus.REJECTED, "op.wrong_role")


def test_another_village_is_refused_whatever_the_laptop_claims(office: Office) -> None:
    answer = office.do(office.edit("petugas", office.new_id(), {"nama": "A"}, vid=office.vid(DESA_2)))
    assert (answer.st, answer.code) == (OpStatus.REJECTED, "op.outside_area")
    foreign = office.at_state("draf", vid=office.vid(DESA_2))
    answer = office.do(office.edit("petugas", foreign.rid, {"nama": "A"}, base=1))
    assert (answer.st, answer.code) == (OpStatus.REJECTED, "op.outside_area")
    assert office.stored(foreign.rid).fields == {"nama": "Keripik"}


def test_somebody_who_never_signed_in_on_the_laptop_cannot_send_from_it(office: Office) -> None:
    op = office.edit("petugas", office.new_id(), {"nama": "A"}).with_(by=office.new_id())
    assert office.do(op).code == "op.wrong_device"


def test_an_unknown_form_version_waits_and_is_taken_once_it_is_known(office: Office) -> None:
    op = office.edit("petugas", office.new_id(), {"nama": "A"}, form_v="99")
    for _ in range(2):
        answer = office.do(op)
        assert (answer.st, answer.code) == (OpStatus.RETRY, "op.unknown_form")
        assert answer.params == {"form": op.form, "version": "99"}
    # The answer was not its last word: the very same op is judged again, here under a version the server knows.
    assert office.do(op.with_(form_v="1")).st is OpStatus.APPLIED


def test_a_removed_row_takes_its_cells_along(office: Office) -> None:
    rid = office.new_id()
    office.must(office.edit("petugas", rid, {"produk[a]": "1", "produk[a]/nama": "Keripik"}))
    office.must(office.edit("petugas", rid, {"produk[a]": None}, base=1))
    assert office.stored(rid).fields == {}


def test_the_chain_holds_and_tells_the_whole_story(office: Office) -> None:
    rid = office.new_id()
    office.must(office.edit("petugas", rid, {"nama": "A", "alamat": "B"}))
    office.must(office.edit("petugas", rid, {"nama": "A2", "alamat": None}, base=1))
    found = entries(office)
    assert [e.seq for e in found] == [1, 2]
    assert all(entry_hash(e) == e.hash for e in found)
    assert found[1].prev == found[0].hash
    assert [e.payload["set"] for e in found if e.payload] == [
        {"nama": "A", "alamat": "B"},
        {"nama": "A2", "alamat": None},
    ]
