"""Judges one answer: required, type, choice, constraint (the first that fails is the error) and, apart, the warning."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Any

from sidumba_field.core.xforms.expression import Expression
from sidumba_field.core.xforms.parts import Bind, Question
from sidumba_field.core.xforms.texts import Text, sentence
from sidumba_field.core.xforms.values import parse_date, parse_datetime
from sidumba_field.core.xforms.violations import Severity, Violation

if TYPE_CHECKING:
    from sidumba_field.core.xforms.interview import Interview

_INT = re.compile(r"-?\d{1,18}\Z")
_DECIMAL = re.compile(r"-?(?:\d+(?:\.\d*)?|\.\d+)\Z")
_TIME = re.compile(r"([01]?\d|2[0-3]):[0-5]\d(:[0-5]\d(\.\d+)?)?(Z|[+-]\d\d(:?\d\d)?)?\Z")
_GEO = re.compile(r"-?\d+(\.\d+)? -?\d+(\.\d+)?( -?\d+(\.\d+)?){0,2}\Z")


def judge(
    interview: Interview, path: str, question: Question, bind: Bind, node: Any, value: str
) -> list[Violation]:
    """Return at most one error and at most one warning for an answer that is relevant."""
    if value == "":
        return _missing(interview, path, question, bind, node)
    found: list[Violation] = []
    code = _wrong_type(question.kind, bind.type, value)
    if code is None and not interview.is_choice(path, question, value):
        code = "choice"
    if code is not None:
        words = sentence(code, interview.language)
        found.append(Violation(path, "type", Severity.ERROR, words, code))
    elif bind.constraint is not None and not bind.constraint.true(node):
        found.append(_spoken(interview, path, "constraint", Severity.ERROR, bind, node))
    if code is None and bind.warning is not None and not bind.warning.true(node):
        found.append(_spoken(interview, path, "warning", Severity.WARNING, bind, node))
    return found


def _missing(interview: Interview, path: str, question: Question, bind: Bind, node: Any) -> list[Violation]:
    if bind.required is None or question.kind in ("note", "calculate") or not bind.required.true(node):
        return []
    return [_spoken(interview, path, "required", Severity.ERROR, bind, node)]


def _spoken(
    interview: Interview, path: str, kind: str, severity: Severity, bind: Bind, node: Any
) -> Violation:
    """Return the violation in the author's words: computed, else written, else the engine's own sentence."""
    computed: Expression | None = getattr(bind, f"{kind}_text", None)
    words = computed.string(node) if computed is not None else ""
    if not words:
        written: Text = getattr(bind, f"{kind}_message")
        words = written.render(node, interview.show)
    if words and words != "-":
        return Violation(path, kind, severity, words)
    return Violation(path, kind, severity, sentence(kind, interview.language), kind)


def _wrong_type(kind: str, type_: str, value: str) -> str | None:
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


def judge_rows(interview: Interview, repeat: str, count: int, least: int, most: int) -> list[Violation]:
    """Return what is wrong with the number of rows of a repeat (sf:minRows, sf:maxRows; 0 = no limit)."""
    if most and count > most:
        kind, code, limit = "constraint", "max_rows", most
    elif count < least:
        kind, code, limit = "required", "min_rows", least
    else:
        return []
    return [Violation(repeat, kind, Severity.ERROR, sentence(code, interview.language, limit=limit), code)]
