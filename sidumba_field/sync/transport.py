"""The line to the server as a Protocol, and who speaks on it: one sync engine, one test-suite, any kind of
line.

Every call either returns a whole, checked message or raises ``SidumbaError``; there is nothing in between, so
an engine above never has to guess. Every call may be repeated at any time (docs/spec/sync.md "Faults").
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from sidumba_field.seal.signing import SigningKey
from sidumba_field.wire.messages import (
    AccessReply,
    AccessRequest,
    AttStatus,
    Done,
    EnrolReply,
    EnrolRequest,
    EscrowRequest,
    FormReply,
    Hello,
    HistoryReply,
    OrderReply,
    PullReply,
    PullRequest,
    PushReply,
    PushRequest,
    RootsReply,
    SessionReply,
    SessionRequest,
    SnapshotReply,
    StandingReply,
    StandingRows,
)
from sidumba_field.wire.sticks import BundleStatus

#: Takes the pieces of a file in order.
Sink = Callable[[bytes], None]


@dataclass(frozen=True, slots=True)
class DeviceIdentity:
    """The laptop to the server: its id, its present incarnation (a copied laptop takes a new one), its
    signing key.
    """

    device: str
    inc: str
    key: SigningKey


@dataclass(frozen=True, slots=True)
class SyncIdentity:
    """Who syncs: the laptop always; ``user`` (id) is set when somebody is signed in who may pull."""

    device: str
    inc: str
    user: str = ""


class Transport(Protocol):
    """What a laptop may ask of a server. Raises ``SidumbaError`` with a ``wire.*``, ``auth.*`` or ``seal.*``
    code.
    """

    def hello(self) -> Hello: ...

    def form(self, program: str, form: str, version: str) -> FormReply:
        """Return one form version the server's hello named; raise ``wire.not_found`` for any other."""
        ...

    def order(self) -> OrderReply:
        """Return the newest order of the district to this laptop; answered in whatever state it is."""
        ...

    def roots(self, after: str) -> RootsReply:
        """Return the signed daily roots behind the day ``after`` ("" = all)."""
        ...

    def enrol(self, request: EnrolRequest) -> EnrolReply: ...

    def session(self, request: SessionRequest) -> SessionReply: ...

    def escrow(self, request: EscrowRequest) -> Done: ...

    def push(self, request: PushRequest) -> PushReply: ...

    def access(self, request: AccessRequest) -> AccessReply:
        """Hand over lines of the access log; raise ``wire.not_found`` on a server that keeps none."""
        ...

    def pull(self, request: PullRequest) -> PullReply: ...

    def snapshot(self, vid: str, after: str) -> SnapshotReply: ...

    def history(self, vid: str, rid: str, after: int) -> HistoryReply:
        """Return what happened to one record, entries behind number ``after``; raise ``wire.not_found`` on an older
        server."""
        ...

    def standing(self) -> StandingReply:
        """Return what the server holds of every feed the person reads; raise ``wire.not_found`` on an older server."""
        ...

    def standing_rows(self, vid: str) -> StandingRows: ...

    def att_status(self, sha: str) -> AttStatus: ...

    def att_write(self, sha: str, offset: int, total: int, chunk: bytes) -> AttStatus:
        """Send ``chunk`` of the file ``sha`` (``total`` bytes) for ``offset``; raise ``wire.offset`` when the
        server stands elsewhere (then ask ``att_status``), ``wire.chunk_hash`` when the bytes arrived changed.
        """
        ...

    def bundle_status(self, sha: str) -> BundleStatus:
        """Return how a bundle of another laptop stands; the server reads one that is whole while it is asked."""
        ...

    def bundle_write(self, sha: str, offset: int, total: int, chunk: bytes) -> BundleStatus:
        """Send ``chunk`` of a sealed bundle; raises as ``att_write``."""
        ...

    def bundle_reply(self, sha: str, offset: int) -> bytes:
        """Return a piece of the sealed reply to a bundle from ``offset``, b"" at its end."""
        ...

    def att_read(self, sha: str, sink: Sink) -> None:
        """Hand the whole file to ``sink``; its hash has been checked when this returns (else
        ``wire.bad_digest``).
        """
        ...
