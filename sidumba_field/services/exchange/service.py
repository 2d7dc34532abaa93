"""Sending and fetching, seen from a person's chair: one run at a time, pausable, and a true picture without
network.
"""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from datetime import timedelta
from functools import partial
from typing import TypeVar

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import iso, parse_iso
from sidumba_field.seal.box import seal_text
from sidumba_field.services.account import first_fetch
from sidumba_field.services.account.session import TO_ESCROW, SessionService
from sidumba_field.services.desk import Desk, Seat
from sidumba_field.services.exchange.arriving import Arriving, Meter
from sidumba_field.services.exchange.comparing import Comparison, compare
from sidumba_field.services.exchange.forms_installed import FormsService
from sidumba_field.services.exchange.sending import Sending
from sidumba_field.services.exchange.sync_views import SyncOutcome, SyncView
from sidumba_field.services.exchange.views import SyncPainter
from sidumba_field.services.subjects import Subjects
from sidumba_field.services.threads import handed
from sidumba_field.services.views import Changes, Link
from sidumba_field.store import Store
from sidumba_field.sync import orders
from sidumba_field.sync.activation import sign_in
from sidumba_field.sync.backoff import TIRED, Patience
from sidumba_field.sync.downloads import sha_of
from sidumba_field.sync.engine import SyncEngine, SyncReport
from sidumba_field.sync.older import fetch_older
from sidumba_field.sync.replies import PATIENCE_ASKED
from sidumba_field.sync.stages import FILES, Stage
from sidumba_field.sync.stages import Progress as Stand
from sidumba_field.sync.transport import SyncIdentity, Transport
from sidumba_field.wire.messages import EscrowRequest, SessionReply
from sidumba_field.words import explain_error, say

T = TypeVar("T")
log = logging.getLogger(__name__)
Progress = Callable[[SyncView], None]
Stop = Callable[[], bool]
#: Seconds between two pictures of a run, however many items come.
TELL_S = 0.25


class SyncingService:
    """Use cases of screen 06. ``run`` belongs on a network thread; its store calls hop to the database
    worker.
    """

    def __init__(
        self,
        desk: Desk,
        session: SessionService,
        worker: Executor | None = None,
        meter: Meter | None = None,
    ) -> None:
        self.desk = desk
        #: What comes in, item by item, and how fast; ``first_fetch`` draws it.
        self.arriving, self.meter = Arriving(), meter or Meter(desk.clock)
        desk.on_leave.append(self.arriving.forget)
        self._session = session
        self._worker = worker
        self._subjects = Subjects(desk)
        self._painter = SyncPainter(desk)
        self._sending = Sending(desk.clock)
        self._running = threading.Lock()
        self._paused = False
        self._problem = ""
        self._shut = ""
        self._patience = Patience(desk.clock)
        self._news: tuple[tuple[str, str], ...] = ()
        #: What a good line is used for besides one's own work: sealed bundles carried for others (``sticks``).
        self.carry: Callable[[Transport, Stop], None] = _carry_nothing

    # ---- the picture
    # ---------------------------------------------------------------------------------------------

    def view(self) -> SyncView:
        """Return what the screen shows, from the outbox alone; works offline."""
        running = self._running.locked()
        view = self._painter.view(self._session.link_text(), self._news, running, self._problem)
        return self._sending.on(view, self.desk.lang) if running else view

    @property
    def busy(self) -> bool:
        """Tell whether a run is under way."""
        return self._running.locked()

    @property
    def trouble(self) -> str:
        """What went wrong in the last run, "" if nothing did."""
        return self._problem

    # ---- one run
    # -------------------------------------------------------------------------------------------------

    def pause(self) -> None:
        self._paused = True

    def resume(self) -> None:
        self._paused = False

    def online(self) -> bool:
        """Ask the server for a hello and tell the truth bar; return whether a run may begin by itself now. A server
        that asked for patience is not asked before it is over. Never raises.
        """
        if self._patience.sent_away:
            return False
        try:
            self._line("").hello()
        except SidumbaError as error:
            wish = error.params.get("retry_after", 0)
            if error.code in PATIENCE_ASKED:
                self._patience.failed(float(wish) if isinstance(wish, int) else 0.0)
            self.desk.set_link(Link.OFFLINE)
            return False
        self.desk.set_link(Link.ONLINE)
        return self._patience.rested

    def compare(self) -> Comparison:
        """Hold this laptop against the server's signed word, for the Berita Acara. Belongs on a network thread; raises
        what the line raises, and ``auth.session_expired`` while nobody is signed in online.
        """
        seat = self.desk.seat()
        problem = self._sign_in(seat, self._line(""))
        if problem or not seat.token:
            raise SidumbaError("auth.session_expired")
        return compare(self.desk, self._line(seat.token), self._worker)

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

        def still_here() -> None:
            if self.desk.seated is not seat:
                raise SidumbaError("auth.session_expired")

        store = handed(seat.store, self._worker, still_here)
        self._shut = ""
        problem = self._sign_in(seat, self._line(""))
        # Without a session nothing is fetched: what waits still goes out, under the laptop's own signature.
        token = seat.token
        identity = SyncIdentity(
            store.meta.get("device") or "",
            store.meta.get("incarnation") or "",
            seat.user.user_id if token else "",
        )
        wanted = partial(self._on_worker, self.wanted_files)
        line = self._line(token)
        forms = FormsService(self.desk, self._worker, self.arriving)
        self.arriving.begin()
        self._sending.begin()
        engine = SyncEngine(store, line, seat.shelf, self.desk.clock, identity, wanted, forms.learn)
        before = self.desk.link
        self.desk.set_link(Link.SENDING if before is not Link.OFFLINE else Link.OFFLINE)
        report = engine.run(
            lambda: stop() or self.desk.seated is not seat,
            self._teller(progress),
        )
        still_here()
        if report.reached and not report.stopped:
            self.carry(line, stop)
            still_here()
        if report.stopped and not report.reached:
            self.desk.set_link(before)
            return self._stopped(report)
        order = self._order(store, line, {self._shut, *(one.code for one in report.problems)})
        return replace(self._finish(seat, report, problem), order=order)

    def _order(self, store: Store, line: Transport, refusals: set[str]) -> str:
        """Return what the district wants of this laptop; asked for when it was shut out, or told something before."""
        if refusals & orders.TOLD_BY or orders.pending(store):
            try:
                orders.ask(store, line)
            except SidumbaError as error:
                # The next run asks again; until then what was last told counts.
                log.warning("the order of the district was not fetched: %s", error.code)
        return orders.pending(store)

    def fetch_history(self, rid: str) -> Changes:
        """Bring what happened to a record before this laptop met it; belongs on a network thread.

        Raises ``wire.*`` when the server cannot be asked, ``auth.session_expired`` when it does not let this person
        in, ``workflow.outside_area`` for a record of others.
        """
        seat = self.desk.seat()
        record = self._on_worker(lambda: self._subjects.record(rid))
        self._line("").hello()
        self._sign_in(seat, self._line(""))
        if not seat.token:
            raise SidumbaError("auth.session_expired")
        fetch_older(handed(seat.store, self._worker), self._line(seat.token), record.vid, rid)
        return Changes(records=frozenset({rid}))

    def _teller(self, progress: Progress) -> Callable[[Stand], None]:
        """Return who notes every item that comes, and draws the picture anew a few times a second."""
        drawn = -TELL_S

        def tell(stand: Stand) -> None:
            nonlocal drawn
            if stand.stage is Stage.FILES:
                self._sending.note(stand.done, stand.total)
            if stand.item:
                self.arriving.note(stand.item, stand.done, stand.total)
                if self.desk.clock.monotonic() - drawn < TELL_S:
                    return
            drawn = self.desk.clock.monotonic()
            progress(self._on_worker(self.view))

        return tell

    def _stopped(self, report: SyncReport) -> SyncOutcome:
        """Return the outcome of a run that was stopped before the server answered: nothing was learnt of it."""
        sentence = say("services.sync.stopped", self.desk.lang, sent=report.sent)
        return SyncOutcome(report.sent, 0, 0, 0, "", sentence, not self._problem, Changes(connection=True))

    def wanted_files(self) -> tuple[str, ...]:
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
        "Auth"). With the lease run out an older session is not used any more: only signing in again renews it.
        Returns what went wrong, or "".
        """
        if self._on_worker(lambda: self.desk.lease_over):
            seat.token = ""
        if seat.token or not seat.passphrase:
            return ""
        try:
            reply = sign_in(line, seat.user.username, seat.passphrase, seat.key.public_hex)
        except SidumbaError as error:
            self._shut = error.code
            return explain_error(error, self.desk.lang).text()
        seat.token = reply.token
        self._on_worker(lambda: self._learn(seat, reply))
        return self._escrow(seat, self._line(reply.token))

    def _line(self, token: str) -> Transport:
        return self._on_worker(lambda: self._session.transport(token))

    def _learn(self, seat: Seat, reply: SessionReply) -> None:
        """Keep what a sign-in renews: grants, lease, names, the open period, new scopes."""
        grants = tuple(grant.model_dump() for grant in reply.grants)
        lease = self.desk.here(reply.lease_until, reply.now)
        seat.user = replace(seat.user, grants=grants, lease_until=lease, name=reply.name)
        seat.store.users.upsert(seat.user)
        seat.store.people.upsert(reply.people)
        seat.store.meta.set("periods", json.dumps(reply.periods))
        for scope in reply.scopes:
            seat.store.scopes.upsert(scope.vid, scope.program, scope.unit, scope.unit_name)

    def _escrow(self, seat: Seat, line: Transport) -> str:
        """Hand the district the new recovery code after one was used; kept until it is received. Returns what
        went wrong, or "".
        """
        store = handed(seat.store, self._worker)
        code = store.meta.get(TO_ESCROW)
        if not code:
            return ""
        self._on_worker(lambda: self._session.renew_recovery(code))
        try:
            line.escrow(EscrowRequest(recovery_sealed=seal_text(store.meta.get("age_recipient") or "", code)))
        except SidumbaError as error:
            return explain_error(error, self.desk.lang).text()
        store.meta.set(TO_ESCROW, "")
        return ""

    def _finish(self, seat: Seat, report: SyncReport, problem: str) -> SyncOutcome:
        lang = self.desk.lang
        first = report.problems[0] if report.problems else None
        for one in report.problems:
            if one.item:
                self.arriving.failed(FILES if sha_of(one.item) else one.item, one)
        self._problem = problem or (explain_error(first, lang).text() if first else "")
        if any(one.code in TIRED for one in report.problems):
            self._patience.failed(report.retry_after_s)
        else:
            self._patience.succeeded()
        reached = report.reached
        self.desk.set_link(Link.ONLINE if reached else Link.OFFLINE)
        if first is not None and first.code == "auth.session_expired":
            seat.token = ""
        self._on_worker(lambda: self._renew(seat, report.clock_skew_s))
        self._on_worker(lambda: first_fetch.keep_forms(seat.store, self.arriving.forms))
        if report.complete:
            self._on_worker(lambda: first_fetch.finish(seat.store))
        self._news = self._on_worker(self._tell_news)
        self._on_worker(self._session.note_status)
        received = sum(count for status, count in report.answered.items() if status in ("applied", "merged"))
        quiet = not report.sent and not report.pulled
        moved = "done" if report.sent and report.pulled else "sent" if report.sent else "pulled"
        ended = "stopped" if report.stopped else "nothing" if quiet else moved
        told = say(f"services.sync.{ended}", lang, sent=report.sent, pulled=report.pulled)
        sentence = self._problem or told
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

    def _renew(self, seat: Seat, skew_s: int) -> None:
        """Take over the lease a fetch has lengthened in the store; ``skew_s``: server's clock minus ours."""
        known = seat.store.users.get(seat.user.user_id)
        if known is None or known.lease_until == seat.user.lease_until:
            return
        lease = iso(parse_iso(known.lease_until) - timedelta(seconds=skew_s))
        seat.user = replace(seat.user, lease_until=lease)
        seat.store.users.upsert(seat.user)

    def _tell_news(self) -> tuple[tuple[str, str], ...]:
        counts = self.desk.seat().store.counts()
        lang = self.desk.lang
        news = []
        if counts.returned:
            news.append(("dikembalikan", say("services.news.returned", lang, count=counts.returned)))
        return tuple(news)


def _carry_nothing(line: Transport, stop: Stop) -> None:
    """Nothing is carried for anybody."""
