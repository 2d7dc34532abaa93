"""Undo of typing: one answer or row taken back, with what the form suggested because of it; and given again.

A ``Step`` is made when an answer is put and turned around when it is taken back. Nothing here touches the store.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sidumba_field.core.xforms import Interview

WHY = "@why/"


@dataclass(slots=True)
class Step:
    """One thing to undo: cells to put back, whether a row came or went, and suggestions that came with it."""

    cells: dict[str, str]
    added_row: tuple[str, str] | None = None
    removed_row: tuple[str, str] | None = None
    suggested: frozenset[str] = field(default_factory=frozenset)


def put(iv: Interview, path: str, value: str, why: str = "") -> tuple[frozenset[str], Step]:
    """Answer ``path``; an answer ends what stood there about having none. Return what changed and the step back.

    ``why``: why there is no answer ("menolak", "tidak_tahu"), with ``value`` "".
    """
    cells = {path: iv.value(path)}
    already = iv.suggested()
    touched = iv.answer(path, value)
    if iv.meta.get(WHY + path, "") != why:
        cells[WHY + path] = iv.meta.get(WHY + path, "")
        touched |= iv.answer(WHY + path, why)
    return touched | {path}, Step(cells, suggested=iv.suggested() - already)


def take_back(iv: Interview, step: Step) -> tuple[frozenset[str], Step]:
    """Undo ``step``; return what changed and the step that does it again."""
    touched: frozenset[str] = frozenset()
    back = Step({})
    if step.added_row is not None:
        repeat, row = step.added_row
        back.cells = cells_of(iv, repeat, row)
        back.removed_row = step.added_row
        iv.remove_row(repeat, row)
        return frozenset({repeat}), back
    if step.removed_row is not None:
        repeat, row = step.removed_row
        iv.add_row(repeat, row)
        back.added_row = step.removed_row
        touched = frozenset({repeat})
    already = iv.suggested()
    for path, value in step.cells.items():
        meta = path.startswith("@")
        if step.removed_row is None:
            back.cells[path] = iv.meta.get(path, "") if meta else iv.value(path)
        if meta or not iv.readonly(path):
            touched |= iv.answer(path, value) | {path}
    back.suggested = iv.suggested() - already
    for path in step.suggested:
        touched |= iv.unsuggest(path)
    return touched, back


def cells_of(iv: Interview, repeat: str, row: str) -> dict[str, str]:
    """Return the answers of one row."""
    inside = f"{repeat}[{row}]/"
    return {path: value for path, value in iv.fields().items() if path.startswith(inside)}
