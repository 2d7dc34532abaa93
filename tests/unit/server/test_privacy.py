"""Rights of persons on the server: requests with a clock, retention that waits for a decision, a lost laptop."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from importlib import import_module
from pathlib import Path

import pytest
from openpyxl import load_workbook

from server_stub.api.deps import Server
from server_stub.app import build_server
from server_stub.cli import main
from server_stub.publishing.losses import loss_of
from server_stub.settings import Settings
from server_stub.store.accesses import Access
from server_stub.store.audit import audit
from server_stub.store.feed import Draft
from server_stub.store.requests import DataRequest, Wish
from server_stub.workflow.retention import Period, carry_out, decide, propose, still_due
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.records import FeedKind, Record
from sidumba_field.core.time import FixedClock, iso
from tests.helpers.office import DESA, DESA_2, NOON, PROGRAM, ROLES, Office
from tests.helpers.papers import read
from tests.helpers.server import CHEAP

CLOSED = Period(PROGRAM, 5, ("disahkan", "tidak_berlaku"))
LONG_AGO = "2020-03-01T02:00:00.000Z"
SECRET = "Bu Siti Rahasia"


def told(office: Office, state: str = "disahkan", at: str = LONG_AGO, **changes: object) -> Record:
    """A stored record with its entry, closed at ``at``."""
    record = replace(office.imagine(state, **changes), changed_at=at, created_at=at)
    with office.database.write() as work:
        work.records.add(record)
        work.feed.append([entry_of(record)], at)
    return record


def entry_of(record: Record) -> Draft:
    """The entry by which a record came to be as it stands."""
    said = {"command": "buat", "program": record.program, "subject": "record", "form": record.form}
    said |= {
        "form_v": record.form_v,
        "set": dict(record.fields),
        "state": record.state,
        "owner": record.owner,
    }
    said |= {"period": record.period, "authors_add": next(iter(record.authors), ""), "by_name": "", "at": ""}
    return Draft(record.vid, record.rid, record.rev, FeedKind.EDIT, "", "", {**said, "flags": []})


# ---- retention


def test_only_closed_records_whose_time_is_over_are_proposed(office: Office) -> None:
    old, void = told(office), told(office, "tidak_berlaku")
    told(office, at=iso(NOON - timedelta(days=300)))
    told(office, "terpilah")
    with office.database.write() as work:
        proposal = propose(work, CLOSED, office.clock)
    assert proposal is not None
    assert {one.rid for one in proposal.members} == {old.rid, void.rid}


def test_a_case_that_is_open_in_any_way_is_not_proposed(office: Office) -> None:
    continued, asked, free = told(office), told(office), told(office)
    told(office, "draf", fields={"nama": "baru", "@continues": continued.rid})
    ask(office, asked, Wish.CORRECT)
    with office.database.write() as work:
        proposal = propose(work, CLOSED, office.clock)
    assert proposal is not None
    assert [one.rid for one in proposal.members] == [free.rid]


def test_nothing_is_destroyed_without_a_decision_and_nothing_twice(office: Office) -> None:
    told(office)
    with office.database.write() as work:
        proposal = propose(work, CLOSED, office.clock)
        assert proposal is not None
        with pytest.raises(SidumbaError, match=r"retention\.undecided"):
            still_due(work, proposal.number, CLOSED)
        decide(work, proposal.number, "Kepala Dinas", "SK 1", iso(NOON))
        with pytest.raises(SidumbaError, match=r"retention\.decided"):
            decide(work, proposal.number, "Orang lain", "SK 2", iso(NOON))
    assert destroy(office, proposal.number) == (1, 0)
    with office.database.read() as work, pytest.raises(SidumbaError, match=r"retention\.done"):
        still_due(work, proposal.number, CLOSED)
    with office.database.read() as work, pytest.raises(SidumbaError, match=r"retention\.unknown"):
        still_due(work, 99, CLOSED)


def test_a_program_that_names_no_time_destroys_nothing(office: Office) -> None:
    with office.database.write() as work, pytest.raises(SidumbaError, match=r"retention\.no_period"):
        propose(work, replace(CLOSED, years=0), office.clock)


def destroy(office: Office, number: int) -> tuple[int, int]:
    """Carry a decided proposal out; return how many went and stayed."""
    with office.database.read() as work:
        proposal, held = still_due(work, number, CLOSED)
    carried, _ = carry_out(proposal, held, lambda rid: office.service.erase(rid, "retention"), iso(NOON))
    with office.database.write() as work:
        work.destructions.save(carried)
    return sum(not one.kept for one in carried.members), sum(bool(one.kept) for one in carried.members)


def test_what_moved_or_was_asked_about_since_stays_and_the_chain_verifies(office: Office) -> None:
    moved, asked, gone = told(office), told(office), told(office)
    with office.database.write() as work:
        proposal = propose(work, CLOSED, office.clock)
        assert proposal is not None
        decide(work, proposal.number, "Kepala Dinas", "SK 1", iso(NOON))
    office.must(office.edit("admin_desa", office.new_id(), {"nama": "lain"}))
    with office.database.write() as work:
        again = work.records.lock(moved.rid)
        assert again is not None
        later = replace(again, rev=2, fields={**again.fields, "nama": "lain"}, field_revs={"nama": 2})
        work.feed.append([entry_of(later)], iso(NOON))
        work.records.save(later)
    ask(office, asked, Wish.EXPORT)
    assert destroy(office, proposal.number) == (1, 2)
    assert office.stored(gone.rid).fields == {}
    assert office.stored(moved.rid).fields == {"nama": "lain"}
    assert audit(office.database).faults == ()


# ---- requests


def ask(office: Office, record: Record, kind: Wish) -> DataRequest:
    now = office.clock.now()
    wanted = DataRequest(
        office.new_id(), 0, kind, record.rid, SECRET, "", iso(now), iso(now + timedelta(hours=72))
    )
    with office.database.write() as work:
        return work.requests.add(wanted)


def test_requests_are_counted_and_closed_once(office: Office) -> None:
    record = told(office)
    first, second = ask(office, record, Wish.EXPORT), ask(office, record, Wish.ERASE)
    assert (first.number, second.number) == (1, 2)
    with office.database.write() as work:
        assert work.requests.close(1, iso(NOON), "done", "diberikan")
        assert not work.requests.close(1, iso(NOON), "done", "lagi")
        assert work.requests.open_about(record.rid)
        assert [one.number for one in work.requests.all()] == [2, 1]


# ---- a lost laptop


def test_what_a_laptop_could_read_at_any_time_lay_on_it(office: Office) -> None:
    here, beside = told(office), told(office, vid=office.vid(DESA_2))
    later = told(office, at=iso(NOON + timedelta(days=9)))
    with office.database.write() as work:
        for role, unit in ROLES.items():
            if unit != DESA:
                work.people.end_grants(
                    office.people[role].id, role, PROGRAM, unit, "2020-01-01T00:00:00.000Z"
                )
        device = work.devices.get(office.device)
        assert device is not None
        lay = {one.rid for one in loss_of(work, {PROGRAM: office.rules}, device).records}
    assert here.rid in lay
    assert beside.rid not in lay
    assert later.rid not in lay


def test_specific_answers_are_counted_apart_and_own_work_counts_always(office: Office) -> None:
    plain, secret = told(office), told(office, fields={"nama": "x", "rahasia": "y"})
    sent = office.new_id()
    office.must(office.edit("petugas", sent, {"nama": "dikirim"}))
    with office.database.read() as work:
        device = work.devices.get(office.device)
        assert device is not None
        found = loss_of(work, {PROGRAM: office.rules}, device)
    assert {one.rid: one.specific for one in found.records} == {
        plain.rid: False,
        secret.rid: True,
        sent: False,
    }
    assert found.by_unit() == {(PROGRAM, DESA): (3, 1)}


# ---- the operator's commands, with the real program and its papers


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    made = build_server(Settings(tmp_path_factory.mktemp("srv"), argon=CHEAP), FixedClock(NOON))
    yield made
    made.database.close()


@pytest.fixture
def operator(server: Server, monkeypatch: pytest.MonkeyPatch) -> Server:
    for name in ("requests", "retention", "losing", "watching"):
        monkeypatch.setattr(import_module(f"server_stub.cli.{name}"), "built", lambda data: server)
    return server


def said(capsys: pytest.CaptureFixture[str], *words: str) -> str:
    """Run one command and return what it said."""
    with pytest.raises(SystemExit) as ended:
        main([words[0], *words[1:], "--data", "."])
    out = capsys.readouterr()
    assert ended.value.code == 0, out.err
    return out.out


def settle(server: Server, state: str = "disahkan") -> Record:
    """A business of the real form in the real program's village."""
    program = next(iter(server.programs))
    form = next(iter(server.programs[program].versions))
    version = server.programs[program].versions[form][-1]
    with server.database.write() as work:
        vid = work.scopes.ensure(program, DESA)
        rid = f"0192ab00-0000-7000-8000-{work.records.count():012d}"
        fields = {
            "usaha/nama": "Keripik",
            "pemilik/nama": SECRET,
            "usaha/omzet": "45000000",
            "pendataan/dijawab": "ya",
        }
        record = Record(
            rid=rid, vid=vid, program=program, subject="record", form=form, form_v=version, state=state, rev=1,
            fields=fields, field_revs=dict.fromkeys(fields, 1), period="2020", created_at=LONG_AGO, changed_at=LONG_AGO,
        )  # fmt: skip
        work.records.add(record)
        work.feed.append([entry_of(record)], LONG_AGO)
    return record


def words_of(path: Path) -> str:
    return " ".join(" ".join(read(path.read_bytes())).split())


def test_a_request_for_a_copy_gives_json_and_pdf(
    operator: Server, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    record = settle(operator)
    with operator.database.write() as work:
        work.accesses.keep([Access("d", "i", 1, "2026-11-20", "", "view", record.rid, "", {}, "")])
    added = said(capsys, "request", "add", "--kind", "export", "--record", record.rid, "--name", SECRET)
    assert "3x24" in added
    number = added.split("nomor ")[1].split()[0]
    said(capsys, "request", "export", number, "--out", str(tmp_path))
    raw = json.loads((tmp_path / f"salinan-data-{int(number):04d}.json").read_text(encoding="utf-8"))
    assert raw["answers"]["pemilik/nama"] == SECRET
    assert raw["history"][0]["what"]["set"]["usaha/omzet"] == "45000000"
    assert [one["event"] for one in raw["accesses"]] == ["view"]
    assert SECRET in words_of(tmp_path / f"salinan-data-{int(number):04d}.pdf")
    assert "selesai" in said(capsys, "request", "list")
    assert "export" in said(capsys, "access", "--record", record.rid)


def test_a_request_for_erasure_erases(operator: Server, capsys: pytest.CaptureFixture[str]) -> None:
    record = settle(operator)
    added = said(capsys, "request", "add", "--kind", "erase", "--record", record.rid, "--name", SECRET)
    said(capsys, "request", "done", added.split("nomor ")[1].split()[0], "--result", "dihapus")
    with operator.database.read() as work:
        found = work.records.get(record.rid)
    assert found is not None
    assert found.fields == {}


def test_late_requests_say_so(operator: Server, capsys: pytest.CaptureFixture[str]) -> None:
    record = settle(operator)
    said(capsys, "request", "add", "--kind", "correct", "--record", record.rid, "--name", SECRET)
    clock = operator.clock
    assert isinstance(clock, FixedClock)
    clock.advance(73 * 3600)
    assert "LEWAT BATAS" in said(capsys, "request", "list", "--open")
    with operator.database.write() as work:
        for one in work.requests.all():
            work.requests.close(one.number, iso(clock.now()), "done", "")


def test_destruction_prints_its_minutes(
    operator: Server, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    record = settle(operator)
    said(capsys, "retention", "propose", "--program", record.program)
    said(capsys, "retention", "decide", "1", "--by", "Kepala Dinas", "--basis", "SK 12 Tahun 2026")
    said(capsys, "retention", "destroy", "1", "--out", str(tmp_path))
    text = words_of(tmp_path / "berita-acara-pemusnahan-0001.pdf")
    assert "SK 12 Tahun 2026" in text
    assert record.rid in text.replace(" ", "")
    assert SECRET not in text
    sheet = load_workbook(tmp_path / "berita-acara-pemusnahan-0001.xlsx").active
    assert sheet is not None
    assert record.rid in {cell.value for row in sheet.iter_rows() for cell in row}
    assert audit(operator.database).faults == ()


def test_a_lost_laptop_gets_its_letter_and_its_list(
    operator: Server, capsys: pytest.CaptureFixture[str], tmp_path: Path
) -> None:
    record = settle(operator)
    office = Office.set_up(operator.database)
    text = said(capsys, "laptop", "lost", office.device, "--out", str(tmp_path))
    assert DESA in text
    (letter,) = tmp_path.glob("*.pdf")
    assert "Pasal 46" in words_of(letter)
    assert SECRET not in words_of(letter)
    (listed,) = tmp_path.glob("*.xlsx")
    sheet = load_workbook(listed).active
    assert sheet is not None
    cells = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert [record.rid, DESA, "Keripik", SECRET, "ya"] in [[*row[:4], row[-1]] for row in cells]
