"""The fault matrix of docs/spec/sync.md "Faults": every call of a sync x everything that can happen to it.

After each fault: nothing typed is lost, nothing is doubled, the badge tells the outbox's truth; and the next clean
sync brings laptop and server together.
"""

from __future__ import annotations

import copy
import os
import shutil
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

import pytest

from sidumba_field.core.time import FixedClock
from sidumba_field.store import Mark
from sidumba_field.store.database import Database
from sidumba_field.sync.engine import Stage, SyncReport
from tests.helpers.faulty_transport import Fault, FaultyTransport, Killed, always, once
from tests.helpers.laptop import (
    KEY,
    Laptop,
    assert_badge_is_true,
    assert_equal_to_server,
    assert_nothing_doubled,
    assert_nothing_lost,
    person,
)
from tests.helpers.offices import START, new_server
from tests.helpers.twin import TwinServer

#: Calls of one sync in their order, with the stage they belong to.
CALLS = {
    "hello": Stage.HELLO,
    "push": Stage.PUSH,
    "att_status": Stage.FILES,
    "att_write": Stage.FILES,
    "pull": Stage.PULL,
    "snapshot": Stage.PULL,
    "att_read": Stage.PULL,
}
#: Broken in the middle of a call: the engine makes the same call again by itself.
MENDED_AT_ONCE = {Fault.CUT_BEFORE, Fault.CUT_AFTER, Fault.WRONG_DIGEST, Fault.TWICE}
#: A batch that is refused as a whole is halved and goes through.
MENDED_BY_ITS_STAGE = {("push", Fault.TOO_BIG), ("push", Fault.BROKEN)}
#: Faults of a line or a server that last for hours.
STAYING = [
    Fault.REFUSED,
    Fault.CUT_AFTER,
    Fault.TIMEOUT_AFTER,
    Fault.TOO_BIG,
    Fault.BROKEN,
    Fault.KILLED_AFTER,
]
#: The server keeps each chunk although its answer is lost; asking where it stands is all it takes.
PROGRESS_ALL_THE_SAME = {Fault.CUT_AFTER, Fault.TIMEOUT_AFTER, Fault.WRONG_DIGEST}


@dataclass
class Office:
    """A petugas with new work, an edit, a step and a photo to send, and a long feed and a file to fetch."""

    petugas: Laptop
    server: TwinServer

    def calm(self) -> None:
        """What must hold at any moment, whatever has just happened."""
        assert_nothing_doubled(self.server)
        assert_nothing_lost(self.petugas)
        assert_badge_is_true(self.petugas)

    def together(self) -> None:
        """The next clean sync converges."""
        report = self.petugas.sync()
        assert report.complete, report
        self.calm()
        assert_equal_to_server(self.petugas)
        assert self.petugas.store.outbox.unsent() == 0
        assert self.petugas.store.files.pending() == []
        assert {record.mark for record in self.petugas.all()} <= {Mark.RECEIVED, Mark.DIFFERING}


def _furnish(petugas: Laptop, admin: Laptop) -> str:
    old = [admin.begin(nama=f"Lama {n}") for n in range(3)]
    admin.sync()
    picture = admin.photo(old[0], "foto", os.urandom(5_000))
    admin.send(old[0])
    admin.sync()
    first = petugas.begin(nama="Warung Acil", omzet="1")
    petugas.step(first, "ajukan", "diajukan")
    second = petugas.begin(nama="Bengkel Utuh", omzet="2")
    petugas.photo(second, "foto", os.urandom(150_000))
    petugas.send(second)
    petugas.type(second, alamat="belum dikirim")
    petugas.send(second)
    return picture


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> tuple[Laptop, str]:
    """A petugas's laptop before its first sync, closed; every test works on a copy of its folder."""
    folder = tmp_path_factory.mktemp("office")
    clock = FixedClock(START)
    server = new_server(clock)
    petugas = Laptop(folder / "petugas", clock, server, person("Hasanah"))
    admin = Laptop(folder / "admin", clock, server, person("Rahman"))
    picture = _furnish(petugas, admin)
    petugas.store.close()
    admin.store.close()
    return petugas, picture


@pytest.fixture
def office(
    furnished: tuple[Laptop, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Office]:
    # A feed of four entries counts as long here, so that a snapshot is part of every run.
    monkeypatch.setattr("sidumba_field.sync.pull.SNAPSHOT_BEYOND", 2)
    template, picture = furnished
    shutil.copytree(template.folder, tmp_path / "petugas")
    server = copy.deepcopy(template.server)
    petugas = Laptop(tmp_path / "petugas", server.clock, server, template.user, template.device)
    petugas.typed = copy.deepcopy(template.typed)
    petugas.wanted = lambda: [picture]
    yield Office(petugas, server)
    petugas.store.close()


def sync_with(office: Office, faulty: FaultyTransport) -> SyncReport | None:
    """One sync over a broken line; None when it was killed, and the laptop has been started again since."""
    try:
        return office.petugas.sync(line=faulty)
    except Killed:
        office.petugas.restart()
        return None


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("fault", Fault)
def test_one_fault_in_one_call(office: Office, call: str, fault: Fault) -> None:
    faulty = FaultyTransport(office.petugas.line(), once(call, fault))
    report = sync_with(office, faulty)
    assert faulty.calls[call] >= 1, "the matrix must reach this call"
    office.calm()
    if report is not None:
        mended = fault in MENDED_AT_ONCE or (call, fault) in MENDED_BY_ITS_STAGE or call == "att_write"
        assert report.problems or (mended and report.complete), report
    office.together()


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("fault", STAYING)
def test_a_fault_that_stays_and_then_goes(office: Office, call: str, fault: Fault) -> None:
    report = None
    for _ in range(2):
        report = sync_with(office, FaultyTransport(office.petugas.line(), always(call, fault)))
        office.calm()
    if report is not None and not (call == "att_write" and fault in PROGRESS_ALL_THE_SAME):
        assert not report.complete
        assert report.problems
    office.together()


@pytest.mark.parametrize("call", ["push", "att_write", "pull", "snapshot"])
@pytest.mark.parametrize(
    "fault", [Fault.KILLED_BEFORE, Fault.KILLED_AFTER, Fault.CUT_AFTER, Fault.OVERLOADED]
)
def test_a_fault_in_a_later_call_of_a_stage(office: Office, call: str, fault: Fault) -> None:
    sync_with(office, FaultyTransport(office.petugas.line(), once(call, fault, 2)))
    office.calm()
    office.together()


@pytest.mark.parametrize("days", [-400, 3650])
def test_a_clock_off_by_years_changes_nothing(office: Office, days: int) -> None:
    office.server.clock.advance(timedelta(days=days).total_seconds())
    office.together()
    office.server.clock.advance(-timedelta(days=days).total_seconds())
    rid = office.petugas.begin(nama="Sesudah jam dibetulkan")
    office.together()
    assert rid in office.server.records


def test_every_second_answer_is_lost_and_still_everything_arrives_once(office: Office) -> None:
    def plan(call: str, nth: int) -> Fault | None:
        return Fault.TIMEOUT_AFTER if call == "push" and nth % 2 else None

    for n in range(6):
        office.petugas.begin(nama=f"Lagi {n}")
        sync_with(office, FaultyTransport(office.petugas.line(), plan))
        office.calm()
    office.together()
    assert len(office.server.records) == 3 + 2 + 6


@pytest.mark.parametrize(
    ("fault", "sentence"),
    [
        (Fault.REFUSED, "wire.unreachable"),
        (Fault.PORTAL, "wire.not_our_server"),
        (Fault.OVERLOADED, "wire.overloaded"),
        (Fault.STRANGER, "auth.device_unknown"),
        (Fault.OTHER_VERSION, "wire.protocol_unknown"),
    ],
)
def test_a_run_that_makes_no_sense_ends_and_says_why(office: Office, fault: Fault, sentence: str) -> None:
    faulty = FaultyTransport(office.petugas.line(), always("push", fault))
    report = office.petugas.sync(line=faulty)
    assert (report.stage, report.problems[0].code) == (Stage.PUSH, sentence)
    assert faulty.calls["pull"] == 0


def test_the_servers_wish_for_patience_is_reported(office: Office) -> None:
    report = office.petugas.sync(
        line=FaultyTransport(office.petugas.line(), always("hello", Fault.OVERLOADED))
    )
    assert (report.retry_after_s, report.reached) == (30.0, False)


def test_an_expired_login_never_traps_unsent_work(office: Office) -> None:
    report = office.petugas.sync(line=FaultyTransport(office.petugas.line(), always("pull", Fault.EXPIRED)))
    assert [problem.code for problem in report.problems] == ["auth.session_expired"]
    assert office.petugas.store.outbox.unsent() == 0
    office.together()


def test_no_transaction_is_open_while_the_line_is_used(petugas: Laptop, server: TwinServer) -> None:
    """A reply is read and checked whole before anything is written: somebody else may write at every call."""
    for n in range(3):
        rid = petugas.begin(nama=f"Warung {n}")
        petugas.photo(rid, "foto", os.urandom(40_000))
        petugas.send(rid)
    beside = Database(petugas.folder / "laptop.db", KEY)
    met: list[str] = []

    def plan(name: str, nth: int) -> Fault | None:
        with beside.write() as connection:
            connection.exec_driver_sql("INSERT OR REPLACE INTO meta VALUES ('beside', '1')")
        met.append(name)
        return Fault.CUT_AFTER if len(met) % 2 else None

    for _ in range(6):
        petugas.sync(line=FaultyTransport(petugas.line(), plan))
    beside.close()
    assert {"hello", "push", "pull", "att_status", "att_write"} <= set(met)
    assert petugas.sync().complete
