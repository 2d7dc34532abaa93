"""The only writer of a verification state: judges each op, applies it and appends to the feed in one transaction.

The form engine judges a push before any lock is taken; then neighbouring ops on single records are decided one after
the other in one transaction, each on top of those before it. Every op stands alone all the same: one that is malformed
or refused changes nothing, and when a push as a whole meets a fault, nothing of it is kept and each op is taken in a
transaction of its own. An op sent again gets the answer it got before; when the same op arrives twice at once, the
unique key decides and the loser reads the winner's answer (spec/sync.md failures 1, 2, 9).
"""

from __future__ import annotations

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any

from server_stub.auth.permissions import standing
from server_stub.store.database import Database
from server_stub.store.feed import Draft
from server_stub.store.files import is_file_name, sha_of
from server_stub.store.scopes import RESTORED
from server_stub.store.together import Together
from server_stub.store.work import Work
from server_stub.workflow.batches import decide_batch
from server_stub.workflow.cases import Case, Decision, refuse
from server_stub.workflow.decisions import decide_step, is_signed
from server_stub.workflow.edits import decide_edit
from server_stub.workflow.erasure import Erased, erase
from server_stub.workflow.foresight import foresee
from server_stub.workflow.intake import Intake, read_item
from server_stub.workflow.opening import SERVER, beginning, first_period
from server_stub.workflow.rules import Bench, Rules
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.records import FeedKind, OpAnswer, OpKind, OpStatus, Record
from sidumba_field.core.time import Clock, iso, parse_iso
from sidumba_field.core.workflow.content import scans

log = logging.getLogger("sidumba_server.workflow")

_STEPS = {"batch": decide_batch}
#: How long laptops keep what they sent, to send it again to a server that was restored.
COMING_BACK = timedelta(days=90)


class _Twice(Exception):
    """Somebody else stored the same op id while we were at it; everything here is rolled back."""


@dataclass(frozen=True, slots=True)
class Sender:
    """The laptop a push came from, and the people who have signed in on it."""

    device: str
    people: frozenset[str]


class WorkflowService:
    """One per process; safe to share between threads."""

    def __init__(self, database: Database, programs: Mapping[str, Rules], clock: Clock) -> None:
        self._database = database
        self._programs = programs
        self._clock = clock
        self._bench = Bench()

    def receive(self, items: Sequence[Mapping[str, Any]], sender: Sender) -> list[OpAnswer]:
        """Answer every item of a push in the order sent; never raises for what an item holds."""
        intakes = [read_item(item, sender.device) for item in items]
        foreseen = foresee(self._database, self._programs, self._bench, intakes)
        answers: list[OpAnswer] = []
        for is_plain, some in groupby(intakes, key=lambda one: one.received.op in foreseen):
            run = list(some)
            answers += (
                self._run(run, foreseen, sender) if is_plain and len(run) > 1 else self._each(run, sender)
            )
        return answers

    def _each(self, intakes: Sequence[Intake], sender: Sender) -> list[OpAnswer]:
        return [self._answer(intake, sender) for intake in intakes]

    def _run(
        self, intakes: Sequence[Intake], foreseen: Mapping[str, Sequence[str]], sender: Sender
    ) -> list[OpAnswer]:
        """Answer ops that may share a transaction; with the first fault each of them gets its own."""
        ops = [intake.op for intake in intakes if intake.op is not None]
        places = [(op.op, op.rid, op.vid) for op in ops]
        names = [name for op in ops for name in foreseen[op.op]]

        def all_of_them(work: Together) -> list[OpAnswer]:
            work.hold([intake.received.op for intake in intakes], places, names)
            return [self._one(work, intake, sender) for intake in intakes]

        try:
            return self._database.attempt_together(all_of_them)
        except Exception:
            # Not lost: whatever it was happens again to the op it belongs to, is logged there and answered there.
            log.info("a push of %d ops is taken one by one", len(intakes), exc_info=True)
            return self._each(intakes, sender)

    def _answer(self, intake: Intake, sender: Sender) -> OpAnswer:
        try:
            return self._database.attempt(lambda work: self._one(work, intake, sender))
        except _Twice:
            with self._database.read() as work:
                return self._again(work, intake) or OpAnswer(intake.received.op, OpStatus.RETRY)
        except SidumbaError as error:
            log.info("op %s to be sent again: %s", intake.received.op, error.code)
        except Exception:
            log.exception("op %s stopped by a fault of ours", intake.received.op)
        return OpAnswer(intake.received.op, OpStatus.RETRY)

    def _one(self, work: Work, intake: Intake, sender: Sender) -> OpAnswer:
        before = self._again(work, intake)
        if before is not None:
            return before
        now = self._clock.now()
        decision = self._decide(work, intake, sender, now)
        answer = self._apply(work, decision, intake.received.rid, iso(now))
        if answer.st is OpStatus.RETRY:
            # Judged anew when it comes again; an op is kept with its last word only.
            return answer
        if not work.ops.keep(intake.received, answer, iso(now)):
            raise _Twice
        return answer

    def _again(self, work: Work, intake: Intake) -> OpAnswer | None:
        known = work.ops.answer(intake.received.op)
        if known is None:
            return None
        digest, answer = known
        if digest in ("", intake.received.digest):
            return answer
        return OpAnswer(intake.received.op, OpStatus.REJECTED, code="op.id_reused")

    def _decide(self, work: Work, intake: Intake, sender: Sender, now: datetime) -> Decision:
        op = intake.op
        if op is None:
            return Decision(
                OpAnswer(intake.received.op, OpStatus.REJECTED, code="op.malformed", params=intake.params)
            )
        if op.by not in sender.people:
            return refuse(op, "op.wrong_device")
        rules = self._programs.get(op.program)
        if rules is None:
            return refuse(op, "op.unknown_program", program=op.program)
        scope = work.scopes.get(op.vid)
        if scope is None or scope.program != op.program:
            return refuse(op, "op.outside_area", vid=op.vid)
        who = standing(work, op.by, scope, now)
        if who is None or not who.roles:
            return refuse(op, "op.outside_area" if who and who.anywhere else "op.wrong_role")
        record = work.records.lock(op.rid)
        if max(op.base_rev, op.expect_rev) > (record.rev if record else 0) and was_restored(work, now):
            return refuse(op, "wire.rewound", OpStatus.RETRY)
        decision = _judge(Case(op, work, rules, self._bench, scope, who, record, now))
        if decision.answer.code == "op.unknown_record" and was_restored(work, now):
            return refuse(op, "wire.rewound", OpStatus.RETRY)
        return decision

    def _apply(self, work: Work, decision: Decision, rid: str, at: str) -> OpAnswer:
        """Write what was decided; the answer learns the place of its record's entry in the feed."""
        whole: list[Draft] = []
        content = {d.rid for d in decision.drafts if d.kind is FeedKind.EDIT or d.payload.get("set")}
        for record in decision.records:
            if record.rev == 1:
                work.records.add(record)
            else:
                work.records.save(record)
            if record.rid in content:
                whole += self._link_files(work, record)
        entries = work.feed.append([*decision.drafts, *whole], at)
        mine = [e.seq for e, draft in zip(entries, decision.drafts, strict=False) if draft.rid == rid]
        return replace(decision.answer, seq=mine[-1]) if mine else decision.answer

    def _link_files(self, work: Work, record: Record) -> list[Draft]:
        rules = self._programs[record.program]
        named = (
            self._bench.judge(rules, record.rid, record.form, record.form_v, record.fields).files
            if record.form
            else scans(record.fields)
        )
        # Anything else never becomes whole, and so keeps its record from being verified.
        names = [name for name in named if is_file_name(name)]
        whole = work.files.link(record, names)
        return [_file_entry(record.vid, record.rid, record.rev, name, size) for name, size in whole.items()]

    def open_period(self, program: str, vid: str, label: str) -> bool:
        """Open a period when an office is set up, before anybody could sign for it; False when it is open already.

        The entry says so: its actor is the server and it carries no signature.
        """
        rules = self._programs[program]
        row = beginning(rules, "period")

        def begun(work: Work) -> bool:
            scope = work.scopes.get(vid)
            if row is None or scope is None or work.records.subjects(program, scope.unit, row.subject, label):
                return False
            at = iso(self._clock.now())
            record, draft = first_period(rules, row, vid, label, at)
            work.records.add(record)
            work.feed.append([draft], at)
            return True

        return self._database.attempt(begun)

    def erase(self, rid: str, reason: str) -> Erased | None:
        """Erase what is stored about a filled form; None when there is none. Batches and periods hold no answers."""

        def erased(work: Work) -> Erased | None:
            record = work.records.lock(rid)
            if record is None or not record.form:
                return None
            at = iso(self._clock.now())
            after, draft, what = erase(work, record, reason, at)
            work.records.save(after)
            work.feed.append([draft], at)
            return what

        return self._database.attempt(erased)

    def file_whole(self, sha: str, size: int) -> None:
        """Note that all bytes of a file are here, and tell every record that refers to it; repeating is harmless."""

        def note(work: Work) -> None:
            at = iso(self._clock.now())
            if work.files.complete(sha, size, at):
                mentions = work.files.mentions(sha)
                drafts = [_file_entry(ref.vid, ref.rid, rev, ref.name, size) for ref, rev in mentions]
                work.feed.append(drafts, at)

        self._database.attempt(note)


def was_restored(work: Work, now: datetime) -> bool:
    """Tell whether this server was restored from a backup not long ago: then an op may stand on what another laptop has
    not sent again yet, and is asked for later instead of being refused."""
    at = work.scopes.fact(RESTORED)
    return bool(at) and now - parse_iso(at) < COMING_BACK


def _file_entry(vid: str, rid: str, rev: int, name: str, size: int) -> Draft:
    payload = {"name": name, "sha": sha_of(name), "size": size}
    return Draft(vid, rid, rev, FeedKind.FILE, "", SERVER, payload)


def _judge(case: Case) -> Decision:
    if case.record is not None and case.record.program != case.op.program:
        return refuse(case.op, "op.outside_area", field="program")
    if case.op.kind is OpKind.EDIT:
        return decide_edit(case)
    if not is_signed(case):
        return refuse(case.op, "op.bad_signature")
    return _STEPS.get(case.op.subject, decide_step)(case)
