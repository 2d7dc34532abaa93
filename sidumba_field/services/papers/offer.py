"""What Laporan offers: papers with counts, places, periods, subjects, officials, warnings; what a person chose last."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace

from sidumba_field.core.errors import SidumbaError
from sidumba_field.programs import PaperSpec, Program
from sidumba_field.reports import Paper
from sidumba_field.services.desk import Desk
from sidumba_field.services.papers.select import checked_states, states_of
from sidumba_field.services.papers.values import numbered, officials, place_words
from sidumba_field.services.papers.views import NOBODY, PaperChoice, PaperOptions, PaperRow
from sidumba_field.services.subjects import Subjects
from sidumba_field.store import ListQuery
from sidumba_field.words import number, say

MOST_SUBJECTS, MOST_FOUND = 50, 20
STATE = "@state"
#: Papers that speak of no record: the blank form, and the laptop held against the server.
UNBOUND = ("form", "sync")
_KEPT = ("size", "orientation", "right", "left")


@dataclass(frozen=True, slots=True)
class _Subject:
    """One subject a paper can be printed of: record id, the unit it lies in, how it is called in a list."""

    rid: str
    unit: str
    words: str


class Offer:
    """Reads the program's papers and the person's place; keeps last choices in the laptop's own notes."""

    def __init__(self, desk: Desk, subjects: Subjects) -> None:
        self.desk = desk
        self._subjects = subjects
        self._read: dict[tuple[str, str], Paper] = {}

    # ---- papers --------------------------------------------------------------------------------------------------

    def paper(self, paper_id: str) -> tuple[Program, PaperSpec, Paper]:
        """Return a paper of the person's programs. Raises report.unknown."""
        for program in self.desk.my_programs():
            for spec in program.papers:
                if spec.id == paper_id:
                    return program, spec, self._parsed(program, spec)
        raise SidumbaError("report.unknown", name=paper_id)

    def _parsed(self, program: Program, spec: PaperSpec) -> Paper:
        key = (program.content_sha256, spec.id)
        if key not in self._read:
            self._read[key] = Paper.from_toml(program.paper_text(spec.id))
        return self._read[key]

    def catalogue(self) -> tuple[PaperRow, ...]:
        """Return every paper the person has something to print of."""
        rows = []
        for program in self.desk.my_programs():
            standing = self._standing(program)
            for spec in program.papers:
                paper = self._parsed(program, spec)
                row = self._row(program, spec, paper, standing)
                if row is not None:
                    rows.append(row)
        return tuple(rows)

    def _standing(self, program: Program, subject: str = "record") -> dict[str, int]:
        """Return how many subjects of the person's places stand in which state."""
        query = ListQuery(program.id, self.desk.my_vids(program.id), subject)
        return dict(self.desk.seat().store.lists.facets(query, STATE))

    def _row(
        self, program: Program, spec: PaperSpec, paper: Paper, standing: dict[str, int]
    ) -> PaperRow | None:
        counted: int | None = None
        if spec.subject == "records":
            counted = sum(standing.get(state, 0) for state in states_of(program, paper))
        elif spec.subject == "record":
            counted = sum(
                count for state, count in standing.items() if not spec.states or state in spec.states
            )
        elif spec.subject not in UNBOUND:
            others = self._standing(program, spec.subject)
            counted = sum(count for state, count in others.items() if not spec.states or state in spec.states)
            if not counted and not self._decides(program, spec):
                return None
        words = "" if counted is None else self._counted(counted, paper.unit)
        return PaperRow(spec.id, spec.label, paper.icon, words)

    def _counted(self, count: int, unit: str) -> str:
        return f"{number(count, lang=self.desk.lang)} {unit}".strip()

    def _decides(self, program: Program, spec: PaperSpec) -> bool:
        """Whether the person's roles ever move such a subject: then its paper is shown before there is one."""
        roles = {grant.role for grant in self.desk.grants() if grant.program == program.id}
        return any(row.subject == spec.subject and row.role in roles for row in program.workflow.transitions)

    # ---- choices -------------------------------------------------------------------------------------------------

    def options(self, choice: PaperChoice) -> PaperOptions:
        """Return what may be chosen for one paper, gaps of ``choice`` filled in."""
        program, spec, paper = self.paper(choice.paper)
        subjects = self._of_one(program, spec, choice.subject)
        filled = self._filled(program, spec, paper, choice, subjects)
        many = spec.subject == "records"
        chosen = next((row for row in subjects if row.rid == filled.subject), None)
        personal = paper.personal
        return PaperOptions(
            choice=filled,
            label=spec.label,
            units=self._units(program) if many else (),
            periods=self._periods(program) if many else (),
            subjects=tuple((row.rid, row.words) for row in subjects),
            officials=self._officials(program, filled, chosen),
            sides=tuple(side for side in ("right", "left") if getattr(paper, side) is not None)
            if spec.subject != "record"
            else (),
            dated=spec.subject in ("records",),
            personal=personal,
            may_reveal=personal and self._may_reveal(program, filled, chosen),
            may_publish=many and bool(paper.cuts),
            numbered="{nomor}" in paper.number and spec.subject not in ("record", "form"),
            warning=self._warning(program, spec, paper, filled),
            empty=""
            if spec.subject in ("records", *UNBOUND) or subjects
            else say("laporan.no_subject", self.desk.lang),
        )

    def _filled(
        self,
        program: Program,
        spec: PaperSpec,
        paper: Paper,
        choice: PaperChoice,
        subjects: list[_Subject],
    ) -> PaperChoice:
        kept = self._remembered(choice.paper)
        today = self.desk.local(self.desk.clock.now()).date()
        right, left = (getattr(side, "role", NOBODY) for side in (paper.right, paper.left))
        return replace(
            choice,
            day=choice.day or today.isoformat(),
            size=choice.size or kept.get("size", "") or paper.size,
            orientation=choice.orientation or kept.get("orientation", "") or paper.orientation,
            right=choice.right or kept.get("right", "") or right,
            left=choice.left or kept.get("left", "") or left,
            subject=choice.subject or (subjects[0].rid if subjects else ""),
            number=choice.number or self._next_number(paper, choice.paper),
        )

    def _of_one(self, program: Program, spec: PaperSpec, chosen: str) -> list[_Subject]:
        """Return the newest subjects a single paper can be printed of, and the chosen one however old it is."""
        if spec.subject in ("records", *UNBOUND):
            return []
        newest = self._search(program, spec, "", MOST_SUBJECTS)
        if not chosen or any(one.rid == chosen for one in newest):
            return newest
        record = self._subjects.record(chosen)
        unit = self.desk.scope(record.vid).unit
        words = self._subject_words(program, record.fields, unit, record.period)
        return [_Subject(chosen, unit, words), *newest]

    def find(self, paper_id: str, typed: str) -> tuple[tuple[str, str], ...]:
        """Return (record id, words) of the subjects of a paper that are found by what is typed, all for "".

        Records are found in the full text: every word typed must begin a word of an answer. Raises report.unknown.
        """
        program, spec, _ = self.paper(paper_id)
        if spec.subject == "record" and typed.strip():
            found = self._search(program, spec, typed, MOST_FOUND)
        else:
            wanted = typed.strip().lower()
            found = [one for one in self._of_one(program, spec, "") if wanted in one.words.lower()]
        return tuple((one.rid, one.words) for one in found)

    def _search(self, program: Program, spec: PaperSpec, typed: str, limit: int) -> list[_Subject]:
        rows = self.desk.seat().store.records.find(
            program.id,
            spec.subject,
            states=spec.states or None,
            text=typed,
            limit=limit,
            vids=self.desk.my_vids(program.id),
            columns=[program.title_path, program.subtitle_path],
        )
        return [
            _Subject(row.rid, row.unit, self._subject_words(program, row.fields, row.unit, row.period))
            for row in rows
        ]

    def _subject_words(self, program: Program, fields: Mapping[str, str], unit: str, period: str) -> str:
        name, owner = fields.get(program.title_path, ""), fields.get(program.subtitle_path, "")
        place = program.place_name(unit) or unit
        if name:
            return ", ".join(part for part in (name, owner, place) if part)
        return f"{place}, {period}".strip(", ")

    def _units(self, program: Program) -> tuple[tuple[str, str], ...]:
        """Return the person's places: everything, his districts when there are several, his villages."""
        codes = sorted(self.desk.scope(vid).unit for vid in self.desk.my_vids(program.id))
        villages = [code for code in codes if code.count(".") >= 3]
        districts = sorted({".".join(code.split(".")[:3]) for code in villages})
        found = [("", say("laporan.all_places", self.desk.lang))]
        if len(districts) > 1:
            found += [(code, place_words(program, code, self.desk.lang).split(",")[0]) for code in districts]
        found += [(code, place_words(program, code, self.desk.lang)) for code in villages]
        return tuple(found) if len(villages) > 1 else tuple(found[1:2])

    def _periods(self, program: Program) -> tuple[tuple[str, str], ...]:
        """Return the periods this laptop knows of; one alone is no choice."""
        rows = self.desk.seat().store.records.find(program.id, "period", vids=self.desk.my_vids(program.id))
        known = sorted({row.period for row in rows if row.period} | {program.first_period})
        if len(known) < 2:
            return ()
        return (("", say("laporan.all_periods", self.desk.lang)), *((period, period) for period in known))

    def _officials(
        self, program: Program, choice: PaperChoice, row: _Subject | None
    ) -> tuple[tuple[str, str], ...]:
        unit = row.unit if row is not None else choice.unit
        listed = officials(self.desk, program, unit)
        named = [(role, f"{one.name}, {one.full_position}") for role, one in listed.items()]
        return (*named, (NOBODY, say("laporan.nobody", self.desk.lang)))

    def _may_reveal(self, program: Program, choice: PaperChoice, row: _Subject | None) -> bool:
        """The right must be held over every place the paper speaks of."""
        if row is not None:
            return any(program.reveals(role) for role in self.desk.roles(program.id, row.unit))
        units = [self.desk.scope(vid).unit for vid in self.desk.my_vids(program.id)]
        wanted = [
            unit
            for unit in units
            if not choice.unit or unit == choice.unit or unit.startswith(choice.unit + ".")
        ]
        return bool(wanted) and all(
            any(program.reveals(role) for role in self.desk.roles(program.id, unit)) for unit in wanted
        )

    def _warning(self, program: Program, spec: PaperSpec, paper: Paper, choice: PaperChoice) -> str:
        """Tell how many records of the paper nobody has finished checking."""
        if spec.subject != "records" or not paper.select.checked:
            return ""
        vids = [
            vid
            for vid in self.desk.my_vids(program.id)
            if not choice.unit or f"{self.desk.scope(vid).unit}.".startswith(f"{choice.unit}.")
        ]
        open_states = states_of(program, paper) - checked_states(program, paper)
        standing = self.desk.seat().store.figures.standing(program.id, vids)
        open_ = sum(one.count for one in standing if one.state in open_states)
        key = "laporan.unchecked_marked" if paper.select.mark else "laporan.unchecked"
        return say(key, self.desk.lang, count=open_) if open_ else ""

    # ---- memory --------------------------------------------------------------------------------------------------

    def _key(self, paper_id: str) -> str:
        return f"paper.choice/{self.desk.seat().user.user_id}/{paper_id}"

    def _remembered(self, paper_id: str) -> dict[str, str]:
        kept = self.desk.seat().store.meta.get(self._key(paper_id))
        return {str(k): str(v) for k, v in json.loads(kept).items()} if kept else {}

    def remember(self, choice: PaperChoice) -> None:
        """Keep who signs and on which sheet, for this person and paper."""
        told = {name: getattr(choice, name) for name in _KEPT}
        self.desk.seat().store.meta.set(self._key(choice.paper), json.dumps(told))

    def _counter(self, paper_id: str) -> str:
        year = self.desk.local(self.desk.clock.now()).year
        return f"paper.counter/{paper_id}/{year}"

    def _next_number(self, paper: Paper, paper_id: str) -> str:
        if not paper.counter:
            return ""
        used = int(self.desk.seat().store.meta.get(self._counter(paper_id)) or "0")
        return numbered(paper.counter, used + 1, self.desk.local(self.desk.clock.now()).date())

    def used_number(self, choice: PaperChoice) -> None:
        """Count up when the suggested number was used; a number written by hand leaves the counter alone."""
        _, _, paper = self.paper(choice.paper)
        if paper.counter and choice.number == self._next_number(paper, choice.paper):
            meta = self.desk.seat().store.meta
            meta.set(self._counter(choice.paper), str(int(meta.get(self._counter(choice.paper)) or "0") + 1))
