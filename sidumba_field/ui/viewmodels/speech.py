"""How screens speak: the ``screens`` area of the word catalogue, and errors put into sentences.

Owns turning a raised error into what a person reads; the language in force is the window's.
"""

from __future__ import annotations

import logging

from sidumba_field import words
from sidumba_field.core.errors import CODES, Blame, SidumbaError
from sidumba_field.ui.widgets.speech import language

log = logging.getLogger(__name__)


def tell(key: str, /, **params: object) -> str:
    """The sentence ``screens.<key>``, its places filled from ``params``."""
    return words.say(f"screens.{key}", language(), **params)


def sentence_of(error: BaseException) -> str:
    """What is wrong, what to do, what is safe. A bug of ours is logged and told kindly."""
    if isinstance(error, SidumbaError):
        if error.code in CODES and CODES[error.code].blame is Blame.BUG:
            log.error("a command failed: %s", error.code, exc_info=error)
        return words.explain_error(error, language()).text()
    log.error("a command failed unexpectedly", exc_info=error)
    return tell("trouble.unexpected")


def tone_of(error: BaseException) -> str:
    """Banner family: what a person must mend is vermilion, what the world did is amber."""
    if isinstance(error, SidumbaError) and error.code in CODES:
        return "amber" if CODES[error.code].blame is Blame.WORLD else "vermilion"
    return "vermilion"


def may_pass(error: BaseException) -> bool:
    """Whether the same call may succeed later without anybody changing what was asked: the world's fault."""
    if not isinstance(error, SidumbaError) or error.code not in CODES:
        return False
    spec = CODES[error.code]
    return spec.retryable or spec.blame is Blame.WORLD


def details_of(error: BaseException) -> str:
    """Code and kind for "Salin rincian": no personal data."""
    return error.code if isinstance(error, SidumbaError) else type(error).__name__
