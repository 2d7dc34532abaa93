"""Withdrawing one's own drafts: one at a time without a word, many only with a reason, and never a village at once.

Counted as the server counts (``core.workflow.deleting``), so that nobody is refused hours later what this laptop let
pass. A draft withdrawn is not gone: it stands withdrawn, with its history.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from sidumba_field.core.ids import new_id
from sidumba_field.core.time import iso
from sidumba_field.core.workflow.deleting import CEILING, DAY, is_beyond, is_mass
from sidumba_field.services.desk import Desk
from sidumba_field.services.subjects import REMOVE, Seen, Subjects
from sidumba_field.services.views import Decided, Refusal
from sidumba_field.store import LocalRecord, RecordRow
from sidumba_field.words import say

#: The code of the question why so many are withdrawn; the window asks, and comes again with the answer.
WHY = "lists.discard.why"


class Withdrawing:
    """Helper of the services; holds no state of its own."""

    def __init__(self, desk: Desk, subjects: Subjects) -> None:
        self.desk = desk
        self._subjects = subjects

    def may(self, row: RecordRow | LocalRecord, unit: str) -> bool:
        """Tell whether the person may withdraw this draft now: its state allows it, and it is his own."""
        program = self.desk.program(row.program)
        held, user = self.desk.roles(row.program, unit), self.desk.seat().user.user_id
        rows = program.workflow.rows(row.subject, row.state, REMOVE)
        return any(step.role in held and ("own" not in step.guards or row.owner == user) for step in rows)

    def anywhere(self, program: str) -> bool:
        """Tell whether one of the person's roles withdraws drafts at all."""
        mine = {grant.role for grant in self.desk.grants() if grant.program == program}
        return any(
            row.command == REMOVE and row.role in mine
            for row in self.desk.program(program).workflow.transitions
        )

    def question(self, program: str, vids: Sequence[str], reason: str) -> Refusal | None:
        """Return why these withdrawals (the scope of each) cannot be done like this, None when they can: too many for a
        day, or many without a reason (code ``WHY``)."""
        seat, lang = self.desk.seat(), self.desk.lang
        since = iso(self.desk.clock.now() - DAY)
        for vid, wanted in Counter(vids).items():
            count = wanted + seat.store.outbox.withdrawn(vid, seat.user.user_id, since)
            if is_beyond(count):
                sentence = say("lists.discard.beyond", lang, limit=CEILING)
                return Refusal("op.mass_delete", sentence, (), "op.mass_delete")
            if not reason.strip() and is_mass(count, self._total(program, vid)):
                unit = self.desk.scope(vid).unit_name
                return Refusal(WHY, say("lists.discard.ask", lang, count=wanted, unit=unit))
        return None

    def _total(self, program: str, vid: str) -> int:
        return sum(one.count for one in self.desk.seat().store.figures.standing(program, [vid]))

    def take(self, rid: str, reason: str) -> Decided | Refusal:
        """Withdraw one draft; what was typed last is sealed before it, so that it stands in the history."""
        seat = self.desk.seat()
        record = self._subjects.record(rid)
        seat.store.records.seal(
            rid, by=seat.user.user_id, at=iso(self.desk.clock.now()), op_id=new_id(self.desk.clock)
        )
        sealed = self._subjects.record(record.rid)
        seen = Seen(self._subjects.rev(sealed), sealed.as_record().content_sha256)
        row = self._subjects.judge(sealed, self._subjects.situation(sealed, None, seen), REMOVE, reason)
        if isinstance(row, Refusal):
            return row
        return self._subjects.take(sealed, row, seen, remark=reason)
