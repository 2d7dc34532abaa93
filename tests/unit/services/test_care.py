"""Looking after a laptop: what is only here, clocks that jump, a disk that fills, what does not get through."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.records import OpAnswer, OpStatus, Record
from sidumba_field.core.time import FixedClock, iso
from sidumba_field.seal.box import new_identity, open_stream
from sidumba_field.services.care.clock import skew_text
from sidumba_field.services.care.service import FULL, LOW, CareService
from sidumba_field.services.care.views import Leaving, Tone
from sidumba_field.services.exchange.drives import Drive
from sidumba_field.services.views import Link
from sidumba_field.store.overlay import PATIENCE
from sidumba_field.sync.status import SKEW
from tests.helpers.desk import Office

DAY = 86_400.0
IDENTITY, RECIPIENT = new_identity()


class Desk:
    """An office with somebody seated and the service under test."""

    def __init__(self, folder: Path) -> None:
        self.office = Office(folder)
        self.office.sit("Nor Halimah", "petugas")
        self.office.store.meta.set("age_recipient", RECIPIENT)
        self.free = LOW * 2
        self.sticks: tuple[Drive, ...] = ()
        self.care = CareService(self.office.desk, drives=lambda: self.sticks, free=lambda folder: self.free)

    @property
    def clock(self) -> FixedClock:
        return self.office.clock

    def type(self, name: str) -> str:
        """One answer in a new draft; return its rid."""
        program = self.office.program
        blank = Record(
            self.office.new_id(), self.office.vid("63.11.02.2005"), program.id, "record", "umkm", "1", "draf", 0,
            {}, {}, owner=self.office.desk.seat().user.user_id,
        )  # fmt: skip
        made = self.office.store.records.create(blank)
        self.office.store.records.answer(made.rid, {program.title_path: name})
        return made.rid

    def seal(self, rid: str) -> str:
        sealed = self.office.store.records.seal(
            rid, self.office.desk.seat().user.user_id, iso(self.clock.now()), self.office.new_id()
        )
        assert sealed is not None
        return sealed.op

    def leaving(self) -> Leaving:
        return self.care.leaving(self.care.drives())

    def told(self) -> dict[str, tuple[Tone, str]]:
        return {notice.key: (notice.tone, notice.text) for notice in self.care.view().notices}


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path / "laptop")
    yield made
    made.office.close()


# ------------------------------------------------------------------------------------------------ only here
def test_what_is_only_here_is_counted_once_per_record(desk: Desk) -> None:
    assert desk.told() == {}
    rid = desk.type("Warung")
    desk.seal(rid)
    desk.office.store.records.answer(rid, {desk.office.program.title_path: "Warung Bu Aminah"})
    desk.type("Kios")
    assert desk.care.view().only_here == 2
    assert desk.told()["only_here"] == (Tone.CALM, "2 data hanya ada di laptop ini.")


def test_online_nobody_is_reminded_before_three_days(desk: Desk) -> None:
    desk.type("Warung")
    desk.office.desk.set_link(Link.ONLINE)
    assert desk.told() == {}
    desk.clock.advance(3 * DAY)
    assert desk.told()["only_here"] == (Tone.WARN, "1 data hanya ada di laptop ini sejak 3 hari.")


def test_a_clock_set_back_makes_no_reminder_louder(desk: Desk) -> None:
    desk.type("Warung")
    desk.clock.advance(-10 * 365 * DAY)
    assert desk.care.view().days == 0


def test_closing_asks_when_a_stick_is_in_or_the_work_is_old_and_not_twice(desk: Desk, tmp_path: Path) -> None:
    assert not desk.leaving().ask
    desk.type("Warung")
    assert not desk.leaving().ask
    stick = tmp_path / "stick"
    stick.mkdir()
    desk.sticks = (Drive(stick, "KINGSTON"),)
    (desk.office.desk.folder / "keys.json").write_text(
        json.dumps({"v": 1, "key_id": "", "users": [], "recovery": None}), encoding="utf-8"
    )
    asked = desk.leaving()
    assert asked.ask
    assert [row.label for row in asked.drives] == ["KINGSTON"]
    made = desk.care.back_up(stick)
    assert made.path.exists()
    assert "1 data" in made.sentence
    assert not desk.leaving().ask
    desk.type("Kios")
    assert desk.leaving().ask
    desk.sticks = ()
    desk.clock.advance(3 * DAY)
    assert desk.leaving().ask
    assert desk.leaving().drives == ()


# ----------------------------------------------------------------------------------------------------- clocks
@pytest.mark.parametrize(
    ("skew", "said"),
    [
        (0, ""),
        (179, ""),
        (-600, "Jam laptop berbeda 10 menit dari server."),
        (3 * 3_600, "Jam laptop berbeda 3 jam dari server."),
        (-400 * 86_400, "Jam laptop berbeda 1 tahun dari server."),
        (10 * 365 * 86_400, "Jam laptop berbeda 10 tahun dari server."),
        (2 * 86_400, "Jam laptop berbeda 2 hari dari server."),
    ],
)
def test_the_difference_to_the_server_is_told_in_its_largest_unit(skew: int, said: str) -> None:
    assert skew_text(skew, "id") == said


def test_a_clock_that_jumps_while_somebody_sits_here_is_told_without_a_server(desk: Desk) -> None:
    desk.care.begin()
    desk.office.store.meta.set(SKEW, "0")
    desk.clock.advance(7_200)
    assert "clock" not in desk.told()
    desk.clock._at = desk.clock._at.replace(year=2036)
    assert desk.told()["clock"] == (Tone.WARN, "Jam laptop berbeda 10 tahun dari server.")


def test_what_a_run_has_measured_is_not_counted_twice(desk: Desk) -> None:
    desk.care.begin()
    desk.clock._at = desk.clock._at.replace(year=2036)
    assert desk.told()["clock"][1] == "Jam laptop berbeda 10 tahun dari server."
    desk.office.store.meta.set(SKEW, f"{-10 * 365 * 86_400} 2036-11-20T01:41:12.000Z")
    assert desk.told()["clock"][1] == "Jam laptop berbeda 10 tahun dari server."
    desk.office.store.meta.set(SKEW, "0 2036-11-20T02:00:00.000Z")
    assert "clock" not in desk.told()


@pytest.mark.parametrize("years", [-10, 10])
def test_a_step_waiting_to_be_undone_leaves_however_the_clock_jumps(desk: Desk, years: int) -> None:
    rid = desk.type("Warung")
    op = desk.seal(rid)
    with desk.office.store._db.write() as connection:
        soon = desk.clock.now().timestamp() + 10
        at = FixedClock(desk.clock.now())
        at.advance(soon - desk.clock.now().timestamp())
        connection.exec_driver_sql("UPDATE outbox SET not_before = ? WHERE op = ?", (iso(at.now()), op))
    assert desk.office.store.outbox.next_batch(10, 1 << 20) == []
    desk.clock.advance(years * 365 * DAY)
    assert [one.op for one in desk.office.store.outbox.next_batch(10, 1 << 20)] == [op]


# ------------------------------------------------------------------------------------------------------- disk
def test_a_disk_that_fills_is_told_before_it_is_full(desk: Desk) -> None:
    desk.free = LOW - 1
    assert desk.told()["disk"][0] is Tone.WARN
    desk.free = FULL - 1
    assert desk.told()["disk"][0] is Tone.ALARM
    desk.free = 180_000_000
    assert desk.told()["disk"][1] == "Cakram hampir penuh. Sisa 180 MB."


# -------------------------------------------------------------------------------------------------- quarantine
def _poisoned(desk: Desk) -> tuple[str, str]:
    rid = desk.type("Warung Bu Aminah")
    op = desk.seal(rid)
    for _ in range(PATIENCE):
        desk.office.store.outbox.note_failure([op], "wire.server_fault")
    return rid, op


def test_what_is_refused_again_and_again_is_shown_and_holds_up_nobody(desk: Desk) -> None:
    _, op = _poisoned(desk)
    other = desk.seal(desk.type("Kios"))
    [row] = desk.care.stuck()
    assert (row.key, row.title, row.may_again, row.may_aside) == (op, "Warung Bu Aminah", True, True)
    assert row.reason
    assert row.next
    assert row.tried == "dicoba 5 kali"
    assert [one.op for one in desk.office.store.outbox.next_batch(10, 1 << 20)] == [other, op]


def test_set_aside_it_waits_until_it_is_asked_for_again(desk: Desk) -> None:
    _, op = _poisoned(desk)
    desk.care.set_aside(op)
    [row] = desk.care.stuck()
    assert (row.aside, row.may_again, row.may_aside) == (True, True, False)
    desk.clock.advance(50 * 365 * DAY)
    assert desk.office.store.outbox.next_batch(10, 1 << 20) == []
    assert desk.office.store.outbox.unsent() == 1
    desk.care.again(op)
    assert desk.care.stuck() == ()
    assert [one.op for one in desk.office.store.outbox.next_batch(10, 1 << 20)] == [op]


def test_a_refused_one_lies_in_the_draft_and_is_read_once(desk: Desk) -> None:
    rid = desk.type("Warung")
    op = desk.seal(rid)
    desk.office.store.outbox.next_batch(10, 1 << 20)
    refused = OpAnswer(op, OpStatus.REJECTED, code="op.outside_area")
    desk.office.store.outbox.apply_answers([refused], {})
    [row] = desk.care.stuck()
    assert (row.may_again, row.may_aside) == (False, True)
    desk.care.set_aside(op)
    assert desk.care.stuck() == ()
    found = desk.office.store.records.get(rid)
    assert found is not None
    assert found.draft


def test_handed_over_it_is_sealed_to_the_district_and_stays_here(desk: Desk, tmp_path: Path) -> None:
    _, op = _poisoned(desk)
    made = desk.care.hand_over(op, tmp_path)
    raw = made.path.read_bytes()
    assert b"Aminah" not in raw
    pieces: list[bytes] = []
    open_stream(IDENTITY, io.BytesIO(raw), pieces.append)
    lines = [json.loads(line) for line in b"".join(pieces).splitlines()]
    assert [one["op"]["op"] for one in lines if "op" in one] == [op]
    assert desk.office.store.outbox.unsent() == 1


def test_what_is_unknown_is_refused(desk: Desk) -> None:
    with pytest.raises(SidumbaError) as refusal:
        desk.care.again("")
    assert refusal.value.code == "store.unknown_record"


# ---------------------------------------------------------------------------------------------------- copied
def test_a_copied_laptop_says_so_until_it_was_read(desk: Desk) -> None:
    desk.office.store.reincarnate()
    assert desk.told()["copied"][0] is Tone.CALM
    desk.care.read("copied")
    assert desk.told() == {}
    desk.office.store.reincarnate()
    assert "copied" in desk.told()
