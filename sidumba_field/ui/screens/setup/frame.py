"""The rail of the set-up with its words, shared by Masuk (step 1) and the steps after it."""

from __future__ import annotations

from PySide6.QtWidgets import QWidget

from sidumba_field import words
from sidumba_field.ui.screens.login.brand_panel import paint_logo
from sidumba_field.ui.widgets.speech import language
from sidumba_field.ui.widgets.step_rail import StepRail

_STEPS = ("code", "fetch", "pin")


def said(key: str, /, **params: object) -> str:
    """The sentence ``setup.<key>``, its places filled from ``params``."""
    return words.say(f"setup.{key}", language(), **params)


def setup_rail(parent: QWidget | None = None) -> StepRail:
    """The three steps, the first in hand."""
    return StepRail(
        said("name"),
        [said(f"steps.{step}") for step in _STEPS],
        said("help"),
        paint_logo,
        lambda number, what, stand: said("step", number=number, what=what, stand=said(f"stands.{stand}")),
        parent,
    )
