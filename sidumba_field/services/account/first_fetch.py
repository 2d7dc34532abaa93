"""The mark of a laptop whose first fetch is not finished, and of who has seen enough of it.

Owns a few rows of the encrypted database: the set-up leaves the mark, the first run that brought everything takes it
away, and who says "go on" before that is not led back any more (docs/spec/storage.md, table ``meta``).
"""

from __future__ import annotations

import json
from collections.abc import Mapping

from sidumba_field.store import Store

_OPEN = "first_fetch"
_SAID = "first_fetch/{user}"
_FORMS = "first_fetch_forms"
#: What of the one-time code may still be shown.
CODE_HINT = "first_fetch_code"
_SHOWN = 2
Forms = Mapping[str, Mapping[str, list[str]]]


def begin(store: Store, code: str) -> None:
    """Leave the mark on a laptop that was just enrolled, and what may be shown of its spent code."""
    store.meta.set(_OPEN, "1")
    signs = [at for at, sign in enumerate(code) if sign.isalnum()]
    kept = {*signs[:_SHOWN], *signs[-_SHOWN:]}
    hint = "".join(sign if at in kept or not sign.isalnum() else "•" for at, sign in enumerate(code))
    store.meta.set(CODE_HINT, hint)


def is_open(store: Store) -> bool:
    """Tell whether something of the first fetch may still be missing."""
    return bool(store.meta.get(_OPEN))


def finish(store: Store) -> None:
    """Take the mark away: everything is here."""
    if is_open(store):
        store.meta.set(_OPEN, "")


def is_waited_for(store: Store, user_id: str) -> bool:
    """Tell whether this person is led back to the set-up when signing in."""
    return is_open(store) and not has_gone_on(store, user_id)


def has_gone_on(store: Store, user_id: str) -> bool:
    """Tell whether this person left the set-up behind."""
    return bool(store.meta.get(_SAID.format(user=user_id)))


def leave(store: Store, user_id: str) -> None:
    """Remember that this person went on."""
    store.meta.set(_SAID.format(user=user_id), "1")


def keep_forms(store: Store, forms: Forms | None) -> None:
    """Keep which form versions the server has, so that a start without a line still knows what is missing."""
    if forms is not None and is_open(store):
        store.meta.set(_FORMS, json.dumps(forms, sort_keys=True))


def known_forms(store: Store) -> Forms | None:
    """Return what was kept of them, None when no server was ever reached."""
    kept = store.meta.get(_FORMS)
    return json.loads(kept) if kept else None
