"""One record being answered or judged: answers in, values, relevance and violations out.

The laptop types into it, the server loads a record into it and asks for violations: the same code judges both.
What is not relevant is blank to XPath, to fields() and to the server, but stays remembered while the record is open.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import tzinfo
from typing import Any

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import new_id
from sidumba_field.core.time import Clock
from sidumba_field.core.xforms.choices import Choices
from sidumba_field.core.xforms.definition import FormDefinition
from sidumba_field.core.xforms.display import Display
from sidumba_field.core.xforms.instance import Instance, split_row
from sidumba_field.core.xforms.judge import Judge
from sidumba_field.core.xforms.lookup import Choice, Lookup, LookupQuery
from sidumba_field.core.xforms.parts import Question, template_path
from sidumba_field.core.xforms.recompute import Recompute
from sidumba_field.core.xforms.refs import Names
from sidumba_field.core.xforms.values import RUNTIME, Runtime
from sidumba_field.core.xforms.violations import Violation

META = "@"


class Interview:
    """See the module. ``fields``: flat answers of a saved record; none at all = a new record, which gets the form's
    defaults. ``session``: words of the signed-in user for sf:suggest. ``withheld``: questions (template paths) whose
    answers are kept from the reader; nothing is found wrong with what he cannot see. Not thread-safe: one interview,
    one thread.

    Raises SidumbaError form.unknown_lookup when the form needs a list that ``lookups`` does not hold.
    """

    def __init__(
        self,
        definition: FormDefinition,
        fields: Mapping[str, str | None] | None = None,
        lookups: Mapping[str, Lookup] | None = None,
        clock: Clock | None = None,
        session: Mapping[str, str] | None = None,
        zone: tzinfo | None = None,
        new: bool | None = None,
        withheld: frozenset[str] = frozenset(),
    ) -> None:
        self.definition = definition
        self.withheld = withheld
        self.language = definition.language_code
        self.lookups = lookups or {}
        missing = sorted(definition.external - set(self.lookups))
        if missing:
            raise SidumbaError("form.unknown_lookup", name=missing[0], form=definition.form_id)
        self.clock = clock
        #: What the last add_row or remove_row changed.
        self.changed: frozenset[str] = frozenset()
        self.instance = Instance(definition.blueprint)
        self.meta: dict[str, str] = {}
        self.unknown: dict[str, str] = {}
        self.row_order: dict[str, str] = {}
        self._choices = Choices(definition, self.instance, self.lookups)
        self._display = Display(self._choices, self.language)
        self._work = Recompute(definition, self.instance)
        self._runtime = Runtime(clock, zone or definition.zone, self._choices, session or {}, self.language)
        given = {path: value for path, value in (fields or {}).items() if value}
        with self.running():
            self._load(given)
            if new is True or (new is None and not given):
                self._work.first_load(())
            self._work.everything()
            if new is True or (new is None and not given):
                self._work.suggest(None)
        self._judge = Judge(self._work, self._choices, self._display, self.meta)

    @contextmanager
    def running(self) -> Iterator[None]:
        """Let functions know who asks while expressions run."""
        token = RUNTIME.set(self._runtime)
        try:
            yield
        finally:
            RUNTIME.reset(token)

    def _load(self, given: Mapping[str, str]) -> None:
        """Make the rows, then put every answer into its node; what the form does not know is kept, not judged."""
        rows = [(path.count("["), _order(value), path) for path, value in given.items() if split_row(path)]
        for _, _, path in sorted(rows):
            split = split_row(path)
            if split is None or template_path(split[0]) not in self.definition.repeats:
                continue
            if split[0] in self.instance.anchors:
                self.instance.add_row(split[0], tuple(template_path(split[0]).split("/")), split[1])
                self.row_order[path] = given[path]
        for path, value in given.items():
            if path.startswith(META):
                self.meta[path] = value
            elif path in self.instance.nodes and len(self.instance.nodes[path]) == 0:
                self._work.typed[path] = value
                self.instance.nodes[path].text = value
            elif path not in self.row_order:
                self.unknown[path] = value

    # -- answering -----------------------------------------------------------------------------------------------

    def answer(self, path: str, value: str | None) -> frozenset[str]:
        """Type ``value`` (None or "" = clear) and return every path whose value, relevance or violations changed.

        Raises SidumbaError form.unknown_path. A path "@reason/...", "@answer/..." or "@why/..." is kept as meta field.
        """
        text = value or ""
        if path.startswith(META):
            if text:
                self.meta[path] = text
            else:
                self.meta.pop(path, None)
            asked = path.partition("/")[2]
            self._judge.doubt(asked)
            return frozenset({path, asked} if asked in self.instance.nodes else {path})
        node = self.instance.nodes.get(path)
        if node is None or len(node) or split_row(path):
            raise SidumbaError("form.unknown_path", path=path)
        with self.running():
            changed = self._work.typed_in(path, text)
            return self._after(changed)

    def _after(self, changed: set[str]) -> frozenset[str]:
        """Let suggestions follow, judge what may have changed, and return all that did."""
        self._work.suggest(changed)
        return frozenset(changed | self._judge.again(changed))

    def suggested(self) -> frozenset[str]:
        """Return the paths whose answer is the form's own suggestion (sf:suggest), not yet touched by a person."""
        return frozenset(self._work.suggested)

    def unsuggest(self, path: str) -> frozenset[str]:
        """Take a suggestion back as if it had not been made; return every path that changed."""
        if path not in self._work.suggested or path not in self.instance.nodes:
            return frozenset()
        with self.running():
            changed = self._work.typed_in(path, "")
            self._work.typed.pop(path, None)
            return self._after(changed)

    def add_row(self, repeat: str, row_id: str | None = None) -> str:
        """Add a row at the end of ``repeat`` and return its id (new when none is given). Raises form.unknown_path."""
        names = tuple(self.definition.repeat(repeat).path.split("/"))
        if row_id is None:
            row_id = new_id(self.clock) if self.clock is not None else str(uuid.uuid4())
        if f"{repeat}[{row_id}]" in self.instance.nodes:
            return row_id
        number = (
            max((_order(self.row_order.get(f"{repeat}[{one}]", "0")) for one in self.rows(repeat)), default=0)
            + 1
        )
        with self.running():
            added = self.instance.add_row(repeat, names, row_id)
            self.row_order[f"{repeat}[{row_id}]"] = str(number)
            self._work.first_load(added)
            self.changed = self._after(self._work.rows_changed(repeat, added))
        return row_id

    def remove_row(self, repeat: str, row_id: str) -> frozenset[str]:
        """Take a row away and return every path that changed, the removed ones included. Raises form.unknown_path."""
        with self.running():
            gone = self.instance.remove_row(repeat, row_id)
            for path in gone:
                self._work.forget(path)
                self._judge.forget(path)
                self.row_order.pop(path, None)
            self.changed = self._after(self._work.rows_changed(repeat, [])) | frozenset(gone)
        return self.changed

    # -- reading -------------------------------------------------------------------------------------------------

    def rows(self, repeat: str) -> tuple[str, ...]:
        """Return the row ids of a repeat in order. Raises form.unknown_path."""
        found = self.instance.rows.get(repeat)
        if found is None:
            raise SidumbaError("form.unknown_path", path=repeat)
        return tuple(found)

    def value(self, path: str) -> str:
        """Return what XPath and fields() see: "" while the question is not relevant."""
        return self._node(path).text or ""

    def typed(self, path: str) -> str:
        """Return what was typed, also while the question is not relevant."""
        self._node(path)
        return self._work.typed.get(path, "")

    def relevant(self, path: str) -> bool:
        self._node(path)
        return self._work.relevant(path)

    def asks_rows(self, repeat: str) -> bool:
        """Tell whether a repeat is relevant. Raises form.unknown_path."""
        self.rows(repeat)
        return self._work.relevant(repeat)

    def required(self, path: str) -> bool:
        return self._rule(path, "required")

    def readonly(self, path: str) -> bool:
        """Tell whether nobody may type here: readonly, or worked out by the form."""
        return self.definition.binds[self._names(path)].calculate is not None or self._rule(path, "readonly")

    def question(self, path: str) -> Question:
        return self.definition.question(path)

    def label(self, path: str) -> str:
        """Return the label with the values in it."""
        return self._text(self.definition.labels, path)

    def hint(self, path: str) -> str:
        return self._text(self.definition.hints, path)

    def reading(self, path: str) -> str:
        """Return what the form reads out of the answer (sf:reading), "" when there is nothing to say."""
        bind = self.definition.binds[self._names(path)]
        if bind.reading is None or not self._work.relevant(path):
            return ""
        with self.running():
            return bind.reading.string(self._node(path))

    def label_of(self, path: str) -> str:
        """Return the labels of what was chosen at ``path`` (", " between several), "" while nothing is."""
        return self._choices.label(self.definition.question(path), self.value(path))

    def display(self, path: str) -> str:
        """Return the answer as people read it: choice labels, dates in words, money with points."""
        with self.running():
            return self._display.answer(self._names(path), self.value(path))

    def choices(self, path: str, typed: str = "", limit: int = 50) -> list[Choice]:
        """Return what may be chosen now, narrowed by what was typed; lists in files answer from their index."""
        with self.running():
            return self._choices.of(path, self.definition.question(path), self._node(path), typed, limit)

    def violations(self) -> list[Violation]:
        """Return all that is wrong, in the order of the form."""
        with self.running():
            found = self._judge.everything()
        return [one for one in found if template_path(one.path) not in self.withheld]

    def violation(self, path: str) -> list[Violation]:
        """Return what is wrong with one answer."""
        with self.running():
            return self._judge.at(path)

    def explained(self, path: str) -> bool:
        """Tell whether a reason was written for the warning at ``path``."""
        return bool(self.meta.get(f"{META}reason/{path}", "").strip())

    def fields(self) -> dict[str, str]:
        """Return the flat answers: values with calculates, row markers, meta fields; what is not relevant left out."""
        found = {path: value for path, value in self.row_order.items() if self._work.relevant(path)}
        for path, node in self.instance.nodes.items():
            if node.text and len(node) == 0 and not path.startswith("meta/"):
                found[path] = node.text
        return {**found, **self.unknown, **self.meta}

    def calculated(self) -> dict[str, str]:
        """Return path -> value of everything the form works out by itself, "" where there is none now. What depends on
        the moment or on chance (now, once, random, uuid) is left out: nobody can work it out again."""
        binds = self.definition.binds
        found: dict[str, str] = {}
        for path, names in self.instance.names_of.items():
            bind = binds.get(names)
            if bind is not None and bind.calculate is not None and not bind.calculate.is_of_the_moment:
                node = self.instance.nodes.get(path)
                if node is not None and len(node) == 0 and not path.startswith("meta/"):
                    found[path] = node.text or ""
        return found

    def progress(self, section: str | None = None) -> tuple[int, int]:
        """Return (answered, asked) over relevant questions that people answer, rows counted by their questions."""
        answered = asked = 0
        for path, names in self.instance.names_of.items():
            question = self.definition.questions.get("/".join(names))
            if question is None or question.kind in ("calculate", "note") or question.has_calculate:
                continue
            if (section is not None and question.section != section) or not self._work.relevant(path):
                continue
            asked += 1
            answered += bool(self.instance.nodes[path].text)
        return answered, asked

    def lookup_query(self, path: str) -> LookupQuery:
        """Return the query an external list gets for the question at ``path`` as the record stands."""
        with self.running():
            return self._choices.query(self._names(path), self._node(path))

    def _node(self, path: str) -> Any:
        node = self.instance.nodes.get(path)
        if node is None:
            raise SidumbaError("form.unknown_path", path=path)
        return node

    def _names(self, path: str) -> Names:
        self._node(path)
        return self.instance.names_of[path]

    def _rule(self, path: str, rule: str) -> bool:
        expression = getattr(self.definition.binds[self._names(path)], rule)
        if expression is None:
            return False
        with self.running():
            return bool(expression.true(self._node(path)))

    def _text(self, texts: Mapping[Names, Any], path: str) -> str:
        text = texts.get(self._names(path))
        if text is None:
            return ""
        with self.running():
            return str(text.render(self._node(path), self._display.sentence))


def _order(value: str) -> int:
    return int(value) if value.isdigit() else 0
