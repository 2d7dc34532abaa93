"""The accounts of a sample office beside the people of Masuk; a real office never shows any.

Owns their layout: name and role, and the passphrase to copy.
"""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QVBoxLayout, QWidget

from sidumba_field.ui.viewmodels.speech import tell
from sidumba_field.ui.widgets.card import Card, CardHeader
from sidumba_field.ui.widgets.label import ElidedLabel, Label


class SampleCard(Card):
    """The accounts of a sample office with their passphrases; a real office never shows any."""

    def __init__(self) -> None:
        super().__init__(padding=0)
        self.column.addWidget(CardHeader(tell("login.sample_title")))
        note = Label(tell("login.sample_note"), "small", "secondary", wrap=True)
        note.setContentsMargins(14, 8, 14, 4)
        self.column.addWidget(note)
        self._rows = QVBoxLayout()
        self._rows.setContentsMargins(14, 4, 14, 12)
        self._rows.setSpacing(6)
        self.column.addLayout(self._rows)
        self.hide()

    def show_accounts(self, accounts: tuple[tuple[str, str, str, str], ...]) -> None:
        """One block per account."""
        while (old := self._rows.takeAt(0)) is not None:
            widget = old.widget()
            if widget is not None:
                widget.deleteLater()
        for name, role, username, passphrase in accounts:
            self._rows.addWidget(_sample_row(name, role, username, passphrase))
        self.setVisible(bool(accounts))


def _sample_row(name: str, role: str, username: str, passphrase: str) -> QWidget:
    box = QWidget()
    column = QVBoxLayout(box)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    column.addWidget(ElidedLabel(tell("login.sample_row", name=name, role=role), "label"))
    box.setToolTip(username)
    secret = Label(passphrase, "small", codes=True, wrap=True)
    secret.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
    column.addWidget(secret)
    return box
