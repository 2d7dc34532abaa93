"""Sending and fetching, seen from a person's chair: one run at a time, pausable, and a true picture without
network.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from functools import partial
from typing import TypeVar

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.records import OutboxState
from sidumba_field.core.time import parse_iso
from sidumba_field.seal.box import seal_text
from sidumba_field.services.desk import Desk, Seat
from sidumba_field.services.session import SessionService
from sidumba_field.services.subjects import Subjects
from sidumba_field.services.threads import handed
from sidumba_field.services.views import (
    Changes,
    Link,
    Mark,
    ReceiptRow,
    ShipmentRow,
    SyncOutcome,
    SyncView,
)
from sidumba_field.store import Mark as StoreMark
from sidumba_field.store import OutboxRow
from sidumba_field.sync.activation import sign_in
from sidumba_field.sync.engine import SyncEngine, SyncReport
from sidumba_field.sync.status import LAST_SYNC
from sidumba_field.sync.transport import SyncIdentity, Transport
from sidumba_field.wire.messages import EscrowRequest, SessionReply
from sidumba_field.words import date_short, explain, explain_error, say, size, time_of_day

_MARKS = {
    OutboxState.DRAFT: Mark.LAPTOP,
    OutboxState.QUEUED: Mark.WAITING,
    OutboxState.INFLIGHT: Mark.WAITING,
    OutboxState.DONE: Mark.RECEIVED,
    OutboxState.CONFLICT: Mark.DIFFERS,
    OutboxState.HELD: Mark.DIFFERS,
    OutboxState.REJECTED: Mark.TROUBLE,
}
T = TypeVar("T")
Progress = Callable[[SyncView], None]
Stop = Callable[[], bool]


class SyncingService:
    """Use cases of screen 06. ``run`` belongs on a network thread; its store calls hop to the database
    worker.
    """

    def __init__(self, desk: Desk, session: SessionService, worker: Executor | None = None) -> None:
        self.desk = desk
        self._session = session
        self._worker = worker
        self._subjects = Subjects(desk)
        self._running = threading.Lock()
        self._paused = False
        self._problem = ""
        self._news: tuple[tuple[str, str], ...] = ()

    # ---- the picture
    # ---------------------------------------------------------------------------------------------

    def view(self) -> SyncView:
        """Return what the screen shows, from the outbox alone; works offline."""
        store = self.desk.seat().store
        counts = store.counts()
        rows = store.outbox.rows(60)
        receipts = store.receipts.all()
        lang = self.desk.lang
        return SyncView(
            link=self.desk.link,
            link_text=self._session.link_text(),
            rate_text="",
            laptop=counts.laptop,
            waiting=counts.waiting,
            waiting_files=counts.files_waiting,
            waiting_size=size(counts.bytes_waiting, lang),
            percent=-1,
            eta_text="",
            received=counts.received,
            received_text=self._received_text(),
            rows=tuple(self._shipment(row) for row in rows) + self._file_rows(),
            receipts=tuple(
                ReceiptRow(r.number, self._when(r.at), say("services.receipt", lang, ops=r.ops))
                for r in receipts[:8]
            ),
            differing=self._differing(),
            news=self._news,
            running=self._running.locked(),
            problem=self._problem,
        )

    def _received_text(self) -> str:
        at = self.desk.seat().store.meta.get(LAST_SYNC)
        lang = self.desk.lang
        return (
            say("services.sync.last", lang, when=self._when(at)) if at else say("services.sync.never", lang)
        )

    def _shipment(self, row: OutboxRow) -> ShipmentRow:
        program = self.desk.programs.get(row.program)
        record = self.desk.seat().store.records.get(row.rid)
        title = record.fields.get(program.title_path, "") if program and record else ""
        if row.command and program:
            what = program.command(row.command).label(self.desk.lang)
        else:
            what = say("services.shipment.answers", self.desk.lang)
        mark = _MARKS[row.state]
        text = say(f"services.shipment.{mark.value}", self.desk.lang)
        if row.code:
            text = explain(row.code, self.desk.lang, **row.params).sentence
        untitled = say("services.untitled", self.desk.lang)
        return ShipmentRow(row.op, "file-text", what, title or untitled, "", -1, mark, text)

    def _file_rows(self) -> tuple[ShipmentRow, ...]:
        lang = self.desk.lang
        rows = []
        for file in self.desk.seat().store.files.pending():
            percent = int(100 * file.offset / file.size) if file.size else 0
            text = say("services.shipment.tunggu", lang)
            rows.append(
                ShipmentRow(
                    file.sha,
                    "image",
                    say("services.shipment.photo", lang),
                    "",
                    size(file.size, lang),
                    percent,
                    Mark.WAITING,
                    text,
                )
            )
        return tuple(rows)

    def _differing(self) -> tuple[tuple[str, str, str], ...]:
        store = self.desk.seat().store
        found = []
        for program in self.desk.my_programs():
            for row in store.records.find(program.id, mark=StoreMark.DIFFERING, limit=50):
                title = row.fields.get(program.title_path) or say("services.untitled", self.desk.lang)
                count = sum(len(p.set) for p in store.records.proposals(row.rid) if p.open)
                found.append((row.rid, title, say("services.differing", self.desk.lang, count=count)))
        return tuple(found)

    def _when(self, at: str) -> str:
        local = self.desk.local(parse_iso(at))
        return f"{date_short(local.date(), self.desk.lang)} {time_of_day(local, lang=self.desk.lang)}"

    # ---- one run
    # -------------------------------------------------------------------------------------------------

    def pause(self) -> None:
        self._paused = True

    def resume(self) -> None:
        self._paused = False

    def online(self) -> bool:
        """Ask the server for a hello; tells the truth bar. Never raises."""
        try:
            self._line("").hello()
        except SidumbaError:
            self.desk.set_link(Link.OFFLINE)
            return False
        self.desk.set_link(Link.ONLINE)
        return True

    def run(self, progress: Progress = lambda view: None, stop: Stop = lambda: False) -> SyncOutcome:
        """Send what waits and fetch what is new. A second call while one runs does nothing. Never raises
        ``wire.*``: what went wrong is in the outcome and stays on the screen until the next good run.
        """
        if not self._running.acquire(blocking=False):
            return SyncOutcome(0, 0, 0, 0, "", say("services.sync.running", self.desk.lang), ok=False)
        try:
            return self._run(progress, lambda: stop() or self._paused)
        finally:
            self._running.release()

    def _run(self, progress: Progress, stop: Stop) -> SyncOutcome:
        seat = self.desk.seat()
        store = handed(seat.store, self._worker)
        problem = self._sign_in(seat, self._line(""))
        line = self._line(seat.token)
        identity = SyncIdentity(
            store.meta.get("device") or "",
            store.meta.get("incarnation") or "",
            seat.user.user_id if seat.token else "",
        )
        wanted = partial(self._on_worker, self._wanted_files)
        engine = SyncEngine(store, line, seat.shelf, self.desk.clock, identity, wanted)
        self.desk.set_link(Link.SENDING if self.desk.link is not Link.OFFLINE else Link.OFFLINE)
        report = engine.run(stop, lambda stage: progress(self._on_worker(self.view)))
        return self._finish(seat, report, problem)

    def _wanted_files(self) -> tuple[str, ...]:
        """Return the pictures of records this person has to judge and does not have here yet."""
        seat = self.desk.seat()
        names: set[str] = set()
        for program in self.desk.my_programs():
            for state in self._subjects.judged_states(program):
                for row in seat.store.records.find(
                    program.id, states=(state,), limit=200, vids=self.desk.my_vids(program.id)
                ):
                    record = seat.store.records.get(row.rid)
                    if record is not None:
                        names |= self._subjects.file_names(record)
        return tuple(sorted(name for name in names if not seat.shelf.has(name.split(".")[0])))

    def _on_worker(self, job: Callable[[], T]) -> T:
        return job() if self._worker is None else self._worker.submit(job).result()

    def _sign_in(self, seat: Seat, line: Transport) -> str:
        """Get the person's session; without one sending still works, only fetching waits (spec/sync.md
        "Auth").
        """
        if seat.token or not seat.passphrase:
            return ""
        try:
            reply = sign_in(line, seat.user.username, seat.passphrase, seat.key.public_hex)
        except SidumbaError as error:
            return explain_error(error, self.desk.lang).text()
        seat.token = reply.token
        self._on_worker(lambda: self._learn(seat, reply))
        self._escrow(seat, self._line(reply.token))
        return ""

    def _line(self, token: str) -> Transport:
        return self._on_worker(lambda: self._session.transport(token))

    def _learn(self, seat: Seat, reply: SessionReply) -> None:
        """Keep what a sign-in renews: grants, lease, names, the open period, new scopes."""
        grants = tuple(grant.model_dump() for grant in reply.grants)
        seat.user = replace(seat.user, grants=grants, lease_until=reply.lease_until, name=reply.name)
        seat.store.users.upsert(seat.user)
        seat.store.people.upsert(reply.people)
        seat.store.meta.set("periods", json.dumps(reply.periods))
        for scope in reply.scopes:
            seat.store.scopes.upsert(scope.vid, scope.program, scope.unit, scope.unit_name)

    def _escrow(self, seat: Seat, line: Transport) -> None:
        """Hand the district the new recovery code after one was used; kept until it is received."""
        store = handed(seat.store, self._worker)
        code = store.meta.get("recovery_to_escrow")
        if not code:
            return
        try:
            line.escrow(EscrowRequest(recovery_sealed=seal_text(store.meta.get("age_recipient") or "", code)))
        except SidumbaError as error:
            self._problem = explain_error(error, self.desk.lang).text()
            return
        store.meta.set("recovery_to_escrow", "")

    def _finish(self, seat: Seat, report: SyncReport, problem: str) -> SyncOutcome:
        lang = self.desk.lang
        first = report.problems[0] if report.problems else None
        self._problem = problem or (explain_error(first, lang).text() if first else "")
        reached = report.reached
        self.desk.set_link(Link.ONLINE if reached else Link.OFFLINE)
        if first is not None and first.code == "auth.session_expired":
            seat.token = ""
        self._news = self._on_worker(self._tell_news)
        self._on_worker(self._session.note_status)
        received = sum(count for status, count in report.answered.items() if status in ("applied", "merged"))
        sentence = self._problem or say("services.sync.done", lang, sent=report.sent, pulled=report.pulled)
        changes = Changes(lists=True, counts=True, connection=True)
        return SyncOutcome(
            report.sent,
            received,
            report.pulled,
            report.files_sent,
            report.receipt,
            sentence,
            not self._problem,
            changes,
        )

    def _tell_news(self) -> tuple[tuple[str, str], ...]:
        counts = self.desk.seat().store.counts()
        lang = self.desk.lang
        news = []
        if counts.returned:
            news.append(("dikembalikan", say("services.news.returned", lang, count=counts.returned)))
        return tuple(news)
