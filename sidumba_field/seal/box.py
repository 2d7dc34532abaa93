"""Boxes only their addressee can open (age, X25519 recipients): recovery codes, orders, bundles."""

from __future__ import annotations

import base64
from collections.abc import Sequence

from pyrage import DecryptError, decrypt, encrypt, x25519

from sidumba_field.core.errors import SidumbaError


def new_identity() -> tuple[str, str]:
    """Return (identity, recipient): "AGE-SECRET-KEY-..." to keep, "age1..." to give away."""
    identity = x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def recipient_of(identity: str) -> str:
    """Return the recipient "age1..." that belongs to an identity."""
    return str(x25519.Identity.from_str(identity).to_public())


def seal_to(recipients: Sequence[str], plain: bytes) -> bytes:
    """Return ``plain`` sealed to every recipient."""
    return bytes(encrypt(plain, [x25519.Recipient.from_str(recipient) for recipient in recipients]))


def open_with(identity: str, sealed: bytes) -> bytes:
    """Return what was sealed; raise ``seal.damaged`` for a wrong identity, a cut or a flipped bit."""
    try:
        return bytes(decrypt(sealed, [x25519.Identity.from_str(identity)]))
    except DecryptError:
        raise SidumbaError("seal.damaged") from None


def seal_text(recipient: str, text: str) -> str:
    """Return ``text`` sealed and in base64, for a JSON message."""
    return base64.b64encode(seal_to([recipient], text.encode())).decode()


def open_text(identity: str, sealed: str) -> str:
    """Undo ``seal_text``; raise ``seal.damaged`` when it does not open."""
    try:
        raw = base64.b64decode(sealed, validate=True)
    except ValueError:
        raise SidumbaError("seal.damaged") from None
    return open_with(identity, raw).decode()
