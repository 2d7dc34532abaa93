"""One encrypted file with everything a laptop would be missed for: written to a folder or stick, opened anywhere.

Layout: ``SFC1``, length of the head (u32, big endian), the head (clear JSON: key slots without names, when, how much),
then frames (``seal.frames``) under the data key. Inside lie lines of JSON, each followed by the bytes it announces: the
key file, an even copy of the database, the files the server lacks, the office's forms; at last a line with their
number.
Whoever has a passphrase or the recovery code of this laptop opens it, and nobody else (docs/spec/storage.md).
"""

from __future__ import annotations

import io
import json
import os
import struct
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO, cast

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import Clock, iso
from sidumba_field.seal.durable import disk_error, replace, sync_folder, write_file
from sidumba_field.seal.frames import FrameReader, encrypt_frames
from sidumba_field.store.database import Database
from sidumba_field.store.store import Store

MAGIC = b"SFC1"
SUFFIX = ".cadangan"
VERSION = 1
#: So many of one laptop stay in a folder; older ones give way to a new one that was read back.
KEPT = 3
NUMBER = "copy/number"
LAST = "copy/last"
_HEAD = struct.Struct(">4sI")
_MAX_HEAD = 1024 * 1024
_BLOCK = 256 * 1024

#: (bytes done, bytes in all).
Progress = Callable[[int, int], None]
Stop = Callable[[], bool]


class Stopped(Exception):
    """Somebody asked to stop; nothing but whole files is left."""


@dataclass(frozen=True, slots=True)
class SafeCopy:
    """A copy that was read back. ``number`` counts the copies of this laptop; ``records`` exist only there and here."""

    path: Path
    number: int
    made_at: str
    size: int
    records: int
    files: int


@dataclass(frozen=True, slots=True)
class Part:
    """One thing inside: its name below the laptop's folder, its size, and where its bytes come from."""

    name: str
    size: int
    read: Callable[[], Iterator[bytes]]


def write_copy(
    store: Store, folder: Path, clock: Clock, progress: Progress = lambda done, total: None,
    stop: Stop = lambda: False,
) -> SafeCopy:  # fmt: skip
    """Write a copy into ``folder``, read it back, and only then give it its name.

    Raises ``store.disk_full``, ``store.read_only``, ``copy.gone`` (the stick was pulled), ``copy.not_read_back``,
    ``Stopped``. Copies that were there before stay until this one is whole.
    """
    alone, made_at, stem = store.alone(), iso(clock.now()), _stem(store)
    number = max(int(store.meta.get(NUMBER) or "0"), _highest(folder, stem)) + 1
    target = folder / f"{stem}-{number:04d}{SUFFIX}"
    # Beside the copy: the laptop's own disk may be full, and what lies here is as encrypted as it is there.
    scratch = target.with_name(target.name + ".part.db")
    unread = target.with_name(target.name + ".unread")
    try:
        store.copy_whole(scratch)
        parts = [_of_file("laptop.db", scratch), *_beside(store)]
        total = sum(part.size for part in parts)
        head = _head(store.folder, number, made_at, alone.records, len(parts) - 2)
        _write(unread, head, parts, store.data_key, lambda done: progress(done, 2 * total), stop)
        _read_back(unread, store.data_key, parts, lambda done: progress(total + done, 2 * total), stop)
        replace(unread, target)
        sync_folder(folder)
    except OSError as error:
        raise _named(error, folder) from error
    finally:
        with suppress(OSError):
            scratch.unlink(missing_ok=True)
            unread.unlink(missing_ok=True)
            unread.with_name(unread.name + ".part").unlink(missing_ok=True)
    _note(store, number, {"at": made_at, "work": alone.newest})
    _let_go(folder, stem)
    files = sum(part.name.startswith("attachments/") for part in parts)
    return SafeCopy(target, number, made_at, target.stat().st_size, alone.records, files)


def _highest(folder: Path, stem: str) -> int:
    """Return the highest number of a copy of this laptop that lies in ``folder``, 0 for none."""
    numbers = (file.stem.rpartition("-")[2] for file in folder.glob(f"{stem}-*{SUFFIX}"))
    return max((int(number) for number in numbers if number.isdecimal()), default=0)


def _note(store: Store, number: int, last: dict[str, str]) -> None:
    """Remember the copy. A laptop whose disk is full has it all the same; its next number follows from the folder."""
    try:
        store.meta.set(NUMBER, str(number))
        store.meta.set(LAST, json.dumps(last))
    except SidumbaError as refused:
        if refused.code != "store.disk_full":
            raise


def _named(error: OSError, folder: Path) -> SidumbaError:
    known = disk_error(error)
    if known is not None:
        return known
    return SidumbaError("copy.gone", folder=folder.name)


def _stem(store: Store) -> str:
    unit = store.meta.get("unit") or "laptop"
    return f"cadangan-{unit}-{(store.meta.get('device') or '')[-6:]}"


def _let_go(folder: Path, stem: str) -> None:
    """Take away the oldest copies of this laptop beyond ``KEPT``; their numbers say which, no clock does."""
    for file in sorted(folder.glob(f"{stem}-*{SUFFIX}"))[:-KEPT]:
        with suppress(OSError):
            file.unlink()


def _head(folder: Path, number: int, made_at: str, records: int, files: int) -> dict[str, Any]:
    keys = json.loads((folder / "keys.json").read_bytes())
    nameless = {"name": "", "role_label": "", "unit_name": "", "username": ""}
    slots = [{**slot, "card": nameless} for slot in keys["users"]]
    told = {"v": VERSION, "number": number, "made_at": made_at, "records": records, "files": files}
    return {**told, "keys": {**keys, "users": slots}}


def _of_file(name: str, path: Path) -> Part:
    def read() -> Iterator[bytes]:
        with path.open("rb") as file:
            while block := file.read(_BLOCK):
                yield block

    return Part(name, path.stat().st_size, read)


def _beside(store: Store) -> Iterator[Part]:
    """Yield what belongs to the database: the key file, files the server lacks, versions of forms."""
    folder = store.folder
    yield _of_file("keys.json", folder / "keys.json")
    for sha in store.files.only_here():
        path = folder / "attachments" / sha[:2] / f"{sha}.enc"
        if path.exists():
            yield _of_file(path.relative_to(folder).as_posix(), path)
    for path in sorted((folder / "forms").rglob("*")):
        if path.is_file():
            yield _of_file(path.relative_to(folder).as_posix(), path)


class _Joined(io.RawIOBase):
    """The lines and bytes of all parts as one stream."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces, self._left = pieces, b""

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = piece
        taken, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(taken)] = taken
        return len(taken)


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, ensure_ascii=False, sort_keys=True).encode() + b"\n"


def _pieces(parts: list[Part], told: Callable[[int], None], stop: Stop) -> Iterator[bytes]:
    done = 0
    for part in parts:
        yield _line({"name": part.name, "size": part.size})
        for block in part.read():
            if stop():
                raise Stopped
            yield block
            done += len(block)
            told(done)
    yield _line({"end": len(parts)})


def _write(
    path: Path, head: dict[str, Any], parts: list[Part], key: bytes, told: Callable[[int], None], stop: Stop
) -> None:
    clear = json.dumps(head, sort_keys=True).encode()

    def chunks() -> Iterator[bytes]:
        yield _HEAD.pack(MAGIC, len(clear)) + clear
        with io.BufferedReader(_Joined(_pieces(parts, told, stop)), _BLOCK) as source:
            yield from encrypt_frames(source, key)

    write_file(path, chunks())
    _forget_cached(path)


def _forget_cached(path: Path) -> None:
    """Ask the system to read the device itself next time, not its memory; where it cannot be asked it may not."""
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)


def _read_back(path: Path, key: bytes, parts: list[Part], told: Callable[[int], None], stop: Stop) -> None:
    """Raise ``copy.not_read_back`` unless the file holds exactly what was to be written."""
    done = 0
    try:
        with path.open("rb") as file:
            read_head(file)
            stream = Unpacked(file, key)
            for part in parts:
                name, size = stream.next_part() or ("", 0)
                if (name, size) != (part.name, part.size):
                    raise SidumbaError("copy.not_read_back")
                for wanted in part.read():
                    if stop():
                        raise Stopped
                    if stream.take(len(wanted)) != wanted:
                        raise SidumbaError("copy.not_read_back")
                    done += len(wanted)
                    told(done)
            if stream.next_part() is not None:
                raise SidumbaError("copy.not_read_back")
    except SidumbaError:
        raise SidumbaError("copy.not_read_back") from None


def read_head(file: BinaryIO) -> dict[str, Any]:
    """Return the clear head and leave ``file`` behind it; raise ``copy.damaged``, ``copy.unknown_format``."""
    first = file.read(_HEAD.size)
    if len(first) < _HEAD.size or first[:4] != MAGIC:
        raise SidumbaError("copy.unknown_format")
    length = _HEAD.unpack(first)[1]
    raw = file.read(length) if length <= _MAX_HEAD else b""
    try:
        head = json.loads(raw)
    except ValueError:
        raise SidumbaError("copy.damaged") from None
    if not isinstance(head, dict) or head.get("v") != VERSION:
        raise SidumbaError("copy.unknown_format")
    return head


class Unpacked:
    """Reads the parts of a copy in order; every byte is authentic before it is handed out."""

    def __init__(self, file: BinaryIO, key: bytes) -> None:
        try:
            self._frames = iter(FrameReader(cast(BinaryIO, _Behind(file)), key))
        except SidumbaError:
            raise SidumbaError("copy.damaged") from None
        self._left = b""
        self._parts = 0

    def next_part(self) -> tuple[str, int] | None:
        """Return (name, size) of the next part, None behind the last; raise ``copy.damaged``."""
        while b"\n" not in self._left:
            self._more()
        line, _, self._left = self._left.partition(b"\n")
        said = json.loads(line)
        if "end" in said:
            if said["end"] != self._parts or self._left or next(self._frames, None) is not None:
                raise SidumbaError("copy.damaged")
            return None
        self._parts += 1
        return str(said["name"]), int(said["size"])

    def take(self, size: int) -> bytes:
        """Return exactly ``size`` bytes of the present part."""
        while len(self._left) < size:
            self._more()
        taken, self._left = self._left[:size], self._left[size:]
        return taken

    def _more(self) -> None:
        try:
            self._left += next(self._frames)
        except (StopIteration, SidumbaError):
            raise SidumbaError("copy.damaged") from None


class _Behind(io.RawIOBase):
    """The part of a file behind its head, as if it were a file."""

    def __init__(self, file: BinaryIO) -> None:
        self._file, self._start = file, file.tell()

    def seek(self, offset: int, whence: int = 0) -> int:
        base = self._start if whence == 0 else 0
        return self._file.seek(base + offset, whence) - self._start

    def tell(self) -> int:
        return self._file.tell() - self._start

    def read(self, size: int = -1) -> bytes:
        return self._file.read(size)


def check_database(path: Path, key: bytes) -> None:
    """Raise ``copy.damaged`` unless the file is a whole database under this key; it stays one file."""
    try:
        database = Database(path, key, alone=True)
    except SidumbaError:
        raise SidumbaError("copy.damaged") from None
    try:
        database.check()
        database.fold()
    except SidumbaError:
        raise SidumbaError("copy.damaged") from None
    finally:
        database.close()
