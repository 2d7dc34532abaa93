"""The truth bar: 30 px at the bottom of every screen.

Owns showing, always and without claiming more than the server has acknowledged: last local save, the path
laptop > waiting > received with counts, then returned, differing, and the connection (design/UI.md section
1.1). It is handed a TruthState and never works one out.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QFontMetricsF,
    QPainter,
    QPaintEvent,
    QPen,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QSizePolicy, QWidget

from sidumba_field import words
from sidumba_field.ui.theme import font, paint_icon, size, theme
from sidumba_field.ui.widgets.glyphs import MarkPainter, StatePainter, mark_meaning, position_meaning
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.painting import line_of_text
from sidumba_field.ui.widgets.speech import language, tr


@dataclass(frozen=True, slots=True)
class TruthState:
    """What the bar says. Times are words already ("09.41.12", "07.12"); counts are records on this laptop.

    ``connection``: "online", "slow", "sending", "offline" or "unknown"; ``link_text`` are its
    words where the services have them, else the bar has its own. ``signed_in`` False shows only what
    may be told about a locked laptop: how much waits, and that the data is locked.
    """

    saved_at: str = ""
    laptop: int = 0
    waiting: int = 0
    received: int = 0
    returned: int = 0
    differing: int = 0
    trouble: int = 0
    connection: str = "unknown"
    offline_since: str = ""
    sending_percent: int = 0
    link_text: str = ""
    signed_in: bool = True
    on_stick: int = 0


class Segment(QAbstractButton):
    """One fact: glyph, strong number, words. Focusable; a press asks for the screen behind it."""

    def __init__(self, part: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.part = part
        self._number, self._words, self._short = "", "", False
        self._tone, self._icon, self._strong = "text.secondary", "", False
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setProperty("corner", 4)
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def show_fact(
        self, number: str, said: str, *, tone: str = "text.secondary", icon: str = "", strong: bool = False
    ) -> None:
        """Replace what it says. ``icon`` is a Lucide name, or "" for the painted glyph of its part."""
        self._number, self._words, self._tone, self._icon, self._strong = number, said, tone, icon, strong
        phrase = f"{number} {said}".strip()
        self.setAccessibleName(phrase)
        self.setToolTip(phrase)
        self.setVisible(bool(phrase))
        self.updateGeometry()
        self.update()

    def set_short(self, short: bool) -> None:
        """Numbers only, for narrow windows."""
        self._short = short
        self.updateGeometry()
        self.update()

    def _shown_words(self) -> str:
        return "" if self._short and self._number else self._words

    def _words_font(self) -> int:
        return 500 if self._strong else 0

    def sizeHint(self) -> QSize:
        """Glyph, number, words."""
        width = 16.0 + 5
        if self._number:
            width += (
                QFontMetricsF(font("small", numbers=True, weight=600)).horizontalAdvance(self._number) + 4
            )
        used = font("small", numbers=True, weight=self._words_font())
        width += QFontMetricsF(used).horizontalAdvance(self._shown_words())
        return QSize(max(28, round(width + 2)), size("truthBar") - 2)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw glyph, number, words."""
        painter = QPainter(self)
        current = theme()
        box = QRectF(0, (self.height() - 16) / 2, 16, 16)
        self._paint_glyph(painter, box)
        left = box.right() + 5
        rest = QRectF(left, 0, self.width() - left, self.height())
        if self._number:
            toned = self._tone if self._tone.startswith("state.") else "text.primary"
            weight = 0 if self._tone.startswith("state.") else 600
            used = font("small", numbers=True, weight=weight)
            rest.setLeft(
                rest.left() + line_of_text(painter, rest, self._number, used, current.color(toned)) + 4
            )
        used = font("small", numbers=True, weight=self._words_font())
        ink = current.color("text.primary" if self._strong else self._tone)
        line_of_text(painter, rest, self._shown_words(), used, ink)
        painter.end()

    def _paint_glyph(self, painter: QPainter, box: QRectF) -> None:
        if self._icon:
            paint_icon(painter, self._icon, box, theme().color(self._tone))
        elif self.part == "returned":
            StatePainter.paint(painter, box, "dikembalikan")
        else:
            marks = {"saved": "laptop", "laptop": "laptop", "waiting": "tunggu", "received": "terima"}
            mark = marks.get(self.part) or ("beda" if self.part == "differing" else "gagal")
            MarkPainter.paint(painter, box, mark)


class _Join(QWidget):
    """Between segments: a chevron along the path, a hairline between subjects."""

    def __init__(self, chevron: bool, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._chevron = chevron
        self.setFixedSize(14 if chevron else 1, 16)
        theme().changed.connect(self.update)

    def paintEvent(self, event: QPaintEvent) -> None:
        painter = QPainter(self)
        if self._chevron:
            paint_icon(painter, "chevron-right", QRectF(0, 1, 14, 14), theme().color("text.tertiary"))
        else:
            painter.setPen(QPen(theme().color("border.default"), 1))
            painter.drawLine(0, 0, 0, self.height())
        painter.end()


class TruthBar(QWidget):
    """The bar.

    ``opened`` carries the part that was pressed (saved, laptop, waiting, received, returned, ...).
    """

    opened = Signal(str)

    PARTS = (
        "saved",
        "laptop",
        "waiting",
        "received",
        "on_stick",
        "returned",
        "differing",
        "trouble",
        "locked",
        "connection",
    )
    _CHEVRON_BEFORE = ("waiting", "received")

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedHeight(size("truthBar"))
        self._state, self._fetching, self._short = TruthState(), False, False
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(16, 1, 16, 0)
        self._row.setSpacing(8)
        self._segments: dict[str, Segment] = {}
        self._joins: dict[str, _Join] = {}
        self._fetch = Segment("laptop")
        self._fetch.hide()
        self._row.addWidget(self._fetch)
        for part in self.PARTS:
            if part == "connection":
                self._row.addStretch(1)
                self._note = Label("", "small", "secondary", numbers=True)
                self._note_line = _Join(False)
                self._row.addWidget(self._note)
                self._row.addWidget(self._note_line)
                self.set_note("")
            elif part != "saved":
                join = self._joins[part] = _Join(part in self._CHEVRON_BEFORE)
                self._row.addWidget(join)
            segment = self._segments[part] = Segment(part)
            segment.clicked.connect(lambda _checked=False, name=part: self.opened.emit(name))
            self._row.addWidget(segment)
        self.setAccessibleName(tr("truth.name"))
        theme().changed.connect(self.update)
        self.show_truth(TruthState())

    def state(self) -> TruthState:
        """What it says now."""
        return self._state

    def segment(self, part: str) -> Segment:
        """One segment, for tests and for the focus."""
        return self._segments[part]

    def set_note(self, text: str) -> None:
        """What the screen in front has to say at the right ("Baris 1–16 dari 1.284"); "" for nothing."""
        self._note.setText(text)
        self._note.setVisible(bool(text))
        self._note_line.setVisible(bool(text))

    def note(self) -> str:
        """What stands there now."""
        return self._note.text()

    def show_fetch(self, text: str) -> None:
        """During the set-up how much of it is kept stands in place of every count; "" for the usual bar."""
        self._fetch.show_fact("", text, icon="laptop")
        if text:
            for part in self.PARTS:
                self._segments[part].setVisible(part == "connection")
            for join in self._joins.values():
                join.hide()
        elif self._fetching:
            self.show_truth(self._state)
        self._fetching = bool(text)

    def set_short(self, short: bool) -> None:
        """Below 1000 px words shorten and numbers stay."""
        self._short = short
        for part, segment in self._segments.items():
            segment.set_short(short and part not in ("connection", "saved"))
        self._fit()

    def _fit(self) -> None:
        """What lies on a flashdisk has the longest words: they give way first, to a number under its sign."""
        segment = self._segments["on_stick"]
        segment.set_short(self._short)
        shown = [one for one in self._segments.values() if not one.isHidden()]
        wanted = sum(one.sizeHint().width() for one in shown) + len(shown) * (14 + 2 * self._row.spacing())
        segment.set_short(self._short or wanted > self.width())

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Another width."""
        super().resizeEvent(event)
        self._fit()

    def show_truth(self, state: TruthState) -> None:
        """Show a state; a change of connection is announced politely, a change of counts is not."""
        before, self._state = self._state, state
        for part in self.PARTS:
            self._fill(part, state)
        shown = [part for part in self.PARTS if not self._segments[part].isHidden()]
        for part, join in self._joins.items():
            join.setVisible(part in shown and part != shown[0])
        self._fit()
        if before.connection != state.connection and before.connection != "unknown":
            phrase = self._segments["connection"].accessibleName()
            event = QAccessibleAnnouncementEvent(self, phrase)
            event.setPoliteness(QAccessible.AnnouncementPoliteness.Polite)
            QAccessible.updateAccessibility(event)

    def _fill(self, part: str, state: TruthState) -> None:
        segment = self._segments[part]
        if part == "connection":
            said, tone, icon = _connection(state)
            segment.show_fact("", said, tone=tone, icon=icon, strong=True)
        elif part == "locked":
            said = "" if state.signed_in else tr("truth.locked")
            segment.show_fact("", said, icon="lock")
        elif part == "saved":
            shown = state.signed_in and state.saved_at
            segment.show_fact("", tr("truth.saved", at=state.saved_at) if shown else "")
        else:
            self._fill_count(segment, part, state)

    @staticmethod
    def _fill_count(segment: Segment, part: str, state: TruthState) -> None:
        count = int(getattr(state, part))
        always = part in ("laptop", "waiting", "received")
        visible = (state.signed_in and (always or count > 0)) or (part == "waiting" and count > 0)
        if not visible:
            segment.show_fact("", "")
            return
        tones = {
            "returned": position_meaning("dikembalikan").fg,
            "differing": mark_meaning("beda").fg,
            "trouble": mark_meaning("gagal").fg,
            "on_stick": mark_meaning("tunggu").fg,
        }
        key = f"truth.{part}" if state.signed_in else "truth.waiting_locked"
        number = words.number(count, lang=language())
        icon = "usb" if part == "on_stick" else ""
        segment.show_fact(number, tr(key), tone=tones.get(part, "text.secondary"), icon=icon)

    def sizeHint(self) -> QSize:
        """As high as the token says."""
        return QSize(900, size("truthBar"))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Ground and the hairline above."""
        painter = QPainter(self)
        painter.fillRect(self.rect(), theme().color("bg.surface"))
        painter.fillRect(0, 0, self.width(), 1, theme().color("border.default"))
        painter.end()


def _connection(state: TruthState) -> tuple[str, str, str]:
    """Words, colour and icon of the connection. Offline is amber, never red: it is a normal way to work."""
    said, tone, icon = _own_words(state)
    return state.link_text or said, tone, icon


def _own_words(state: TruthState) -> tuple[str, str, str]:
    if state.connection == "offline":
        said = (
            tr("truth.offline_since", at=state.offline_since) if state.offline_since else tr("truth.offline")
        )
        return said, "state.amber.fg", "wifi-off"
    if state.connection == "sending":
        return tr("truth.sending", percent=state.sending_percent), "state.teal.fg", "wifi"
    if state.connection == "slow":
        return tr("truth.slow"), "state.teal.fg", "wifi"
    if state.connection == "online":
        return tr("truth.online"), "state.teal.fg", "wifi"
    return "", "text.secondary", "wifi"
