"""The quick look beside a pile: what a record says, on one page, the photo, and other records like it.

Owns the reading table of two columns; nothing here changes anything.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QImage, QPainter, QPaintEvent, QTextLayout
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from sidumba_field.services.steps.views import LookView, TwinView
from sidumba_field.services.views import ReviewLine
from sidumba_field.ui.screens.parts import Ground, clear, scroll
from sidumba_field.ui.theme import theme
from sidumba_field.ui.viewmodels.steps_speech import told
from sidumba_field.ui.widgets.banner import Banner
from sidumba_field.ui.widgets.label import ElidedLabel, Label
from sidumba_field.ui.widgets.photos import PhotoCard
from sidumba_field.ui.widgets.rich_text import Run, lay_out

_LEFT, _GAP, _SHARE = 16, 12, 0.42
_TWINS = 2  # banners shown; the count of the others stands in the second


class ReadLine(QWidget):
    """One answer as it is read: label left, value right, both wrap."""

    def __init__(self, line: ReviewLine, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._line = line
        self._heights: dict[int, int] = {}  # a layout asks again and again, the words never change
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(f"{line.label}: {line.current or '–'}")
        theme().changed.connect(self.update)

    def _texts(self, width: float) -> tuple[QTextLayout, QTextLayout, float, float]:
        """Both texts laid out for a width, where the value begins, and how high the row is."""
        value_left = _LEFT + (width - 2 * _LEFT) * _SHARE
        label, value = QTextLayout(), QTextLayout()
        warning = self._line.warning
        tone = "state.amber.fg" if warning else "text.primary"
        runs = [Run(self._line.current or "–", tone if self._line.current else "text.tertiary")]
        if warning:
            runs.append(Run(f"\n{warning}", "state.amber.fg"))
        high = max(
            lay_out(label, [Run(self._line.label, "text.secondary")], "small", value_left - _LEFT - _GAP, 0)[
                0
            ],
            lay_out(value, runs, "body", width - value_left - _LEFT, 0, numbers=True)[0],
        )
        return label, value, value_left, high

    def hasHeightForWidth(self) -> bool:
        """Long answers wrap."""
        return True

    def heightForWidth(self, width: int) -> int:
        """As high as the longer of the two."""
        if width not in self._heights:
            self._heights[width] = max(27, round(self._texts(width)[3]) + 9)
        return self._heights[width]

    def sizeHint(self) -> QSize:
        """Design width."""
        return QSize(420, self.heightForWidth(420))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Label, value, hairline."""
        painter = QPainter(self)
        label, value, left, _ = self._texts(self.width())
        label.draw(painter, QPointF(_LEFT, 6))
        value.draw(painter, QPointF(left, 4))
        area = QRectF(_LEFT, self.height() - 1, self.width() - 2 * _LEFT, 1)
        painter.fillRect(area, theme().color("border.subtle"))
        painter.end()


class LookPane(Ground):
    """The record looked at. ``photo_wanted``: the whole picture; ``twin_wanted``: compare with that record."""

    photo_wanted = Signal()
    twin_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("bg.surface", parent=parent)
        self.image = QImage()
        self._title = ElidedLabel("", "section")
        self._subtitle = ElidedLabel("", "small", "secondary")
        self._number = Label("", "small", "secondary", codes=True)
        self.photo = PhotoCard(told("pile.photo"))
        self.photo.setFixedWidth(236)
        self._banners = QVBoxLayout()
        self._banners.setSpacing(6)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(0)
        self._narrow = False
        self.area = scroll(self._body())
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.area)
        self.photo.looked.connect(self.photo_wanted)

    def _body(self) -> QWidget:
        body = QWidget()
        column = QVBoxLayout(body)
        column.setContentsMargins(0, 14, 0, 14)
        column.setSpacing(8)
        head = QHBoxLayout()
        head.setContentsMargins(_LEFT, 0, _LEFT, 0)
        head.setSpacing(14)
        words = QVBoxLayout()
        words.setSpacing(3)
        for part in (self._title, self._subtitle, self._number):
            words.addWidget(part)
        words.addLayout(self._banners)
        words.addStretch(1)
        head.addLayout(words, 1)
        head.addWidget(self.photo, 0, Qt.AlignmentFlag.AlignTop)
        column.addLayout(head)
        column.addLayout(self._lines)
        column.addStretch(1)
        return body

    def show_look(self, look: LookView) -> None:
        """Another record."""
        self._title.setText(look.title)
        self._subtitle.setText(look.subtitle)
        self._number.setText(look.number)
        self._number.setVisible(bool(look.number))
        self.image = QImage()
        self.photo.set_image(self.image)
        self.photo.setVisible(bool(look.photos))
        clear(self._banners)
        self._show_twins(look.twins)
        for banner in look.banners[:2]:
            self._banners.addWidget(Banner(banner.tone, banner.bold, banner.text))
        clear(self._lines)
        for line in look.lines:
            self._lines.addWidget(ReadLine(line))
        self.area.verticalScrollBar().setValue(0)

    def _show_twins(self, twins: Sequence[TwinView]) -> None:
        for number, twin in enumerate(twins[:_TWINS]):
            words = told("twin.banner", why=twin.why, title=twin.title, place=twin.subtitle)
            key = "Alt+B" if number == 0 else None
            banner = Banner(
                "magenta", told("twin.lead"), words, action=told("twin.compare"), shortcut=key, parent=self
            )
            banner.acted.connect(lambda rid=twin.rid: self.twin_wanted.emit(rid))
            self._banners.addWidget(banner)
        if len(twins) > _TWINS:
            more = told("twin.more", count=len(twins))
            self._banners.addWidget(Label(more, "small", "magenta"))

    def show_photo(self, content: bytes) -> None:
        """Its picture; empty when it is not on this laptop."""
        self.image = QImage.fromData(content) if content else QImage()
        self.photo.set_image(self.image)
        self.photo.set_caption(told("pile.photo" if content else "pile.no_photo"))

    def set_narrow(self, narrow: bool) -> None:
        """A smaller picture where there is less room."""
        self._narrow = narrow
        self.photo.setFixedWidth(168 if narrow else 236)
