"""Stage HELLO: is it our server, do we speak the same protocol, is it still the server we knew.

Two guards notice a server restored from a backup: its epoch (drawn anew by the restore) here, and each feed's own
head in PULL. Both lead to the same act: the kept ops go out again, and the feeds are read again. Nothing is deleted.
"""

from __future__ import annotations

from collections.abc import Iterable

from sidumba_field import __version__
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import parse_iso
from sidumba_field.store import FileState
from sidumba_field.sync import witness
from sidumba_field.sync.downloads import sha_of
from sidumba_field.sync.stages import Run
from sidumba_field.wire.messages import Hello, RootMessage
from sidumba_field.wire.versions import agree, numbers

EPOCH = "epoch"
SERVER_KEY = "server_key"
#: The largest file the server takes, in bytes, as it last said: whoever attaches one is told before.
MAX_FILE = "limits/max_file"
_ALL = 1_000_000_000


def hello(run: Run) -> None:
    """Put what was in flight back in its queue, unchanged, and greet the server.

    Raises ``wire.protocol_unknown``, ``wire.not_our_server`` (another server's key) or a fault of the line.
    """
    run.store.outbox.requeue_inflight()
    answer = run.ask(run.transport.hello)
    if agree(answer.proto) is None:
        raise SidumbaError("wire.protocol_unknown", theirs=max(answer.proto, default=0))
    known_key = run.store.meta.get(SERVER_KEY)
    if known_key and known_key != answer.server_key:
        raise SidumbaError("wire.not_our_server")
    try:
        run.clock_skew_s = round((parse_iso(answer.now) - run.clock.now()).total_seconds())
    except ValueError:
        raise SidumbaError("wire.malformed") from None
    run.hello = answer
    if run.store.meta.get(MAX_FILE) != str(answer.limits.max_file):
        run.store.meta.set(MAX_FILE, str(answer.limits.max_file))
    _meet_epoch(run, answer.epoch)
    if answer.root is not None:
        _witness(run, [answer.root])
    try:
        run.learn(answer, run.transport)
    except SidumbaError as error:
        # A form that did not come waits for the next run; answers are sent and fetched without it.
        run.problem(error)


def _meet_epoch(run: Run, epoch: str) -> None:
    """The new epoch is kept last: killed before that, the next run simply does all of it again."""
    known = run.store.meta.get(EPOCH)
    if known == epoch:
        return
    if known:
        rewind(run, [scope.vid for scope in run.store.scopes.all()])
        if witness.holds_any(run.store):
            # What a restored server still signs of the days before must be what it signed then.
            _witness(run, run.ask(run.transport.roots, "").roots)
    run.store.meta.set(EPOCH, epoch)


def _witness(run: Run, roots: Iterable[RootMessage]) -> None:
    """Keep the roots a server tells; one that contradicts what was kept is told, and work goes on."""
    for root in roots:
        try:
            witness.remember(run.store, run.agreed.server_key, root)
        except SidumbaError as error:
            run.problem(error, root.day)


def rewind(run: Run, vids: Iterable[str]) -> None:
    """Believe the server that it forgot: queue every kept op again (the same bytes, so nothing doubles), ask again
    about every file, and read the feeds ``vids`` from their beginning.

    Every op still kept goes out, not only "the last 90 days": a laptop clock that jumped would make that none.
    """
    if not run.replayed:
        _doubt_files(run)
        run.store.replay_done("")
        run.replayed = True
    for vid in vids:
        run.store.feed.reset(vid)
        run.reread.add(vid)


def _doubt_files(run: Run) -> None:
    """Files of ours that the server had may be gone from it too; FILES asks before it sends a byte."""
    for row in run.store.outbox.rows(_ALL):
        op = run.store.outbox.get(row.op)
        for value in op.set.values() if op is not None else ():
            sha = sha_of(value or "")
            if sha and run.shelf.has(sha):
                run.store.files.set_state(sha, FileState.WAITING, 0)


def too_old(answer: Hello) -> bool:
    """Tell whether this app is older than the server wants: it may still push, but no longer pull."""
    return numbers(__version__) < numbers(answer.min_app)
