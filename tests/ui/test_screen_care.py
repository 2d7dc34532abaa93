"""Looking after the laptop, by hand: notices, a safe copy, what does not get through, leaving, a laptop from a copy."""

from __future__ import annotations

from typing import Any

import pytest
from PySide6.QtWidgets import QFileDialog

from sidumba_field.ui.operations import care
from tests.helpers.every_screen import LEAVING, PETUGAS, STUCK, activation, opened
from tests.helpers.fake_care import COPIED, ONLY_HERE
from tests.helpers.qt import press, settle, wait_until
from tests.helpers.screens import Laptop, laptop

__all__ = ["laptop"]


def _calls(laptop: Laptop, name: str) -> list[Any]:
    return [call for call in laptop.services.office.calls if call[0] == name]


@pytest.fixture
def folder(monkeypatch: pytest.MonkeyPatch) -> str:
    """Whatever is asked for, a person chooses this folder, or this file."""
    monkeypatch.setattr(QFileDialog, "getExistingDirectory", lambda *_: "E:/cadangan")
    monkeypatch.setattr(QFileDialog, "getOpenFileName", lambda *_: ("E:/laptop.cadangan", ""))
    return "E:/cadangan"


def test_a_reminder_on_beranda_leads_to_where_a_copy_is_made(laptop: Laptop) -> None:
    laptop.services.care.notices = (ONLY_HERE,)
    opened(PETUGAS, "home")(laptop)
    home: Any = laptop.window.screen_named("home")
    assert home.notices.isVisible()
    home.notices.banners[0].acted.emit()
    laptop.idle()
    assert laptop.window.current_screen() == "sync"


def test_a_notice_that_is_told_once_goes_when_it_was_read(laptop: Laptop) -> None:
    laptop.services.care.notices = (COPIED,)
    opened(PETUGAS, "home")(laptop)
    home: Any = laptop.window.screen_named("home")
    home.notices.banners[0].acted.emit()
    wait_until(lambda: not home.notices.isVisible())
    assert _calls(laptop, "care.read") == [("care.read", "copied")]


def test_alt_b_saves_a_copy_into_the_folder_chosen(laptop: Laptop, folder: str) -> None:
    opened(PETUGAS, "sync")(laptop)
    press("Alt+B")
    laptop.idle()
    assert _calls(laptop, "care.back_up") == [("care.back_up", folder)]
    assert "Cadangan 12 data" in laptop.window.toast.text()


def test_what_is_stuck_is_sent_again_set_aside_or_handed_over(laptop: Laptop, folder: str) -> None:
    laptop.services.care.rows = STUCK
    opened(PETUGAS, "sync")(laptop)
    screen: Any = laptop.window.screen_named("sync")
    assert screen.stuck.isVisible()
    desk = laptop.window.desk
    care.hand_over(desk, "op-1", folder)
    care.set_aside(desk, "op-1")
    care.again(desk, "op-1")
    care.again(desk, "op-2")
    wait_until(lambda: not screen.stuck.isVisible())
    assert [call[0] for call in laptop.services.office.calls if call[0].startswith("care.")][-4:] == [
        "care.hand_over",
        "care.set_aside",
        "care.again",
        "care.again",
    ]


def test_closing_offers_a_copy_and_closes_when_it_is_whole(laptop: Laptop) -> None:
    laptop.services.care.leave = LEAVING
    opened(PETUGAS, "home")(laptop)
    laptop.window.close()
    settle()
    assert laptop.window.isVisible()
    assert laptop.window._leaving.isVisible()
    press("Return")
    wait_until(lambda: not laptop.window.isVisible())
    assert len(_calls(laptop, "care.back_up")) == 1


def test_a_copy_that_fails_leaves_the_choice_and_closing_again_closes(laptop: Laptop) -> None:
    laptop.services.care.leave, laptop.services.care.refuse = LEAVING, "copy.gone"
    opened(PETUGAS, "home")(laptop)
    laptop.window.close()
    press("Return")
    laptop.idle()
    assert laptop.window._leaving.isVisible()
    press("Escape")
    assert not laptop.window._leaving.isVisible()
    assert laptop.window.isVisible()
    laptop.window.close()
    settle()
    assert not laptop.window.isVisible()


def test_a_laptop_that_is_not_set_up_is_restored_from_a_copy(laptop: Laptop, folder: str) -> None:
    activation(laptop)
    press("F4")
    laptop.idle()
    pane = laptop.login.restoring
    assert pane.isVisible()
    pane.secret.set_value("tiga perahu di dermaga")
    laptop.services.session.activated = True
    press("Ctrl+Return")
    laptop.idle()
    assert _calls(laptop, "care.restore") == [("care.restore", "E:/laptop.cadangan")]
    assert not pane.isVisible()
    assert pane.secret.value() == ""


def test_a_wrong_secret_is_told_beside_the_field(laptop: Laptop, folder: str) -> None:
    laptop.services.care.refuse = "auth.wrong_passphrase"
    activation(laptop)
    press("F4")
    laptop.idle()
    pane = laptop.login.restoring
    pane.secret.set_value("salah")
    press("Ctrl+Return")
    laptop.idle()
    assert pane.isVisible()
    assert pane.message.text()
