"""What is done with selected rows: verify one after the other, pass on to a person, write to a file.

A selection is numbers of rows; every action asks anew what the person may see and do, so that a selection made this
morning cannot reach further than this afternoon's grants.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

from sidumba_field.core.workflow import Grant, Transition
from sidumba_field.core.workflow.roles import span_of
from sidumba_field.programs import Program
from sidumba_field.services.desk import Desk
from sidumba_field.services.lists.exporting import Cell, Format, TableFile
from sidumba_field.services.lists.rows import RowPainter
from sidumba_field.services.lists.views import Bulk, Exported, Person
from sidumba_field.services.subjects import EDIT, UNDO_SECONDS, Seen, Subjects
from sidumba_field.services.views import Changes, Decided, Mark, Refusal
from sidumba_field.services.withdrawing import Withdrawing
from sidumba_field.store import LocalRecord, RecordRow
from sidumba_field.words import say

#: Records read at a time by what walks through many.
STEP = 500
BACK = "dikembalikan"


class ListBulk:
    """Bulk actions over one program's list."""

    def __init__(self, desk: Desk, subjects: Subjects) -> None:
        self.desk = desk
        self._subjects = subjects
        self._withdrawing = Withdrawing(desk, subjects)

    def _program(self) -> Program:
        return next(iter(self.desk.my_programs()), next(iter(self.desk.programs.values())))

    def _rows(self, numbers: Sequence[int]) -> list[RecordRow]:
        return self.desk.seat().store.lists.rows(numbers, self.desk.my_vids(self._program().id))

    # -- verify

    def to_review(self, numbers: Sequence[int]) -> tuple[str, ...]:
        """Return the selected records the person judges now, in the order of the selection."""
        program = self._program()
        judged: dict[str, tuple[str, ...]] = {}
        found = []
        for row in self._rows(numbers):
            if row.unit not in judged:
                judged[row.unit] = self._subjects.judged_states(program, row.subject, row.unit)
            if row.state in judged[row.unit]:
                found.append(row.rid)
        return tuple(found)

    def rids(self, numbers: Sequence[int]) -> tuple[str, ...]:
        """Return the ids of selected records, those the person may see."""
        return tuple(row.rid for row in self._rows(numbers))

    # -- pass on to a person

    def _passing(self, program: Program, row: RecordRow) -> Transition | None:
        """Return the step that passes a record sent back on to the person who mends it, None when there is none now."""
        roles = self.desk.roles(program.id, row.unit)
        for step in program.workflow.offered(row.subject, row.state, roles):
            ends = {program.state(step.state).posisi, program.state(step.to).posisi}
            if ends == {BACK} and self._mending(program, row.subject, step.to):
                return step
        return None

    @staticmethod
    def _mending(program: Program, subject: str, state: str) -> set[str]:
        """Return the roles that mend their own records in a state."""
        rows = program.workflow.rows(subject, state, EDIT)
        return {row.role for row in rows if "own" in row.guards}

    def assignees(self, numbers: Sequence[int]) -> tuple[Person, ...]:
        """Return whom the selected records can be passed on to: people of this laptop who mend records there, and
        whoever typed one of them."""
        program = self._program()
        rows = [row for row in self._rows(numbers) if self._passing(program, row) is not None]
        people: dict[str, str] = {}
        store, now = self.desk.seat().store, self.desk.clock.now()
        for row in rows:
            people.setdefault(row.owner, store.people.name(row.owner))
        units = {row.unit for row in rows}
        roles = {role for row in rows for role in self._roles_of(program, row)}
        for user in store.users.all():
            for grant in (Grant(**one) for one in user.grants):
                if grant.role in roles and any(grant.covers(program.id, unit, now) for unit in units):
                    people[user.user_id] = user.name
        people.pop("", None)
        return tuple(sorted((Person(*one) for one in people.items()), key=lambda person: person.name))

    def _roles_of(self, program: Program, row: RecordRow) -> set[str]:
        step = self._passing(program, row)
        return set() if step is None else self._mending(program, row.subject, step.to)

    def assign(self, numbers: Sequence[int], assignee: str, remark: str = "") -> Bulk | Refusal:
        """Pass the selected records on, each with the remarks it came back with; what cannot be passed on is left out
        and counted. One undo takes all of them back."""
        late = self._subjects.lease_refusal()
        if late is not None:
            return late
        program, lang = self._program(), self.desk.lang
        done: list[Decided] = []
        rows = self._rows(numbers)
        for row in rows:
            step = self._passing(program, row)
            taken = self._pass_on(row.rid, step, assignee, remark) if step is not None else None
            if taken is not None:
                done.append(taken)
        if not done:
            return Refusal("workflow.wrong_state", say("lists.assign.none", lang), (), "workflow.wrong_state")
        changes = Changes(records=frozenset(one.rid for one in done), lists=True, counts=True)
        name = self.desk.seat().store.people.name(assignee)
        left = len(rows) - len(done)
        key = "lists.assign.done" if not left else "lists.assign.some"
        sentence = say(key, lang, count=len(done), name=name, left=left)
        return Bulk(len(done), left, sentence, tuple(one.undo for one in done), UNDO_SECONDS, changes)

    def _pass_on(self, rid: str, step: Transition, assignee: str, remark: str) -> Decided | None:
        record: LocalRecord = self._subjects.record(rid)
        seen = Seen(record.base_rev, record.base.content_sha256 if record.base is not None else "")
        remarks = {one.path: one.text for one in record.remarks if one.path}
        whole = remark or " ".join(one.text for one in record.remarks if not one.path)
        situation = self._subjects.situation(record, self._subjects.interview(record), seen)
        judged = self._subjects.judge(record, situation, step.command, whole, remarks)
        if isinstance(judged, Refusal):
            return None
        return self._subjects.take(record, judged, seen, whole, remarks, assignee=assignee)

    # -- withdraw drafts

    def discard(self, numbers: Sequence[int], reason: str = "") -> Bulk | Refusal:
        """Withdraw the selected drafts that are the person's own; others are left out and counted. One undo brings all
        of them back. Many at once are refused without a reason (code ``WHY``), too many for a day with any.
        """
        lang, rows = self.desk.lang, self._rows(numbers)
        mine = [row for row in rows if self._withdrawing.may(row, row.unit)]
        if not mine:
            return Refusal(
                "workflow.wrong_state", say("lists.discard.none", lang), (), "workflow.wrong_state"
            )
        refused = self._withdrawing.question(self._program().id, [row.vid for row in mine], reason)
        if refused is not None:
            return refused
        taken = [self._withdrawing.take(row.rid, reason) for row in mine]
        done = [one for one in taken if isinstance(one, Decided)]
        changes = Changes(records=frozenset(one.rid for one in done), lists=True, counts=True)
        left = len(rows) - len(done)
        sentence = say(
            "lists.discard.some" if left else "lists.discard.done", lang, count=len(done), left=left
        )
        return Bulk(len(done), left, sentence, tuple(one.undo for one in done), UNDO_SECONDS, changes)

    def withdraw(self, undo: Sequence[str]) -> Changes | None:
        """Take back what a bulk action did, as far as it has not left the laptop; None when all of it has."""
        seat = self.desk.seat()
        touched: set[str] = set()
        for token in reversed(undo):
            op = seat.store.outbox.get(token)
            if op is not None and op.by == seat.user.user_id and seat.store.records.withdraw(token):
                touched.add(op.rid)
        return Changes(records=frozenset(touched), lists=True, counts=True) if touched else None

    # -- files

    def export(self, numbers: Sequence[int], form: Format, folder: Path) -> ExportRun:
        """Begin writing these records as a table into ``folder``: call ``step`` until it is done, or ``cancel``.

        Personal numbers are masked where the person's role does not hold the right to see them. Logged before anything
        is written. Raises ``report.unwritable`` or ``store.disk_full``, here and in ``step``.
        """
        program, lang = self._program(), self.desk.lang
        seat = self.desk.seat()
        mine = set(self.desk.my_vids(program.id))
        shown = {s.vid: self._reveals(program, s.unit) for s in seat.store.scopes.all() if s.vid in mine}
        masked = not all(shown.values())
        told = {"program": program.id, "form": form.value, "count": len(numbers), "masked": masked}
        seat.store.log("export", seat.user.user_id, unit=self._span(program, numbers), **told)
        labels = [column.label(lang) for column in program.list_columns]
        stamp = self.desk.local(self.desk.clock.now()).strftime("%Y%m%d-%H%M%S")
        head = ["ID", *labels, say("lists.column.mark", lang)]
        table = TableFile(folder, f"{program.id}-{stamp}", form, head)
        return ExportRun(table, list(numbers), self._rows, self._cells(program, shown), masked, lang)

    def _span(self, program: Program, numbers: Sequence[int]) -> str:
        """Return the lowest unit above all of these records: what the log names in place of thousands of ids."""
        units = (
            {row.unit for row in self._rows(numbers)}
            if len(numbers) <= STEP
            else {self.desk.scope(vid).unit for vid in self.desk.my_vids(program.id)}
        )
        return span_of(units)

    def _cells(self, program: Program, shown: Mapping[str, bool]) -> Callable[[RecordRow], list[Cell]]:
        """Return how one row is written."""
        painter, columns = RowPainter(self.desk, program), program.list_columns
        marks = {mark: say(f"lists.mark.{mark.value}", self.desk.lang) for mark in Mark}

        def cells(row: RecordRow) -> list[Cell]:
            revealed = shown.get(row.vid, False)
            told = [painter.plain(column, row, revealed=revealed) for column in columns]
            return [row.rid, *told, marks[Mark(row.mark)]]

        return cells

    def _reveals(self, program: Program, unit: str) -> bool:
        return any(program.reveals(role) for role in self.desk.roles(program.id, unit))


class ExportRun:
    """A table being written, a few hundred rows per ``step``, so that other work goes on in between."""

    def __init__(
        self,
        table: TableFile,
        numbers: Sequence[int],
        read: Callable[[Sequence[int]], list[RecordRow]],
        cells: Callable[[RecordRow], list[Cell]],
        masked: bool,
        lang: str,
    ) -> None:
        self._table, self._numbers, self._read, self._cells = table, numbers, read, cells
        self._masked, self._lang = masked, lang
        self.done, self._written = 0, 0

    @property
    def total(self) -> int:
        """How many records were asked for."""
        return len(self._numbers)

    def step(self) -> Exported | None:
        """Write the next rows; return what was written when all of it is."""
        try:
            rows = self._read(self._numbers[self.done : self.done + STEP])
            self._table.write([self._cells(row) for row in rows])
            self._written += len(rows)
            self.done = min(self.total, self.done + STEP)
            return self._end() if self.done == self.total else None
        except BaseException:
            self._table.abandon()
            raise

    def _end(self) -> Exported:
        path = self._table.finish()
        key = "lists.export.masked" if self._masked else "lists.export.done"
        sentence = say(key, self._lang, count=self._written, name=path.name)
        return Exported(str(path), self._written, self._masked, sentence)

    def run(self) -> Exported:
        """Write everything at once."""
        while (made := self.step()) is None:
            pass
        return made

    def cancel(self) -> None:
        """Stop: no file is left behind."""
        self._table.abandon()
