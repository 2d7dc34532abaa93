"""Node-sets and rows: position of a row, indexed-repeat, count-non-empty, instance lists."""

from __future__ import annotations

import math
from typing import Any

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.xforms.functions.registry import odk
from sidumba_field.core.xforms.values import RUNTIME, node_text, to_number, to_text


@odk("sf-position")
def position(_ctx: Any, nodes: Any) -> float:
    """Return the place of the first node among its sisters of the same name, counted from 1."""
    if not isinstance(nodes, list) or not nodes or isinstance(nodes[0], str):
        return math.nan
    node = nodes[0]
    return 1.0 + sum(1 for _ in node.itersiblings(node.tag, preceding=True))


@odk("count-non-empty")
def count_non_empty(_ctx: Any, nodes: Any) -> float:
    return float(sum(1 for node in nodes if node_text(node) != "")) if isinstance(nodes, list) else math.nan


@odk("indexed-repeat")
def indexed_repeat(_ctx: Any, nodes: Any, *levels: Any) -> str:
    """Return the value of the node inside the n-th row: (node, repeat, n[, inner repeat, n ...])."""
    found = list(nodes) if isinstance(nodes, list) else []
    for at in range(0, len(levels) - 1, 2):
        index = to_number(levels[at + 1])
        rows = _nth(levels[at], index)
        found = [node for node in found if any(row in rows for row in node.iterancestors())]
    return node_text(found[0]) if found else ""


def _nth(rows: Any, index: float) -> list[Any]:
    if not isinstance(rows, list) or math.isnan(index) or not rows:
        return []
    seen: dict[Any, int] = {}
    chosen = []
    for row in rows:
        parent = row.getparent()
        seen[parent] = seen.get(parent, 0) + 1
        if seen[parent] == int(index):
            chosen.append(row)
    return chosen


@odk("instance")
def instance(_ctx: Any, name: Any) -> list[Any]:
    """Return the parent of the root of a secondary instance, so that instance('x')/root/item walks into it."""
    source = RUNTIME.get().source
    if source is None:
        raise SidumbaError("form.unknown_lookup", name=to_text(name))
    return [source.secondary(to_text(name))]


@odk("sf-rows")
def lookup_rows(_ctx: Any, key: Any, *values: Any) -> list[Any]:
    """Return the items of an external list that a prepared filter lets through (emit.py writes these calls)."""
    source = RUNTIME.get().source
    return list(source.lookup_items(to_text(key), values))


@odk("randomize")
def randomize(_ctx: Any, nodes: Any, seed: Any = None) -> list[Any]:
    """Return the nodes in a fixed order derived from the seed; without a seed in document order, so that the same
    record looks alike on laptop and server."""
    found = list(nodes) if isinstance(nodes, list) else []
    if seed is None:
        return found
    state = int(abs(to_number(seed))) % 2147483647 or 1
    for at in range(len(found) - 1, 0, -1):
        state = state * 48271 % 2147483647  # Park-Miller, as the ODK XForms specification names it
        other = int((state - 1) / 2147483646 * (at + 1))
        found[at], found[other] = found[other], found[at]
    return found
