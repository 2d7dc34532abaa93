"""Reads a paper's TOML key by key: what is wrong, or left over, is refused with its place in the file."""

from __future__ import annotations

from typing import Any

from sidumba_field.core.errors import SidumbaError
from sidumba_field.reports import cells
from sidumba_field.words import places_of


class Reader:
    """Takes known keys out of a TOML table and complains about the place of whatever is wrong or left."""

    def __init__(self, raw: Any, where: str) -> None:
        self.where = where
        if not isinstance(raw, dict):
            self.refuse("")
        self._raw: dict[str, Any] = dict(raw)

    def refuse(self, key: str) -> Any:
        raise SidumbaError("report.unreadable", where=f"{self.where}{key}" or "?")

    def take(self, key: str, kind: type, default: Any = None) -> Any:
        value = self._raw.pop(key, default)
        if kind is float and type(value) is int:
            value = float(value)
        return value if type(value) is kind else self.refuse(key)

    def text(self, key: str, default: str | None = None) -> str:
        """A text whose places are well formed."""
        value = self.take(key, str, default)
        self._check(key, value)
        return str(value)

    def _check(self, key: str, value: str) -> None:
        try:
            places_of(value)
        except ValueError:
            self.refuse(key)

    def word(self, key: str, allowed: frozenset[str] | tuple[str, ...], default: str | None = None) -> str:
        value = self.take(key, str, default)
        return str(value) if value in allowed else str(self.refuse(key))

    def texts(self, key: str) -> tuple[str, ...]:
        values = self.take(key, list, [])
        for i, value in enumerate(values):
            self._check(f"{key}[{i}]", value if isinstance(value, str) else self.refuse(f"{key}[{i}]"))
        return tuple(values)

    def pairs(self, key: str) -> tuple[tuple[str, str], ...]:
        found: list[tuple[str, str]] = []
        for i, value in enumerate(self.take(key, list, [])):
            if not isinstance(value, list) or len(value) != 2 or not all(isinstance(v, str) for v in value):
                self.refuse(f"{key}[{i}]")
            self._check(f"{key}[{i}]", value[1])
            found.append((value[0], value[1]))
        return tuple(found)

    def inner(self, key: str) -> Reader | None:
        return Reader(self._raw.pop(key), f"{self.where}{key}.") if key in self._raw else None

    def each(self, key: str) -> list[Reader]:
        return [Reader(v, f"{self.where}{key}[{i}].") for i, v in enumerate(self.take(key, list, []))]

    def masks(self, key: str) -> dict[str, str]:
        styles = self.take(key, dict, {})
        for path, style in styles.items():
            if style not in cells.MASKS:
                self.refuse(f"{key}.{path}")
        return dict(styles)

    def done(self) -> None:
        for key in self._raw:
            self.refuse(key)
