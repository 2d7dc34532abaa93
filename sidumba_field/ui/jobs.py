"""Work away from the window: one database worker, one network pool, results home by signal.

Owns every thread of the desktop app. A job is a plain function; it runs elsewhere, and ``then`` or ``fail``
is called on the main thread later, never while the caller is still running. There is exactly one database
worker, so database jobs run one after the other in the order they were handed in. Nothing is called back for
a job that was cancelled, whose owner is destroyed, or after ``close``.
"""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any, TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from shiboken6 import isValid

log = logging.getLogger(__name__)

T = TypeVar("T")
NETWORK_WORKERS = 2


class Job:
    """One piece of work under way.

    ``cancel`` takes effect at once for callbacks, soon for the work itself.
    """

    def __init__(
        self,
        then: Callable[[Any], None] | None,
        fail: Callable[[BaseException], None] | None,
        owner: QObject | None,
    ) -> None:
        self._then, self._fail, self._owner = then, fail, owner
        self._stop = threading.Event()
        self._future: Future[Any] | None = None
        if owner is not None:
            owner.destroyed.connect(self.cancel)

    @property
    def cancelled(self) -> bool:
        """Whether nobody waits for it any more; long work asks this between steps."""
        return self._stop.is_set()

    @property
    def done(self) -> bool:
        """Whether the work has ended, one way or another."""
        return self._future is not None and self._future.done()

    def cancel(self, *_: object) -> None:
        """No callback will come. Work not begun is dropped; work under way sees ``cancelled``."""
        self._stop.set()
        if self._future is not None:
            self._future.cancel()

    def _wanted(self) -> bool:
        return not self.cancelled and (self._owner is None or isValid(self._owner))

    def _forget_owner(self) -> None:
        if self._owner is not None and isValid(self._owner):
            self._owner.destroyed.disconnect(self.cancel)
        self._owner = None


class Jobs(QObject):
    """The two pools of one window. Make it on the main thread, ``close`` it before the application ends."""

    failed = Signal(object)  # BaseException of a job that named no ``fail``
    busy_changed = Signal(int)  # how many jobs are under way
    _home = Signal(object)

    def __init__(self, parent: QObject | None = None, *, network_workers: int = NETWORK_WORKERS) -> None:
        super().__init__(parent)
        self._database = ThreadPoolExecutor(max_workers=1, thread_name_prefix="database")
        self._network = ThreadPoolExecutor(max_workers=network_workers, thread_name_prefix="network")
        self._open: set[Job] = set()
        self._closed = False
        self._home.connect(self._came_home, Qt.ConnectionType.QueuedConnection)

    @property
    def database_worker(self) -> ThreadPoolExecutor:
        """The one database worker, for services whose network thread hands its store calls over (services/threads)."""
        return self._database

    @property
    def pending(self) -> int:
        """Jobs whose callback has not run yet."""
        return len(self._open)

    def db(
        self,
        fn: Callable[[], T],
        then: Callable[[T], None] | None = None,
        fail: Callable[[BaseException], None] | None = None,
        *,
        owner: QObject | None = None,
    ) -> Job:
        """Run ``fn`` on the database worker.

        ``owner``: the QObject the callbacks belong to; found by itself when ``then`` or ``fail`` is its
        method. Raises RuntimeError after ``close``.
        """
        return self._start(self._database, lambda _job: fn(), then, fail, owner)

    def net(
        self,
        fn: Callable[[Job], T],
        then: Callable[[T], None] | None = None,
        fail: Callable[[BaseException], None] | None = None,
        *,
        owner: QObject | None = None,
    ) -> Job:
        """Run ``fn(job)`` on the network pool; ``fn`` looks at ``job.cancelled`` between its steps.

        Raises RuntimeError after ``close``.
        """
        return self._start(self._network, fn, then, fail, owner)

    def _start(
        self,
        pool: ThreadPoolExecutor,
        fn: Callable[[Job], T],
        then: Callable[[T], None] | None,
        fail: Callable[[BaseException], None] | None,
        owner: QObject | None,
    ) -> Job:
        if self._closed:
            raise RuntimeError("jobs are closed")
        job = Job(then, fail, owner or _owner_of(then) or _owner_of(fail))
        self._open.add(job)
        job._future = pool.submit(fn, job)
        job._future.add_done_callback(lambda _future: self._ended(job))
        self.busy_changed.emit(len(self._open))
        return job

    def _ended(self, job: Job) -> None:
        # Runs on the worker: only a queued signal may leave it.
        if not self._closed:
            self._home.emit(job)

    def _came_home(self, job: Job) -> None:
        self._open.discard(job)
        self.busy_changed.emit(len(self._open))
        future = job._future
        wanted = job._wanted()
        job._forget_owner()
        if self._closed or future is None or future.cancelled():
            return
        error = future.exception()
        if error is None:
            if wanted and job._then is not None:
                job._then(future.result())
        elif wanted and job._fail is not None:
            job._fail(error)
        elif wanted:
            log.error("a job failed and nobody was told", exc_info=error)
            self.failed.emit(error)

    def close(self) -> None:
        """Stop:

        nothing is called back any more, work not begun is dropped, the database job under way ends first.
        """
        if self._closed:
            return
        self._closed = True
        for job in tuple(self._open):
            job.cancel()
            job._forget_owner()
        self._open.clear()
        self._network.shutdown(wait=False, cancel_futures=True)
        self._database.shutdown(wait=True, cancel_futures=True)


def _owner_of(callback: Callable[..., None] | None) -> QObject | None:
    owner = getattr(callback, "__self__", None)
    return owner if isinstance(owner, QObject) else None
