"""Orders of the district to this laptop, by line or by stick: believed when the pinned server signed them for this very
laptop, kept when they are newer than the one before, and then obeyed by the services above.

Numbers count per laptop, so an order that lay on a stick for months does nothing once a newer one was seen.
"""

from __future__ import annotations

import json

from pydantic import ValidationError

from sidumba_field.core.errors import SidumbaError
from sidumba_field.seal.signing import verify
from sidumba_field.store import Store
from sidumba_field.sync.hello import SERVER_KEY
from sidumba_field.sync.transport import Transport
from sidumba_field.wire.messages import OrderMessage

#: The server does not let this laptop in; its order says why and what to do.
TOLD_BY = frozenset({"auth.device_suspended", "auth.device_revoked", "auth.device_wipe"})
ACTIVE, SUSPENDED, REVOKED, WIPE = "active", "suspended", "revoked", "wipe"
#: Row of ``meta``: the newest order, as it came.
KEPT = "order"


def receive(store: Store, order: OrderMessage) -> bool:
    """Keep an order; False when it is not newer than the one kept.

    Raises ``seal.wrong_key`` for an order to another laptop, ``seal.bad_signature`` when the pinned server did not
    sign it.
    """
    if order.device != (store.meta.get("device") or ""):
        raise SidumbaError("seal.wrong_key")
    if not verify(store.meta.get(SERVER_KEY) or "", order.signed_bytes(), order.sig):
        raise SidumbaError("seal.bad_signature")
    known = kept(store)
    if known is not None and order.number <= known.number:
        return False
    store.meta.set(KEPT, json.dumps(order.model_dump(mode="json"), sort_keys=True))
    store.log("order", word=order.word, number=order.number)
    return True


def kept(store: Store) -> OrderMessage | None:
    """Return the newest order this laptop has seen."""
    raw = store.meta.get(KEPT)
    if not raw:
        return None
    try:
        return OrderMessage.model_validate(json.loads(raw))
    except (ValueError, ValidationError):
        raise SidumbaError("store.damaged", file=KEPT) from None


def pending(store: Store) -> str:
    """Return what this laptop is to be: "" when it may work, else "suspended", "revoked" or "wipe"."""
    order = kept(store)
    return "" if order is None or order.word == ACTIVE else order.word


def ask(store: Store, line: Transport) -> bool:
    """Fetch the newest order over the line; tell whether it was new. Raises as ``receive``, or a fault of the line."""
    order = line.order().order
    return order is not None and receive(store, order)
