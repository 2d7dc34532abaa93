"""Bundles from sticks: which came, by whom, how far they are, and which reply lies ready."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None

_TEXTS = (
    "state",
    "carrier",
    "begun_at",
    "bundle",
    "device",
    "made_at",
    "code",
    "answered_at",
    "reply",
    "reply_sha",
)
_NUMBERS = ("size", "number", "ops", "files", "receipt", "reply_size")


def upgrade() -> None:
    op.create_table(
        "bundle",
        sa.Column("sha", sa.String(), primary_key=True, nullable=False),
        *(sa.Column(name, sa.String(), nullable=False) for name in _TEXTS),
        *(sa.Column(name, sa.BigInteger(), nullable=False) for name in _NUMBERS),
    )
    op.create_index("ix_bundle_carrier", "bundle", ["carrier", "state"])
    op.create_index("ix_bundle_begun_at", "bundle", ["begun_at"])
