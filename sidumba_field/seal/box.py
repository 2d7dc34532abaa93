"""Boxes only their addressee can open (age, X25519 recipients): recovery codes, orders, bundles."""

from __future__ import annotations

import base64
from collections.abc import Callable, Iterator, Sequence
from typing import Protocol

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat, PublicFormat
from pyrage import (
    DecryptError,
    EncryptError,
    RecipientError,
    decrypt,
    decrypt_io,
    encrypt,
    encrypt_io,
    ssh,
    x25519,
)

from sidumba_field.core.errors import SidumbaError

_BLOCK = 1024 * 1024
_SSH = "ssh-ed25519 "


def laptop_recipient(public_hex: str) -> str:
    """Return the recipient behind an Ed25519 signing key: age seals to such keys (its "ssh-ed25519" stanza), so that a
    laptop needs no second key and none has to be enrolled anew. Raises ``seal.wrong_key`` for what is no key."""
    try:
        key = Ed25519PublicKey.from_public_bytes(bytes.fromhex(public_hex))
    except ValueError:
        raise SidumbaError("seal.wrong_key") from None
    return key.public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode("ascii")


def laptop_identity(secret: bytes) -> str:
    """Return the identity that opens what was sealed to ``laptop_recipient``; ``secret``: the key's 32 bytes."""
    key = Ed25519PrivateKey.from_private_bytes(secret)
    return key.private_bytes(Encoding.PEM, PrivateFormat.OpenSSH, NoEncryption()).decode("ascii")


def _recipient(text: str) -> x25519.Recipient | ssh.Recipient:
    try:
        return ssh.Recipient.from_str(text) if text.startswith(_SSH) else x25519.Recipient.from_str(text)
    except RecipientError:
        raise SidumbaError("seal.wrong_key") from None


def _identity(text: str) -> x25519.Identity | ssh.Identity:
    if text.startswith("-----BEGIN"):
        return ssh.Identity.from_buffer(text.encode("ascii"))
    return x25519.Identity.from_str(text)


def new_identity() -> tuple[str, str]:
    """Return (identity, recipient): "AGE-SECRET-KEY-..." to keep, "age1..." to give away."""
    identity = x25519.Identity.generate()
    return str(identity), str(identity.to_public())


def recipient_of(identity: str) -> str:
    """Return the recipient "age1..." that belongs to an identity."""
    return str(x25519.Identity.from_str(identity).to_public())


def seal_to(recipients: Sequence[str], plain: bytes) -> bytes:
    """Return ``plain`` sealed to every recipient."""
    return bytes(encrypt(plain, [_recipient(recipient) for recipient in recipients]))


def open_with(identity: str, sealed: bytes) -> bytes:
    """Return what was sealed; raise ``seal.damaged`` for a wrong identity, a cut or a flipped bit."""
    try:
        return bytes(decrypt(sealed, [_identity(identity)]))
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
    """A reader over pieces of bytes, for a library that wants a file; remembers what their maker raised."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._left = b""
        self.fault: BaseException | None = None

    def read(self, size: int = -1) -> bytes:
        try:
            while not self._left:
                piece = next(self._pieces, None)
                if piece is None:
                    return b""
                self._left = piece
        except BaseException as error:
            self.fault = error
            raise
        taken, self._left = self._left[:size], self._left[size:]
        return taken


class _Hands:
    """A writer that hands on what it gets, and remembers what its receiver raised."""

    def __init__(self, take: Callable[[bytes], object]) -> None:
        self._take = take
        self.fault: BaseException | None = None

    def write(self, data: bytes) -> int:
        if self.fault is not None:
            # The library tries once more when it gives up; whoever took half of it must not be handed that.
            raise self.fault
        try:
            self._take(bytes(data))
        except BaseException as error:
            self.fault = error
            raise
        return len(data)

    def flush(self) -> None:
        """There is nothing between the library and the receiver."""


class Sink(Protocol):
    """Where sealed bytes go."""

    def write(self, data: bytes, /) -> int: ...


class Source(Protocol):
    """Where sealed bytes come from."""

    def read(self, size: int = -1, /) -> bytes: ...


def _blocks(source: Source) -> Iterator[bytes]:
    while block := source.read(_BLOCK):
        yield block


def seal_stream(recipients: Sequence[str], pieces: Iterator[bytes], out: Sink) -> None:
    """Write ``pieces`` into ``out``, sealed to every recipient; memory does not grow with their size.

    Raises what ``pieces`` or ``out`` raised, as it was, and ``seal.wrong_key`` for a recipient that is none.
    """
    source, hands = _Pieces(pieces), _Hands(out.write)
    to = [_recipient(recipient) for recipient in recipients]
    try:
        encrypt_io(source, hands, to)
    except (EncryptError, OSError):
        if source.fault is None and hands.fault is None:
            raise
    # The library wraps what its files raise, and keeps silent about its very last write: a full disk has to be told.
    fault = source.fault or hands.fault
    if fault is not None:
        raise fault


def open_stream(identity: str, sealed: Source, take: Callable[[bytes], None]) -> None:
    """Hand the content of ``sealed`` to ``take`` in pieces, each authentic before it is handed on.

    What came may still turn out cut short: then ``seal.damaged`` is raised at the end. Raises ``seal.wrong_key`` for a
    box that was sealed to others, and whatever ``sealed`` or ``take`` raise.
    """
    source, hands = _Pieces(_blocks(sealed)), _Hands(take)
    try:
        decrypt_io(source, hands, [_identity(identity)])
    except (DecryptError, OSError) as error:
        if source.fault is None and hands.fault is None:
            # The library tells of a flipped bit as if the disk had failed.
            is_foreign = isinstance(error, DecryptError) and "matching keys" in str(error)
            raise SidumbaError("seal.wrong_key" if is_foreign else "seal.damaged") from None
    fault = source.fault or hands.fault
    if fault is not None:
        raise fault
