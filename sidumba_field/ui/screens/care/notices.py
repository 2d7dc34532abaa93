"""Notices about the laptop, above Beranda and Sinkronisasi: one line each, the loudest first, at most two."""

from __future__ import annotations

from functools import partial

from PySide6.QtWidgets import QVBoxLayout, QWidget

from sidumba_field.services.care.views import Notice, Tone
from sidumba_field.ui.operations import care
from sidumba_field.ui.viewmodels.care_speech import told
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.widgets.banner import Banner

MOST = 2
_TONES = {Tone.CALM: "slate", Tone.WARN: "amber", Tone.ALARM: "vermilion"}
_RANK = {Tone.ALARM: 0, Tone.WARN: 1, Tone.CALM: 2}


class NoticePane(QWidget):
    """``here``: the screen it stands on; on Sinkronisasi the way there is not offered."""

    def __init__(self, desk: Desk, here: str, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._desk, self._here = desk, here
        self._notices: list[Notice] = []
        self.banners = [Banner("slate") for _ in range(MOST)]
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        for place, banner in enumerate(self.banners):
            column.addWidget(banner)
            banner.acted.connect(partial(self._act, place))
        desk.care.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        view = self._desk.care.view
        notices = sorted(view.notices if view is not None else (), key=lambda one: _RANK[one.tone])
        self._notices = notices[:MOST]
        for place, banner in enumerate(self.banners):
            if place < len(self._notices):
                one = self._notices[place]
                banner.show_note(one.text, one.next, tone=_TONES[one.tone], action=self._action(one))
            else:
                banner.show_note("")
        self.setVisible(bool(self._notices))

    def _action(self, notice: Notice) -> str:
        if notice.key == "copied":
            return told("understood")
        return told("copy_now") if notice.key == "only_here" and self._here != "sync" else ""

    def _act(self, place: int) -> None:
        notice = self._notices[place]
        if notice.key == "copied":
            care.read(self._desk, notice.key)
        else:
            self._desk.go.emit("sync")
