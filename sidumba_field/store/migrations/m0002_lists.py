"""Migration 2: what lists are made of. Narrow numbers per record to filter, count and order by, and the words of a row.

Rows that lie here already get their numbers at once; the answers their rows show are filled in when a program says
which columns its list has (``store.lists.use``).
"""

from __future__ import annotations

NUMBER = 2
NAME = "lists"
STATEMENTS: tuple[str, ...] = (
    "CREATE TABLE word (n INTEGER PRIMARY KEY, text TEXT NOT NULL UNIQUE)",
    """CREATE TABLE card (
        n INTEGER PRIMARY KEY, kind INTEGER NOT NULL, place INTEGER NOT NULL, state INTEGER NOT NULL,
        mark INTEGER NOT NULL, period INTEGER NOT NULL, owner INTEGER NOT NULL, remarks INTEGER NOT NULL,
        reasons INTEGER NOT NULL, begun INTEGER NOT NULL, changed INTEGER NOT NULL,
        f1 INTEGER NOT NULL, f2 INTEGER NOT NULL, f3 INTEGER NOT NULL, f4 INTEGER NOT NULL)""",
    """CREATE TABLE card_line (
        n INTEGER PRIMARY KEY, rid TEXT NOT NULL, rev INTEGER NOT NULL, created_at TEXT NOT NULL,
        changed_at TEXT NOT NULL, c1 TEXT, c2 TEXT, c3 TEXT, c4 TEXT, c5 TEXT, c6 TEXT, c7 TEXT, c8 TEXT,
        c9 TEXT, c10 TEXT)""",
    """CREATE TABLE list_spec (
        program TEXT PRIMARY KEY NOT NULL, columns TEXT NOT NULL, filters TEXT NOT NULL,
        search TEXT NOT NULL) WITHOUT ROWID""",
    """INSERT INTO word (text) SELECT program || '/' || subject FROM record UNION SELECT vid FROM record
        UNION SELECT state FROM record UNION SELECT mark FROM record UNION SELECT period FROM record
        UNION SELECT owner FROM record UNION SELECT ''""",
    """INSERT INTO card SELECT record.n, (SELECT n FROM word WHERE text = program || '/' || subject),
        (SELECT n FROM word WHERE text = vid), (SELECT n FROM word WHERE text = state),
        (SELECT n FROM word WHERE text = mark), (SELECT n FROM word WHERE text = period),
        (SELECT n FROM word WHERE text = owner),
        CASE WHEN returned = 1 THEN coalesce(json_array_length(base, '$.remarks'), 0) ELSE 0 END,
        (SELECT count(*) FROM json_each(fields) WHERE key LIKE '@reason/%' AND value <> ''),
        coalesce(CAST(round(unixepoch(created_at, 'subsec') * 1000) AS INTEGER), 0),
        coalesce(CAST(round(unixepoch(changed_at, 'subsec') * 1000) AS INTEGER), 0),
        (SELECT n FROM word WHERE text = ''), (SELECT n FROM word WHERE text = ''),
        (SELECT n FROM word WHERE text = ''), (SELECT n FROM word WHERE text = '')
        FROM record""",
    """INSERT INTO card_line (n, rid, rev, created_at, changed_at)
        SELECT n, rid, rev, created_at, changed_at FROM record""",
    "CREATE INDEX card_order ON card (kind, changed, n, place, state, mark)",
    "CREATE INDEX card_state ON card (kind, state, changed, n, place, mark)",
    "CREATE INDEX card_owner ON card (owner, begun, kind, place)",
    "DROP INDEX record_mark",
    "DROP INDEX record_count",
)
