"""The one gate of reading: what a person on a laptop gets to see of scopes, entries, records, proposals and files.

Everything a laptop is sent, by line or by stick, has passed here; ``tests/contracts/test_one_gate.py`` holds the rooms
that answer to it. Scopes follow from the grants of who asks, at this moment. Specific personal data (UU 27/2022 article
4) goes to a laptop only when somebody who works on it holds a role with that right over the scope: a laptop is shared,
and what lies on it serves all its people; which of them sees it there is decided by the laptop's own gate.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from server_stub.auth.permissions import may_read, rights
from server_stub.store.scopes import Scope
from server_stub.store.work import Work
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import is_id
from sidumba_field.core.records import FeedEntry, FeedKind, Record
from sidumba_field.core.standing import Line
from sidumba_field.core.withheld import open_payload, open_record, withheld_files
from sidumba_field.core.workflow import Grant


class Confidence(Protocol):
    """What a program says about specific personal data."""

    @property
    def specific(self) -> frozenset[str]:
        """Return the template paths of questions of that class, of every installed version of its forms."""
        ...

    @property
    def trusted_roles(self) -> frozenset[str]:
        """Return the roles that hold the right to see them."""
        ...


_NOTHING: frozenset[str] = frozenset()


@dataclass(slots=True)
class Sight:
    """What may be read in one transaction. ``grants``: of who asks; ``present``: of all who work on the laptop."""

    work: Work
    programs: Mapping[str, Confidence]
    grants: tuple[Grant, ...]
    present: tuple[Grant, ...]
    now: datetime
    _withheld: dict[str, frozenset[str]] = field(default_factory=dict)

    @classmethod
    def of(
        cls,
        work: Work,
        programs: Mapping[str, Confidence],
        grants: tuple[Grant, ...],
        device: str,
        now: datetime,
    ) -> Sight:
        """Return what somebody with ``grants`` sees on a laptop."""
        return cls(work, programs, grants, _present(work, device), now)

    @classmethod
    def for_device(cls, work: Work, programs: Mapping[str, Confidence], device: str, now: datetime) -> Sight:
        """Return what the people of a laptop see together: what is put on a stick for it, where nobody is signed in."""
        present = _present(work, device)
        return cls(work, programs, present, present, now)

    @property
    def rights(self) -> list[tuple[str, str]]:
        """Return the (program, unit prefix) pairs that hold now."""
        return rights(self.grants, self.now)

    def scopes(self) -> list[Scope]:
        """Return every scope that may be read, by program and unit."""
        return self.work.scopes.covered(self.rights)

    def scope(self, vid: str) -> Scope:
        """Return one scope; raise ``auth.not_permitted``, the same for a foreign one and one that does not exist:
        whether a feed exists is nobody else's business."""
        found = self.work.scopes.get(vid) if is_id(vid) else None
        if found is None or not may_read(self.grants, found, self.now):
            raise SidumbaError("auth.not_permitted")
        return found

    def withheld(self, scope: Scope) -> frozenset[str]:
        """Return the template paths whose answers stay here; none where somebody on the laptop holds the right."""
        known = self._withheld.get(scope.vid)
        if known is None:
            known = self._withheld[scope.vid] = self._judge(scope)
        return known

    def _judge(self, scope: Scope) -> frozenset[str]:
        program = self.programs.get(scope.program)
        if program is None:
            return _NOTHING
        trusted = program.trusted_roles
        holds = any(
            grant.role in trusted and grant.covers(scope.program, scope.unit, self.now)
            for grant in self.present
        )
        return _NOTHING if holds else program.specific

    def entries(self, scope: Scope, entries: Iterable[FeedEntry]) -> list[FeedEntry]:
        """Return entries of a scope as they may leave: one of which something is withheld carries the rest and no salt,
        so that its payload cannot be worked out from the digest. The chain verifies as it is."""
        found, specific = list(entries), self.withheld(scope)
        if not specific:
            return found
        hidden = self._hidden({entry.rid for entry in found if entry.kind is FeedKind.FILE}, specific)
        return [_open_entry(entry, specific, hidden) for entry in found]

    def records(self, scope: Scope, records: Iterable[Record]) -> list[Record]:
        """Return records of a scope as they may leave."""
        specific = self.withheld(scope)
        return [open_record(record, specific) for record in records]

    def page(self, scope: Scope, after: int, limit_bytes: int) -> tuple[list[FeedEntry], int]:
        """Return the entries of a scope behind ``after`` as they may leave, and their bytes."""
        entries, size = self.work.feed.page(scope.vid, after, limit_bytes)
        return self.entries(scope, entries), size

    def snapshot(self, scope: Scope, after: str, limit: int) -> list[Record]:
        """Return records of a scope behind ``after``, in the order of their ids, as they may leave."""
        return self.records(scope, self.work.records.page(scope.vid, after, limit))

    def contents(self, scope: Scope) -> list[Line]:
        """Return the line of every filled form of a scope, its hash over what may leave."""
        if not self.withheld(scope):
            return self.work.records.contents(scope.vid)
        found: list[Line] = []
        after = ""
        while page := self.snapshot(scope, after, 500):
            found += [
                Line(one.form, one.rid, one.rev, one.content_sha256)
                for one in page
                if one.subject == "record"
            ]
            after = page[-1].rid
        return found

    def amounts(self, scope: Scope, after: str) -> tuple[int, int]:
        """Return how many records a scope has, and how many of them stand behind ``after``."""
        return self.work.records.amounts(scope.vid, after)

    def proposals(self, scope: Scope, rids: Iterable[str]) -> list[FeedEntry]:
        """Return the proposals about some records of a scope as they may leave, oldest first."""
        return self.entries(scope, self.work.feed.proposals(scope.vid, rids))

    def history(self, scope: Scope, rid: str) -> list[FeedEntry]:
        """Return the entries of a scope about one record as they may leave, oldest first; none of one elsewhere."""
        return self.entries(scope, (one for one in self.work.feed.history(rid) if one.vid == scope.vid))

    def whole_names(self, scope: Scope, rids: Iterable[str]) -> list[str]:
        """Return the names of whole files the records of a scope refer to where they may be read."""
        wanted = sorted(set(rids))
        hidden = self._hidden(wanted, self.withheld(scope))
        return [name for name in self.work.files.whole_names(scope.vid, wanted) if name not in hidden]

    def _hidden(self, rids: Iterable[str], specific: frozenset[str]) -> frozenset[str]:
        if not specific:
            return _NOTHING
        records = self.work.records.many(rids).values()
        return frozenset().union(*(withheld_files(record.fields, specific) for record in records))

    def may_fetch(self, sha: str) -> bool:
        """Tell whether an answer that may be read refers to this file."""
        mentions = [ref for ref, _ in self.work.files.mentions(sha)]
        scopes = self.work.scopes.many(ref.vid for ref in mentions)
        for ref in mentions:
            scope = scopes.get(ref.vid)
            if scope is None or not may_read(self.grants, scope, self.now):
                continue
            if ref.name not in self._hidden([ref.rid], self.withheld(scope)):
                return True
        return False

    def foreign(self, vids: Iterable[str]) -> list[str]:
        """Return those of ``vids`` that nobody who works on this laptop may read."""
        found = self.work.scopes.many(vid for vid in vids if is_id(vid))
        return sorted(
            vid
            for vid in set(vids)
            if vid not in found or not may_read((*self.grants, *self.present), found[vid], self.now)
        )


def _present(work: Work, device: str) -> tuple[Grant, ...]:
    """Return the grants of everybody with a living account who ever signed in on a laptop."""
    found: list[Grant] = []
    for user in sorted(work.people.on_device(device)):
        account = work.people.get(user)
        if account is not None and account.active:
            found += work.people.grants(user)
    return tuple(found)


def _open_entry(entry: FeedEntry, specific: frozenset[str], hidden: frozenset[str]) -> FeedEntry:
    if entry.payload is None:
        return entry
    if entry.kind is FeedKind.FILE:
        return replace(entry, payload=None, salt="") if entry.payload.get("name") in hidden else entry
    left = open_payload(entry.payload, specific)
    return entry if left is entry.payload else replace(entry, payload=left, salt="")
