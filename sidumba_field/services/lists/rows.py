"""How a row of Daftar data is read: places with their kecamatan, money with dots, a NIK masked, when it changed."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal, InvalidOperation

from sidumba_field.core.time import parse_iso
from sidumba_field.programs import Program
from sidumba_field.programs.listed import ListColumn, question_of
from sidumba_field.services.desk import Desk
from sidumba_field.services.lists.views import ListRow
from sidumba_field.services.views import Mark
from sidumba_field.store import RecordRow
from sidumba_field.words import date_numeric, date_short, mask_nik, number, say, time_of_day


class RowPainter:
    """Reads rows for one person and one program; remembers names while it lives."""

    def __init__(self, desk: Desk, program: Program) -> None:
        self.desk, self.program = desk, program
        self._places: dict[str, str] = {}
        self._people: dict[str, str] = {}
        self._labels: dict[str, dict[str, str]] = {}
        self._withheld: dict[str, frozenset[str]] = {}
        self._today = desk.local(desk.clock.now()).date()
        self._columns = [(column, self._kind(column)) for column in program.list_columns]
        self._kinds = {column.path: kind for column, kind in self._columns}

    @staticmethod
    def _kind(column: ListColumn) -> str:
        return column.path.removeprefix("@") if column.own else column.kind

    def row(self, row: RecordRow) -> ListRow:
        lang = self.desk.lang
        cells = tuple(self.cell(column, kind, row) for column, kind in self._columns)
        posisi = self.program.state(row.state).posisi
        label = self.program.posisi_label(row.state, lang)
        shown = [
            text
            for (column, kind), text in zip(self._columns, cells, strict=True)
            if text and not column.hidden and kind not in ("state", "changed", "money", "number")
        ]
        mark = Mark(row.mark)
        changed = say("lists.spoken.changed", lang, at=self.changed(row.changed_at))
        spoken = ", ".join([*shown, label, say(f"lists.mark.{mark.value}", lang), changed])
        return ListRow(row.n, row.rid, mark, posisi, label, cells, spoken)

    def cell(self, column: ListColumn, kind: str, row: RecordRow) -> str:
        """Return one cell as it is read on a screen; personal numbers are masked in every list."""
        if kind == "unit":
            return self.place(row.unit)
        if kind == "state":
            return self.program.posisi_label(row.state, self.desk.lang)
        if kind == "changed":
            return self.changed(row.changed_at)
        if kind == "period":
            return row.period
        if kind == "owner":
            return self.person(row.owner)
        if self.withheld(column, row):
            return say("services.withheld", self.desk.lang)
        value = row.fields.get(column.path, "")
        if not value:
            return say("services.untitled", self.desk.lang) if kind == "title" else ""
        if kind == "nik":
            return mask_nik(value)
        if kind in ("money", "number"):
            return _amount(value, self.desk.lang)
        return self.label(column.path, value) if kind == "choice" else value

    def withheld(self, column: ListColumn, row: RecordRow) -> bool:
        """Tell whether the answer of a cell is kept from this person."""
        if row.unit not in self._withheld:
            self._withheld[row.unit] = self.desk.withheld(self.program.id, row.unit)
        return not column.own and question_of(column.path) in self._withheld[row.unit]

    def place(self, unit: str) -> str:
        """Return "Uren, Halong": a village with its kecamatan, a higher unit alone."""
        if unit not in self._places:
            segments = unit.split(".")
            name = self.program.place_name(unit) or unit
            above = self.program.place_name(".".join(segments[:3])) if len(segments) > 3 else None
            self._places[unit] = f"{name}, {above}" if above else name
        return self._places[unit]

    def person(self, user_id: str) -> str:
        if user_id not in self._people:
            self._people[user_id] = self.desk.seat().store.people.name(user_id)
        return self._people[user_id]

    def label(self, path: str, value: str) -> str:
        """Return the words of a choice."""
        if path not in self._labels:
            questions = self.program.form(self.program.main, lang=self.desk.lang).questions
            choices = questions[question_of(path)].choices
            self._labels[path] = {choice.value: choice.label for choice in choices}
        return self._labels[path].get(value, value)

    def changed(self, at: str) -> str:
        """Return "09.12" today, "kemarin 16.48", "18 Nov", "18/11/2025" in another year."""
        local = self.desk.local(parse_iso(at))
        lang = self.desk.lang
        if local.date() == self._today:
            return time_of_day(local, lang=lang)
        if local.date() == self._today - timedelta(days=1):
            return f"{say('services.yesterday', lang)} {time_of_day(local, lang=lang)}"
        if local.year == self._today.year:
            return date_short(local.date(), lang)
        return date_numeric(local.date())

    # -- for files

    def plain(self, column: ListColumn, row: RecordRow, *, revealed: bool) -> str | int | float:
        """Return one cell as a table outside wants it: numbers as numbers, times sortable."""
        kind = self._kinds[column.path]
        if kind == "changed":
            return self.stamp(row.changed_at)
        if column.own:
            return self.cell(column, kind, row)
        if self.withheld(column, row):
            return say("services.withheld", self.desk.lang)
        value = row.fields.get(column.path, "")
        if not value:
            return ""
        if kind in ("money", "number"):
            return _figure(value)
        if kind == "nik":
            return value if revealed else mask_nik(value)
        return self.label(column.path, value) if kind == "choice" else value

    def stamp(self, at: str) -> str:
        """Return "2026-11-20 08:55" in the office's zone."""
        local: datetime = self.desk.local(parse_iso(at))
        return local.replace(tzinfo=None).isoformat(" ", "minutes")


def _amount(value: str, lang: str) -> str:
    try:
        return number(Decimal(value), lang=lang)
    except InvalidOperation:
        return value


def _figure(value: str) -> str | int | float:
    if value.isdecimal():
        return int(value)
    try:
        found = Decimal(value)
    except InvalidOperation:
        return value
    return int(found) if found == found.to_integral_value() else float(found)
