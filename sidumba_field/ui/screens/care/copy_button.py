"""The button that saves a safe copy: to a flashdisk that is in, or to a chosen folder; while it works it stops it."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QPoint
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from sidumba_field.ui.operations import care
from sidumba_field.ui.viewmodels.care_speech import told
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.widgets.button import Button

KEYS = "Alt+B"


class CopyButton(Button):
    """Alt+B."""

    def __init__(self, desk: Desk, parent: QWidget | None = None) -> None:
        super().__init__(told("copy_now"), "plain", icon="archive", shortcut=KEYS, parent=parent)
        self._desk = desk
        self.clicked.connect(self._pressed)
        desk.care.changed.connect(self._show)
        self._show()

    def _show(self) -> None:
        model = self._desk.care
        going = model.busy == "copy"
        self.setText(told("copy_stop", percent=model.percent) if going else told("copy_now"))
        self.setToolTip(model.view.last_copy if model.view is not None and not going else "")

    def _pressed(self) -> None:
        if self._desk.care.busy == "copy":
            care.cancel(self._desk)
            return
        drives = self._desk.care.drives
        if not drives:
            self._choose()
            return
        menu = QMenu(self)
        for drive in drives:
            act = menu.addAction(told("copy_to", drive=drive.label))
            act.triggered.connect(partial(care.back_up, self._desk, str(drive.path)))
        menu.addAction(told("copy_folder")).triggered.connect(self._choose)
        menu.popup(self.mapToGlobal(QPoint(0, self.height())))

    def _choose(self) -> None:
        folder = QFileDialog.getExistingDirectory(self, told("copy_dialog"))
        care.back_up(self._desk, folder)
