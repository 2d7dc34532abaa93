"""The head of the record under review: name, posisi, where in the chain, the switch, and warnings as banners."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

from PySide6.QtCore import QRectF, QSize, Signal
from PySide6.QtGui import QFontMetricsF, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from sidumba_field.services.steps.views import TwinView
from sidumba_field.services.views import BannerView, ReviewView, StepView
from sidumba_field.ui.screens.parts import Ground, clear
from sidumba_field.ui.theme import font, paint_icon, theme
from sidumba_field.ui.viewmodels.speech import tell
from sidumba_field.ui.viewmodels.steps_speech import told
from sidumba_field.ui.widgets.banner import Banner
from sidumba_field.ui.widgets.chips import StateChip
from sidumba_field.ui.widgets.glyphs import StatePainter
from sidumba_field.ui.widgets.label import ElidedLabel
from sidumba_field.ui.widgets.painting import line_of_text
from sidumba_field.ui.widgets.segmented import SegmentedSwitch


class ChainLine(QWidget):
    """Desa, Kecamatan, Kabupaten, Kepala dinas: done, here, ahead."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._steps: tuple[StepView, ...] = ()
        self._short = False
        self.setSizePolicy(QSizePolicy.Policy.Fixed, QSizePolicy.Policy.Fixed)
        theme().changed.connect(self.update)

    def show_chain(self, steps: Sequence[StepView]) -> None:
        """Show the stations."""
        self._steps = tuple(steps)
        said = [tell(f"review.step_{step.state}", label=step.label) for step in steps]
        self.setAccessibleName(", ".join(said))
        self.setToolTip(", ".join(said))
        self.updateGeometry()
        self.update()

    def set_short(self, short: bool) -> None:
        """Only the present station keeps its words."""
        self._short = short
        self.updateGeometry()
        self.update()

    def _words(self, step: StepView) -> str:
        return step.label if not self._short or step.state == "current" else ""

    def _width(self, step: StepView) -> float:
        used = font("body", weight=600 if step.state == "current" else 0)
        words = self._words(step)
        width = QFontMetricsF(used).horizontalAdvance(words) if words else 0.0
        sign = 0 if step.state == "ahead" and not self._short else 20
        return width + sign

    def sizeHint(self) -> QSize:
        """All stations with their joins."""
        joins = 26 * max(0, len(self._steps) - 1)
        return QSize(round(sum(map(self._width, self._steps)) + joins) + 4, 20)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Signs, words, joins."""
        painter = QPainter(self)
        tones, left = theme(), 0.0
        for number, step in enumerate(self._steps):
            if number:
                painter.setPen(QPen(tones.color("border.strong"), 1.4))
                painter.drawLine(round(left) + 6, 10, round(left) + 19, 10)
                left += 26
            box = QRectF(left, 2, 16, 16)
            if step.state == "done":
                paint_icon(painter, "check", box, tones.color("state.teal.fg"))
                left += 20
            elif step.state == "current":
                StatePainter.paint(painter, box, step.posisi)
                left += 20
            elif self._short:
                StatePainter.paint(painter, box, "desa", color=tones.color("text.tertiary"))
                left += 20
            current = step.state == "current"
            used = font("body", weight=600 if current else 0)
            tone = "text.tertiary" if step.state == "ahead" else "text.primary"
            words = self._words(step)
            if words:
                area = QRectF(left, 0, QFontMetricsF(used).horizontalAdvance(words) + 2, 20)
                left += line_of_text(painter, area, words, used, tones.color(tone))
        painter.end()


class ReviewHead(Ground):
    """``switched`` carries "changed" or "all"."""

    switched = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("bg.surface", "bottom", parent)
        self._title, self._subtitle = ElidedLabel("", "section"), ElidedLabel("", "small", "secondary")
        self._title.setFont(font("section", numbers=True))
        self._subtitle.setFont(font("small", numbers=True))
        self._chip, self.chain = StateChip(), ChainLine()
        self.switch = SegmentedSwitch([("changed", ""), ("all", "")], tell("review.shown"))
        first = QHBoxLayout()
        first.setSpacing(8)
        first.addWidget(self._title, 0)
        first.addWidget(self._chip)
        first.addStretch(1)
        first.addWidget(self.chain)
        second = QHBoxLayout()
        second.setSpacing(8)
        second.addWidget(self._subtitle, 1)
        second.addWidget(self.switch)
        column = QVBoxLayout(self)
        column.setContentsMargins(16, 10, 14, 9)
        column.setSpacing(6)
        column.addLayout(first)
        column.addLayout(second)
        self.switch.chosen.connect(self.switched)

    def show_record(self, view: ReviewView, changed: int) -> None:
        """Another record."""
        self._title.setText(view.title)
        self._title.keep(280)
        self._subtitle.setText(view.subtitle)
        self._chip.set_position(view.posisi, view.posisi_label)
        self.chain.show_chain(view.chain)
        self.switch.set_words("changed", tell("review.changed", count=changed))
        self.switch.set_words("all", tell("review.all", count=len(view.all_lines)))
        self.switch.setVisible(bool(view.changed))

    def set_mode(self, key: str) -> None:
        """Which of the two is shown."""
        self.switch.set_current(key)

    def set_short(self, short: bool) -> None:
        """Narrow windows."""
        self.chain.set_short(short)


class BannerRow(QWidget):
    """Warnings and possible duplicates side by side; ``opened`` carries the path of the one acted on."""

    opened = Signal(str)
    twin_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._banners: tuple[BannerView, ...] = ()
        self._blocked = ""
        self._row = QHBoxLayout(self)
        self._row.setContentsMargins(12, 8, 12, 8)
        self._row.setSpacing(8)
        self.hide()

    def show_banners(self, banners: Sequence[BannerView], blocked: str) -> None:
        """At most three; what blocks the step comes first. Twins and needs follow by ``show_beside``."""
        self._banners, self._blocked = tuple(banners), blocked
        self.show_beside((), ())

    def show_beside(self, twins: Sequence[TwinView], needs: Sequence[BannerView]) -> None:
        """What the steps know beside the answers: a possible duplicate always has its place."""
        clear(self._row)
        shown: list[QWidget] = []
        if self._blocked:
            shown.append(Banner("vermilion", "", self._blocked, parent=self))
        room = 3 - len(shown) - bool(twins)
        for view in (*needs, *self._banners)[: max(room, 0)]:
            action = tell("review.show_line") if view.path else ""
            if view in needs and view.path:
                action = told("coding.code")
            banner = Banner(view.tone, view.bold, view.text, action=action, parent=self)
            banner.acted.connect(partial(self.opened.emit, view.path))
            shown.append(banner)
        if twins:
            shown.append(self._twin(twins))
        for part in shown:
            self._row.addWidget(part, 1)
        self.setVisible(bool(shown))

    def _twin(self, twins: Sequence[TwinView]) -> Banner:
        first = twins[0]
        words = told("twin.banner", why=first.why, title=first.title, place=first.subtitle)
        if len(twins) > 1:
            words = f"{words} {told('twin.more', count=len(twins))}"
        action = told("twin.compare")
        banner = Banner("magenta", told("twin.lead"), words, action=action, shortcut="Alt+B", parent=self)
        banner.acted.connect(partial(self.twin_wanted.emit, first.rid))
        return banner
