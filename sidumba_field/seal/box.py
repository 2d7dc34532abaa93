"""Boxes only their addressee can open (age, X25519 recipients): recovery codes, orders, bundles."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from typing import BinaryIO

from pyrage import DecryptError, decrypt, decrypt_io, encrypt, encrypt_io, x25519

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


class _Pieces:
    """A reader over pieces of bytes, for a library that wants a file."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = b""

    def read(self, size: int = -1) -> bytes:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return b""
            self._left = piece
        taken, self._left = self._left[:size], self._left[size:]
        return taken


class _Hands:
    """A writer that hands on what it gets, and remembers what its receiver raised."""

    def __init__(self, take: Callable[[bytes], None]) -> None:
        self._take = take
        self.fault: BaseException | None = None

    def write(self, data: bytes) -> int:
        try:
            self._take(bytes(data))
        except BaseException as error:
            self.fault = error
            raise
        return len(data)

    def flush(self) -> None:
        """There is nothing between the library and the receiver."""


def seal_stream(recipients: Sequence[str], pieces: Iterator[bytes], out: BinaryIO) -> None:
    """Write ``pieces`` into ``out``, sealed to every recipient; memory does not grow with their size."""
    encrypt_io(_Pieces(pieces), out, [x25519.Recipient.from_str(recipient) for recipient in recipients])


def open_stream(identity: str, sealed: BinaryIO, take: Callable[[bytes], None]) -> None:
    """Hand the content of ``sealed`` to ``take`` in pieces, each authentic before it is handed on.

    What came may still turn out cut short: then ``seal.damaged`` is raised at the end. Raises ``seal.wrong_key`` for a
    box that was sealed to others, and whatever ``take`` raises.
    """
    hands = _Hands(take)
    try:
        decrypt_io(sealed, hands, [x25519.Identity.from_str(identity)])
    except DecryptError as error:
        code = "seal.wrong_key" if "matching keys" in str(error) else "seal.damaged"
        raise SidumbaError(code) from None
    except OSError:
        # The library tells of a flipped bit as if the disk had failed; a receiver's own fault is handed on as it is.
        if hands.fault is not None:
            raise
        raise SidumbaError("seal.damaged") from None
