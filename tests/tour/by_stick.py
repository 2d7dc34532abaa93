"""The story of a village that never goes online: every step of SIDUMBA travels by flashdisk (``tour --usb``).

Its laptop is set up at the office while the server can be reached; then its line is cut for good, and every try of it
is counted. The kecamatan carries what it cannot read. On the way a copy is pulled out early, one is carried by two
laptops, a later bundle overtakes an earlier one, and replies are read twice and in the wrong order.
"""

from __future__ import annotations

import json
import tempfile
from contextlib import ExitStack
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from sidumba_field.bundle import Found, Kind, look, open_bundle
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import iso
from sidumba_field.seal.box import laptop_identity
from sidumba_field.services.exchange.stick_views import StickOutcome
from sidumba_field.services.views import Decided
from sidumba_field.ui.jobs import Jobs
from sidumba_field.ui.operations import sticks as operations
from sidumba_field.ui.operations.session import load_people
from tests.helpers.proxy import Proxy, Way, proxy_to
from tests.helpers.umkm_answers import typed
from tests.tour import people, story
from tests.tour.crowd import Hands, seated, small_photo
from tests.tour.flashdisk import Flashdisk, drives_of, truncated
from tests.tour.hiring import HALONG
from tests.tour.offices import LAPTOPS, OfficeLaptop
from tests.tour.window import DrivenWindow, until

PERSONAL = ("pemilik/nik", "pemilik/nama", "pemilik/hp", "usaha/nama")


@dataclass
class Journey:
    """The tour, its two flashdisks, the village's dead line, and what happened to bundles on the way."""

    tour: story.Tour
    stick: Flashdisk
    other: Flashdisk
    line: Proxy
    stack: ExitStack
    cut_at: str = ""
    bytes_before: tuple[int, int] = (0, 0)
    refused: list[dict[str, str]] = field(default_factory=list)
    again: int = 0
    tries_to_read: int = 0
    read_by_carrier: int = 0
    trips: int = 0

    @property
    def desa(self) -> DrivenWindow:
        return self.tour.windows["desa"]

    @property
    def kecamatan(self) -> DrivenWindow:
        return self.tour.windows["kecamatan"]

    @property
    def kabupaten(self) -> DrivenWindow:
        return self.tour.windows["kabupaten"]

    def told(self) -> dict[str, object]:
        """What no database remembers: tries of the dead line, refusals by name, what was offered twice."""
        passed = (self.line.sent - self.bytes_before[0]) + (self.line.received - self.bytes_before[1])
        return {
            "cut_at": self.cut_at,
            "tries_of_the_cut_line": self.line.broken,
            "bytes_over_the_cut_line": passed,
            "refused": self.refused,
            "offered_again": self.again,
            "carrier_tried_to_read": self.tries_to_read,
            "carrier_could_read": self.read_by_carrier,
            "trips": self.trips,
        }


def set_up(tour: story.Tour) -> Journey:
    """Set three laptops up at the office, then cut the village's line for good."""
    stack = ExitStack()
    line = stack.enter_context(proxy_to(tour.server.port))
    sticks = (
        tour.stick,
        Flashdisk(tour.out / "sticks" / "lain", "KANTOR (F:)", "F:"),
    )
    for name, unit, roles in LAPTOPS:
        jobs = Jobs()
        tour.jobs.append(jobs)
        laptop = OfficeLaptop(
            tour.server,
            tour.out / "laptops" / name,
            name,
            unit,
            roles,
            tour.clock,
            jobs.database_worker,
            url=line.url if name == "desa" else "",
            drives=drives_of(sticks, name),
        )
        laptop.set_up(fetch=True)
        tour.windows[name] = DrivenWindow(laptop, jobs)
    line.plan = lambda n: Way(refuse=True)
    tour.windows["desa"].laptop.services.syncing.online()
    journey = Journey(tour, *sticks, line, stack, iso(tour.clock.now()), (line.sent, line.received))
    tour.chapter("three laptops set up, the village's line cut")
    return journey


def close(journey: Journey) -> None:
    """Leave what no database remembers, and take the dead line down."""
    text = json.dumps(journey.told(), indent=1, ensure_ascii=False)
    (journey.tour.out / "usb.json").write_text(text + "\n", encoding="utf-8")
    journey.stack.close()


def tell(journey: Journey) -> None:
    """The whole story, in the order of the SOP."""
    tour = journey.tour
    rids = _typed(journey)
    _first_trip(journey)
    tour.chapter("three businesses typed; written, carried, answered")
    _sorted_and_submitted(journey)
    tour.chapter("sorted and submitted by flashdisk")
    _returned(journey, rids[0])
    _corrected_in_the_wrong_order(journey, rids[0])
    tour.chapter("returned, corrected; a later bundle overtook an earlier one")
    story.kecamatan_verifies(tour, journey.kecamatan)
    story.validate_and_report(tour, journey.kabupaten)
    story.sign_off(tour, journey.kabupaten)
    tour.chapter("verified, validated, signed off on the line")
    _prints(journey, rids)
    tour.chapter("the village knows and prints")


# ---- the flashdisk in hand -------------------------------------------------------------------------------------------


def plug(journey: Journey, laptop: str, stick: Flashdisk | None = None) -> DrivenWindow:
    """Put a flashdisk into a laptop and look at Sinkronisasi, as one does."""
    stick = stick or journey.stick
    window = journey.tour.windows[laptop]
    window.front()
    stick.holder = laptop
    window.go("sync")
    operations.load(window.window.desk)
    window.rest()
    until(lambda: _in_use(window) == stick.key, lambda: f"the flashdisk is not seen at {laptop}")
    return window


def _in_use(window: DrivenWindow) -> str:
    view = window.window.desk.sticks.view
    return view.chosen if view is not None else ""


def act(
    journey: Journey, laptop: str, keys: str, stick: Flashdisk | None = None, picture: str = ""
) -> StickOutcome:
    """Plug in, press the keys of the card, wait for the end, take the flashdisk out. Return what was done."""
    stick = stick or journey.stick
    window = plug(journey, laptop, stick)
    done: list[StickOutcome] = []
    model = window.window.desk.sticks
    model.ended.connect(done.append)
    window.press(keys)
    until(lambda: bool(done), f"{keys} at {laptop} does not come to an end", 60)
    model.ended.disconnect(done.append)
    window.rest()
    until(lambda: not window.window.desk.sync.running, "what was taken along does not leave", 60)
    window.rest()
    if picture:
        journey.tour.picture(laptop, picture)
    stick.holder = ""
    return done[0]


def save(journey: Journey, picture: str = "") -> StickOutcome:
    """Alt+S at the village."""
    journey.tour.let_undo_pass()
    return _good(act(journey, "desa", "Alt+S", picture=picture))


def carry(journey: Journey, stick: Flashdisk | None = None, picture: str = "") -> None:
    """The kecamatan takes along what lies there; the line takes it away, and the reply lies there before it goes."""
    stick = stick or journey.stick
    before = len(stick.bundles(Kind.BALASAN))
    taken = act(journey, "kecamatan", "Alt+C", stick, picture)
    if not taken.taken:
        raise RuntimeError(f"nothing was taken along: {taken.sentence} {taken.notes}")
    for _ in range(5):
        if len(stick.bundles(Kind.BALASAN)) > before:
            return
        stick.holder = "kecamatan"
        journey.kecamatan.send()
        stick.holder = ""
    raise RuntimeError("no reply came back to the flashdisk")


def read(journey: Journey, stick: Flashdisk | None = None, picture: str = "") -> StickOutcome:
    """Alt+C at the village."""
    return _good(act(journey, "desa", "Alt+C", stick, picture))


def travel(journey: Journey) -> StickOutcome:
    """Village, kecamatan, village."""
    save(journey)
    carry(journey)
    journey.trips += 1
    return read(journey)


def _good(outcome: StickOutcome) -> StickOutcome:
    if not outcome.ok:
        raise RuntimeError(outcome.sentence)
    return outcome


def refuses(journey: Journey, laptop: str, path: Path) -> None:
    """The laptop is offered a damaged file on the second flashdisk; it must say so by name and take nothing."""
    other = journey.other
    outcome = act(journey, laptop, "Alt+C", other, "flashdisk-rusak" if laptop == "desa" else "")
    told = " ".join((outcome.sentence, *outcome.notes))
    if outcome.taken or outcome.replies or path.name not in told:
        raise RuntimeError(f"a damaged file was not refused: {told}")
    journey.refused.append({"laptop": laptop, "file": path.name, "said": told})
    path.unlink()


# ---- the story -------------------------------------------------------------------------------------------------------


def _typed(journey: Journey) -> list[str]:
    """SOP 1 and 2: one form key by key, two more through the services, each with its photo; handed on."""
    tour, desa = journey.tour, journey.desa
    desa.front()
    load_people(desa.window.desk)
    desa.rest()
    desa.sign_in("petugas")
    rids = [story.type_form(tour, desa, people.BUSINESS, people.PRODUCTS)]
    desa.sign_out()
    with seated(desa, "petugas") as hands, tempfile.TemporaryDirectory() as folder:
        rids += [_type(hands, number, Path(folder)) for number in (30, 31)]
    return rids


def _type(hands: Hands, number: int, folder: Path) -> str:
    """One more business of the village, with a photo of its own."""
    entry = hands.services.entry
    answers = typed(number, HALONG)
    answers.pop("pernyataan/petugas", None)
    files = [path for path, value in answers.items() if value.endswith(".jpg")]
    photo = folder / f"{number}.jpg"
    photo.write_bytes(small_photo(number))

    def work() -> str:
        rid = str(entry.new().rid)
        entry.answer_all(rid, {path: value for path, value in answers.items() if path not in files})
        for path in files:
            entry.attach(rid, path, photo)
        done = entry.finish(rid)
        if not isinstance(done, Decided):
            raise RuntimeError(done.sentence)
        return rid

    return hands.do(work)


def _first_trip(journey: Journey) -> None:
    """Written, offered cut short, tried to be read, carried by two laptops, answered once; the reply read twice."""
    tour, stick, other = journey.tour, journey.stick, journey.other
    journey.desa.sign_in("petugas")
    plug(journey, "desa")
    tour.picture("desa", "flashdisk-siap")
    save(journey, "flashdisk-tersimpan")
    (kirim,) = stick.bundles(Kind.KIRIM)
    journey.kecamatan.sign_in("admin_kecamatan")
    refuses(journey, "kecamatan", other.lay(kirim.name, truncated(kirim.read_bytes())))
    _tries_to_read(journey)
    plug(journey, "kecamatan")
    tour.picture("kecamatan", "flashdisk-titipan")
    whole = kirim.read_bytes()
    carry(journey, picture="flashdisk-dititipkan")
    other.lay(kirim.name, whole)
    journey.kabupaten.sign_in("verifikator_kabupaten")
    if act(journey, "kabupaten", "Alt+C", other).taken != 1:
        raise RuntimeError("the same bundle is not carried by another laptop")
    journey.again += 1
    journey.kabupaten.sign_out()
    for path in other.bundles():
        path.unlink()
    (balasan,) = stick.bundles(Kind.BALASAN)
    journey.desa.front()
    refuses(journey, "desa", other.lay(balasan.name, truncated(balasan.read_bytes())))
    plug(journey, "desa")
    tour.picture("desa", "flashdisk-balasan")
    if read(journey, picture="flashdisk-dibaca").records != 3:
        raise RuntimeError("the reply did not answer three records")
    if "sudah pernah dibaca" not in read(journey).sentence:
        raise RuntimeError("a reply read twice was not recognised")
    journey.again += 1
    journey.trips += 1
    journey.desa.sign_out()


def _tries_to_read(journey: Journey) -> None:
    """The carrier tries with every key it has, and looks for what was typed in the bytes themselves."""
    found = look(journey.stick.folder)[0]
    with seated_seat(journey.kecamatan) as (device, person):
        for secret in (device, person):
            journey.tries_to_read += 1
            journey.read_by_carrier += _opens(found, secret)
    raw = b"".join(path.read_bytes() for path in found.paths)
    journey.tries_to_read += 1
    journey.read_by_carrier += any(people.BUSINESS[path].encode() in raw for path in PERSONAL)


def _opens(found: Found, secret: bytes) -> bool:
    try:
        open_bundle(found, laptop_identity(secret), lambda head: head.server)
    except SidumbaError as error:
        if error.code != "seal.wrong_key":
            raise
        return False
    return True


class seated_seat:
    """The keys of who sits at a window now."""

    def __init__(self, window: DrivenWindow) -> None:
        self._window = window

    def __enter__(self) -> tuple[bytes, bytes]:
        def keys() -> tuple[bytes, bytes]:
            seat = self._window.laptop.services.session.desk.seat()
            return bytes.fromhex(seat.store.meta.get("device_secret") or ""), seat.key.secret

        return self._window.jobs.database_worker.submit(keys).result()

    def __exit__(self, *_: object) -> None:
        """Nothing to put back."""


def _sorted_and_submitted(journey: Journey) -> None:
    """SOP 3 to 5: each sorted with a digit, all submitted; what is on its way is out of hand, so it takes two trips."""
    tour, desa = journey.tour, journey.desa
    desa.sign_in("admin_desa")
    desa.go("selection")
    until(lambda: story.waiting(desa) >= 3, "nothing to sort")
    desa.rest()
    for left in (2, 1, 0):
        desa.press("1")
        until(partial(_sorted, desa, left), partial(_unsorted, desa))
        desa.rest()
    travel(journey)
    story.open_pile(desa, "terpilah")
    tour.picture("desa", "siap-diajukan-lewat-flashdisk")
    desa.press("Ctrl+A")
    desa.press("1")
    until(partial(_sorted, desa, 0), partial(_unsorted, desa))
    desa.rest()
    travel(journey)
    tour.picture("desa", "flashdisk-riwayat")


def _sorted(desa: DrivenWindow, left: int) -> bool:
    return story.waiting(desa) == left


def _unsorted(desa: DrivenWindow) -> str:
    return f"{story.waiting(desa)} are not sorted: {desa.window.banner_text()}"


def _returned(journey: Journey, rid: str) -> None:
    """SOP 6: a remark on one field; the village asks for news and gets it by flashdisk."""
    journey.kecamatan.sign_out()
    story.kecamatan_returns(journey.tour, journey.kecamatan, rid)
    journey.desa.front()
    if travel(journey).returned != 1:
        raise RuntimeError("the return did not travel")
    journey.desa.go("home")
    journey.tour.picture("desa", "beranda-dikembalikan-lewat-flashdisk")


def _corrected_in_the_wrong_order(journey: Journey, rid: str) -> None:
    """Corrected and submitted again; one more business is typed when the first bundle has left, and overtakes it."""
    tour, desa, stick, other = journey.tour, journey.desa, journey.stick, journey.other
    story.correct(desa, rid)
    save(journey)
    first = {path.name: path.read_bytes() for path in stick.bundles(Kind.KIRIM)}
    desa.sign_out()
    with seated(desa, "petugas") as hands, tempfile.TemporaryDirectory() as folder:
        _type(hands, 33, Path(folder))
    desa.sign_in("admin_desa")
    save(journey)
    for name, data in first.items():
        (stick.folder / name).unlink(missing_ok=True)
        other.lay(name, data)
    carry(journey)
    carry(journey, other)
    journey.trips += 2
    late = {path.name: path.read_bytes() for path in other.bundles(Kind.BALASAN)}
    read(journey)
    for name, data in late.items():
        stick.lay(name, data)
    act(journey, "desa", "Alt+C")
    if desa.jobs.database_worker.submit(desa.laptop.services.session.truth).result().waiting:
        raise RuntimeError("something still waits after both replies")
    tour.picture("desa", "flashdisk-semua-diterima")


def _prints(journey: Journey, rids: list[str]) -> None:
    """The last trip brings the sign-off; the village prints the signed form."""
    tour, desa = journey.tour, journey.desa
    desa.front()
    travel(journey)
    desa.go("home")
    tour.picture("desa", "beranda-disahkan-lewat-flashdisk")
    desa.sign_out()
    with seated(desa, "admin_desa") as hands:
        for rid in rids:
            state = hands.do(partial(hands.services.entry.open, rid)).posisi
            if state != "disahkan":
                raise RuntimeError(f"the village sees {state} instead of the sign-off")
            made = hands.do(
                partial(hands.services.reporting.print, "formulir_terisi", rid, tour.out / "papers")
            )
            tour.papers.append(made.path)
