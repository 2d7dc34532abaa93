"""The frame: the truth bar never claims too much, undo works from anywhere, the layout follows the width."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton, QScrollArea, QVBoxLayout, QWidget

from sidumba_field.ui.shell import MainWindow
from sidumba_field.ui.widgets.banner import Banner
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.focus import FocusRing
from sidumba_field.ui.widgets.label import ElidedLabel
from sidumba_field.ui.widgets.nav_bar import NavItem
from sidumba_field.ui.widgets.page_header import PageHeader
from sidumba_field.ui.widgets.segmented import SegmentedSwitch
from sidumba_field.ui.widgets.toast import Toast
from sidumba_field.ui.widgets.truth_bar import TruthBar, TruthState
from tests.helpers.qt import press, settle, show, type_text


class Screen(QWidget):
    """A screen that keeps what it is told."""

    def __init__(self) -> None:
        super().__init__()
        column = QVBoxLayout(self)
        self.header = PageHeader("Judul")
        self.edit = QLineEdit()
        column.addWidget(self.header)
        column.addWidget(self.edit)
        self.told: list[object] = []

    def on_show(self, **given: object) -> None:
        self.told.append(given)

    def on_leave(self) -> None:
        self.told.append("left")

    def set_narrow(self, narrow: bool, tight: bool) -> None:
        self.told.append((narrow, tight))

    def first_focus(self) -> QWidget:
        return self.edit


@pytest.fixture
def window(themed: QApplication, qtbot) -> MainWindow:
    made = MainWindow()
    qtbot.addWidget(made)
    made.nav.set_items((NavItem("home", "Beranda", "house"), NavItem("sync", "Sinkronisasi", "refresh-cw")))
    made.add_screen("home", Screen())
    made.add_screen("sync", Screen())
    made.add_screen("form", Screen(), rail=True, nav="home")
    made.add_screen("login", Screen(), chrome=False)
    show(made, 1366, 696)
    made.show_screen("home")
    settle()
    return made


def test_ctrl_digits_open_screens_in_the_order_of_the_navigation(window: MainWindow) -> None:
    press("Ctrl+2", widget=window)
    assert window.current_screen() == "sync"
    press("Ctrl+1", widget=window)
    assert window.current_screen() == "home"


def test_a_screen_is_told_when_it_comes_and_goes_and_the_keyboard_starts_in_it(window: MainWindow) -> None:
    screen = window.screen_named("sync")
    window.show_screen("sync", rid="r1")
    assert screen.told[-1] == {"rid": "r1"}
    assert screen.edit.hasFocus()
    window.show_screen("home")
    assert screen.told[-1] == "left"


def test_navigation_is_a_rail_on_task_screens_and_in_narrow_windows(window: MainWindow) -> None:
    assert window.nav.width() == 196
    window.show_screen("form")
    assert window.nav.width() == 52
    window.show_screen("home")
    window.resize(1093, 543)
    settle()
    assert window.nav.width() == 52
    assert (True, False) in window.screen_named("home").told


def test_ctrl_b_toggles_the_width_of_the_navigation(window: MainWindow) -> None:
    press("Ctrl+B", widget=window)
    assert window.nav.is_mini()
    press("Ctrl+B", widget=window)
    assert not window.nav.is_mini()


def test_below_1000_the_header_is_lower_and_the_truth_bar_keeps_its_numbers(window: MainWindow) -> None:
    window.truth.show_truth(TruthState("09.41.12", 4, 23, 155, connection="online"))
    window.resize(960, 500)
    settle()
    assert window.screen_named("home").header.height() == 48
    assert window.truth.segment("waiting").width() < 60
    assert window.truth.segment("waiting").accessibleName() == "23 menunggu dikirim"


def test_the_login_has_no_navigation_but_the_truth_bar_stays(window: MainWindow) -> None:
    window.show_screen("login")
    assert not window.nav.isVisible()
    assert window.truth.isVisible()


def test_the_window_is_never_smaller_than_the_design_allows(window: MainWindow) -> None:
    assert (window.minimumWidth(), window.minimumHeight()) == (960, 500)


def visible(bar: TruthBar) -> dict[str, str]:
    return {
        part: bar.segment(part).accessibleName() for part in bar.PARTS if not bar.segment(part).isHidden()
    }


def test_the_truth_bar_says_the_whole_path_and_returned_only_if_any(themed: QApplication, qtbot) -> None:
    bar = TruthBar()
    qtbot.addWidget(bar)
    bar.show_truth(TruthState("09.41.12", 4, 23, 1550, 3, 0, 0, "offline", "07.12"))
    assert visible(bar) == {
        "saved": "Tersimpan 09.41.12",
        "laptop": "4 di laptop",
        "waiting": "23 menunggu dikirim",
        "received": "1.550 diterima server",
        "returned": "3 dikembalikan",
        "connection": "Luring sejak 07.12",
    }


def test_a_locked_laptop_tells_only_what_waits_and_that_it_is_locked(themed: QApplication, qtbot) -> None:
    bar = TruthBar()
    qtbot.addWidget(bar)
    bar.show_truth(TruthState(waiting=23, laptop=4, returned=2, connection="offline", signed_in=False))
    assert list(visible(bar)) == ["waiting", "locked", "connection"]


def test_pressing_a_segment_asks_for_what_is_behind_it(themed: QApplication, qtbot) -> None:
    bar = TruthBar()
    qtbot.addWidget(bar)
    bar.show_truth(TruthState(waiting=1))
    heard: list[str] = []
    bar.opened.connect(heard.append)
    bar.segment("waiting").click()
    assert heard == ["waiting"]


def test_undo_works_from_anywhere_while_the_toast_stands(window: MainWindow) -> None:
    done: list[str] = []
    window.show_toast("Baris 3 dihapus", lambda: done.append("undone"), lambda: done.append("expired"))
    press("Ctrl+Z", widget=window)
    assert done == ["undone"]
    assert not window.toast.isVisible()
    press("Ctrl+Z", widget=window)
    assert done == ["undone"], "one undo, once"


def test_typing_in_a_field_takes_its_own_ctrl_z_first(window: MainWindow) -> None:
    done: list[str] = []
    window.show_toast("Baris 3 dihapus", lambda: done.append("undone"))
    type_text("ab")
    press("Ctrl+Z")
    assert done == []
    assert window.screen_named("home").edit.text() == ""


def test_when_its_time_is_over_the_caller_is_told_once(themed: QApplication, qtbot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    show(host, 800, 400)
    toast, done = Toast(host), []
    toast.show_message("Disetujui", lambda: done.append("undone"), lambda: done.append("expired"), ms=20)
    settle(80)
    assert done == ["expired"]
    assert not toast.isVisible()


def test_a_new_toast_ends_the_one_before_it(themed: QApplication, qtbot) -> None:
    host = QWidget()
    qtbot.addWidget(host)
    show(host, 800, 400)
    toast, done = Toast(host), []
    toast.show_message("Satu", lambda: None, lambda: done.append("one"))
    toast.show_message("Dua", lambda: None, lambda: done.append("two"))
    assert (done, toast.text()) == (["one"], "Dua")


def test_closing_the_window_lets_what_waits_go_out(window: MainWindow) -> None:
    done: list[str] = []
    window.closing.connect(lambda: done.append("closing"))
    window.show_toast("Disetujui", lambda: None, lambda: done.append("expired"))
    window.close()
    assert done == ["expired", "closing"]


def test_a_busy_button_keeps_the_focus_and_takes_no_second_press(themed: QApplication, qtbot) -> None:
    button = Button("Simpan", "primary", shortcut="Ctrl+Return")
    qtbot.addWidget(button)
    show(button)
    button.setFocus()
    pressed: list[bool] = []
    button.clicked.connect(lambda: pressed.append(True))
    press("Space")
    button.set_busy("Menyimpan…")
    press("Space")
    press("Return")
    press("Ctrl+Return")
    assert (len(pressed), button.hasFocus(), button.accessibleName()) == (1, True, "Menyimpan…")
    button.set_busy("")
    press("Ctrl+Return")
    assert len(pressed) == 2


def test_every_button_says_its_key_and_is_large_enough(themed: QApplication, qtbot) -> None:
    for kind in ("primary", "plain", "quiet", "approve", "return", "return_solid"):
        button = Button("Setujui", kind, shortcut="Alt+S")  # type: ignore[arg-type]
        qtbot.addWidget(button)
        assert button.toolTip() == "Setujui (Alt+S)"
        assert min(button.sizeHint().width(), button.sizeHint().height()) >= 28


def test_the_ring_follows_the_focus_and_scrolls_along(themed: QApplication, qtbot) -> None:
    window = QWidget()
    qtbot.addWidget(window)
    ring = FocusRing(themed)
    scroll, body = QScrollArea(), QWidget()
    column = QVBoxLayout(body)
    first, second = QPushButton("satu"), QPushButton("dua")
    column.addWidget(first)
    column.addWidget(second)
    scroll.setWidget(body)
    QVBoxLayout(window).addWidget(scroll)
    show(window, 300, 200)
    second.setFocus()
    settle()
    assert ring.widget() is second
    drawn = ring._ring
    assert drawn is not None
    assert drawn.parentWidget() is body
    assert drawn.geometry().contains(second.geometry())
    second.hide()
    settle()
    assert (
        not drawn.geometry().contains(second.geometry())
        or not drawn.isVisible()
        or ring.widget() is not second
    )
    ring.deleteLater()


def test_a_deleted_ground_takes_no_ring_with_it_for_good(themed: QApplication, qtbot) -> None:
    ring = FocusRing(themed)
    for _ in range(2):
        window = QWidget()
        edit = QLineEdit(window)
        show(window, 200, 80)
        edit.setFocus()
        settle()
        assert ring.widget() is edit
        window.close()
        window.deleteLater()
        settle()
    ring.deleteLater()


def test_a_switch_is_moved_by_arrows_and_speaks_its_choice(themed: QApplication, qtbot) -> None:
    switch = SegmentedSwitch((("a", "Yang berubah 4"), ("b", "Semua isian 31")), name="Isian")
    qtbot.addWidget(switch)
    show(switch)
    switch.setFocus()
    heard: list[str] = []
    switch.chosen.connect(heard.append)
    press("Right")
    press("Right")
    assert (heard, switch.accessibleName()) == (["b"], "Isian: Semua isian 31")


def test_a_long_banner_wraps_and_is_not_cut(themed: QApplication, qtbot) -> None:
    holder = QWidget()
    qtbot.addWidget(holder)
    column = QVBoxLayout(holder)
    banner = Banner("amber", "Omzet 5,6× nilai produk.", "Rp 45.000.000 dibanding Rp 8.050.000. " * 4)
    column.addWidget(banner)
    column.addStretch(1)
    show(holder, 320, 300)
    assert banner.height() >= banner.heightForWidth(banner.width())
    assert banner.height() > 80


def test_a_shorter_title_leaves_no_gap_of_the_longer_one_before_its_chip(themed: QApplication, qtbot) -> None:
    label = ElidedLabel("Keripik Singkong Bu Siti", "section")
    qtbot.addWidget(label)
    label.keep(320)
    long = label.minimumWidth()
    label.setText("Warung")
    label.keep(320)
    assert 0 < label.minimumWidth() < long / 2
    label.keep(20)
    assert label.minimumWidth() == 20
