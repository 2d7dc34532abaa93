"""What stands beside the answers on the verifier's desk: differing values, sign-off, twins, and codes for a step.

Owns these parts and their keys (Alt+Left, Alt+Right, Alt+U, Alt+B, F3); the review screen gives them their places.
"""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from sidumba_field.services.steps.views import Beside, CompareView
from sidumba_field.services.views import ChoiceView
from sidumba_field.ui.operations import conflicts, steps
from sidumba_field.ui.operations import review as operations
from sidumba_field.ui.screens.review.coding import CodingRow
from sidumba_field.ui.screens.review.compare import CompareSheet
from sidumba_field.ui.screens.review.differ import DifferBox
from sidumba_field.ui.screens.review.head import BannerRow
from sidumba_field.ui.screens.review.side import SidePane
from sidumba_field.ui.screens.review.signoff import SignOffBox
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.notice import Notice
from sidumba_field.ui.viewmodels.steps_speech import told
from sidumba_field.ui.widgets.review import ReviewTable


class BesideParts(QObject):
    """Parts of one review screen."""

    def __init__(
        self, desk: Desk, screen: QWidget, banners: BannerRow, table: ReviewTable, side: SidePane
    ) -> None:
        super().__init__(screen)
        self._desk, self._screen = desk, screen
        self._banners, self._table, self._side = banners, table, side
        self.differ, self.signoff = DifferBox(), SignOffBox()
        self.compare = CompareSheet(screen)
        self.coding: CodingRow | None = None
        self._coding_path = ""
        model = desk.review
        model.beside_changed.connect(self._show)
        model.opened.connect(self._hide)
        model.compared.connect(self._show_compare)
        model.settled.connect(self._settled)
        model.codes_found.connect(self._codes_found)
        model.upload_refused.connect(self._say)
        self.differ.settled.connect(self._settle)
        self.differ.compared.connect(partial(conflicts.open_room, desk, "review"))
        self.signoff.uploaded.connect(self._upload)
        self.signoff.refused.connect(self._say)
        self.compare.marked.connect(self._mark_twin)
        self.compare.next_wanted.connect(self._next_twin)
        banners.twin_wanted.connect(self._compare)
        side.replied.connect(lambda remark, words: steps.reply(desk, model.rid, remark, words))
        desk.steps.message_ready.connect(lambda _message: side.copy.set_shortcut("Alt+W", bind=False))
        desk.steps.message_closed.connect(lambda: side.copy.set_shortcut("Alt+W"))
        key = QShortcut(QKeySequence("F3"), screen)
        key.setContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        key.activated.connect(self.open_coding)

    @property
    def beside(self) -> Beside:
        """What is known beside the record in hand."""
        return self._desk.review.beside_view or Beside(self._desk.review.rid)

    # -- showing

    def _hide(self) -> None:
        """Another record: nothing of the one before stays beside it."""
        self.close_coding()
        if self._desk.review.beside_view is None:
            self.differ.show_differs(())
            self.signoff.show_signoff(None)
            self._side.show_office("", late=False)
        self._side.show_average(self._desk.review.average())

    def _show(self) -> None:
        beside = self.beside
        self.differ.show_differs(beside.differs)
        self.signoff.show_signoff(beside.signoff)
        self._banners.show_beside(beside.twins, beside.needs)
        self._side.show_office(beside.clock_text, late=beside.late)

    def _say(self, words: str) -> None:
        self._desk.say(Notice(words, "amber"))

    # -- differing values and sign-off

    def _settle(self, op: str, take: bool) -> None:
        steps.settle(self._desk, self._desk.review.rid, op, take=take)

    def _settled(self, rid: str) -> None:
        """Show the record as it is now: its content, and so what a decision names, is another."""
        if rid == self._desk.review.rid:
            operations.open_record(self._desk, rid)

    def _upload(self, paper: str, file: Path, signer: str, day: str) -> None:
        steps.upload(self._desk, self._desk.review.rid, paper, file, signer, day)

    # -- twins

    def _compare(self, other: str) -> None:
        if self._screen.isVisible():
            steps.compare(self._desk, self._desk.review.rid, other)

    def _show_compare(self, view: CompareView) -> None:
        if view.rid == self._desk.review.rid and self._screen.isVisible():
            self.compare.show_view(view, len(self.beside.twins) - 1)

    def _next_twin(self) -> None:
        rids = [twin.rid for twin in self.beside.twins]
        view = self.compare.view
        if view is not None and view.other in rids:
            self._compare(rids[(rids.index(view.other) + 1) % len(rids)])

    def _mark_twin(self, view: CompareView) -> None:
        operations.decide(self._desk, view.command, view.remark)

    # -- codes

    def open_coding(self) -> None:
        """F3: the lookup below the answer a code is missing for, or the one under the hand."""
        paths = self.beside.coding
        if not paths:
            return
        current = self._table.current_key()
        path = current if current in paths else paths[0]
        model = self._desk.review
        line = next((line for line in model.lines() if line.path == path), None)
        if line is None and model.view is not None:
            model.set_show_all(True)
            line = next((line for line in model.lines() if line.path == path), None)
        if line is None:
            return
        code, words = model.code(path)
        self.coding, self._coding_path = CodingRow(line.label, code, words), path
        self.coding.rows_wanted.connect(partial(steps.find_codes, self._desk, model.rid, path))
        self.coding.chosen.connect(self._chosen)
        self.coding.closed.connect(self._leave_coding)
        self._table.open_below(path, self.coding)
        self.coding.setFocus(Qt.FocusReason.OtherFocusReason)

    def _codes_found(self, path: str, typed: str, choices: tuple[ChoiceView, ...]) -> None:
        if self.coding is not None and path == self._coding_path:
            self.coding.offer(typed, [(choice.value, choice.label) for choice in choices])

    def _chosen(self, code: str, words: str) -> None:
        path = self._coding_path
        self.close_coding()
        self._desk.review.set_code(path, code, words)
        self._table.go_to(path)
        self._table.setFocus(Qt.FocusReason.OtherFocusReason)
        if code:
            self._desk.say(Notice(told("coding.chosen", label=f"{code} {words}")))

    def _leave_coding(self) -> None:
        self.close_coding()
        self._table.setFocus(Qt.FocusReason.OtherFocusReason)

    def close_coding(self) -> None:
        """No code is being looked for any more."""
        self.coding, self._coding_path = None, ""
        self._table.close_below()
