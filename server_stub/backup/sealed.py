"""The sealed file around a backup: age for any number of addressees, streamed, so that size costs no memory."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from sidumba_field.core.errors import SidumbaError
from sidumba_field.seal.box import open_stream, seal_stream

_IDENTITY = re.compile(r"AGE-SECRET-KEY-1[0-9A-Z]+")
_BLOCK = 1024 * 1024


class Taker(Protocol):
    """Whoever takes the opened bytes in order."""

    def feed(self, data: bytes) -> None: ...


def read_identity(path: Path) -> str:
    """Return the secret key in a file: one written by age-keygen, or a server's keys.json.

    Raises ``backup.no_key`` when there is none.
    """
    try:
        found = _IDENTITY.search(path.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError):
        found = None
    if found is None:
        raise SidumbaError("backup.no_key", file=path.name)
    return found[0]


def seal_pieces(pieces: Iterable[bytes], recipients: Iterable[str], out: BinaryIO) -> None:
    """Write ``pieces`` into ``out``, sealed to every recipient."""
    seal_stream(list(recipients), iter(pieces), out)


def open_pieces(path: Path, identity: str, taker: Taker) -> None:
    """Hand everything in a sealed file to ``taker``, in order; each piece was authentic before it is handed on.

    Raises ``backup.damaged`` for a flipped bit or a cut, ``backup.wrong_key``, and whatever ``taker`` raises.
    """
    try:
        with path.open("rb") as file:
            open_stream(identity, file, taker.feed)
    except FileNotFoundError:
        raise SidumbaError("backup.missing", file=path.name) from None
    except SidumbaError as error:
        if error.code == "seal.wrong_key":
            raise SidumbaError("backup.wrong_key") from None
        if error.code == "seal.damaged":
            raise SidumbaError("backup.damaged", where=path.name) from None
        raise


def fingerprint(path: Path) -> tuple[str, int]:
    """Return SHA-256 (hex) and size of a file."""
    found, size = hashlib.sha256(), 0
    for block in blocks(path):
        found.update(block)
        size += len(block)
    return found.hexdigest(), size


def blocks(path: Path) -> Iterator[bytes]:
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            yield block
