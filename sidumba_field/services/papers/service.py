"""Prints official papers: which papers the person may print, what may be chosen, and the paper itself.

Every print, export and reveal is logged (UU 27/2022 article 31 as read in spec/domain.md 6.1), before the file is
written. The foot of each page carries the hash of exactly the content that was printed.
"""

from __future__ import annotations

import errno
from concurrent.futures import Executor
from dataclasses import replace
from datetime import date
from pathlib import Path

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.workflow.roles import span_of
from sidumba_field.programs import PaperSpec, Program
from sidumba_field.reports import Paper, ReportData, save_pdf
from sidumba_field.services.desk import Desk
from sidumba_field.services.papers.job import PaperJob
from sidumba_field.services.papers.many import ManyPapers
from sidumba_field.services.papers.offer import Offer
from sidumba_field.services.papers.single import SinglePapers, as_answered, with_signed
from sidumba_field.services.papers.views import NOBODY, PaperChoice, PaperOptions, PaperRow
from sidumba_field.services.subjects import Subjects
from sidumba_field.services.threads import handed
from sidumba_field.services.views import PaperMade
from sidumba_field.store import LocalRecord
from sidumba_field.words import say

SINGLE = ("record", "batch", "period")


class ReportingService:
    """Use cases of printing. ``worker``: the database worker of a window, None without one."""

    def __init__(self, desk: Desk, worker: Executor | None = None) -> None:
        self.desk = desk
        self._worker = worker
        self._subjects = Subjects(desk)
        self._single = SinglePapers(desk, self._subjects)
        self._many = ManyPapers(desk, self._single)
        self._offer = Offer(desk, self._subjects)
        self._revealed: set[tuple[str, str]] = set()

    # ---- what is in hand -----------------------------------------------------------------------------------------

    def papers(self, rid: str) -> list[tuple[str, str]]:
        """Return (id, label) of the papers that can be printed of a subject now."""
        record = self._subjects.record(rid)
        program = self.desk.program(record.program)
        return [(spec.id, spec.label) for spec in program.papers if _fits(spec, record)]

    def print(self, paper_id: str, rid: str, folder: Path) -> PaperMade:
        """Write one paper of a subject into ``folder`` and log it; raise ``report.unknown`` for a paper this
        subject has not.
        """
        record = self._subjects.record(rid)
        program = self.desk.program(record.program)
        spec = next((s for s in program.papers if s.id == paper_id and _fits(s, record)), None)
        if spec is None:
            raise SidumbaError("report.unknown", name=paper_id)
        paper = Paper.from_toml(program.paper_text(spec.id))
        seat = self.desk.seat()
        found = self._single.data(program, record, self._holds_right(program, record), signer=paper.signer)
        data = as_answered(with_signed(found, record, spec.id), record, paper)
        if paper.cuts:
            data = self._many.with_counts(program, paper, data, record, seat.store, _never_stop)
        # Logged before it is written: no paper may exist of which the log knows nothing.
        snapshot = data.provenance.snapshot_sha256
        seat.store.log("print", seat.user.user_id, rid=rid, paper=paper_id, snapshot=snapshot)
        path = folder / f"{spec.id}-{record.rid[-12:]}.pdf"
        pages = self._save(paper, data, path)
        sentence = say("services.paper.made", self.desk.lang, name=path.name, pages=pages)
        return PaperMade(str(path), pages, snapshot, sentence)

    def _save(self, paper: Paper, data: ReportData, path: Path) -> int:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return save_pdf(paper, data, path)
        except OSError as error:
            full = error.errno == errno.ENOSPC
            raise SidumbaError("store.disk_full" if full else "report.unwritable") from error

    def _holds_right(self, program: Program, record: LocalRecord) -> bool:
        """Tell whether the person holds the right to see personal data of this record unmasked."""
        return any(program.reveals(role) for role in self._subjects.roles(record))

    def today(self) -> date:
        """Return the day it is at the office: no paper speaks of a later one."""
        return self.desk.local(self.desk.clock.now()).date()

    # ---- Laporan -------------------------------------------------------------------------------------------------

    def catalogue(self) -> tuple[PaperRow, ...]:
        """Return the papers the person may print, with how many each would list."""
        return self._offer.catalogue()

    def options(self, choice: PaperChoice) -> PaperOptions:
        """Return what may be chosen for a paper, every gap of ``choice`` filled in. Raises report.unknown."""
        return self._offer.options(choice)

    def find(self, paper_id: str, typed: str) -> tuple[tuple[str, str], ...]:
        """Return (record id, words) of what a paper can be printed of, found by what is typed; report.unknown."""
        return self._offer.find(paper_id, typed)

    def prepare(self, choice: PaperChoice) -> PaperJob:
        """Gather a paper for drawing on another thread. Raises report.unknown, workflow.outside_area.

        A choice of unmasked data without the right is ignored: the paper comes out masked.
        """
        program, spec, paper = self._offer.paper(choice.paper)
        options = self._offer.options(choice)
        choice = options.choice
        seat = self.desk.seat()
        shown = _as_chosen(paper, choice)
        revealed = choice.revealed and options.may_reveal
        if revealed and (spec.id, choice.unit or choice.subject) not in self._revealed:
            self._revealed.add((spec.id, choice.unit or choice.subject))
            seat.store.log("reveal", seat.user.user_id, paper=spec.id, unit=choice.unit, rid=choice.subject)
        store = handed(seat.store, self._worker)
        if spec.subject in SINGLE:
            record = self._subjects.record(choice.subject)
            if not _fits(spec, record):
                raise SidumbaError("report.unknown", name=spec.id)
            make, expected = self._many.of_subject(program, shown, record, choice, revealed), 1
        else:
            make, expected = self._many.of_records(program, shown, choice, revealed, spec.subject)
        user = seat.user.user_id

        mine = (self.desk.scope(vid).unit for vid in self.desk.my_vids(program.id))
        span = choice.unit or ("" if choice.subject else span_of(mine))

        def log(event: str, format_: str) -> None:
            told = {"paper": spec.id, "format": format_, "unit": span, "rid": choice.subject}
            store.log(event, user, count=expected, revealed=revealed, **told)

        many = shown.table is not None and not shown.cuts and spec.subject not in SINGLE
        name = "-".join(part for part in (spec.id, choice.unit or choice.subject[-12:], choice.day) if part)
        return PaperJob(shown, store, make, log, name, many, expected)

    def paper_about(self, subject: str) -> str:
        """Return the id of the first paper of the person's programs about a kind of subject, "" for none."""
        specs = (spec for program in self.desk.my_programs() for spec in program.papers)
        return next((spec.id for spec in specs if spec.subject == subject), "")

    def remember(self, choice: PaperChoice) -> None:
        """Keep who signs, paper, direction and masking of this person for next time."""
        self._offer.remember(choice)

    def used_number(self, choice: PaperChoice) -> None:
        """A paper with this number was saved: the next one is suggested from now on."""
        self._offer.used_number(choice)


def _never_stop(_records: int) -> None:
    """Nobody waits to cancel a paper of one subject."""


def _fits(spec: PaperSpec, record: LocalRecord) -> bool:
    return spec.subject == record.subject and (not spec.states or record.state in spec.states)


def _as_chosen(paper: Paper, choice: PaperChoice) -> Paper:
    """Return the paper on the chosen sheet, without the sides nobody stands in."""
    changed = replace(paper, size=choice.size, orientation=choice.orientation)
    if choice.left == NOBODY:
        changed = replace(changed, left=None)
    if choice.right == NOBODY:
        changed = replace(changed, right=None, left=None, below=None)
    return changed
