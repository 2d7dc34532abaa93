"""How widgets speak: the ``ui`` area of the word catalogue in the language in force.

Owns the language choice of the window. Widgets hold few words of their own; screens hand in the rest.
"""

from __future__ import annotations

from sidumba_field import words

_language = ["id"]


def set_language(lang: str) -> None:
    """Speak ``lang`` from now on; ValueError if the catalogue has no such language."""
    if lang not in words.LANGUAGES:
        raise ValueError(f"no words in {lang!r}")
    _language[0] = lang


def language() -> str:
    """The language in force."""
    return _language[0]


def tr(key: str, /, **params: object) -> str:
    """The sentence ``ui.<key>``, its places filled from ``params``."""
    return words.say(f"ui.{key}", _language[0], **params)
