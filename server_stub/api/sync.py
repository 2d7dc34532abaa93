"""hello, push, pull, snapshot: the conversation of a laptop with the server (docs/spec/wire.md)."""

from __future__ import annotations

from collections.abc import Sequence

from fastapi import APIRouter
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response

from server_stub.api.audit import note_answers, note_refusal, refusals_noted
from server_stub.api.deps import Server, person_of, reply, server_of, signed_device, signed_message
from server_stub.api.views import lease, limits, open_periods, scope_messages
from server_stub.auth.gate import SENDING, Person
from server_stub.auth.sight import Sight
from server_stub.publishing import witness
from server_stub.store.devices import Device
from server_stub.store.scopes import Scope
from server_stub.store.work import Work
from server_stub.workflow.service import Sender
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import is_id
from sidumba_field.core.records import GENESIS, SETTLED, Record
from sidumba_field.core.time import iso
from sidumba_field.wire import endpoints, versions
from sidumba_field.wire.messages import (
    AnswerMessage,
    EntryMessage,
    FeedPage,
    HeadMessage,
    Hello,
    HistoryReply,
    ProposalMessage,
    PullReply,
    PullRequest,
    PushReply,
    PushRequest,
    RecordMessage,
    RootMessage,
    SnapshotReply,
)
from sidumba_field.wire.versions import SPOKEN, numbers

router = APIRouter()
#: How the app names itself in its requests, before its version.
APP = "sidumba-field"
#: Smallest room a feed gets on a page, so that one busy village does not silence the others.
_LEAST = 4 * 1024


def check_protocol(proto: int, among: Sequence[int] = SPOKEN) -> None:
    """Raise ``wire.protocol_unknown`` for a number this server does not speak."""
    if proto not in among:
        raise SidumbaError("wire.protocol_unknown", found=proto, spoken=", ".join(map(str, among)))


def check_reader(request: Request, proto: int) -> None:
    """Raise ``wire.protocol_unknown`` for an app too old to read what this server writes; pushing asks for neither."""
    check_protocol(proto, versions.READ)
    name, _, version = request.headers.get("user-agent", "").partition("/")
    if name == APP and numbers(version) < numbers(versions.MIN_APP):
        raise SidumbaError("wire.protocol_unknown", wanted=versions.MIN_APP)


@router.get(endpoints.HELLO)
async def hello(request: Request) -> Response:
    return reply(await run_in_threadpool(greeting, server_of(request)))


def greeting(server: Server) -> Hello:
    """Return what this server says of itself."""
    programs = server.programs
    return Hello(
        proto=list(SPOKEN),
        min_app=versions.MIN_APP,
        epoch=server.epoch,
        now=iso(server.clock.now()),
        server_key=server.keys.signing.public_hex,
        age_recipient=server.keys.age_recipient,
        limits=limits(server.settings),
        programs={name: rules.content_sha256 for name, rules in programs.items()},
        forms={
            name: {form: list(known) for form, known in r.versions.items()} for name, r in programs.items()
        },
        root=_root(server),
    )


def _root(server: Server) -> RootMessage | None:
    newest = server.witness.today()
    return None if newest is None else witness.message(newest)


@router.post(endpoints.PUSH)
async def push(request: Request) -> Response:
    server = server_of(request)
    with server.crowd.joined():
        device, message = await signed_message(request, PushRequest, SENDING)
        check_protocol(message.proto)
        if message.device != device.id:
            raise SidumbaError("op.wrong_device")
        return server.crowd.send_on(reply(await run_in_threadpool(answer_push, server, device, message)))


def answer_push(server: Server, device: Device, message: PushRequest) -> PushReply:
    with server.database.read() as work:
        people = work.people.on_device(device.id)
    answers = server.workflow.receive(message.items, Sender(device.id, people))
    highest = max((_dseq(item) for item in message.items), default=0)
    # Heads of feeds this push stands in, and of no other: how busy a foreign village is, is its own business.
    sent = list(zip(message.items, answers, strict=True))
    note_answers(server, device.id, sent)
    vids = {vid for item, answer in sent if answer.seq and is_id(vid := str(item["vid"]))}
    now = iso(server.clock.now())
    with server.database.write() as work:
        receipt, dseq = work.devices.next_receipt(device.id, highest, message.inc, now)
        twin = work.lives.meet(device.id, message.inc, message.marks, now)
        heads = work.scopes.many(vids)
    return PushReply(
        epoch=server.epoch,
        now=now,
        results=[AnswerMessage.of(answer) for answer in answers],
        heads={vid: HeadMessage(seq=scope.seq, hash=scope.hash) for vid, scope in heads.items()},
        dseq=dseq,
        receipt=f"TT-{receipt:04d}",
        twin=twin,
    )


def _dseq(item: dict[str, object]) -> int:
    found = item.get("dseq")
    return found if isinstance(found, int) and 0 <= found <= 2**53 else 0


@router.post(endpoints.PULL)
async def pull(request: Request) -> Response:
    device, message = await signed_message(request, PullRequest)
    check_reader(request, message.proto)
    person = await person_of(request, device)
    return reply(await run_in_threadpool(answer_pull, server_of(request), person, message))


def answer_pull(server: Server, person: Person, message: PullRequest) -> PullReply:
    now = server.clock.now()
    is_other_epoch = bool(message.epoch) and message.epoch != server.epoch
    left = message.limit_bytes
    feeds: list[FeedPage] = []
    with server.database.read() as work:
        sight = _sight(server, work, person)
        strange = sight.foreign(message.cursors)
        for scope in sight.scopes():
            cursor = message.cursors.get(scope.vid)
            if cursor is None:
                continue
            if is_other_epoch or not _knows(work, scope, cursor):
                feeds.append(_page(scope, [], False, rewound=True))
                continue
            page, left = _behind(sight, scope, cursor.seq, left)
            feeds.append(page)
        answer = PullReply(
            epoch=server.epoch,
            now=iso(now),
            feeds=feeds,
            scopes=scope_messages(sight),
            lease_until=lease(now),
            people=work.people.names_around(sight.rights),
            periods=open_periods(work, server.programs, sight.rights),
        )
    for vid in strange:
        note_refusal(server, person, "pull", vid, "auth.not_permitted")
    return answer


def _sight(server: Server, work: Work, person: Person) -> Sight:
    return Sight.of(work, server.programs, person.grants, person.device, server.clock.now())


def _knows(work: Work, scope: Scope, cursor: HeadMessage) -> bool:
    """Tell whether this cursor lies on our chain; if not, one of us was restored from a copy."""
    if cursor.seq == scope.seq:
        return cursor.hash == scope.hash
    if cursor.seq == 0:
        return cursor.hash == GENESIS
    return 0 < cursor.seq < scope.seq and work.feed.hash_at(scope.vid, cursor.seq) == cursor.hash


def _behind(sight: Sight, scope: Scope, after: int, left: int) -> tuple[FeedPage, int]:
    if after == scope.seq:
        return _page(scope, [], False), left
    if left <= 0:
        return _page(scope, [], True), left
    entries, size = sight.page(scope, after, max(left, _LEAST))
    messages = [EntryMessage.of(entry) for entry in entries]
    return _page(scope, messages, entries[-1].seq < scope.seq), left - size


def _page(scope: Scope, entries: list[EntryMessage], more: bool, rewound: bool = False) -> FeedPage:
    head = HeadMessage(seq=scope.seq, hash=scope.hash)
    return FeedPage(vid=scope.vid, entries=entries, head=head, more=more, rewound=rewound)


@router.get(endpoints.SNAPSHOT)
async def snapshot(request: Request, vid: str, after: str = "") -> Response:
    device = await signed_device(request)
    person = await person_of(request, device)
    return reply(await run_in_threadpool(answer_snapshot, server_of(request), person, vid, after))


def answer_snapshot(server: Server, person: Person, vid: str, after: str) -> SnapshotReply:
    limit = server.settings.limits.max_batch_bytes
    if after and not is_id(after):
        raise SidumbaError("wire.malformed", field="after")
    with refusals_noted(server, person, "snapshot", vid), server.database.read() as work:
        sight = _sight(server, work, person)
        scope = sight.scope(vid)
        found = sight.snapshot(scope, after, 200)
        waiting = _unsettled(sight, scope, found)
        records: list[RecordMessage] = []
        size, last = 0, after
        for record in found:
            message = RecordMessage.of(record)
            parts = [message, *waiting[record.rid]]
            size += sum(len(part.model_dump_json()) for part in parts)
            if records and size > limit:
                break
            records.append(message)
            last = record.rid
        is_whole = len(records) == len(found) and len(found) < 200
        total, left = sight.amounts(scope, last)
        return SnapshotReply(
            vid=vid,
            epoch=server.epoch,
            seq=scope.seq,
            hash=scope.hash,
            records=records,
            files=sight.whole_names(scope, [record.rid for record in records]),
            proposals=[one for record in records for one in waiting[record.rid]],
            after="" if is_whole else last,
            total=total,
            left=left,
        )


@router.get(endpoints.HISTORY)
async def history(request: Request, vid: str, rid: str, after: str = "0") -> Response:
    device = await signed_device(request)
    person = await person_of(request, device)
    if not (is_id(rid) and after.isascii() and after.isdecimal() and len(after) < 16):
        raise SidumbaError("wire.malformed", field="after")
    return reply(await run_in_threadpool(_history, server_of(request), person, vid, rid, int(after)))


def _history(server: Server, person: Person, vid: str, rid: str, after: int) -> HistoryReply:
    left = server.settings.limits.max_batch_bytes
    entries: list[EntryMessage] = []
    with refusals_noted(server, person, "history", vid), server.database.read() as work:
        sight = _sight(server, work, person)
        found = [entry for entry in sight.history(sight.scope(vid), rid) if entry.seq > after]
    for entry in found:
        message = EntryMessage.of(entry)
        left -= len(message.model_dump_json())
        if entries and left < 0:
            break
        entries.append(message)
    return HistoryReply(vid=vid, rid=rid, entries=entries, more=len(entries) < len(found))


def _unsettled(sight: Sight, scope: Scope, records: list[Record]) -> dict[str, list[ProposalMessage]]:
    """Return rid -> proposals no person has settled; a laptop that begins here has no other way to learn of them."""
    found: dict[str, list[ProposalMessage]] = {record.rid: [] for record in records}
    fields = {record.rid: record.fields for record in records}
    for entry in sight.proposals(scope, found):
        message = ProposalMessage.of(entry)
        if not fields[entry.rid].get(SETTLED + message.op):
            found[entry.rid].append(message)
    return found
