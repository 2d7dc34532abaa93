"""The lives of each laptop: two machines under one name are noticed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_table(
        "device_life",
        sa.Column("device", sa.String(), nullable=False, primary_key=True),
        sa.Column("inc", sa.String(), nullable=False, primary_key=True),
        sa.Column("number", sa.BigInteger(), nullable=False),
        sa.Column("marks", sa.Text(), nullable=False),
        *(
            sa.Column(name, sa.String(), nullable=False)
            for name in ("first_seen", "seen_at", "strange_at", "twin_at")
        ),
    )
