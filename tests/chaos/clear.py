"""Looks for what may stand nowhere in clear: through every byte of every file, in the spellings a leak would have."""

from __future__ import annotations

import random
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path

WINDOW = 32
#: A window with fewer different bytes may stand in any file: tables and padding of the format, not the picture.
DISTINCT = 16


def spellings(text: str) -> set[bytes]:
    """UTF-8 and UTF-16LE, small letters; a row of digits also in groups of four, as the screen shows it."""
    told = {text.lower()}
    if text.isdigit() and len(text) > 8:
        told.add(" ".join(text[at : at + 4] for at in range(0, len(text), 4)))
    return {one.encode(code) for one in told for code in ("utf-8", "utf-16-le")}


def key_spellings(key: bytes) -> set[bytes]:
    """A key as it is, and in hexadecimal as text of either width, in small and in capital letters."""
    both = {key.hex(), key.hex().upper()}
    return {key} | {one.encode(code) for one in both for code in ("utf-8", "utf-16-le")}


def windows(picture: bytes, count: int, hand: random.Random) -> list[bytes]:
    """Return ``count`` windows of 32 bytes of a picture, at random places behind its tables."""
    found: list[bytes] = []
    while len(found) < count:
        at = hand.randrange(len(picture) // 8, len(picture) - WINDOW)
        piece = picture[at : at + WINDOW]
        if len(set(piece)) >= DISTINCT:
            found.append(piece)
    return found


def files_under(folders: Iterable[Path]) -> Iterator[Path]:
    """Every regular file below the folders; sockets and the like hold nothing."""
    for folder in folders:
        yield from (path for path in sorted(folder.rglob("*")) if path.is_file())


def leaks(
    folders: Iterable[Path], texts: Mapping[str, str], exact: Mapping[str, Iterable[bytes]]
) -> list[str]:
    """Return "what: where" for everything found in a file or in its name.

    ``texts``: words by what they are, sought without regard to case; ``exact``: bytes by what they are.
    """
    small = [(name, spelled) for name, text in texts.items() for spelled in spellings(text)]
    whole = [(name, piece) for name, pieces in exact.items() for piece in pieces]
    found = []
    for path in files_under(folders):
        content = path.read_bytes()
        lowered = content.lower()
        named = str(path).lower().encode("utf-8")
        found += [f"{name}: {path}" for name, spelled in small if spelled in lowered or spelled in named]
        found += [f"{name}: {path}" for name, piece in whole if piece in content]
    return found
