"""Which files records refer to and which of them are whole; the bytes themselves lie in the blob folder."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from sqlalchemy import bindparam, delete, select, update
from sqlalchemy.engine import Connection

from server_stub.store.dialect import insert_once
from server_stub.store.tables import FILE, FILE_REF, RECORD
from sidumba_field.core.records import Record


@dataclass(frozen=True, slots=True)
class FileRef:
    """One mention of a file by a record."""

    vid: str
    rid: str
    sha: str
    name: str


_NAME = re.compile(r"[0-9a-f]{64}\.[a-z0-9]{1,8}")


def is_file_name(name: str) -> bool:
    """Tell whether ``name`` is one a laptop gives to a file: "<sha256>.<ext>"."""
    return _NAME.fullmatch(name) is not None


def sha_of(name: str) -> str:
    """Return the SHA-256 a file name "<sha256>.<ext>" starts with."""
    return name.partition(".")[0]


_LINKED = select(FILE_REF.c.sha).where(FILE_REF.c.vid == bindparam("vid"), FILE_REF.c.rid == bindparam("rid"))


class Files:
    """Repository of files and their mentions."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def link(self, record: Record, names: Iterable[str]) -> dict[str, int]:
        """Make ``names`` the files this record refers to; return name -> size of new ones that are whole already.

        The rows of new files are locked: a file becoming whole at this moment sees either the mention or waits.
        """
        wanted = {sha_of(name): name for name in names}
        known = set(self._db.execute(_LINKED, {"vid": record.vid, "rid": record.rid}).scalars())
        for sha in sorted(known - wanted.keys()):
            gone = (FILE_REF.c.vid == record.vid, FILE_REF.c.rid == record.rid, FILE_REF.c.sha == sha)
            self._db.execute(delete(FILE_REF).where(*gone))
        whole: dict[str, int] = {}
        for sha in sorted(wanted.keys() - known):
            size = self._touch(sha)
            row = {"vid": record.vid, "rid": record.rid, "sha": sha, "name": wanted[sha]}
            insert_once(self._db, FILE_REF, [row])
            if size is not None:
                whole[wanted[sha]] = size
        return whole

    def _touch(self, sha: str) -> int | None:
        insert_once(self._db, FILE, [{"sha": sha, "size": 0, "done": False, "done_at": ""}])
        query = select(FILE.c.size, FILE.c.done).where(FILE.c.sha == sha).with_for_update()
        row = self._db.execute(query).one()
        return row.size if row.done else None

    def complete(self, sha: str, size: int, at: str) -> bool:
        """Note that a file is whole; False when that was known."""
        self._touch(sha)
        step = update(FILE).where(FILE.c.sha == sha, FILE.c.done.is_(False))
        return self._db.execute(step.values(done=True, size=size, done_at=at)).rowcount == 1

    def is_whole(self, sha: str) -> bool:
        query = select(FILE.c.done).where(FILE.c.sha == sha)
        return bool(self._db.execute(query).scalar_one_or_none())

    def whole(self) -> Iterator[str]:
        """Yield the hashes of all files whose bytes are here, sorted."""
        query = select(FILE.c.sha).where(FILE.c.done.is_(True)).order_by(FILE.c.sha)
        yield from self._db.execute(query).scalars()

    def missing(self, names: Iterable[str]) -> tuple[str, ...]:
        """Return those of ``names`` whose bytes are not whole here, sorted."""
        wanted = {sha_of(name): name for name in names}
        query = select(FILE.c.sha).where(FILE.c.sha.in_(sorted(wanted)), FILE.c.done.is_(True))
        whole = set(self._db.execute(query).scalars()) if wanted else set()
        return tuple(sorted(name for sha, name in wanted.items() if sha not in whole))

    def mentions(self, sha: str) -> list[tuple[FileRef, int]]:
        """Return the records that refer to a file, each with its present revision."""
        joined = FILE_REF.join(RECORD, (FILE_REF.c.vid == RECORD.c.vid) & (FILE_REF.c.rid == RECORD.c.rid))
        query = select(FILE_REF, RECORD.c.rev).select_from(joined).where(FILE_REF.c.sha == sha)
        rows = self._db.execute(query.order_by(FILE_REF.c.vid, FILE_REF.c.rid))
        return [(FileRef(row.vid, row.rid, row.sha, row.name), row.rev) for row in rows]

    def whole_names(self, vid: str, rids: Iterable[str]) -> list[str]:
        """Return the names of whole files among those the given records of a scope refer to, sorted."""
        joined = FILE_REF.join(FILE, FILE_REF.c.sha == FILE.c.sha)
        query = select(FILE_REF.c.name).select_from(joined)
        query = query.where(
            FILE_REF.c.vid == vid, FILE_REF.c.rid.in_(sorted(set(rids))), FILE.c.done.is_(True)
        )
        return sorted(set(self._db.execute(query).scalars()))

    def unlink(self, rid: str) -> list[str]:
        """Forget what a record refers to; return the hashes nobody refers to any more."""
        query = select(FILE_REF.c.sha).where(FILE_REF.c.rid == rid)
        mine = set(self._db.execute(query).scalars())
        self._db.execute(delete(FILE_REF).where(FILE_REF.c.rid == rid))
        return sorted(sha for sha in mine if not self.mentions(sha))

    def forget(self, sha: str) -> None:
        """Drop the row of a file whose bytes are being removed."""
        self._db.execute(delete(FILE).where(FILE.c.sha == sha))
