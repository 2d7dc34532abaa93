"""What Ctrl+K can find in the window: screens, actions, what is at hand; then records and villages of the laptop.

``Reachable`` says what is needed of the window, so that the window may import this module and not the other way.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Protocol

from sidumba_field.services.lists.views import Found
from sidumba_field.ui.operations import entry, listing, review
from sidumba_field.ui.screens.command_search import Target
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.speech import tell
from sidumba_field.ui.widgets.nav_bar import NavBar, NavItem


class Reachable(Protocol):
    """The window as Ctrl+K sees it: where one can go and what one can do there."""

    desk: Desk
    nav: NavBar

    def nav_items(self) -> list[NavItem]: ...

    def current_screen(self) -> str: ...

    def new_form(self) -> None: ...

    def send(self) -> None: ...

    def lock(self) -> None: ...
    def choose_pin(self) -> None: ...

    def show_screen(self, name: str, **given: object) -> None: ...


def search_targets(window: Reachable) -> list[Target]:
    """Everything that can be reached for the person signed in."""
    desk = window.desk
    current = desk.session.current
    screen = tell("search.screen")
    targets = [
        Target(f"screen-{item.key}", item.label, screen, partial(window.nav.chosen.emit, item.key))
        for item in window.nav_items()
    ]
    action = tell("search.action")
    if current is not None and current.may_enter:
        targets.append(Target("act-new", tell("nav.new_form"), action, window.new_form))
    form = desk.form.view
    if form is not None and form.may_begin_again and window.current_screen() == "form":
        again = partial(entry.begin_again, desk)
        targets.append(Target("act-again", tell("form.begin_again"), action, again))
    targets.append(Target("act-send", tell("nav.send"), action, window.send))
    targets.append(Target("act-lock", tell("nav.lock_hint"), action, window.lock))
    has_pin = current is not None and current.has_pin
    targets.append(
        Target("act-pin", tell("pin.change" if has_pin else "pin.title"), action, window.choose_pin)
    )
    record = tell("search.record")
    for task in desk.home.view.tasks if desk.home.view is not None else ():
        targets.append(Target(task.rid, task.title, record, partial(entry.open_record, desk, task.rid)))
    for row in desk.review.queue.rows if desk.review.queue is not None else ():
        targets.append(Target(row.rid, row.title, tell("nav.review"), partial(_review, window, row.rid)))
    return targets


def look_further(window: Reachable, typed: str, then: Callable[[str, list[Target]], None]) -> None:
    """Ask the laptop for records and villages that fit what is typed; away from the window's thread."""

    def found(hits: tuple[Found, ...]) -> None:
        then(typed, [_target(window, hit) for hit in hits])

    listing.search(window.desk, typed, found)


def _target(window: Reachable, hit: Found) -> Target:
    if hit.kind == "place":
        act = partial(window.show_screen, "lists", unit=hit.value)
        return Target(hit.key, hit.title, listing.told("search.village"), act)
    title = f"{hit.title} · {hit.detail}" if hit.detail else hit.title
    act = partial(listing.open_record, window.desk, hit.value, hit.where)
    return Target(hit.key, title, listing.told("search.record"), act)


def _review(window: Reachable, rid: str) -> None:
    review.open_record(window.desk, rid)
    window.show_screen("review")
