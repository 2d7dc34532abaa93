"""Laws against a laptop that lies: what it may not make, name, learn or break, whatever it sends."""

from __future__ import annotations

from typing import Any

import pytest

from server_stub.workflow.service import Sender
from sidumba_field.core.records import OpAnswer, OpKind, OpStatus, content_sha256
from tests.helpers.office import DESA, KECAMATAN, PROGRAM, Office

SHA = "ab" * 32


def item(office: Office, **changes: Any) -> dict[str, Any]:
    """A good edit as it travels, with any of its members replaced."""
    return {**office.edit("petugas", office.new_id(), {"nama": "Keripik"}).payload(), **changes}


def answer(office: Office, raw: dict[str, Any]) -> OpAnswer:
    return office.service.receive([raw], office.sender)[0]


def refused(given: OpAnswer) -> tuple[OpStatus, str]:
    return given.st, given.code


MALFORMED = (OpStatus.REJECTED, "op.malformed")


# ---------------------------------------------------------------------------------------------- content past the form


def test_a_record_is_never_made_by_a_step_that_passes_the_form_by(office: Office) -> None:
    rid = office.new_id()
    label = {"label": "tanpa formulir"}
    step = office.op(
        OpKind.TRANSITION,
        "petugas",
        rid,
        command="buat",
        expect_state="-",
        form="",
        form_v="",
        set=label,
        content_sha256=content_sha256("", "", label),
    )
    assert refused(office.do(office.signed(step, "petugas"))) == MALFORMED
    assert office.record(rid) is None


def test_a_step_called_ubah_does_not_count_a_revision(office: Office) -> None:
    record = office.at_state("draf")
    assert refused(office.do(office.step("petugas", record.rid, "ubah"))) == MALFORMED
    assert office.stored(record.rid) == record


@pytest.mark.parametrize("subject", ["batch", "period", "kantor", ""])
def test_an_edit_makes_nothing_but_what_the_table_lets_people_make(office: Office, subject: str) -> None:
    rid = office.new_id()
    for unit in (DESA, KECAMATAN):
        op = office.edit("admin_desa", rid, {"label": "2026"}, subject=subject, vid=office.vid(unit))
        assert office.do(op).st is OpStatus.REJECTED
    assert office.record(rid) is None


def test_a_known_id_is_not_taken_over_by_another_subject_or_scope(office: Office) -> None:
    office.must(office.open_period())
    record = office.at_state("diajukan_kecamatan")
    for changes in (
        {
            "subject": "batch",
            "vid": office.vid(KECAMATAN),
            "expect_state": "tervalidasi",
            "command": "laporkan",
        },
        {"subject": "period", "vid": office.vid("63.11"), "expect_state": "-", "command": "buka"},
        {"vid": office.vid(KECAMATAN)},
    ):
        members = ({"rid": record.rid, "vid": record.vid, "rev": 1, "sha": record.content_sha256},)
        step = office.step("verifikator_kabupaten", record.rid, "verifikasi", members=members).with_(
            **changes
        )
        assert office.do(office.signed(step, "verifikator_kabupaten")).code == "op.outside_area"
    assert office.stored(record.rid) == record


def test_a_record_is_handed_only_to_somebody_who_may_go_on_with_it(office: Office) -> None:
    record = office.at_state("dikembalikan_desa")
    for name in ("kepala_dinas", "admin_kecamatan"):
        op = office.step(
            "admin_desa", record.rid, "teruskan_petugas", remark="x", assignee=office.people[name].id
        )
        assert refused(office.do(op)) == MALFORMED
    assert office.stored(record.rid) == record


# ---------------------------------------------------------------------------------------------- texts that break


@pytest.mark.parametrize(
    "changes",
    [
        {"set": {"nama": "a\x00b"}},
        {"set": {"\x00": "a"}},
        {"set": {"\ud800": 5}},
        {"set": {"nama": "\ud800"}},
        {"set": {"nama\n": "a"}},
        {"set": {"../../etc/passwd": "a"}},
        {"set": {"@state\n": "disahkan"}},
        {"set": {"@period": "x" * 61}},
        {"set": {"nama": "a" * 20_001}},
        {"set": {f"f{n}": "1" for n in range(5_001)}},
        {"program": "sidumba\x00"},
        {"form": "umkm\ud800"},
        {"vid": "\x00"},
        {"rid": "\ud800"},
        {"by": None},
        {"dseq": 2**53 + 1},
        {"dseq": 2**80},
        {"base_rev": -1},
        {"base_rev": 1.5},
        {"at": "kemarin"},
        {"at": "0001-01-01T00:00:00.000Z"},
        {"at": "2026-11-21T04:00:00.000"},
        {"at": "2026-13-41T04:00:00.000Z"},
        {"members": [{"rid": 1}]},
    ],
)
def test_what_no_table_or_screen_can_hold_is_refused_for_good(
    office: Office, changes: dict[str, Any]
) -> None:
    """``retry`` here would come back for ever and stop its neighbours (spec/sync.md failure 9)."""
    raw = item(office, **changes)
    first = answer(office, raw)
    assert refused(first) == MALFORMED
    assert first.params["field"].isascii()
    assert answer(office, raw) == first


def test_an_op_nested_beyond_reading_is_refused_alone(office: Office) -> None:
    deep: Any = "x"
    for _ in range(970):
        deep = {"op": deep}
    good = office.edit("petugas", office.new_id(), {"nama": "A"})
    given = office.service.receive([{"op": deep}, good.payload()], office.sender)
    assert [one.st for one in given] == [OpStatus.REJECTED, OpStatus.APPLIED]


def test_the_longest_names_a_record_may_carry_fit_into_every_index(office: Office) -> None:
    wild = "".join(chr(0x4E00 + (n * 7919) % 20_000) for n in range(20_000))
    rid = office.new_id()
    office.must(office.edit("petugas", rid, {"nama": wild, "@period": wild[:60]}))
    assert office.stored(rid).period == wild[:60]


def test_a_file_name_that_is_none_is_never_linked_and_never_whole(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    wild = "".join(chr(0x4E00 + (n * 7919) % 20_000) for n in range(20_000))
    judge = office.rules.judge

    def all_are_files(form: str, version: str, fields: dict[str, str]) -> Any:
        found = judge(form, version, fields)
        return type(found)(
            found.errors, found.unexplained, tuple(v for p, v in fields.items() if p == "foto")
        )

    monkeypatch.setattr(office.rules, "judge", all_are_files)
    for name in (wild, f"{SHA}.jpg/../../x", f"{SHA}\n.jpg", "foto.jpg"):
        rid = office.new_id()
        office.must(office.edit("petugas", rid, {"foto": name}))
        for by, command in (
            ("petugas", "serahkan"),
            ("admin_desa", "pilah_lengkap"),
            ("admin_desa", "ajukan_kecamatan"),
        ):
            office.must(office.step(by, rid, command))
        given = office.do(office.step("admin_kecamatan", rid, "verifikasi"))
        assert given.params["guard"] == "attachments_complete"


# ---------------------------------------------------------------------------------------------- who it comes from


def test_meta_fields_are_answers_and_never_the_record_itself(office: Office) -> None:
    rid = office.new_id()
    claim = {"@state": "disahkan", "@owner": "siapa", "@rev": "99", "@authors": ""}
    office.must(office.edit("petugas", rid, {"nama": "A", **claim, "@period": "2026"}))
    office.must(office.edit("petugas", rid, {"@period": "2025"}, base=1))
    record = office.stored(rid)
    assert (record.state, record.owner, record.rev) == ("draf", office.people["petugas"].id, 2)
    assert (record.period, record.authors) == ("2026", frozenset({office.people["petugas"].id}))


def test_a_person_of_another_laptop_or_a_laptop_without_people_sends_nothing(office: Office) -> None:
    op = office.edit("petugas", office.new_id(), {"nama": "A"})
    given = office.service.receive([op.payload()], Sender(office.new_id(), frozenset()))[0]
    assert given.code == "op.wrong_device"


def test_the_head_of_another_kabupaten_signs_nothing_here(office: Office) -> None:
    with office.database.write() as work:
        work.scopes.put_units({"63.1": "Lain", "63.12": "Lain juga"})
        work.scopes.ensure(PROGRAM, "63.1")
    for unit in ("63.1", "63.12"):
        name = f"kadis {unit}"
        office.hire(name, "kepala_dinas", unit)
        record = office.at_state("tervalidasi")
        report = office.batch("verifikator_kabupaten", "laporkan", [record.rid])
        office.must(report)
        assert office.do(office.step(name, report.rid, "sahkan")).code == "op.outside_area"


# ---------------------------------------------------------------------------------------------- erasure


def test_an_unreadable_op_about_a_person_is_erased_with_his_record(office: Office) -> None:
    rid = office.new_id()
    office.must(office.edit("petugas", rid, {"nama": "A"}))
    raw = item(office, rid=rid, set={"pemilik/nik": "6311020101900001"}, at="kemarin")
    assert refused(answer(office, raw)) == MALFORMED
    office.service.erase(rid, "permintaan")
    with office.database.engine.connect() as connection:
        kept = connection.exec_driver_sql("SELECT body FROM op").scalars().all()
    assert not any("6311020101900001" in body for body in kept)
