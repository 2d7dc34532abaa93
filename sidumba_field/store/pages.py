"""Reading an encrypted database page by page, past whatever is broken in it. Nothing is ever written.

The engine refuses a database as soon as a page it needs does not verify. This reader needs no page but the one it
reads: pages are decrypted one by one (SQLCipher 4: AES-256-CBC, HMAC-SHA512, 80 bytes of each page kept for both),
newer ones taken from the write-ahead log, and rows are picked from leaf pages, by their table where the tree above them
is whole and by their shape where it is not. Formats: https://www.sqlite.org/fileformat2.html and
https://www.zetetic.net/sqlcipher/design/
"""

from __future__ import annotations

import hashlib
import hmac
import struct
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAGE = 4096
_IV, _MAC = 16, 64
USABLE = PAGE - _IV - _MAC
_SALT = 16
_MAGIC = b"SQLite format 3\x00"
_WAL_HEAD, _FRAME_HEAD = 32, 24
_LEAF_TABLE, _INNER_TABLE, _LEAF_INDEX, _INNER_INDEX = 0x0D, 0x05, 0x0A, 0x02
_MASTER = 1
#: More pages than this in one value, or levels in one tree, are damage that points in circles.
_MAX_CHAIN, _MAX_DEPTH = 16_384, 40

Value = int | float | str | bytes | None
Row = tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """A row. ``table``: "" when only its shape can tell; ``sound``: every page it was read from verified."""

    table: str
    row: Row
    sound: bool


@dataclass(frozen=True, slots=True)
class _Page:
    data: bytes
    sound: bool


class Pages:
    """The pages of a database file and its write-ahead log, as far as they are there."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._raw = path.read_bytes() if path.exists() else b""
        log = path.with_name(path.name + "-wal")
        salt = self._raw[:_SALT]
        self._newer = _logged(log.read_bytes()) if log.exists() else {}
        if len(salt) < _SALT and 1 in self._newer:
            salt = self._newer[1][:_SALT]
        self._key = key
        mac_salt = bytes(byte ^ 0x3A for byte in salt)
        self._mac_key = hashlib.pbkdf2_hmac("sha512", key, mac_salt, 2, 32)
        self.count = max([len(self._raw) // PAGE, *self._newer]) if self._raw or self._newer else 0
        self._opened: dict[int, _Page | None] = {}

    def page(self, number: int) -> _Page | None:
        """Return a page in clear, None when it is not there at all."""
        if number not in self._opened:
            self._opened[number] = self._open(number)
        return self._opened[number]

    def _open(self, number: int) -> _Page | None:
        start = (number - 1) * PAGE
        older = self._raw[start : start + PAGE] if number >= 1 else b""
        best: _Page | None = None
        for raw in (self._newer.get(number, b""), older):
            if len(raw) == PAGE:
                page = self._decrypt(number, raw)
                if page.sound:
                    return page
                best = best or page
        return best

    def _decrypt(self, number: int, raw: bytes) -> _Page:
        first = _SALT if number == 1 else 0
        body, iv = raw[first:USABLE], raw[USABLE : USABLE + _IV]
        mac = hmac.new(self._mac_key, body + iv + struct.pack("<I", number), hashlib.sha512).digest()
        cipher = Cipher(algorithms.AES(self._key), modes.CBC(iv)).decryptor()
        clear = cipher.update(body) + cipher.finalize()
        sound = hmac.compare_digest(mac, raw[USABLE + _IV :])
        return _Page((_MAGIC if first else b"") + clear, sound)


def _logged(raw: bytes) -> dict[int, bytes]:
    """Return the newest committed version of each page in a write-ahead log; a broken frame costs only itself."""
    newest: dict[int, bytes] = {}
    waiting: dict[int, bytes] = {}
    salts = raw[16:24]
    for start in range(_WAL_HEAD, len(raw) - _FRAME_HEAD - PAGE + 1, _FRAME_HEAD + PAGE):
        number, size_after = struct.unpack(">II", raw[start : start + 8])
        if raw[start + 8 : start + 16] != salts or not number:
            continue
        waiting[number] = raw[start + _FRAME_HEAD : start + _FRAME_HEAD + PAGE]
        if size_after:
            newest |= waiting
            waiting = {}
    return newest


class Reader:
    """Rows of a database, by table and by shape."""

    def __init__(self, path: Path, key: bytes) -> None:
        self._pages = Pages(path, key)
        self._met: set[int] = set()
        self.broken = 0

    def rows(self) -> Iterator[Found]:
        """Yield every row that can be read: of each table whose tree is known, then of pages nothing leads to."""
        roots = {}
        for found in self._tree(_MASTER, "sqlite_master"):
            # A virtual table has no page of its own.
            if (
                len(found.row) >= 5
                and found.row[0] == "table"
                and isinstance(found.row[3], int)
                and found.row[3]
            ):
                roots[str(found.row[1])] = found.row[3]
        for name, root in roots.items():
            yield from self._tree(root, name)
        for number in range(1, self._pages.count + 1):
            if number not in self._met:
                page = self._pages.page(number)
                if page is not None and _kind(number, page.data) in (_LEAF_TABLE, _LEAF_INDEX):
                    yield from self._cells(number, page, "")

    def _tree(self, root: int, table: str) -> Iterator[Found]:
        waiting = [(root, 0)]
        while waiting:
            number, depth = waiting.pop()
            page = self._pages.page(number)
            if number in self._met or depth > _MAX_DEPTH or page is None:
                self.broken += page is None
                continue
            kind = _kind(number, page.data)
            if kind not in (_LEAF_TABLE, _INNER_TABLE, _LEAF_INDEX, _INNER_INDEX):
                self.broken += 1
                continue
            self._met.add(number)
            self.broken += not page.sound
            if kind in (_INNER_TABLE, _INNER_INDEX):
                waiting += [(child, depth + 1) for child in _children(number, page.data)]
            if kind != _INNER_TABLE:
                yield from self._cells(number, page, table)

    def _cells(self, number: int, page: _Page, table: str) -> Iterator[Found]:
        kind = _kind(number, page.data)
        for place in _places(number, page.data):
            try:
                payload, sound = self._payload(page, place, kind)
                row = _record(payload)
            except (IndexError, ValueError, struct.error):
                self.broken += page.sound
                continue
            yield Found(table, row, sound)

    def _payload(self, page: _Page, place: int, kind: int) -> tuple[bytes, bool]:
        """Return the bytes of one row, from its page and those behind it."""
        at = place + (4 if kind == _INNER_INDEX else 0)
        size, at = _varint(page.data, at)
        if kind == _LEAF_TABLE:
            _, at = _varint(page.data, at)
        most = USABLE - 35 if kind == _LEAF_TABLE else (USABLE - 12) * 64 // 255 - 23
        if size <= most:
            return page.data[at : at + size], page.sound
        least = (USABLE - 12) * 32 // 255 - 23
        fits = least + (size - least) % (USABLE - 4)
        here = fits if fits <= most else least
        rest, sound = self._behind(struct.unpack(">I", page.data[at + here : at + here + 4])[0], size - here)
        return page.data[at : at + here] + rest, page.sound and sound

    def _behind(self, number: int, size: int) -> tuple[bytes, bool]:
        found, sound = bytearray(), True
        for _ in range(_MAX_CHAIN):
            if len(found) >= size:
                return bytes(found[:size]), sound
            page = self._pages.page(number)
            if page is None or number == 0:
                raise ValueError("a page behind is missing")
            self._met.add(number)
            sound &= page.sound
            number = struct.unpack(">I", page.data[:4])[0]
            found += page.data[4:USABLE]
        raise ValueError("pages behind one another in a circle")


def _head(number: int) -> int:
    return 100 if number == _MASTER else 0


def _kind(number: int, data: bytes) -> int:
    return data[_head(number)]


def _places(number: int, data: bytes) -> list[int]:
    """Return where the cells of a page begin; those that lie outside it are left out."""
    head = _head(number)
    start = head + (12 if data[head] in (_INNER_TABLE, _INNER_INDEX) else 8)
    count = struct.unpack(">H", data[head + 3 : head + 5])[0]
    count = min(count, (USABLE - start) // 2)
    places = struct.unpack(f">{count}H", data[start : start + 2 * count])
    return [place for place in places if start <= place < USABLE]


def _children(number: int, data: bytes) -> list[int]:
    head = _head(number)
    found = [struct.unpack(">I", data[place : place + 4])[0] for place in _places(number, data)]
    return [*found, struct.unpack(">I", data[head + 8 : head + 12])[0]]


def _varint(data: bytes, at: int) -> tuple[int, int]:
    value = 0
    for step in range(8):
        byte = data[at + step]
        value = value << 7 | byte & 0x7F
        if byte < 0x80:
            return value, at + step + 1
    return value << 8 | data[at + 8], at + 9


_INTS = {1: 1, 2: 2, 3: 3, 4: 4, 5: 6, 6: 8}


def _record(data: bytes) -> Row:
    """Return the values of a row; raise ``ValueError`` or ``IndexError`` for bytes that are none."""
    length, at = _varint(data, 0)
    kinds = []
    while at < length:
        kind, at = _varint(data, at)
        kinds.append(kind)
    if at != length:
        raise ValueError("a head that does not end where it says")
    values: list[Value] = []
    for kind in kinds:
        value, at = _value(data, at, kind)
        values.append(value)
    return tuple(values)


def _value(data: bytes, at: int, kind: int) -> tuple[Value, int]:
    if kind in (0, 8, 9):
        return (None if kind == 0 else kind - 8), at
    if kind == 7:
        return struct.unpack(">d", data[at : at + 8])[0], at + 8
    if kind in (10, 11):
        raise ValueError("a kind of value that does not exist")
    size = _INTS.get(kind, (kind - 12) // 2 if kind >= 12 else 0)
    piece = data[at : at + size]
    if len(piece) != size:
        raise ValueError("a value that is cut")
    if kind in _INTS:
        return int.from_bytes(piece, "big", signed=True), at + size
    return (piece.decode("utf-8") if kind % 2 else piece), at + size
