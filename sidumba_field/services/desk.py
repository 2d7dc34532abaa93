"""The desk everybody works at: one laptop, who sits at it, and what is open. Services share it and nothing
else.

Until a passphrase opened a slot there is no store, no shelf and no key; ``seat()`` then raises
``auth.session_expired``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta, timezone, tzinfo
from pathlib import Path

from sidumba_field.attachments import Shelf
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import Clock, iso, parse_iso
from sidumba_field.core.workflow import Grant, roles_for
from sidumba_field.programs import Program
from sidumba_field.seal.signing import SigningKey
from sidumba_field.services.views import Link
from sidumba_field.store import LocalRecord, LocalUser, Scope, Store, is_file_name
from sidumba_field.words import WITA, Zone


@dataclass(slots=True)
class Seat:
    """A person at work: his profile, his keys, the open store and shelf. ``token``: online session, ""
    offline.

    ``passphrase`` stays in memory while he is signed in, because the first contact may come hours after
    unlocking.
    """

    user: LocalUser
    key: SigningKey
    store: Store
    shelf: Shelf
    token: str = ""
    passphrase: str = field(default="", repr=False)
    data_key: bytes = field(default=b"", repr=False)
    scopes: dict[str, Scope] = field(default_factory=dict, repr=False)

    #: Names of files in records this person opened -> scope of the record: what he may see the bytes of.
    files: dict[str, tuple[str, str]] = field(default_factory=dict, repr=False)

    @property
    def grants(self) -> tuple[Grant, ...]:
        return tuple(Grant(**grant) for grant in self.user.grants)

    def show_files(self, values: Iterable[str], record: LocalRecord) -> None:
        """Note that answers of a record were shown: the files they name may be opened while the right lasts."""
        self.files.update((value, (record.program, record.vid)) for value in values if is_file_name(value))


@dataclass(slots=True)
class Desk:
    """``hand_over`` wraps a store for use from another thread (see ``threads``); ``link``: what the last
    contact said; ``link_since``: since when.
    """

    folder: Path
    programs: Mapping[str, Program]
    clock: Clock
    zone: Zone = WITA
    lang: str = "id"
    seated: Seat | None = None
    link: Link = Link.OFFLINE
    link_since: datetime | None = None
    saved_at: datetime | None = None
    on_leave: list[Callable[[], None]] = field(default_factory=list)

    def seat(self) -> Seat:
        """Return who is working now; raise ``auth.session_expired`` when nobody is."""
        if self.seated is None:
            raise SidumbaError("auth.session_expired")
        return self.seated

    def program(self, program_id: str) -> Program:
        """Return an installed program; raise ``program.unknown``."""
        try:
            return self.programs[program_id]
        except KeyError:
            raise SidumbaError("program.unknown", program=program_id) from None

    def group_of(self, program: str, form: str, path: str) -> str | None:
        """Return the merge group of a field; None for one by itself, or of a program not installed here."""
        found = self.programs.get(program)
        return found.group_of(form, path) if found is not None else None

    def my_programs(self) -> list[Program]:
        """Return the programs the seated person holds any grant in now, in the order of the grants."""
        named = dict.fromkeys(grant.program for grant in self.grants())
        return [self.programs[name] for name in named if name in self.programs]

    def grants(self) -> tuple[Grant, ...]:
        """Return the grants of the seated person that hold today; a Plt. whose days are over has none."""
        now = self.clock.now()
        return tuple(grant for grant in self.seat().grants if grant.covers(grant.program, grant.unit, now))

    def roles(self, program: str, unit: str) -> tuple[str, ...]:
        """Return the roles the seated person holds over ``unit`` now."""
        return roles_for(self.seat().grants, program, unit, self.clock.now())

    def scope(self, vid: str) -> Scope:
        """Return a scope this laptop follows; raise ``workflow.outside_area`` for a foreign one.

        Remembered while somebody sits here: a scope's program and unit follow from its id and never change.
        """
        seat = self.seat()
        if vid not in seat.scopes:
            found = seat.store.scopes.get(vid)
            if found is None:
                raise SidumbaError("workflow.outside_area")
            seat.scopes[vid] = found
        return seat.scopes[vid]

    def my_vids(self, program: str) -> list[str]:
        """Return the scopes of ``program`` the seated person may see now: the filter of every list and
        export.
        """
        scopes = self.seat().store.scopes.all()
        return [scope.vid for scope in scopes if scope.program == program and self.roles(program, scope.unit)]

    def withheld(self, program: str, unit: str) -> frozenset[str]:
        """Return the questions (template paths) whose answers the seated person may not see in ``unit`` now: those of
        the class "spesifik", unless one of his roles there holds the right.
        """
        found = self.program(program)
        if found.trusted_roles.intersection(self.roles(program, unit)):
            return frozenset()
        return found.specific

    @property
    def lease_over(self) -> bool:
        """Tell whether the days without a sign-in are used up: then nothing is decided or fetched, while
        typing, sending and printing go on (spec/sync.md section 3 "Auth").
        """
        until = self.seat().user.lease_until
        return bool(until) and parse_iso(until) <= self.clock.now()

    def here(self, at: str, server_now: str) -> str:
        """Return an instant the server spoke of as this laptop's clock will show it: a clock that is weeks ahead
        must not use up a lease that was given a moment ago.
        """
        return iso(self.clock.now() + (parse_iso(at) - parse_iso(server_now)))

    @property
    def tz(self) -> tzinfo:
        """Return the office's zone as the form engine wants it."""
        return timezone(timedelta(minutes=self.zone.minutes), self.zone.name)

    def local(self, at: datetime) -> datetime:
        return self.zone.local(at)

    def may_open(self, name: str) -> bool:
        """Tell whether the seated person has been shown a record that names this file, and still may see it."""
        program, vid = self.seat().files.get(name, ("", ""))
        return bool(program) and bool(self.roles(program, self.scope(vid).unit))

    def set_link(self, link: Link) -> None:
        if link is not self.link or self.link_since is None:
            self.link, self.link_since = link, self.clock.now()
