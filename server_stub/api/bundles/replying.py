"""Makes the reply to a kirim: the messages the line would have answered, in the order in which the laptop takes them.

What a person may read passes the same functions as on the line (``api.sync``), for exactly the people whose signatures
stand under the kirim. A laptop that may not read gets its answers and its order, one that may not send its order alone.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from server_stub.api.bundles.taking import Taking, highest, vids_of
from server_stub.api.deps import Server
from server_stub.api.forms import form_of
from server_stub.api.orders import roots_behind
from server_stub.api.sync import answer_pull, answer_snapshot, greeting
from server_stub.api.uploads import content_for
from server_stub.auth.gate import Person
from server_stub.auth.orders import message as order_message
from server_stub.store.devices import Device
from sidumba_field.bundle import Entry
from sidumba_field.bundle.container import FILE
from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.records import GENESIS
from sidumba_field.core.time import iso
from sidumba_field.wire import sticks
from sidumba_field.wire.endpoints import MAX_PAGE_BYTES, SNAPSHOT_BEYOND
from sidumba_field.wire.messages import (
    AccessReply,
    AnswerMessage,
    AttStatus,
    HeadMessage,
    Hello,
    Message,
    PullReply,
    PullRequest,
    PushReply,
)
from sidumba_field.wire.versions import CURRENT

#: Bytes of files one reply carries at most, whatever the laptop says it takes.
MOST_FILES = 1 << 30


@dataclass
class Reply:
    """What is to be said. ``reader``: for whom feeds are read, None = nobody; ``receipt``: number, 0 = none."""

    server: Server
    device: Device
    reader: Person | None
    taken: Taking
    receipt: int
    _cursors: dict[str, HeadMessage] = field(default_factory=dict)
    _due: list[str] = field(default_factory=list)
    _seen: set[str] = field(default_factory=set)

    def entries(self) -> Iterator[Entry]:
        """Yield everything in its order; ``order`` comes first, so that it arrives whatever follows."""
        yield from self.order()
        hello = greeting(self.server)
        yield from self._forms(hello)
        if self._asked.epoch != self.server.epoch:
            yield _entry(sticks.ROOTS, roots_behind(self.server, ""))
        yield _entry(sticks.HELLO, hello)
        yield from self._answers()
        yield _entry(sticks.FILES, sticks.StickFiles(files=self._files()))
        if self.taken.access_upto:
            now = iso(self.server.clock.now())
            yield _entry(sticks.ACCESS, AccessReply(now=now, upto=self.taken.access_upto))
        if self.reader is not None:
            yield from self._feeds(self.reader)
            yield from self._wanted(self.reader)

    def order(self) -> Iterator[Entry]:
        """Yield the newest order to this laptop, if there ever was one."""
        with self.server.database.read() as work:
            order = work.orders.newest(self.device.id)
        if order is not None:
            yield _entry(sticks.ORDER, order_message(order))

    @property
    def _asked(self) -> sticks.StickRequest:
        return self.taken.request or sticks.StickRequest(proto=CURRENT, app="", epoch="")

    def _forms(self, hello: Hello) -> Iterator[Entry]:
        """Yield the form versions the laptop lacks, of forms it has."""
        for program, forms in self._asked.forms.items():
            for form, known in forms.items():
                for version in hello.forms.get(program, {}).get(form, ()):
                    if version not in known:
                        try:
                            yield _entry(sticks.FORM, form_of(self.server, program, form, version))
                        except SidumbaError as error:
                            # A version shipped with the program has no file of its own here; the laptop has it too.
                            if error.code != "wire.not_found":
                                raise

    def _answers(self) -> Iterator[Entry]:
        answers = self.taken.answers
        with self.server.database.read() as work:
            heads = work.scopes.many(vids_of(answers))
            known = work.devices.get(self.device.id)
        for start in range(0, len(answers), sticks.OPS_AT_ONCE):
            some = answers[start : start + sticks.OPS_AT_ONCE]
            yield _entry(
                sticks.PUSH,
                PushReply(
                    epoch=self.server.epoch,
                    now=iso(self.server.clock.now()),
                    results=[AnswerMessage.of(answer) for _, answer in some],
                    heads={
                        v: HeadMessage(seq=heads[v].seq, hash=heads[v].hash)
                        for v in vids_of(some)
                        if v in heads
                    },
                    dseq=max(highest(answers), known.dseq if known else 0),
                    receipt=f"TT-{self.receipt:04d}" if self.receipt else "",
                ),
            )

    def _files(self) -> list[AttStatus]:
        """Return how the files stand that came, and those the laptop still believes missing here."""
        found = dict(self.taken.files)
        for sha in self._asked.waiting:
            if sha not in found:
                known = self.server.blobs.status(sha)
                if known.done:
                    self.server.workflow.file_whole(sha, known.size)
                found[sha] = AttStatus(sha=sha, done=known.done, offset=known.offset, size=known.size)
        return [found[sha] for sha in sorted(found)]

    # ---- feeds ----------------------------------------------------------------------------------------------------

    def _feeds(self, reader: Person) -> Iterator[Entry]:
        """Yield pages of every feed up to its head; one at its beginning as the laptop would ask for it: from its first
        entry, or by a snapshot when it is long."""
        self._cursors, epoch = dict(self._asked.cursors), self._asked.epoch
        more = True
        while more:
            asked = dict(self._cursors)
            said = answer_pull(self.server, reader, _request(asked, epoch))
            yield _entry(
                sticks.PULL,
                sticks.StickPull(
                    users=[reader.user.id],
                    asked={page.vid: asked[page.vid] for page in said.feeds},
                    reply=said,
                ),
            )
            epoch = self.server.epoch
            more = self._advance(said, asked)
            while self._due:
                vid = self._due.pop()
                yield from self._snapshot(reader, vid)
                more = more or vid in self._cursors

    def _advance(self, said: PullReply, asked: Mapping[str, HeadMessage]) -> bool:
        """Move the cursors behind what was said; tell whether there is more to read."""
        more = False
        self._cursors = {}
        for page in said.feeds:
            if page.rewound:
                continue
            if asked[page.vid].seq == 0 and any(
                entry.payload is None and entry.partial is None for entry in page.entries
            ):
                # Something was erased or is withheld: only the snapshot tells what the records hold today.
                self._due.append(page.vid)
            if page.more:
                last = page.entries[-1] if page.entries else asked[page.vid]
                self._cursors[page.vid] = HeadMessage(seq=last.seq, hash=last.hash)
                more = True
        self._seen |= {page.vid for page in said.feeds if not page.rewound}
        for scope in said.scopes:
            if scope.vid in self._seen or scope.seq == 0:
                continue
            self._seen.add(scope.vid)
            if scope.seq > SNAPSHOT_BEYOND:
                self._due.append(scope.vid)
            else:
                self._cursors[scope.vid] = HeadMessage(seq=0, hash=GENESIS)
                more = True
        return more

    def _snapshot(self, reader: Person, vid: str) -> Iterator[Entry]:
        first = page = answer_snapshot(self.server, reader, vid, "")
        yield _entry(sticks.SNAPSHOT, sticks.StickSnapshot(asked_after="", reply=page))
        while after := page.after:
            page = answer_snapshot(self.server, reader, vid, after)
            yield _entry(sticks.SNAPSHOT, sticks.StickSnapshot(asked_after=after, reply=page))
        self._cursors[vid] = HeadMessage(seq=first.seq, hash=first.hash)

    def _wanted(self, reader: Person) -> Iterator[Entry]:
        """Yield the files somebody on the laptop waits for and may read, small ones first, as far as there is room."""
        room = min(self._asked.room, MOST_FILES)
        for size, name in sorted(self._sizes()):
            if size > room:
                return
            try:
                data = content_for(self.server, reader, name.partition(".")[0])
            except SidumbaError as error:
                if error.code != "attachment.missing":
                    raise
                continue
            room -= size
            yield Entry(FILE, len(data), sha256_hex(data), name, (data,))

    def _sizes(self) -> Iterator[tuple[int, str]]:
        for name in dict.fromkeys(self._asked.wanted):
            known = self.server.blobs.status(name.partition(".")[0])
            if known.done:
                yield known.size, name


def _entry(name: str, message: Message) -> Entry:
    return Entry.message(name, sticks.spell(message))


def _request(cursors: Mapping[str, HeadMessage], epoch: str) -> PullRequest:
    return PullRequest(proto=CURRENT, epoch=epoch, cursors=dict(cursors), limit_bytes=MAX_PAGE_BYTES)
