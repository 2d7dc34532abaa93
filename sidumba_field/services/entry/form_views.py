"""Draws a running form as values: items with their sentence, sections with their counts, what is missing and
where.

One painter serves one open record; ``whole`` gives everything, ``delta`` only what an answer changed.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from sidumba_field.core.time import parse_iso
from sidumba_field.core.workflow.guards import remark_is_answered
from sidumba_field.core.xforms import (
    FormDefinition,
    Interview,
    Question,
    Repeat,
    Severity,
    Violation,
    template_path,
)
from sidumba_field.programs import Program
from sidumba_field.services.desk import Desk
from sidumba_field.services.shown import shown_value
from sidumba_field.services.subjects import Subjects
from sidumba_field.services.views import (
    Changes,
    ChoiceView,
    CommandView,
    FormDelta,
    FormView,
    ItemView,
    Mark,
    RemarkView,
    RepeatView,
    SectionView,
)
from sidumba_field.store import LocalRecord
from sidumba_field.store import Mark as StoreMark
from sidumba_field.words import date_short, say, time_of_day

#: Choice lists up to this long are drawn as pills with digits (design/UI.md section 5).
PILLS = 9
#: Marks of a record the server has; its files may still be on their way.
_ON_SERVER = frozenset({StoreMark.RECEIVED})


@dataclass(frozen=True, slots=True)
class _State:
    """Everything about one moment of a form, computed once per answer."""

    errors: Mapping[str, Violation]
    warnings: Mapping[str, Violation]
    remarks: Mapping[str, RemarkView]
    meta: Mapping[str, str]


class FormPainter:
    """Turns an ``Interview`` into view values for one record."""

    def __init__(self, desk: Desk, program: Program, definition: FormDefinition) -> None:
        self.desk = desk
        self.program = program
        self.definition = definition
        #: Path -> what was answered in an earlier period, as drawn beside a question.
        self.previous: Mapping[str, str] = {}
        self.previous_period = ""
        self._last_items: dict[str, ItemView] = {}
        self._last_repeats: dict[str, RepeatView] = {}

    # ---- whole and delta
    # -----------------------------------------------------------------------------------------

    def whole(self, record: LocalRecord, iv: Interview, subjects: Subjects, saved_at: str) -> FormView:
        """Return the complete picture of a record."""
        state = self._state(record, iv)
        items, repeats = self._draw(iv, state)
        self._last_items, self._last_repeats = items, repeats
        sections = self._sections(iv, items, repeats)
        spec = self.program.state(record.state)
        editable = subjects.editable(record)
        return FormView(
            rid=record.rid,
            title=self.title(record, iv),
            number=record.fields.get(self.program.number_path, "") or record.rid[:8],
            version_text=say("services.version", self.desk.lang, number=max(record.base_rev, 1)),
            posisi=spec.posisi,
            posisi_label=self.program.posisi_label(record.state, self.desk.lang),
            mark=Mark(record.mark),
            mark_text=self._mark_text(record, subjects),
            sections=sections,
            items=items,
            repeats=repeats,
            filled=sum(section.filled for section in sections),
            total=sum(section.total for section in sections),
            errors=tuple(state.errors),
            empty=self._empty(iv, items, repeats),
            notes=tuple(remark.path for remark in state.remarks.values() if not remark.answered),
            remarks=tuple(state.remarks.values()),
            commands=self._commands(subjects, record),
            editable=editable,
            why_locked="" if editable else self.locked_sentence(self.desk, record),
            saved_at=saved_at,
        )

    def delta(
        self,
        record: LocalRecord,
        iv: Interview,
        touched: frozenset[str],
        subjects: Subjects,
        saved_at: str,
    ) -> FormDelta:
        """Return what differs from the last picture; ``touched`` is the engine's hint and always included."""
        state = self._state(record, iv)
        items, repeats = self._draw(iv, state)
        changed = {p: view for p, view in items.items() if p in touched or self._last_items.get(p) != view}
        tables = {p: view for p, view in repeats.items() if p in touched or self._last_repeats.get(p) != view}
        self._last_items, self._last_repeats = items, repeats
        sections = self._sections(iv, items, repeats)
        return FormDelta(
            rid=record.rid,
            saved_at=saved_at,
            items=changed,
            repeats=tables,
            sections=sections,
            filled=sum(section.filled for section in sections),
            total=sum(section.total for section in sections),
            errors=tuple(state.errors),
            empty=self._empty(iv, items, repeats),
            notes=tuple(remark.path for remark in state.remarks.values() if not remark.answered),
            title=self.title(record, iv),
            changes=Changes(records=frozenset({record.rid}), lists=True, counts=True),
        )

    def _mark_text(self, record: LocalRecord, subjects: Subjects) -> str:
        """Return what the mark says; a record whose files are not all on the server is not complete there."""
        text = say(f"services.mark.{record.mark}", self.desk.lang)
        names = subjects.file_names(record) if record.mark in _ON_SERVER else set()
        whole = self.desk.seat().store.files.whole_on_server(names) if names else set()
        return say("services.files.incomplete", self.desk.lang, mark=text) if names - whole else text

    @staticmethod
    def locked_sentence(desk: Desk, record: LocalRecord) -> str:
        label = desk.program(record.program).state(record.state).label(desk.lang)
        return say("services.locked", desk.lang, state=label)

    def title(self, record: LocalRecord, iv: Interview | None = None) -> str:
        """Return the record's name ("Keripik Singkong Bu Siti"), or what to call one without."""
        value = iv.value(self.program.title_path) if iv else record.fields.get(self.program.title_path, "")
        return value or say("services.untitled", self.desk.lang)

    def _commands(self, subjects: Subjects, record: LocalRecord) -> tuple[CommandView, ...]:
        return subjects.offered(record)

    # ---- parts
    # ---------------------------------------------------------------------------------------------------

    def _state(self, record: LocalRecord, iv: Interview) -> _State:
        errors: dict[str, Violation] = {}
        warnings: dict[str, Violation] = {}
        for violation in iv.violations():
            book = errors if violation.severity is Severity.ERROR else warnings
            book.setdefault(violation.path, violation)
        return _State(errors, warnings, {r.path: r for r in self.remarks(record)}, iv.meta)

    def remarks(self, record: LocalRecord) -> list[RemarkView]:
        """Return the open remarks of the latest return, each with whether it was answered since."""
        whole = record.as_record()
        return [
            RemarkView(
                id=remark.id,
                path=remark.path,
                label=self.label_of(remark.path),
                text=remark.text,
                by_name=remark.by_name,
                when=self._when(remark.at),
                status=say("services.remark.fixed" if done else "services.remark.open", self.desk.lang),
                answered=done,
            )
            for remark in record.remarks
            for done in (remark_is_answered(remark, whole),)
        ]

    def label_of(self, path: str) -> str:
        """Return the label of a field, or "" for a remark on the whole record."""
        template = template_path(path) if path else ""
        found = self.definition.questions.get(template) or self.definition.repeats.get(template)
        return found.label if found else ""

    def _when(self, at: str) -> str:
        local = self.desk.local(parse_iso(at))
        return f"{date_short(local.date(), self.desk.lang)} {time_of_day(local, lang=self.desk.lang)}"

    def _draw(self, iv: Interview, state: _State) -> tuple[dict[str, ItemView], dict[str, RepeatView]]:
        items: dict[str, ItemView] = {}
        repeats: dict[str, RepeatView] = {}
        for section in self.definition.sections:
            for item in section.items:
                if isinstance(item, Repeat):
                    repeats[item.path] = self._repeat(item, iv, state)
                else:
                    items[item.path] = self.item(item, item.path, iv, state)
        return items, repeats

    def item(self, question: Question, path: str, iv: Interview, state: _State) -> ItemView:
        """Return one question as drawn; ``path`` carries the row id inside a repeat."""
        value = iv.value(path)
        error = state.errors.get(path)
        warning = state.warnings.get(path)
        remark = state.remarks.get(path)
        lang = self.desk.lang
        choices: tuple[ChoiceView, ...] = ()
        if question.lookup is None and question.kind in ("select_one", "select_multiple"):
            choices = tuple(ChoiceView(c.value, c.label) for c in iv.choices(path, limit=200))
        return ItemView(
            path=path,
            code=question.sf.get("code", ""),
            kind=question.kind,
            widget=question.sf.get("widget", "")
            or ("multiline" if "multiline" in question.appearance else "")
            or ("document" if question.is_document else ""),
            label=question.label,
            hint=question.hint,
            help=question.sf.get("help", "") or question.hint,
            value=value,
            shown=shown_value(question, value, iv, path, lang),
            unit=question.sf.get("unit", ""),
            choices=choices,
            lookup=question.lookup is not None,
            required=iv.required(path),
            readonly=iv.readonly(path),
            relevant=iv.relevant(path),
            error=error.message if error and (value or error.kind != "required") else "",
            warning=warning.message if warning else "",
            reason=state.meta.get(f"@reason/{path}", ""),
            reading=iv.reading(path),
            remark=remark.text if remark else "",
            remark_by=f"{remark.by_name}, {remark.when}" if remark else "",
            previous=self.previous.get(path, ""),
            previous_shown=self._previous_shown(question, path),
            previous_period=self.previous_period if path in self.previous else "",
            why=state.meta.get(f"@why/{path}", "") if not value else "",
            refusable=question.sf.get("refusable") == "yes",
            exclusive=question.sf.get("exclusive", ""),
        )

    def _previous_shown(self, question: Question, path: str) -> str:
        value = self.previous.get(path, "")
        if value and question.lookup is not None:
            return self.program.lookups[question.lookup].label(value) or value
        return shown_value(question, value, None, path, self.desk.lang)

    def _repeat(self, repeat: Repeat, iv: Interview, state: _State) -> RepeatView:
        rows = tuple(iv.rows(repeat.path))
        cells = {
            row: {
                column.name: self.item(column, f"{repeat.path}[{row}]/{column.name}", iv, state)
                for column in repeat.columns
            }
            for row in rows
        }
        blank = _State({}, {}, {}, {})
        columns = tuple(self._column(column, blank) for column in repeat.columns)
        remark = state.remarks.get(repeat.path)
        error = state.errors.get(repeat.path)
        return RepeatView(
            path=repeat.path,
            code=repeat.sf.get("code", ""),
            label=repeat.label,
            add_text=say("services.add_row", self.desk.lang, what=repeat.label.lower()),
            max_rows=repeat.max_rows,
            columns=columns,
            rows=rows,
            cells=cells,
            totals=self._totals(repeat, cells),
            # An untouched table is empty, not wrong; the first "Kirim" goes to it all the same.
            error=error.message if error and (rows or error.kind != "required") else "",
            remark=remark.text if remark else "",
        )

    def _column(self, column: Question, state: _State) -> ItemView:
        readonly = column.kind == "calculate" or column.has_calculate
        return ItemView(
            path=column.path,
            code=column.sf.get("code", ""),
            kind=column.kind,
            widget=column.sf.get("widget", ""),
            label=column.label,
            hint=column.hint,
            help=column.sf.get("help", "") or column.hint,
            value="",
            shown="",
            unit=column.sf.get("unit", ""),
            choices=tuple(ChoiceView(c.value, c.label) for c in column.choices),
            lookup=column.lookup is not None,
            required=False,
            readonly=readonly,
            relevant=True,
            error="",
            warning="",
            reason="",
            reading="",
            remark="",
            remark_by="",
        )

    def bare(self, question: Question, path: str, value: str) -> ItemView:
        """Return a question by itself, outside a running form: its words, choices and a value."""
        return replace(self._column(question, _State({}, {}, {}, {})), path=path, value=value)

    def _totals(self, repeat: Repeat, cells: Mapping[str, Mapping[str, ItemView]]) -> dict[str, str]:
        """Return the sum of each column marked ``sf:total``, as shown."""
        totals: dict[str, str] = {}
        for column in repeat.columns:
            if column.sf.get("total"):
                values = [row[column.name].value for row in cells.values()]
                numbers = [int(float(value)) for value in values if _is_number(value)]
                totals[column.name] = shown_value(column, str(sum(numbers)), None, "", self.desk.lang)
        return totals

    def _sections(
        self, iv: Interview, items: Mapping[str, ItemView], repeats: Mapping[str, RepeatView]
    ) -> tuple[SectionView, ...]:
        sections = []
        for number, section in enumerate(self.definition.sections):
            order = tuple(item.path for item in section.items if self._visible(item, items, iv))
            questions = [items[p] for p in order if p in items and _counts(items[p])]
            tables = [repeats[p] for p in order if p in repeats]
            cells = [c for t in tables for row in t.cells.values() for c in row.values()]
            filled = sum(1 for q in questions if q.value or q.why) + sum(1 for t in tables if t.rows)
            sections.append(
                SectionView(
                    key=section.path,
                    letter=chr(ord("A") + number),
                    label=section.label,
                    order=order,
                    filled=filled,
                    total=len(questions) + len(tables),
                    errors=sum(1 for c in [*questions, *cells] if c.error),
                    warnings=sum(1 for c in [*questions, *cells] if c.warning and not c.reason),
                )
            )
        return tuple(sections)

    def _visible(self, item: Question | Repeat, items: Mapping[str, ItemView], iv: Interview) -> bool:
        if isinstance(item, Repeat):
            return iv.asks_rows(item.path)
        return items[item.path].relevant and item.kind != "calculate"

    def _empty(
        self, iv: Interview, items: Mapping[str, ItemView], repeats: Mapping[str, RepeatView]
    ) -> tuple[str, ...]:
        """Return required questions without an answer, in reading order."""
        paths: list[str] = []
        for section in self.definition.sections:
            for item in section.items:
                if isinstance(item, Repeat):
                    if not iv.asks_rows(item.path):
                        continue
                    if item.min_rows and not repeats[item.path].rows:
                        paths.append(item.path)
                    cells = [c for row in repeats[item.path].cells.values() for c in row.values()]
                else:
                    cells = [items[item.path]]
                paths.extend(c.path for c in cells if _missing(c))
        return tuple(paths)


def _counts(item: ItemView) -> bool:
    """Tell whether a question counts as one to be answered by a person."""
    return item.relevant and not item.readonly and item.kind not in ("calculate", "note")


def _missing(item: ItemView) -> bool:
    """Tell whether an answer has to be given still; a refusal stands for one where the form allows it."""
    refused = item.why and item.refusable
    return item.required and item.relevant and not item.value and not refused


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
