"""Last year's answers: the same subject in an earlier period, offered field by field or as a whole, never by itself.

Which record it is, program.toml says ([last_year] match: answers that agree, however they are written), and only
records that came as far as a batch count. A record that continues a signed one names it (``@continues``).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.workflow.content import CONTINUES
from sidumba_field.core.xforms import FormDefinition, Interview, Question, template_path
from sidumba_field.programs import Program
from sidumba_field.services.desk import Desk
from sidumba_field.services.review.duplicates import MOST, plain
from sidumba_field.services.shown import shown_value
from sidumba_field.services.subjects import BATCH, Subjects
from sidumba_field.store import LocalRecord

#: Kinds nobody copies: what the form works out, what was seen on that day, what has to be asked again.
_NEVER = frozenset({"calculate", "note", "binary", "trigger"})


@dataclass(frozen=True, slots=True)
class LastAnswer:
    """An answer of an earlier period. ``value``: raw, as ``answer`` takes it; ``shown``: as read; ``period``: "2025";
    ``rid``: the record it stands in."""

    path: str
    value: str
    shown: str
    period: str
    rid: str


@dataclass(frozen=True, slots=True)
class LastRecord:
    """The record of an earlier period, and what of it fits the form of today (path -> raw value)."""

    rid: str
    period: str
    answers: Mapping[str, str]


class LastYear:
    """Helper of the services; holds no state of its own."""

    def __init__(self, desk: Desk, subjects: Subjects) -> None:
        self.desk = desk
        self._subjects = subjects

    def keys(self, program: Program, iv: Interview) -> tuple[str, ...]:
        """Return what decides who the subject was; while it stays the same nothing is looked up again."""
        return (iv.meta.get(CONTINUES, ""), *(iv.value(path) for path in program.last_year))

    def find(self, record: LocalRecord, program: Program, iv: Interview) -> LastRecord | None:
        """Return the same subject in the latest earlier period on this laptop, None when there is none or when more
        than one could be meant."""
        linked, *values = self.keys(program, iv)
        found = self._record(linked) if linked else self._alike(record, program, tuple(values))
        if found is None:
            return None
        return LastRecord(found.rid, found.period, self._fitting(found, program, iv.definition))

    def _record(self, rid: str) -> LocalRecord | None:
        """Return a record where the person may see it: what another one names may lie outside his area."""
        try:
            return self._subjects.record(rid)
        except SidumbaError:
            return None

    def _alike(self, record: LocalRecord, program: Program, values: tuple[str, ...]) -> LocalRecord | None:
        """The first answer of the list has to be there; those not answered yet do not count."""
        wanted = {path: value for path, value in zip(program.last_year, values, strict=True) if plain(value)}
        if not wanted or program.last_year[0] not in wanted:
            return None
        states = tuple(state for state in program.workflow.states(BATCH) if state != "-")
        rows = self.desk.seat().store.records.find(
            program.id,
            states=states,
            text=" ".join(wanted.values()),
            limit=MOST,
            vids=self.desk.my_vids(program.id),
            columns=tuple(wanted),
        )
        same = [
            found
            for row in rows
            if row.rid != record.rid
            and all(plain(row.fields.get(path, "")) == plain(value) for path, value in wanted.items())
            and (found := self._record(row.rid)) is not None
            and found.period < record.period
        ]
        latest = max((found.period for found in same), default="")
        last = [found for found in same if found.period == latest]
        return last[0] if len(last) == 1 else None

    def _fitting(self, found: LocalRecord, program: Program, now: FormDefinition) -> dict[str, str]:
        """Return the answers the form of today still asks for in the same way; choices it no longer has stay out."""
        then = program.form(found.form, found.form_v)
        kept: dict[str, str] = {}
        for path, value in found.fields.items():
            if not value or path.startswith("@"):
                continue
            plain_path = template_path(path)
            if path.endswith("]"):
                if plain_path in now.repeats:
                    kept[path] = value
                continue
            was, is_now = then.questions.get(plain_path), now.questions.get(plain_path)
            if was is not None and is_now is not None and self._fits(program, was, is_now, value):
                kept[path] = value
        return kept

    @staticmethod
    def _fits(program: Program, was: Question, now: Question, value: str) -> bool:
        if was.kind != now.kind or now.kind in _NEVER or now.has_calculate:
            return False
        if any(now.path == one or now.path.startswith(f"{one}/") for one in program.asked_anew):
            return False
        values = {choice.value for choice in now.choices}
        return not values or set(value.split()) <= values

    def answer(self, last: LastRecord | None, iv: Interview, path: str) -> LastAnswer | None:
        """Return last year's answer to one question. In a table the rows are matched by their order."""
        if last is None:
            return None
        there = self._there(last, iv, path)
        value = last.answers.get(there, "")
        if not value:
            return None
        shown = shown_value(iv.definition.question(path), value, None, "", self.desk.lang)
        question = iv.definition.question(path)
        labels = {choice.value: choice.label for choice in question.choices}
        if labels:
            shown = ", ".join(labels[one] for one in value.split())
        elif question.lookup is not None:
            shown = next((c.label for c in iv.choices(path, value, limit=1) if c.value == value), value)
        return LastAnswer(path, value, shown, last.period, last.rid)

    @staticmethod
    def _there(last: LastRecord, iv: Interview, path: str) -> str:
        if "[" not in path:
            return path
        repeat, _, rest = path.partition("[")
        row, _, column = rest.partition("]")
        rows = tuple(iv.rows(repeat))
        before = sorted(
            (one for one in last.answers if one.startswith(f"{repeat}[") and one.endswith("]")),
            key=lambda one: (len(last.answers[one]), last.answers[one]),
        )
        at = rows.index(row) if row in rows else len(before)
        return f"{before[at]}{column}" if at < len(before) else ""

    def copied(self, last: LastRecord, iv: Interview) -> dict[str, str]:
        """Return what a copy of the whole would write: only where nothing is answered yet."""
        taken = {repeat for repeat in iv.definition.repeats if iv.rows(repeat)}
        return {
            path: value
            for path, value in last.answers.items()
            if (template_path(path.partition("]")[0].partition("[")[0]) not in taken)
            and ("[" in path or not iv.value(path))
        }
