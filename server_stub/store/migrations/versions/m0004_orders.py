"""Orders to laptops, and the daily signed roots over all feeds."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def text(name: str, long: bool = False, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text() if long else sa.String(), nullable=False, primary_key=key)


def number(name: str, key: bool = False) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False, primary_key=key, autoincrement=False)


def upgrade() -> None:
    op.create_table(
        "device_order",
        text("device", key=True),
        number("number", key=True),
        *(text(name) for name in ("word", "at")),
        text("reason", long=True),
        text("sig"),
    )
    op.create_table(
        "root",
        text("day", key=True),
        text("epoch", key=True),
        text("at"),
        number("count"),
        *(text(name) for name in ("root", "sig")),
    )
    op.create_index("ix_root_at", "root", ["at"])
    op.create_table(
        "root_head",
        *(text(name, key=True) for name in ("day", "epoch", "vid")),
        number("seq"),
        text("hash"),
    )
    op.create_index("ix_root_head_vid", "root_head", ["vid"])
