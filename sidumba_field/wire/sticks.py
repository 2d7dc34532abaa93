"""The messages inside a bundle (docs/spec/bundle.md), in the order in which they lie there, and what a carrier hears.

Most are those of the line as they are: a kirim holds ops as a push would send them, a balasan holds the replies to
push, pull, snapshot and form. Only what the line says in headers and paths has messages of its own here.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Annotated, Any, TypeVar

from pydantic import Field, StringConstraints, ValidationError

from sidumba_field.core.canonical import canonical
from sidumba_field.core.errors import SidumbaError
from sidumba_field.wire import packing
from sidumba_field.wire.messages import (
    AttStatus,
    HeadMessage,
    Id,
    Message,
    PullReply,
    Sha,
    SnapshotReply,
    Word,
)

M = TypeVar("M", bound=Message)

#: Names of entries.
REQUEST, OPS, ACCESS = "request", "ops", "access"
ORDER, FORM, ROOTS, HELLO = "order", "form", "roots", "hello"
PUSH, FILES, PULL, SNAPSHOT = "push", "files", "pull", "snapshot"
#: Ops and answers in one message, so that memory does not grow with their number.
OPS_AT_ONCE = 200
#: Bytes of one message when it is unpacked.
MOST_PLAIN = 16 * 1024 * 1024

Name = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}\.[a-z0-9]{1,8}$")]


class StickRequest(Message):
    """What a kirim asks for. ``cursors``: how far each feed was read; ``wanted``: names of files somebody waits for;
    ``waiting``: hashes of files this laptop has and believes missing at the server; ``forms``: program -> form ->
    versions it has; ``people``: ids of those who work on it; ``room``: bytes of files it is ready to take."""

    proto: int
    app: Word
    epoch: Word
    cursors: dict[Id, HeadMessage] = Field(default_factory=dict, max_length=2_000)
    wanted: list[Name] = Field(default_factory=list, max_length=5_000)
    waiting: list[Sha] = Field(default_factory=list, max_length=100_000)
    forms: dict[str, dict[str, list[str]]] = Field(default_factory=dict)
    people: list[Id] = Field(default_factory=list, max_length=200)
    room: int = Field(default=0, ge=0)


class StickOps(Message):
    """Ops as a push sends them; raw, so that one malformed op is answered and refuses nobody else."""

    items: list[dict[str, Any]] = Field(max_length=OPS_AT_ONCE)


class StickFiles(Message):
    """How far the server has files the kirim spoke of."""

    files: list[AttStatus]


class StickPull(Message):
    """One page of every feed. ``users``: whose signatures opened them; ``asked``: the cursors it was made for."""

    users: list[Id]
    asked: dict[Id, HeadMessage]
    reply: PullReply


class StickSnapshot(Message):
    """One page of a snapshot. ``asked_after``: "" for the first."""

    asked_after: Word
    reply: SnapshotReply


class FactsMessage(Message):
    """The outer facts of a balasan, by which a carrier writes it onto a stick he cannot read."""

    kind: Word
    bundle: Id
    number: int
    device: Id
    unit: Word
    place: Word
    server: Sha
    made_at: Word
    answers: Word
    sha: Sha
    size: int


class BundleStatus(Message):
    """Where a carried kirim stands. ``state``: "partial" (send on from ``offset``), "received" (whole, its turn will
    come), "working", "answered" (``reply`` can be fetched), "refused" (``code`` says why)."""

    sha: Sha
    state: Word
    offset: int
    size: int
    code: Word = ""
    reply: FactsMessage | None = None


def spell(message: Message) -> bytes:
    """Return a message as it lies in a bundle: canonical JSON, packed."""
    return packing.pack(canonical(message.model_dump(mode="json")))


def read(body: bytes, kind: type[M]) -> M:
    """Return a message of a bundle; raise ``wire.malformed`` for what is none."""
    try:
        plain, is_whole = packing.unpack(body, MOST_PLAIN)
        if not is_whole or len(plain) > MOST_PLAIN:
            raise SidumbaError("wire.malformed", field="xz")
        return kind.model_validate(json.loads(plain))
    except ValidationError as error:
        where = ".".join(str(part) for part in error.errors(include_input=False)[0]["loc"])
        raise SidumbaError("wire.malformed", field=where) from None
    except (ValueError, RecursionError):
        raise SidumbaError("wire.malformed", field="json") from None


def in_batches(items: Sequence[dict[str, Any]], most_bytes: int) -> list[list[dict[str, Any]]]:
    """Return ``items`` in their order, in batches of at most ``OPS_AT_ONCE`` and about ``most_bytes``."""
    batches: list[list[dict[str, Any]]] = []
    room = 0
    for item in items:
        size = len(canonical(item))
        if not batches or len(batches[-1]) == OPS_AT_ONCE or size > room:
            batches.append([])
            room = most_bytes
        batches[-1].append(item)
        room -= size
    return batches
