"""An answer as people read it: choice labels, dates in words, money with thousands points."""

from __future__ import annotations

from typing import Any

from sidumba_field.core.xforms.choices import Choices
from sidumba_field.core.xforms.functions.dates import spell
from sidumba_field.core.xforms.functions.ours import grouped
from sidumba_field.core.xforms.refs import Names
from sidumba_field.core.xforms.values import to_moment, to_text


class Display:
    """Spells the answers of one record. ``language``: a code ("id")."""

    def __init__(self, choices: Choices, language: str) -> None:
        self.choices = choices
        self.definition = choices.definition
        self.language = language

    def sentence(self, names: Names | None, value: Any) -> str:
        """Return ``value`` of the question ``names`` inside a sentence: choices stay as the form's author wrote them,
        as in other ODK tools."""
        text = to_text(value)
        special = self._special(names, text)
        return text if special is None else special

    def answer(self, names: Names, value: str) -> str:
        """Return the answer on its own: as in a sentence, and choices show their labels."""
        special = self._special(names, value)
        if special is not None:
            return special
        path = "/".join(names)
        question = self.definition.questions.get(path)
        if question is None or question.kind not in ("select_one", "select_multiple", "lookup"):
            return value
        return self.choices.choice_label(path, value)

    def _special(self, names: Names | None, text: str) -> str | None:
        """Return money and days in their spelling, None for all else."""
        bind = None if names is None else self.definition.binds.get(names)
        if bind is None or text == "":
            return None
        if bind.sf.get("widget") == "money":
            return grouped(text, self.language)
        if bind.type == "date":
            at = to_moment(text)
            return text if at is None else spell(at, "%e %B %Y", self.language)
        return None
