"""Renders every screen offscreen to PNG, with the fake laptop behind it: for comparing with the design pictures.

``python -m tests.ui.shots FOLDER [name ...]`` writes ``10-masuk.png``, ``10-masuk-125.png``, ``10-masuk-dark.png`` ...
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEventLoop, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from sidumba_field.services.account.supply_views import SuppliesView
from sidumba_field.services.steps.views import Beside
from sidumba_field.services.views import BannerView, SetupBegun
from sidumba_field.ui.app import build_window, make_app
from sidumba_field.ui.jobs import Jobs
from sidumba_field.ui.operations import care, entry, session, steps, sticks
from sidumba_field.ui.screens.window import Window
from sidumba_field.ui.theme import apply_theme
from tests.helpers import fake_care, fake_review
from tests.helpers.fake_services import PASSPHRASE, PIN, TRUTH, FakeServices, sample_office
from tests.helpers.fake_steps import CLOCK, DIFFER, MESSAGE, SIGNOFF, SORTING, TWIN
from tests.helpers.fake_sticks import STATES
from tests.helpers.fake_supplies import FAILED, MANY, UNDER_WAY

SIZES = {"": (1366, 696), "-125": (1093, 543), "-960": (960, 500)}
Scene = Callable[[Window, FakeServices], None]


def wait(milliseconds: int) -> None:
    """Let the event loop turn."""
    loop = QEventLoop()
    QTimer.singleShot(milliseconds, loop.quit)
    loop.exec()


def settle(window: Window) -> None:
    """Until no job is under way."""
    for _ in range(300):
        wait(10)
        if not window.desk.jobs.pending:
            break
    wait(150)


def sign_in(window: Window, user_id: str) -> None:
    """Open as one of the invented people."""
    session.unlock(window.desk, user_id, PASSPHRASE)
    settle(window)


def masuk(window: Window, services: FakeServices) -> None:
    """10."""


def masuk_contoh(window: Window, services: FakeServices) -> None:
    """10 with the accounts of a sample office."""
    sample_office(services)
    window.start()


def masuk_pin(window: Window, services: FakeServices) -> None:
    """10 after a lock, four digits typed."""
    sign_in(window, "u1")
    session.set_pin(window.desk, PASSPHRASE, PIN)
    settle(window)
    window.lock()
    settle(window)
    window._login.pin.set_value(PIN[:4])


def pin_baru(window: Window, services: FakeServices) -> None:
    """10, choosing a PIN."""
    sign_in(window, "u1")
    window.choose_pin()


def aktivasi_lanjut(window: Window, services: FakeServices) -> None:
    """10b, going on with a set-up that was cut."""
    services.session.begun = SetupBegun("https://desa.balangankab.go.id", "halimah", "Laptop Kapul")
    aktivasi(window, services)


def aktivasi(window: Window, services: FakeServices) -> None:
    """10b, the first start."""
    services.session.activated = False
    window.start()


def beranda(window: Window, services: FakeServices) -> None:
    """01."""
    sign_in(window, "u1")


def beranda_kecamatan(window: Window, services: FakeServices) -> None:
    """01 of a verifier."""
    sign_in(window, "u4")


def beranda_kadis(window: Window, services: FakeServices) -> None:
    """01b."""
    sign_in(window, "u5")


def beranda_operator(window: Window, services: FakeServices) -> None:
    """01 of who keeps the server."""
    sign_in(window, "u8")


def dasbor(window: Window, services: FakeServices) -> None:
    """09."""
    sign_in(window, "u5")
    window.show_screen("dashboard")
    settle(window)


def dasbor_halong(window: Window, services: FakeServices) -> None:
    """09, a level down, one village picked."""
    from sidumba_field.ui.operations import dashboard

    dasbor(window, services)
    dashboard.open_unit(window.desk, "63.11.02")
    settle(window)
    window.desk.dashboard.pick("63.11.02.2011")
    settle(window)


def dasbor_tabel(window: Window, services: FakeServices) -> None:
    """09 as tables."""
    from sidumba_field.ui.screens.dashboard.screen import DashboardScreen

    dasbor(window, services)
    screen = window.screen_named("dashboard")
    assert isinstance(screen, DashboardScreen)
    screen.toggle_table()


def formulir(window: Window, services: FakeServices) -> None:
    """02."""
    sign_in(window, "u1")
    entry.open_record(window.desk, "k1")
    settle(window)


def verifikasi(window: Window, services: FakeServices) -> None:
    """04."""
    sign_in(window, "u4")
    window.show_screen("review")
    settle(window)
    window.desk.review.toggle_check("pemilik/nik")
    window.desk.review.toggle_check("produk[r2]/harga")
    window.desk.review._seconds["k1"] = 161
    window.desk.review.ticked.emit()


def verifikasi_catatan(window: Window, services: FakeServices) -> None:
    """04 with a remark being written."""
    verifikasi(window, services)
    window.screen_named("review").write_remark("usaha/omzet")  # type: ignore[attr-defined]
    window.desk.review.set_remark(
        "usaha/omzet", "Omzet belum cocok dengan nilai produk. Tolong cek buku kas atau tulis alasannya."
    )


def sinkronisasi(window: Window, services: FakeServices) -> None:
    """06."""
    sign_in(window, "u1")
    window.show_screen("sync")
    settle(window)
    window.desk.sync.running = True
    window.desk.sync.show(fake_review.sync_view(running=True))


_NOTICES = {
    "home": (fake_care.ONLY_HERE, fake_care.CLOCK),
    "sync": (fake_care.DISK, fake_care.COPIED),
}


def rawat(window: Window, services: FakeServices, room: str) -> None:
    """01 and 06 with something to say of the laptop itself."""
    services.care.notices = _NOTICES[room]
    services.care.rows = fake_care.STUCK
    sign_in(window, "u1")
    window.show_screen(room)


def menutup(window: Window, services: FakeServices) -> None:
    """01, about to close while a flashdisk is in."""
    services.care.leave = fake_care.LEAVING
    sign_in(window, "u1")
    window.close()


def pulihkan(window: Window, services: FakeServices) -> None:
    """10b, a laptop from a copy."""
    aktivasi(window, services)
    settle(window)
    care.look(window.desk, "E:/cadangan.cadangan")


def sinkronisasi_luring(window: Window, services: FakeServices) -> None:
    """06b: a bundle was written, the flashdisk may be taken out."""
    flashdisk(window, services, "ready")
    services.sticks.picture = STATES["waiting"]
    services.office.truth = replace(TRUTH, on_stick=23)
    sticks.save(window.desk)


def flashdisk(window: Window, services: FakeServices, state: str) -> None:
    """06b with the card in that state."""
    services.sticks.picture = STATES[state]
    sign_in(window, "u1")
    window.show_screen("sync")
    settle(window)
    sticks.load(window.desk)
    settle(window)


def pilah(window: Window, services: FakeServices) -> None:
    """Selection of an admin desa, one chosen."""
    sign_in(window, "u6")
    window.show_screen("selection")
    settle(window)


def pilah_alasan(window: Window, services: FakeServices) -> None:
    """Selection with a reason being written and a text ready."""
    pilah(window, services)
    screen = window.screen_named("selection")
    screen.list.set_chosen(("p2", "p3"))  # type: ignore[attr-defined]
    screen.foot.take(SORTING[1])  # type: ignore[attr-defined]
    window.desk.steps.offer(MESSAGE)


def laporan(window: Window, services: FakeServices) -> None:
    """08."""
    sign_in(window, "u4")
    window.show_screen("reports")
    settle(window)


def daftar(window: Window, services: FakeServices) -> None:
    """03 as in the picture: words searched, filters in force, three rows selected."""
    sign_in(window, "u4")
    window.show_screen("lists")
    settle(window)
    screen = window.screen_named("lists")
    screen.head.search.setText("keripik")  # type: ignore[attr-defined]
    settle(window)
    for path, values in (("@district", ("Halong", "Juai")), ("usaha/skala", ("mikro", "kecil"))):
        screen.panels.filtered.emit(path, values)  # type: ignore[attr-defined]
    settle(window)
    screen.table.setFocus()  # type: ignore[attr-defined]
    for row in (1, 2, 3):
        screen.table._go(row)  # type: ignore[attr-defined]
        window.desk.lists.toggle(row)


def daftar_luring(window: Window, services: FakeServices) -> None:
    """03 without internet, the values of a filter open."""
    services.lists.copy_age = "09.40"
    sign_in(window, "u1")
    window.show_screen("lists")
    settle(window)
    screen = window.screen_named("lists")
    screen.panels.open_values("@district", screen.head.filter)  # type: ignore[attr-defined]


def verifikasi_beda(window: Window, services: FakeServices) -> None:
    """04 with late values of a petugas."""
    services.steps.beside_of["k1"] = Beside("k1", twins=(TWIN,), differs=(DIFFER,), clock_text=CLOCK)
    verifikasi(window, services)


def verifikasi_banding(window: Window, services: FakeServices) -> None:
    """04 with a twin beside it."""
    verifikasi(window, services)
    steps.compare(window.desk, "k1", "t1")
    settle(window)


def verifikasi_kode(window: Window, services: FakeServices) -> None:
    """04 of the regency, a code being looked for."""
    need = BannerView(
        "amber", "", "Bidang usaha belum berkode KBLI 5 angka. Pilih kodenya dulu.", "usaha/nilai"
    )
    services.steps.beside_of["k1"] = Beside("k1", coding=("usaha/nilai",), needs=(need,))
    verifikasi(window, services)
    screen = window.screen_named("review")
    screen.parts.open_coding()  # type: ignore[attr-defined]


def pengesahan(window: Window, services: FakeServices) -> None:
    """Sign-off of a batch, its paper waited for."""
    services.steps.beside_of["k1"] = Beside("k1", signoff=SIGNOFF)
    sign_in(window, "u5")
    window.show_screen("review")
    settle(window)


def siapkan(window: Window, services: FakeServices, view: SuppliesView = UNDER_WAY) -> None:
    """10b, step 2."""
    services.session.fresh = True
    services.supplies.shown = view
    services.syncing.steps = 0
    session.unlock(window.desk, "u1", PASSPHRASE)
    settle(window)


def siapkan_pin(window: Window, services: FakeServices) -> None:
    """10b, step 3."""
    siapkan(window, services)
    window.desk.supplies.go_to_pin()
    settle(window)


def periode(window: Window, services: FakeServices) -> None:
    """Periods of the regency."""
    sign_in(window, "u7")
    window.show_screen("periods")
    settle(window)


def konflik(window: Window, services: FakeServices, keys: tuple[Qt.Key, ...]) -> None:
    """07, then these keys."""
    services.office.truth = replace(TRUTH, laptop=7, waiting=0, received=1227, returned=3, differing=2)
    sign_in(window, "u1")
    window.show_screen("conflicts")
    settle(window)
    for key in keys:
        QTest.keyClick(window.focusWidget() or window, key)
        settle(window)


SCENES: dict[str, Scene] = {
    "11b-periode": periode,
    "04b-beda": verifikasi_beda,
    "04b-banding": verifikasi_banding,
    "04b-kode": verifikasi_kode,
    "04b-pengesahan": pengesahan,
    "03b-pilah": pilah,
    "03b-pilah-alasan": pilah_alasan,
    "08-laporan": laporan,
    "10-masuk": masuk,
    "10-masuk-contoh": masuk_contoh,
    "10-masuk-pin": masuk_pin,
    "10-masuk-pin-baru": pin_baru,
    "10b-aktivasi": aktivasi,
    "10b-aktivasi-lanjut": aktivasi_lanjut,
    "10b-bekal": partial(siapkan, view=UNDER_WAY),
    "10b-bekal-gagal": partial(siapkan, view=FAILED),
    "10b-bekal-banyak": partial(siapkan, view=MANY),
    "10b-pin": siapkan_pin,
    "01-beranda": beranda,
    "01-beranda-kecamatan": beranda_kecamatan,
    "01b-beranda-kadis": beranda_kadis,
    "01-beranda-operator": beranda_operator,
    "02-isi-formulir": formulir,
    "03-daftar-data": daftar,
    "03-daftar-data-luring": daftar_luring,
    "04-verifikasi": verifikasi,
    "04-verifikasi-catatan": verifikasi_catatan,
    "09-dasbor": dasbor,
    "09-dasbor-halong": dasbor_halong,
    "09-dasbor-tabel": dasbor_tabel,
    "06-sinkronisasi": sinkronisasi,
    "07-selesaikan-konflik": partial(konflik, keys=(Qt.Key.Key_Left,)),
    "07-konflik-tulis": partial(konflik, keys=(Qt.Key.Key_Left, Qt.Key.Key_F2)),
    "07-konflik-lengkap": partial(konflik, keys=(Qt.Key.Key_Left, Qt.Key.Key_Right)),
    "01-beranda-rawat": partial(rawat, room="home"),
    "01-beranda-menutup": menutup,
    "06-sinkronisasi-rawat": partial(rawat, room="sync"),
    "10b-pulihkan": pulihkan,
    "06b-sinkronisasi-luring": sinkronisasi_luring,
    **{f"06b-flashdisk-{state}": partial(flashdisk, state=state) for state in STATES},
}


def shoot(app: QApplication, folder: Path, name: str) -> None:
    """One scene in three sizes and two themes."""
    for suffix, (width, height) in {**SIZES, "-dark": SIZES[""]}.items():
        apply_theme(app, "dark" if suffix == "-dark" else "light")
        services = FakeServices()
        services.office.truth = TRUTH
        jobs = Jobs()
        window = build_window(services, jobs)  # type: ignore[arg-type]
        window.resize(width, height)
        window.show()
        settle(window)
        SCENES[name](window, services)
        settle(window)
        window.grab().save(str(folder / f"{name}{suffix}.png"))
        window.desk.sync.running = False
        window.close()
        jobs.close()
        window.deleteLater()
        wait(10)


def main(folder: Path, names: list[str]) -> None:
    """All scenes whose name begins with one of ``names``."""
    app = make_app([])
    folder.mkdir(parents=True, exist_ok=True)
    for name in SCENES:
        if not names or any(name.startswith(wanted) for wanted in names):
            shoot(app, folder, name)


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2:])
