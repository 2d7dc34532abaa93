"""Who must be worked out after whom: the dependency graph of a form, built once, and its order.

Nodes are template paths. Only ``relevant`` and ``calculate`` change what others see; the other rules only judge, so
they hang at the leaves. A group's relevance reaches all that stands in it. A circle is refused with its members named.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.xforms.parts import Bind, Itemset
from sidumba_field.core.xforms.refs import Names, Ref


@dataclass(frozen=True, slots=True)
class Edge:
    """``to`` reads the path this edge starts from; ``row``: only within the same row of that repeat."""

    to: Names
    row: Names | None


@dataclass(frozen=True, slots=True)
class Graph:
    """``order``: template paths with relevant or calculate, each after all it reads. ``feeds``: path -> who computes
    from it. ``judges``: path -> whose violations, choices or reading look at it."""

    order: tuple[Names, ...]
    rank: Mapping[Names, int]
    feeds: Mapping[Names, tuple[Edge, ...]]
    judges: Mapping[Names, tuple[Edge, ...]]


def build(
    binds: Mapping[Names, Bind], itemsets: Mapping[Names, Itemset], paths: Iterable[Names], root: str
) -> Graph:
    """Return the graph. Raises SidumbaError form.cycle naming the questions of the circle."""
    known = set(paths)
    below = _below(known)
    feeds: dict[Names, set[Edge]] = defaultdict(set)
    judges: dict[Names, set[Edge]] = defaultdict(set)
    active = {
        names for names, bind in binds.items() if bind.relevant is not None or bind.calculate is not None
    }
    for names, bind in binds.items():
        for rule, expression in bind.rules():
            computes = rule in ("relevant", "calculate")
            for source, row in _sources(expression.refs, known, below):
                if source == names and rule != "relevant":
                    continue
                (feeds if computes else judges)[source].add(Edge(names, row))
        for text in (bind.constraint_message, bind.required_message, bind.warning_message):
            for source, row in _sources(text.refs, known, below):
                judges[source].add(Edge(names, row))
    for names, itemset in itemsets.items():
        expressions = [*itemset.values, *([itemset.nodes] if itemset.nodes is not None else [])]
        for expression in expressions:
            for source, row in _sources(expression.refs, known, below):
                judges[source].add(Edge(names, row))
    order = _sorted(active, feeds, binds, below, root)
    return Graph(order, {names: at for at, names in enumerate(order)}, _frozen(feeds), _frozen(judges))


def _below(known: set[Names]) -> dict[Names, list[Names]]:
    found: dict[Names, list[Names]] = defaultdict(list)
    for names in sorted(known):
        for depth in range(len(names)):
            found[names[:depth]].append(names)
    return found


def _sources(
    refs: frozenset[Ref], known: set[Names], below: Mapping[Names, list[Names]]
) -> Iterable[tuple[Names, Names | None]]:
    for ref in refs:
        if ref.target in known:
            yield ref.target, ref.row
        if ref.subtree or ref.target in below:
            for names in below.get(ref.target, ()):
                yield names, ref.row


def _frozen(edges: Mapping[Names, set[Edge]]) -> dict[Names, tuple[Edge, ...]]:
    return {names: tuple(sorted(found, key=lambda e: (e.to, e.row or ()))) for names, found in edges.items()}


def _sorted(
    active: set[Names],
    feeds: Mapping[Names, set[Edge]],
    binds: Mapping[Names, Bind],
    below: Mapping[Names, list[Names]],
    root: str,
) -> tuple[Names, ...]:
    """Depth-first order over "is read by", with a group's relevance before everything in it."""
    after: dict[Names, set[Names]] = defaultdict(set)
    for source, edges in feeds.items():
        after[source] |= {edge.to for edge in edges}
    for names in active:
        if binds[names].relevant is not None:
            after[names] |= set(below.get(names, ()))
    done: list[Names] = []
    state: dict[Names, int] = {}
    for start in sorted(set(after) | active):
        _visit(start, after, state, done, root)
    return tuple(names for names in reversed(done) if names in active)


def _visit(
    start: Names, after: Mapping[Names, set[Names]], state: dict[Names, int], done: list[Names], root: str
) -> None:
    """Walk without recursion: a calculate chain may be a thousand questions long."""
    if state.get(start):
        return
    stack = [(start, iter(sorted(after.get(start, ()))))]
    state[start] = 1
    while stack:
        here, nexts = stack[-1]
        following = next(nexts, None)
        if following is None:
            stack.pop()
            state[here] = 2
            done.append(here)
        elif state.get(following) == 1:
            trail = [names for names, _ in stack]
            circle = [*trail[trail.index(following) :], following]
            raise SidumbaError(
                "form.cycle", paths=" -> ".join("/".join(names) for names in circle), form=root
            )
        elif state.get(following) is None:
            state[following] = 1
            stack.append((following, iter(sorted(after.get(following, ())))))
