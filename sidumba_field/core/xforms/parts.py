"""The plain parts of a form: questions, rows, sections, rules, where choices come from. Values that know of no reader.

A path "usaha/produk/nama" is without root and rows; ``template_path`` takes the row ids out of a record's path.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sidumba_field.core.xforms.expression import Expression
from sidumba_field.core.xforms.itemset import ItemFilter
from sidumba_field.core.xforms.lookup import Choice
from sidumba_field.core.xforms.refs import Names
from sidumba_field.core.xforms.texts import EMPTY, Text

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
    def is_document(self) -> bool:
        """Tell a question for any document (type ``file``) from one for a picture."""
        return self.kind == "binary" and not self.media.startswith("image/")

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


def refused(question: Question, path: str, meta: Mapping[str, str]) -> bool:
    """Tell whether the respondent refused this answer (meta field "@why/<path>") where the form allows it."""
    return question.sf.get("refusable") == "yes" and bool(meta.get(f"@why/{path}"))


def template_path(path: str) -> str:
    """Return ``path`` without row ids: "produk[0192ab]/nama" -> "produk/nama"."""
    if "[" not in path:
        return path
    return "/".join(part.split("[", 1)[0] for part in path.split("/"))
