"""Migration 4: what somebody has chosen about values that wait is kept until it is decided."""

from __future__ import annotations

NUMBER = 4
NAME = "choices"
STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE choice (
        op TEXT NOT NULL, user TEXT NOT NULL, unit TEXT NOT NULL, word TEXT NOT NULL, value TEXT NOT NULL,
        at TEXT NOT NULL, PRIMARY KEY (op, user, unit)) WITHOUT ROWID""",
)
