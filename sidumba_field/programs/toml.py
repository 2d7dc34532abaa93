"""Reads values out of program.toml so that every mistake names its place: file, table, key, and what stands there."""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from sidumba_field.core.errors import SidumbaError
from sidumba_field.programs.program import Said


class Table:
    """One table of the file. ``where`` is its place, e.g. "program.toml [roles.petugas]"."""

    def __init__(self, data: Mapping[str, Any], file: str, path: str = "") -> None:
        self.data, self.file, self.path = data, file, path

    @classmethod
    def read(cls, path: Path) -> Table:
        """Parse a file. Raises SidumbaError program.unreadable (with line) when it is missing or no TOML."""
        try:
            text = path.read_text(encoding="utf-8")
        except (OSError, UnicodeDecodeError) as error:
            raise SidumbaError("program.unreadable", file=path.name, reason=str(error)) from error
        try:
            return cls(tomllib.loads(text), path.name)
        except tomllib.TOMLDecodeError as error:
            raise SidumbaError("program.unreadable", file=path.name, reason=str(error)) from error

    @property
    def where(self) -> str:
        return f"{self.file} [{self.path}]" if self.path else self.file

    def wrong(self, key: str, value: object = "") -> SidumbaError:
        return SidumbaError("program.bad_value", where=self.where, field=key, value=str(value))

    def only(self, *known: str) -> None:
        """Refuse keys nobody reads: a typing mistake must not pass silently."""
        for key in self.data:
            if key not in known:
                raise self.wrong(key, "unknown")

    def text(self, key: str, default: str | None = None) -> str:
        value = self.data.get(key, default)
        if not isinstance(value, str):
            raise self.wrong(key, value)
        return value

    def number(self, key: str, default: int | None = None) -> int:
        value = self.data.get(key, default)
        if not isinstance(value, int) or isinstance(value, bool) or value < 0:
            raise self.wrong(key, value)
        return value

    def flag(self, key: str) -> bool:
        value = self.data.get(key, False)
        if not isinstance(value, bool):
            raise self.wrong(key, value)
        return value

    def one_of(self, key: str, known: Iterable[str]) -> str:
        value = self.text(key)
        if value not in tuple(known):
            raise self.wrong(key, value)
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, str) for one in value):
            raise self.wrong(key, value)
        return tuple(value)

    def table(self, key: str, needed: bool = True) -> Table:
        value = self.data.get(key, None if needed else {})
        if not isinstance(value, dict):
            raise self.wrong(key, value)
        return Table(value, self.file, f"{self.path}.{key}" if self.path else key)

    def tables(self, key: str) -> list[Table]:
        value = self.data.get(key, [])
        if not isinstance(value, list) or not all(isinstance(one, dict) for one in value):
            raise self.wrong(key, value)
        prefix = f"{self.path}.{key}" if self.path else key
        return [Table(one, self.file, f"{prefix} {number}") for number, one in enumerate(value, start=1)]

    def each(self, key: str, needed: bool = True) -> dict[str, Table]:
        inner = self.table(key, needed)
        return {name: inner.table(name) for name in inner.data}

    def said(self) -> Said:
        """Return the words of this table: ``id`` demanded, ``en`` when there is one."""
        return Said(self.text("id"), self.text("en", ""))
