"""What a form is once it is read: sections, questions, rows, choices, rules. Shared by all interviews."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from datetime import UTC, tzinfo

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.xforms import texts
from sidumba_field.core.xforms.instance import Blueprint
from sidumba_field.core.xforms.parts import Bind, Question, Repeat, template_path
from sidumba_field.core.xforms.reader import FormReading, read
from sidumba_field.core.xforms.refs import Names
from sidumba_field.core.xforms.source import names_of


@dataclass(slots=True)
class FormDefinition(FormReading):
    """A form in one language: what was read, and what every interview needs of it, worked out once. Raises only
    while it is read (``from_xml``). Thread-safe: nothing in it changes.

    ``judged``: questions whose answers can be wrong; ``rank``: template path -> place in the form; ``below``: repeat
    -> all that stands in its rows; ``suggesting``: question -> what its sf:suggest reads.
    """

    blueprint: Blueprint = field(init=False)
    judged: dict[Names, Question] = field(init=False)
    rank: dict[str, int] = field(init=False)
    below: dict[Names, tuple[Names, ...]] = field(init=False)
    defaults: dict[Names, str] = field(init=False)
    suggesting: dict[Names, frozenset[Names]] = field(init=False)
    values: dict[str, frozenset[str]] = field(init=False)
    choice_labels: dict[tuple[str, str], str] = field(init=False)

    def __post_init__(self) -> None:
        """Work out once what every interview needs: blueprint, who is judged, form order, defaults, suggestions."""
        self.judged = {
            names: question
            for path, question in self.questions.items()
            if _can_fail(question, self.binds[names := tuple(path.split("/"))], names in self.itemsets)
        }
        order = [item for section in self.sections for item in section.items]
        flat = [one for item in order for one in (item, *(item.columns if isinstance(item, Repeat) else ()))]
        self.rank = {item.path: at for at, item in enumerate(flat)}
        tops = [tuple(path.split("/")) for path in self.repeats]
        self.below = {top: tuple(names for names in self.binds if names[: len(top)] == top) for top in tops}
        leaves = [e for e in self.template.iter() if len(e) == 0 and (e.text or "").strip()]
        self.defaults = {names_of(e): (e.text or "").strip() for e in leaves}
        self.suggesting = {
            names: frozenset(ref.target for ref in bind.suggest.refs)
            for names, bind in self.binds.items()
            if bind.suggest is not None
        }
        self.values = {
            path: frozenset(c.value for c in q.choices) for path, q in self.questions.items() if q.choices
        }
        self.choice_labels = {
            (path, c.value): c.label for path, q in self.questions.items() for c in q.choices
        }
        for element in self.template.iter():
            if len(element) == 0:
                element.text = None
        self.blueprint = Blueprint(self.template, frozenset(self.below))

    @classmethod
    def from_xml(cls, xml: str, language: str = "", zone: tzinfo = UTC) -> FormDefinition:
        """Read an XForm as pyxform writes it. ``language``: name or code of one of its languages, "" = its default.

        Raises SidumbaError form.unreadable (no XML, no model, unknown language), form.bad_expression (names the
        question, the rule and the expression), form.cycle (questions that wait for each other).
        """
        found = read(xml, language, zone)
        return cls(**{part.name: getattr(found, part.name) for part in fields(found)})

    def in_language(self, language: str) -> FormDefinition:
        """Return the same form with the words of another of its languages."""
        return FormDefinition.from_xml(self.xml, language, self.zone)

    @property
    def language_code(self) -> str:
        return texts.language_code(self.language)

    def question(self, path: str) -> Question:
        """Return the question at a path with or without row ids. Raises SidumbaError form.unknown_path."""
        found = self.questions.get(template_path(path))
        if found is None:
            raise SidumbaError("form.unknown_path", path=path)
        return found

    def question_at(self, path: str) -> Question | None:
        """Return the question at a path with or without row ids, None when the form has none there."""
        return self.questions.get(template_path(path))

    def binary_paths(self) -> frozenset[str]:
        """Return the template paths of all file questions."""
        return frozenset(path for path, question in self.questions.items() if question.kind == "binary")

    def repeat_names(self, path: str) -> Names:
        return tuple(self.repeat(path).path.split("/"))

    def repeat(self, path: str) -> Repeat:
        """Return the repeat at ``path``. Raises SidumbaError form.unknown_path."""
        found = self.repeats.get(template_path(path))
        if found is None:
            raise SidumbaError("form.unknown_path", path=path)
        return found


_CHECKED_TYPES = frozenset({"int", "decimal", "date", "dateTime", "time", "geopoint"})
_CHECKED_KINDS = frozenset({"select_one", "select_multiple", "lookup", "rank"})


def _can_fail(question: Question, bind: Bind, has_itemset: bool) -> bool:
    """Tell whether an answer here can be wrong at all; what cannot is never looked at again."""
    if bind.required is not None or bind.constraint is not None or bind.warning is not None or has_itemset:
        return True
    return bind.type in _CHECKED_TYPES or question.kind in _CHECKED_KINDS
