"""Reads a reply from a stick: checks all of it, then hands each message to the function that takes it from the line.

Replies may come twice, late and in any order. An answer ends only an op that has none; a page behind the cursor changes
nothing; a page with a gap before it is left and told. What a reply says of the server's life (its epoch, cursors it
does not know) counts only if this laptop still stands where it stood when it asked.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import cast

from sidumba_field.attachments import Shelf
from sidumba_field.bundle import Found, Head, Kind, Progress, Stop, go_on, ignore, open_bundle
from sidumba_field.bundle.container import Bounds
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import Clock, iso, parse_iso
from sidumba_field.seal.box import laptop_identity
from sidumba_field.store import FileState, ReplyRow, Store
from sidumba_field.sync import orders
from sidumba_field.sync.hello import EPOCH, SERVER_KEY, hello, rewind, too_old
from sidumba_field.sync.pull import TOLD_AT, Plan, keep_beside, take_in
from sidumba_field.sync.push import settle
from sidumba_field.sync.stages import Run, Stage, learn_nothing
from sidumba_field.sync.sticks.standing import device_key
from sidumba_field.sync.transport import SyncIdentity, Transport
from sidumba_field.wire import sticks
from sidumba_field.wire.endpoints import MAX_FILE
from sidumba_field.wire.messages import (
    AccessReply,
    FeedPage,
    FormReply,
    Hello,
    OrderMessage,
    PullReply,
    PushReply,
    RootsReply,
)

#: The server's bound may be higher than ours; a file beyond this never came from this program.
_MOST_FILE = 4 * MAX_FILE
Learn = Callable[[Hello, Transport], None]


@dataclass(frozen=True, slots=True)
class ReplyTaken:
    """What a reply brought. ``answers_number``: of the bundle it answers; ``answered``: op status -> count, as the
    reply says it; ``gap``: an earlier reply is missing; ``again``: it had been read before; ``rewound``: the server was
    restored and everything kept is queued again; ``order``: an order of the district came with it."""

    bundle: str
    number: int
    answers_number: int
    answered: Mapping[str, int]
    pulled: int
    files_sent: int
    files_fetched: int
    forms: int
    receipt: str
    problems: tuple[SidumbaError, ...]
    gap: bool
    again: bool
    rewound: bool
    order: bool


class _ReplyLine:
    """The part of a line a reply stands in for: the server's hello, and the form versions that came with it."""

    def __init__(self) -> None:
        self.said: Hello | None = None
        self.forms: dict[tuple[str, str, str], FormReply] = {}
        self.witnessed: RootsReply | None = None

    def hello(self) -> Hello:
        if self.said is None:
            raise SidumbaError("wire.malformed", field=sticks.HELLO)
        return self.said

    def roots(self, after: str) -> RootsReply:
        """Return the daily roots that came along; they come when the server lives anew."""
        if self.witnessed is None:
            raise SidumbaError("wire.not_found")
        return self.witnessed

    def form(self, program: str, form: str, version: str) -> FormReply:
        found = self.forms.get((program, form, version))
        if found is None:
            raise SidumbaError("wire.not_found")
        return found


def import_reply(
    store: Store,
    shelf: Shelf,
    clock: Clock,
    found: Found,
    *,
    learn: Learn = learn_nothing,
    progress: Progress = ignore,
    stop: Stop = go_on,
) -> ReplyTaken:
    """Read one reply; safe to repeat, in any order, and after being stopped or killed anywhere.

    Raises ``bundle.wrong_kind``, ``bundle.other_laptop``, ``bundle.foreign_server``, ``bundle.older_server`` (made in
    a life of the server that is over), ``bundle.damaged`` and the other ``bundle.*``: then nothing was applied.
    """
    facts, key = found.demand(), device_key(store)
    if facts.kind is not Kind.BALASAN:
        raise SidumbaError("bundle.wrong_kind")
    pinned = store.meta.get(SERVER_KEY) or ""
    if facts.device != (store.meta.get("device") or ""):
        raise SidumbaError("bundle.other_laptop")
    if facts.server != pinned:
        raise SidumbaError("bundle.foreign_server")
    try:
        opening = open_bundle(
            found,
            laptop_identity(key.secret),
            lambda head: pinned,
            bounds=Bounds(file=_MOST_FILE),
            progress=lambda done, total: progress(done, 2 * total),
            stop=stop,
        )
    except SidumbaError as error:
        if error.code == "seal.wrong_key":
            raise SidumbaError("bundle.other_laptop") from None
        raise
    head = opening.head
    if store.meta.get(EPOCH) not in (head.epoch, head.asked_epoch):
        raise SidumbaError("bundle.older_server")
    again = any(reply.bundle == head.bundle for reply in store.bundles.replies())
    taking = Taking(store, shelf, clock, learn)
    opening.walk(taking, lambda done, total: progress(total + done, 2 * total), stop)
    at = iso(clock.now())
    store.bundles.note_reply(
        ReplyRow(head.bundle, head.answers, head.number, head.made_at, at, taking.run.receipt)
    )
    return taking.report(head, again)


@dataclass
class Taking:
    """Takes the entries of a checked reply in their order."""

    store: Store
    shelf: Shelf
    clock: Clock
    learn: Learn
    line: _ReplyLine = field(default_factory=_ReplyLine)
    plan: Plan = field(default_factory=Plan)
    run: Run = field(init=False)
    asked_at: str = ""
    gap: bool = False
    order: bool = False
    _name: str = ""
    _file: bytearray = field(default_factory=bytearray)

    def __post_init__(self) -> None:
        meta = self.store.meta
        who = SyncIdentity(meta.get("device") or "", self.store.incarnation)
        # Of the line, HELLO asks only what the reply answers.
        line = cast(Transport, self.line)
        self.run = Run(self.store, line, self.shelf, self.clock, who, learn=self.learn)
        self._takers: Mapping[str, Callable[[bytes], None]] = {
            sticks.ORDER: self._order,
            sticks.ACCESS: self._access,
            sticks.FORM: self._form,
            sticks.ROOTS: self._roots,
            sticks.HELLO: self._hello,
            sticks.PUSH: self._push,
            sticks.FILES: self._files,
            sticks.PULL: self._pull,
            sticks.SNAPSHOT: self._snapshot,
        }

    # ---- as they come ---------------------------------------------------------------------------------------------

    def head(self, head: Head) -> None:
        self.asked_at = head.asked_at

    def message(self, name: str, body: bytes) -> None:
        """Take one message; a name only a newer server knows is left alone."""
        if name in self._takers:
            self._takers[name](body)

    def file(self, name: str, size: int) -> None:
        self._name = name
        self._file.clear()

    def piece(self, data: bytes) -> None:
        self._file += data

    def file_end(self) -> None:
        sha, _, ext = self._name.partition(".")
        if not self.shelf.has(sha):
            stored = self.shelf.add(bytes(self._file), ext)
            if stored.sha != sha:
                raise SidumbaError("bundle.damaged", file=self._name)
            self.run.files_fetched += 1
        self._file.clear()

    # ---- messages -------------------------------------------------------------------------------------------------

    def _order(self, body: bytes) -> None:
        self.order = orders.receive(self.store, sticks.read(body, OrderMessage))

    def _access(self, body: bytes) -> None:
        self.store.access.sent(sticks.read(body, AccessReply).upto)

    def _form(self, body: bytes) -> None:
        said = sticks.read(body, FormReply)
        self.line.forms[said.program, said.form, said.version] = said

    def _roots(self, body: bytes) -> None:
        self.line.witnessed = sticks.read(body, RootsReply)

    def _hello(self, body: bytes) -> None:
        self.line.said = sticks.read(body, Hello)
        hello(self.run)
        # How long the stick was under way says nothing about this laptop's clock.
        self.run.clock_skew_s = 0

    def _push(self, body: bytes) -> None:
        said = sticks.read(body, PushReply)
        self.run.stage = Stage.PUSH
        settle(self.run, [message.to_answer() for message in said.results], said)

    def _files(self, body: bytes) -> None:
        waiting = {row.sha for row in self.store.files.unsent()}
        for status in sticks.read(body, sticks.StickFiles).files:
            if status.done and status.sha in waiting:
                self.store.files.set_state(status.sha, FileState.SENT, status.size)
                self.run.files_sent += 1

    def _pull(self, body: bytes) -> None:
        self.run.stage = Stage.PULL
        if self._too_old():
            return
        said = sticks.read(body, sticks.StickPull)
        known = {scope.vid: scope for scope in self.store.scopes.all()}
        forgotten = [
            page.vid
            for page in said.reply.feeds
            if page.rewound
            and page.vid in known
            and page.vid in said.asked
            # Whoever has read on since is past what this server, or this reply, does not know.
            and (known[page.vid].seq, known[page.vid].hash)
            == (said.asked[page.vid].seq, said.asked[page.vid].hash)
        ]
        if forgotten:
            rewind(self.run, forgotten)
        self.plan.from_first |= {vid for vid, cursor in said.asked.items() if cursor.seq == 0}
        self._beside(said, known)
        take_in(self.run, self.plan, [page for page in said.reply.feeds if self._follows(page)])

    def _beside(self, said: sticks.StickPull, known: Mapping[str, object]) -> None:
        """Learn names, scopes and leases; from a reply older than the newest word, only scopes and leases."""
        lease = self._lease(said.reply)
        news = said.reply.model_copy(update={"lease_until": lease})
        if said.reply.now < (self.store.meta.get(TOLD_AT) or ""):
            self.plan.told = (news.people, news.periods)
        for user in said.users:
            self.run.identity = replace(self.run.identity, user=user)
            mine = self.store.users.get(user)
            kept = max(lease, mine.lease_until if mine else "")
            scopes = {scope.vid: scope for scope in self.store.scopes.all()}
            keep_beside(self.run, self.plan, news.model_copy(update={"lease_until": kept}), scopes)

    def _lease(self, reply: PullReply) -> str:
        """Return until when this laptop opens without contact, by its own clock.

        The reply was made somewhere between the writing of the kirim and now. A laptop whose clock says otherwise
        counts from the nearer end; and because that end stands fast, an old reply read again lengthens nothing.
        """
        made, until = parse_iso(reply.now), parse_iso(reply.lease_until)
        first, last = _instant(self.asked_at, made), self.clock.now()
        seen = max(first, min(made, last))
        return iso(seen + min(until - made, timedelta(days=60)))

    def _follows(self, page: FeedPage) -> bool:
        """Tell whether a page lies at or behind this laptop's cursor; note a gap before it."""
        scope = self.store.scopes.get(page.vid)
        if page.rewound or scope is None:
            return False
        if page.head.seq < scope.seq:
            return False
        if page.entries and page.entries[0].seq > scope.seq + 1:
            self.gap = True
            self.run.problem(SidumbaError("bundle.gap"), page.vid)
            return False
        return True

    def _snapshot(self, body: bytes) -> None:
        if self._too_old():
            return
        said = sticks.read(body, sticks.StickSnapshot)
        page = said.reply
        scope = self.store.scopes.get(page.vid)
        if scope is None:
            return
        is_news = scope.seq < page.seq or page.vid in self.plan.due
        if is_news and (said.asked_after == "" or scope.snapshot_after == said.asked_after):
            self.store.feed.apply_snapshot(page, said.asked_after)
            self.run.pulled += len(page.records)

    def _too_old(self) -> bool:
        if not too_old(self.run.agreed):
            return False
        self.run.problem(SidumbaError("wire.protocol_unknown", wanted=self.run.agreed.min_app))
        return True

    # ---- in the end -----------------------------------------------------------------------------------------------

    def report(self, head: Head, again: bool) -> ReplyTaken:
        asked = self.store.bundles.get(head.answers)
        return ReplyTaken(
            head.bundle,
            head.number,
            asked.number if asked else head.number,
            dict(self.run.answered),
            self.run.pulled,
            self.run.files_sent,
            self.run.files_fetched,
            len(self.line.forms),
            self.run.receipt,
            tuple(self.run.problems),
            self.gap,
            again,
            self.run.replayed,
            self.order,
        )


def _instant(text: str, otherwise: datetime) -> datetime:
    try:
        return parse_iso(text)
    except ValueError:
        return otherwise
