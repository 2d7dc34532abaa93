"""An order to empty this laptop: what is on screen is kept first, then the set-up says what happened."""

from __future__ import annotations

import pytest

from sidumba_field.services.exchange.sync_views import SyncOutcome
from sidumba_field.ui.operations import orders, syncing
from tests.helpers.fake_services import PASSPHRASE
from tests.helpers.qt import press, type_text, wait_until
from tests.helpers.screens import Laptop, laptop

__all__ = ["laptop"]


def test_an_order_that_came_with_a_run_is_obeyed_and_told(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    press("1")
    type_text(PASSPHRASE)
    press("Return")
    wait_until(lambda: laptop.window.current_screen() == "home")
    laptop.idle()
    told = SyncOutcome(0, 0, 0, 0, "", "", ok=False, order=orders.WIPE)
    monkeypatch.setattr(laptop.services.syncing, "run", lambda *_: told)
    syncing.run(laptop.window.desk)
    wait_until(lambda: laptop.window.current_screen() == "login")
    laptop.idle()
    assert len(laptop.services.office.named("obey")) == 1
    assert laptop.login.activation._title.text() == "Laptop sudah dikosongkan"
    assert laptop.login.activation._note.text() == laptop.services.session.wiped


def test_an_order_to_wait_leaves_the_person_where_he_is(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    press("1")
    type_text(PASSPHRASE)
    press("Return")
    wait_until(lambda: laptop.window.current_screen() == "home")
    laptop.idle()
    told = SyncOutcome(0, 0, 0, 0, "", "", ok=False, order="suspended")
    monkeypatch.setattr(laptop.services.syncing, "run", lambda *_: told)
    syncing.run(laptop.window.desk)
    laptop.idle()
    assert laptop.window.current_screen() == "home"
    assert laptop.services.office.named("obey") == []


def test_an_order_that_came_by_stick_is_obeyed_without_any_line(laptop: Laptop) -> None:
    press("1")
    type_text(PASSPHRASE)
    press("Return")
    wait_until(lambda: laptop.window.current_screen() == "home")
    laptop.idle()
    laptop.services.syncing.is_online = False
    laptop.services.orders.word = orders.WIPE
    syncing.look(laptop.window.desk)
    wait_until(lambda: laptop.window.current_screen() == "login")
    laptop.idle()
    assert len(laptop.services.office.named("obey")) == 1
