"""What the store hands out: frozen values, never rows of a table.

Shapes that travel (Record, Op, FeedEntry, Remark) are core's; the ones here exist on a laptop only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from sidumba_field.core.records import OpKind, OutboxState, Record, Remark


class Mark(StrEnum):
    """Tanda kirim: where a record's newest work stands, as the outbox knows it (design/UI.md)."""

    LAPTOP = "laptop"
    WAITING = "tunggu"
    RECEIVED = "terima"
    DIFFERING = "beda"
    FAILED = "gagal"


class FileState(StrEnum):
    """``local``: only here, its record not sent yet; ``waiting``: has to go up; ``sent``: whole on the server."""

    LOCAL = "local"
    WAITING = "waiting"
    SENT = "sent"
    TROUBLE = "trouble"


class Carry(StrEnum):
    """How a file is to travel, as its person said: ``rule``: by its size (over the rule's bytes: by stick); ``usb``: by
    stick, never over the line; ``line``: over the line whatever its size."""

    RULE = ""
    USB = "usb"
    LINE = "line"


@dataclass(frozen=True, slots=True)
class LocalRecord:
    """A record as this laptop sees it: the server's truth (``base``), own unanswered ops and the open draft on top.

    ``fields`` and ``state`` are effective (what the screen shows); ``rev`` is the newest revision known to hold
    own work, ``base_rev`` the pulled one (a reviewer signs ``base.rev`` and ``base.content_sha256``). ``draft``:
    unsealed changes; ``pending``: ops not answered yet; ``predicted``: ``state`` is not the server's yet;
    ``saved_at``: ISO instant of the last durable answer, "" when there was none.
    """

    rid: str
    vid: str
    program: str
    subject: str
    form: str
    form_v: str
    base: Record | None
    fields: Mapping[str, str]
    field_revs: Mapping[str, int]
    state: str
    rev: int
    base_rev: int
    owner: str
    authors: frozenset[str]
    remarks: tuple[Remark, ...]
    period: str
    mark: Mark
    created_at: str
    changed_at: str
    saved_at: str
    draft: Mapping[str, str | None]
    pending: int
    predicted: bool

    def as_record(self) -> Record:
        """Return the effective values as a ``Record``, for the machine, the form engine and reports."""
        return Record(
            rid=self.rid,
            vid=self.vid,
            program=self.program,
            subject=self.subject,
            form=self.form,
            form_v=self.form_v,
            state=self.state,
            rev=self.rev,
            fields=self.fields,
            field_revs=self.field_revs,
            owner=self.owner,
            authors=self.authors,
            remarks=self.remarks,
            period=self.period,
            created_at=self.created_at,
            changed_at=self.changed_at,
        )


@dataclass(frozen=True, slots=True)
class RecordRow:
    """One line of a list. ``fields`` holds the asked columns (all when none were named). ``n``: its number on this
    laptop; ``remarks``: open ones that sent it back; ``reasons``: answers whose warning was explained."""

    rid: str
    vid: str
    unit: str
    program: str
    subject: str
    state: str
    mark: Mark
    fields: Mapping[str, str]
    changed_at: str
    owner: str
    rev: int
    period: str
    remarks: int
    created_at: str
    n: int = 0
    reasons: int = 0

    @property
    def key(self) -> tuple[str, str]:
        """Return the place in the list: hand it to ``find(after=...)`` for the next page."""
        return (self.changed_at, self.rid)


@dataclass(frozen=True, slots=True)
class Proposal:
    """A value that was not applied: it clashed ("conflict") or came when the record was out of hand ("held").

    ``set``/``was``: path -> text or None. ``open``: nobody has decided yet (meta field ``@settled/<op>``) and the
    record still says something else.
    """

    op: str
    rid: str
    vid: str
    reason: str
    set: Mapping[str, str | None]
    was: Mapping[str, str | None]
    base_rev: int
    by: str
    by_name: str
    at: str
    seq: int
    open: bool


@dataclass(frozen=True, slots=True)
class Scope:
    """One feed this laptop follows and how far it has read: ``seq``/``hash`` = cursor.

    ``head_seq``: the newest head a server ever showed for it. ``snapshot_after``: where an interrupted snapshot goes
    on, "" at its beginning, None when no snapshot is under way.
    """

    vid: str
    program: str
    unit: str
    unit_name: str
    seq: int
    hash: str
    head_seq: int = 0
    snapshot_after: str | None = None


@dataclass(frozen=True, slots=True)
class LocalUser:
    """A person of this laptop. ``grants``: as the server sent them (role, program, unit, valid_from/to, acting_for)."""

    user_id: str
    username: str
    name: str
    position: str
    nip: str
    unit: str
    unit_name: str
    grants: tuple[Mapping[str, str], ...]
    lease_until: str


@dataclass(frozen=True, slots=True)
class FileRow:
    """One attachment: ``name`` is "<sha256>.<ext>", ``offset`` bytes the server has confirmed, ``size`` in bytes.

    ``postponed``: kept for the stick, by the person's own word (``carry``) or by the rule over sizes.
    """

    sha: str
    name: str
    size: int
    state: FileState
    offset: int
    code: str = ""
    carry: Carry = Carry.RULE
    postponed: bool = False


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """One op as the sync screen shows it. ``attention``: refused, and nobody has looked at it yet."""

    op: str
    rid: str
    vid: str
    program: str
    subject: str
    kind: OpKind
    command: str
    state: OutboxState
    dseq: int
    by: str
    at: str
    code: str
    params: Mapping[str, object]
    conflicts: tuple[str, ...]
    failures: int
    receipt: str
    answered_at: str
    attention: bool


@dataclass(frozen=True, slots=True)
class Receipt:
    """A receipt the server gave: ``number`` ("TT-0912"), when this laptop got it, how many ops it answers."""

    number: str
    at: str
    ops: int


@dataclass(frozen=True, slots=True)
class BundleRow:
    """One bundle this laptop wrote onto a stick. ``bytes``: of the sealed stream; ``waiting``: ops of it
    without an answer; ``answered_at``: ISO, "" while any is; ``code``: of a refusal among its ops; ``receipt``: "" if
    none came."""

    bundle: str
    number: int
    made_at: str
    ops: int
    records: int
    files: int
    bytes: int
    answered_at: str = ""
    waiting: int = 0
    code: str = ""
    receipt: str = ""


@dataclass(frozen=True, slots=True)
class OnStick:
    """What is on sticks and has no answer yet. ``newest_at``: when the last bundle was written, "" if never."""

    ops: int = 0
    records: int = 0
    files: int = 0
    bytes: int = 0
    newest_at: str = ""


@dataclass(frozen=True, slots=True)
class Ready:
    """Ops that may leave now. ``reviews``: decisions on exact contents among the ``steps``; ``bytes``: of all texts."""

    ops: int = 0
    steps: int = 0
    reviews: int = 0
    records: int = 0
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class ReplyRow:
    """A reply read from a stick. ``answers``: the bundle it answers."""

    bundle: str
    answers: str
    number: int
    made_at: str
    read_at: str
    receipt: str = ""


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One line of the access log: who did what with this laptop's data."""

    at: str
    user: str
    event: str
    detail: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class AccessRow:
    """One line of the access log with its number, for the server."""

    n: int
    at: str
    user: str
    event: str
    detail: Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Counts:
    """The truth bar. The first five split all records by mark (batches and periods only until they are received);
    ``returned`` counts those with open remarks among them.

    ``trouble``: records marked ``gagal``. ``bytes_waiting``: of files not whole on the server yet;
    ``files_usb``, ``bytes_usb``: those among them that are kept for the stick.
    """

    laptop: int = 0
    waiting: int = 0
    received: int = 0
    differing: int = 0
    trouble: int = 0
    returned: int = 0
    files_waiting: int = 0
    bytes_waiting: int = 0
    files_usb: int = 0
    bytes_usb: int = 0


@dataclass(frozen=True, slots=True)
class Changes:
    """What a call touched, so that screens repaint only that."""

    rids: frozenset[str] = frozenset()
    vids: frozenset[str] = frozenset()
    applied: int = 0
    skipped: int = 0
    files: frozenset[str] = field(default_factory=frozenset)

    def __or__(self, other: Changes) -> Changes:
        return Changes(
            self.rids | other.rids,
            self.vids | other.vids,
            self.applied + other.applied,
            self.skipped + other.skipped,
            self.files | other.files,
        )
