"""Deleting drafts in Daftar data: Delete does it at once with Urungkan; many ask why, and Esc lets them be."""

from __future__ import annotations

from sidumba_field.core.workflow.deleting import MOST
from sidumba_field.ui.screens.lists.screen import ListScreen
from tests.helpers.every_screen import PETUGAS, REGENCY, opened
from tests.helpers.qt import press
from tests.helpers.screens import Laptop, laptop

__all__ = ["laptop"]


def screen(laptop: Laptop, person: str = PETUGAS) -> ListScreen:
    opened(person, "lists")(laptop)
    found = laptop.window.screen_named("lists")
    assert isinstance(found, ListScreen)
    found.table.setFocus()
    return found


def discards(laptop: Laptop) -> list[tuple[int, str]]:
    return [(len(call[1]), call[2]) for call in laptop.services.office.named("discard")]


def test_delete_acts_at_once_and_is_taken_back_with_urungkan(laptop: Laptop) -> None:
    screen(laptop)
    press("Ctrl+Space")
    press("Delete")
    laptop.idle()
    assert discards(laptop) == [(1, "")]
    assert laptop.window.toast.offers_undo()
    press("Ctrl+Z")
    laptop.idle()
    assert laptop.services.office.named("withdraw_bulk")


def test_many_ask_why_first(laptop: Laptop) -> None:
    shown = screen(laptop)
    press("Ctrl+A")
    laptop.idle()
    press("Delete")
    laptop.idle()
    assert shown.panels.panel.isVisible()
    assert [reason for _, reason in discards(laptop)] == [""]
    press("Return")
    laptop.idle()
    count, reason = discards(laptop)[-1]
    assert count > MOST
    assert reason == "Data uji coba"


def test_escape_deletes_nothing(laptop: Laptop) -> None:
    shown = screen(laptop)
    press("Ctrl+A")
    laptop.idle()
    press("Delete")
    laptop.idle()
    press("Escape")
    laptop.idle()
    assert not shown.panels.panel.isVisible()
    assert len(discards(laptop)) == 1


def test_who_types_no_drafts_is_not_offered_to_delete_any(laptop: Laptop) -> None:
    shown = screen(laptop, REGENCY)
    press("Ctrl+Space")
    press("Delete")
    laptop.idle()
    assert not shown.bar.is_offered("discard")
    assert discards(laptop) == []
