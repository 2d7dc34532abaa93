"""The screens of the window as a table: name, words, icon, who sees it, how it is built and loaded.

A new screen is one more row here. Order is the order of the navigation and of Ctrl+1 to 8 (design/UI.md section 6).
Screens are built when they are first shown (``early`` ones when somebody sits down), so that a start pays only for
what a person meets; a screen shows what its model knows when it comes to the front.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from PySide6.QtWidgets import QWidget

from sidumba_field.services.views import SessionView
from sidumba_field.ui.operations import (
    care,
    conflicts,
    dashboard,
    home,
    listing,
    periods,
    printing,
    review,
    steps,
    sticks,
    syncing,
)
from sidumba_field.ui.screens.conflicts.screen import ConflictScreen
from sidumba_field.ui.screens.dashboard.screen import DashboardScreen
from sidumba_field.ui.screens.form.screen import FormScreen
from sidumba_field.ui.screens.home.screen import HomeScreen
from sidumba_field.ui.screens.lists.screen import ListScreen
from sidumba_field.ui.screens.periods import PeriodsScreen
from sidumba_field.ui.screens.reports.screen import ReportsScreen
from sidumba_field.ui.screens.review.screen import ReviewScreen
from sidumba_field.ui.screens.selection.screen import SelectionScreen
from sidumba_field.ui.screens.sync.screen import SyncScreen
from sidumba_field.ui.viewmodels.desk import Desk


def _everybody(_person: SessionView) -> bool:
    return True


def _enters(person: SessionView) -> bool:
    return person.may_enter


def _reviews(person: SessionView) -> bool:
    return person.may_review


def _oversees(person: SessionView) -> bool:
    return person.oversees


def _moves(person: SessionView) -> bool:
    return person.may_move


def _rounds(person: SessionView) -> bool:
    return person.may_round


def _load_sync(desk: Desk) -> None:
    """What travels by line, and what by flashdisk."""
    syncing.load(desk)
    sticks.load(desk)
    care.load(desk)


def _load_home(desk: Desk) -> None:
    """What waits for this person, and what is to be said of the laptop."""
    home.load(desk)
    care.load(desk)


def _no_other(_person: SessionView) -> tuple[str, str] | None:
    return None


def _signing(person: SessionView) -> tuple[str, str] | None:
    return ("screens.nav.signing", "stamp") if person.signs else None


@dataclass(frozen=True, slots=True)
class Room:
    """One screen.

    ``words``: catalogue key (with its area) of its name in the navigation. ``shown``: who has it there (None: reached
    from another screen). ``load``: fetches what it shows, each time it comes to the front. ``listens``: is loaded
    again while in front when lists or counts change. ``rail``: wants the narrow navigation.
    ``early``: is built when somebody sits down, because its model may speak to it before it is shown. ``also``: another
    name and icon for some people (who signs batches calls the same desk "Pengesahan"). ``nav``: the row of the
    navigation it belongs to, where it has none of its own.
    """

    name: str
    words: str
    icon: str
    build: Callable[[Desk], QWidget]
    shown: Callable[[SessionView], bool] | None = _everybody
    load: Callable[[Desk], None] | None = None
    listens: bool = False
    rail: bool = False
    early: bool = False
    also: Callable[[SessionView], tuple[str, str] | None] = _no_other
    nav: str = ""

    def named(self, person: SessionView) -> tuple[str, str]:
        """Catalogue key and icon in the navigation of ``person``."""
        return self.also(person) or (self.words, self.icon)


ROOMS: tuple[Room, ...] = (
    Room("home", "screens.nav.home", "house", HomeScreen, load=_load_home, listens=True, early=True),
    Room("form", "screens.nav.form", "square-pen", FormScreen, shown=_enters, rail=True, early=True),
    Room(
        "review",
        "screens.nav.review",
        "list-checks",
        ReviewScreen,
        shown=_reviews,
        load=review.load_queue,
        rail=True,
        early=True,
        also=_signing,
    ),
    Room(
        "selection",
        "steps.pile.nav",
        "inbox",
        SelectionScreen,
        shown=_moves,
        load=steps.load,
        listens=True,
        rail=True,
    ),
    Room("lists", "lists.nav", "table-2", ListScreen, load=listing.load, listens=True),
    Room("sync", "screens.nav.sync", "refresh-cw", SyncScreen, load=_load_sync, listens=True, early=True),
    Room(
        "conflicts",
        "conflicts.nav",
        "copy",
        ConflictScreen,
        shown=None,
        load=conflicts.load,
        listens=True,
        rail=True,
        nav="sync",
    ),
    Room(
        "dashboard",
        "dashboard.title",
        "chart-no-axes-column",
        DashboardScreen,
        shown=_oversees,
        load=dashboard.load,
        listens=True,
    ),
    Room("reports", "laporan.nav", "printer", ReportsScreen, load=printing.load, rail=True),
    Room(
        "periods",
        "steps.period.nav",
        "calendar",
        PeriodsScreen,
        shown=_rounds,
        load=periods.load,
        listens=True,
    ),
)
