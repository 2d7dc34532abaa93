"""A laptop from a copy (Masuk of a laptop that is not set up): what the copy is, a secret, one button."""

from __future__ import annotations

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QWidget

from sidumba_field.services.care.views import CopySeen
from sidumba_field.ui.screens.login.panes import Pane, secret_field
from sidumba_field.ui.viewmodels.care_speech import told


class RestorePane(Pane):
    """``restore_wanted``: the passphrase or recovery code typed."""

    restore_wanted = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(told("restore_title"), "", told("restore_start"), parent)
        self.secret = secret_field(told("restore_secret"))
        self.add_field(self.secret, told("restore_secret"))
        self.finish_layout()

    def set_copy(self, copy: CopySeen) -> None:
        """What was chosen."""
        self._note.setText(copy.sentence)
        self.secret.set_value("")
        self.clear_message()

    def hand_over(self) -> None:
        """Emit what was typed."""
        self.restore_wanted.emit(self.secret.value())
