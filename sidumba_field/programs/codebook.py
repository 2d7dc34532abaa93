"""A long list from a CSV file (91,599 places, 2,707 KBLI codes), asked through an index and never built as a tree.

The file's bytes are kept as they are; beside them stand arrays of 4-byte numbers: where each row begins, the rows in
the order of their keys, and per value of a narrow column (level, length of the code) its rows. A question is answered
by binary search in those. Memory for wilayah.csv: about 4 MB in all.
"""

from __future__ import annotations

import csv
import io
import re
from array import array
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import cached_property
from pathlib import Path

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.xforms.lookup import Choice, LookupQuery, same

#: A column with at most so many different values gets its rows listed per value.
_NARROW = 64
#: So few rows are looked at one by one; no further index would be faster.
_FEW = 400
_WORD = re.compile(rb"[^\s,\"'()/.;:\-]+")


class CsvCodebook:
    """A list over a CSV file (UTF-8, header first). ``key``: code column, ``label``: words column (default: the first
    two columns). Implements core.xforms.Lookup. Indexes are made when first needed and only ever added whole, so
    threads may share one list.

    Raises SidumbaError form.unreadable when the file or a column is not there.
    """

    def __init__(self, path: Path, key: str = "", label: str = "", title: str = "") -> None:
        try:
            self._data = path.read_bytes()
        except OSError as error:
            raise SidumbaError("form.unreadable", file=str(path), reason=str(error)) from error
        self.path = path
        #: What people call this list, and its bytes.
        self.title, self.bytes = title or path.stem, len(self._data)
        header = _fields(self._data.split(b"\n", 1)[0].rstrip(b"\r").removeprefix(b"\xef\xbb\xbf"))
        self.columns: tuple[str, ...] = tuple(header)
        self.key = key or header[0]
        self.label_column = label or header[min(1, len(header) - 1)]
        for column in (self.key, self.label_column):
            self._column(column)
        self._key_at = self._column(self.key)
        self._label_at = self._column(self.label_column)
        self._postings: dict[tuple[str, str], dict[str, array[int]] | None] = {}
        self._words: array[int] | None = None

    @cached_property
    def _offsets(self) -> array[int]:
        """Where each row begins; found on the first question, so that starting the product does not wait for it."""
        return _row_starts(self._data)

    @cached_property
    def _order(self) -> array[int] | None:
        return self._key_order()

    def __len__(self) -> int:
        return len(self._offsets) - 2

    # -- Lookup ----------------------------------------------------------------------------------------------------

    def label(self, code: str) -> str | None:
        """Return the words for ``code``."""
        return self.get(code, self.label_column)

    def row(self, code: str) -> Mapping[str, str] | None:
        """Return all columns of the row of ``code``."""
        found = self._find(code)
        return None if found is None else self._row(found)

    def get(self, code: str, column: str) -> str | None:
        """Return one column of the row of ``code``."""
        found = self._find(code)
        return None if found is None else self._cells(found)[self._column(column)]

    def rows(self, where: LookupQuery) -> Iterator[Mapping[str, str]]:
        """Yield matching rows in file order."""
        for index in self._candidates(where):
            row = self._row(index)
            if where.admits(row):
                yield row

    def search(self, where: LookupQuery, typed: str = "", limit: int = 50) -> list[Choice]:
        """Return at most ``limit`` matches; every typed word starts a word of the label, or the code starts so."""
        wanted = _typed_words(typed)
        code = typed.strip().encode("utf-8")
        found: list[Choice] = []
        for index in self._candidates(where, wanted, code):
            if wanted and not self._says(index, wanted, code):
                continue
            cells = self._cells(index)
            if not where.admits(dict(zip(self.columns, cells, strict=False))):
                continue
            found.append(Choice(cells[self._key_at], cells[self._label_at]))
            if len(found) == limit:
                break
        return found

    # -- narrowing down --------------------------------------------------------------------------------------------

    def _candidates(
        self, where: LookupQuery, words: Sequence[bytes] = (), code: bytes = b""
    ) -> Iterable[int]:
        """Return row numbers among which all matches are, in file order, as few as the indexes allow."""
        if where.impossible:
            return ()
        wanted = where.equals.get(self.key)
        if isinstance(wanted, str):
            found = self._find(wanted)
            return () if found is None else (found,)
        low, high = self._range(where.prefixes.get(self.key, ""))
        if self._order is None and high - low <= _FEW:
            return range(low, high)
        shortest: array[int] | None = None
        for column, value in where.equals.items():
            shortest = self._shorter(shortest, self._rows_with("=", column, value))
        for column, length in where.lengths.items():
            shortest = self._shorter(shortest, self._rows_with("#", column, str(length)))
        if self._order is not None:
            return (
                sorted(self._order[low:high])
                if high - low < len(self)
                else self._or_words(shortest, words, code)
            )
        if shortest is not None and high - low < len(self):
            return shortest[bisect_left(shortest, low) : bisect_left(shortest, high)]
        if high - low < len(self):
            return range(low, high)
        return self._or_words(shortest, words, code)

    def _or_words(self, shortest: array[int] | None, words: Sequence[bytes], code: bytes) -> Iterable[int]:
        """Choose between the rows a column gives and the rows the typed words give."""
        if not words or (shortest is not None and len(shortest) < 600):
            return shortest if shortest is not None else range(1, len(self) + 1)
        low, high = self._range(code.decode("utf-8", "replace"))
        by_code = range(low, high) if self._order is None else self._order[low:high]
        return sorted({*by_code, *self._rows_saying(max(words, key=len))})

    @staticmethod
    def _shorter(one: array[int] | None, other: array[int] | None) -> array[int] | None:
        if one is None or other is None:
            return one if other is None else other
        return one if len(one) <= len(other) else other

    def _rows_with(self, kind: str, column: str, value: str | float) -> array[int] | None:
        """Return the rows whose narrow column has this value (``#``: this length), None when it is not narrow."""
        if column not in self.columns:
            return array("I")
        if (kind, column) not in self._postings:
            self._postings[kind, column] = self._build(kind, self._column(column))
        built = self._postings[kind, column]
        if built is None:
            return None
        if isinstance(value, str):
            return built.get(value, array("I"))
        matching = [rows for text, rows in built.items() if same(text, value)]
        return (
            matching[0]
            if len(matching) == 1
            else array("I", sorted(row for rows in matching for row in rows))
        )

    def _build(self, kind: str, at: int) -> dict[str, array[int]] | None:
        built: dict[str, array[int]] = {}
        for index in range(1, len(self) + 1):
            text = self._cells(index)[at]
            word = text if kind == "=" else str(len(text))
            rows = built.get(word)
            if rows is None:
                if len(built) == _NARROW:
                    return None
                rows = built[word] = array("I")
            rows.append(index)
        return built

    # -- keys --------------------------------------------------------------------------------------------------------

    def _key_order(self) -> array[int] | None:
        """Return row numbers sorted by key, None when the file is sorted already (then no memory is spent)."""
        previous = b""
        for index in range(1, len(self) + 1):
            key = self._key(index)
            if key < previous:
                return array("I", sorted(range(1, len(self) + 1), key=self._key))
            previous = key
        return None

    def _key(self, index: int) -> bytes:
        line = self._line(index)
        if self._key_at == 0 and not line.startswith(b'"'):
            return line[: line.index(b",")] if b"," in line else line
        return _fields(line)[self._key_at].encode("utf-8")

    def _position(self, key: bytes) -> int:
        """Return the first place in key order whose key is not before ``key``, counted from 0."""
        if self._order is None:
            return bisect_left(range(1, len(self) + 1), key, key=self._key)
        return bisect_left(self._order, key, key=self._key)

    def _find(self, code: str) -> int | None:
        key = code.encode("utf-8")
        at = self._position(key)
        if at >= len(self):
            return None
        index = at + 1 if self._order is None else self._order[at]
        return index if self._key(index) == key else None

    def _range(self, prefix: str) -> tuple[int, int]:
        """Return where keys with ``prefix`` lie: row numbers in a sorted file, else places in key order."""
        first = 1 if self._order is None else 0
        if not prefix:
            return first, len(self) + first
        key = prefix.encode("utf-8")
        return self._position(key) + first, self._position(key + b"\xff") + first

    # -- words -------------------------------------------------------------------------------------------------------

    def _says(self, index: int, wanted: Sequence[bytes], code: bytes) -> bool:
        if code and self._key(index).lower().startswith(code.lower()):
            return True
        words = _WORD.findall(self._cells(index)[self._label_at].casefold().encode("utf-8"))
        return all(any(word.startswith(one) for word in words) for one in wanted)

    def _rows_saying(self, word: bytes) -> Iterator[int]:
        """Yield rows in whose line a word starts with ``word`` (a superset of the answer)."""
        if self._words is None:
            self._words = array(
                "I", sorted((m.start() for m in _WORD.finditer(self._data)), key=self._word_at)
            )
        low = bisect_left(self._words, word, key=self._word_at)
        for at in range(low, len(self._words)):
            start = self._words[at]
            if not self._word_at(start).startswith(word[:24]):
                return
            index = bisect_left(self._offsets, start + 1) - 1
            if index >= 1:
                yield index

    def _word_at(self, start: int) -> bytes:
        return self._data[start : start + 24].decode("utf-8", "ignore").casefold().encode("utf-8")

    # -- rows --------------------------------------------------------------------------------------------------------

    def _column(self, name: str) -> int:
        if name not in self.columns:
            raise SidumbaError("form.unreadable", file=self.path.name, reason=f"no column {name!r}")
        return self.columns.index(name)

    def _line(self, index: int) -> bytes:
        return self._data[self._offsets[index] : self._offsets[index + 1]].rstrip(b"\r\n")

    def _cells(self, index: int) -> list[str]:
        cells = _fields(self._line(index))
        return cells if len(cells) >= len(self.columns) else cells + [""] * (len(self.columns) - len(cells))

    def _row(self, index: int) -> dict[str, str]:
        return dict(zip(self.columns, self._cells(index), strict=False))


def _fields(line: bytes) -> list[str]:
    text = line.decode("utf-8")
    if '"' not in text:
        return text.split(",")
    return next(csv.reader(io.StringIO(text, newline="")))


def _row_starts(data: bytes) -> array[int]:
    """Return where each row begins, the end of the data last; line ends inside quotes do not end a row."""
    starts = array("I", [0])
    at, quotes = 0, 0
    quoted = b'"' in data
    while (end := data.find(b"\n", at)) != -1:
        if quoted:
            quotes += data.count(b'"', at, end)
        at = end + 1
        if quotes % 2 == 0 and at < len(data):
            starts.append(at)
    starts.append(len(data))
    return starts


def _typed_words(typed: str) -> list[bytes]:
    return [word for word in _WORD.findall(typed.casefold().encode("utf-8")) if word]
