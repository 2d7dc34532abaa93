"""How the care of the laptop speaks: the ``care`` area of the word catalogue in the window's language."""

from __future__ import annotations

from sidumba_field import words
from sidumba_field.ui.widgets.speech import language


def told(key: str, /, **params: object) -> str:
    """The sentence ``care.<key>``, its places filled from ``params``."""
    return words.say(f"care.{key}", language(), **params)
