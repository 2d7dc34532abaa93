"""Puts this laptop's work onto a stick: sealed to the server, signed by the laptop and by who wants to read the reply.

What leaves is frozen and stays in the outbox: only an answer, by stick or by line, ends an op. So a stick that is lost
costs nothing, and the next one carries everything again that has no answer yet.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from sidumba_field import __version__
from sidumba_field.attachments import Shelf
from sidumba_field.bundle import (
    PART,
    Entry,
    Facts,
    Head,
    Kind,
    Progress,
    Signer,
    Stop,
    go_on,
    ignore,
    write_bundle,
)
from sidumba_field.bundle.container import FILE
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import new_id
from sidumba_field.core.records import GENESIS, Op
from sidumba_field.core.time import Clock, iso
from sidumba_field.store import BundleRow, FileRow, FileState, Store
from sidumba_field.sync.access import lines_of
from sidumba_field.sync.hello import EPOCH, SERVER_KEY
from sidumba_field.sync.sticks.planning import beside, choose
from sidumba_field.sync.sticks.standing import device_key
from sidumba_field.wire import sticks
from sidumba_field.wire.endpoints import MAX_BATCH_BYTES
from sidumba_field.wire.messages import AccessRequest, HeadMessage
from sidumba_field.wire.versions import CURRENT

#: program -> form -> versions this laptop has.
Forms = Mapping[str, Mapping[str, Sequence[str]]]
#: Lines of the access log in one bundle, and in one message of it.
MOST_LINES, LINES_AT_ONCE = 4_000, 200
#: Bytes of files a laptop takes back in one reply.
ROOM_BACK = 1 << 30


@dataclass(frozen=True, slots=True)
class Exported:
    """A bundle that lies whole on the stick. ``bytes``: of the sealed stream; ``left_*``: files for which there was no
    room."""

    bundle: str
    number: int
    made_at: str
    ops: int
    records: int
    files: int
    bytes: int
    paths: tuple[Path, ...]
    left_files: int
    left_bytes: int


def export(
    store: Store,
    shelf: Shelf,
    clock: Clock,
    folder: Path,
    signer: Signer | None,
    *,
    room: int = 0,
    wanted: Sequence[str] = (),
    forms: Forms | None = None,
    part_bytes: int = PART,
    progress: Progress = ignore,
    stop: Stop = go_on,
) -> Exported:
    """Write everything that waits into ``folder``; with nothing waiting, a bundle that only asks for news.

    ``signer``: who is signed in; without one the reply brings answers but no feed. ``room``: bytes there are, 0 = no
    bound. A file that turns out damaged is set aside and the rest goes. Raises ``bundle.*`` (stick full, gone, ...) and
    ``bundle.Stopped``: then nothing lies on the stick, and nothing has changed here.
    """
    key = device_key(store)
    ops = store.outbox.leave_all(iso(clock.now()))
    while True:
        size = beside(sum(len(str(op.set)) for op in ops))
        files, left = choose(store, shelf, max(room - size, 1) if room else 0)
        facts, head = _facts(store, clock, ops)
        total = size + sum(row.size for row in files)
        request = _request(store, wanted, forms or {})
        accesses = _accesses(store)
        try:
            facts, paths = write_bundle(
                folder,
                facts,
                head,
                _entries(shelf, request, ops, accesses, files),
                key=key,
                recipients=[store.meta.get("age_recipient") or ""],
                signers=[signer] if signer is not None else [],
                part_bytes=part_bytes,
                total=total,
                progress=progress,
                stop=stop,
            )
        except SidumbaError as error:
            if error.code not in ("attachment.damaged", "attachment.missing"):
                raise
            store.files.set_state(str(error.params["sha"]), FileState.TROUBLE, 0, error.code)
            continue
        return _noted(store, facts, head, ops, (files, left), paths)


def _noted(
    store: Store,
    facts: Facts,
    head: Head,
    ops: Sequence[Op],
    files: tuple[Sequence[FileRow], Sequence[FileRow]],
    paths: tuple[Path, ...],
) -> Exported:
    """Write down what lies on the stick. ``files``: those that went, those that wait for another one."""
    gone, left = files
    records = len({op.rid for op in ops})
    row = BundleRow(facts.bundle, facts.number, facts.made_at, len(ops), records, len(gone), facts.size)
    store.bundles.add(row, head.previous, facts.sha, [op.op for op in ops], [file.sha for file in gone])
    return Exported(
        facts.bundle,
        facts.number,
        facts.made_at,
        len(ops),
        records,
        len(gone),
        facts.size,
        paths,
        len(left),
        sum(one.size for one in left),
    )


def _facts(store: Store, clock: Clock, ops: Sequence[Op]) -> tuple[Facts, Head]:
    meta = store.meta
    bundle, number, made_at = new_id(clock), store.bundles.next_number(), iso(clock.now())
    device, server = meta.get("device") or "", meta.get(SERVER_KEY) or ""
    unit = meta.get("unit") or ""
    place = next((scope.unit_name for scope in store.scopes.all() if scope.unit == unit), "")
    numbers = [op.dseq for op in ops]
    facts = Facts(Kind.KIRIM, bundle, number, device, unit, place, server, made_at)
    head = Head(
        Kind.KIRIM,
        bundle,
        number,
        device,
        store.incarnation,
        server,
        meta.get(EPOCH) or "",
        made_at,
        previous=store.bundles.last(),
        dseq_from=min(numbers, default=0),
        dseq_to=max(numbers, default=0),
    )
    return facts, head


def _request(store: Store, wanted: Sequence[str], forms: Forms) -> sticks.StickRequest:
    cursors = {
        scope.vid: HeadMessage(seq=scope.seq, hash=scope.hash or GENESIS)
        for scope in store.scopes.all()
        # A snapshot that was cut begins anew: the server cannot know where this laptop stood in it.
        if scope.seq > 0 and scope.snapshot_after is None
    }
    return sticks.StickRequest(
        proto=CURRENT,
        app=__version__,
        epoch=store.meta.get(EPOCH) or "",
        cursors=cursors,
        wanted=list(dict.fromkeys(wanted)),
        waiting=[row.sha for row in store.files.unsent()],
        forms={program: {form: list(known) for form, known in one.items()} for program, one in forms.items()},
        people=[user.user_id for user in store.users.all()],
        room=ROOM_BACK,
    )


def _accesses(store: Store) -> list[AccessRequest]:
    """Return what the district was not told yet of who looked at whose data here."""
    lines = lines_of(store.access.unsent(MOST_LINES))
    device, inc = store.meta.get("device") or "", store.incarnation
    return [
        AccessRequest(proto=CURRENT, device=device, inc=inc, lines=lines[at : at + LINES_AT_ONCE])
        for at in range(0, len(lines), LINES_AT_ONCE)
    ]


def _entries(
    shelf: Shelf,
    request: sticks.StickRequest,
    ops: Sequence[Op],
    accesses: Sequence[AccessRequest],
    files: Sequence[FileRow],
) -> Iterator[Entry]:
    yield Entry.message(sticks.REQUEST, sticks.spell(request))
    for batch in sticks.in_batches([op.payload() for op in ops], MAX_BATCH_BYTES):
        yield Entry.message(sticks.OPS, sticks.spell(sticks.StickOps(items=batch)))
    for lines in accesses:
        yield Entry.message(sticks.ACCESS, sticks.spell(lines))
    for row in files:
        yield Entry(FILE, shelf.size(row.sha), row.sha, row.name, shelf.iter_chunks(row.sha))
