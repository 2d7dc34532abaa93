"""Records whose time is over: which may be proposed for destruction, and destroying what was decided on.

The program says how long a closed record is kept and which states close one. Nothing is destroyed without a decision,
and nothing whose case is open at that moment: one that moved, one that another record continues, one about which a
person asked for something. Destroying is erasing (``erasure``): the chain stays and verifies.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from server_stub.store.destructions import Destruction, Member
from server_stub.store.work import Work
from server_stub.workflow.erasure import Erased
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import new_id
from sidumba_field.core.records import Record
from sidumba_field.core.time import Clock, iso
from sidumba_field.core.workflow.content import CONTINUES

#: Why a record that was proposed stays: it moved or was erased meanwhile, another one continues it, a person asked.
MOVED, CONTINUED, ASKED = "moved", "continued", "asked"


@dataclass(frozen=True, slots=True)
class Period:
    """How long a program keeps its records: ``years`` after they came into one of ``closed``."""

    program: str
    years: int
    closed: tuple[str, ...]

    def before(self, now: datetime) -> datetime:
        """Return the instant before which a case must have been closed. Raises ``retention.no_period``."""
        if not self.years or not self.closed:
            raise SidumbaError("retention.no_period", program=self.program)
        try:
            return now.replace(year=now.year - self.years)
        except ValueError:  # 29 February
            return now.replace(year=now.year - self.years, day=28)


def propose(work: Work, period: Period, clock: Clock) -> Destruction | None:
    """Write down every record whose time is over; None when there is none. Raises ``retention.no_period``."""
    now = clock.now()
    before = iso(period.before(now))
    records = work.records.subjects(period.program, "", "record")
    held = _held(work, records, period)
    due = [one for one in records if one.fields and one.changed_at < before and one.rid not in held]
    units = {vid: scope.unit for vid, scope in work.scopes.many(one.vid for one in due).items()}
    members = tuple(
        Member(one.rid, units[one.vid], one.rev, one.changed_at)
        for one in sorted(due, key=lambda one: (units[one.vid], one.changed_at, one.rid))
    )
    if not members:
        return None
    proposal = Destruction(new_id(clock), 0, period.program, iso(now), before, members=members)
    return replace(proposal, number=work.destructions.add(proposal))


def _held(work: Work, records: list[Record], period: Period) -> dict[str, str]:
    """Return record -> why its case is open."""
    held = {one.rid: MOVED for one in records if one.state not in period.closed}
    for one in records:
        earlier = one.fields.get(CONTINUES)
        if earlier and one.rid in held:
            held.setdefault(earlier, CONTINUED)
    for one in records:
        if one.rid not in held and work.requests.open_about(one.rid):
            held[one.rid] = ASKED
    return held


def decide(work: Work, number: int, by: str, basis: str, at: str) -> Destruction:
    """Write down who decided on a proposal and on what ground. Raises ``retention.unknown``, ``retention.decided``."""
    proposal = _demand(work, number)
    if proposal.decided_at:
        raise SidumbaError("retention.decided", number=number)
    decided = replace(proposal, decided_at=at, decided_by=by, basis=basis)
    work.destructions.save(decided)
    return decided


def still_due(work: Work, number: int, period: Period) -> tuple[Destruction, dict[str, str]]:
    """Return a decided proposal, and of its records those that must stay now, with the reason.

    Raises ``retention.unknown``, ``retention.undecided``, ``retention.done``.
    """
    proposal = _demand(work, number)
    if not proposal.decided_at:
        raise SidumbaError("retention.undecided", number=number)
    if proposal.done_at:
        raise SidumbaError("retention.done", number=number)
    records = work.records.subjects(proposal.program, "", "record")
    held = _held(work, records, period)
    now = {one.rid: one for one in records}
    for member in proposal.members:
        record = now.get(member.rid)
        # One that is empty was erased by a run that was cut, or on the person's own right: once more harms nobody.
        if record is None or (record.fields and record.rev != member.rev):
            held.setdefault(member.rid, MOVED)
    return proposal, {one.rid: held[one.rid] for one in proposal.members if one.rid in held}


def carry_out(
    proposal: Destruction, held: dict[str, str], erase: Callable[[str], Erased | None], at: str
) -> tuple[Destruction, tuple[str, ...]]:
    """Erase every member that is not held; return the proposal as it was carried out, and hashes of files to remove.

    Each record is a transaction of its own; a run that is cut is simply made again: what is erased already tells so.
    """
    members: list[Member] = []
    files: list[str] = []
    for member in proposal.members:
        if member.kept or member.entries:
            members.append(member)
            continue
        what = None if member.rid in held else erase(member.rid)
        if what is None:
            members.append(replace(member, kept=held.get(member.rid, MOVED)))
            continue
        files += what.files
        members.append(replace(member, entries=what.entries, files=len(what.files)))
    return replace(proposal, members=tuple(members), done_at=at), tuple(files)


def _demand(work: Work, number: int) -> Destruction:
    found = work.destructions.get(number)
    if found is None:
        raise SidumbaError("retention.unknown", number=number)
    return found
