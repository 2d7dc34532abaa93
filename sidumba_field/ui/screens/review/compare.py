"""Two records side by side over the desk: what agrees is quiet, what differs is marked, and the step that ends a twin.

Owns the sheet of Alt+B: Alt+B again shows the next similar record, Alt+I all answers or only the different ones, Esc
closes. The step carries a reason that names the other record's number.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QKeySequence, QPainter, QPaintEvent, QShortcut, QTextLayout
from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from sidumba_field.services.steps.views import CompareLine, CompareView
from sidumba_field.ui.screens.parts import Ground, clear, scroll
from sidumba_field.ui.theme import theme
from sidumba_field.ui.viewmodels.steps_speech import told
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.label import ElidedLabel, Label
from sidumba_field.ui.widgets.message import Sign
from sidumba_field.ui.widgets.rich_text import Run, lay_out

_PAD, _GAP = 18, 14
_LABEL = 0.24  # share of the width that names the answers


class _Line(QWidget):
    """One answer of both records."""

    def __init__(self, line: CompareLine) -> None:
        super().__init__()
        self._line = line
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setAccessibleName(f"{line.label}: {line.left or '–'} / {line.right or '–'}")
        theme().changed.connect(self.update)

    def _edges(self, width: float) -> tuple[float, float, float]:
        """Left edges of both values and the width of one."""
        left = _PAD + (width - 2 * _PAD) * _LABEL
        room = (width - _PAD - left) / 2
        return left, left + room, room - _GAP

    def _texts(self, width: float) -> tuple[list[QTextLayout], float]:
        left, _, room = self._edges(width)
        tone = "text.secondary" if self._line.same else "state.magenta.fg"
        parts = (
            (self._line.label, "text.secondary", "small", left - _PAD - _GAP),
            (self._line.left or "–", tone, "body", room),
            (self._line.right or "–", tone, "body", room),
        )
        layouts, high = [], 0.0
        for text, ink, role, wide in parts:
            layout = QTextLayout()
            weight = 0 if self._line.same or role == "small" else 500
            high = max(high, lay_out(layout, [Run(text, ink, weight)], role, wide, 0, numbers=True)[0])
            layouts.append(layout)
        return layouts, high

    def hasHeightForWidth(self) -> bool:
        """Long answers wrap."""
        return True

    def heightForWidth(self, width: int) -> int:
        """As high as the longest."""
        return max(30, round(self._texts(width)[1]) + 12)

    def sizeHint(self) -> QSize:
        """Design width."""
        return QSize(760, self.heightForWidth(760))

    def paintEvent(self, event: QPaintEvent) -> None:
        """Tint where they differ, words, hairline."""
        painter = QPainter(self)
        tones = theme()
        left, right, room = self._edges(self.width())
        if not self._line.same:
            for edge in (left, right):
                area = QRectF(edge - 8, 2, room + 10, self.height() - 5)
                painter.fillRect(area, tones.color("state.magenta.tint"))
        layouts, _ = self._texts(self.width())
        for layout, x, y in zip(layouts, (_PAD, left, right), (7, 6, 6), strict=True):
            layout.draw(painter, QPointF(x, y))
        painter.fillRect(
            QRectF(_PAD, self.height() - 1, self.width() - 2 * _PAD, 1), tones.color("border.subtle")
        )
        painter.end()


class CompareSheet(Ground):
    """Over its host until closed. ``marked`` carries the CompareView; ``next_wanted`` asks for the next twin."""

    marked = Signal(object)
    next_wanted = Signal()

    def __init__(self, host: QWidget) -> None:
        super().__init__("bg.surface", parent=host)
        self.view: CompareView | None = None
        self._all = False
        self._before: QWidget | None = None
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setProperty("ownFocus", True)
        self._why, self._same = Label("", "label", "magenta", weight=600), Label("", "small", "secondary")
        self._heads = [(ElidedLabel("", "section"), ElidedLabel("", "small", "secondary")) for _ in range(2)]
        self.switch = Button("", "quiet", shortcut="Alt+I", small=True)
        self.mark = Button("", "return_solid", icon="copy", shortcut="Alt+G")
        self.more = Button(told("twin.next"), "plain", shortcut="Alt+B")
        self.close_button = Button(told("twin.close"), "plain")
        self.close_button.set_shortcut("Escape", bind=False)
        self._lines = QVBoxLayout()
        self._lines.setSpacing(0)
        self._lay_out()
        self.switch.clicked.connect(self._switch)
        self.mark.clicked.connect(self._mark)
        self.more.clicked.connect(self.next_wanted)
        self.close_button.clicked.connect(self.dismiss)
        escape = QShortcut(QKeySequence("Escape"), self)
        escape.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        escape.activated.connect(self.dismiss)
        host.installEventFilter(self)
        self.setAccessibleName(told("twin.title"))
        self.hide()

    def _lay_out(self) -> None:
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 12, 0, 10)
        column.setSpacing(8)
        top = QHBoxLayout()
        top.setContentsMargins(_PAD, 0, _PAD, 0)
        top.setSpacing(8)
        top.addWidget(Sign("copy", "state.magenta.fg"))
        top.addWidget(Label(told("twin.title"), "section"))
        top.addWidget(self._why)
        top.addStretch(1)
        top.addWidget(self._same)
        top.addWidget(self.switch)
        column.addLayout(top)
        column.addWidget(_Heads(self._heads))
        body = QWidget()
        inside = QVBoxLayout(body)
        inside.setContentsMargins(0, 0, 0, 0)
        inside.setSpacing(0)
        inside.addLayout(self._lines)
        inside.addStretch(1)
        self.area = scroll(body)
        column.addWidget(self.area, 1)
        foot = QHBoxLayout()
        foot.setContentsMargins(_PAD, 0, _PAD, 0)
        foot.setSpacing(8)
        foot.addWidget(self.close_button)
        foot.addWidget(self.more)
        foot.addStretch(1)
        foot.addWidget(self.mark)
        column.addLayout(foot)

    def show_view(self, view: CompareView, others: int) -> None:
        """Show two records; ``others``: how many more are similar."""
        if not self.isVisible():
            self._before = self.window().focusWidget()
        self.view = view
        self._why.setText(view.why)
        self._same.setText(told("twin.same", same=view.same, total=len(view.lines)))
        titles = ((view.left_title, view.left_note), (view.right_title, view.right_note))
        for (title, note), words in zip(self._heads, titles, strict=True):
            title.setText(words[0])
            note.setText(words[1])
        self.mark.setText(view.command_label)
        self.mark.setVisible(bool(view.command))
        self.mark.setAccessibleDescription(view.remark)
        self.more.setVisible(others > 0)
        self._fill()
        host = self.parentWidget()
        if host is not None:
            self.setGeometry(host.rect())
        self.show()
        self.raise_()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def _fill(self) -> None:
        view = self.view
        if view is None:
            return
        different = [line for line in view.lines if not line.same]
        key, count = ("twin.different_only", len(different)) if self._all else ("twin.all", len(view.lines))
        self.switch.setText(told(key, count=count))
        clear(self._lines)
        for line in view.lines if self._all else (*_agreeing(view), *different):
            self._lines.addWidget(_Line(line))

    def _switch(self) -> None:
        self._all = not self._all
        self._fill()

    def _mark(self) -> None:
        view = self.view
        self.dismiss()
        if view is not None and view.command:
            self.marked.emit(view)

    def dismiss(self) -> None:
        """Close, and give the hands back to where they were."""
        self.hide()
        if self._before is not None:
            self._before.setFocus(Qt.FocusReason.OtherFocusReason)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Stay as large as the screen."""
        host = self.parentWidget()
        if event.type() == QEvent.Type.Resize and self.isVisible() and host is not None:
            self.setGeometry(host.rect())
        return False


class _Heads(QWidget):
    """Names of both records over their values."""

    def __init__(self, heads: list[tuple[ElidedLabel, ElidedLabel]]) -> None:
        super().__init__()
        row = QHBoxLayout(self)
        row.setContentsMargins(_PAD, 4, _PAD, 8)
        row.setSpacing(0)
        row.addStretch(round(_LABEL * 100))
        for title, note in heads:
            words = QVBoxLayout()
            words.setSpacing(2)
            words.addWidget(title)
            words.addWidget(note)
            row.addLayout(words, round((1 - _LABEL) * 50))


def _agreeing(view: CompareView) -> list[CompareLine]:
    """Return the first answers that agree: what makes the two alike stands above what tells them apart."""
    return [line for line in view.lines if line.same][:3]
