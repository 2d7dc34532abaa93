"""Migration 6: what was saved onto sticks, and which replies from sticks were read."""

from __future__ import annotations

NUMBER = 6
NAME = "bundles"
STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE bundle (
        bundle TEXT PRIMARY KEY NOT NULL, number INTEGER NOT NULL, previous TEXT NOT NULL, made_at TEXT NOT NULL,
        sha TEXT NOT NULL, size INTEGER NOT NULL, ops INTEGER NOT NULL, records INTEGER NOT NULL,
        files INTEGER NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE bundle_op (
        bundle TEXT NOT NULL, op TEXT NOT NULL, PRIMARY KEY (bundle, op)) WITHOUT ROWID""",
    "CREATE INDEX bundle_op_op ON bundle_op (op)",
    """CREATE TABLE bundle_file (
        bundle TEXT NOT NULL, sha TEXT NOT NULL, PRIMARY KEY (bundle, sha)) WITHOUT ROWID""",
    """CREATE TABLE bundle_reply (
        bundle TEXT PRIMARY KEY NOT NULL, answers TEXT NOT NULL, number INTEGER NOT NULL, made_at TEXT NOT NULL,
        read_at TEXT NOT NULL, receipt TEXT NOT NULL) WITHOUT ROWID""",
)
