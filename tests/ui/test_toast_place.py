"""A toast covers neither a button nor what is in hand, and steps aside when the hand comes to it."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QRect
from PySide6.QtWidgets import QApplication, QPushButton, QWidget

from sidumba_field.ui.widgets.toast import Toast
from sidumba_field.ui.widgets.toast_place import best_place
from tests.helpers.qt import press, settle, show, wait_until
from tests.helpers.screens import Laptop, laptop

__all__ = ["laptop"]


def over(toast: Toast) -> QRect:
    """What of the window lies below the toast, without its shadow."""
    return toast.geometry().adjusted(8, 8, -8, -8)


def on_window(widget: QWidget, host: QWidget) -> QRect:
    """A widget's place in the window's content."""
    return QRect(widget.mapTo(host, widget.rect().topLeft()), widget.size())


def test_the_question_in_hand_stays_in_sight(laptop: Laptop) -> None:
    laptop.sign_in(1)
    laptop.open_form("k1")
    host = laptop.window.centralWidget()
    laptop.window.toast.show_message("Diterima dari server 4.")
    for _ in range(12):
        press("Return")
        laptop.idle()
        row = laptop.form.body.row(laptop.form.body.here())
        if row is not None:
            wait_until(lambda row=row: not over(laptop.window.toast).intersects(on_window(row, host)))
    laptop.window.toast.finish()


def test_the_remark_being_written_and_the_decisions_stay_in_sight(laptop: Laptop) -> None:
    laptop.sign_in(4)
    laptop.window.show_screen("review")
    laptop.idle()
    laptop.review.write_remark("usaha/omzet")
    settle(30)
    laptop.window.toast.show_message("Diterima dari server 4.")
    composer = laptop.review.table.composer()
    assert composer is not None
    host = laptop.window.centralWidget()
    for part in (composer, laptop.review.foot.forward, laptop.review.foot.back):
        assert not over(laptop.window.toast).intersects(on_window(part, host))
    laptop.window.toast.finish()


@pytest.mark.parametrize("covered", [(100, 340, 200, 40), (0, 240, 400, 140)])
def test_a_free_place_is_found_when_the_usual_one_is_taken(
    themed: QApplication, covered: tuple[int, int, int, int]
) -> None:
    host = QWidget()
    button = QPushButton("Kirim", host)
    button.setGeometry(*covered)
    show(host, 400, 400)
    toast = Toast(host, above=20)
    box = toast.sizeHint()
    place = best_place(host, toast, box, 20, None)
    assert not QRect(place, box).intersects(button.geometry())
    button.hide()
    usual = best_place(host, toast, box, 20, None)
    assert abs(usual.x() - (400 - box.width()) // 2) <= 1
    assert usual.y() == 400 - box.height() - 20
    assert best_place(host, toast, box, 20, place) == place
    host.close()
    host.deleteLater()
    settle()
