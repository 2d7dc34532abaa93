"""Who looked at what: refusals, what laptops logged, requests of persons (UU 27/2022), and what was destroyed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def text(name: str, long: bool = False, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text() if long else sa.String(), nullable=False, primary_key=key)


def number(name: str, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False, primary_key=key, autoincrement=False)


def upgrade() -> None:
    op.create_table(
        "refusal",
        text("id", key=True),
        *(text(name) for name in ("day", "device", "user", "what", "target", "code")),
        number("count"),
        text("last_at"),
    )
    op.create_index("ix_refusal_last_at", "refusal", ["last_at"])
    op.create_table(
        "access_log",
        text("device", key=True),
        text("inc", key=True),
        number("n", key=True),
        *(text(name) for name in ("at", "user", "event", "rid", "unit")),
        text("detail", long=True),
        text("received_at"),
    )
    op.create_index("ix_access_log_rid", "access_log", ["rid"])
    op.create_index("ix_access_log_user", "access_log", ["user"])
    op.create_table(
        "data_request",
        text("id", key=True),
        number("number"),
        *(text(name) for name in ("kind", "rid", "applicant", "note", "registered_at", "due_at")),
        *(text(name) for name in ("done_at", "outcome", "result")),
    )
    op.create_index("ix_data_request_number", "data_request", ["number"], unique=True)
    op.create_table(
        "destruction",
        text("id", key=True),
        number("number"),
        *(text(name) for name in ("program", "proposed_at", "before", "decided_at", "decided_by")),
        text("basis"),
        text("done_at"),
        text("members", long=True),
    )
    op.create_index("ix_destruction_number", "destruction", ["number"], unique=True)
