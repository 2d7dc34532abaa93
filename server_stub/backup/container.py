"""What lies inside a backup: lines of JSON and the bytes of files, one after the other, packed and then sealed.

Order: a head (format, schema, instant, epoch, the server's key), each table with its columns and rows, each file with
its path, size and SHA-256, and last the manifest, signed by the server: counts, heads of feeds, and the SHA-256 of
everything before it. ``Walk`` reads such a stream piece by piece and believes nothing until the manifest has come.
docs/spec/storage.md "Backup of the server" says the same for people.
"""

from __future__ import annotations

import hashlib
import json
import re
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from sidumba_field.core.canonical import canonical
from sidumba_field.core.errors import SidumbaError
from sidumba_field.seal.signing import verify

FORMAT = 1
#: Bytes a single line may have: the largest row is one op with all its members.
LONGEST_LINE = 64 * 1024 * 1024
#: Where files may lie below the data folder, and how they may be called.
_PATH = re.compile(r"(blobs/[0-9a-f]{2}/[0-9a-f]{64}|keys\.json|forms(/[A-Za-z0-9_-][A-Za-z0-9._-]*)+)")
_SHA = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Head:
    """What is known before the first row. ``schema``: step of the tables; ``made_at``: ISO, server time."""

    schema: str
    made_at: str
    epoch: str
    server_key: str
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Manifest:
    """What has to be there. ``counts``: rows per table; ``heads``: scope -> [seq, hash]; ``missing``: files the
    database calls whole but the disk does not have as they were; ``sha256``: of every byte before the manifest."""

    counts: Mapping[str, int]
    heads: Mapping[str, Sequence[Any]]
    files: int
    missing: Sequence[str]
    sha256: str

    def signed_bytes(self, head: Head) -> bytes:
        return canonical({"head": asdict(head), "manifest": asdict(self)})


def damaged(where: str) -> SidumbaError:
    return SidumbaError("backup.damaged", where=where)


def line(value: Any) -> bytes:
    """Return one line of the stream."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def is_safe_path(path: str) -> bool:
    """Tell whether a file of a backup may be written at this path below a data folder."""
    return _PATH.fullmatch(path) is not None


@dataclass
class _File:
    path: str
    sha256: str
    left: int
    seen: Any = field(default_factory=hashlib.sha256)


class Walk:
    """Takes the packed stream piece by piece (``feed``), checks everything it can, and calls the hooks below.

    A subclass that writes must undo its work when ``close`` was not reached. Raises ``backup.damaged`` with the place,
    ``backup.unknown_format`` for a stream of a newer program.
    """

    def __init__(self) -> None:
        self.head: Head | None = None
        self.manifest: Manifest | None = None
        self.counts: dict[str, int] = {}
        self.heads: dict[str, list[Any]] = {}
        self.files = 0
        self._plain = zlib.decompressobj()
        self._buffer = bytearray()
        self._whole = hashlib.sha256()
        self._table = ""
        self._columns: tuple[str, ...] = ()
        self._file: _File | None = None

    # -- hooks -------------------------------------------------------------------------------------------------------

    def on_head(self, head: Head) -> None:
        """The first line."""

    def on_table(self, name: str, columns: tuple[str, ...]) -> None:
        """Rows of this table follow."""

    def on_row(self, row: list[Any]) -> None:
        """One row of the table named last."""

    def on_file(self, path: str) -> None:
        """The bytes of this file follow."""

    def on_bytes(self, data: bytes) -> None:
        """Some bytes of the file named last."""

    def on_file_end(self) -> None:
        """The file named last is whole and its hash right."""

    # -- reading -----------------------------------------------------------------------------------------------------

    def feed(self, data: bytes) -> None:
        """Take some more of the packed stream."""
        while data:
            try:
                plain = self._plain.decompress(data, LONGEST_LINE)
            except zlib.error:
                raise damaged("zlib") from None
            if self._plain.unused_data:
                raise damaged("end")
            self._buffer += plain
            self._eat()
            data = self._plain.unconsumed_tail

    def close(self) -> Manifest:
        """Say that the stream is over; return its manifest once everything in it has come true."""
        if not self._plain.eof or self._buffer or self.manifest is None or self.head is None:
            raise damaged("end")
        return self.manifest

    def _eat(self) -> None:
        while self._buffer:
            if self._file is not None:
                if not self._eat_file(self._file):
                    return
                continue
            end = self._buffer.find(b"\n")
            if end < 0:
                if len(self._buffer) > LONGEST_LINE:
                    raise damaged("line")
                return
            raw = bytes(self._buffer[: end + 1])
            del self._buffer[: end + 1]
            self._line(raw)

    def _eat_file(self, file: _File) -> bool:
        """Take bytes of a file; False when more have to come first."""
        data = bytes(self._buffer[: file.left])
        del self._buffer[: len(data)]
        file.left -= len(data)
        file.seen.update(data)
        self._whole.update(data)
        self.on_bytes(data)
        if file.left:
            return False
        if file.seen.hexdigest() != file.sha256:
            raise damaged(file.path)
        self._file = None
        self.files += 1
        self.on_file_end()
        return True

    def _line(self, raw: bytes) -> None:
        if self.manifest is not None:
            raise damaged("end")
        try:
            said = json.loads(raw)
        except (ValueError, RecursionError):
            raise damaged(self._table or "head") from None
        if self.head is None:
            self._take_head(said)
        elif isinstance(said, list):
            self._take_row(said)
        elif isinstance(said, dict) and "manifest" in said:
            self._take_manifest(said)
            return
        elif isinstance(said, dict):
            self._take_section(said)
        else:
            raise damaged(self._table)
        self._whole.update(raw)

    def _take_head(self, said: Any) -> None:
        if not isinstance(said, dict) or not isinstance(said.get("format"), int):
            raise damaged("head")
        if said["format"] != FORMAT:
            raise SidumbaError("backup.unknown_format", found=said["format"])
        try:
            self.head = Head(**said)
        except TypeError:
            raise damaged("head") from None
        self.on_head(self.head)

    def _take_section(self, said: dict[str, Any]) -> None:
        try:
            if "table" in said:
                self._table, self._columns = str(said["table"]), tuple(str(one) for one in said["columns"])
                self.counts[self._table] = 0
                self.on_table(self._table, self._columns)
                return
            path, sha, size = str(said["file"]), str(said["sha256"]), int(said["size"])
        except (KeyError, TypeError, ValueError):
            raise damaged(self._table or "file") from None
        if not is_safe_path(path) or _SHA.fullmatch(sha) is None or size < 0:
            raise damaged(path)
        self.on_file(path)
        self._file = _File(path, sha, size)
        if size == 0:
            self._eat_file(self._file)

    def _take_row(self, row: list[Any]) -> None:
        if not self._table or len(row) != len(self._columns):
            raise damaged(self._table or "head")
        self.counts[self._table] += 1
        if self._table == "head":
            said = dict(zip(self._columns, row, strict=True))
            self.heads[str(said.get("vid"))] = [said.get("seq"), said.get("hash")]
        self.on_row(row)

    def _take_manifest(self, said: dict[str, Any]) -> None:
        try:
            found = Manifest(**said["manifest"])
            sig = str(said["sig"])
        except (KeyError, TypeError):
            raise damaged("manifest") from None
        assert self.head is not None
        if not verify(self.head.server_key, found.signed_bytes(self.head), sig):
            raise damaged("signature")
        if (
            found.sha256 != self._whole.hexdigest()
            or found.counts != self.counts
            or found.files != self.files
        ):
            raise damaged("manifest")
        if {vid: list(head) for vid, head in found.heads.items()} != self.heads:
            raise damaged("feeds")
        self.manifest = found
