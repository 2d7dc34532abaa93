"""Proofs that a backup was restored, and in which quality somebody stands in for an official (Plt., Plh.)."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def text(name: str, long: bool = False, key: bool = False) -> sa.Column[str]:
    return sa.Column(name, sa.Text() if long else sa.String(), nullable=False, primary_key=key)


def number(name: str) -> sa.Column[int]:
    return sa.Column(name, sa.BigInteger(), nullable=False)


def upgrade() -> None:
    op.add_column("user_grant", sa.Column("acting_as", sa.String(), nullable=False, server_default=""))
    op.create_table(
        "backup_proof",
        text("id", key=True),
        *(text(name) for name in ("file", "sha256", "made_at", "proven_at", "result")),
        *(number(name) for name in ("size", "records", "entries", "files", "scopes")),
        text("heads", long=True),
    )
    op.create_index("ix_backup_proof_proven_at", "backup_proof", ["proven_at"])
