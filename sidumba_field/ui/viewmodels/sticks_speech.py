"""How the flashdisk card speaks: the ``sticks`` area of the word catalogue in the window's language."""

from __future__ import annotations

from sidumba_field import words
from sidumba_field.ui.widgets.speech import language


def told(key: str, /, **params: object) -> str:
    """The sentence ``sticks.<key>``, its places filled from ``params``."""
    return words.say(f"sticks.{key}", language(), **params)
