"""Finds bundles among the files of a stick and says of each whether it is whole; needs no key and believes no name.

Cheap: a look reads one head per file. ``verify`` reads every byte.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sidumba_field.bundle.facts import HEAD, SUFFIX, Facts, PartHead, read_head
from sidumba_field.bundle.faults import Progress, Stop, Stopped, go_on, ignore, on_stick
from sidumba_field.core.errors import SidumbaError

_BLOCK = 1024 * 1024
#: Files of a folder that are looked at; a stick with more of ours than that is somebody's joke.
_MOST_FILES = 5_000


@dataclass(frozen=True, slots=True)
class Found:
    """One bundle as it lies there. ``facts``: None when no head can be read; ``paths``: its files in the order of their
    parts; ``parts``: how many there should be, ``missing``: numbers of those that are not here; ``code``: "" when
    whole as far as heads and sizes tell, else what is wrong; ``skip``: bytes of the head of each file."""

    facts: Facts | None
    paths: tuple[Path, ...]
    parts: int = 0
    missing: tuple[int, ...] = ()
    code: str = ""
    sizes: tuple[int, ...] = field(default=(), repr=False)
    hashes: tuple[str, ...] = field(default=(), repr=False)
    skip: int = field(default=HEAD, repr=False)

    @classmethod
    def bare(cls, path: Path, size: int) -> Found:
        """Return a sealed stream that came without a head, as a carrier sends it: what it is, its inside says."""
        return cls(None, (path,), 1, sizes=(size,), skip=0)

    @property
    def whole(self) -> bool:
        """Tell whether all parts are here and as long as they should be."""
        return self.code == ""

    @property
    def name(self) -> str:
        """Return the name of its first file."""
        return self.paths[0].name

    def demand(self) -> Facts:
        """Return the facts of a whole bundle; raise its ``code`` otherwise."""
        self.demand_whole()
        if self.facts is None:
            raise SidumbaError("bundle.damaged", file=self.name)
        return self.facts

    def demand_whole(self) -> None:
        """Raise the ``code`` of a bundle that is not whole."""
        if self.missing:
            raise SidumbaError("bundle.parts_missing", missing=", ".join(map(str, self.missing)))
        if self.code:
            raise SidumbaError(self.code, file=self.name)


@dataclass(frozen=True, slots=True)
class _File:
    path: Path
    head: PartHead
    code: str


def look(folder: Path) -> tuple[Found, ...]:
    """Return the bundles of a folder, the newest first. Raises ``bundle.stick_gone`` when the folder is not there; what
    is wrong with a file is said in its row."""
    with on_stick():
        paths = sorted(path for path in folder.iterdir() if path.name.endswith(SUFFIX) and path.is_file())
    return gather(paths[:_MOST_FILES])


def gather(paths: Iterable[Path]) -> tuple[Found, ...]:
    """Return the bundles these files make up, in whatever order they are named, the newest first."""
    groups: dict[Facts, list[_File]] = {}
    lost: list[Found] = []
    for path in dict.fromkeys(paths):
        try:
            one = _read(path)
        except SidumbaError as error:
            lost.append(Found(None, (path,), code=error.code))
        else:
            groups.setdefault(one.head.facts, []).append(one)
    found = [_joined(facts, files) for facts, files in groups.items()]
    found.sort(key=lambda one: (one.facts.made_at, one.facts.number) if one.facts else ("", 0), reverse=True)
    return (*found, *lost)


def _read(path: Path) -> _File:
    with on_stick(), path.open("rb") as file:
        head = read_head(file.read(HEAD))
        size = file.seek(0, 2) - HEAD
    if size < head.part_size:
        return _File(path, head, "bundle.truncated")
    return _File(path, head, "" if size == head.part_size else "bundle.damaged")


def _joined(facts: Facts, files: list[_File]) -> Found:
    """Put the parts of one bundle in order. The same part twice counts once, and the better copy of it."""
    parts = max(one.head.parts for one in files)
    chosen: dict[int, _File] = {}
    for one in sorted(files, key=lambda one: (one.code != "", one.path.name)):
        if one.head.parts == parts:
            chosen.setdefault(one.head.part, one)
    ordered = [chosen[number] for number in sorted(chosen)]
    missing = tuple(number for number in range(1, parts + 1) if number not in chosen)
    code = "bundle.parts_missing" if missing else next((one.code for one in ordered if one.code), "")
    if not code and sum(one.head.part_size for one in ordered) != facts.size:
        code = "bundle.damaged"
    return Found(
        facts,
        tuple(one.path for one in ordered),
        parts,
        missing,
        code,
        tuple(one.head.part_size for one in ordered),
        tuple(one.head.part_sha for one in ordered),
    )


def verify(found: Found, progress: Progress = ignore, stop: Stop = go_on) -> None:
    """Read every byte of a bundle and compare; raise its code, or ``bundle.damaged`` naming the file."""
    facts = found.demand()
    whole, done = hashlib.sha256(), 0
    for path, size, sha in zip(found.paths, found.sizes, found.hashes, strict=True):
        seen, count = hashlib.sha256(), 0
        with on_stick(), path.open("rb") as file:
            file.seek(HEAD)
            while block := file.read(_BLOCK):
                if stop():
                    raise Stopped
                seen.update(block)
                whole.update(block)
                count += len(block)
                done += len(block)
                progress(done, facts.size)
        if count < size:
            raise SidumbaError("bundle.truncated", file=path.name)
        if count > size or seen.hexdigest() != sha:
            raise SidumbaError("bundle.damaged", file=path.name)
    if whole.hexdigest() != facts.sha:
        raise SidumbaError("bundle.damaged", file=found.name)
