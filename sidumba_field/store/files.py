"""Attachments as the store knows them: which file belongs to which answer, and how much of it the server has."""

from __future__ import annotations

from collections.abc import Iterable

import sqlalchemy as sa
from sqlalchemy.dialects.sqlite import insert

from sidumba_field.attachments import StoredFile
from sidumba_field.core.time import Clock, iso
from sidumba_field.store import codec
from sidumba_field.store.database import Database
from sidumba_field.store.postponing import USB_OVER, by_stick, usb_over
from sidumba_field.store.small import write_meta
from sidumba_field.store.tables import FILE, FILE_LINK
from sidumba_field.store.values import Carry, FileRow, FileState


class Files:
    """Repository of attachments. Their bytes lie on the ``Shelf``."""

    def __init__(self, database: Database, clock: Clock) -> None:
        self._db = database
        self._clock = clock

    def add(self, file: StoredFile, rid: str, path: str) -> None:
        """Link a file that is on the shelf to an answer. It goes up once an op that names it is sealed."""
        row = {
            "sha": file.sha,
            "name": file.name,
            "size": file.size,
            "state": "local",
            "offset": 0,
            "code": "",
        }
        with self._db.write() as connection:
            at = iso(self._clock.now())
            connection.execute(insert(FILE).values(**row, added_at=at).on_conflict_do_nothing())
            link = insert(FILE_LINK).values(sha=file.sha, rid=rid, path=path)
            connection.execute(link.on_conflict_do_nothing())

    def pending(self) -> list[FileRow]:
        """Return the files that have to go up over the line, small ones first; not those kept for the stick."""
        return [row for row in self.unsent() if not row.postponed]

    def postponed(self) -> list[FileRow]:
        """Return the files that are kept for the stick, small ones first."""
        return [row for row in self.unsent() if row.postponed]

    def unsent(self) -> list[FileRow]:
        """Return every file the server lacks and an op that left the draft names, whichever way it is to go."""
        return self._select(FILE.c.state == FileState.WAITING.value)

    def only_here(self) -> list[str]:
        """Return the hashes of all files the server lacks, of drafts as well, small ones first."""
        return [row.sha for row in self._select(FILE.c.state != FileState.SENT.value)]

    def mentions(self, sha: str) -> list[tuple[str, str]]:
        """Return the answers a file was linked to: (rid, path), the newest record last."""
        found = sa.select(FILE_LINK.c.rid, FILE_LINK.c.path).where(FILE_LINK.c.sha == sha)
        with self._db.read() as connection:
            return [
                (row.rid, row.path)
                for row in connection.execute(found.order_by(FILE_LINK.c.rid, FILE_LINK.c.path))
            ]

    def get(self, sha: str) -> FileRow | None:
        """Return one file, None when the store has never heard of it."""
        found = self._select(FILE.c.sha == sha)
        return found[0] if found else None

    def carry(self, sha: str, how: Carry) -> None:
        """Keep what the person said of one file: by stick, over the line, or as the rule says."""
        with self._db.write() as connection:
            connection.execute(sa.update(FILE).where(FILE.c.sha == sha).values(carry=how.value))

    def usb_over(self) -> int:
        """Return the size in bytes beyond which files go by stick, 0 when there is no such rule."""
        with self._db.read() as connection:
            return usb_over(connection)

    def carry_over(self, limit: int) -> None:
        """Make files of more than ``limit`` bytes go by stick from now on; 0 ends the rule. What the person said of a
        single file goes before it."""
        with self._db.write() as connection:
            write_meta(connection, USB_OVER, str(limit) if limit else "")

    def of(self, rid: str) -> list[FileRow]:
        """Return the files ever linked to a record."""
        return self._select(FILE.c.sha.in_(sa.select(FILE_LINK.c.sha).where(FILE_LINK.c.rid == rid)))

    def troubled(self) -> list[FileRow]:
        """Return the files the server will not take, with the reason in ``code``."""
        return self._select(FILE.c.state == FileState.TROUBLE.value)

    def _select(self, condition: sa.ColumnElement[bool]) -> list[FileRow]:
        with self._db.read() as connection:
            late = by_stick(connection).label("postponed")
            found = sa.select(FILE, late).where(condition).order_by(FILE.c.size, FILE.c.sha)
            return [_row(row) for row in connection.execute(found).mappings()]

    def set_state(self, sha: str, state: FileState, offset: int, code: str = "") -> None:
        """Note how far an upload is: ``offset`` bytes are durably on the server; ``code``: why it is in trouble."""
        values = {"state": state.value, "offset": offset, "code": code}
        with self._db.write() as connection:
            connection.execute(sa.update(FILE).where(FILE.c.sha == sha).values(values))

    def whole_on_server(self, names: Iterable[str]) -> set[str]:
        """Return those of ``names`` whose bytes are all on the server, as far as this laptop has been told."""
        wanted = sa.and_(FILE.c.name.in_(list(names)), FILE.c.state == FileState.SENT.value)
        with self._db.read() as connection:
            return set(connection.execute(sa.select(FILE.c.name).where(wanted)).scalars())


def _row(row: codec.Row) -> FileRow:
    state = FileState(row["state"])
    late = bool(row["postponed"]) and state is not FileState.SENT
    return FileRow(
        row["sha"], row["name"], row["size"], state, row["offset"], row["code"], Carry(row["carry"]), late
    )
