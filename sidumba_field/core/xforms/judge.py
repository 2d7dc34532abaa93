"""Judges answers: required, type, choice, constraint (the first that fails is the error) and, apart, the warning.

``Judge`` remembers what it found at every path of one record; only what an answer reaches is judged again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

from sidumba_field.core.xforms.choices import Choices
from sidumba_field.core.xforms.display import Display
from sidumba_field.core.xforms.expression import Expression
from sidumba_field.core.xforms.instance import split_row
from sidumba_field.core.xforms.parts import Bind, Question, refused, template_path
from sidumba_field.core.xforms.recompute import Recompute
from sidumba_field.core.xforms.texts import Text, sentence
from sidumba_field.core.xforms.values import parse_date, parse_datetime
from sidumba_field.core.xforms.violations import Severity, Violation

_INT = re.compile(r"-?\d{1,18}\Z")
_DECIMAL = re.compile(r"-?(?:\d+(?:\.\d*)?|\.\d+)\Z")
_TIME = re.compile(r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?\Z")
_GEO = re.compile(r"-?\d+(\.\d+)? -?\d+(\.\d+)?( -?\d+(\.\d+)?){0,2}\Z")
#: Types and kinds whose answers have a spelling of their own.
CHECKED_TYPES = frozenset({"int", "decimal", "date", "dateTime", "time", "geopoint"})


class Judge:
    """The violations of one record. Every path is stale at first; functions in rules need a running interview."""

    def __init__(
        self, work: Recompute, choices: Choices, display: Display, meta: Mapping[str, str] | None = None
    ) -> None:
        self.definition, self.instance = work.definition, work.instance
        self.work, self.choices, self.display = work, choices, display
        self.language = display.language
        self.meta: Mapping[str, str] = {} if meta is None else meta
        self.found: dict[str, list[Violation]] = {}
        judged = self.definition.judged
        self.stale = {path for path, names in self.instance.names_of.items() if names in judged}
        self.stale |= set(self.instance.rows)

    # -- the record ----------------------------------------------------------------------------------------------

    def everything(self) -> list[Violation]:
        """Return all that is wrong, in the order of the form."""
        # Rows inside a removed row are gone without having been named one by one.
        for path in self.stale:
            if path in self.instance.nodes or path in self.instance.rows:
                self._judge(path)
        self.stale = set()
        if not any(self.found.values()):
            return []
        places = {path: self._place(path) for path in self.found}
        return [one for path in sorted(places, key=lambda path: places[path]) for one in self.found[path]]

    def at(self, path: str) -> list[Violation]:
        """Return what is wrong at one path."""
        if path in self.stale:
            self._judge(path)
            self.stale.discard(path)
        return list(self.found.get(path, ()))

    def again(self, changed: Iterable[str]) -> set[str]:
        """Judge what may be different after ``changed``; return the paths where it is."""
        different: set[str] = set()
        for path in self.work.to_judge(changed):
            if path not in self.instance.nodes and path not in self.instance.rows:
                continue
            self.stale.discard(path)
            before = self.found.get(path, [])
            self._judge(path)
            if self.found[path] != before:
                different.add(path)
        return different

    def doubt(self, path: str) -> None:
        """Judge ``path`` again when somebody asks: a meta field that bears on it changed."""
        if path in self.instance.nodes:
            self.stale.add(path)

    def forget(self, path: str) -> None:
        """Drop all memory of a removed path."""
        self.found.pop(path, None)
        self.stale.discard(path)

    def _place(self, path: str) -> tuple[tuple[int, int], ...]:
        """Return where a person meets ``path``: by question in the form, rows in their order."""
        rank = self.definition.rank
        place: list[tuple[int, int]] = []
        at = ""
        for part in path.split("/"):
            at = f"{at}/{part}" if at else part
            split = split_row(at)
            if split is not None:
                row = 1 + self.instance.rows[split[0]].index(split[1])
                place.append((rank.get(template_path(split[0]), 0), row))
        return (*place, (rank.get(template_path(path), 0), 0))

    # -- one path ------------------------------------------------------------------------------------------------

    def _judge(self, path: str) -> None:
        """Judge one path anew and keep the result."""
        found: list[Violation] = []
        if path in self.instance.rows:
            if self.work.relevant(path):
                found = self._rows(path)
        else:
            question = self.definition.judged.get(self.instance.names_of[path])
            if question is not None and self.work.relevant(path):
                found = self._answer(path, question)
        self.found[path] = found

    def _rows(self, path: str) -> list[Violation]:
        """Return what is wrong with the number of rows of a repeat (sf:minRows, sf:maxRows; 0 = no limit)."""
        repeat, count = self.definition.repeat(path), len(self.instance.rows[path])
        if repeat.max_rows and count > repeat.max_rows:
            kind, code, limit = "constraint", "max_rows", repeat.max_rows
        elif count < repeat.min_rows:
            kind, code, limit = "required", "min_rows", repeat.min_rows
        else:
            return []
        return [Violation(path, kind, Severity.ERROR, sentence(code, self.language, limit=limit), code)]

    def _answer(self, path: str, question: Question) -> list[Violation]:
        """Return at most one error and at most one warning for an answer that is relevant."""
        bind, node = self.definition.binds[self.instance.names_of[path]], self.instance.nodes[path]
        value = node.text or ""
        if value == "":
            return self._missing(path, question, bind, node)
        found: list[Violation] = []
        code = wrong_type(question.kind, bind.type, value)
        if code is None and not self.choices.knows(path, question, node, value):
            code = "choice"
        if code is not None:
            found.append(Violation(path, "type", Severity.ERROR, sentence(code, self.language), code))
        elif bind.constraint is not None and not bind.constraint.true(node):
            found.append(self._spoken(path, "constraint", Severity.ERROR, bind, node))
        if code is None and bind.warning is not None and not bind.warning.true(node):
            found.append(self._spoken(path, "warning", Severity.WARNING, bind, node))
        return found

    def _missing(self, path: str, question: Question, bind: Bind, node: Any) -> list[Violation]:
        if bind.required is None or question.kind in ("note", "calculate") or not bind.required.true(node):
            return []
        if refused(question, path, self.meta):
            return []
        return [self._spoken(path, "required", Severity.ERROR, bind, node)]

    def _spoken(self, path: str, kind: str, severity: Severity, bind: Bind, node: Any) -> Violation:
        """Return the violation in the author's words: computed, else written, else the engine's own sentence."""
        computed: Expression | None = getattr(bind, f"{kind}_text", None)
        words = computed.string(node) if computed is not None else ""
        if not words:
            written: Text = getattr(bind, f"{kind}_message")
            words = written.render(node, self.display.sentence)
        if words and words != "-":
            return Violation(path, kind, severity, words)
        return Violation(path, kind, severity, sentence(kind, self.language), kind)


def wrong_type(kind: str, type_: str, value: str) -> str | None:
    """Return the sentence code of a value that is not of its type, None when it is."""
    if type_ == "int":
        return None if _INT.match(value) else "int"
    if type_ == "decimal":
        return None if _DECIMAL.match(value) else "decimal"
    if type_ == "date":
        return None if parse_date(value) else "date"
    if type_ == "dateTime":
        return None if parse_datetime(value) else "date"
    if type_ == "time":
        return None if _TIME.match(value) else "time"
    if type_ == "geopoint" or kind == "geopoint":
        return None if _GEO.match(value) else "geopoint"
    return None
