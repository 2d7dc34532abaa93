"""The first schema: scopes and feeds, records, ops, files, people, laptops."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def text(name: str, long: bool = False, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text() if long else sa.String(), nullable=False, primary_key=key)


def number(name: str, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False, primary_key=key, autoincrement=False)


def flag(name: str) -> sa.Column[bool]:
    return sa.Column(name, sa.Boolean(), nullable=False)


def upgrade() -> None:
    _scopes()
    _changes()
    _files()
    _people()
    _laptops()


def _scopes() -> None:
    op.create_table("meta", text("key", key=True), text("value", long=True))
    op.create_table("unit", text("code", key=True), text("name"))
    op.create_table("head", text("vid", key=True), text("program"), text("unit"), number("seq"), text("hash"))
    op.create_index("ix_head_program_unit", "head", ["program", "unit"], unique=True)


def _changes() -> None:
    op.create_table(
        "record",
        text("vid", key=True),
        text("rid", key=True),
        *(text(name) for name in ("program", "subject", "form", "form_v", "state", "period")),
        number("rev"),
        text("owner"),
        text("content_sha256"),
        *(text(name, long=True) for name in ("fields", "field_revs", "authors", "remarks")),
        text("created_at"),
        text("changed_at"),
    )
    op.create_index("ix_record_rid", "record", ["rid"], unique=True)
    op.create_index("ix_record_desk", "record", ["vid", "subject", "state", "period"])
    op.create_index("ix_record_subject", "record", ["program", "subject", "period"])
    op.create_table(
        "feed",
        text("vid", key=True),
        number("seq", key=True),
        *(text(name) for name in ("prev", "hash", "rid")),
        number("rev"),
        *(text(name) for name in ("kind", "op", "actor", "server_time", "payload_digest")),
    )
    op.create_index("ix_feed_rid", "feed", ["rid"])
    op.create_table(
        "payload", text("vid", key=True), number("seq", key=True), text("salt"), text("body", long=True)
    )
    op.create_table(
        "op",
        text("op", key=True),
        *(text(name) for name in ("digest", "device", "by")),
        number("dseq"),
        *(text(name) for name in ("vid", "rid", "received_at", "status")),
        text("answer", long=True),
        text("body", long=True),
    )
    op.create_index("ix_op_rid", "op", ["rid"])
    op.create_index("ix_op_device", "op", ["device", "dseq"])


def _files() -> None:
    op.create_table("file", text("sha", key=True), number("size"), flag("done"), text("done_at"))
    op.create_table(
        "file_ref", text("vid", key=True), text("rid", key=True), text("sha", key=True), text("name")
    )
    op.create_index("ix_file_ref_sha", "file_ref", ["sha"])


def _people() -> None:
    op.create_table(
        "user_account",
        text("id", key=True),
        *(text(name) for name in ("username", "name", "position", "nip", "unit", "password_hash")),
        flag("active"),
        text("created_at"),
        sa.UniqueConstraint("username"),
    )
    op.create_table(
        "user_grant",
        text("id", key=True),
        *(text(name) for name in ("user", "role", "program", "unit", "valid_from", "valid_to", "acting_for")),
    )
    op.create_index("ix_user_grant_user", "user_grant", ["user"])
    op.create_table(
        "user_key", text("user", key=True), text("device", key=True), text("key", key=True), text("added_at")
    )


def _laptops() -> None:
    op.create_table(
        "enrolment_code",
        text("code_hash", key=True),
        *(text(name) for name in ("unit", "name", "expires_at", "device")),
    )
    op.create_table(
        "device",
        text("id", key=True),
        *(text(name) for name in ("name", "unit", "key", "inc", "state")),
        *(number(name) for name in ("dseq", "receipts", "failures")),
        text("locked_until"),
        text("recovery_sealed", long=True),
        text("enrolled_at"),
        text("seen_at"),
    )
    op.create_table(
        "session", text("token_hash", key=True), *(text(n) for n in ("user", "device", "expires_at"))
    )
    op.create_table("nonce", text("device", key=True), text("nonce", key=True), text("seen_at"))
    op.create_index("ix_nonce_seen_at", "nonce", ["seen_at"])
