"""Migration 3: how many records stand where is kept, not counted; a changed list is filled beside the old one.

``tally`` follows ``card`` by triggers, so no writer can forget it. ``list_fill`` and ``fill_line`` hold the rows of a
list whose columns changed while they are made, some hundred at a time.
"""

from __future__ import annotations

NUMBER = 3
NAME = "tallies"
STATEMENTS: tuple[str, ...] = (
    """CREATE TABLE tally (
        kind INTEGER NOT NULL, place INTEGER NOT NULL, state INTEGER NOT NULL, mark INTEGER NOT NULL,
        period INTEGER NOT NULL, back INTEGER NOT NULL, count INTEGER NOT NULL,
        PRIMARY KEY (kind, place, state, mark, period, back)) WITHOUT ROWID""",
    """INSERT INTO tally (kind, place, state, mark, period, back, count)
        SELECT kind, place, state, mark, period, remarks > 0, count(*) FROM card GROUP BY 1, 2, 3, 4, 5, 6""",
    """CREATE TRIGGER card_came AFTER INSERT ON card BEGIN
        INSERT INTO tally (kind, place, state, mark, period, back, count)
            VALUES (new.kind, new.place, new.state, new.mark, new.period, new.remarks > 0, 1)
            ON CONFLICT (kind, place, state, mark, period, back) DO UPDATE SET count = count + 1;
        END""",
    """CREATE TRIGGER card_went AFTER DELETE ON card BEGIN
        UPDATE tally SET count = count - 1 WHERE kind = old.kind AND place = old.place AND state = old.state
            AND mark = old.mark AND period = old.period AND back = (old.remarks > 0);
        END""",
    """CREATE TRIGGER card_moved AFTER UPDATE OF kind, place, state, mark, period, remarks ON card
        WHEN old.kind <> new.kind OR old.place <> new.place OR old.state <> new.state OR old.mark <> new.mark
            OR old.period <> new.period OR (old.remarks > 0) <> (new.remarks > 0) BEGIN
        UPDATE tally SET count = count - 1 WHERE kind = old.kind AND place = old.place AND state = old.state
            AND mark = old.mark AND period = old.period AND back = (old.remarks > 0);
        INSERT INTO tally (kind, place, state, mark, period, back, count)
            VALUES (new.kind, new.place, new.state, new.mark, new.period, new.remarks > 0, 1)
            ON CONFLICT (kind, place, state, mark, period, back) DO UPDATE SET count = count + 1;
        END""",
    """CREATE TABLE list_fill (
        program TEXT PRIMARY KEY NOT NULL, columns TEXT NOT NULL, filters TEXT NOT NULL, search TEXT NOT NULL,
        last INTEGER NOT NULL) WITHOUT ROWID""",
    """CREATE TABLE fill_line (
        n INTEGER PRIMARY KEY, f1 INTEGER NOT NULL, f2 INTEGER NOT NULL, f3 INTEGER NOT NULL, f4 INTEGER NOT NULL,
        c1 TEXT, c2 TEXT, c3 TEXT, c4 TEXT, c5 TEXT, c6 TEXT, c7 TEXT, c8 TEXT, c9 TEXT, c10 TEXT)""",
)
