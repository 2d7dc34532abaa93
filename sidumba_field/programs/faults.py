"""What is wrong with a form or a program, each with its place, so that the office mends everything in one go."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from sidumba_field.core.errors import SidumbaError
from sidumba_field.words import say


@dataclass(frozen=True, slots=True)
class Fault:
    """One mistake. ``kind``: word of the catalogue (forms.fault.<kind>); ``sheet`` is a table in a .toml file;
    ``row`` 0 = the whole sheet; ``column``: head of the column, or key; ``name``: the question."""

    kind: str
    file: str
    sheet: str = ""
    row: int = 0
    column: str = ""
    name: str = ""
    params: Mapping[str, object] = field(default_factory=dict)

    def place(self, lang: str = "id") -> str:
        """Return where it stands: file, sheet, row, column, question, as far as they are known."""
        known = (
            ("sheet", self.sheet if self.row or "[" not in self.sheet else ""),
            ("table", self.sheet if "[" in self.sheet and not self.row else ""),
            ("row", self.row or ""),
            ("column", self.column),
            ("name", self.name),
        )
        parts = [say(f"forms.place.{word}", lang, value=value) for word, value in known if value]
        return ", ".join([self.file, *parts])

    def what(self, lang: str = "id") -> str:
        return say(f"forms.fault.{self.kind}.what", lang, **self.params)

    def do(self, lang: str = "id") -> str:
        return say(f"forms.fault.{self.kind}.do", lang, **self.params)

    def text(self, lang: str = "id") -> str:
        """Return place, what is wrong and what to do, as one line."""
        return f"{self.place(lang)}: {self.what(lang)} {self.do(lang)}"


class Unsound(SidumbaError):
    """A form that may not be installed, with everything that is wrong with it. Code form.not_sound."""

    def __init__(self, file: str, faults: tuple[Fault, ...]) -> None:
        super().__init__("form.not_sound", file=file, count=len(faults))
        self.faults = faults

    def told(self, lang: str = "id") -> list[str]:
        """Return a line per fault, and what it means for the whole."""
        words = {"file": self.params["file"], "count": len(self.faults)}
        return [*(fault.text(lang) for fault in self.faults), say("forms.faults", lang, **words)]


def of_error(error: SidumbaError, file: str) -> Fault:
    """Return an error of reading a form or a program as a fault."""
    said = error.params
    reason = str(said.get("reason") or said.get("expression") or said.get("value") or error.code)
    if error.code == "program.bad_value":
        where = str(said.get("where", file))
        name, _, table = where.partition(" ")
        kind = {"": "toml_missing", "unknown": "toml_unknown", "missing": "toml_missing"}.get(
            str(said.get("value", "")), "toml_value"
        )
        return Fault(
            kind, name, table, 0, str(said.get("field", "")), params={"value": said.get("value", "")}
        )
    if error.code == "program.unreadable":
        return Fault("toml_unreadable", str(said.get("file", file)), params={"reason": reason})
    number = said.get("row")
    return Fault(
        "pyxform" if error.code == "form.unreadable" else "rule",
        str(said.get("file", file)),
        str(said.get("sheet", "")),
        number if isinstance(number, int) else 0,
        str(said.get("rule") or said.get("field") or ""),
        str(said.get("path", "")),
        {"reason": reason},
    )
