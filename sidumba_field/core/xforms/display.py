"""An answer as people read it: choice labels, dates in words, money with thousands points."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from sidumba_field.core.xforms.functions.dates import spell
from sidumba_field.core.xforms.functions.ours import grouped
from sidumba_field.core.xforms.refs import Names
from sidumba_field.core.xforms.values import to_moment, to_text

if TYPE_CHECKING:
    from sidumba_field.core.xforms.interview import Interview


def show_value(interview: Interview, names: Names | None, value: Any, path: str | None) -> str:
    """Return ``value`` of the question ``names`` for reading; with ``path`` choices show their labels, inside a
    sentence (no path) they stay as the form's author wrote them, as in other ODK tools."""
    text = to_text(value)
    bind = None if names is None else interview.definition.binds.get(names)
    if bind is None or text == "" or names is None:
        return text
    question = interview.definition.questions.get("/".join(names))
    if bind.sf.get("widget") == "money":
        return grouped(text, interview.language)
    if bind.type == "date":
        at = to_moment(text)
        return text if at is None else spell(at, "%e %B %Y", interview.language)
    if (
        path is not None
        and question is not None
        and question.kind in ("select_one", "select_multiple", "lookup")
    ):
        return interview.choice_label("/".join(names), text)
    return text
