"""Laws of what waits beside a record: who decides on it, exactly what goes in, and what a forged client cannot do."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.records import FeedKind, Op, OpAnswer, OpStatus, Record
from sidumba_field.core.workflow import Workflow
from sidumba_field.core.workflow.proposals import Settling, Waiting, at_desk, desk_roles, is_settling, settle
from tests.helpers.office import DESA, DESA_2, OWN_GUARDS, Office, oracle

WORKFLOW = Workflow.from_rows(oracle(), OWN_GUARDS)


def held(office: Office, state: str = "diajukan_kecamatan", **change: str) -> tuple[Record, Op]:
    """A record on somebody's desk, and a late edit of its enumerator that waits beside it."""
    record = office.at_state(state)
    late = office.edit(
        "petugas", record.rid, change or {"nama": "Keripik Singkong", "alamat": "RT 2"}, base=1
    )
    assert office.do(late).st is OpStatus.HELD
    return record, late


def decide(office: Office, by: str, record: Record, op: Op, word: str = "taken", **values: Any) -> Op:
    taken = dict(op.set) if word == "taken" else {}
    change = {f"@settled/{op.op}": word, **taken, **values}
    return office.edit(by, record.rid, change, base=office.stored(record.rid).rev)


def refused(office: Office, op: Op, code: str, record: Record) -> OpAnswer:
    """The op is refused with ``code`` and nothing of it is stored in the record."""
    answer = office.do(op)
    assert (answer.code, answer.st in (OpStatus.REJECTED, OpStatus.CONFLICT)) == (code, True), answer
    assert office.stored(record.rid).fields == record.fields
    return answer


def test_who_takes_a_value_is_not_its_author_and_may_still_verify(office: Office) -> None:
    record, late = held(office)
    office.must(decide(office, "admin_kecamatan", record, late))
    after = office.stored(record.rid)
    assert after.fields["nama"] == "Keripik Singkong"
    assert after.authors == {office.people["petugas"].id}
    assert (after.state, after.rev) == (record.state, 2)
    office.must(office.step("admin_kecamatan", record.rid, "verifikasi"))


def test_a_colleague_whose_value_is_taken_becomes_an_author(office: Office) -> None:
    office.hire("petugas_dua", "petugas", DESA)
    record = office.at_state("diajukan_kecamatan")
    late = office.edit("petugas_dua", record.rid, {"nama": "B"}, base=1)
    assert office.do(late).st is OpStatus.HELD
    office.must(decide(office, "admin_kecamatan", record, late))
    both = {office.people["petugas"].id, office.people["petugas_dua"].id}
    assert office.stored(record.rid).authors == both


def test_a_value_that_is_left_changes_nothing_but_is_decided(office: Office) -> None:
    record, late = held(office)
    office.must(decide(office, "admin_kecamatan", record, late, "kept"))
    after = office.stored(record.rid)
    assert after.fields == {**record.fields, f"@settled/{late.op}": "kept"}
    assert after.authors == record.authors
    with office.database.read() as work:
        entry = work.feed.history(record.rid)[-1]
    assert entry.kind is FeedKind.EDIT
    assert entry.payload is not None
    assert (entry.payload["command"], entry.payload["authors_add"]) == ("putuskan_usulan", "")


def test_what_was_seen_before_a_decision_is_stale_after_it(office: Office) -> None:
    record, late = held(office)
    verify = office.step("admin_kecamatan", record.rid, "verifikasi")
    office.must(decide(office, "admin_kecamatan", record, late))
    assert office.do(verify).code == "op.stale_review"


@pytest.mark.parametrize(
    "by", ["petugas", "admin_desa", "verifikator_kabupaten", "kepala_dinas", "operator_server"]
)
@pytest.mark.parametrize("word", ["taken", "kept"])
def test_nobody_decides_at_another_desk(office: Office, by: str, word: str) -> None:
    """Who could only take the record back does not have it: neither its village nor its enumerator decides."""
    record, late = held(office)
    refused(office, decide(office, by, record, late, word), "op.wrong_role", record)


def test_the_unit_of_a_settler_is_the_stored_one(office: Office) -> None:
    office.hire("camat_lain", "admin_kecamatan", "63.11.05")
    record, late = held(office)
    refused(office, decide(office, "camat_lain", record, late), "op.outside_area", record)
    forged = decide(office, "admin_kecamatan", record, late).with_(vid=office.vid(DESA_2))
    refused(office, forged, "op.outside_area", record)


@pytest.mark.parametrize(
    "bent", [{"nama": "Emas"}, {"alamat": None}, {"omzet/nilai": "1"}, {"@reason/nama": "x"}]
)
def test_taking_means_exactly_the_waiting_values(office: Office, bent: dict[str, Any]) -> None:
    record, late = held(office)
    refused(office, decide(office, "admin_kecamatan", record, late, **bent), "op.proposal_mismatch", record)


def test_a_part_of_what_waits_goes_in_when_it_is_called_so(office: Office) -> None:
    """A reviewer decides field by field; the one who typed it is the author of what goes in."""
    record, late = held(office)
    op = decide(office, "admin_kecamatan", record, late, "part", nama="Keripik Singkong")
    office.must(op)
    after = office.stored(record.rid)
    assert after.fields["nama"] == "Keripik Singkong"
    assert after.fields.get("alamat") == record.fields.get("alamat")
    assert after.fields[f"@settled/{late.op}"] == "part"
    assert after.authors == {office.people["petugas"].id}


@pytest.mark.parametrize(
    "values",
    [
        {},
        {"nama": "Emas"},
        {"nama": "Keripik Singkong", "alamat": "RT 2"},
        {"omzet/nilai": "5"},
        {"nama": "Keripik Singkong", "hp": "08"},
    ],
)
def test_a_part_is_whole_units_of_what_waits_and_not_all_of_it(
    office: Office, values: dict[str, str]
) -> None:
    if "omzet/nilai" in values:
        record, late = held(office, **{"omzet/nilai": "5", "omzet/satuan": "kg", "nama": "Keripik Singkong"})
    else:
        record, late = held(office)
    op = decide(office, "admin_kecamatan", record, late, "part", **values)
    refused(office, op, "op.proposal_mismatch", record)


def test_a_row_taken_away_meanwhile_comes_back_whole_with_the_late_answer_in_it(office: Office) -> None:
    """The same person on two laptops, as the records of a village are entered."""
    rid = office.new_id()
    begun = {"produk[a]": "1", "produk[a]/nama": "Keripik", "produk[a]/harga": "5", "nama": "Siti"}
    office.must(office.edit("admin_desa", rid, begun))
    office.must(
        office.edit(
            "admin_desa", rid, {"produk[a]": None, "produk[a]/nama": None, "produk[a]/harga": None}, 1
        )
    )
    late = office.edit("admin_desa", rid, {"produk[a]/harga": "7"}, base=1)
    assert office.do(late).conflicts == ("produk[a]/harga",)
    taken = {f"@settled/{late.op}": "taken", "produk[a]/harga": "7"}
    office.must(office.edit("admin_desa", rid, taken, base=2))
    after = office.stored(rid)
    assert {path: value for path, value in after.fields.items() if path.startswith("produk")} == {
        "produk[a]": "1",
        "produk[a]/nama": "Keripik",
        "produk[a]/harga": "7",
    }
    with office.database.read() as work:
        entry = work.feed.history(rid)[-1]
    assert entry.payload is not None
    assert entry.payload["set"]["produk[a]/nama"] == "Keripik", "laptops learn the whole row"


def test_half_of_the_waiting_values_is_not_them(office: Office) -> None:
    record, late = held(office)
    half = {f"@settled/{late.op}": "taken", "nama": "Keripik Singkong"}
    op = office.edit("admin_kecamatan", record.rid, half, base=1)
    refused(office, op, "op.proposal_mismatch", record)


def test_what_does_not_wait_here_is_not_decided_here(office: Office) -> None:
    record, _ = held(office)
    _, elsewhere = held(office)
    refused(office, decide(office, "admin_kecamatan", record, elsewhere), "op.proposal_mismatch", record)
    made_up = elsewhere.with_(op=office.new_id())
    refused(
        office, decide(office, "admin_kecamatan", record, made_up, "kept"), "op.proposal_mismatch", record
    )


def test_another_word_is_no_decision(office: Office) -> None:
    record, late = held(office)
    op = office.edit("admin_kecamatan", record.rid, {f"@settled/{late.op}": "mungkin"}, base=1)
    refused(office, op, "op.malformed", record)


def test_a_decision_counts_once_and_the_first_one_stands(office: Office) -> None:
    record, late = held(office)
    first = decide(office, "admin_kecamatan", record, late, "kept")
    assert office.must(first) == office.do(first)
    second = decide(office, "admin_kecamatan", record, late)
    assert office.do(second).code == "op.stale_review"
    assert office.stored(record.rid).fields["nama"] == "Keripik"
    assert office.do(first.with_(set={f"@settled/{late.op}": "taken"})).code == "op.id_reused"


def test_a_value_changed_since_the_settler_looked_is_looked_at_again(office: Office) -> None:
    record, late = held(office, "dikembalikan_desa", nama="B")
    old = decide(office, "admin_desa", record, late)
    office.must(office.edit("admin_desa", record.rid, {"nama": "C"}, base=1))
    answer = office.do(old)
    assert (answer.st, answer.code) == (OpStatus.CONFLICT, "op.stale_review")
    assert office.stored(record.rid).fields["nama"] == "C"


@pytest.mark.parametrize("state", ["tervalidasi", "dilaporkan", "disahkan", "tidak_berlaku"])
def test_what_is_on_no_desk_waits_until_the_next_period(office: Office, state: str) -> None:
    record, late = held(office, state)
    for by in ("verifikator_kabupaten", "kepala_dinas"):
        refused(office, decide(office, by, record, late, "kept"), "op.not_allowed", record)


def test_a_role_that_types_here_may_take_and_type_at_once(office: Office) -> None:
    record, late = held(office, "dikembalikan_desa", nama="B")
    op = decide(office, "admin_desa", record, late, alamat="RT 9")
    office.must(op)
    after = office.stored(record.rid)
    assert after.fields["alamat"] == "RT 9"
    assert office.people["admin_desa"].id in after.authors


def test_a_signed_off_content_hash_never_moves(office: Office) -> None:
    record, late = held(office, "disahkan")
    before = office.stored(record.rid).content_sha256
    for by in office.people:
        for word in ("taken", "kept"):
            office.do(decide(office, by, record, late, word))
    assert office.stored(record.rid).content_sha256 == before


# ---------------------------------------------------------------------------------------------------- the pure rule

STATES = [state for state in WORKFLOW.states("record") if state != "-"]


def imagined(state: str, owner: str = "ani", **changes: Any) -> Record:
    given: dict[str, Any] = {"fields": {"a": "1"}, "field_revs": {"a": 1}, **changes}
    return Record("r", "v", "p", "record", "f", "1", state, 3, owner=owner, **given)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("role", WORKFLOW.roles)
def test_a_desk_is_where_a_role_has_a_step_that_is_not_taking_back(state: str, role: str) -> None:
    rows = [
        row for row in WORKFLOW.transitions if (row.subject, row.state, row.role) == ("record", state, role)
    ]
    types = any(row.command == "ubah" for row in rows)
    forward = [row for row in rows if types or not row.command.startswith("tarik")]
    assert (role in desk_roles(WORKFLOW, "record", state)) == bool(forward)
    mine, others = imagined(state, "ani"), imagined(state, "budi")
    assert (role in at_desk(WORKFLOW, mine, "ani", [role])) == bool(forward)
    open_to_all = [row for row in forward if "own" not in row.guards]
    assert (role in at_desk(WORKFLOW, others, "ani", [role])) == bool(open_to_all)


values = st.dictionaries(st.sampled_from("abc"), st.none() | st.sampled_from(["1", "2"]), min_size=1)


@given(values, values, st.integers(0, 3))
def test_only_exactly_the_waiting_values_are_ever_written(
    waiting: dict[str, str | None], sent: dict[str, str | None], base: int
) -> None:
    record = imagined("diajukan_kecamatan", field_revs={"a": 2})
    known = {"p1": Waiting("p1", "budi", waiting)}
    change = {"@settled/p1": "taken", **sent}
    assert is_settling(change)
    same = {p: v or "" for p, v in sent.items()} == {p: v or "" for p, v in waiting.items()}
    code, found = outcome(record, change, known, base)
    if found is None:
        assert code == "op.stale_review" if same else code in ("op.proposal_mismatch", "op.stale_review")
        assert code != "op.stale_review" or base < 2
    else:
        assert same
        assert (dict(found.change), found.author) == (change, "budi")


def outcome(
    record: Record, change: dict[str, str | None], known: dict[str, Waiting], base: int
) -> tuple[str, Settling | None]:
    """The code of the refusal, or what was settled."""
    try:
        return "", settle(WORKFLOW, record, "siti", ["admin_kecamatan"], change, known, base)
    except SidumbaError as error:
        return error.code, None


def test_two_values_are_not_taken_at_once() -> None:
    known = {name: Waiting(name, "budi", {"a": "2"}) for name in ("p1", "p2")}
    change = {"@settled/p1": "taken", "@settled/p2": "taken", "a": "2"}
    with pytest.raises(SidumbaError, match=r"op\.malformed"):
        settle(WORKFLOW, imagined("diajukan_kecamatan"), "siti", ["admin_kecamatan"], change, known, 3)
    one = {"@settled/p1": "taken", "@settled/p2": "kept", "a": "2"}
    found = settle(WORKFLOW, imagined("diajukan_kecamatan"), "siti", ["admin_kecamatan"], one, known, 3)
    assert found.author == "budi"


def test_a_typist_does_not_take_his_own_value_where_he_may_not_type() -> None:
    record = imagined("terverifikasi_kecamatan")
    known = {"p1": Waiting("p1", "siti", {"a": "2"})}
    change = {"@settled/p1": "taken", "a": "2"}
    with pytest.raises(SidumbaError, match=r"op\.wrong_role"):
        settle(WORKFLOW, record, "siti", ["admin_kecamatan"], change, known, 3)
