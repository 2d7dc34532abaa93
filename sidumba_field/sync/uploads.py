"""Stage FILES: attachments by content hash, small ones first, in chunks of about eight seconds of line.

The server says how far it has a file; that, and never our own memory, is where the next chunk begins. One file that
does not get through is a row, the others go on. Files kept for the stick are not touched.
"""

from __future__ import annotations

from sidumba_field.core.errors import SidumbaError
from sidumba_field.store import FileRow, FileState
from sidumba_field.sync.pace import Pace
from sidumba_field.sync.stages import ENDS_RUN, Run
from sidumba_field.wire.endpoints import MAX_CHUNK, MIN_CHUNK
from sidumba_field.wire.messages import AttStatus

TARGET_S = 8.0
START_BYTES = 64 * 1024
PACE = "pace/files"
#: The chunk did not arrive as sent: ask where the server stands and go on from there.
RESUME = frozenset(
    {
        "wire.offset",
        "wire.chunk_hash",
        "wire.cut_short",
        "wire.bad_digest",
        "wire.timeout",
        "wire.replayed",
    }
)
#: Too much at once for a machine on the way; even the smallest chunk was, and the file is set aside.
TOO_MUCH = "wire.body_too_big"
#: Sending again cannot help; people have to look at it.
HOPELESS = frozenset({"attachment.too_big", "attachment.damaged", TOO_MUCH})
#: No file can go now; everything else can.
ENDS_FILES = frozenset({"attachment.later"})
#: So many times without one byte of progress, and the file waits for the next run.
PATIENCE = 4


def send_files(run: Run) -> None:
    """Send every file the server does not have. Raises only what ends the run."""
    ceiling = max(MIN_CHUNK, min(MAX_CHUNK, run.agreed.limits.max_chunk))
    pace = Pace(int(run.store.meta.get(PACE) or START_BYTES), MIN_CHUNK, ceiling, TARGET_S)
    rows = run.store.files.pending() + _second_chances(run)
    total, sent = sum(row.size for row in rows), 0
    run.tell(0, total)
    for row in rows:
        run.check()
        try:
            _send(run, row, pace, sent, total)
            run.files_sent += 1
        except SidumbaError as error:
            if error.code in ENDS_RUN:
                raise
            run.problem(error, row.name)
            if error.code in ENDS_FILES:
                break
            if error.code in HOPELESS:
                run.store.files.set_state(row.sha, FileState.TROUBLE, 0, error.code)
        sent += row.size
        run.tell(sent, total)
    if rows:
        run.store.meta.set(PACE, str(pace.size))


def _second_chances(run: Run) -> list[FileRow]:
    """Return the files a machine on the way would not let through: tried once a run, last, for it may be mended."""
    return [row for row in run.store.files.troubled() if row.code == TOO_MUCH and not row.postponed]


def _send(run: Run, row: FileRow, pace: Pace, before: int, total: int) -> None:
    limit = run.agreed.limits.max_file
    if row.size > limit:
        raise SidumbaError("attachment.too_big", limit=limit, size=row.size)
    status = run.ask(run.transport.att_status, row.sha)
    stuck = 0
    while not status.done:
        run.check()
        offset = status.offset
        status = _chunk(run, row, offset, pace)
        stuck = 0 if status.offset > offset else stuck + 1
        if not status.done and stuck >= PATIENCE:
            raise SidumbaError("wire.offset", offset=status.offset)
        run.store.files.set_state(row.sha, FileState.WAITING, status.offset)
        run.tell(before + status.offset, total)
    run.store.files.set_state(row.sha, FileState.SENT, row.size)


def _chunk(run: Run, row: FileRow, offset: int, pace: Pace) -> AttStatus:
    """Send one chunk and return where the server stands then; an empty one asks a whole file to be judged again.

    Raises ``wire.body_too_big`` when something on the way refuses even the smallest one.
    """
    while True:
        chunk = b""
        if offset < row.size:
            chunk = next(iter(run.shelf.iter_chunks(row.sha, offset, pace.size)), b"")
        began = run.clock.monotonic()
        try:
            status = run.transport.att_write(row.sha, offset, row.size, chunk)
        except SidumbaError as error:
            if error.code == TOO_MUCH and not pace.is_least:
                pace.failed()
                run.check()
                continue
            if error.code not in RESUME:
                raise
            pace.failed()
            return run.ask(run.transport.att_status, row.sha)
        pace.took(len(chunk), run.clock.monotonic() - began)
        return status
