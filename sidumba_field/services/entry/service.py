"""Typing a record: every answer is durable before it is called saved, undo is always there, and "Kirim" goes
straight to the first problem.

A record that is open keeps its running form in memory; the draft journal of the store holds every change of
it. When the record is handed on, the journal is sealed into one op (spec/sync.md "Op grain").
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from pathlib import Path

from sidumba_field.attachments.documents import is_pdf, preview
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import derived_id, new_id
from sidumba_field.core.merge import diff
from sidumba_field.core.records import Record
from sidumba_field.core.time import iso
from sidumba_field.core.workflow.content import CONTINUES, final_states
from sidumba_field.core.xforms import Interview, template_path
from sidumba_field.programs import Program
from sidumba_field.services.desk import Desk
from sidumba_field.services.entry.form_views import FormPainter
from sidumba_field.services.entry.last_year import LastAnswer, LastRecord, LastYear
from sidumba_field.services.entry.numbering import next_number
from sidumba_field.services.entry.undoing import WHY, Step, cells_of, put, take_back
from sidumba_field.services.files.reading import max_file, read_document, read_photo
from sidumba_field.services.periods import open_period
from sidumba_field.services.subjects import BATCH, Seen, Subjects
from sidumba_field.services.views import (
    Changes,
    ChoiceView,
    CommandView,
    Decided,
    FormDelta,
    FormView,
    Refusal,
)
from sidumba_field.services.withdrawing import Withdrawing
from sidumba_field.store import LocalRecord
from sidumba_field.words import time_of_day

#: Longer side in points of a PDF's first page as it is shown.
PAGE_LOOK = 1_600
#: "usaha/produk[0192ab]" -> ("usaha/produk", "0192ab").
_ROW = re.compile(r"^([^@\[]+)\[([^\]]+)\]")


@dataclass(slots=True)
class _Open:
    """A record on the desk: its running form (which keeps the meta answers "@..." too) and what was journaled
    last.
    """

    rid: str
    program: Program
    iv: Interview
    written: dict[str, str]
    painter: FormPainter
    #: The same subject in an earlier period, and what decided who that is.
    last: LastRecord | None = None
    last_keys: tuple[str, ...] = ()
    undo: list[Step] = field(default_factory=list)
    redo: list[Step] = field(default_factory=list)


class EntryService:
    """Use cases of screen 02."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._subjects = Subjects(desk)
        self._withdrawing = Withdrawing(desk, self._subjects)
        self._last_year = LastYear(desk, self._subjects)
        self._open: dict[str, _Open] = {}
        desk.on_leave.append(self._open.clear)

    # ---- opening
    # -------------------------------------------------------------------------------------------------

    def new(self, program: str | None = None) -> FormView:
        """Begin a record in the person's own unit.

        Raises ``workflow.wrong_role`` when his role may not, ``program.unknown`` when nothing he has a right in
        is installed, ``workflow.outside_area`` when this laptop does not follow his unit.
        """
        mine = [self.desk.program(program)] if program else self.desk.my_programs()
        if not mine:
            raise SidumbaError("program.unknown", program="-")
        chosen = mine[0]
        seat = self.desk.seat()
        unit, role = self._entry_unit(chosen)
        self.desk.scope(derived_id("scope", chosen.id, unit))
        form, version = chosen.main_form
        now = self.desk.clock.now()
        record = Record(
            rid=new_id(self.desk.clock),
            vid=derived_id("scope", chosen.id, unit),
            program=chosen.id,
            subject="record",
            form=form,
            form_v=version,
            state=next(r.to for r in chosen.workflow.rows("record", "-", "buat") if r.role == role),
            rev=0,
            fields={},
            field_revs={},
            owner=seat.user.user_id,
            authors=frozenset({seat.user.user_id}),
            period=open_period(seat.store, chosen),
            created_at=iso(now),
            changed_at=iso(now),
        )
        seat.store.records.create(record)
        opened = self._load(record.rid)
        self._prefill(opened, chosen, unit, record.period)
        for path, value in chosen.roles[role].prefill.items():
            opened.iv.answer(path, value)
        self._journal(opened)
        return self.open(record.rid)

    def _entry_unit(self, program: Program) -> tuple[str, str]:
        """Return (unit, role) of the first grant that may begin records: the scope of the person's own area."""
        may = {row.role for row in program.workflow.rows("record", "-", "buat")}
        for grant in self.desk.grants():
            if grant.program == program.id and grant.role in may:
                return grant.unit, grant.role
        raise SidumbaError("workflow.wrong_role", command="buat", who=", ".join(sorted(may)))

    def _prefill(self, opened: _Open, program: Program, unit: str, period: str) -> None:
        """Fill what the laptop knows: the person's area and name, today's date (program.toml [prefill])."""
        today = self.desk.local(self.desk.clock.now()).date().isoformat()
        known = {"today": today, "user": self.desk.seat().user.name, "period": period}
        segments = unit.split(".")
        known.update({f"unit{n}": ".".join(segments[:n]) for n in range(1, len(segments) + 1)})
        if "number" in program.prefill.values():
            known["number"] = next_number(self.desk, program, unit, period or today[:4])
        opened.iv.answer("@period", period)
        for path, source in program.prefill.items():
            if source in known:
                opened.iv.answer(path, known[source])

    def open(self, rid: str) -> FormView:
        """Return the whole form of a record as it stands, unsent typing included."""
        opened = self._load(rid)
        record = self._subjects.record(rid)
        seat = self.desk.seat()
        seat.store.log("view", seat.user.user_id, rid=rid)
        view = opened.painter.whole(record, opened.iv, self._subjects, self._saved(record))
        return replace(view, may_begin_again=self._continuing(record) is None)

    def _load(self, rid: str) -> _Open:
        record = self._subjects.record(rid)
        program = self.desk.program(record.program)
        iv = self._subjects.interview(record)
        painter = FormPainter(self.desk, program, program.form(record.form, record.form_v))
        opened = _Open(rid, program, iv, dict(record.fields), painter)
        self._open[rid] = opened
        self._look_back(opened, record)
        return opened

    def _look_back(self, opened: _Open, record: LocalRecord) -> None:
        """Find the same subject in an earlier period, once it is known who it is."""
        keys = self._last_year.keys(opened.program, opened.iv)
        if keys != opened.last_keys and record.subject == "record":
            opened.last_keys = keys
            opened.last = self._last_year.find(record, opened.program, opened.iv)
            answers = opened.last.answers if opened.last is not None else {}
            opened.painter.previous_period = opened.last.period if opened.last is not None else ""
            opened.painter.previous = {path: value for path, value in answers.items() if "[" not in path}

    # ---- last year
    # ----------------------------------------------------------------------------------------------

    def last_year(self, rid: str, path: str) -> LastAnswer | None:
        """Return what was answered here in an earlier period, None when nothing was or the subject is new."""
        opened = self._of(rid)
        return self._last_year.answer(opened.last, opened.iv, path)

    def last_record(self, rid: str) -> LastRecord | None:
        """Return the same subject in an earlier period, None when this laptop knows of none."""
        return self._of(rid).last

    def copy_last_year(self, rid: str) -> FormDelta | None:
        """Take over every answer of the earlier period that still fits and is not given yet ("Salin dari tahun lalu");
        undo takes them back one by one. None when there is nothing to copy. Raises ``workflow.locked``.
        """
        opened = self._of(rid)
        copied = self._last_year.copied(opened.last, opened.iv) if opened.last is not None else {}
        return self.answer_all(rid, copied) if copied else None

    def begin_again(self, rid: str) -> FormView:
        """Begin the correction of a signed record: a new one of the running period that continues it, with its answers.

        Raises ``workflow.locked`` while the period of the signed one is still the running one, and what ``new`` raises.
        """
        signed = self._subjects.record(rid)
        refused = self._continuing(signed)
        if refused is not None:
            raise refused
        fresh = self.new(signed.program).rid
        self.answer_all(fresh, {CONTINUES: rid})
        self.copy_last_year(fresh)
        return self.open(fresh)

    def _continuing(self, signed: LocalRecord) -> SidumbaError | None:
        """Return what keeps a record from being corrected as a new one of the running period, None if nothing."""
        program = self.desk.program(signed.program)
        final = signed.subject == "record" and signed.state in final_states(program.workflow, BATCH)
        if not final or open_period(self.desk.seat().store, program) <= signed.period:
            return SidumbaError("workflow.locked")
        try:
            unit, _ = self._entry_unit(program)
        except SidumbaError as error:
            return error
        here = derived_id("scope", program.id, unit) == signed.vid
        return None if here else SidumbaError("workflow.outside_area")

    def _of(self, rid: str) -> _Open:
        return self._open.get(rid) or self._load(rid)

    def _saved(self, record: LocalRecord) -> str:
        if not record.saved_at:
            return ""
        saved = datetime.fromisoformat(record.saved_at.replace("Z", "+00:00"))
        return time_of_day(self.desk.local(saved), seconds=True, lang=self.desk.lang)

    # ---- answers
    # -------------------------------------------------------------------------------------------------

    def answer(self, rid: str, path: str, value: str) -> FormDelta:
        """Take one answer and make it durable with everything that follows from it, in one transaction.

        Raises ``workflow.locked`` when the record may not be changed now. A wrong answer is kept and marked,
        never refused.
        """
        return self._keep(self._of(rid), self._put(self._of(rid), path, value))

    @staticmethod
    def _put(opened: _Open, path: str, value: str, why: str = "") -> frozenset[str]:
        before = (opened.iv.value(path), opened.iv.meta.get(WHY + path, ""))
        touched, step = put(opened.iv, path, value, why)
        if before != (value, why):
            opened.undo.append(step)
            opened.redo.clear()
        return touched

    def answer_all(self, rid: str, answers: Mapping[str, str]) -> FormDelta:
        """Take many answers at once, durable together in one transaction: nothing or everything.

        ``answers``: path -> text; cells name their row by its id ("produk[<id>]/nama"), rows that are not there yet
        begin in the order they are named. Questions the form computes or locks keep their own value. Each answer can
        be taken back like a typed one. Raises ``workflow.locked``, ``form.unknown_path``.
        """
        opened = self._of(rid)
        try:
            touched = self._answer_each(opened, answers)
        except SidumbaError:
            self._load(rid)
            raise
        opened.redo.clear()
        return self._keep(opened, touched)

    def _answer_each(self, opened: _Open, answers: Mapping[str, str]) -> frozenset[str]:
        touched: frozenset[str] = frozenset()
        for path, value in answers.items():
            for repeat, row in _ROW.findall(path):
                if row not in opened.iv.rows(repeat):
                    opened.iv.add_row(repeat, row)
                    opened.undo.append(Step({}, added_row=(repeat, row)))
                    touched |= {repeat}
            if path.endswith("]") or (not path.startswith("@") and opened.iv.readonly(path)):
                continue
            if path.startswith("@"):
                touched |= opened.iv.answer(path, value) | {path}
            else:
                touched |= self._put(opened, path, value)
        return touched

    def add_row(self, rid: str, repeat: str) -> tuple[str, FormDelta]:
        """Add an empty row and return its stable id."""
        opened = self._of(rid)
        row = opened.iv.add_row(repeat)
        opened.undo.append(Step({}, added_row=(repeat, row)))
        opened.redo.clear()
        return row, self._keep(opened, frozenset({repeat}))

    def remove_row(self, rid: str, repeat: str, row: str) -> FormDelta:
        opened = self._of(rid)
        opened.undo.append(Step(cells_of(opened.iv, repeat, row), removed_row=(repeat, row)))
        opened.redo.clear()
        opened.iv.remove_row(repeat, row)
        return self._keep(opened, frozenset({repeat}))

    def explain(self, rid: str, path: str, reason: str) -> FormDelta:
        """Write why a soft warning is all right; it travels as a field of its own (``@reason/<path>``)."""
        return self._set_meta(rid, f"@reason/{path}", reason, path)

    def refuse(self, rid: str, path: str, why: str) -> FormDelta:
        """Note that there is no answer and why: "menolak", "tidak_tahu", "" to take it back (``@why/<path>``).

        What was answered before is cleared. Whether the form can be sent without it is the form's word.
        """
        opened = self._of(rid)
        value = "" if why else opened.iv.value(path)
        return self._keep(opened, self._put(opened, path, value, why))

    def reply(self, rid: str, remark_id: str, text: str) -> FormDelta:
        """Answer a verifier's remark in words (``@answer/<remark id>``)."""
        record = self._subjects.record(rid)
        path = next((remark.path for remark in record.remarks if remark.id == remark_id), "")
        return self._set_meta(rid, f"@answer/{remark_id}", text, path)

    def _set_meta(self, rid: str, key: str, text: str, path: str) -> FormDelta:
        opened = self._of(rid)
        opened.iv.answer(key, text.strip())
        return self._keep(opened, frozenset({path} if path else ()))

    def attach(self, rid: str, path: str, file: Path) -> FormDelta:
        """Take a file into the encrypted shelf and link it to a question: a photo written anew with at most 2 MB, a
        document (question type ``file``: PDF or scanned picture) as it is, up to what the server takes.

        Raises ``attachment.not_an_image``, ``attachment.not_a_document``, ``attachment.too_big``,
        ``attachment.missing``, ``workflow.locked`` before anything is kept.
        """
        record = self._subjects.record(rid)
        if not self._subjects.editable(record):
            raise SidumbaError("workflow.locked")
        seat = self.desk.seat()
        form = self.desk.program(record.program).form(record.form, record.form_v)
        is_document = form.questions[template_path(path)].is_document
        read = read_document(file, max_file(seat.store)) if is_document else read_photo(file)
        stored = seat.shelf.add(read.data, read.ext)
        seat.store.files.add(stored, rid, path)
        return self.answer(rid, path, stored.name)

    def photo(self, name: str) -> bytes:
        """Return a picture's bytes in clear, in memory only (of a PDF its first page, drawn); raise
        ``attachment.missing`` when it is not on this laptop, or in no record the person was shown.
        """
        sha = name.split(".")[0]
        shelf = self.desk.seat().shelf
        if not (self.desk.may_open(name) and shelf.has(sha)):
            raise SidumbaError("attachment.missing", name=name)
        raw = shelf.open(sha)
        return preview(raw, PAGE_LOOK) if is_pdf(raw) else raw

    def choices(self, rid: str, path: str, typed: str) -> tuple[ChoiceView, ...]:
        """Return what a question offers for what was typed so far, best first."""
        found = self._of(rid).iv.choices(path, typed, limit=50)
        return tuple(ChoiceView(choice.value, choice.label) for choice in found)

    def undo(self, rid: str) -> FormDelta | None:
        """Take back the last answer or row; None when there is nothing to take back."""
        opened = self._of(rid)
        if not opened.undo:
            return None
        step = opened.undo.pop()
        touched, back = take_back(opened.iv, step)
        opened.redo.append(back)
        return self._keep(opened, touched)

    def redo(self, rid: str) -> FormDelta | None:
        opened = self._of(rid)
        if not opened.redo:
            return None
        touched, back = take_back(opened.iv, opened.redo.pop())
        opened.undo.append(back)
        return self._keep(opened, touched)

    def _keep(self, opened: _Open, touched: frozenset[str]) -> FormDelta:
        """Write what changed to the journal, then (and only then) say it is saved."""
        record = self._journal(opened)
        self._look_back(opened, record)
        return opened.painter.delta(record, opened.iv, touched, self._subjects, self._saved(record))

    def _journal(self, opened: _Open) -> LocalRecord:
        store = self.desk.seat().store
        record = self._subjects.record(opened.rid)
        now_fields = opened.iv.fields()
        change: Mapping[str, str | None] = diff(opened.written, now_fields)
        if change:
            if not self._subjects.editable(record):
                self._load(opened.rid)
                raise SidumbaError("workflow.locked")
            now = self.desk.clock.now()
            store.records.answer(opened.rid, change, iso(now))
            opened.written = now_fields
            self.desk.saved_at = now
            record = self._subjects.record(opened.rid)
        return record

    # ---- handing on
    # ----------------------------------------------------------------------------------------------

    def finish(self, rid: str, command: str = "") -> Decided | Refusal:
        """Seal what was typed and take the forward step; a refusal names the fields to go to first, nothing
        is lost.
        """
        opened = self._of(rid)
        record = self._journal(opened)
        offered = self._subjects.offered(record)
        wanted = command or next((view.command for view in offered if view.kind == "forward"), "")
        if not wanted:
            return Refusal("workflow.locked", FormPainter.locked_sentence(self.desk, record))
        return self._take(opened, record, wanted)

    def discard(self, rid: str, reason: str = "") -> Decided | Refusal:
        """Withdraw a draft: a tombstone, with undo (command ``hapus``). The one too many of a day asks for a reason
        (code ``withdrawing.WHY``)."""
        record = self._journal(self._of(rid))
        refused = self._withdrawing.question(record.program, [record.vid], reason)
        if refused is not None:
            return refused
        decided = self._withdrawing.take(rid, reason)
        if isinstance(decided, Decided):
            self._open.pop(rid, None)
        return decided

    def _take(self, opened: _Open, record: LocalRecord, command: str) -> Decided | Refusal:
        seat = self.desk.seat()
        situation = self._subjects.situation(record, opened.iv, self._seen(record))
        row = self._subjects.judge(record, situation, command)
        if isinstance(row, Refusal):
            return row
        # Handing on one's own work is sending; moving others' work is deciding.
        late = None if "own" in row.guards else self._subjects.lease_refusal()
        if late is not None:
            return late
        seat.store.records.seal(
            opened.rid, by=seat.user.user_id, at=iso(self.desk.clock.now()), op_id=new_id(self.desk.clock)
        )
        sealed = self._subjects.record(opened.rid)
        decided = self._subjects.take(sealed, row, self._seen(sealed))
        self._open.pop(opened.rid, None)
        return decided

    def _seen(self, record: LocalRecord) -> Seen:
        return Seen(record.rev, record.as_record().content_sha256)

    def commands(self, rid: str) -> tuple[CommandView, ...]:
        return self._subjects.offered(self._subjects.record(rid))

    def leave(self, rid: str) -> Changes:
        """Close a record's running form; everything in it is in the journal already."""
        self._open.pop(rid, None)
        return Changes(records=frozenset({rid}), lists=True, counts=True)
