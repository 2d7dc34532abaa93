"""Taking one step on one subject: judged with what was seen and what comes with it, what was typed sealed before it.

Shared by the verifier's desk and the screen on which many are moved; every step of both goes through here.
"""

from __future__ import annotations

from collections.abc import Mapping

from sidumba_field.core.ids import new_id
from sidumba_field.core.merge import diff
from sidumba_field.core.records import SETTLED
from sidumba_field.core.time import iso
from sidumba_field.core.xforms import Interview
from sidumba_field.services.desk import Desk
from sidumba_field.services.subjects import UNDO_SECONDS, Seen, Subjects
from sidumba_field.services.views import Changes, Decided, Refusal
from sidumba_field.store import LocalRecord
from sidumba_field.words import say


class Taking:
    """Helper of the services; holds no state of its own."""

    def __init__(self, desk: Desk, subjects: Subjects) -> None:
        self.desk = desk
        self._subjects = subjects

    def take(
        self,
        record: LocalRecord,
        command: str,
        seen: Seen,
        remark: str = "",
        remarks: Mapping[str, str] | None = None,
        given: Mapping[str, str] | None = None,
        wait: int = UNDO_SECONDS,
    ) -> Decided | Refusal:
        """Judge, seal, sign and queue one step; nothing is kept when it is refused."""
        iv = self._subjects.interview(record) if record.subject == "record" else None
        brought: dict[str, str | None] = {}
        if given and iv is not None:
            allowed = self.codable(record, command)
            if not set(given) <= set(allowed):
                return Refusal("workflow.locked", say("steps.coding.refused", self.desk.lang))
            brought = self._with(iv, given, allowed)
        situation = self._subjects.situation(record, iv, seen)
        row = self._subjects.judge(record, situation, command, remark, remarks)
        if isinstance(row, Refusal):
            return row
        if record.draft and self._subjects.editable(record):
            # What he typed and has just judged goes out before the step, or it would stay behind for ever.
            seat = self.desk.seat()
            now = iso(self.desk.clock.now())
            seat.store.records.seal(record.rid, seat.user.user_id, now, new_id(self.desk.clock))
            record = self._subjects.record(record.rid)
        return self._subjects.take(record, row, seen, remark, remarks, given=brought, wait=wait)

    def codable(self, record: LocalRecord, command: str) -> tuple[str, ...]:
        """Return the paths of answers that may come with ``command``."""
        return self.desk.program(record.program).command(command).fields

    def _with(
        self, iv: Interview, given: Mapping[str, str], allowed: tuple[str, ...]
    ) -> dict[str, str | None]:
        """Answer the questions in the running form and return what changed of the allowed paths."""
        before = iv.fields()
        for path, value in given.items():
            iv.answer(path, value)
        after = diff(before, iv.fields())
        return {path: value for path, value in after.items() if path in allowed}

    def withdraw(self, undo: str) -> Changes | None:
        """Take one's own step or ready edit back while it is on this laptop; None when it has left, or is not his."""
        seat = self.desk.seat()
        op = seat.store.outbox.get(undo)
        if op is None or op.by != seat.user.user_id or not seat.store.records.withdraw(undo):
            return None
        if op.set and not op.command and not any(path.startswith(SETTLED) for path in op.set):
            # A ready edit was never typed: nothing of it belongs into a draft (of a settlement the store puts nothing
            # there by itself).
            self._drop(op.rid, frozenset(op.set))
        touched = frozenset({op.rid, *(str(member["rid"]) for member in op.members)})
        return Changes(records=touched, lists=True, counts=True)

    def _drop(self, rid: str, paths: frozenset[str]) -> None:
        """Take exactly these answers out of the draft; what the person typed himself stays."""
        seat = self.desk.seat()
        record = seat.store.records.get(rid)
        if record is None:
            return
        typed = {path: value for path, value in record.draft.items() if path not in paths}
        seat.store.records.discard_draft(rid, seat.user.user_id)
        if typed:
            seat.store.records.answer(rid, typed)
