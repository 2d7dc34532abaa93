"""The lists of this laptop: what a program's list consists of, everything a question finds, and the rows of a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa

from sidumba_field.store import codec, filling, lines, listing
from sidumba_field.store.database import Database
from sidumba_field.store.filling import Filling
from sidumba_field.store.lines import ListSpec
from sidumba_field.store.listing import Hits, ListQuery
from sidumba_field.store.tables import RECORD
from sidumba_field.store.values import RecordRow

#: The words of the full text index as a table of their own; it holds nothing and lives as long as the connection.
_WORDS = "CREATE VIRTUAL TABLE IF NOT EXISTS temp.record_words USING fts5vocab(main, record_text, row)"


class Lists:
    """Repository of lists: they hold nothing of their own, everything follows from the records."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def use(self, program: str, spec: ListSpec) -> bool:
        """Say what a program's list consists of; True when that is something else than before.

        Few records get their new rows at once. Many keep the old ones until all are ready: then ``filling`` tells how
        far that is, and every call of ``fill`` goes on with it, also after a kill.
        """
        with self._db.read() as connection:
            if (lines.coming(connection, program) or lines.spec_of(connection, program)) == spec:
                return False
        with self._db.write() as connection:
            # A list given up half-way has left its words in the index: the one before is filled again, too.
            if filling.stop(connection, program) or lines.spec_of(connection, program) != spec:
                filling.begin(connection, program, spec)
                if filling.amount(connection, program) <= filling.AT_ONCE:
                    while not filling.step(connection, program):
                        pass
        return True

    def filling(self) -> Mapping[str, Filling]:
        """Return program -> how far its list is, of those whose rows are being made; empty nearly always."""
        with self._db.read() as connection:
            return filling.running(connection)

    def fill(self, program: str) -> bool:
        """Make some hundred rows more of a changed list, durably; True when it is whole and shown from now on."""
        with self._db.write() as connection:
            return filling.step(connection, program)

    def hits(self, query: ListQuery) -> Hits:
        """Return everything found, in order, with counts per state."""
        self._index(query)
        with self._db.read() as connection:
            return listing.hits(connection, query)

    def first(self, query: ListQuery, limit: int) -> tuple[list[int], int]:
        """Return the first ``limit`` records of a question without words, by the time they changed, and how many it
        finds in all: a queue reads no more than it shows."""
        with self._db.read() as connection:
            return listing.first(connection, query, limit)

    def sharing(
        self, program: str, vids: Sequence[str], groups: Sequence[Sequence[str]], *, whole: bool
    ) -> list[RecordRow]:
        """Return up to 500 records in which all answers of one of ``groups`` stand; ``whole`` as in ``rows``."""
        if not groups:
            return []
        query = ListQuery(program, vids, text=groups[0][0])
        self._index(query)
        with self._db.read() as connection:
            return listing.rows(connection, listing.sharing(connection, groups), vids, whole)

    def facets(self, query: ListQuery, by: str) -> Mapping[str, int]:
        """Return how many records found carry which word of ``by`` (see ``listing.facets``)."""
        self._index(query)
        with self._db.read() as connection:
            return listing.facets(connection, query, by)

    def rows(self, numbers: Sequence[int], vids: Sequence[str], *, whole: bool = False) -> list[RecordRow]:
        """Return the lines of these records (``RecordRow.n``) in this order; foreign scopes' are left out. ``whole``:
        every answer is in their fields, not only those of the list."""
        with self._db.read() as connection:
            return listing.rows(connection, numbers, vids, whole)

    def numbers(self, rids: Sequence[str]) -> list[int]:
        """Return the numbers (``RecordRow.n``) of these records, in this order; unknown ones are left out."""
        asked = sa.func.json_each(codec.dump(list(rids))).table_valued("value")
        found = sa.select(RECORD.c.rid, RECORD.c.n).where(RECORD.c.rid.in_(sa.select(asked.c.value)))
        with self._db.read() as connection:
            known = {row.rid: row.n for row in connection.execute(found)}
        return [known[rid] for rid in rids if rid in known]

    def begun(self, program: str, owner: str, since: str, vids: Sequence[str]) -> list[RecordRow]:
        """Return what ``owner`` began at or after the ISO instant ``since``, oldest first."""
        with self._db.read() as connection:
            return listing.begun(connection, program, owner, since, vids)

    def amount(self, program: str, vids: Sequence[str], subject: str = "record") -> int:
        """Return how many records of these scopes there are."""
        query = ListQuery(program, vids, subject)
        with self._db.read() as connection:
            return sum(listing.facets(connection, query, listing.STATE).values())

    def words_like(self, prefix: str, limit: int = 2_000) -> list[str]:
        """Return searched words that begin with ``prefix``, the most written first (to offer another spelling)."""
        asked = sa.text(
            "SELECT term FROM record_words WHERE term >= :low AND term < :high ORDER BY doc DESC LIMIT :most"
        )
        bounds = {"low": prefix, "high": prefix + "\U0010ffff", "most": limit}
        with self._db.read() as connection:
            connection.exec_driver_sql(_WORDS)
            return list(connection.execute(asked, bounds).scalars())

    def _index(self, query: ListQuery) -> None:
        """Words of answers kept since the last search are looked up too."""
        if not query.text.strip():
            return
        with self._db.read() as connection:
            stale = connection.execute(
                sa.select(RECORD.c.n).where(sa.text("text_stale = 1")).limit(1)
            ).first()
        if stale is not None:
            with self._db.write() as connection:
                listing.index_stale(connection)
