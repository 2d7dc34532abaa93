"""Scenes for every screen of the window: who sits there and what is open, so that a law may look at all of them.

A new screen of ROOMS needs a line in ``SCENES``; without one the law about every screen fails.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from sidumba_field.services.account.supply_views import SuppliesView
from sidumba_field.ui.operations import dashboard, session
from sidumba_field.ui.screens.dashboard.screen import DashboardScreen
from tests.helpers import fake_review
from tests.helpers.fake_services import PASSPHRASE, PIN, sample_office
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


#: Name of a scene -> how to get there; the part before "/" is the room of ROOMS (or a place beside them).
SCENES: dict[str, Scene] = {
    "login": login,
    "login/sample": sample_login,
    "login/activation": activation,
    "login/recovery": recovery,
    "setup/fetch": fetching,
    "setup/fetch-failed": partial(fetching, view=FAILED),
    "setup/fetch-many": partial(fetching, view=MANY),
    "setup/pin": first_pin,
    "login/pin": pin,
    "login/pin-new": choosing,
    "search": search,
    "help": help_panel,
    "home/petugas": opened(PETUGAS, "home"),
    "home/desa": opened(DESA, "home"),
    "home/kecamatan": opened(KECAMATAN, "home"),
    "home/kadis": opened(HEAD, "home"),
    "home/operator": opened(OPERATOR, "home"),
    "form/returned": form,
    "review/record": opened(KECAMATAN, "review"),
    "review/remark": remark,
    "review/batch": opened(HEAD, "review"),
    "selection/piles": opened(DESA, "selection"),
    "lists/all": opened(REGENCY, "lists"),
    "sync/offline": opened(PETUGAS, "sync"),
    "sync/sending": sending,
    "dashboard/regency": opened(HEAD, "dashboard"),
    "dashboard/village": village,
    "dashboard/tables": tables,
    "reports/papers": opened(REGENCY, "reports"),
    "periods/regency": opened(REGENCY, "periods"),
    "periods/operator": opened(OPERATOR, "periods"),
}
