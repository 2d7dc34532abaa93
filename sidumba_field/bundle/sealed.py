"""Seals a bundle while it is written and opens it while it is read: container inside, age around it, files outside.

Reading takes two walks over the same bytes. The first believes nothing and applies nothing: it ends with a checked
manifest, or the bundle is refused. Only the second hands entries on, and only those the first one saw.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from sidumba_field.bundle import container
from sidumba_field.bundle.container import (
    BOUNDS,
    Bounds,
    Entry,
    Head,
    KeyOf,
    Manifest,
    Nobody,
    Signer,
    Taker,
    Walk,
)
from sidumba_field.bundle.facts import Facts
from sidumba_field.bundle.faults import Progress, Stop, go_on, ignore
from sidumba_field.bundle.finding import Found, gather
from sidumba_field.bundle.parts import PART, Joined, PartWriter, writing
from sidumba_field.core.errors import SidumbaError
from sidumba_field.seal.box import open_stream, seal_stream
from sidumba_field.seal.signing import SigningKey

__all__ = ["Opening", "Taker", "keep", "open_bundle", "open_sealed", "write_bundle", "write_sealed"]

_BLOCK = 1024 * 1024
#: Small pieces are gathered before they are sealed.
_GATHER = 256 * 1024


def write_bundle(
    folder: Path,
    facts: Facts,
    head: Head,
    entries: Iterable[Entry],
    *,
    key: SigningKey,
    recipients: Sequence[str],
    signers: Sequence[Signer] = (),
    part_bytes: int = PART,
    total: int = 0,
    progress: Progress = ignore,
    stop: Stop = go_on,
) -> tuple[Facts, tuple[Path, ...]]:
    """Write one bundle into ``folder`` and return its full facts and its files.

    ``total``: bytes expected, for progress. Raises as ``PartWriter`` does; nothing is left behind then.
    """
    writer = PartWriter(folder, facts.stem, part_bytes, total=total, progress=progress, stop=stop)
    with writing(writer):
        pieces = container.write(head, entries, key, signers)
        seal_stream(recipients, _gathered(pieces), writer)
        return writer.finish(facts)


def _gathered(pieces: Iterator[bytes]) -> Iterator[bytes]:
    waiting = bytearray()
    for piece in pieces:
        waiting += piece
        if len(waiting) >= _GATHER:
            yield bytes(waiting)
            waiting.clear()
    if waiting:
        yield bytes(waiting)


def write_sealed(
    folder: Path,
    facts: Facts,
    pieces: Iterable[bytes],
    part_bytes: int = PART,
    progress: Progress = ignore,
    stop: Stop = go_on,
) -> Found:
    """Put a stream that is sealed already into files, as a carrier does; raise ``bundle.damaged`` when it is not the
    one ``facts`` speak of."""
    writer = PartWriter(folder, facts.stem, part_bytes, total=facts.size, progress=progress, stop=stop)
    with writing(writer):
        seen, size = hashlib.sha256(), 0
        for piece in pieces:
            seen.update(piece)
            size += len(piece)
            writer.write(piece)
        if (seen.hexdigest(), size) != (facts.sha, facts.size):
            raise SidumbaError("bundle.damaged", file=facts.stem)
        whole, paths = writer.finish(facts)
    return _found(whole, paths)


def _found(facts: Facts, paths: tuple[Path, ...]) -> Found:
    (found,) = gather(paths)
    if found.facts != replace(facts, place=found.demand().place):
        raise SidumbaError("bundle.not_read_back", file=found.name)
    return found


def keep(
    found: Found, folder: Path, progress: Progress = ignore, stop: Stop = go_on, part_bytes: int = PART
) -> Found:
    """Copy a whole bundle into another folder, durably, whatever it was split into; return the copy."""
    facts = found.demand()
    with Joined(found.paths, found.sizes) as source:
        return write_sealed(folder, facts, iter(lambda: source.read(_BLOCK), b""), part_bytes, progress, stop)


def open_sealed(found: Found) -> Joined:
    """Return the sealed stream of a whole bundle over all its parts; the caller closes it."""
    found.demand()
    return Joined(found.paths, found.sizes)


@dataclass(frozen=True, slots=True)
class Opening:
    """A bundle that was checked from its first byte to its manifest. ``walk`` hands its entries on."""

    found: Found
    head: Head
    manifest: Manifest
    _identity: str
    _key_of: KeyOf
    _bounds: Bounds
    _trail: tuple[bytes, ...]

    def walk(self, taker: Taker, progress: Progress = ignore, stop: Stop = go_on) -> None:
        """Hand everything inside to ``taker``, in order. Raises whatever ``taker`` raises, and as ``open_bundle``."""
        again = Walk(taker, self._key_of, self._bounds, self._trail)
        _through(self.found, self._identity, again, progress, stop)
        if again.close().sha256 != self.manifest.sha256:
            raise SidumbaError("bundle.damaged", file=self.found.name)


def open_bundle(
    found: Found,
    identity: str,
    key_of: KeyOf,
    *,
    bounds: Bounds = BOUNDS,
    progress: Progress = ignore,
    stop: Stop = go_on,
) -> Opening:
    """Check a whole bundle and return it ready to be walked.

    ``identity``: who opens it ("AGE-SECRET-KEY-..." or the laptop's, ``seal.box.laptop_identity``). Raises
    ``bundle.*``, ``seal.wrong_key`` for a bundle sealed to others, and whatever ``key_of`` raises.
    """
    found.demand_whole()
    first = Walk(Nobody(), key_of, bounds)
    _through(found, identity, first, progress, stop)
    manifest = first.close()
    assert first.head is not None
    if found.facts is not None and not _agrees(found.facts, first.head):
        raise SidumbaError("bundle.damaged", file=found.name)
    return Opening(found, first.head, manifest, identity, key_of, bounds, tuple(first.trail))


def _agrees(facts: Facts, head: Head) -> bool:
    """Tell whether what a head says in clear is what was sealed and signed."""
    names = ("kind", "bundle", "number", "device", "server", "made_at", "answers")
    return all(getattr(facts, name) == getattr(head, name) for name in names)


def _through(found: Found, identity: str, walk: Walk, progress: Progress, stop: Stop) -> None:
    with Joined(found.paths, found.sizes, progress, stop, found.skip) as source:
        try:
            open_stream(identity, source, walk.feed)
        except SidumbaError as error:
            if error.code == "seal.damaged":
                raise SidumbaError("bundle.damaged", file=found.name) from None
            raise
