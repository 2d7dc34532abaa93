"""The messages of protocol 1 as pydantic models: what may enter or leave is listed here, nothing else travels.

Unknown members are ignored on reading (a newer peer may add some); strings are bounded so that a hostile body is
refused before anything is stored. Replies carry ``digest`` (see ``sealed``), so a reply cut short is never believed.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from sidumba_field.core.canonical import canonical, digest
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.records import FeedEntry, FeedKind, Op, OpAnswer, OpKind, OpStatus, Record, Remark

Id = Annotated[str, StringConstraints(min_length=36, max_length=36, pattern=r"^[0-9a-f-]{36}$")]
Sha = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Word = Annotated[str, StringConstraints(max_length=120)]
Text = Annotated[str, StringConstraints(max_length=20_000)]
Path = Annotated[str, StringConstraints(min_length=1, max_length=400)]
#: Of requests whose texts go straight into a table: PostgreSQL keeps no NUL in a text.
Plain = Annotated[str, StringConstraints(max_length=120, pattern=r"^[^\x00]*$")]
PlainText = Annotated[str, StringConstraints(max_length=20_000, pattern=r"^[^\x00]*$")]
Hex = Annotated[str, StringConstraints(max_length=512, pattern=r"^[0-9a-f]*$")]


class Message(BaseModel):
    """Base: frozen, unknown members ignored."""

    model_config = ConfigDict(frozen=True, extra="ignore")


#: So many pushes of a laptop may be lost on the way, or forgotten by a restored server, without it seeming a stranger.
MAX_MARKS = 16


class Limits(Message):
    max_ops: int
    max_batch_bytes: int
    max_body: int
    max_file: int
    max_chunk: int


#: Own ops without an answer that one op may stand on.
MAX_AFTER = 500


class OrderMessage(Message):
    """An order of the district to one laptop. ``word``: what the laptop is from now on ("active", "suspended",
    "revoked", "wipe"); ``number`` counts per laptop, so that an old order shown again does nothing; ``sig``: by the
    server's key."""

    v: int = 1
    device: Id
    number: int = Field(ge=1)
    word: Word
    at: Word
    reason: PlainText = ""
    sig: Hex = ""

    def signed_bytes(self) -> bytes:
        """Return what the server signs."""
        return canonical({"order": self.model_dump(mode="json", exclude={"sig"})})


class RootMessage(Message):
    """The root over all feed heads of one day (UTC), signed by the server's key. ``count``: feeds under it."""

    v: int = 1
    day: Word
    epoch: Word
    at: Word
    count: int = Field(ge=0)
    root: Sha
    sig: Hex = ""

    def signed_bytes(self) -> bytes:
        """Return what the server signs."""
        return canonical({"root": self.model_dump(mode="json", exclude={"sig"})})


class OrderReply(Message):
    """``order``: the newest order to this laptop, None when there never was one."""

    now: Word
    order: OrderMessage | None = None


class RootsReply(Message):
    """Roots behind the day asked for, oldest first."""

    now: Word
    roots: list[RootMessage]


class Hello(Message):
    """``forms``: program -> form -> versions the server knows. ``programs``: program -> content hash. ``root``: the
    newest daily root."""

    proto: list[int]
    min_app: Word
    epoch: Word
    now: Word
    server_key: Hex
    age_recipient: Word
    limits: Limits
    programs: dict[str, str]
    forms: dict[str, dict[str, list[str]]]
    root: RootMessage | None = None


class FormReply(Message):
    """One installed version of a form. ``sha256``: of ``xml``, what is judged by; ``source``: the file the office
    edits (base64), ``source_name``: for its suffix."""

    program: Word
    form: Word
    version: Word
    title: Plain
    sha256: Sha
    xml: Annotated[str, StringConstraints(max_length=4 * 1024 * 1024)]
    source_name: Word
    source: Annotated[str, StringConstraints(max_length=4 * 1024 * 1024)]


class EnrolRequest(Message):
    """``code``: one-time code of the district; ``device_key``: Ed25519 public key (hex); ``recovery_sealed``: the
    laptop's recovery code, age-sealed to the district and base64."""

    proto: int
    code: Word
    device: Id
    inc: Id
    name: Plain
    device_key: Hex
    recovery_sealed: PlainText


class EscrowRequest(Message):
    """The laptop's new recovery code, sealed to the district (the old one was used)."""

    recovery_sealed: PlainText


class Done(Message):
    """Something was stored; there is nothing else to say."""

    now: Word


class EnrolReply(Message):
    device: Id
    epoch: Word
    now: Word
    server_key: Hex
    age_recipient: Word
    unit: Word
    office: Word


class GrantMessage(Message):
    role: Word
    program: Word
    unit: Word
    valid_from: Word = ""
    valid_to: Word = ""
    acting_for: Word = ""
    acting_as: Word = ""


class ScopeMessage(Message):
    """One feed a person may read: ``unit`` code and name, where its head stands now. ``withheld``: nobody of this
    laptop may see specific personal data there, so such answers are left out."""

    vid: Id
    program: Word
    unit: Word
    unit_name: Word
    seq: int
    hash: Sha
    withheld: bool = False


class SessionRequest(Message):
    """A person signs in on an enrolled device; ``user_key``: his Ed25519 public key of this laptop (hex)."""

    proto: int
    username: Plain
    password: Word
    user_key: Hex


class SessionReply(Message):
    """``lease_until``: ISO instant until which the laptop opens without contact (14 days). ``recovery``: recipient
    to seal the recovery code to. ``people``: user id -> name, for showing who did what."""

    token: Word
    expires: Word
    now: Word
    user: Id
    username: Word
    name: Word
    position: Word
    nip: Word
    unit: Word
    unit_name: Word
    lease_until: Word
    grants: list[GrantMessage]
    scopes: list[ScopeMessage]
    people: dict[str, str]
    periods: dict[str, str]


class OpMessage(Message):
    op: Id
    dseq: int = Field(ge=0)
    vid: Id
    rid: Id
    kind: OpKind
    program: Word
    subject: Word = "record"
    form: Word = ""
    form_v: Word = ""
    base_rev: int = Field(default=0, ge=0)
    set: dict[Path, Text | None] = Field(default_factory=dict, max_length=5_000)
    was: dict[Path, Text | None] = Field(default_factory=dict, max_length=5_000)
    command: Word = ""
    expect_state: Word = ""
    expect_rev: int = Field(default=0, ge=0)
    content_sha256: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{64})?$")] = ""
    remark: Text = ""
    remarks: dict[Annotated[str, StringConstraints(max_length=400)], Text] = Field(default_factory=dict)
    assignee: Word = ""
    members: list[dict[str, Any]] = Field(default_factory=list, max_length=100_000)
    by: Id
    at: Word
    sig: Hex = ""
    after: list[Id] = Field(default_factory=list, max_length=MAX_AFTER)

    def to_op(self) -> Op:
        values = {name: getattr(self, name) for name in type(self).model_fields}
        values["members"] = tuple(_member(member) for member in self.members)
        values["after"] = tuple(self.after)
        return Op(**values)

    @classmethod
    def of(cls, op: Op) -> OpMessage:
        return cls.model_validate(op.payload())


def _member(raw: dict[str, Any]) -> dict[str, Any]:
    try:
        return {
            "rid": str(raw["rid"]),
            "rev": int(raw["rev"]),
            "sha": str(raw["sha"]),
            "vid": str(raw["vid"]),
        }
    except (KeyError, TypeError, ValueError):
        raise SidumbaError("op.malformed", field="members") from None


class PushRequest(Message):
    """``items`` stay raw here: one malformed op is answered ``rejected``, it does not refuse its neighbours.

    ``marks``: a random word drawn for this push, then those of the pushes before it, newest first."""

    proto: int
    epoch: Word
    device: Id
    inc: Id
    items: list[dict[str, Any]] = Field(max_length=200)
    marks: list[Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{8}$")]] = Field(
        default_factory=list, max_length=MAX_MARKS
    )


class AnswerMessage(Message):
    op: Word
    st: OpStatus
    rev: int = 0
    seq: int = 0
    code: Word = ""
    params: dict[str, Any] = Field(default_factory=dict)
    conflicts: list[str] = Field(default_factory=list)
    flags: list[str] = Field(default_factory=list)

    def to_answer(self) -> OpAnswer:
        return OpAnswer(
            self.op,
            self.st,
            self.rev,
            self.seq,
            self.code,
            self.params,
            tuple(self.conflicts),
            tuple(self.flags),
        )

    @classmethod
    def of(cls, a: OpAnswer) -> AnswerMessage:
        return cls(
            op=a.op,
            st=a.st,
            rev=a.rev,
            seq=a.seq,
            code=a.code,
            params={key: str(value) for key, value in a.params.items()},
            conflicts=list(a.conflicts),
            flags=list(a.flags),
        )


class HeadMessage(Message):
    seq: int
    hash: Sha


class PushReply(Message):
    """``receipt``: number of the receipt to show ("TT-0912"); ``dseq``: highest device sequence the server holds;
    ``twin``: another machine sends under this incarnation, take a new one."""

    epoch: Word
    now: Word
    results: list[AnswerMessage]
    heads: dict[str, HeadMessage]
    dseq: int
    receipt: Word
    twin: bool = False


class AccessLine(Message):
    """One line of a laptop's access log. ``rid``: "" when it speaks of many records, then ``unit`` says of which."""

    n: int = Field(ge=1)
    at: Word
    user: Word
    event: Word
    rid: Word = ""
    unit: Word = ""
    detail: dict[Word, Word] = Field(default_factory=dict, max_length=20)


class AccessRequest(Message):
    """What was looked at, printed and exported on this laptop, the oldest first."""

    proto: int
    device: Id
    inc: Id
    lines: list[AccessLine] = Field(max_length=500)


class AccessReply(Message):
    """``upto``: the highest number of the lines sent that is kept now; the same lines again change nothing."""

    now: Word
    upto: int


class PullRequest(Message):
    proto: int
    epoch: Word
    cursors: dict[Id, HeadMessage] = Field(max_length=2_000)
    limit_bytes: int = Field(default=256 * 1024, ge=1_024, le=4 * 1024 * 1024)


class EntryMessage(Message):
    """``partial``: what may be read of a payload that is withheld; the digest stays that of the whole one."""

    seq: int
    prev: Sha
    hash: Sha
    rid: Id
    rev: int
    kind: FeedKind
    op: Word
    actor: Word
    server_time: Word
    payload_digest: Sha
    payload: dict[str, Any] | None = None
    salt: Hex = ""
    partial: dict[str, Any] | None = None

    def to_entry(self, vid: str) -> FeedEntry:
        values = {name: getattr(self, name) for name in type(self).model_fields if name != "partial"}
        if self.payload is None and self.partial is not None:
            values |= {"payload": self.partial, "salt": ""}
        return FeedEntry(vid=vid, **values)

    @classmethod
    def of(cls, entry: FeedEntry) -> EntryMessage:
        values = {name: getattr(entry, name) for name in cls.model_fields if name != "partial"}
        if entry.payload is not None and not entry.salt:
            values |= {"payload": None, "partial": entry.payload}
        return cls(**values)


class FeedPage(Message):
    """Entries after the cursor in order; ``more``: ask again. ``rewound``: the server does not know this cursor."""

    vid: Id
    entries: list[EntryMessage]
    head: HeadMessage
    more: bool
    rewound: bool = False


class PullReply(Message):
    """``scopes``: every feed this person may read now, so that a new one is noticed (then: snapshot)."""

    epoch: Word
    now: Word
    feeds: list[FeedPage]
    scopes: list[ScopeMessage]
    lease_until: Word
    people: dict[str, str]
    periods: dict[str, str]


class RemarkMessage(Message):
    id: Word
    path: Annotated[str, StringConstraints(max_length=400)]
    text: Text
    by: Word
    by_name: Word
    at: Word
    rev: int


class RecordMessage(Message):
    rid: Id
    vid: Id
    program: Word
    subject: Word
    form: Word
    form_v: Word
    state: Word
    rev: int
    fields: dict[str, str]
    field_revs: dict[str, int]
    owner: Word
    authors: list[str]
    remarks: list[RemarkMessage]
    period: Word
    created_at: Word
    changed_at: Word

    def to_record(self) -> Record:
        values = {name: getattr(self, name) for name in type(self).model_fields}
        values["authors"] = frozenset(self.authors)
        values["remarks"] = tuple(Remark(**remark.model_dump()) for remark in self.remarks)
        return Record(**values)

    @classmethod
    def of(cls, record: Record) -> RecordMessage:
        values = {name: getattr(record, name) for name in cls.model_fields}
        values["fields"] = dict(record.fields)
        values["field_revs"] = dict(record.field_revs)
        values["authors"] = sorted(record.authors)
        values["remarks"] = [
            RemarkMessage(**{name: getattr(remark, name) for name in RemarkMessage.model_fields})
            for remark in record.remarks
        ]
        return cls(**values)


class ProposalMessage(Message):
    """A value that was not applied, as its feed entry told it (docs/spec/wire.md "Entries"); ``seq``: its place."""

    rid: Id
    seq: int
    op: Word
    set: dict[str, str | None]
    was: dict[str, str | None]
    reason: Word
    base_rev: int
    by: Word
    by_name: Word
    at: Word

    @classmethod
    def of(cls, entry: FeedEntry) -> ProposalMessage:
        """Return the proposal of an entry whose payload is there."""
        return cls.model_validate({**(entry.payload or {}), "rid": entry.rid, "seq": entry.seq})


class SnapshotReply(Message):
    """One page of a scope's present state, read in one transaction with its head. ``after``: give it back for more,
    "" when this was the last page. ``files``: names of files whole on the server among those referenced here.
    ``proposals``: those about these records that nobody has settled. ``total``: records of the scope, ``left``: those
    behind this page; both 0 where the server does not say."""

    vid: Id
    epoch: Word
    seq: int
    hash: Sha
    records: list[RecordMessage]
    files: list[str]
    proposals: list[ProposalMessage] = Field(default_factory=list)
    after: Word
    total: int = 0
    left: int = 0


class HistoryReply(Message):
    """Entries about one record in order, from the first that may be read; ``more``: ask again behind the last."""

    vid: Id
    rid: Id
    entries: list[EntryMessage]
    more: bool


class FormStanding(Message):
    """How many filled forms of one form stand in a scope, and the hash over their lines (``core.standing``)."""

    form: Word
    records: int
    digest: Sha


class ScopeStanding(Message):
    """One feed: its head, and what stands there form by form."""

    vid: Id
    seq: int
    hash: Sha
    forms: list[FormStanding]


class StandingReply(Message):
    """What the server holds, in its own word: ``sig`` by its key over everything else."""

    epoch: Word
    now: Word
    scopes: list[ScopeStanding]
    sig: str

    def signed_bytes(self) -> bytes:
        """Return what is signed: the canonical JSON of this reply without the signature."""
        return canonical(self.model_dump(exclude={"sig"}))


class StandingRow(Message):
    """One filled form: its revision and content hash."""

    rid: Id
    rev: int
    sha: Sha


class StandingRows(Message):
    """Every filled form of one scope, in the order of their ids."""

    vid: Id
    rows: list[StandingRow]


class AttStatus(Message):
    """``offset``: bytes durably kept; send from there. ``done``: whole, hash verified."""

    sha: Sha
    done: bool
    offset: int
    size: int = 0


def sealed(body: Message) -> dict[str, Any]:
    """Return the JSON of a reply with its ``digest`` over everything else."""
    raw = body.model_dump(mode="json")
    raw["digest"] = digest(raw)
    return raw


def unseal(raw: Any) -> dict[str, Any]:
    """Check a reply's digest and return the rest; raise ``wire.bad_digest`` when it is missing or wrong."""
    if not isinstance(raw, dict) or not isinstance(raw.get("digest"), str):
        raise SidumbaError("wire.not_our_server")
    body = {key: value for key, value in raw.items() if key != "digest"}
    try:
        right = digest(body) == raw["digest"]
    except (TypeError, ValueError, RecursionError):
        right = False
    if not right:
        raise SidumbaError("wire.bad_digest")
    return body
