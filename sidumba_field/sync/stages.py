"""What a sync run is made of: its stages by name, what it tells while it runs, what it reports, and its working table.

A fault is a value here. One thing that cannot be delivered becomes a ``Problem`` row and the rest goes on; only what
makes going on senseless (no line, not our server, this laptop is not welcome) ends the run.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import ParamSpec, TypeVar

from sidumba_field.attachments import Shelf
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import Clock
from sidumba_field.store import Store
from sidumba_field.sync.replies import PATIENCE_ASKED
from sidumba_field.sync.transport import SyncIdentity, Transport
from sidumba_field.wire.messages import Hello

_T = TypeVar("_T")
_P = ParamSpec("_P")


class Stage(StrEnum):
    """The stages of a run in their order (docs/spec/sync.md "Stages")."""

    HELLO = "hello"
    PUSH = "push"
    FILES = "files"
    PULL = "pull"
    FINISH = "finish"


#: The item of ``Progress`` that stands for all files waited for.
FILES = "files"
#: The line broke in the middle of one call: the same call is made again at once, a few times.
AGAIN_AT_ONCE = frozenset({"wire.cut_short", "wire.bad_digest"})
TRIES = 3
#: Nothing that follows could do better: the run ends here, everything stays as it is.
ENDS_RUN = frozenset(
    {
        "wire.unreachable",
        "wire.overloaded",
        "wire.not_our_server",
        "wire.insecure",
        "wire.protocol_unknown",
        "wire.rewound",
        "auth.device_unknown",
        "wire.too_many",
        "auth.device_suspended",
        "auth.device_revoked",
        "auth.device_wipe",
        "seal.bad_signature",
        "store.damaged",
        "store.disk_full",
    }
)


class Problem(SidumbaError):
    """One thing that did not get through: an error that was noted instead of raised.

    ``item``: op id, file name or scope id it concerns, "" for the stage as a whole.
    """

    def __init__(self, stage: Stage, error: SidumbaError, item: str = "") -> None:
        super().__init__(error.code, **error.params)
        self.stage, self.item = stage, item


@dataclass(frozen=True, slots=True)
class Progress:
    """Where a run stands: ``done`` of ``total`` in this stage (ops, bytes of files, feeds); total 0 = unknown.

    ``item``: what just came, with its own ``done`` of ``total``: a scope id (entries of its feed; or records of its
    snapshot; total -1: the server does not say how many) or ``FILES`` (bytes of files); "" for the stage as a whole.
    """

    stage: Stage
    done: int = 0
    total: int = 0
    item: str = ""


@dataclass(frozen=True, slots=True)
class SyncReport:
    """What a run did. ``stage``: the last one entered. ``reached``: our server answered. ``complete``: every
    stage ran to its end without a problem.

    ``answered``: op status -> count. ``pulled``: feed entries and snapshot records taken in. ``receipt``: last receipt
    number, "" if none. ``retry_after_s``: the server's wish. ``rewound``: the server had been restored and this laptop
    sent its kept ops again. ``restored``: the server knows more of this laptop than the laptop does (it was restored
    or copied). ``twin``: another machine sends under the same incarnation, or did before this one was restored; this
    laptop goes on under a new one. ``clock_skew_s``: server minus laptop, seconds.
    """

    stage: Stage
    reached: bool
    complete: bool
    stopped: bool
    sent: int
    answered: Mapping[str, int]
    pulled: int
    files_sent: int
    files_fetched: int
    receipt: str
    problems: tuple[Problem, ...]
    retry_after_s: float
    rewound: bool
    restored: bool
    twin: bool
    clock_skew_s: int
    started_at: str
    ended_at: str


class Stopped(Exception):
    """The user (or the closing window) asked to stop; raised between two calls, never inside a transaction."""


def go_on() -> bool:
    """Answer "stop?" with no."""
    return False


def ignore(progress: Progress) -> None:
    """Take progress for runs nobody watches."""


def nothing_wanted() -> Sequence[str]:
    """Name no file: nobody is waiting for one."""
    return ()


def learn_nothing(hello: Hello, line: Transport) -> None:
    """Take nothing of what the server's hello names."""


@dataclass
class Run:
    """The working table of one run: the parts it was handed, what it has learnt, what it will report."""

    store: Store
    transport: Transport
    shelf: Shelf
    clock: Clock
    identity: SyncIdentity
    stop: Callable[[], bool] = go_on
    on_progress: Callable[[Progress], None] = ignore
    wanted: Callable[[], Sequence[str]] = nothing_wanted
    learn: Callable[[Hello, Transport], None] = learn_nothing
    stage: Stage = Stage.HELLO
    hello: Hello | None = None
    sent: int = 0
    answered: Counter[str] = field(default_factory=Counter)
    pulled: int = 0
    files_sent: int = 0
    files_fetched: int = 0
    receipt: str = ""
    problems: list[Problem] = field(default_factory=list)
    retry_after_s: float = 0.0
    replayed: bool = False
    restored: bool = False
    twin: bool = False
    stopped: bool = False
    clock_skew_s: int = 0
    #: Scopes whose feed the server does not know as we do; they are read again from a snapshot.
    reread: set[str] = field(default_factory=set)

    @property
    def agreed(self) -> Hello:
        """The server's hello; every stage after HELLO stands on it."""
        if self.hello is None:
            raise SidumbaError("wire.protocol_unknown")
        return self.hello

    def check(self) -> None:
        """Raise ``Stopped`` when somebody asked for it."""
        if self.stop():
            raise Stopped

    def ask(self, call: Callable[_P, _T], *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """Make one call; when the line broke in its middle make the very same call again, at most ``TRIES`` times."""
        for left in reversed(range(TRIES)):
            self.check()
            try:
                return call(*args, **kwargs)
            except SidumbaError as error:
                if left == 0 or error.code not in AGAIN_AT_ONCE:
                    raise
        raise AssertionError("unreachable")

    def tell(self, done: int = 0, total: int = 0, item: str = "") -> None:
        self.on_progress(Progress(self.stage, done, total, item))

    def problem(self, error: SidumbaError, item: str = "") -> None:
        """Note what did not get through, once per item and code."""
        if not any((known.code, known.item) == (error.code, item) for known in self.problems):
            self.problems.append(Problem(self.stage, error, item))
        wish = error.params.get("retry_after", 0)
        if error.code in PATIENCE_ASKED and isinstance(wish, int):
            self.retry_after_s = max(self.retry_after_s, float(wish))
