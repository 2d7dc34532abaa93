"""Identifiers made on laptops without asking anybody: UUID version 7 (RFC 9562 section 5.7).

The time part keeps new rows near each other in indexes; it is never read back as a time, since laptop clocks lie.
"""

from __future__ import annotations

import secrets
import uuid

from sidumba_field.core.time import Clock

# Fixed name space for ids that both sides must derive alike (a scope's id before first contact, for instance).
NAMESPACE = uuid.UUID("6e0b1c6e-5f0a-5d5c-9d0f-53696475006d")


def new_id(clock: Clock) -> str:
    """Return a new UUIDv7 as 36 lower-case characters: 48 bits of milliseconds, 74 bits from the system's generator."""
    millis = int(clock.now().timestamp() * 1000) & ((1 << 48) - 1)
    value = (millis << 80) | (0x7 << 76) | (secrets.randbits(12) << 64) | (0b10 << 62) | secrets.randbits(62)
    return str(uuid.UUID(int=value))


def is_id(text: str) -> bool:
    """Tell whether ``text`` is a UUID in the one spelling we accept (36 characters, lower case)."""
    try:
        return str(uuid.UUID(text)) == text
    except (ValueError, AttributeError, TypeError):
        return False


def derived_id(*parts: str) -> str:
    """Return the UUIDv5 of ``parts`` under our name space: the same on every machine."""
    return str(uuid.uuid5(NAMESPACE, "\x1f".join(parts)))
