"""The open store: its repositories under one roof. Built by ``open_store`` only."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from sidumba_field.core.time import Clock
from sidumba_field.store import kept, listing, reserve
from sidumba_field.store.alone import Alone, alone
from sidumba_field.store.bundles import Bundles
from sidumba_field.store.choices import Choices
from sidumba_field.store.clearing import Clearing
from sidumba_field.store.database import Database
from sidumba_field.store.erasing import SCRUB
from sidumba_field.store.extracts import Extracts
from sidumba_field.store.feed import Feed
from sidumba_field.store.figures import Figures
from sidumba_field.store.files import Files
from sidumba_field.store.lists import Lists
from sidumba_field.store.lives import MET, begin_life, next_marks
from sidumba_field.store.outbox import Outbox
from sidumba_field.store.quarantine import Quarantine
from sidumba_field.store.records import Records
from sidumba_field.store.scopes import Scopes
from sidumba_field.store.small import AccessLog, Meta, People, Receipts, Users
from sidumba_field.store.standings import Standings
from sidumba_field.store.values import Counts, LogEntry


class Store:
    """One laptop's data. One thread at a time; it need not be the thread that opened it."""

    def __init__(self, database: Database, folder: Path, clock: Clock) -> None:
        self._db = database
        self._clock = clock
        self.access = AccessLog(database, clock)
        self.folder = folder
        self.meta = Meta(database)
        self.scopes = Scopes(database, clock)
        self.people = People(database)
        self.users = Users(database)
        self.records = Records(database, clock)
        self.lists = Lists(database)
        self.outbox = Outbox(database, clock)
        self.choices = Choices(database, clock)
        self.standings = Standings(database)
        self.feed = Feed(database, clock)
        self.figures = Figures(database)
        self.extracts = Extracts(database)
        self.files = Files(database, clock)
        self.receipts = Receipts(database)
        self.quarantine = Quarantine(database)
        self.bundles = Bundles(database)
        self.clearing = Clearing(database)

    @property
    def data_key(self) -> bytes:
        """Return the 32 bytes this laptop's files are under: to give a further person a slot. Never write it down."""
        return self._db.data_key

    @property
    def incarnation(self) -> str:
        """Return the id of this life of the laptop; a restored or cloned folder gets a new one at its next start."""
        return self.meta.get("incarnation") or ""

    def use_groups(self, group_of: Callable[[str, str, str], str | None]) -> None:
        """Name the merge groups of the installed forms: (program, form, path) -> group, None for a field by itself."""
        self.outbox.group_of = group_of

    def reincarnate(self, why: str = MET) -> str:
        """Begin a new life of this laptop and return its id: the server has met two under one (``lives.MET``)."""
        return begin_life(self._db, self.folder, self._clock, why, self.incarnation)

    def alone(self) -> Alone:
        """Return how much work exists on this laptop and nowhere else."""
        return alone(self._db)

    def copy_whole(self, target: Path) -> None:
        """Write an even copy of the database under the same key to ``target``; one that is there goes."""
        target.unlink(missing_ok=True)
        self._db.copy_to(target)

    def hold_reserve(self) -> bool:
        """Keep a little of the disk back for ``make_room``; tell whether it is there."""
        return reserve.keep(self.folder)

    def make_room(self) -> bool:
        """For sending from a full disk: give back the reserve and old databases nothing would be missed of.

        Tell whether anything was given back; the same work may then be tried once more.
        """
        given = reserve.give(self.folder)
        return bool(kept.give_up(self._db, self.folder / "copies")) or given

    def next_marks(self, number: int) -> list[str]:
        """Draw the mark of a push that leaves now; return it and those before, newest first, at most ``number``."""
        return next_marks(self._db, number)

    def counts(self, program: str | None = None) -> Counts:
        """Return the truth bar for one program, or for all."""
        with self._db.read() as connection:
            return listing.counts(connection, program)

    def log(self, event: str, user: str = "", **detail: object) -> None:
        """Write a line of the access log; ``detail`` holds JSON values."""
        self.access.add(event, user, **detail)

    def logged(self, limit: int = 200) -> list[LogEntry]:
        """Return the latest lines of the access log, newest first."""
        return self.access.rows(limit)

    def replay_done(self, since: str) -> int:
        """See ``Outbox.replay_done``."""
        return self.outbox.replay_done(since)

    def scrub(self) -> bool:
        """Write the file anew when something was erased since the last time; tell whether that was so.

        Raises ``store.disk_full`` when there is no room for it now; it is then tried again after the next sync.
        """
        if not self.meta.get(SCRUB):
            return False
        self._db.rewrite()
        # What was erased lies in the databases before an upgrade too.
        kept.give_up(self._db, self.folder / "copies")
        self.meta.set(SCRUB, "")
        return True

    def check(self) -> None:
        """Raise ``store.damaged`` when the file's pages do not agree (slow: reads everything)."""
        self._db.check()

    def close(self) -> None:
        """Close the file; the last one out folds the write-ahead log into it."""
        self._db.close()
