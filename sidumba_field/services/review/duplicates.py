"""Records that are perhaps the same business: same NIK, same phone, same names (the program says which answers).

Found through the full text index and compared by what the answers mean, not how they are written; nothing is merged by
itself (spec/domain.md 1.4). What this laptop does not follow is not known here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from sidumba_field.programs import Program, TwinKey
from sidumba_field.programs.listed import answers
from sidumba_field.services.desk import Desk
from sidumba_field.services.places import titled
from sidumba_field.services.steps.views import TwinView
from sidumba_field.store import LocalRecord, RecordRow
from sidumba_field.words import say

#: Candidates looked at per kind of likeness: more with the same number is a question for a person anyway.
MOST = 20
_LETTERS = re.compile(r"[^0-9a-z]+")
_DIGITS = re.compile(r"[\d\s+().-]{6,}")


def plain(value: str) -> str:
    """Return what two ways of writing have in common: a phone's digits with 0 in front, a name's letters."""
    folded = value.casefold().strip()
    if _DIGITS.fullmatch(folded):
        digits = re.sub(r"\D", "", folded)
        return "0" + digits[2:] if digits.startswith("62") and len(digits) < 15 else digits
    return _LETTERS.sub("", folded)


class Duplicates:
    """Helper of the services; holds no state of its own."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def of(self, record: LocalRecord) -> tuple[TwinView, ...]:
        """Return the records like ``record``, each once with the first likeness, best first."""
        program = self.desk.program(record.program)
        found: dict[str, TwinView] = {}
        for key in program.twins if record.subject == "record" else ():
            for row in self._alike(program, key, record.rid, record.fields):
                found.setdefault(row.rid, self._view(program, key, row))
        return tuple(found.values())

    def count(self, program: Program, rid: str, fields: Mapping[str, str]) -> int:
        """Return how many records are like one of a list."""
        return len({row.rid for key in program.twins for row in self._alike(program, key, rid, fields)})

    def among(self, program: Program, rows: Sequence[RecordRow]) -> dict[str, int]:
        """Return record -> how many are like it, for the rows of a list that have such; one question per likeness."""
        alike: dict[str, set[str]] = {}
        shown = set(answers(program.list_columns))
        for key in program.twins:
            asked = {row.rid: self._named(key, row.fields) for row in rows}
            phrases = {
                tuple(row.fields[path].strip() for path in key.paths) for row in rows if asked[row.rid]
            }
            others: dict[tuple[str, ...], set[str]] = {}
            vids = self.desk.my_vids(program.id)
            whole = not set(key.paths) <= shown
            lists = self.desk.seat().store.lists
            for found in lists.sharing(program.id, vids, sorted(phrases), whole=whole):
                named = self._named(key, found.fields)
                if named and program.state(found.state).posisi != "tidak_berlaku":
                    others.setdefault(named, set()).add(found.rid)
            for rid, named in asked.items():
                alike.setdefault(rid, set()).update(others.get(named, set()) - {rid})
        return {rid: len(others) for rid, others in alike.items() if others}

    @staticmethod
    def _named(key: TwinKey, fields: Mapping[str, str]) -> tuple[str, ...]:
        """Return what a record is recognised by, () while one of the answers is missing or stands for nobody."""
        named = tuple(plain(fields.get(path, "")) for path in key.paths)
        return named if all(value.strip("0") for value in named) else ()

    def _alike(self, program: Program, key: TwinKey, rid: str, fields: Mapping[str, str]) -> list[RecordRow]:
        wanted = {path: plain(fields.get(path, "")) for path in key.paths}
        # "0" and the like stand for a number nobody has: they name no one.
        if not all(value.strip("0") for value in wanted.values()):
            return []
        columns = (program.title_path, program.subtitle_path, program.number_path, *key.paths)
        rows = self.desk.seat().store.records.find(
            program.id,
            text=" ".join(fields[path] for path in key.paths),
            limit=MOST,
            vids=self.desk.my_vids(program.id),
            columns=columns,
        )
        return [
            row
            for row in rows
            if row.rid != rid
            and program.state(row.state).posisi != "tidak_berlaku"
            and all(plain(row.fields.get(path, "")) == value for path, value in wanted.items())
        ]

    def _view(self, program: Program, key: TwinKey, row: RecordRow) -> TwinView:
        lang = self.desk.lang
        scope = self.desk.scope(row.vid)
        place = titled(scope.unit, scope.unit_name, lang)
        owner = row.fields.get(program.subtitle_path, "")
        return TwinView(
            rid=row.rid,
            title=row.fields.get(program.title_path) or say("services.untitled", lang),
            subtitle=", ".join(part for part in (owner, place, row.period) if part),
            why=key.words.in_(lang),
            state_label=program.state(row.state).label(lang),
            number=row.fields.get(program.number_path, "") or row.rid[-8:].upper(),
        )
