"""What a bundle found on a stick is to this laptop: its own or not, written here, read here, answered."""

from __future__ import annotations

from dataclasses import dataclass

from sidumba_field.bundle import Found
from sidumba_field.core.errors import SidumbaError
from sidumba_field.seal.signing import SigningKey
from sidumba_field.store import Store
from sidumba_field.sync.hello import SERVER_KEY


@dataclass(frozen=True, slots=True)
class Standing:
    """``mine``: of this laptop and its server; ``exported``: a kirim written here; ``answered``: all of its ops have
    their answers; ``read``: a balasan that was read here to its end."""

    mine: bool = False
    exported: bool = False
    read: bool = False
    answered: bool = False


def judge(store: Store, found: Found) -> Standing:
    """Return what ``found`` is to this laptop; nothing at all when its head cannot be read."""
    facts = found.facts
    if facts is None:
        return Standing()
    mine = (facts.device, facts.server) == (store.meta.get("device"), store.meta.get(SERVER_KEY))
    written = store.bundles.get(facts.bundle)
    read = any(reply.bundle == facts.bundle for reply in store.bundles.replies())
    return Standing(mine, written is not None, read, written is not None and bool(written.answered_at))


def device_key(store: Store) -> SigningKey:
    """Return this laptop's own key; raise ``auth.device_unknown`` when it was never enrolled."""
    secret = store.meta.get("device_secret")
    if not secret:
        raise SidumbaError("auth.device_unknown")
    return SigningKey(bytes.fromhex(secret))
