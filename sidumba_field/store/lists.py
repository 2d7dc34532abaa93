"""The lists of this laptop: what a program's list consists of, everything a question finds, and the rows of a page."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from sidumba_field.store import cards, codec, lines, listing
from sidumba_field.store.database import Database
from sidumba_field.store.lines import ListSpec
from sidumba_field.store.listing import Hits, ListQuery
from sidumba_field.store.tables import CARD, LIST_SPEC, RECORD
from sidumba_field.store.values import RecordRow

_CHUNK = 500
#: The words of the full text index as a table of their own; it holds nothing and lives as long as the connection.
_WORDS = "CREATE VIRTUAL TABLE IF NOT EXISTS temp.record_words USING fts5vocab(main, record_text, row)"


class Lists:
    """Repository of lists: they hold nothing of their own, everything follows from the records."""

    def __init__(self, database: Database) -> None:
        self._db = database

    def use(self, program: str, spec: ListSpec) -> bool:
        """Say what a program's list consists of; a changed one rewrites the rows of its records (True)."""
        with self._db.read() as connection:
            if lines.spec_of(connection, program) == spec:
                return False
        with self._db.write() as connection:
            texts = {name: codec.dump(list(getattr(spec, name))) for name in ListSpec.__slots__}
            row = insert(LIST_SPEC).values(program=program, **texts)
            connection.execute(row.on_conflict_do_update(index_elements=[LIST_SPEC.c.program], set_=texts))
            connection.info.pop("specs", None)
            _rewrite(connection, program)
        return True

    def hits(self, query: ListQuery) -> Hits:
        """Return everything found, in order, with counts per state."""
        self._index(query)
        with self._db.read() as connection:
            return listing.hits(connection, query)

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


def _rewrite(connection: sa.Connection, program: str) -> None:
    """Write the rows of a program's records anew, a few hundred at a time."""
    last = 0
    while True:
        asked = (
            sa.select(RECORD, CARD.c.remarks.label("open_remarks"))
            .join(CARD, CARD.c.n == RECORD.c.n)
            .where(RECORD.c.program == program, RECORD.c.n > last)
            .order_by(RECORD.c.n)
            .limit(_CHUNK)
        )
        found = connection.execute(asked).mappings().all()
        if not found:
            return
        last = found[-1]["n"]
        lines.write(connection, [_line(row) for row in found])
        for row in found:
            cards.index_words(connection, row["n"], program, codec.load(row["fields"]))


def _line(row: codec.Row) -> lines.Line:
    told = ("n", "rid", "vid", "program", "subject", "state", "mark", "period", "owner", "rev")
    return lines.Line(
        **{name: row[name] for name in told},
        remarks=row["open_remarks"],
        created_at=row["created_at"],
        changed_at=row["changed_at"],
        fields=codec.load(row["fields"]),
    )
