"""Draws one waiting value for screen 07: both versions with who and when, what is chosen, what merged by itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from difflib import SequenceMatcher
from functools import partial

from sidumba_field.core.merge import row_of, units
from sidumba_field.core.time import parse_iso
from sidumba_field.core.workflow.proposals import desk_roles
from sidumba_field.core.xforms import FormDefinition, Question, template_path
from sidumba_field.programs import Program
from sidumba_field.services.conflicts.versions import Versions
from sidumba_field.services.conflicts.views import STORED, TEXT, WAITING, MergedView, Side, UnitView
from sidumba_field.services.desk import Desk
from sidumba_field.services.entry.form_views import FormPainter
from sidumba_field.services.shown import shown_value
from sidumba_field.services.views import ItemView
from sidumba_field.store import Choice, LocalRecord, Proposal
from sidumba_field.words import date_short, say, time_of_day

_WHY, _REASON = "@why/", "@reason/"


class ConflictPainter:
    """Turns versions into views; holds no state of its own."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    # ---- words

    def told(self, key: str, **params: object) -> str:
        return say(f"conflicts.{key}", self.desk.lang, **params)

    def when(self, at: str) -> str:
        """ "hari ini 09.12", or the day with the time."""
        local = self.desk.local(parse_iso(at))
        today = self.desk.local(self.desk.clock.now()).date()
        time = time_of_day(local, lang=self.desk.lang)
        if local.date() == today:
            return self.told("today", time=time)
        return f"{date_short(local.date(), self.desk.lang)} {time}"

    def sides(self, proposal: Proposal, found: Versions) -> tuple[Side, Side]:
        """Return the side that waits and the record's own."""
        mine = proposal.by == self.desk.seat().user.user_id
        name = proposal.by_name or self.desk.seat().store.people.name(proposal.by)
        here = self.desk.seat().store.outbox.get(proposal.op) is not None
        word = "laptop" if here else "other"
        who = self.told("who", name=self.told("you") if mine else name, when=self.when(proposal.at))
        left = Side(self.told(f"side.{word}"), who, "laptop" if here else "user", self.told(f"source.{word}"))
        rival = found.rival
        said = rival.payload if rival is not None and rival.payload is not None else {}
        other = ""
        if rival is not None:
            theirs = str(said.get("by_name") or "")
            me = rival.actor == self.desk.seat().user.user_id
            other = self.told(
                "who", name=self.told("you") if me else theirs, when=self.when(rival.server_time)
            )
        return left, Side(self.told("side.server"), other, "server", self.told("source.server"))

    def base(self, proposal: Proposal, found: Versions) -> str:
        """ "versi 2, 18 Nov"."""
        if found.based is None:
            return self.told("version", number=proposal.base_rev)
        day = date_short(self.desk.local(parse_iso(found.based.server_time)).date(), self.desk.lang)
        return self.told("version_day", number=proposal.base_rev, day=day)

    def elsewhere(self, record: LocalRecord) -> str:
        """Return who decides, when it is not this person."""
        program = self.desk.program(record.program)
        roles = desk_roles(program.workflow, record.subject, record.state)
        if not roles:
            return self.told("nobody")
        named = " / ".join(
            program.roles[role].words.in_(self.desk.lang) for role in roles if role in program.roles
        )
        return self.told("elsewhere", who=named)

    # ---- rows

    def units(
        self,
        record: LocalRecord,
        found: Versions,
        sides: tuple[Side, Side],
        chosen: Mapping[str, Choice],
        may_type: bool,
    ) -> tuple[UnitView, ...]:
        """Return what is to be decided, in the order of the form."""
        program = self.desk.program(record.program)
        pen = _Pen(self, program, record)
        groups = units(found.waiting, partial(program.group_of, record.form))
        order = pen.order
        shown = []
        for unit, paths in sorted(groups.items(), key=lambda pair: order(pair[1][0])):
            if all(_same(found.waiting[path], found.now.get(path)) for path in paths):
                continue
            shown.append(self._unit(pen, unit, paths, found, sides, chosen.get(unit), may_type))
        return tuple(shown)

    def _unit(
        self,
        pen: _Pen,
        unit: str,
        paths: Sequence[str],
        found: Versions,
        sides: tuple[Side, Side],
        choice: Choice | None,
        may_type: bool,
    ) -> UnitView:
        before, left, right = (pen.shown(paths, fields) for fields in (found.before, found.left, found.now))
        word = choice.word if choice is not None else ""
        results = {WAITING: (left, sides[0].source), STORED: (right, sides[1].source), "": ("", "")}
        if choice is not None and word == TEXT:
            own = {**found.now, **{path: choice.value if not path.startswith("@") else "" for path in paths}}
            results[TEXT] = (pen.shown(paths, own), self.told("source.own"))
        result, source = results[word]
        return UnitView(
            unit=unit,
            label=pen.label(paths, found),
            before=before,
            left=left,
            right=right,
            left_marks=_marks(before, left),
            right_marks=_marks(before, right),
            choice=word,
            result=result,
            source=source,
            item=pen.item(paths, choice.value if word == TEXT and choice else "") if may_type else None,
        )

    def merged(
        self, record: LocalRecord, found: Versions, sides: tuple[Side, Side]
    ) -> tuple[MergedView, ...]:
        """Return what went together by itself since the base, calculated values left out."""
        program = self.desk.program(record.program)
        pen = _Pen(self, program, record)
        changed = {**found.theirs, **found.ours}
        typed = {p: v for p, v in changed.items() if p not in found.waiting and pen.is_answer(p)}
        groups = units(typed, partial(program.group_of, record.form))
        lines = []
        for paths in sorted(groups.values(), key=lambda one: pen.order(one[0])):
            by_us, by_them = (any(path in side for path in paths) for side in (found.ours, found.theirs))
            before, left, right, result = (
                pen.shown(paths, fields) for fields in (found.before, found.left, found.right, found.now)
            )
            source = self.told("source.both") if by_us and by_them else sides[0 if by_us else 1].source
            lines.append(
                MergedView(
                    pen.label(paths, found), before, left if by_us else before, right if by_them else before,
                    result, source, by_us, by_them,
                )
            )  # fmt: skip
        return tuple(lines)


class _Pen:
    """Labels and values of one record's form."""

    def __init__(self, painter: ConflictPainter, program: Program, record: LocalRecord) -> None:
        self._painter, self._program = painter, program
        self._form: FormDefinition = program.form(record.form, record.form_v)
        names = [path for section in self._form.sections for item in section.items for path in _paths(item)]
        self._order = {path: number for number, path in enumerate(names)}

    def _question(self, path: str) -> Question | None:
        return self._form.questions.get(template_path(path))

    def order(self, path: str) -> tuple[int, str]:
        owner = path.removeprefix(_WHY).removeprefix(_REASON)
        return self._order.get(template_path(owner), len(self._order)), owner

    def is_answer(self, path: str) -> bool:
        """Tell whether somebody gave it: an answer or a row, nothing worked out and no note of the program."""
        question = self._question(path)
        worked_out = question is not None and (question.has_calculate or question.kind == "calculate")
        return not path.startswith("@") and (question is not None or path.endswith("]")) and not worked_out

    def label(self, paths: Sequence[str], found: Versions) -> str:
        """Return the words of the first answer; in a row with the row's name, for a whole row that name alone."""
        path = paths[0].removeprefix(_WHY).removeprefix(_REASON)
        row = path if path.endswith("]") else row_of(path)
        if row is None:
            question = self._question(path)
            return question.label if question is not None else path
        repeat = self._form.repeats.get(template_path(row))
        name = self._row_name(row, found)
        if path.endswith("]"):
            return name or (repeat.label if repeat is not None else path)
        question = self._question(path)
        words = question.label if question is not None else path
        return f"{words} {name}".strip() if name else words

    def _row_name(self, row: str, found: Versions) -> str:
        """Return the first answer of a row somebody typed, from whichever version has it."""
        repeat = self._form.repeats.get(template_path(row))
        for fields in (found.now, found.left, found.before):
            for column in repeat.columns if repeat is not None else ():
                value = fields.get(f"{row}/{column.name}", "")
                if value and column.kind == "text":
                    return value
        return ""

    def shown(self, paths: Sequence[str], fields: Mapping[str, str]) -> str:
        """Return what a version says of a unit, as read."""
        if paths[0].endswith("]"):
            return self._row(paths[0], fields)
        parts = []
        for path in paths:
            if path.startswith(_WHY):
                why = fields.get(path, "")
                parts += [self._painter.told(f"why.{why}")] if why in ("menolak", "tidak_tahu") else []
            elif path.startswith(_REASON):
                reason = fields.get(path, "")
                parts += [self._painter.told("reason", text=reason)] if reason else []
            else:
                parts.append(self.value(path, fields.get(path, "")))
        return " · ".join(part for part in parts if part)

    def value(self, path: str, value: str) -> str:
        question = self._question(path)
        if question is None or not value:
            return value
        lang = self._painter.desk.lang
        if question.lookup is not None:
            return self._program.lookups[question.lookup].label(value) or value
        return shown_value(question, value, None, path, lang, codes=True)

    def _row(self, row: str, fields: Mapping[str, str]) -> str:
        repeat = self._form.repeats.get(template_path(row))
        if row not in fields or repeat is None:
            return self._painter.told("no_row")
        cells = [
            self.value(f"{row}/{one.name}", fields.get(f"{row}/{one.name}", "")) for one in repeat.columns
        ]
        return " · ".join(cell for cell in cells if cell) or self._painter.told("empty_row")

    def item(self, paths: Sequence[str], value: str) -> ItemView | None:
        """Return the question of a unit of one answer, to write another value; None for what the form alone can take
        (rows, groups, places, pictures)."""
        answers = [path for path in paths if not path.startswith("@")]
        question = self._question(answers[0]) if len(answers) == 1 and not answers[0].endswith("]") else None
        if question is None or not _is_written(question):
            return None
        painter = FormPainter(self._painter.desk, self._program, self._form)
        return painter.bare(question, answers[0], value)


def _is_written(question: Question) -> bool:
    """Tell whether an answer can be written by itself: no place out of thousands, no picture, nothing worked out."""
    return question.lookup is None and question.kind != "binary" and not question.has_calculate


def _paths(item: object) -> tuple[str, ...]:
    columns = getattr(item, "columns", ())
    return (str(getattr(item, "path", "")), *(column.path for column in columns))


def _same(left: str | None, right: str | None) -> bool:
    return (left or "") == (right or "")


def _marks(before: str, after: str) -> tuple[tuple[int, int], ...]:
    """Return the character ranges of ``after`` that differ from ``before``."""
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return tuple((j1, j2) for tag, _, _, j1, j2 in blocks if tag in ("replace", "insert") and j2 > j1)
