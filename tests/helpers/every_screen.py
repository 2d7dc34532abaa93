"""Scenes for every screen of the window: who sits there and what is open, so that a law may look at all of them.

A new screen of ROOMS needs a line in ``SCENES``; without one the law about every screen fails.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

from sidumba_field.services.account.supply_views import SuppliesView
from sidumba_field.services.exchange.stick_views import StickOutcome, StickProgress
from sidumba_field.ui.operations import care, dashboard, session, sticks
from sidumba_field.ui.screens.dashboard.screen import DashboardScreen
from sidumba_field.ui.screens.sync.screen import SyncScreen
from tests.helpers import fake_files, fake_review
from tests.helpers.fake_care import CLOCK, COPIED, DISK, LEAVING, ONLY_HERE, STUCK
from tests.helpers.fake_services import PASSPHRASE, PIN, TRUTH, sample_office
from tests.helpers.fake_sticks import SAVED, STATES
from tests.helpers.fake_supplies import FAILED, MANY, UNDER_WAY
from tests.helpers.qt import press, wait_until
from tests.helpers.screens import Laptop

Scene = Callable[[Laptop], None]
PETUGAS, KECAMATAN, HEAD, DESA, REGENCY, OPERATOR = "u1", "u4", "u5", "u6", "u7", "u8"


def sit(laptop: Laptop, user_id: str) -> None:
    """Let one of the invented people sit down."""
    session.unlock(laptop.window.desk, user_id, PASSPHRASE)
    wait_until(lambda: laptop.window.current_screen() == "home")
    laptop.idle()


def opened(user_id: str, room: str) -> Scene:
    """A person on a screen."""

    def scene(laptop: Laptop) -> None:
        sit(laptop, user_id)
        laptop.window.show_screen(room)
        laptop.idle()

    return scene


def login(_laptop: Laptop) -> None:
    """Masuk, as it stands after the start."""


def sample_login(laptop: Laptop) -> None:
    """Masuk of a sample office."""
    sample_office(laptop.services)
    laptop.window.start()
    laptop.idle()


def activation(laptop: Laptop) -> None:
    """The first start."""
    laptop.services.session.activated = False
    laptop.window.start()
    laptop.idle()


def recovery(laptop: Laptop) -> None:
    """A forgotten passphrase."""
    laptop.login.show_recovery()
    laptop.idle()


def pin(laptop: Laptop) -> None:
    """After a lock by somebody who has a PIN."""
    choosing(laptop)
    session.set_pin(laptop.window.desk, PASSPHRASE, PIN)
    laptop.idle()
    laptop.window.lock()
    laptop.idle()


def choosing(laptop: Laptop) -> None:
    """A PIN is being chosen."""
    sit(laptop, PETUGAS)
    laptop.window.choose_pin()
    laptop.idle()


def form(laptop: Laptop) -> None:
    """A returned record."""
    sit(laptop, PETUGAS)
    laptop.open_form("k1")


def twin(laptop: Laptop, seeking: bool = False) -> None:
    """A scan with its smaller twin beside it, to be taken or left; ``seeking``: it is still being looked for."""
    form(laptop)
    path, model = "foto/tempat", laptop.window.desk.form
    laptop.services.entry.answer("k1", path, "a" * 64 + ".pdf")
    laptop.open_form("k1")
    laptop.form.body.go_to(path)
    laptop.services.files.twin = True
    laptop.idle()
    if seeking:
        model.twin_sought.emit(path, 3, 12)
    else:
        model.twin_found.emit(path, laptop.services.files.offer("k1", path, "a" * 64 + ".pdf"))
    laptop.idle()


def kept_for_stick(laptop: Laptop) -> None:
    """Sinkronisasi with a big file in hand that is kept for the flashdisk."""
    opened(PETUGAS, "sync")(laptop)
    screen = laptop.window.screen_named("sync")
    assert isinstance(screen, SyncScreen)
    laptop.window.desk.sync.show(fake_files.queue())
    laptop.idle()
    screen.list.setCurrentIndex(screen.list.model().index(screen.list.model().rowCount() - 1, 0))
    laptop.idle()


def remark(laptop: Laptop) -> None:
    """Verifikasi with a remark being written."""
    opened(KECAMATAN, "review")(laptop)
    laptop.review.write_remark("usaha/omzet")
    laptop.idle()


def sending(laptop: Laptop) -> None:
    """Sinkronisasi while it sends."""
    opened(PETUGAS, "sync")(laptop)
    laptop.window.desk.sync.running = True
    laptop.window.desk.sync.show(fake_review.sync_view(running=True))
    laptop.idle()


def stick(laptop: Laptop, state: str) -> None:
    """Sinkronisasi with a flashdisk card in that state."""
    laptop.services.sticks.picture = STATES[state]
    opened(PETUGAS, "sync")(laptop)
    sticks.load(laptop.window.desk)
    laptop.idle()


def stick_writing(laptop: Laptop) -> None:
    """A bundle is being written."""
    stick(laptop, "ready")
    model = laptop.window.desk.sticks
    model.begin("save")
    model.progressed.emit(StickProgress(34, "Menulis 34%"))
    laptop.idle()


def stick_saved(laptop: Laptop) -> None:
    """A bundle was written: the toast offers to take the flashdisk out."""
    stick(laptop, "ready")
    laptop.services.sticks.picture = STATES["waiting"]
    laptop.services.office.truth = replace(TRUTH, on_stick=23)
    sticks.save(laptop.window.desk)
    laptop.idle()
    assert laptop.window.toast.text() == SAVED


def stick_trouble(laptop: Laptop) -> None:
    """A reply was read; one file beside it was damaged."""
    stick(laptop, "reply")
    note = "balasan_Kapul_0002.sidumba: Berkas terpotong. Minta disalin lagi."
    laptop.services.sticks.outcome = StickOutcome(
        True, "Balasan dibaca: 23 data diterima server", notes=(note,)
    )
    laptop.services.sticks.picture = STATES["ready"]
    sticks.read(laptop.window.desk)
    laptop.idle()


def conflict(laptop: Laptop) -> None:
    """Two versions of one record, the first answer chosen, the hand on the second."""
    opened(PETUGAS, "conflicts")(laptop)
    press("Left")
    laptop.idle()


def conflict_text(laptop: Laptop) -> None:
    """Another value is being written."""
    conflict(laptop)
    press("F2")
    laptop.idle()


def conflict_elsewhere(laptop: Laptop) -> None:
    """A value another desk decides on."""
    opened(PETUGAS, "conflicts")(laptop)
    press("Alt+Right")
    laptop.idle()


def conflict_none(laptop: Laptop) -> None:
    """Nothing differs any more."""
    laptop.services.conflicts.views.clear()
    opened(PETUGAS, "conflicts")(laptop)


def village(laptop: Laptop) -> None:
    """Dasbor a level down, one village picked."""
    opened(HEAD, "dashboard")(laptop)
    dashboard.open_unit(laptop.window.desk, "63.11.02")
    laptop.idle()
    laptop.window.desk.dashboard.pick("63.11.02.2011")
    laptop.idle()


def tables(laptop: Laptop) -> None:
    """Dasbor as numbers."""
    opened(HEAD, "dashboard")(laptop)
    screen = laptop.window.screen_named("dashboard")
    assert isinstance(screen, DashboardScreen)
    screen.toggle_table()
    laptop.idle()


def search(laptop: Laptop) -> None:
    """The command search over Beranda."""
    sit(laptop, PETUGAS)
    press("Ctrl+K")
    laptop.idle()


def help_panel(laptop: Laptop) -> None:
    """The form with its help open."""
    form(laptop)
    press("F1")
    laptop.idle()


def fetching(laptop: Laptop, view: SuppliesView = UNDER_WAY) -> None:
    """Step 2 of the set-up."""
    laptop.services.session.fresh = True
    laptop.services.supplies.shown = view
    laptop.services.syncing.steps = 0
    session.unlock(laptop.window.desk, PETUGAS, PASSPHRASE)
    wait_until(lambda: laptop.window.current_screen() == "setup")
    laptop.idle()


def first_pin(laptop: Laptop) -> None:
    """Step 3 of the set-up."""
    fetching(laptop)
    press("Ctrl+Return")
    laptop.idle()


def noticed(laptop: Laptop, user_id: str, room: str) -> None:
    """Something is to be said about this laptop."""
    laptop.services.care.notices = (ONLY_HERE, CLOCK)
    opened(user_id, room)(laptop)


def stuck(laptop: Laptop) -> None:
    """Sinkronisasi with work that does not get through, on a disk that is nearly full."""
    laptop.services.care.notices = (DISK, COPIED)
    laptop.services.care.rows = STUCK
    opened(PETUGAS, "sync")(laptop)


def copying(laptop: Laptop) -> None:
    """A safe copy is being written."""
    opened(PETUGAS, "sync")(laptop)
    model = laptop.window.desk.care
    model.begin("copy")
    model.progressed.emit(43)
    laptop.idle()


def leaving(laptop: Laptop) -> None:
    """Work exists on this laptop only, a flashdisk is in, and the window is about to close."""
    laptop.services.care.leave = LEAVING
    opened(PETUGAS, "home")(laptop)
    laptop.window.close()
    laptop.idle()


def restoring(laptop: Laptop) -> None:
    """The first start, with a copy of another laptop at hand."""
    activation(laptop)
    care.look(laptop.window.desk, "E:/cadangan.cadangan")
    laptop.idle()


#: Name of a scene -> how to get there; the part before "/" is the room of ROOMS (or a place beside them).
SCENES: dict[str, Scene] = {
    "login": login,
    "login/sample": sample_login,
    "login/activation": activation,
    "login/recovery": recovery,
    "login/restoring": restoring,
    "setup/fetch": fetching,
    "setup/fetch-failed": partial(fetching, view=FAILED),
    "setup/fetch-many": partial(fetching, view=MANY),
    "setup/pin": first_pin,
    "login/pin": pin,
    "login/pin-new": choosing,
    "search": search,
    "help": help_panel,
    "home/petugas": opened(PETUGAS, "home"),
    "home/noticed": partial(noticed, user_id=PETUGAS, room="home"),
    "home/leaving": leaving,
    "home/desa": opened(DESA, "home"),
    "home/kecamatan": opened(KECAMATAN, "home"),
    "home/kadis": opened(HEAD, "home"),
    "home/operator": opened(OPERATOR, "home"),
    "form/returned": form,
    "form/twin": twin,
    "form/twin-sought": partial(twin, seeking=True),
    "review/record": opened(KECAMATAN, "review"),
    "review/remark": remark,
    "review/batch": opened(HEAD, "review"),
    "selection/piles": opened(DESA, "selection"),
    "lists/all": opened(REGENCY, "lists"),
    "sync/offline": opened(PETUGAS, "sync"),
    "sync/sending": sending,
    "sync/kept-for-stick": kept_for_stick,
    **{f"sync/stick-{state}": partial(stick, state=state) for state in STATES},
    "sync/stick-writing": stick_writing,
    "sync/stick-saved": stick_saved,
    "sync/stick-trouble": stick_trouble,
    "sync/stuck": stuck,
    "sync/copying": copying,
    "conflicts/choose": conflict,
    "conflicts/text": conflict_text,
    "conflicts/elsewhere": conflict_elsewhere,
    "conflicts/none": conflict_none,
    "dashboard/regency": opened(HEAD, "dashboard"),
    "dashboard/village": village,
    "dashboard/tables": tables,
    "reports/papers": opened(REGENCY, "reports"),
    "periods/regency": opened(REGENCY, "periods"),
    "periods/operator": opened(OPERATOR, "periods"),
}
