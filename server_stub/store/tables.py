"""The server's tables, in a registry of their own: laptop and server tables live in one process in tests.

Only repositories of this room touch them. Primary keys of what grows start with ``vid``, so that PostgreSQL can
partition and Citus distribute by it (spec/sync.md section 5). JSON is kept as text: both databases agree on it.
"""

from __future__ import annotations

from sqlalchemy import BigInteger, Index, Table, Text
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class ServerTable(SQLModel, registry=registry()):
    """Base of every table here."""


class MetaRow(ServerTable, table=True):
    """Facts about this server itself: epoch, office, district."""

    __tablename__ = "meta"
    key: str = Field(primary_key=True)
    value: str = Field(sa_type=Text)


class UnitRow(ServerTable, table=True):
    """An administrative unit this server works for; ``code`` as Kemendagri writes it."""

    __tablename__ = "unit"
    code: str = Field(primary_key=True)
    name: str


class HeadRow(ServerTable, table=True):
    """A scope and the head of its chain: advanced in the transaction of every change."""

    __tablename__ = "head"
    vid: str = Field(primary_key=True)
    program: str
    unit: str
    seq: int = Field(sa_type=BigInteger)
    hash: str
    __table_args__ = (Index("ix_head_program_unit", "program", "unit", unique=True),)


class RecordRow(ServerTable, table=True):
    """The present state of one subject. ``fields`` .. ``remarks`` are canonical JSON."""

    __tablename__ = "record"
    vid: str = Field(primary_key=True)
    rid: str = Field(primary_key=True)
    program: str
    subject: str
    form: str
    form_v: str
    state: str
    period: str
    rev: int = Field(sa_type=BigInteger)
    owner: str
    content_sha256: str
    fields: str = Field(sa_type=Text)
    field_revs: str = Field(sa_type=Text)
    authors: str = Field(sa_type=Text)
    remarks: str = Field(sa_type=Text)
    created_at: str
    changed_at: str
    __table_args__ = (
        Index("ix_record_rid", "rid", unique=True),
        Index("ix_record_desk", "vid", "subject", "state", "period"),
        Index("ix_record_subject", "program", "subject", "period"),
    )


class FeedRow(ServerTable, table=True):
    """One link of a scope's chain; never changed, never removed."""

    __tablename__ = "feed"
    vid: str = Field(primary_key=True)
    seq: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    prev: str
    hash: str
    rid: str
    rev: int = Field(sa_type=BigInteger)
    kind: str
    op: str
    actor: str
    server_time: str
    payload_digest: str
    __table_args__ = (Index("ix_feed_rid", "rid"),)


class PayloadRow(ServerTable, table=True):
    """What a link tells, with its salt: the part a person may have erased (UU 27/2022 article 8)."""

    __tablename__ = "payload"
    vid: str = Field(primary_key=True)
    seq: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    salt: str
    body: str = Field(sa_type=Text)


class OpRow(ServerTable, table=True):
    """Every op ever received and the answer it got. ``digest`` and ``body`` are emptied by an erasure."""

    __tablename__ = "op"
    op: str = Field(primary_key=True)
    digest: str
    device: str
    by: str
    dseq: int = Field(sa_type=BigInteger)
    vid: str
    rid: str
    received_at: str
    status: str
    answer: str = Field(sa_type=Text)
    body: str = Field(sa_type=Text)
    __table_args__ = (Index("ix_op_rid", "rid"), Index("ix_op_device", "device", "dseq"))


class FileRow(ServerTable, table=True):
    """A file some record refers to, or that was sent; ``done`` = whole and its hash verified."""

    __tablename__ = "file"
    sha: str = Field(primary_key=True)
    size: int = Field(sa_type=BigInteger)
    done: bool
    done_at: str


class FileRefRow(ServerTable, table=True):
    """Which record refers to which file, under which name ("<sha256>.<ext>")."""

    __tablename__ = "file_ref"
    vid: str = Field(primary_key=True)
    rid: str = Field(primary_key=True)
    sha: str = Field(primary_key=True)
    name: str
    __table_args__ = (Index("ix_file_ref_sha", "sha"),)


class UserRow(ServerTable, table=True):
    __tablename__ = "user_account"
    id: str = Field(primary_key=True)
    username: str = Field(unique=True)
    name: str
    position: str
    nip: str
    unit: str
    password_hash: str
    active: bool
    created_at: str


class GrantRow(ServerTable, table=True):
    """One right of one person; see ``core.workflow.roles.Grant``."""

    __tablename__ = "user_grant"
    id: str = Field(primary_key=True)
    user: str = Field(index=True)
    role: str
    program: str
    unit: str
    valid_from: str
    valid_to: str
    acting_for: str
    acting_as: str = Field(default="", sa_column_kwargs={"server_default": ""})


class UserKeyRow(ServerTable, table=True):
    """A person's public key on one laptop: what his decisions are verified with."""

    __tablename__ = "user_key"
    user: str = Field(primary_key=True)
    device: str = Field(primary_key=True)
    key: str = Field(primary_key=True)
    added_at: str


class CodeRow(ServerTable, table=True):
    """A one-time enrolment code, kept as hash; ``device`` = who used it."""

    __tablename__ = "enrolment_code"
    code_hash: str = Field(primary_key=True)
    unit: str
    name: str
    expires_at: str
    device: str


class DeviceRow(ServerTable, table=True):
    __tablename__ = "device"
    id: str = Field(primary_key=True)
    name: str
    unit: str
    key: str
    inc: str
    state: str
    dseq: int = Field(sa_type=BigInteger)
    receipts: int = Field(sa_type=BigInteger)
    failures: int = Field(sa_type=BigInteger)
    locked_until: str
    recovery_sealed: str = Field(sa_type=Text)
    enrolled_at: str
    seen_at: str


class SessionRow(ServerTable, table=True):
    """A signed-in person on one laptop; the token itself is never stored."""

    __tablename__ = "session"
    token_hash: str = Field(primary_key=True)
    user: str
    device: str
    expires_at: str


class NonceRow(ServerTable, table=True):
    """Numbers a device has signed with; each opens one request."""

    __tablename__ = "nonce"
    device: str = Field(primary_key=True)
    nonce: str = Field(primary_key=True)
    seen_at: str = Field(index=True)


class BackupProofRow(ServerTable, table=True):
    """A backup that was restored into a scratch database and compared. ``result``: "" = whole, else a code; ``heads``:
    JSON, scope -> [seq, hash] of the feeds it holds."""

    __tablename__ = "backup_proof"
    id: str = Field(primary_key=True)
    file: str
    sha256: str
    made_at: str
    proven_at: str = Field(index=True)
    result: str
    size: int = Field(sa_type=BigInteger)
    records: int = Field(sa_type=BigInteger)
    entries: int = Field(sa_type=BigInteger)
    files: int = Field(sa_type=BigInteger)
    scopes: int = Field(sa_type=BigInteger)
    heads: str = Field(sa_type=Text)


class RefusalRow(ServerTable, table=True):
    """What somebody asked for and did not get, counted per day. ``target``: an id, never an answer."""

    __tablename__ = "refusal"
    id: str = Field(primary_key=True)
    day: str
    device: str
    user: str
    what: str
    target: str
    code: str
    count: int = Field(sa_type=BigInteger)
    last_at: str = Field(index=True)


class AccessRow(ServerTable, table=True):
    """One line of a laptop's access log: who looked at, printed or exported what. ``n`` counts within ``inc``."""

    __tablename__ = "access_log"
    device: str = Field(primary_key=True)
    inc: str = Field(primary_key=True)
    n: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    at: str
    user: str = Field(index=True)
    event: str
    rid: str = Field(index=True)
    unit: str
    detail: str = Field(sa_type=Text)
    received_at: str


class RequestRow(ServerTable, table=True):
    """What a person asked for about his own data, and until when it has to be done."""

    __tablename__ = "data_request"
    id: str = Field(primary_key=True)
    number: int = Field(sa_type=BigInteger)
    kind: str
    rid: str
    applicant: str
    note: str
    registered_at: str
    due_at: str
    done_at: str
    outcome: str
    result: str
    __table_args__ = (Index("ix_data_request_number", "number", unique=True),)


class DestructionRow(ServerTable, table=True):
    """Records proposed for destruction together, who decided it, and when it was done. ``members``: JSON."""

    __tablename__ = "destruction"
    id: str = Field(primary_key=True)
    number: int = Field(sa_type=BigInteger)
    program: str
    proposed_at: str
    before: str
    decided_at: str
    decided_by: str
    basis: str
    done_at: str
    members: str = Field(sa_type=Text)
    __table_args__ = (Index("ix_destruction_number", "number", unique=True),)


class DeviceOrderRow(ServerTable, table=True):
    """An order of the district to one laptop, signed; the one with the highest number counts."""

    __tablename__ = "device_order"
    device: str = Field(primary_key=True)
    number: int = Field(primary_key=True, sa_type=BigInteger, sa_column_kwargs={"autoincrement": False})
    word: str
    at: str
    reason: str = Field(sa_type=Text)
    sig: str


class DeviceLifeRow(ServerTable, table=True):
    """One incarnation of one laptop. ``marks``: the newest it sent, its last first; ``strange_at``: when somebody came
    who did not know them; ``twin_at``: when two machines were last seen under this name."""

    __tablename__ = "device_life"
    device: str = Field(primary_key=True)
    inc: str = Field(primary_key=True)
    number: int = Field(sa_type=BigInteger)
    marks: str = Field(sa_type=Text)
    first_seen: str
    seen_at: str
    strange_at: str
    twin_at: str


class RootRow(ServerTable, table=True):
    """The signed Merkle root over all feed heads of one day."""

    __tablename__ = "root"
    day: str = Field(primary_key=True)
    epoch: str = Field(primary_key=True)
    at: str = Field(index=True)
    count: int = Field(sa_type=BigInteger)
    root: str
    sig: str


class RootHeadRow(ServerTable, table=True):
    """A head that had moved since the root before."""

    __tablename__ = "root_head"
    day: str = Field(primary_key=True)
    epoch: str = Field(primary_key=True)
    vid: str = Field(primary_key=True)
    seq: int = Field(sa_type=BigInteger)
    hash: str
    __table_args__ = (Index("ix_root_head_vid", "vid"),)


class BundleRow(ServerTable, table=True):
    """A bundle that came from a stick; see ``store.bundles.CarriedBundle``."""

    __tablename__ = "bundle"
    sha: str = Field(primary_key=True)
    state: str
    carrier: str
    begun_at: str = Field(index=True)
    bundle: str
    device: str
    made_at: str
    code: str
    answered_at: str
    reply: str
    reply_sha: str
    size: int = Field(sa_type=BigInteger)
    number: int = Field(sa_type=BigInteger)
    ops: int = Field(sa_type=BigInteger)
    files: int = Field(sa_type=BigInteger)
    receipt: int = Field(sa_type=BigInteger)
    reply_size: int = Field(sa_type=BigInteger)
    __table_args__ = (Index("ix_bundle_carrier", "carrier", "state"),)


metadata = ServerTable.metadata


def table(row: type[ServerTable]) -> Table:
    """Return the Core table behind a row class: repositories speak Core, for plain and fast statements."""
    return metadata.tables[str(row.__tablename__)]


META, UNIT, HEAD, RECORD = table(MetaRow), table(UnitRow), table(HeadRow), table(RecordRow)
FEED, PAYLOAD, OP = table(FeedRow), table(PayloadRow), table(OpRow)
FILE, FILE_REF = table(FileRow), table(FileRefRow)
USER, GRANT, USER_KEY = table(UserRow), table(GrantRow), table(UserKeyRow)
CODE, DEVICE, SESSION, NONCE = table(CodeRow), table(DeviceRow), table(SessionRow), table(NonceRow)
PROOF = table(BackupProofRow)
REFUSAL, ACCESS = table(RefusalRow), table(AccessRow)
REQUEST, DESTRUCTION = table(RequestRow), table(DestructionRow)
DEVICE_ORDER, ROOT, ROOT_HEAD = table(DeviceOrderRow), table(RootRow), table(RootHeadRow)
LIFE = table(DeviceLifeRow)
BUNDLE = table(BundleRow)
