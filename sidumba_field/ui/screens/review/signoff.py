"""What follows a sign-off, above the batch: until when it may be withdrawn, and the signed paper that is waited for.

Owns the form of an upload: who signed, on which day, the file. Nothing here signs anything.
"""

from __future__ import annotations

import re
from datetime import date
from pathlib import Path

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QFileDialog, QHBoxLayout, QVBoxLayout, QWidget

from sidumba_field.services.steps.views import SignedPaper, SignOffView
from sidumba_field.ui.screens.parts import clear
from sidumba_field.ui.viewmodels.steps_speech import told
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.card import Card
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.message import Sign
from sidumba_field.ui.widgets.text_fields import TextField

_DAY = re.compile(r"^\s*(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})\s*$")


def iso_day(text: str) -> str:
    """Return a day typed as 20-11-2026 as ISO, "" when it is none."""
    found = _DAY.match(text)
    if found is None:
        return ""
    try:
        return date(int(found[3]), int(found[2]), int(found[1])).isoformat()
    except ValueError:
        return ""


class SignOffBox(QWidget):
    """``uploaded`` carries (paper, file, signer, ISO day); ``refused`` a sentence."""

    uploaded = Signal(str, object, str, str)
    refused = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._card = Card(padding=12, tone="teal")
        self._signed = Label("", "label", weight=600, numbers=True)
        self._left = Label("", "small", "secondary", numbers=True, wrap=True)
        self._papers = QVBoxLayout()
        self._papers.setSpacing(6)
        self.signer, self.day = TextField(told("sign.signer")), TextField(told("sign.day"))
        self.choose = Button(told("sign.choose"), "primary", icon="upload", shortcut="Alt+U")
        self._paper = ""
        self._form = self._form_row()
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(Sign("check", "state.teal.fg"))
        head.addWidget(self._signed)
        head.addWidget(self._left, 1)
        self._card.column.setSpacing(8)
        self._card.column.addLayout(head)
        self._card.column.addLayout(self._papers)
        self._card.column.addWidget(self._form)
        column = QVBoxLayout(self)
        column.setContentsMargins(12, 8, 12, 8)
        column.addWidget(self._card)
        self.choose.clicked.connect(self.choose_file)
        self.hide()

    def _form_row(self) -> QWidget:
        box = QWidget()
        row = QHBoxLayout(box)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        self.signer.setPlaceholderText(told("sign.signer"))
        self.day.setPlaceholderText("20-11-2026")
        self.day.setFixedWidth(130)
        for field, key in ((self.signer, "sign.signer"), (self.day, "sign.day")):
            label = Label(told(key), "small", "secondary")
            label.setBuddy(field)
            row.addWidget(label)
            row.addWidget(field, 1 if field is self.signer else 0)
        row.addWidget(self.choose)
        return box

    def show_signoff(self, view: SignOffView | None) -> None:
        """The sign-off of the batch in hand; None hides the box."""
        self.setVisible(view is not None)
        if view is None:
            return
        self._signed.setText(view.signed_text)
        self._left.setText(view.left_text or told("sign.over"))
        clear(self._papers)
        for paper in view.papers:
            self._papers.addWidget(_paper_row(paper))
        waiting = next((paper.paper for paper in view.papers if not paper.file), "")
        first = view.papers[0].paper if view.papers else ""
        self._paper = waiting or first
        self._form.setVisible(view.may_upload and bool(view.papers))
        self.choose.setText(told("sign.choose" if waiting else "sign.replace"))

    def choose_file(self) -> None:
        """Ask for the file, after who and when are written."""
        day = iso_day(self.day.text())
        if not self.signer.text().strip() or not day:
            self.refused.emit(told("sign.who"))
            (self.day if self.signer.text().strip() else self.signer).setFocus()
            return
        name, _ = QFileDialog.getOpenFileName(self, told("sign.upload"), "", told("sign.files"))
        if name:
            self.uploaded.emit(self._paper, Path(name), " ".join(self.signer.text().split()), day)


def _paper_row(paper: SignedPaper) -> QWidget:
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    icon, tone = ("check", "teal") if paper.file else ("clock", "amber")
    row.addWidget(Sign(icon, f"state.{tone}.fg"))
    row.addWidget(Label(paper.label, "body", weight=500))
    row.addWidget(Label(paper.state_text, "small", tone, weight=500))
    if paper.file:
        row.addWidget(Label(told("sign.file_line", name=paper.signer, when=paper.when), "small", "secondary"))
        row.addWidget(Label(told("sign.digest", digest=paper.digest), "small", "secondary", codes=True))
    row.addStretch(1)
    return box
