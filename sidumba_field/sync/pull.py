"""Stage PULL: what others did since, page by page, each page checked whole before its one transaction.

A long feed never seen before, or one the server no longer knows as we do, begins with a snapshot. A feed whose chain
does not hold is left alone and told; the others go on. Unsent work stays on top of everything that comes in.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.records import GENESIS
from sidumba_field.store import Scope
from sidumba_field.sync.hello import rewind, too_old
from sidumba_field.sync.pace import Pace
from sidumba_field.sync.stages import ENDS_RUN, Run
from sidumba_field.wire.endpoints import MAX_PAGE_BYTES, SNAPSHOT_BEYOND
from sidumba_field.wire.messages import FeedPage, HeadMessage, PullReply, PullRequest
from sidumba_field.wire.versions import CURRENT

TARGET_S = 10.0
START_BYTES = 64 * 1024
FLOOR_BYTES = 8 * 1024
PACE = "pace/pull"
PERIODS = "periods"
TOLD_AT = "told_at"


@dataclass
class Plan:
    """What was found out about feeds: left alone (broken), read from their first entry, due for a snapshot."""

    pace: Pace = field(default_factory=lambda: Pace(START_BYTES, FLOOR_BYTES, MAX_PAGE_BYTES, TARGET_S))
    alone: set[str] = field(default_factory=set)
    from_first: set[str] = field(default_factory=set)
    due: set[str] = field(default_factory=set)
    told: tuple[dict[str, str], dict[str, str]] | None = None
    heads: dict[str, int] = field(default_factory=dict)

    def leave(self, run: Run, vid: str, error: SidumbaError) -> None:
        """Note that a feed cannot be read now; what ends the run is raised on."""
        if error.code in ENDS_RUN:
            raise error
        run.problem(error, vid)
        self.alone.add(vid)
        self.due.discard(vid)


def pull(run: Run, send_again: Callable[[Run], None]) -> None:
    """Bring every feed this person may read up to its head.

    ``send_again`` is called when a feed shows that the server was restored: the kept ops, now queued again, go out
    before anything is read. Raises ``auth.session_expired`` when nobody is signed in who may read,
    ``wire.protocol_unknown`` when this app is too old to read, or a fault of the line.
    """
    if not run.identity.user:
        raise SidumbaError("auth.session_expired")
    if too_old(run.agreed):
        raise SidumbaError("wire.protocol_unknown", wanted=run.agreed.min_app)
    plan = Plan(Pace(int(run.store.meta.get(PACE) or START_BYTES), FLOOR_BYTES, MAX_PAGE_BYTES, TARGET_S))
    started = plan.pace.size
    try:
        while _round(run, plan, send_again):
            run.tell(run.pulled)
    finally:
        if plan.pace.size != started:
            run.store.meta.set(PACE, str(plan.pace.size))


def _round(run: Run, plan: Plan, send_again: Callable[[Run], None]) -> bool:
    """Ask once, take in what came; tell whether there is more to ask for."""
    known = {scope.vid: scope for scope in run.store.scopes.all()}
    reply = _ask(run, plan, known.values())
    keep_beside(run, plan, reply, known)
    taken = run.pulled
    more = take_in(run, plan, [page for page in reply.feeds if not page.rewound])
    if more and run.pulled == taken and not plan.alone:
        # "There is more", yet nothing came: asking for ever would not bring it.
        raise SidumbaError("wire.malformed")
    forgotten = [page.vid for page in reply.feeds if page.rewound]
    if forgotten:
        _server_forgot(run, plan, forgotten, send_again)
    begun = _begin(run, plan, reply)
    snapshots = [vid for vid in sorted(plan.due) if _snapshot(run, plan, vid)]
    return bool(more or forgotten or begun or snapshots)


def _ask(run: Run, plan: Plan, known: Iterable[Scope]) -> PullReply:
    cursors = {
        scope.vid: HeadMessage(seq=scope.seq, hash=scope.hash or GENESIS)
        for scope in known
        if (scope.seq > 0 or scope.vid in plan.from_first) and scope.vid not in plan.alone | plan.due
    }
    request = PullRequest(proto=CURRENT, epoch=run.agreed.epoch, cursors=cursors, limit_bytes=plan.pace.size)
    began = run.clock.monotonic()
    reply = run.ask(run.transport.pull, request)
    if reply.epoch != run.agreed.epoch:
        raise SidumbaError("wire.rewound")
    if any(page.more for page in reply.feeds):
        # Only a full page tells how fast the line is.
        plan.pace.took(plan.pace.size, run.clock.monotonic() - began)
    return reply.model_copy(update={"feeds": [page for page in reply.feeds if page.vid in cursors]})


def keep_beside(run: Run, plan: Plan, reply: PullReply, known: dict[str, Scope]) -> None:
    """Keep what travels beside the feeds: names, the open periods, the lease, and which feeds there are."""
    told = (reply.people, reply.periods)
    if told != plan.told:
        plan.told = told
        run.store.people.upsert(reply.people)
        run.store.meta.set(PERIODS, json.dumps(reply.periods, sort_keys=True))
        # By which an older reply from a stick is known (``sticks.taking``).
        run.store.meta.set(TOLD_AT, reply.now)
    user = run.store.users.get(run.identity.user)
    if user is not None and user.lease_until != reply.lease_until:
        run.store.users.upsert(replace(user, lease_until=reply.lease_until))
    for scope in reply.scopes:
        if scope.vid not in known:
            run.store.scopes.upsert(scope.vid, scope.program, scope.unit, scope.unit_name)
    withheld = run.store.scopes.withheld()
    for scope in reply.scopes:
        if scope.withheld != (scope.vid in withheld):
            run.store.scopes.set_withheld(scope.vid, scope.withheld)
    heads = {scope.vid: scope.seq for scope in reply.scopes}
    if heads != plan.heads:
        plan.heads = heads
        for vid, seq in heads.items():
            run.tell(known[vid].seq if vid in known else 0, seq, vid)


def take_in(run: Run, plan: Plan, pages: Iterable[FeedPage]) -> bool:
    """Apply the pages, each in its own transaction; tell whether any of them has more behind it."""
    more = False
    for page in pages:
        entries = [message.to_entry(page.vid) for message in page.entries]
        try:
            run.pulled += run.store.feed.apply_page(page.vid, entries, page.head).applied
        except SidumbaError as error:
            plan.leave(run, page.vid, error)
            continue
        if entries:
            run.tell(entries[-1].seq, page.head.seq, page.vid)
        more = more or page.more
        if page.vid in plan.from_first and any(entry.payload is None for entry in entries):
            # Something was erased or is withheld: only the snapshot tells what the records hold today.
            plan.due.add(page.vid)
    return more


def _server_forgot(run: Run, plan: Plan, vids: list[str], send_again: Callable[[Run], None]) -> None:
    """The server does not know cursors we hold: send everything kept, then read those feeds from their beginning."""
    for vid in vids:
        if vid in run.reread:
            plan.leave(run, vid, SidumbaError("wire.server_fault"))
    fresh = [vid for vid in vids if vid not in plan.alone]
    if fresh and not run.replayed:
        # A restore draws a new epoch; this server forgot without one, so its past was exchanged by hand.
        run.store.log("history_changed", feeds=len(fresh))
        run.problem(SidumbaError("wire.history_changed"), fresh[0])
    rewind(run, fresh)
    plan.from_first.difference_update(fresh)
    send_again(run)


def _begin(run: Run, plan: Plan, reply: PullReply) -> bool:
    """Decide how each feed at its beginning is read; tell whether one is to be read from its first entry."""
    heads = {scope.vid: scope.seq for scope in reply.scopes}
    begun = False
    for scope in run.store.scopes.all():
        head = heads.get(scope.vid, 0)
        if scope.vid in plan.alone | plan.due | plan.from_first or (
            scope.seq and scope.snapshot_after is None
        ):
            continue
        if scope.snapshot_after is not None or head > SNAPSHOT_BEYOND:
            plan.due.add(scope.vid)
        elif head > 0:
            plan.from_first.add(scope.vid)
            begun = True
    return begun


def _snapshot(run: Run, plan: Plan, vid: str) -> bool:
    """Read a feed's present state page by page; an interrupted one goes on where it stood. Tell whether it is whole."""
    after = next((scope.snapshot_after for scope in run.store.scopes.all() if scope.vid == vid), None) or ""
    taken = 0
    try:
        while True:
            page = run.ask(run.transport.snapshot, vid, after)
            if page.epoch != run.agreed.epoch:
                raise SidumbaError("wire.rewound")
            if page.vid != vid or (page.after and page.after == after):
                raise SidumbaError("wire.malformed")
            run.store.feed.apply_snapshot(page, after)
            run.pulled += len(page.records)
            taken += len(page.records)
            run.tell(*((page.total - page.left, page.total) if page.total else (taken, -1)), vid)
            after = page.after
            if not after:
                break
    except SidumbaError as error:
        plan.leave(run, vid, error)
        return False
    plan.due.discard(vid)
    return True
