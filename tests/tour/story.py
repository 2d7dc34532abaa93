"""The story of SIDUMBA, told with keys: three UMKM typed offline, selected, one returned and corrected, verified,
validated; two hundred more through the services; reported, signed off, withdrawn, signed again, printed, backed up."""

from __future__ import annotations

import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from PySide6.QtWidgets import QApplication

from sidumba_field.ui.jobs import Jobs
from sidumba_field.ui.operations import sticks
from sidumba_field.ui.operations.session import load_people
from sidumba_field.ui.screens.home.screen import HomeScreen
from tests.helpers.server import ServerProcess
from tests.tour import crowd as crowds
from tests.tour import ending, people, sights
from tests.tour.flashdisk import Flashdisk, drives_of
from tests.tour.hiring import CLERK, OTHERS, enumerator_of, hire
from tests.tour.offices import OfficeLaptop
from tests.tour.stage import TourClock
from tests.tour.window import DrivenWindow, turn, until

UNDO_S = 11
#: Folder, unit and people of each laptop. Villages without one type at the sub-district's.
LAPTOPS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("desa", "63.11.02.2005", ("petugas", "admin_desa")),
    ("kecamatan", "63.11.02", ("admin_kecamatan", CLERK, *map(enumerator_of, OTHERS), "admin_desa")),
    ("kabupaten", "63.11", ("verifikator_kabupaten", "kepala_dinas", "operator_server")),
)


@dataclass
class Tour:
    """What is on the stage, and where results go."""

    out: Path
    server: ServerProcess
    program: str = "sidumba"
    clock: TourClock = field(default_factory=TourClock)
    windows: dict[str, DrivenWindow] = field(default_factory=dict)
    jobs: list[Jobs] = field(default_factory=list)
    pictures: int = 0
    papers: list[str] = field(default_factory=list)
    extra: dict[str, dict[str, str]] = field(default_factory=dict)
    stick: Flashdisk = field(init=False)
    seen: set[str] = field(default_factory=set)
    began: float = field(default_factory=time.monotonic)

    def __post_init__(self) -> None:
        self.stick = Flashdisk(self.out / "sticks" / "desa")

    def chapter(self, told: str) -> None:
        """Say on standard error what is done, and how long it took."""
        now = time.monotonic()
        print(f"{now - self.began:6.1f} s  {told}", file=sys.stderr, flush=True)
        self.began = now

    def picture(self, laptop: str, name: str) -> None:
        """Save the next picture as ``out/screens/NN-name.png``."""
        self.pictures += 1
        self.windows[laptop].picture(self.out / "screens" / f"{self.pictures:02d}-{name}.png")

    def cut_the_line(self) -> None:
        """No internet: the server's process ends, every laptop is on its own."""
        self.server.stop()

    def mend_the_line(self) -> None:
        """Internet again: the same server on the same data and address."""
        self.server = ServerProcess.start(self.server.folder, port=self.server.port)

    def let_undo_pass(self) -> None:
        """A decision leaves the laptop after its undo time; the tour moves the laptops' clock instead of waiting."""
        self.clock.advance(UNDO_S)


def set_up(tour: Tour) -> None:
    """Enrol three laptops with one-time codes and activate their people, then open their windows."""
    tour.extra = hire(tour.server.folder, tour.program)
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
            tour.extra,
            drives=drives_of((tour.stick,), name),
        )
        if name == "desa":
            tour.windows[name] = DrivenWindow(laptop, jobs)
            _first_start(tour, tour.windows[name])
            jobs.database_worker.submit(laptop.set_up).result()
            load_people(tour.windows[name].window.desk)
            tour.windows[name].rest()
        else:
            laptop.set_up(fetch=True)
            tour.windows[name] = DrivenWindow(laptop, jobs)
    tour.cut_the_line()
    tour.chapter("three laptops set up")


def _first_start(tour: Tour, desa: DrivenWindow) -> None:
    """The three steps of a new laptop, by keys: the code, what comes in, no PIN yet."""
    person = desa.laptop.people["petugas"]
    desa.front()
    tour.picture("desa", "siapkan-kode")
    words = (tour.server.url, tour.server.code(), person["username"], person["passphrase"], "Laptop desa")
    for word in words:
        desa.type(word)
        desa.press("Return")
    until(lambda: desa.screen == "setup", "the set-up did not reach its second step")
    until(lambda: desa.window.desk.supplies.view is not None, "nobody tells what comes in")
    tour.picture("desa", "siapkan-bekal")
    until(lambda: _whole(desa), "what the laptop needs does not come")
    desa.press("Ctrl+Return")
    desa.rest()
    tour.picture("desa", "siapkan-pin")
    desa.press("Escape")
    until(lambda: desa.screen == "home", "the set-up does not end")
    desa.sign_out()


def _whole(desa: DrivenWindow) -> bool:
    view = desa.window.desk.supplies.view
    return view is not None and view.whole


def tell(tour: Tour) -> None:
    """The whole story, in the order of the SOP."""
    desa, kecamatan, kabupaten = (tour.windows[name] for name in ("desa", "kecamatan", "kabupaten"))
    rids = _petugas(tour, desa)
    tour.chapter("three businesses typed by key, offline")
    _admin_desa(tour, desa)
    kecamatan_returns(tour, kecamatan, rids[0])
    _desa_corrects(tour, desa, rids[0])
    kecamatan_verifies(tour, kecamatan)
    kecamatan.sign_out()
    desa.sign_out()
    tour.chapter("selected, returned, corrected, verified")
    crowd = _two_hundred(tour)
    validate_and_report(tour, kabupaten)
    batch = sign_off(tour, kabupaten)
    tour.chapter("validated, reported, signed off")
    with tempfile.TemporaryDirectory() as folder:
        ending.take_back_and_sign_again(crowd, batch)
        ending.upload_signed(crowd, batch, Path(folder))
    period = ending.close_period(crowd)
    ending.back_up(crowd, period)
    tour.chapter("withdrawn, signed again, closed, backed up, restored")
    sights.papers(tour, rids[0], batch, period)
    tour.chapter(f"{len(tour.papers)} papers")
    sights.screens(tour)
    tour.chapter("every screen in three looks")


def _two_hundred(tour: Tour) -> crowds.Crowd:
    """Five villages, two hundred businesses, the same steps; one late edit is held and decided."""
    crowd = crowds.Crowd(tour)
    with tempfile.TemporaryDirectory() as folder:
        crowds.collect(crowd, Path(folder))
    tour.chapter(f"{len(crowd.all)} businesses of five villages typed and handed on")
    crowds.select(crowd)
    late = ending.edit_late(crowd)
    crowds.submit(crowd, {one.n for one in crowd.all if one.rid != late} - crowds.NO_UMKM)
    ending.late_edit_arrives(crowd, late)
    crowds.verify(crowd)
    tour.chapter("selected, submitted, one late edit decided, verified")
    crowds.validate(crowd)
    tour.chapter("validated")
    return crowd


def _petugas(tour: Tour, desa: DrivenWindow) -> list[str]:
    """Step 1 and 2: three whole forms, key by key, without internet; then handed on."""
    desa.front()
    tour.picture("desa", "masuk")
    desa.sign_in("petugas")
    tour.picture("desa", "beranda-petugas-kosong")
    first = type_form(tour, desa, people.BUSINESS, people.PRODUCTS, pictures=True)
    rids = [first]
    for changed, products in people.OTHERS:
        rids.append(type_form(tour, desa, {**people.BUSINESS, **changed}, products))
    tour.picture("desa", "beranda-diserahkan-luring")
    desa.go("sync")
    tour.let_undo_pass()
    desa.press("Ctrl+J")
    until(lambda: not desa.window.desk.sync.running, "sending without a line does not end", 60)
    tour.picture("desa", "sinkronisasi-luring")
    _save_to_stick(tour, desa)
    if not desa.laptop.services.session.truth().waiting:
        raise RuntimeError("something was said to be sent without a line")
    tour.mend_the_line()
    desa.send()
    tour.picture("desa", "sinkronisasi-terkirim")
    desa.sign_out()
    return rids


def _save_to_stick(tour: Tour, desa: DrivenWindow) -> None:
    """Without a line the same work also goes onto a flashdisk; whichever arrives first counts."""
    tour.stick.holder = desa.laptop.name
    desa.go("sync")
    sticks.load(desa.window.desk)
    desa.rest()
    desa.press("Alt+S")
    until(lambda: bool(tour.stick.bundles("kirim")), "nothing was written to the flashdisk")
    desa.rest()
    tour.picture("desa", "flashdisk-tersimpan")
    tour.stick.holder = ""


def type_form(
    tour: Tour,
    desa: DrivenWindow,
    answers: dict[str, str],
    products: tuple[tuple[str, str, str, str], ...],
    *,
    pictures: bool = False,
) -> str:
    """One form from its first question to Ctrl+Enter."""
    before = desa.window.desk.form.rid
    desa.press("Ctrl+N")
    until(
        lambda: (
            desa.screen == "form"
            and desa.window.desk.form.view is not None
            and desa.window.desk.form.rid != before
        ),
        "no new form",
    )
    desa.rest()
    if pictures:
        tour.picture("desa", "formulir-baru")
    with tempfile.TemporaryDirectory() as folder:
        photo = Path(folder) / "toko.jpg"
        photo.write_bytes(people.photo())
        desa.fill_form(dict(answers), {"usaha/produk": products}, photo)
    desa.rest()
    rid = str(desa.window.desk.form.rid)
    if pictures:
        tour.picture("desa", "formulir-terisi")
        desa.press("Ctrl+Up", 6)
        tour.picture("desa", "formulir-pemilik-dan-usaha")
    desa.press("Ctrl+Return")
    until(
        lambda: desa.screen == "home", lambda: f"not handed on: {desa.window.banner_text()} {desa.problems()}"
    )
    desa.rest()
    return rid


def _admin_desa(tour: Tour, desa: DrivenWindow) -> None:
    """Step 3 to 5: the village admin looks at each form and sorts it with a digit, then submits all of them."""
    desa.sign_in("admin_desa")
    desa.send()
    desa.go("selection")
    until(lambda: waiting(desa) >= 3, "nothing to sort")
    desa.rest()
    tour.picture("desa", "seleksi-admin-desa")
    for _ in range(3):
        desa.press("1")
        desa.rest()
    tour.let_undo_pass()
    desa.send()
    open_pile(desa, "terpilah")
    tour.picture("desa", "siap-diajukan")
    desa.press("Ctrl+A")
    desa.press("1")
    desa.rest()
    tour.picture("desa", "diajukan-ke-kecamatan")
    tour.let_undo_pass()
    desa.send()


def open_pile(window: DrivenWindow, state: str) -> None:
    """Alt+Right until the pile is open, then until it is there."""
    window.go("selection")
    steps = window.window.desk.steps
    for _ in range(12):
        if steps.view is not None and steps.view.pile == state:
            break
        window.press("Alt+Right")
        window.rest()
    until(
        lambda: waiting(window) >= 3,
        lambda: f"pile {steps.view and steps.view.pile} holds {waiting(window)}",
    )


def waiting(window: DrivenWindow) -> int:
    view = window.window.desk.steps.view
    return len(view.rows) if view is not None else 0


def _open_review(window: DrivenWindow) -> None:
    window.send()
    window.go("review")
    until(
        lambda: bool(window.window.desk.review.rids()) or bool(window.window.desk.review.offers),
        "nothing to judge",
    )
    window.rest()


def _forward(tour: Tour, window: DrivenWindow) -> None:
    """Alt+S on what is open, then let it be sent."""
    until(lambda: window.window.desk.review.view is not None, "no record on the desk")
    window.rest()
    window.press("Alt+S")
    window.rest()
    tour.let_undo_pass()
    window.send()


def kecamatan_returns(tour: Tour, kecamatan: DrivenWindow, rid: str) -> None:
    """Step 6: a remark on one field, with the keyboard alone; the record goes back."""
    kecamatan.sign_in("admin_kecamatan")
    _open_review(kecamatan)
    for _ in range(4):
        if kecamatan.window.desk.review.rid == rid:
            break
        kecamatan.press("Alt+Down")
        kecamatan.rest()
    tour.picture("kecamatan", "verifikasi-kecamatan")
    screen = kecamatan.window.screen_named("review")
    for _ in range(240):
        if screen.table.current_key() == people.RETURN_PATH:  # type: ignore[attr-defined]
            break
        kecamatan.press("Down")
    kecamatan.press("F2")
    kecamatan.type(people.RETURN_TEXT)
    tour.picture("kecamatan", "verifikasi-catatan")
    kecamatan.press("Ctrl+Return")
    kecamatan.press("Alt+K")
    kecamatan.rest()
    tour.picture("kecamatan", "verifikasi-dikembalikan")
    tour.let_undo_pass()
    kecamatan.send()


def _desa_corrects(tour: Tour, desa: DrivenWindow, rid: str) -> None:
    """The return reached the village: Enter opens it at the remark, the answer is corrected and submitted again."""
    desa.front()
    desa.send()
    desa.go("home")
    tour.picture("desa", "beranda-dikembalikan")
    correct(desa, rid, partial(tour.picture, "desa", "formulir-catatan-kecamatan"))
    tour.let_undo_pass()
    desa.send()


def correct(desa: DrivenWindow, rid: str, opened: Callable[[], None] = lambda: None) -> None:
    """From Beranda: Enter opens what was returned at its remark, the answer is corrected and submitted again."""
    desa.go("home")
    home = desa.window.screen_named("home")
    assert isinstance(home, HomeScreen)
    home.list.go_to(rid)
    desa.press("Return")
    until(
        lambda: desa.screen == "form" and desa.window.desk.form.rid == rid, "the returned record did not open"
    )
    desa.rest()
    desa.press("F7")
    opened()
    desa.press("Ctrl+A")
    desa.type(people.CORRECTED)
    desa.press("Return")
    desa.rest()
    desa.press("Ctrl+Return")
    until(lambda: desa.screen != "form", lambda: "not submitted: " + desa.window.banner_text())
    desa.rest()


def kecamatan_verifies(tour: Tour, kecamatan: DrivenWindow) -> None:
    """Step 6 and 7: only what changed is shown; three are verified and submitted to the kabupaten."""
    kecamatan.front()
    _open_review(kecamatan)
    tour.picture("kecamatan", "verifikasi-yang-berubah")
    for _ in range(6):
        _forward(tour, kecamatan)


def validate_and_report(tour: Tour, kabupaten: DrivenWindow) -> None:
    """Step 8 and 9: validated, then reported to the head as one batch."""
    kabupaten.sign_in("verifikator_kabupaten")
    _open_review(kabupaten)
    tour.picture("kabupaten", "validasi-kabupaten")
    for _ in range(3):
        _forward(tour, kabupaten)
    until(lambda: bool(kabupaten.window.desk.review.offers), "nothing to report")
    tour.picture("kabupaten", "laporan-siap")
    kabupaten.press("Alt+P")
    kabupaten.rest()
    tour.let_undo_pass()
    kabupaten.send()
    kabupaten.sign_out()


def sign_off(tour: Tour, kabupaten: DrivenWindow) -> str:
    """Step 10: the head signs exactly the digest he sees. Return the batch's rid."""
    kabupaten.sign_in("kepala_dinas")
    kabupaten.send()
    kabupaten.go("home")
    tour.picture("kabupaten", "beranda-kepala-dinas")
    _open_review(kabupaten)
    tour.picture("kabupaten", "pengesahan")
    view = kabupaten.window.desk.review.view
    assert view is not None
    _forward(tour, kabupaten)
    tour.picture("kabupaten", "disahkan")
    kabupaten.sign_out()
    return str(view.rid)


def close(tour: Tour) -> None:
    """Close every window as a person would, then the databases."""
    for window in tour.windows.values():
        window.rest()
        window.window.close()
        turn(50)
        window.jobs.database_worker.submit(window.laptop.services.session.lock).result()
        window.jobs.close()
    QApplication.processEvents()
