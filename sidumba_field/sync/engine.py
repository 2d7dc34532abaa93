"""The sync engine: runs the stages in order, stops between two calls when asked, reports instead of raising.

A run may be killed at any point and repeated at any time: every stage begins from what the store holds, and no
transaction is open while the line is used. Nothing here waits or sleeps; when to run again is ``backoff``'s answer.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from datetime import timedelta

from sidumba_field.attachments import Shelf
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import Clock, iso, parse_iso
from sidumba_field.store import Store
from sidumba_field.store.clearing import KEPT_DAYS
from sidumba_field.sync.access import tell_access
from sidumba_field.sync.downloads import fetch_files
from sidumba_field.sync.erasing import drop_erased
from sidumba_field.sync.hello import hello
from sidumba_field.sync.pull import pull
from sidumba_field.sync.push import push
from sidumba_field.sync.stages import (
    ENDS_RUN,
    Problem,
    Progress,
    Run,
    Stage,
    Stopped,
    SyncReport,
    go_on,
    ignore,
    learn_nothing,
    nothing_wanted,
)
from sidumba_field.sync.status import LAST_SYNC, REPORT, SKEW, summary
from sidumba_field.sync.transport import SyncIdentity, Transport
from sidumba_field.sync.uploads import send_files
from sidumba_field.wire.messages import Hello

__all__ = ["Problem", "Progress", "Stage", "SyncEngine", "SyncReport"]


class SyncEngine:
    """Carries one laptop's work to the server and the others' work back.

    ``wanted`` names the files ("<sha256>.<ext>") somebody on this laptop waits for; asked after the feeds are read.
    ``learn`` takes what the server's hello names (form versions) before any record that needs it is fetched.
    """

    def __init__(
        self,
        store: Store,
        transport: Transport,
        shelf: Shelf,
        clock: Clock,
        identity: SyncIdentity,
        wanted: Callable[[], Sequence[str]] = nothing_wanted,
        learn: Callable[[Hello, Transport], None] = learn_nothing,
    ) -> None:
        self._store, self._transport, self._shelf = store, transport, shelf
        self._clock, self._identity, self._wanted, self._learn = clock, identity, wanted, learn

    def run(
        self, stop: Callable[[], bool] = go_on, on_progress: Callable[[Progress], None] = ignore
    ) -> SyncReport:
        """Run every stage; faults of the world come back in the report, only a bug of ours is raised."""
        began = iso(self._clock.now())
        run = Run(
            self._store,
            self._transport,
            self._shelf,
            self._clock,
            self._identity,
            stop=stop,
            on_progress=on_progress,
            wanted=self._wanted,
            learn=self._learn,
        )
        finished = False
        try:
            finished = self._stages(run)
        except Stopped:
            run.stopped = True
        if run.twin:
            # What is under way was signed by the old life; the next run begins with the new one.
            self._store.reincarnate()
        if run.hello is not None:
            self._store.meta.set(SKEW, f"{run.clock_skew_s} {began}")
        report = _report(run, began, iso(self._clock.now()), finished)
        self._store.meta.set(REPORT, json.dumps(summary(report), sort_keys=True))
        return report

    def _stages(self, run: Run) -> bool:
        """HELLO and FINISH stand at the ends; a stage in between that fails does not keep the next from being tried,
        unless the fault says that nothing can work now."""
        if not _stage(run, Stage.HELLO, hello, must=True):
            return False
        for name, work in ((Stage.PUSH, push), (Stage.FILES, send_files), (Stage.PULL, _pull)):
            if not _stage(run, name, work):
                return False
        return _stage(run, Stage.FINISH, _finish)


def _stage(run: Run, name: Stage, work: Callable[[Run], None], must: bool = False) -> bool:
    """Run one stage; tell whether the next one makes sense."""
    run.stage = name
    run.check()
    run.tell()
    try:
        _with_room(run, work)
    except SidumbaError as error:
        run.problem(error)
        return not (must or error.code in ENDS_RUN)
    return True


def _with_room(run: Run, work: Callable[[Run], None]) -> None:
    """Run a stage; on a full disk give back what was kept for this moment and run it once more."""
    try:
        work(run)
    except SidumbaError as error:
        if error.code != "store.disk_full" or not run.store.make_room():
            raise
        work(run)


def _pull(run: Run) -> None:
    pull(run, _send_again)
    fetch_files(run)


def _send_again(run: Run) -> None:
    push(run)
    send_files(run)


def _finish(run: Run) -> None:
    """Hand over the access log, let go of what no restored server will ask for, then note when everything last went
    well; that time is shown, nothing is decided by it."""
    drop_erased(run)
    tell_access(run)
    if not run.problems:
        run.store.clearing.purge_done(iso(parse_iso(run.agreed.now) - timedelta(days=KEPT_DAYS)))
        run.store.meta.set(LAST_SYNC, iso(run.clock.now()))


def _report(run: Run, began: str, ended: str, finished: bool) -> SyncReport:
    return SyncReport(
        stage=run.stage,
        reached=run.hello is not None,
        complete=finished and not run.problems,
        stopped=run.stopped,
        sent=run.sent,
        answered=dict(run.answered),
        pulled=run.pulled,
        files_sent=run.files_sent,
        files_fetched=run.files_fetched,
        receipt=run.receipt,
        problems=tuple(run.problems),
        retry_after_s=run.retry_after_s,
        rewound=run.replayed,
        restored=run.restored,
        twin=run.twin,
        clock_skew_s=run.clock_skew_s,
        started_at=began,
        ended_at=ended,
    )
