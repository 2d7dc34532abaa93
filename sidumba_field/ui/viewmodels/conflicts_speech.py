"""How screen 07 speaks: the ``conflicts`` area of the word catalogue in the window's language."""

from __future__ import annotations

from sidumba_field import words
from sidumba_field.ui.widgets.speech import language


def told(key: str, /, **params: object) -> str:
    """The sentence ``conflicts.<key>``, its places filled from ``params``."""
    return words.say(f"conflicts.{key}", language(), **params)
