"""The story of one UMKM through SIDUMBA, told with keys: typed offline, selected, returned, corrected, verified,
validated, reported, signed off, printed."""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from pathlib import Path

from PySide6.QtWidgets import QApplication

from sidumba_field.ui.jobs import Jobs
from tests.helpers.server import ServerProcess
from tests.tour import people
from tests.tour.offices import LAPTOPS, OfficeLaptop
from tests.tour.stage import TourClock
from tests.tour.window import DrivenWindow, turn, until

UNDO_S = 11


@dataclass
class Tour:
    """What is on the stage, and where results go."""

    out: Path
    server: ServerProcess
    clock: TourClock = field(default_factory=TourClock)
    windows: dict[str, DrivenWindow] = field(default_factory=dict)
    jobs: list[Jobs] = field(default_factory=list)
    pictures: int = 0
    papers: list[str] = field(default_factory=list)

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
    for name, unit, roles in LAPTOPS:
        jobs = Jobs()
        tour.jobs.append(jobs)
        laptop = OfficeLaptop(
            tour.server, tour.out / "laptops" / name, name, unit, roles, tour.clock, jobs.database_worker
        )
        laptop.set_up()
        tour.windows[name] = DrivenWindow(laptop, jobs)
    tour.cut_the_line()


def tell(tour: Tour) -> None:
    """The whole story, in the order of the SOP."""
    desa, kecamatan, kabupaten = (tour.windows[name] for name in ("desa", "kecamatan", "kabupaten"))
    rid = _petugas(tour, desa)
    _admin_desa(tour, desa)
    _kecamatan_returns(tour, kecamatan)
    _desa_corrects(tour, desa, rid)
    _kecamatan_verifies(tour, kecamatan)
    _kabupaten(tour, kabupaten)
    _kepala_dinas(tour, kabupaten, rid)
    for name in ("desa", "kecamatan"):
        tour.windows[name].front()
        tour.windows[name].send()
    desa.go("home", 1)
    tour.picture("desa", "beranda-setelah-disahkan")


def _petugas(tour: Tour, desa: DrivenWindow) -> str:
    """Step 1 and 2: a whole form, key by key, without internet; then handed on."""
    desa.front()
    tour.picture("desa", "masuk")
    desa.sign_in("petugas")
    tour.picture("desa", "beranda-petugas-kosong")
    desa.press("Ctrl+N")
    until(lambda: desa.screen == "form" and desa.window.desk.form.view is not None, "no new form")
    desa.rest()
    tour.picture("desa", "formulir-baru")
    with tempfile.TemporaryDirectory() as folder:
        photo = Path(folder) / "toko.jpg"
        photo.write_bytes(people.photo())
        desa.fill_form(dict(people.BUSINESS), {"usaha/produk": people.PRODUCTS}, photo)
    desa.rest()
    tour.picture("desa", "formulir-terisi")
    desa.press("Ctrl+Up", 6)
    tour.picture("desa", "formulir-pemilik-dan-usaha")
    rid = desa.window.desk.form.rid
    desa.press("Ctrl+Return")
    until(lambda: desa.screen == "home", lambda: "the form was not handed on: " + desa.window.banner_text())
    desa.rest()
    tour.picture("desa", "beranda-diserahkan-luring")
    desa.go("sync", 3)
    tour.let_undo_pass()
    desa.press("Ctrl+J")
    until(lambda: not desa.window.desk.sync.running, "sending without a line does not end", 60)
    tour.picture("desa", "sinkronisasi-luring")
    if not desa.laptop.services.session.truth().waiting:
        raise RuntimeError("something was said to be sent without a line")
    tour.mend_the_line()
    desa.send()
    tour.picture("desa", "sinkronisasi-terkirim")
    desa.sign_out()
    return rid


def _admin_desa(tour: Tour, desa: DrivenWindow) -> None:
    """Step 3 to 5: the village admin selects and submits."""
    desa.sign_in("admin_desa")
    _open_review(desa, 3)
    tour.picture("desa", "seleksi-admin-desa")
    _forward(tour, desa)
    _forward(tour, desa)
    tour.picture("desa", "diajukan-ke-kecamatan")


def _open_review(window: DrivenWindow, number: int) -> None:
    window.send()
    window.go("review", number)
    until(
        lambda: bool(window.window.desk.review.rids()) or bool(window.window.desk.review.offers),
        "nothing to judge",
    )
    window.rest()


def _forward(tour: Tour, window: DrivenWindow) -> None:
    """Alt+S on what is open, then let it be sent."""
    until(lambda: window.window.desk.review.view is not None, "no record on the desk")
    before = window.window.desk.review.view
    assert before is not None
    window.rest()
    window.press("Alt+S")
    window.rest()
    tour.let_undo_pass()
    window.send()


def _kecamatan_returns(tour: Tour, kecamatan: DrivenWindow) -> None:
    """Step 6: a remark on one field, with the keyboard alone; the record goes back."""
    kecamatan.sign_in("admin_kecamatan")
    _open_review(kecamatan, 2)
    tour.picture("kecamatan", "verifikasi-kecamatan")
    screen = kecamatan.window.screen_named("review")
    for _ in range(60):
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
    desa.go("home", 1)
    tour.picture("desa", "beranda-dikembalikan")
    desa.press("Return")
    until(
        lambda: desa.screen == "form" and desa.window.desk.form.rid == rid, "the returned record did not open"
    )
    desa.rest()
    desa.press("F7")
    tour.picture("desa", "formulir-catatan-kecamatan")
    desa.press("Ctrl+A")
    desa.type(people.CORRECTED)
    desa.press("Return")
    desa.rest()
    desa.press("Ctrl+Return")
    until(lambda: desa.screen != "form", lambda: "not submitted: " + desa.window.banner_text())
    desa.rest()
    tour.let_undo_pass()
    desa.send()


def _kecamatan_verifies(tour: Tour, kecamatan: DrivenWindow) -> None:
    """Step 6 and 7: only what changed is shown; verified and submitted to the kabupaten."""
    kecamatan.front()
    _open_review(kecamatan, 2)
    tour.picture("kecamatan", "verifikasi-yang-berubah")
    _forward(tour, kecamatan)
    _forward(tour, kecamatan)


def _kabupaten(tour: Tour, kabupaten: DrivenWindow) -> None:
    """Step 8 and 9: validated, then reported to the head as one batch."""
    kabupaten.sign_in("verifikator_kabupaten")
    _open_review(kabupaten, 2)
    tour.picture("kabupaten", "validasi-kabupaten")
    _forward(tour, kabupaten)
    until(lambda: bool(kabupaten.window.desk.review.offers), "nothing to report")
    tour.picture("kabupaten", "laporan-siap")
    kabupaten.press("Alt+P")
    kabupaten.rest()
    tour.let_undo_pass()
    kabupaten.send()
    kabupaten.sign_out()


def _kepala_dinas(tour: Tour, kabupaten: DrivenWindow, rid: str) -> None:
    """Step 10: the head signs exactly the digest he sees; the papers are printed."""
    kabupaten.sign_in("kepala_dinas")
    kabupaten.send()
    kabupaten.go("home", 1)
    tour.picture("kabupaten", "beranda-kepala-dinas")
    _open_review(kabupaten, 2)
    tour.picture("kabupaten", "pengesahan")
    view = kabupaten.window.desk.review.view
    assert view is not None
    _forward(tour, kabupaten)
    tour.picture("kabupaten", "disahkan")
    reporting = kabupaten.laptop.services.reporting
    worker = kabupaten.jobs.database_worker
    for subject in (view.rid, rid):
        for paper, _ in worker.submit(reporting.papers, subject).result():
            made = worker.submit(reporting.print, paper, subject, tour.out / "papers").result()
            tour.papers.append(made.path)


def close(tour: Tour) -> None:
    """Close every window as a person would, then the databases."""
    for window in tour.windows.values():
        window.rest()
        window.window.close()
        turn(50)
        window.jobs.database_worker.submit(window.laptop.services.session.lock).result()
        window.jobs.close()
    QApplication.processEvents()
