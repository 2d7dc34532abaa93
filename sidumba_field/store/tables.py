"""The tables of laptop.db as SQLModel classes in a registry of their own (docs/spec/storage.md lists every column).

They serve queries only: migrations make the schema, and a test holds the two against each other. No object of these
classes leaves the store.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel


class Base(SQLModel, registry=registry()):
    """Own registry, own metadata: the server's store may live in the same process."""


class MetaTable(Base, table=True):
    __tablename__ = "meta"
    key: str = Field(primary_key=True)
    value: str


class MigrationTable(Base, table=True):
    __tablename__ = "migration"
    number: int = Field(primary_key=True)
    name: str
    applied_at: str


class ScopeTable(Base, table=True):
    __tablename__ = "scope"
    vid: str = Field(primary_key=True)
    program: str
    unit: str
    unit_name: str
    seq: int
    hash: str
    head_seq: int
    head_hash: str
    snapshot_seq: int | None
    snapshot_hash: str | None
    snapshot_after: str | None


class PersonTable(Base, table=True):
    __tablename__ = "person"
    user_id: str = Field(primary_key=True)
    name: str


class LocalUserTable(Base, table=True):
    __tablename__ = "local_user"
    user_id: str = Field(primary_key=True)
    username: str
    name: str
    position: str
    nip: str
    unit: str
    unit_name: str
    grants: str
    lease_until: str


class RecordTable(Base, table=True):
    """``base``: the server's record as JSON, or NULL. Everything from ``fields`` on is derived and may be rebuilt."""

    __tablename__ = "record"
    n: int | None = Field(primary_key=True)
    rid: str
    vid: str
    program: str
    subject: str
    form: str
    form_v: str
    born: str
    base: str | None
    base_rev: int
    stale_base: int
    saved_at: str
    fields: str
    state: str
    owner: str
    period: str
    rev: int
    mark: str
    returned: int
    created_at: str
    changed_at: str
    text_stale: int


class WordTable(Base, table=True):
    """Words that stand for themselves in many rows (scopes, states, people), as small numbers."""

    __tablename__ = "word"
    n: int | None = Field(primary_key=True)
    text: str


class CardTable(Base, table=True):
    """What lists filter, count and order by, narrow enough that a hundred thousand are read in a blink.

    ``kind``, ``place``, ``state``, ``mark``, ``period``, ``owner``, ``f1`` to ``f4``: numbers of words; ``begun``,
    ``changed``: milliseconds since 1970.
    """

    __tablename__ = "card"
    n: int | None = Field(primary_key=True)
    kind: int
    place: int
    state: int
    mark: int
    period: int
    owner: int
    remarks: int
    reasons: int
    begun: int
    changed: int
    f1: int
    f2: int
    f3: int
    f4: int


class CardLineTable(Base, table=True):
    """What a line of a list shows; ``c1`` to ``c10`` are the columns the program names (table ``list_spec``)."""

    __tablename__ = "card_line"
    n: int | None = Field(primary_key=True)
    rid: str
    rev: int
    created_at: str
    changed_at: str
    c1: str | None
    c2: str | None
    c3: str | None
    c4: str | None
    c5: str | None
    c6: str | None
    c7: str | None
    c8: str | None
    c9: str | None
    c10: str | None


class ListSpecTable(Base, table=True):
    """The columns, filters and searched answers of each program's list, as JSON arrays of paths."""

    __tablename__ = "list_spec"
    program: str = Field(primary_key=True)
    columns: str
    filters: str
    search: str


class TallyTable(Base, table=True):
    """How many cards have which numbers in common; kept by triggers. ``back``: 1 for those sent back with remarks."""

    __tablename__ = "tally"
    kind: int = Field(primary_key=True)
    place: int = Field(primary_key=True)
    state: int = Field(primary_key=True)
    mark: int = Field(primary_key=True)
    period: int = Field(primary_key=True)
    back: int = Field(primary_key=True)
    count: int


class ListFillTable(Base, table=True):
    """A list whose columns changed: what it is going to show, and the last record (``n``) made ready for it."""

    __tablename__ = "list_fill"
    program: str = Field(primary_key=True)
    columns: str
    filters: str
    search: str
    last: int


class FillLineTable(Base, table=True):
    """What lines and filters are going to hold once all of a changed list is ready."""

    __tablename__ = "fill_line"
    n: int | None = Field(primary_key=True)
    f1: int
    f2: int
    f3: int
    f4: int
    c1: str | None
    c2: str | None
    c3: str | None
    c4: str | None
    c5: str | None
    c6: str | None
    c7: str | None
    c8: str | None
    c9: str | None
    c10: str | None


class JournalTable(Base, table=True):
    """The open draft: one row per answered path, not sealed yet. ``seen``: revision the answer was given on."""

    __tablename__ = "journal"
    rid: str = Field(primary_key=True)
    path: str = Field(primary_key=True)
    value: str | None
    saved_at: str
    seen: int


class OutboxTable(Base, table=True):
    __tablename__ = "outbox"
    op: str = Field(primary_key=True)
    dseq: int
    place: int
    rid: str
    vid: str
    program: str
    kind: str
    command: str
    state: str
    payload: str
    seen: str
    predicted: str
    not_before: str
    queued_at: str
    frozen: int
    sent_at: str
    answered_at: str
    rev: int
    seq: int
    code: str
    params: str
    conflicts: str
    receipt: str
    failures: int
    attention: int
    pulled: int


class PredictionTable(Base, table=True):
    __tablename__ = "prediction"
    op: str = Field(primary_key=True)
    rid: str = Field(primary_key=True)
    state: str


class FeedTable(Base, table=True):
    __tablename__ = "feed"
    vid: str = Field(primary_key=True)
    seq: int = Field(primary_key=True)
    prev: str
    hash: str
    rid: str
    rev: int
    kind: str
    op: str
    actor: str
    server_time: str
    payload_digest: str
    payload: str | None
    salt: str


class FeedLostTable(Base, table=True):
    """Entries of a history the server no longer knows (it was restored): kept as a witness, never applied."""

    __tablename__ = "feed_lost"
    n: int | None = Field(primary_key=True)
    lost_at: str
    vid: str
    seq: int
    hash: str
    entry: str


class SnapshotTable(Base, table=True):
    """A record's fields when it came by snapshot: where ``at_rev`` starts from."""

    __tablename__ = "snapshot"
    rid: str = Field(primary_key=True)
    rev: int
    fields: str


class ProposalTable(Base, table=True):
    __tablename__ = "proposal"
    op: str = Field(primary_key=True)
    rid: str
    vid: str
    seq: int
    reason: str
    set: str
    was: str
    base_rev: int
    by: str
    by_name: str
    at: str


class ChoiceTable(Base, table=True):
    """What a person chose about a waiting value and has not decided yet."""

    __tablename__ = "choice"
    op: str = Field(primary_key=True)
    user: str = Field(primary_key=True)
    unit: str = Field(primary_key=True)
    word: str
    value: str
    at: str


class FileTable(Base, table=True):
    __tablename__ = "file"
    sha: str = Field(primary_key=True)
    name: str
    size: int
    state: str
    offset: int
    code: str
    added_at: str
    carry: str = ""


class FileLinkTable(Base, table=True):
    __tablename__ = "file_link"
    sha: str = Field(primary_key=True)
    rid: str = Field(primary_key=True)
    path: str = Field(primary_key=True)


class ReceiptTable(Base, table=True):
    __tablename__ = "receipt"
    number: str = Field(primary_key=True)
    at: str
    ops: int


class AccessLogTable(Base, table=True):
    __tablename__ = "access_log"
    n: int | None = Field(primary_key=True)
    at: str
    user: str
    event: str
    detail: str


class BundleTable(Base, table=True):
    """What lies on sticks: one row per bundle that was written whole."""

    __tablename__ = "bundle"
    bundle: str = Field(primary_key=True)
    number: int
    previous: str
    made_at: str
    sha: str
    size: int
    ops: int
    records: int
    files: int


class BundleOpTable(Base, table=True):
    __tablename__ = "bundle_op"
    bundle: str = Field(primary_key=True)
    op: str = Field(primary_key=True)


class BundleFileTable(Base, table=True):
    __tablename__ = "bundle_file"
    bundle: str = Field(primary_key=True)
    sha: str = Field(primary_key=True)


class BundleReplyTable(Base, table=True):
    """Replies from sticks that were read to their end."""

    __tablename__ = "bundle_reply"
    bundle: str = Field(primary_key=True)
    answers: str
    number: int
    made_at: str
    read_at: str
    receipt: str


def _table(name: str) -> sa.Table:
    return Base.metadata.tables[name]


META = _table("meta")
MIGRATION = _table("migration")
SCOPE = _table("scope")
PERSON = _table("person")
LOCAL_USER = _table("local_user")
RECORD = _table("record")
WORD = _table("word")
CARD = _table("card")
CARD_LINE = _table("card_line")
LIST_SPEC = _table("list_spec")
TALLY = _table("tally")
LIST_FILL = _table("list_fill")
FILL_LINE = _table("fill_line")
JOURNAL = _table("journal")
OUTBOX = _table("outbox")
PREDICTION = _table("prediction")
FEED = _table("feed")
FEED_LOST = _table("feed_lost")
SNAPSHOT = _table("snapshot")
PROPOSAL = _table("proposal")
CHOICE = _table("choice")
FILE = _table("file")
FILE_LINK = _table("file_link")
RECEIPT = _table("receipt")
ACCESS_LOG = _table("access_log")
BUNDLE = _table("bundle")
BUNDLE_OP = _table("bundle_op")
BUNDLE_FILE = _table("bundle_file")
BUNDLE_REPLY = _table("bundle_reply")
