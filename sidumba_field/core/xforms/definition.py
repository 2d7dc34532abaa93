"""What a form is once it is read: sections, questions, rows, choices, rules. Shared by all interviews."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, tzinfo
from typing import TYPE_CHECKING, Any

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.xforms.expression import Expression
from sidumba_field.core.xforms.instance import Blueprint
from sidumba_field.core.xforms.itemset import ItemFilter
from sidumba_field.core.xforms.lookup import Choice
from sidumba_field.core.xforms.refs import Names
from sidumba_field.core.xforms.texts import EMPTY, Text

if TYPE_CHECKING:
    from sidumba_field.core.xforms.graph import Graph

#: Every rule a bind may have; constraint_text and warning_text compute a message (sf:constraintText, sf:warningText).
RULES = (
    "relevant",
    "required",
    "readonly",
    "constraint",
    "calculate",
    "warning",
    "suggest",
    "reading",
    "constraint_text",
    "warning_text",
)


@dataclass(frozen=True, slots=True)
class Question:
    """Something with an answer. ``path`` without root and rows ("usaha/produk/nama"). ``kind``: text int decimal date
    time datetime select_one select_multiple rank lookup binary geopoint trigger calculate note. ``lookup``: name of
    the external list. ``sf``: our bind columns as written ("code", "unit", "widget", "class", "merge" ...).
    ``media``: MIME pattern of a file question. ``section``: path of its section."""

    path: str
    name: str
    kind: str
    label: str = ""
    hint: str = ""
    choices: tuple[Choice, ...] = ()
    lookup: str | None = None
    appearance: str = ""
    sf: Mapping[str, str] = field(default_factory=dict)
    has_calculate: bool = False
    section: str = ""
    media: str = ""
    group: str = ""

    @property
    def hidden(self) -> bool:
        """Tell whether no control shows this answer."""
        return self.kind == "calculate" or "hidden" in self.appearance.split()


@dataclass(frozen=True, slots=True)
class Repeat:
    """Rows of the same questions. ``max_rows`` 0 = no limit (sf:maxRows, sf:minRows on the repeat)."""

    path: str
    name: str
    label: str
    columns: tuple[Question, ...]
    section: str = ""
    min_rows: int = 0
    max_rows: int = 0
    sf: Mapping[str, str] = field(default_factory=dict)


Item = Question | Repeat


@dataclass(frozen=True, slots=True)
class Section:
    """A group at the top of the form; groups inside it are flattened (``Question.group`` keeps their label)."""

    name: str
    path: str
    label: str
    items: tuple[Item, ...]

    @property
    def questions(self) -> Iterator[Question]:
        """Yield the questions on the section itself, without those in rows."""
        return (item for item in self.items if isinstance(item, Question))


@dataclass(frozen=True, slots=True)
class Itemset:
    """Where choices come from. External list: ``lookup`` + ``rows`` with compiled ``values`` and ``rest``. Inside the
    form with a filter: ``nodes``. ``refs`` of the filter decide when choices must be looked at again."""

    lookup: str | None = None
    rows: ItemFilter | None = None
    values: tuple[Expression, ...] = ()
    nodes: Expression | None = None
    value_ref: str = "name"
    label_ref: str = "label"


@dataclass(slots=True)
class Bind:
    """The rules of one question, group or repeat. None = the rule is not there (relevant: always; others: never)."""

    names: Names
    type: str = "string"
    relevant: Expression | None = None
    required: Expression | None = None
    readonly: Expression | None = None
    constraint: Expression | None = None
    calculate: Expression | None = None
    warning: Expression | None = None
    suggest: Expression | None = None
    reading: Expression | None = None
    constraint_text: Expression | None = None
    warning_text: Expression | None = None
    constraint_message: Text = EMPTY
    required_message: Text = EMPTY
    warning_message: Text = EMPTY
    preload: str = ""
    preload_params: str = ""
    sf: Mapping[str, str] = field(default_factory=dict)

    def rules(self) -> Iterator[tuple[str, Expression]]:
        """Yield (rule, expression) for every rule that is there."""
        for name in RULES:
            found = getattr(self, name)
            if found is not None:
                yield name, found


@dataclass(frozen=True, slots=True)
class FirstLoad:
    """A value set once when a new record or row begins (dynamic default)."""

    names: Names
    value: Expression
    event: str


@dataclass(slots=True)
class FormDefinition:
    """A form in one language. Raises only while it is read (``from_xml``). Thread-safe: nothing in it changes.

    ``questions``: template path -> Question in form order, calculates at the end. ``zone``: the office's time zone,
    in which "today" is meant.
    """

    form_id: str
    version: str
    title: str
    root: str
    language: str
    languages: tuple[str, ...]
    sections: tuple[Section, ...]
    questions: Mapping[str, Question]
    repeats: Mapping[str, Repeat]
    binds: Mapping[Names, Bind]
    itemsets: Mapping[Names, Itemset]
    labels: Mapping[Names, Text]
    hints: Mapping[Names, Text]
    template: Any
    secondary: Mapping[str, Any]
    external: frozenset[str]
    itexts: Mapping[str, Text]
    filters: Mapping[str, ItemFilter]
    first_loads: tuple[FirstLoad, ...]
    graph: Graph
    zone: tzinfo = UTC
    xml: str = ""
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
        self.defaults = {_names_of(e): (e.text or "").strip() for e in leaves}
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
        from sidumba_field.core.xforms.reader import read

        return read(xml, language, zone)

    def in_language(self, language: str) -> FormDefinition:
        """Return the same form with the words of another of its languages."""
        return FormDefinition.from_xml(self.xml, language, self.zone)

    @property
    def language_code(self) -> str:
        from sidumba_field.core.xforms.texts import language_code

        return language_code(self.language)

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


def template_path(path: str) -> str:
    """Return ``path`` without row ids: "produk[0192ab]/nama" -> "produk/nama"."""
    if "[" not in path:
        return path
    return "/".join(part.split("[", 1)[0] for part in path.split("/"))


_CHECKED_TYPES = frozenset({"int", "decimal", "date", "dateTime", "time", "geopoint"})
_CHECKED_KINDS = frozenset({"select_one", "select_multiple", "lookup", "rank"})


def _can_fail(question: Question, bind: Bind, has_itemset: bool) -> bool:
    """Tell whether an answer here can be wrong at all; what cannot is never looked at again."""
    if bind.required is not None or bind.constraint is not None or bind.warning is not None or has_itemset:
        return True
    return bind.type in _CHECKED_TYPES or question.kind in _CHECKED_KINDS


def _names_of(element: Any) -> Names:
    found = [element.tag, *(ancestor.tag for ancestor in element.iterancestors())]
    return tuple(reversed(found[:-1]))
