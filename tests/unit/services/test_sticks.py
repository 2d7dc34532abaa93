"""Flashdisks from a person's chair: what is written, what is told of a bad one, and bundles carried for others."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

import pytest

from sidumba_field.bundle import Facts, Found, Kind, Stopped, keep, look
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import FixedClock
from sidumba_field.services.exchange import carrier as carriers
from sidumba_field.services.exchange import drives as disks
from sidumba_field.services.exchange import sticks as services
from sidumba_field.services.exchange.carrier import Carrier
from sidumba_field.services.exchange.drives import Drive
from sidumba_field.services.exchange.stick_views import StickOutcome, StickProgress
from sidumba_field.services.exchange.sticks import SticksService
from sidumba_field.services.views import Mark
from sidumba_field.sync.sticks import Carried
from sidumba_field.sync.transport import Transport
from tests.helpers.desk import NOW
from tests.helpers.logfail import ExpectLog
from tests.helpers.post import Office, Post

LINE = cast(Transport, object())


@dataclass
class Village:
    """A laptop, its flashdisk, and whether it is in."""

    post: Post
    stick: Path
    inside: bool = True

    def __post_init__(self) -> None:
        self.stick.mkdir(parents=True)
        self.sticks = SticksService(self.post.desk, self.post.session, self.post.syncing, None, self.drives)

    def drives(self) -> tuple[Drive, ...]:
        return (Drive(self.stick, "KINGSTON (E:)", "E:"),) if self.inside else ()

    @property
    def key(self) -> str:
        return str(self.stick)

    def hand_on(self, name: str = "Warung Barokah") -> None:
        self.post.send_later(self.post.begin(name))

    def save(self, **hooks: object) -> StickOutcome:
        return self.sticks.save(self.key, _quiet, lambda: False)

    def read(self) -> StickOutcome:
        return self.sticks.read(self.key, _quiet, lambda: False)

    def files(self) -> list[str]:
        return sorted(path.name for path in self.stick.iterdir())


def _quiet(_progress: StickProgress) -> None:
    """Nobody watches."""


def laptop(folder: Path, office: Office | None = None, code: str = "ABCD-2345") -> Village:
    post = Post(folder / "laptop", office)
    post.activate(code)
    post.sit()
    return Village(post, folder / "flashdisk")


@pytest.fixture
def village(tmp_path: Path) -> Iterator[Village]:
    made = laptop(tmp_path / "desa")
    yield made
    made.post.session.lock()


@pytest.fixture
def neighbour(tmp_path: Path, village: Village) -> Iterator[Village]:
    """Another laptop of the same office."""
    made = laptop(tmp_path / "tetangga", village.post.office, "EFGH-6789")
    yield made
    made.post.session.lock()


# ---- writing ---------------------------------------------------------------------------------------------------------


def test_what_waits_is_written_counted_and_stays_amber(village: Village) -> None:
    village.hand_on()
    assert village.sticks.view().plan.records == 1
    told: list[StickProgress] = []
    outcome = village.sticks.save(village.key, told.append, lambda: False)
    assert (outcome.ok, outcome.safe, outcome.records) == (True, True, 1)
    assert outcome.sentence == "1 data tersimpan ke flashdisk KINGSTON (E:), siap dibawa"
    assert [one.percent for one in told] == sorted({one.percent for one in told})
    assert told[0].text.startswith("Menulis ")
    view = village.sticks.view()
    assert [(row.number, row.mark, row.status) for row in view.history] == [
        ("FD-0001", Mark.WAITING, "menunggu balasan")
    ]
    assert (view.waiting, view.last_mark) == (1, Mark.WAITING)
    truth = village.post.session.truth()
    assert (truth.waiting, truth.on_stick, truth.received) == (1, 1, 0)


def test_with_nothing_waiting_a_request_for_news_is_written(village: Village) -> None:
    outcome = village.save()
    assert outcome.sentence == "Permintaan kabar tersimpan ke flashdisk KINGSTON (E:), siap dibawa"
    assert [found.facts.kind for found in look(village.stick) if found.facts] == [Kind.KIRIM]
    assert village.sticks.view().plan.text == "Tidak ada yang menunggu dikirim."


def test_without_a_flashdisk_the_card_says_what_waits_and_nothing_else(village: Village) -> None:
    village.hand_on()
    village.inside = False
    view = village.sticks.view()
    assert (view.drives, view.chosen, view.plan.records) == ((), "", 1)


def test_a_folder_chosen_by_hand_is_used_beside_the_flashdisks(village: Village, tmp_path: Path) -> None:
    folder = tmp_path / "jaringan"
    folder.mkdir()
    view = village.sticks.view(str(folder))
    assert [drive.removable for drive in view.drives] == [True, False]
    assert view.drive is not None
    assert view.drive.label == "jaringan"
    assert village.sticks.save(str(folder), _quiet, lambda: False).ok


@pytest.mark.parametrize(
    "code", ["bundle.stick_full", "bundle.stick_gone", "bundle.stick_read_only", "bundle.not_read_back"]
)
def test_what_a_disk_does_is_told_with_the_next_step_and_nothing_of_it_counts(
    village: Village, monkeypatch: pytest.MonkeyPatch, code: str
) -> None:
    village.hand_on()

    def fails(*_: object, **__: object) -> None:
        raise SidumbaError(code)

    monkeypatch.setattr(services, "export", fails)
    outcome = village.save()
    assert not outcome.ok
    assert outcome.sentence.count(".") >= 2
    assert village.sticks.view().history == ()
    assert village.post.session.truth().on_stick == 0


def test_a_flashdisk_pulled_out_before_the_press_is_told(village: Village) -> None:
    village.inside = False
    (village.stick / "x").mkdir()
    outcome = village.sticks.save(str(village.stick / "tidak ada"), _quiet, lambda: False)
    assert not outcome.ok
    assert outcome.sentence


def test_stopping_leaves_nothing_on_the_flashdisk_and_nothing_in_the_history(village: Village) -> None:
    village.hand_on()
    outcome = village.sticks.save(village.key, _quiet, lambda: True)
    assert outcome.sentence == "Dibatalkan. Tidak ada yang berubah di laptop."
    assert village.files() == []
    assert village.sticks.view().history == ()


@pytest.mark.parametrize(("room", "said"), [(-1, "tidak terbaca"), (-2, "terkunci, tidak bisa ditulisi")])
def test_a_flashdisk_that_cannot_be_used_says_why(
    village: Village, monkeypatch: pytest.MonkeyPatch, room: int, said: str
) -> None:
    def gone(_drive: Drive) -> int:
        raise SidumbaError("bundle.stick_gone")

    monkeypatch.setattr(
        disks, "room" if room == -1 else "writable", gone if room == -1 else lambda _drive: False
    )
    view = village.sticks.view()
    assert view.trouble == said
    assert view.drive is not None
    assert view.drive.room_text == said


# ---- reading ---------------------------------------------------------------------------------------------------------


def test_an_empty_flashdisk_says_that_there_is_no_reply(village: Village) -> None:
    outcome = village.read()
    assert (outcome.ok, outcome.sentence) == (False, "Belum ada balasan di flashdisk ini.")


@pytest.mark.parametrize("cut", [0, 10, 700, 1100])
def test_a_damaged_file_is_named_and_left_where_it_is(village: Village, neighbour: Village, cut: int) -> None:
    neighbour.hand_on()
    neighbour.save()
    (kirim,) = neighbour.stick.iterdir()
    (village.stick / kirim.name).write_bytes(kirim.read_bytes()[:cut])
    outcome = village.read()
    assert not outcome.ok
    assert outcome.sentence.startswith(kirim.name)
    assert village.files() == [kirim.name]
    (line,) = village.sticks.view().found
    assert line[0] is Mark.TROUBLE


# ---- carrying --------------------------------------------------------------------------------------------------------


def test_bundles_of_others_are_taken_along_once_and_ones_own_are_not(
    village: Village, neighbour: Village
) -> None:
    neighbour.hand_on()
    neighbour.save()
    village.hand_on()
    village.save()
    for found in look(neighbour.stick):
        keep(found, village.stick)
    view = village.sticks.view()
    assert (view.others, view.carried_text) == (1, "Titipan: 1 bundel, tidak bisa dibaca di laptop ini.")
    outcome = village.read()
    assert (outcome.ok, outcome.taken) == (True, 1)
    assert village.read().taken == 0
    assert [one.facts and one.facts.device for one in village.sticks.carrier.waiting()] == [
        neighbour.post.desk.seat().store.meta.get("device")
    ]
    village.inside = False
    assert village.sticks.view().carried_text == "Titipan: 1 bundel menunggu internet di laptop ini."


def test_a_bundle_of_another_office_is_left_alone(village: Village, tmp_path: Path) -> None:
    stranger = laptop(tmp_path / "asing")
    stranger.hand_on()
    stranger.save()
    for found in look(stranger.stick):
        keep(found, village.stick)
    assert village.sticks.view().others == 0
    assert village.read().taken == 0
    stranger.post.session.lock()


@pytest.fixture
def carried(neighbour: Village, tmp_path: Path) -> tuple[Carrier, Found]:
    """A carrier with one bundle of a neighbour."""
    neighbour.hand_on()
    neighbour.save()
    (found,) = look(neighbour.stick)
    carrier = Carrier(tmp_path / "carried", FixedClock(NOW))
    carrier.take(found, lambda _done, _total: None, lambda: False)
    return carrier, found


def answers(monkeypatch: pytest.MonkeyPatch, *states: str, code: str = "") -> list[str]:
    """The server's words, one per question."""
    asked: list[str] = []
    left = list(states)

    def say(*_: object, **__: object) -> Carried:
        asked.append("x")
        return Carried("0" * 64, left.pop(0) if left else states[-1], code)

    monkeypatch.setattr(carriers, "send_carried", say)
    monkeypatch.setattr(carriers, "ask_carried", say)
    return asked


def go(carrier: Carrier) -> carriers.Forwarded:
    return carrier.forward(LINE, lambda _done, _total: None, lambda: False)


def test_a_bundle_being_read_is_asked_for_a_few_times_and_waits_for_the_next_run(
    carried: tuple[Carrier, Found], monkeypatch: pytest.MonkeyPatch
) -> None:
    carrier, _ = carried
    asked = answers(monkeypatch, "received")
    assert go(carrier) == carriers.Forwarded(sent=1)
    assert len(asked) == 1 + carriers.ASKS
    assert len(carrier.waiting()) == 1


def test_an_answered_bundle_gives_way_to_its_reply_which_goes_back_to_its_flashdisk(
    carried: tuple[Carrier, Found], neighbour: Village, monkeypatch: pytest.MonkeyPatch
) -> None:
    carrier, found = carried
    answers(monkeypatch, "working", "answered")

    def fetch(_line: object, _carried: Carried, folder: Path, **_: object) -> Found:
        # Any whole bundle will do for the way back; this one claims to be the reply.
        return keep(found, folder)

    monkeypatch.setattr(carriers, "fetch_carried", fetch)
    assert go(carrier) == carriers.Forwarded(sent=1, replies=1)
    assert carrier.waiting() == ()
    (reply,) = carrier.replies()
    assert not carrier.is_new(found)
    assert carrier.belongs(look(neighbour.stick)) == ()  # it lies there already
    (path,) = neighbour.stick.iterdir()
    other = neighbour.stick / "lain"
    other.mkdir()
    assert carrier.belongs(()) == ()
    carrier.put_back(reply, other, lambda _done, _total: None, lambda: False)
    assert [one.name for one in other.iterdir()] == [path.name]
    assert carrier.replies() == ()


def test_what_the_server_will_not_have_is_let_go_and_not_taken_again(
    carried: tuple[Carrier, Found], monkeypatch: pytest.MonkeyPatch
) -> None:
    carrier, found = carried
    answers(monkeypatch, "refused", code="bundle.unknown_laptop")
    assert go(carrier) == carriers.Forwarded(refused=1)
    assert carrier.waiting() == ()
    assert not carrier.is_new(found)
    (note,) = json.loads((carrier.folder / "carried.json").read_text(encoding="utf-8")).values()
    assert note["code"] == "bundle.unknown_laptop"


@pytest.mark.parametrize("code", ["wire.timeout", "bundle.too_big"])
def test_a_bundle_that_does_not_get_through_waits_and_the_others_go_on(
    carried: tuple[Carrier, Found], monkeypatch: pytest.MonkeyPatch, code: str, expect_log: ExpectLog
) -> None:
    carrier, _ = carried

    def fails(*_: object, **__: object) -> Carried:
        raise SidumbaError(code)

    expect_log("sidumba_field.services.exchange.carrier", "WARNING", code)
    monkeypatch.setattr(carriers, "send_carried", fails)
    assert go(carrier) == carriers.Forwarded()
    assert len(carrier.waiting()) == 1


def test_no_line_ends_the_turn_and_a_stop_is_obeyed(
    carried: tuple[Carrier, Found], monkeypatch: pytest.MonkeyPatch
) -> None:
    carrier, _ = carried

    def raises(error: Exception) -> None:
        def fails(*_: object, **__: object) -> Carried:
            raise error

        monkeypatch.setattr(carriers, "send_carried", fails)

    raises(SidumbaError("wire.unreachable"))
    with pytest.raises(SidumbaError):
        go(carrier)
    raises(Stopped())
    assert go(carrier) == carriers.Forwarded()
    assert carrier.forward(LINE, lambda _done, _total: None, lambda: True) == carriers.Forwarded()
    assert len(carrier.waiting()) == 1


def test_a_torn_note_costs_nothing(carried: tuple[Carrier, Found]) -> None:
    carrier, found = carried
    (carrier.folder / "carried.json").write_bytes(b'{"half')
    assert not carrier.is_new(found)  # it still lies there
    for path in carrier.waiting()[0].paths:
        path.unlink()
    assert carrier.is_new(found)


def test_a_run_of_the_line_carries_on_and_its_faults_are_not_the_runs(
    village: Village, monkeypatch: pytest.MonkeyPatch, expect_log: ExpectLog
) -> None:
    seen: list[str] = []

    def forward(*_: object) -> carriers.Forwarded:
        seen.append("x")
        raise SidumbaError("wire.unreachable")

    expect_log("sidumba_field.services.exchange.sticks", "WARNING", "carrying waits")
    monkeypatch.setattr(village.sticks.carrier, "forward", forward)
    assert village.post.syncing.run().ok
    assert seen == ["x"]


def test_taking_out_is_told_either_way(village: Village, monkeypatch: pytest.MonkeyPatch) -> None:
    for done, said in ((True, "Flashdisk aman dicabut."), (False, "Semua sudah tertulis.")):
        monkeypatch.setattr(disks, "eject", lambda _drive, done=done: done)
        outcome = village.sticks.eject(village.key)
        assert (outcome.ok, outcome.safe) == (True, done)
        assert outcome.sentence.startswith(said)


def test_facts_of_a_bundle_tell_no_name_of_a_person(village: Village) -> None:
    village.hand_on("Warung Barokah")
    village.save()
    (found,) = look(village.stick)
    assert isinstance(found.facts, Facts)
    raw = b"".join(path.read_bytes() for path in found.paths)
    assert not [word for word in (b"6311024506880003", b"Barokah", b"Halimah") if word in raw]
