"""Keeps values and relevance true: once through everything on load, afterwards only what an answer reaches.

Work goes in the graph's order, so each question is computed after all it reads. Within a row, only that row's
questions are touched when the expression means the same row.
"""

from __future__ import annotations

import heapq
import math
from collections.abc import Iterable
from typing import Any

from sidumba_field.core.xforms.definition import FormDefinition
from sidumba_field.core.xforms.instance import Instance
from sidumba_field.core.xforms.parts import Bind
from sidumba_field.core.xforms.refs import Names
from sidumba_field.core.xforms.values import to_moment, to_text, unpack


class Recompute:
    """The moving part of an interview. ``typed``: path -> last answer, remembered while not relevant; ``off``: paths
    whose own ``relevant`` is false."""

    def __init__(self, definition: FormDefinition, instance: Instance) -> None:
        self.definition = definition
        self.instance = instance
        self.typed: dict[str, str] = {}
        self.off: set[str] = set()
        self.suggested: set[str] = set()

    # -- relevance -----------------------------------------------------------------------------------------------

    def relevant(self, path: str) -> bool:
        """Tell whether ``path`` and all it stands in are relevant."""
        if not self.off:
            return True
        if path in self.off:
            return False
        at = path.rfind("/")
        while at > 0:
            if path[:at] in self.off:
                return False
            at = path.rfind("/", 0, at)
        return True

    # -- entry points --------------------------------------------------------------------------------------------

    def everything(self) -> None:
        """Work out all relevance and calculates in order (a record was loaded)."""
        for names in self.definition.graph.order:
            bind = self.definition.binds[names]
            for path in list(self.instance.paths.get(names, ())):
                self._node(path, bind)

    def typed_in(self, path: str, text: str) -> set[str]:
        """Take an answer; return the paths whose value or relevance changed."""
        self.typed[path] = text
        self.suggested.discard(path)
        changed: set[str] = set()
        if self._set(path, text if self.relevant(path) else ""):
            changed.add(path)
        self._follow(changed, set(changed))
        return changed

    def rows_changed(self, repeat: str, added: Iterable[str]) -> set[str]:
        """Follow a row that came or went: the new row itself, and everybody who reads anything of the repeat."""
        changed = {repeat, *added}
        names = self.definition.repeat_names(repeat)
        seeds = set(added) | {repeat}
        for below in self.definition.below[names]:
            for edge in self.definition.graph.feeds.get(below, ()):
                seeds.update(self.instance.within(edge.to, repeat, None))
        work: list[tuple[int, str]] = []
        queued: set[str] = set()
        for path in seeds:
            self._push(path, work, queued)
        self._run(work, queued, changed)
        return changed

    def forget(self, path: str) -> None:
        """Drop all memory of a removed path."""
        self.typed.pop(path, None)
        self.off.discard(path)
        self.suggested.discard(path)

    # -- the walk ------------------------------------------------------------------------------------------------

    def _follow(self, changed: set[str], seeds: set[str]) -> None:
        work: list[tuple[int, str]] = []
        queued: set[str] = set()
        for path in seeds:
            self._push_readers(path, work, queued)
        self._run(work, queued, changed)

    def _run(self, work: list[tuple[int, str]], queued: set[str], changed: set[str]) -> None:
        binds = self.definition.binds
        while work:
            _, path = heapq.heappop(work)
            queued.discard(path)
            names = self.instance.names_of.get(path)
            if names is None:
                continue
            for touched in self._node(path, binds[names]):
                changed.add(touched)
                self._push_readers(touched, work, queued)

    def _push(self, path: str, work: list[tuple[int, str]], queued: set[str]) -> None:
        names = self.instance.names_of.get(path)
        rank = None if names is None else self.definition.graph.rank.get(names)
        if rank is not None and path not in queued:
            queued.add(path)
            heapq.heappush(work, (rank, path))

    def _push_readers(self, path: str, work: list[tuple[int, str]], queued: set[str]) -> None:
        names = self.instance.names_of.get(path)
        if names is None:
            return
        for edge in self.definition.graph.feeds.get(names, ()):
            for reader in self.instance.within(edge.to, path, edge.row):
                self._push(reader, work, queued)

    def _node(self, path: str, bind: Bind) -> list[str]:
        """Work out one node; return the paths (itself, or what lies below) whose value or relevance changed."""
        node = self.instance.nodes[path]
        touched: list[str] = []
        if bind.relevant is not None:
            now = bind.relevant.true(node)
            if now == (path in self.off):
                (self.off.discard if now else self.off.add)(path)
                touched.extend(self._switch(path, node))
        if bind.calculate is not None and len(node) == 0 and self.relevant(path):
            value = computed(bind.calculate.value(node), bind.type)
            self.typed[path] = value
            if self._set(path, value) and path not in touched:
                touched.append(path)
        return touched

    def _switch(self, path: str, node: Any) -> list[str]:
        """Blank or restore what lies at and below a node whose relevance turned; return all of it."""
        inside = [path]
        if len(node):
            prefix = path + "/"
            inside += [one for one in self.instance.nodes if one.startswith(prefix)]
        for one in inside:
            if len(self.instance.nodes[one]) == 0:
                self._set(one, self.typed.get(one, "") if self.relevant(one) else "")
        # A table without a row has no node of its own, but how many rows it needs is asked again.
        return inside + [
            one for one in self.instance.rows if one not in inside and one.startswith(f"{path}/")
        ]

    def _set(self, path: str, value: str) -> bool:
        node = self.instance.nodes[path]
        if (node.text or "") == value:
            return False
        node.text = value or None
        return True

    # -- beginnings ----------------------------------------------------------------------------------------------

    def first_load(self, added: Iterable[str]) -> None:
        """Give a new record (no ``added``) or a new row its defaults and preloads."""
        paths = set(added)
        for names, value in self.definition.defaults.items():
            for path in self.instance.paths.get(names, ()):
                if not paths or path in paths:
                    self.typed[path] = value
                    self._set(path, value)
        for load in self.definition.first_loads:
            for path in self.instance.paths.get(load.names, ()):
                if not paths or path in paths:
                    value = load.value.string(self.instance.nodes[path])
                    self.typed[path] = value
                    self._set(path, value)

    def suggest(self, changed: set[str] | None) -> None:
        """Fill empty questions from sf:suggest: all of them (None: a new record), or those that read what changed.

        A suggestion is made once per question; what a person typed or cleared is never overwritten.
        """
        for names in self.definition.suggesting:
            bind = self.definition.binds[names]
            for path in list(self.instance.paths.get(names, ())):
                if path in self.suggested or self.typed.get(path) is not None or not self.relevant(path):
                    continue
                if changed is not None and not self._reads(names, path, changed):
                    continue
                assert bind.suggest is not None
                value = computed(bind.suggest.value(self.instance.nodes[path]), bind.type)
                if value == "":
                    continue
                done = self.typed_in(path, value)
                self.suggested.add(path)
                if changed is not None:
                    changed |= done

    def _reads(self, names: Names, path: str, changed: set[str]) -> bool:
        reads = self.definition.suggesting[names]
        return any(self.instance.names_of.get(one) in reads for one in changed)

    def to_judge(self, changed: Iterable[str]) -> set[str]:
        """Return the paths whose violations may have changed with ``changed``."""
        judged, found = self.definition.judged, set()
        for path in changed:
            if path in self.instance.rows:
                found.add(path)
                continue
            names = self.instance.names_of.get(path)
            if names is None:
                continue
            if names in judged:
                found.add(path)
            for edge in self.definition.graph.judges.get(names, ()):
                if edge.to in judged:
                    found.update(self.instance.within(edge.to, path, edge.row))
        return found


def computed(value: Any, type_: str) -> str:
    """Return the text stored for a computed value: NaN is no answer; whole numbers and dates take their type's form."""
    value = unpack(value)
    if isinstance(value, float):
        if math.isnan(value):
            return ""
        if type_ == "int" and math.isfinite(value):
            return str(int(value))
        if type_ == "date":
            at = to_moment(value)
            return "" if at is None else at.date().isoformat()
    return to_text(value)
