"""How the screens of the steps speak: the ``steps`` area of the word catalogue in the window's language."""

from __future__ import annotations

from sidumba_field import words
from sidumba_field.ui.widgets.speech import language


def told(key: str, /, **params: object) -> str:
    """The sentence ``steps.<key>``, its places filled from ``params``."""
    return words.say(f"steps.{key}", language(), **params)
