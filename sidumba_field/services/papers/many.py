"""Papers over many records and papers over none: registers, receipts, recapitulations, blank forms.

Nothing is read here but what decides which records are meant; the rows follow while the paper is drawn.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from functools import cache

from sidumba_field.programs import Program
from sidumba_field.reports import Paper, ReportData, Signatory, Summary
from sidumba_field.reports.cuts import CutSpec
from sidumba_field.services.desk import Desk
from sidumba_field.services.papers import blank as papers_blank
from sidumba_field.services.papers.counts import count
from sidumba_field.services.papers.job import Make
from sidumba_field.services.papers.select import (
    RegisterRows,
    Selection,
    checked_states,
    end_of,
    open_cuts,
    states_of,
)
from sidumba_field.services.papers.single import BLANK, SinglePapers, as_answered, with_signed
from sidumba_field.services.papers.standing import SyncPaper
from sidumba_field.services.papers.values import common, kop, officials, provenance
from sidumba_field.services.papers.views import PaperChoice
from sidumba_field.store import LocalRecord, Scope, Store
from sidumba_field.words import say

Told = Callable[[int], None]


class ManyPapers:
    """Gathers what papers over a selection of records need."""

    def __init__(self, desk: Desk, single: SinglePapers) -> None:
        self.desk = desk
        self._single = single

    # ---- one subject -----------------------------------------------------------------------------------------------

    def of_subject(
        self, program: Program, paper: Paper, record: LocalRecord, choice: PaperChoice, revealed: bool
    ) -> Make:
        """Return how a paper about one record, batch or period is made."""
        found = self._single.data(program, record, revealed, choice.number, paper.signer)
        told = as_answered(with_signed(found, record, choice.paper), record, paper)
        data = self._sided(told, paper, choice)
        if not paper.cuts:
            return lambda store, limit, told: data
        return lambda store, limit, told: self.with_counts(program, paper, data, record, store, told)

    def with_counts(
        self, program: Program, paper: Paper, data: ReportData, record: LocalRecord, store: Store, told: Told
    ) -> ReportData:
        """Return the data with the counted tables of the unit and period the subject speaks of."""
        unit = self.desk.scope(record.vid).unit
        scopes = self.scopes(program, unit)
        hidden = self._withheld(program, scopes)
        selection = Selection(
            program, scopes, states_of(program, paper), period=record.period, withheld=hidden
        )
        tallies, _ = count(open_cuts(paper.cuts, selection), selection, store, self._names(store), told)
        marks = (*data.marks, *self._left_out(paper, selection))
        return replace(data, summaries=tuple(tally.summary() for tally in tallies), marks=marks)

    def _withheld(self, program: Program, scopes: Iterable[Scope]) -> dict[str, frozenset[str]]:
        """Return unit -> questions whose answers the person may not see there; units without any are left out."""
        found = {scope.unit: self.desk.withheld(program.id, scope.unit) for scope in scopes}
        return {unit: hidden for unit, hidden in found.items() if hidden}

    def _left_out(self, paper: Paper, selection: Selection) -> tuple[str, ...]:
        """Return the words that say how many tables are not there for want of the right."""
        gone = len(paper.cuts) - len(open_cuts(paper.cuts, selection))
        return (say("papers.withheld", count=gone),) if gone else ()

    # ---- many records, or none --------------------------------------------------------------------------------

    def scopes(self, program: Program, unit: str = "") -> tuple[Scope, ...]:
        """Return the person's scopes of villages under ``unit`` ("" = all), in the order of their codes."""
        vids = self.desk.my_vids(program.id)
        found = [self.desk.scope(vid) for vid in vids]
        under = [one for one in found if not unit or one.unit == unit or one.unit.startswith(unit + ".")]
        return tuple(sorted(under, key=lambda one: one.unit))

    def of_records(
        self, program: Program, paper: Paper, choice: PaperChoice, revealed: bool, subject: str = "records"
    ) -> tuple[Make, int]:
        """Return how the paper is made, and how many records it will probably take. ``subject``: of what it speaks."""
        base = self._base(program, paper, choice, revealed)
        if paper.kind == "blank_form":
            form = program.form(program.main)
            # Whoever prints it seldom is who will fill it: his name is written by hand.
            by_hand = Signatory(say("papers.form.enumerator"), "")
            hands = {**base.signatories, "petugas": by_hand}
            sections = papers_blank.sections(form)
            blank = replace(base, blanks=sections, signatories=hands, unsigned=False)
            return (lambda store, limit, told: blank), 0
        if subject == "sync":
            compared = SyncPaper(self.desk).data(program, base)
            return (lambda store, limit, told: compared), 0
        scopes = self.scopes(program, choice.unit)
        until = end_of(self.desk, choice.day)
        owner = self._own(program, paper)
        selection = Selection(
            program,
            scopes,
            states_of(program, paper),
            choice.period,
            until,
            owner,
            frozenset(choice.rids),
            self._withheld(program, scopes),
        )
        expected = len(choice.rids) or self.expected(program, paper, scopes)
        if paper.cuts:
            return self._recap(paper, selection, base, choice.public), expected
        return self._register(paper, selection, base, expected), expected

    def expected(self, program: Program, paper: Paper, scopes: tuple[Scope, ...]) -> int:
        """Return how many records of these scopes stand in the states a paper counts."""
        states = states_of(program, paper)
        standing = self.desk.seat().store.figures.standing(program.id, [scope.vid for scope in scopes])
        return sum(one.count for one in standing if one.state in states)

    def _own(self, program: Program, paper: Paper) -> str:
        """Who only collects hands over his own files; whoever receives lists everybody's."""
        if paper.kind != "receipt":
            return ""
        roles = {grant.role for grant in self.desk.grants() if grant.program == program.id}
        return "" if any(program.reviews(role) for role in roles) else self.desk.seat().user.user_id

    def _register(self, paper: Paper, selection: Selection, base: ReportData, expected: int) -> Make:
        marks = self._marks(paper, selection)

        def make(store: Store, limit: int, told: Told) -> ReportData:
            rows = RegisterRows(paper, selection, self._names(store))
            counted = self._exact(paper, selection, store) if "jumlah" not in base.values else expected
            return replace(
                base,
                values={**base.values, "jumlah": counted},
                rows=rows.rows(store, limit),
                sealed=rows.seal.hex,
                marks=marks,
            )

        return make

    def _marks(self, paper: Paper, selection: Selection) -> tuple[str, ...]:
        """Return what a mark at a row means, where any row can carry one."""
        if not paper.select.mark:
            return ()
        program, vids = selection.program, [scope.vid for scope in selection.scopes]
        standing = self.desk.seat().store.figures.standing(program.id, vids)
        states = set(program.states) if selection.rids else selection.states
        open_states = states - checked_states(program, paper)
        marked = any(one.count and one.state in open_states for one in standing)
        return (paper.select.mark,) if marked else ()

    def _exact(self, paper: Paper, selection: Selection, store: Store) -> int:
        """Count the rows beforehand where the opening words of the paper name their number."""
        words = " ".join((paper.title, paper.number, paper.period, *paper.intro, *paper.points))
        return sum(1 for _ in selection.read(store, ())) if "{jumlah" in words else 0

    def _recap(self, paper: Paper, selection: Selection, base: ReportData, public: bool) -> Make:
        def make(store: Store, limit: int, told: Told) -> ReportData:
            cuts = open_cuts(paper.cuts, selection)
            tallies, seal = count(cuts, selection, store, self._names(store), told)
            shown = [one for one in tallies if not _single_district(one.cut, selection)]
            if public:  # who works how much is the office's own business
                shown = [one for one in shown if not one.every]
            whole = max((tally.records for tally in tallies if not tally.every), default=seal.rows)
            least = paper.select.least if public else 0
            few = (say("papers.hidden", least=least),) if public else ()
            marks = (*few, *self._left_out(paper, selection))
            return replace(
                base,
                values={**base.values, "jumlah": whole},
                summaries=_numbered([tally.summary(least) for tally in shown]),
                sealed=seal.hex,
                marks=marks,
            )

        return make

    # ---- what all of them name --------------------------------------------------------------------------------

    def _base(self, program: Program, paper: Paper, choice: PaperChoice, revealed: bool) -> ReportData:
        day = date.fromisoformat(choice.day)
        unit = choice.unit or self.desk.seat().user.unit
        values = common(program, unit, choice.period or program.first_period, day, self.desk.lang)
        values["nomor"] = choice.number or say(BLANK)
        what = f"{choice.paper}|{unit}|{self.desk.seat().user.user_id}"
        data = ReportData(
            kop=kop(program),
            provenance=provenance(self.desk, what),
            place=program.office.place,
            day=day,
            values=values,
            signatories={**officials(self.desk, program, unit), **self._hands(program)},
            revealed=revealed,
            unsigned=False,
        )
        return self._sided(data, paper, choice)

    def _hands(self, program: Program) -> dict[str, Signatory]:
        """Who hands over and who receives: the person at the desk on his side, a line to write on at the other."""
        user, roles = self.desk.seat().user, {g.role for g in self.desk.grants() if g.program == program.id}
        receives = any(program.reviews(role) for role in roles)
        me = Signatory(user.position, user.name, user.nip)
        other = Signatory("", "")
        return {
            "pencocok": me,
            "penyerah": other if receives else me,
            "penerima": me if receives else other,
            "petugas": Signatory(say("papers.form.enumerator"), "" if receives else user.name),
            "responden": other,
        }

    def _sided(self, data: ReportData, paper: Paper, choice: PaperChoice) -> ReportData:
        """Return the data with the chosen officials standing on the paper's sides."""
        listed = dict(data.signatories)
        for side, key in ((paper.right, choice.right), (paper.left, choice.left)):
            if side is not None and key in data.signatories:
                listed[side.role] = data.signatories[key]
        return replace(data, signatories=listed)

    def _names(self, store: Store) -> Callable[[str], str]:
        return cache(store.people.name)


def _numbered(summaries: list[Summary]) -> tuple[Summary, ...]:
    """Tables in a row are numbered as they stand on this paper; one alone needs no number."""
    if len(summaries) < 2:
        return tuple(summaries)
    return tuple(replace(one, title=f"{n}. {one.title}") for n, one in enumerate(summaries, start=1))


def _single_district(cut: CutSpec, selection: Selection) -> bool:
    """A table per district says nothing while there is only one."""
    by = cut.rows.by if cut.rows is not None else ""
    villages = (scope.unit for scope in selection.scopes if scope.unit.count(".") >= 3)
    return by == "@kecamatan" and len({unit.rsplit(".", 1)[0] for unit in villages}) < 2
