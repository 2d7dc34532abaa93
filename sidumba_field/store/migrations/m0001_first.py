"""Migration 1: everything of the first release."""

from __future__ import annotations

NUMBER = 1
NAME = "first"
STATEMENTS: tuple[str, ...] = (
    "CREATE TABLE meta (key TEXT PRIMARY KEY NOT NULL, value TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE scope (
        vid TEXT PRIMARY KEY NOT NULL, program TEXT NOT NULL, unit TEXT NOT NULL, unit_name TEXT NOT NULL,
        seq INTEGER NOT NULL, hash TEXT NOT NULL, head_seq INTEGER NOT NULL, head_hash TEXT NOT NULL,
        snapshot_seq INTEGER, snapshot_hash TEXT, snapshot_after TEXT)""",
    "CREATE TABLE person (user_id TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL) WITHOUT ROWID",
    """CREATE TABLE local_user (
        user_id TEXT PRIMARY KEY NOT NULL, username TEXT NOT NULL, name TEXT NOT NULL, position TEXT NOT NULL,
        nip TEXT NOT NULL, unit TEXT NOT NULL, unit_name TEXT NOT NULL, grants TEXT NOT NULL,
        lease_until TEXT NOT NULL)""",
    """CREATE TABLE record (
        n INTEGER PRIMARY KEY, rid TEXT NOT NULL UNIQUE, vid TEXT NOT NULL, program TEXT NOT NULL,
        subject TEXT NOT NULL, form TEXT NOT NULL, form_v TEXT NOT NULL, born TEXT NOT NULL, base TEXT,
        base_rev INTEGER NOT NULL, stale_base INTEGER NOT NULL, saved_at TEXT NOT NULL, fields TEXT NOT NULL,
        state TEXT NOT NULL, owner TEXT NOT NULL, period TEXT NOT NULL, rev INTEGER NOT NULL, mark TEXT NOT NULL,
        returned INTEGER NOT NULL, created_at TEXT NOT NULL, changed_at TEXT NOT NULL, text_stale INTEGER NOT NULL)""",
    "CREATE INDEX record_list ON record (program, subject, changed_at, rid)",
    "CREATE INDEX record_state ON record (program, subject, state, changed_at, rid)",
    "CREATE INDEX record_mark ON record (program, subject, mark, changed_at, rid)",
    "CREATE INDEX record_count ON record (program, mark, returned)",
    "CREATE INDEX record_scope ON record (vid)",
    "CREATE INDEX record_text_stale ON record (n) WHERE text_stale = 1",
    """CREATE VIRTUAL TABLE record_text USING fts5 (
        body, content = '', contentless_delete = 1, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3')""",
    """CREATE TABLE journal (
        rid TEXT NOT NULL REFERENCES record (rid), path TEXT NOT NULL, value TEXT, saved_at TEXT NOT NULL,
        seen INTEGER NOT NULL, PRIMARY KEY (rid, path)) WITHOUT ROWID""",
    """CREATE TABLE outbox (
        op TEXT PRIMARY KEY NOT NULL, dseq INTEGER NOT NULL UNIQUE, place INTEGER NOT NULL, rid TEXT NOT NULL,
        vid TEXT NOT NULL, program TEXT NOT NULL, kind TEXT NOT NULL, command TEXT NOT NULL, state TEXT NOT NULL,
        payload TEXT NOT NULL, seen TEXT NOT NULL, predicted TEXT NOT NULL, not_before TEXT NOT NULL,
        queued_at TEXT NOT NULL, frozen INTEGER NOT NULL, sent_at TEXT NOT NULL, answered_at TEXT NOT NULL,
        rev INTEGER NOT NULL, seq INTEGER NOT NULL, code TEXT NOT NULL, params TEXT NOT NULL,
        conflicts TEXT NOT NULL, receipt TEXT NOT NULL, failures INTEGER NOT NULL, attention INTEGER NOT NULL,
        pulled INTEGER NOT NULL)""",
    "CREATE INDEX outbox_record ON outbox (rid, place, dseq)",
    "CREATE INDEX outbox_state ON outbox (state, place, dseq)",
    """CREATE TABLE prediction (
        op TEXT NOT NULL REFERENCES outbox (op), rid TEXT NOT NULL, state TEXT NOT NULL,
        PRIMARY KEY (op, rid)) WITHOUT ROWID""",
    "CREATE INDEX prediction_record ON prediction (rid)",
    """CREATE TABLE feed (
        vid TEXT NOT NULL, seq INTEGER NOT NULL, prev TEXT NOT NULL, hash TEXT NOT NULL, rid TEXT NOT NULL,
        rev INTEGER NOT NULL, kind TEXT NOT NULL, op TEXT NOT NULL, actor TEXT NOT NULL, server_time TEXT NOT NULL,
        payload_digest TEXT NOT NULL, payload TEXT, salt TEXT NOT NULL, PRIMARY KEY (vid, seq))""",
    "CREATE INDEX feed_record ON feed (rid, seq)",
    """CREATE TABLE feed_lost (
        n INTEGER PRIMARY KEY, lost_at TEXT NOT NULL, vid TEXT NOT NULL, seq INTEGER NOT NULL, hash TEXT NOT NULL,
        entry TEXT NOT NULL)""",
    """CREATE TABLE snapshot (
        rid TEXT PRIMARY KEY NOT NULL, rev INTEGER NOT NULL, fields TEXT NOT NULL)""",
    """CREATE TABLE proposal (
        op TEXT PRIMARY KEY NOT NULL, rid TEXT NOT NULL, vid TEXT NOT NULL, seq INTEGER NOT NULL,
        reason TEXT NOT NULL, "set" TEXT NOT NULL, was TEXT NOT NULL, base_rev INTEGER NOT NULL, "by" TEXT NOT NULL,
        by_name TEXT NOT NULL, at TEXT NOT NULL)""",
    "CREATE INDEX proposal_record ON proposal (rid, seq)",
    """CREATE TABLE file (
        sha TEXT PRIMARY KEY NOT NULL, name TEXT NOT NULL, size INTEGER NOT NULL, state TEXT NOT NULL,
        "offset" INTEGER NOT NULL, code TEXT NOT NULL, added_at TEXT NOT NULL)""",
    "CREATE INDEX file_state ON file (state, size)",
    """CREATE TABLE file_link (
        sha TEXT NOT NULL REFERENCES file (sha), rid TEXT NOT NULL, path TEXT NOT NULL,
        PRIMARY KEY (sha, rid, path)) WITHOUT ROWID""",
    "CREATE TABLE receipt (number TEXT PRIMARY KEY NOT NULL, at TEXT NOT NULL, ops INTEGER NOT NULL)",
    """CREATE TABLE access_log (
        n INTEGER PRIMARY KEY, at TEXT NOT NULL, user TEXT NOT NULL, event TEXT NOT NULL, detail TEXT NOT NULL)""",
)
