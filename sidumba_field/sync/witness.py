"""What this laptop remembers of the server's past, so that a past written anew is noticed and told.

Each hello brings the signed root of a day over the heads of all feeds; a laptop keeps every one it saw. Two roots of
one day and one epoch, or a feed that no longer holds what was read from it though the server never said it was
restored, contradict each other. Nothing is deleted for it: what was read stays as a witness, and people are told.
"""

from __future__ import annotations

import json

from sidumba_field.core.errors import SidumbaError
from sidumba_field.seal.signing import verify
from sidumba_field.store import Store
from sidumba_field.wire.messages import RootMessage

#: Rows of ``meta``: "root/<day>/<epoch>".
PREFIX = "root/"


def remember(store: Store, server_key: str, root: RootMessage) -> None:
    """Keep a root. Raises ``seal.bad_signature`` when it is not the server's, ``wire.history_changed`` when the server
    once signed another one for the same day; the first one is kept."""
    if not verify(server_key, root.signed_bytes(), root.sig):
        raise SidumbaError("seal.bad_signature")
    key = f"{PREFIX}{root.day}/{root.epoch}"
    known = store.meta.get(key)
    if known is None:
        store.meta.set(key, json.dumps(root.model_dump(mode="json"), sort_keys=True))
        return
    before = RootMessage.model_validate(json.loads(known))
    if before.root != root.root or before.count != root.count:
        store.log("history_changed", day=root.day, kept=before.root, told=root.root)
        raise SidumbaError("wire.history_changed", day=root.day)


def holds_any(store: Store) -> bool:
    """Tell whether a root was ever kept here."""
    return any(key.startswith(PREFIX) for key in store.meta.all())
