"""None, True and False outlive any number of Qt calls (PySide6 6.12 on Python before 3.12 takes references away)."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtWidgets import QApplication, QWidget

from sidumba_field.ui.singletons import is_needed, keep_alive


def test_qt_calls_do_not_use_up_none(qapp: QApplication, qtbot) -> None:
    widget = QWidget()
    qtbot.addWidget(widget)
    for _ in range(20_000):
        widget.update()
    assert sys.getrefcount(None) > 20_000 or not is_needed()


@pytest.mark.skipif(not is_needed(), reason="this pair of Python and PySide6 counts correctly")
@pytest.mark.parametrize("value", [None, True, False])
def test_the_count_is_raised_once(value: object) -> None:
    before = sys.getrefcount(value)
    keep_alive()
    assert before > 1 << 29
    assert sys.getrefcount(value) < 2 * before
