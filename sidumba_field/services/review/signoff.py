"""What follows a sign-off: until when it may be withdrawn, and the paper that was signed by hand or electronically.

The software signs nothing itself: a paper waits ("Menunggu TTE") until its signed file is taken in, and then shows
whose it is, of which day, and the first digits of its hash.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from pathlib import Path

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import parse_iso
from sidumba_field.programs import PaperSpec, Program
from sidumba_field.services.desk import Desk
from sidumba_field.services.files.reading import max_file, read_document
from sidumba_field.services.review.proposals import Proposals
from sidumba_field.services.steps.texts import span_words
from sidumba_field.services.steps.views import SignedPaper, SignOffView
from sidumba_field.services.subjects import BATCH, UNDO_SECONDS, Subjects
from sidumba_field.services.views import Changes, Decided, Refusal
from sidumba_field.store import LocalRecord
from sidumba_field.words import date_long, date_short, say, time_of_day

#: Meta fields of a batch: name of the signed file, who signed, which day (ISO), by the id of the paper.
SIGNED, SIGNED_BY, SIGNED_AT = "@signed/", "@signed_by/", "@signed_at/"
#: The guard of the step that takes a sign-off back.
TAKES_BACK = "within_24h"
HOURS = 24


class SignOffs:
    """Helper of ``StepsService``; holds no state of its own."""

    def __init__(self, desk: Desk, subjects: Subjects, proposals: Proposals) -> None:
        self.desk = desk
        self._subjects = subjects
        self._edits = proposals

    def of(self, record: LocalRecord) -> SignOffView | None:
        """Return what follows the sign-off of a batch, None while it is not signed off (or is no batch)."""
        program = self.desk.program(record.program)
        if record.subject != BATCH or not self._signed_off(program, record.state):
            return None
        lang = self.desk.lang
        at = self._decided_at(record)
        until = at + timedelta(hours=HOURS)
        left = max(0, int((until - self.desk.clock.now()).total_seconds()))
        left_text = (
            say("steps.sign.left", lang, left=self._span(left), until=self._when(until)) if left else ""
        )
        return SignOffView(
            rid=record.rid,
            signed_text=say("steps.sign.at", lang, when=self._when(at)),
            left_text=left_text,
            left_seconds=left,
            papers=tuple(self._papers(program, record)),
            may_upload=bool(self._subjects.offered(record)) or self._held(program, record),
        )

    def _signed_off(self, program: Program, state: str) -> bool:
        rows = program.workflow.transitions
        return any(row.state == state and TAKES_BACK in row.guards for row in rows if row.subject == BATCH)

    def _held(self, program: Program, record: LocalRecord) -> bool:
        """Tell whether the person has any say over batches there (the paper may come by the regency's hands)."""
        roles = self._subjects.roles(record)
        return any(row.role in roles for row in program.workflow.transitions if row.subject == BATCH)

    def _decided_at(self, record: LocalRecord) -> datetime:
        """Return when it was signed off: the server's time, this laptop's while it is on its way."""
        if record.predicted:
            return self.desk.clock.now()
        return parse_iso(self._subjects.situation(record, None, None).decided_at)

    def _papers(self, program: Program, record: LocalRecord) -> Iterable[SignedPaper]:
        lang = self.desk.lang
        for spec in self.signable(program, record):
            file = record.fields.get(SIGNED + spec.id, "")
            day = record.fields.get(SIGNED_AT + spec.id, "")
            yield SignedPaper(
                paper=spec.id,
                label=spec.label,
                file=file,
                signer=record.fields.get(SIGNED_BY + spec.id, ""),
                when=date_long(date.fromisoformat(day), lang) if day else "",
                digest=file[:16],
                state_text=say("steps.sign.there" if file else "steps.sign.waits", lang),
            )

    def signable(self, program: Program, record: LocalRecord) -> list[PaperSpec]:
        """Return the papers of this subject that carry somebody's signature."""
        return [spec for spec in program.papers if spec.subject == record.subject and spec.signed]

    def _when(self, at: datetime) -> str:
        local = self.desk.local(at)
        return f"{date_short(local.date(), self.desk.lang)} {time_of_day(local, lang=self.desk.lang)}"

    def _span(self, seconds: int) -> str:
        return span_words(seconds // 60, self.desk.lang)

    # ---- taking the signed file in

    def upload(self, rid: str, paper: str, file: Path, signer: str, day: str) -> Decided | Refusal:
        """Take a signed paper into the encrypted shelf and name it on the batch; it travels like any other file.

        ``day``: ISO date of the signature. The file is kept as it is: a PDF with other bytes would bear a broken
        signature. Raises what ``read_document`` raises, ``report.unknown`` for another paper.
        """
        record = self._subjects.record(rid)
        program = self.desk.program(record.program)
        lang = self.desk.lang
        late = self._subjects.lease_refusal()
        if late is not None:
            return late
        spec = next((one for one in self.signable(program, record) if one.id == paper), None)
        if spec is None:
            raise SidumbaError("report.unknown", name=paper)
        if not self._signed_off(program, record.state) or not self._held(program, record):
            return Refusal("workflow.locked", say("steps.sign.not_yet", lang))
        if not signer.strip() or not day:
            return Refusal("workflow.locked", say("steps.sign.who", lang))
        if date.fromisoformat(day) > self.desk.local(self.desk.clock.now()).date():
            return Refusal("workflow.locked", say("steps.sign.future", lang))
        seat = self.desk.seat()
        read = read_document(file, max_file(seat.store))
        stored = seat.shelf.add(read.data, read.ext)
        seat.store.files.add(stored, rid, SIGNED + paper)
        change = {
            SIGNED + paper: stored.name,
            SIGNED_BY + paper: " ".join(signer.split()),
            SIGNED_AT + paper: day,
        }
        token = self._edits.edit(record, change)
        seat.store.log("signed_file", seat.user.user_id, rid=rid, paper=paper, sha=stored.sha)
        changes = Changes(records=frozenset({rid}), lists=True, counts=True)
        return Decided(rid, say("steps.sign.taken", lang, paper=spec.label), token, UNDO_SECONDS, changes)

    def count(self, record: LocalRecord) -> int:
        """Return how many records a batch moves."""
        return len(json.loads(record.fields.get("members", "[]")))
