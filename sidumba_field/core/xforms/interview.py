"""One record being answered or judged: answers in, values, relevance and violations out.

The laptop types into it, the server loads a record into it and asks for violations: the same code judges both.
What is not relevant is blank to XPath, to fields() and to the server, but stays remembered while the record is open.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import tzinfo
from typing import Any

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import new_id
from sidumba_field.core.time import Clock
from sidumba_field.core.xforms import judge as _judge
from sidumba_field.core.xforms.choices import Choices
from sidumba_field.core.xforms.definition import FormDefinition
from sidumba_field.core.xforms.display import show_value
from sidumba_field.core.xforms.instance import Instance, split_row
from sidumba_field.core.xforms.lookup import Choice, Lookup, LookupQuery
from sidumba_field.core.xforms.parts import Question, template_path
from sidumba_field.core.xforms.recompute import Recompute
from sidumba_field.core.xforms.refs import Names
from sidumba_field.core.xforms.values import RUNTIME, Runtime
from sidumba_field.core.xforms.violations import Severity, Violation

META = "@"


class Interview:
    """See the module. ``fields``: flat answers of a saved record; none at all = a new record, which gets the form's
    defaults. ``session``: words of the signed-in user for sf:suggest. Not thread-safe: one interview, one thread.

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
    ) -> None:
        self.definition = definition
        self.language = definition.language_code
        self.lookups = lookups or {}
        missing = sorted(definition.external - set(self.lookups))
        if missing:
            raise SidumbaError("form.unknown_lookup", name=missing[0], form=definition.form_id)
        self.clock = clock
        #: What the last add_row or remove_row changed.
        self.changed: frozenset[str] = frozenset()
        self._runtime = Runtime(clock, zone or definition.zone, self, session or {}, self.language)
        self.instance = Instance(definition.blueprint)
        self.meta: dict[str, str] = {}
        self.unknown: dict[str, str] = {}
        self.row_order: dict[str, str] = {}
        self._cache: dict[str, list[Violation]] = {}
        self._stale: set[str] = set()
        self._choices = Choices(self)
        self._work = Recompute(self)
        given = {path: value for path, value in (fields or {}).items() if value}
        with self.running():
            self._load(given)
            if new is True or (new is None and not given):
                self._work.first_load(())
            self._work.everything()
            if new is True or (new is None and not given):
                self._work.suggest(None)
        self._stale = {path for path in self.instance.nodes if self._judged(path)} | set(self.instance.rows)

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

        Raises SidumbaError form.unknown_path. A path "@reason/..." or "@answer/..." is kept as meta field.
        """
        text = value or ""
        if path.startswith(META):
            if text:
                self.meta[path] = text
            else:
                self.meta.pop(path, None)
            return frozenset({path})
        node = self.instance.nodes.get(path)
        if node is None or len(node) or split_row(path):
            raise SidumbaError("form.unknown_path", path=path)
        with self.running():
            changed = self._work.typed_in(path, text)
            return self._after(changed)

    def _after(self, changed: set[str]) -> frozenset[str]:
        """Let suggestions follow, judge what may have changed, and return all that did."""
        self._work.suggest(changed)
        stale = self._work.to_judge(changed)
        for path in stale:
            if path not in self.instance.nodes and path not in self.instance.rows:
                continue
            self._stale.discard(path)
            before = self._cache.get(path, [])
            self._judge(path)
            if self._cache.get(path, []) != before:
                changed.add(path)
        return frozenset(changed)

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
                self._cache.pop(path, None)
                self._stale.discard(path)
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
            return show_value(self, self._names(path), self.value(path), path)

    def choices(self, path: str, typed: str = "", limit: int = 50) -> list[Choice]:
        """Return what may be chosen now, narrowed by what was typed; lists in files answer from their index."""
        with self.running():
            return self._choices.of(path, self.definition.question(path), self._node(path), typed, limit)

    def violations(self) -> list[Violation]:
        """Return all that is wrong, in the order of the form."""
        with self.running():
            for path in self._stale:
                self._judge(path)
        self._stale = set()
        if not any(self._cache.values()):
            return []
        return [violation for path in self._form_order() for violation in self._cache.get(path, ())]

    def violation(self, path: str) -> list[Violation]:
        """Return what is wrong with one answer."""
        if path in self._stale:
            with self.running():
                self._judge(path)
            self._stale.discard(path)
        return list(self._cache.get(path, ()))

    def explained(self, path: str) -> bool:
        """Tell whether a reason was written for the warning at ``path``."""
        return bool(self.meta.get(f"{META}reason/{path}", "").strip())

    def fields(self) -> dict[str, str]:
        """Return the flat answers: values with calculates, row markers, meta fields; what is not relevant left out."""
        found = {path: self._work.row_value(path) for path in self.row_order if self._work.relevant(path)}
        for path, node in self.instance.nodes.items():
            if node.text and len(node) == 0 and not path.startswith("meta/"):
                found[path] = node.text
        return {**found, **self.unknown, **self.meta}

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

    # -- used by the engine's own parts ---------------------------------------------------------------------------

    def is_choice(self, path: str, question: Question, value: str) -> bool:
        return self._choices.knows(path, question, self.instance.nodes[path], value)

    def choice_label(self, path: str, value: str) -> str:
        """Answer jr:choice-name: the labels of the chosen values at an absolute path of the form."""
        names = path.strip().strip("/").split("/")
        question = self.definition.questions.get(
            "/".join(names[1:] if names[0] == self.definition.root else names)
        )
        return "" if question is None else self._choices.label(question, value)

    def itext(self, text_id: str) -> str:
        found = self.definition.itexts.get(text_id)
        return text_id if found is None else found.plain

    def secondary(self, name: str) -> Any:
        found = self.definition.secondary.get(name)
        if found is None:
            raise SidumbaError("form.unknown_lookup", name=name)
        return found

    def lookup_items(self, key: str, values: tuple[Any, ...]) -> Iterable[Any]:
        return self._choices.items(key, values)

    def lookup_query(self, path: str) -> LookupQuery:
        """Return the query an external list gets for the question at ``path`` as the record stands."""
        with self.running():
            return self._choices.query(self._names(path), self._node(path))

    def show(self, names: Names | None, value: Any) -> str:
        return show_value(self, names, value, None)

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
            return str(text.render(self._node(path), self.show))

    def _judged(self, path: str) -> bool:
        return self.instance.names_of[path] in self.definition.judged

    def _judge(self, path: str) -> None:
        """Judge one path anew and keep the result."""
        found: list[Violation] = []
        if path in self.instance.rows:
            repeat = self.definition.repeat(path)
            if self._work.relevant(path):
                found = _judge.judge_rows(self, path, len(self.rows(path)), repeat.min_rows, repeat.max_rows)
        else:
            names = self.instance.names_of[path]
            question = self.definition.judged.get(names)
            if question is not None and self._work.relevant(path):
                node = self.instance.nodes[path]
                found = _judge.judge(
                    self, path, question, self.definition.binds[names], node, node.text or ""
                )
        self._cache[path] = found

    def _form_order(self) -> list[str]:
        """Return all judged paths as a person meets them: by question in the form, rows in their order."""
        rank = self.definition.rank
        places: dict[str, tuple[tuple[int, int], ...]] = {}
        for path in self._cache:
            places[path] = self._place(path, rank)
        return sorted(places, key=lambda path: places[path])

    def _place(self, path: str, rank: Mapping[str, int]) -> tuple[tuple[int, int], ...]:
        place: list[tuple[int, int]] = []
        at = ""
        for part in path.split("/"):
            at = f"{at}/{part}" if at else part
            split = split_row(at)
            if split is not None:
                place.append(
                    (rank.get(template_path(split[0]), 0), 1 + self.instance.rows[split[0]].index(split[1]))
                )
        return (*place, (rank.get(template_path(path), 0), 0))


def _order(value: str) -> int:
    return int(value) if value.isdigit() else 0


__all__ = ["Interview", "Severity"]
