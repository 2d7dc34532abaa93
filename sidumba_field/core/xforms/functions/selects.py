"""Choices: selected, selected-at, count-selected, checklists, jr:choice-name."""

from __future__ import annotations

import math
from typing import Any

from sidumba_field.core.xforms.functions.registry import odk
from sidumba_field.core.xforms.values import RUNTIME, to_bool, to_number, to_text


@odk("selected")
def selected(_ctx: Any, value: Any, choice: Any) -> bool:
    return to_text(choice).strip() in to_text(value).split()


@odk("is-selected")
def is_selected(_ctx: Any, value: Any, choice: Any) -> bool:
    return to_text(choice).strip() in to_text(value).split()


@odk("selected-at")
def selected_at(_ctx: Any, value: Any, index: Any) -> str:
    at, chosen = to_number(index), to_text(value).split()
    if math.isnan(at) or not 0 <= int(at) < len(chosen):
        return ""
    return chosen[int(at)]


@odk("count-selected")
def count_selected(_ctx: Any, value: Any) -> float:
    return float(len(to_text(value).split()))


@odk("checklist")
def checklist(_ctx: Any, low: Any, high: Any, *answers: Any) -> bool:
    """Tell whether between ``low`` and ``high`` answers are true (-1: no limit)."""
    return _between(low, high, float(sum(to_bool(answer) for answer in _spread(answers))))


@odk("weighted-checklist")
def weighted_checklist(_ctx: Any, low: Any, high: Any, *pairs: Any) -> bool:
    flat = _spread(pairs)
    total = sum(to_number(flat[i + 1]) for i in range(0, len(flat) - 1, 2) if to_bool(flat[i]))
    return _between(low, high, float(total))


def _spread(args: tuple[Any, ...]) -> list[Any]:
    found: list[Any] = []
    for arg in args:
        found.extend([node] for node in arg) if isinstance(arg, list) else found.append(arg)
    return found


def _between(low: Any, high: Any, total: float) -> bool:
    least, most = to_number(low), to_number(high)
    return (least < 0 or total >= least) and (most < 0 or total <= most)


@odk("jr:choice-name")
def choice_name(_ctx: Any, value: Any, path: Any) -> str:
    """Return the label of a choice of the question at ``path``, in the interview's language."""
    source = RUNTIME.get().source
    return "" if source is None else str(source.choice_label(to_text(path).strip(), to_text(value)))


@odk("jr:itext")
def itext(_ctx: Any, text_id: Any) -> str:
    source = RUNTIME.get().source
    return to_text(text_id) if source is None else str(source.itext(to_text(text_id)))
