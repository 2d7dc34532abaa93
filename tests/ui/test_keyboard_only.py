"""One whole UMKM is filled with the keyboard alone, in a real window over the real services, and handed on.

``pytest -s`` prints how many keys were pressed beyond the answers. An answer costs the characters of what is written,
and one key for each choice; everything else is beyond: moving on, opening, searching, taking a row of a list.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QKeyEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit

from sidumba_field.core.xforms import template_path
from sidumba_field.services.views import ItemView
from tests.helpers import umkm_answers
from tests.helpers.qt import press, settle, wait_until
from tests.helpers.real_laptop import RealLaptop, village
from tests.tour.people import photo

__all__ = ["village"]

VILLAGE = "63.11.02.2005"
#: Keys beyond the answers that one question may cost; Enter alone is one.
PER_ITEM = 1.5
_MOUSE = frozenset(
    {
        QEvent.Type.MouseButtonPress,
        QEvent.Type.MouseButtonRelease,
        QEvent.Type.MouseButtonDblClick,
        QEvent.Type.Wheel,
        QEvent.Type.TouchBegin,
        QEvent.Type.TabletPress,
    }
)
_MODIFIERS = frozenset({Qt.Key.Key_Shift, Qt.Key.Key_Control, Qt.Key.Key_Alt, Qt.Key.Key_Meta})


class Watch(QObject):
    """Counts what reaches the application from a mouse."""

    def __init__(self) -> None:
        super().__init__()
        self.mouse = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.mouse += event.type() in _MOUSE
        return False


@pytest.fixture
def watch(qapp: QApplication) -> Iterator[Watch]:
    made = Watch()
    qapp.installEventFilter(made)
    yield made
    qapp.removeEventFilter(made)


class Hands:
    """Two hands on a keyboard. ``pressed``: every key; ``answers``: those that are the answers themselves."""

    def __init__(self, laptop: RealLaptop, answers: dict[str, str], picture: Path) -> None:
        self.laptop, self.wanted, self.picture = laptop, answers, picture
        self.pressed = self.answers = 0
        self.items: list[str] = []

    @property
    def beyond(self) -> int:
        return self.pressed - self.answers

    def press(self, key: str) -> None:
        press(key)
        self.pressed += 1

    def type(self, text: str) -> None:
        """Press the keys of ``text`` one by one on whatever has the focus."""
        for letter in text:
            key = ord(letter.upper()) if letter.isascii() else 0
            for kind in (QEvent.Type.KeyPress, QEvent.Type.KeyRelease):
                event = QKeyEvent(kind, key, Qt.KeyboardModifier.NoModifier, letter)
                QApplication.sendEvent(QApplication.focusWidget() or self.laptop.window, event)
            self.pressed += 1
        settle()

    def here(self) -> str:
        return template_path(self.laptop.form.body.here())

    def fill(self) -> None:
        """From the first question to the last: what is right already is passed, all else is answered."""
        last = self.laptop.form.finish_button
        while QApplication.focusWidget() is not last:
            path = self.here()
            assert path not in self.items, f"Enter does not leave {path}"
            self.items.append(path)
            if path in self.laptop.window.desk.form.view.repeats:  # type: ignore[union-attr]
                self.rows(path)
            else:
                self.question(path)
            self.press("Return")
            wait_until(lambda path=path: QApplication.focusWidget() is last or self.here() != path)  # type: ignore[misc]
            self.laptop.idle()

    def question(self, path: str) -> None:
        self.laptop.idle()
        item = self.laptop.window.desk.form.item(path)
        assert item is not None, path
        wanted = self.wanted.get(path, "")
        if item.kind == "binary":
            if wanted:
                self.choose_file()
        elif wanted and item.value != wanted and path != "pernyataan/nomor":
            self.give(item, wanted)

    def give(self, item: ItemView, wanted: str) -> None:
        """Press what answers a question of this kind."""
        if item.lookup:
            self.type(wanted)
            self.answers += 1
            self.rows_came(item)
        elif item.kind == "select_one" and len(item.choices) > 9:
            self.type(self.words(item, wanted))
            self.answers += 1
        elif item.kind == "select_multiple" and len(item.choices) > 9:
            for one in wanted.split():
                self.type(self.words(item, one))
                self.answers += 1
                self.press("Return")
        elif item.kind in ("select_one", "select_multiple"):
            values = [choice.value for choice in item.choices]
            digits = "".join(str(values.index(one) + 1) for one in wanted.split())
            self.type(digits)
            self.answers += len(digits)
        else:
            written = self.written(item, wanted)
            self.type(written)
            self.answers += len(written)

    def words(self, item: ItemView, value: str) -> str:
        """The fewest letters that bring the choice to the top of its list."""
        from sidumba_field.ui.widgets.choice_list import found_choices

        choices = [(choice.value, choice.label) for choice in item.choices]
        label = dict(choices)[value]
        return next(
            label[:n] for n in range(1, len(label) + 1) if found_choices(choices, label[:n])[0][0] == value
        )

    def rows_came(self, item: ItemView) -> None:
        """A list that is searched in the services answers after a moment; Enter takes its first row."""
        row = self.laptop.form.body.row(item.path)
        assert row is not None
        wait_until(lambda: not self.laptop.jobs.pending)
        settle(60)
        self.laptop.idle()

    @staticmethod
    def written(item: ItemView, wanted: str) -> str:
        """What a person writes for a stored value."""
        if item.kind == "date":
            year, month, day = wanted.split("-")
            return day + month + year
        if item.kind == "decimal":
            return wanted.replace(".", ",")
        return wanted

    def rows(self, repeat: str) -> None:
        """Type the rows of a table: Enter goes from cell to cell and into a new row."""
        view = self.laptop.window.desk.form.view
        assert view is not None
        columns = [c.path.rsplit("/", 1)[-1] for c in view.repeats[repeat].columns if not c.readonly]
        ids = [path for path in self.wanted if re.fullmatch(re.escape(repeat) + r"\[[^]]*\]", path)]
        for row in ids:
            for column in columns:
                text = self.wanted.get(f"{row}/{column}", "")
                self.items.append(f"{row}/{column}")
                self.type(text)
                self.answers += len(text)
                self.press("Return")
                self.laptop.idle()

    def choose_file(self) -> None:
        """Space opens the dialog of the system; the path is written there."""
        self.press("Space")
        window = self.laptop.window

        def dialog() -> QFileDialog | None:
            return next((d for d in window.findChildren(QFileDialog) if d.isVisible()), None)

        wait_until(lambda: dialog() is not None)
        opened = dialog()
        assert opened is not None
        name = opened.findChild(QLineEdit)
        assert name is not None
        name.setFocus()
        QTest.keyClicks(name, str(self.picture))
        QTest.keyClick(name, Qt.Key.Key_Return)
        self.pressed += len(str(self.picture)) + 1
        self.answers += len(str(self.picture))
        wait_until(lambda: dialog() is None)
        window.activateWindow()
        self.laptop.idle()


def fullest() -> dict[str, str]:
    """The business with the most to say among the first hundred, interviewed at home."""
    all_of_them = [umkm_answers.typed(n, VILLAGE) for n in range(100)]
    heard = [one for one in all_of_them if one["pendataan/sumber"] == "wawancara" and "pemilik/surel" in one]
    return max(heard, key=len)


def test_a_whole_business_is_filled_and_handed_on_without_a_mouse(
    village: RealLaptop, watch: Watch, tmp_path: Path
) -> None:
    picture = tmp_path / "toko.jpg"
    picture.write_bytes(photo(320, 240))
    village.sit("Nor Halimah", "petugas")
    answers = fullest()
    hands = Hands(village, answers, picture)
    hands.press("Ctrl+N")
    wait_until(lambda: village.window.desk.form.view is not None)
    village.idle()
    rid = village.window.desk.form.rid
    hands.fill()
    view = village.window.desk.form.view
    assert view is not None
    assert view.errors == ()
    hands.press("Ctrl+Return")
    village.idle()

    record = village.on_worker(lambda: village.office.store.records.get(rid))
    assert record is not None
    assert record.state == "diserahkan"
    kept = {path: value for path, value in record.fields.items() if value}
    for path, value in answers.items():
        if "[" in path or path in ("pernyataan/nomor", "pernyataan/setuju_waktu", "lokasi/foto"):
            continue
        assert kept.get(path) == value, path
    rows = [path for path in kept if re.fullmatch(r"usaha/produk\[[^]]*\]", path)]
    assert len(rows) == 3
    assert kept["pernyataan/nomor"] == f"{VILLAGE}/2026/0001"
    assert re.fullmatch(r"[0-9a-f]{64}\.jpg", kept["lokasi/foto"])
    assert watch.mouse == 0
    with_answers = len(hands.items)
    print(
        f"\n{with_answers} items, {hands.pressed} keys, {hands.answers} of them answers; "
        f"keys beyond the answers: {hands.beyond} ({hands.beyond / with_answers:.2f} per item)"
    )
    assert hands.beyond <= PER_ITEM * with_answers
