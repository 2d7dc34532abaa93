"""Draws the flashdisk card: what waits, what lies on the flashdisk, what was written before, in the person's words."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sidumba_field.bundle import Facts, Found, Kind
from sidumba_field.core.time import parse_iso
from sidumba_field.services.desk import Desk
from sidumba_field.services.exchange.carrier import Carrier
from sidumba_field.services.exchange.drives import Drive
from sidumba_field.services.exchange.stick_views import BundleRow, DriveView, PlanView, StickView
from sidumba_field.services.views import Mark
from sidumba_field.store import BundleRow as StoredBundle
from sidumba_field.store import Store
from sidumba_field.sync.sticks import Exported, Standing, StickPlan
from sidumba_field.words import date_short, explain, say, size, time_of_day

#: Bundles shown in the history; the rest is counted.
HISTORY = 20


@dataclass(frozen=True, slots=True)
class Lying:
    """What lies on a flashdisk: each bundle with its standing here (None: not whole), newest first; ``others``: bundles
    that may be taken along; ``back``: replies kept on this laptop that belong there."""

    seen: tuple[tuple[Found, Standing | None], ...] = ()
    others: tuple[Found, ...] = ()
    back: tuple[Found, ...] = ()


class StickPainter:
    """Turns plan, flashdisk and history into a ``StickView``."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def view(
        self,
        places: Sequence[Drive],
        rooms: Mapping[str, int],
        drive: Drive | None,
        planned: StickPlan,
        lying: Lying,
        carrier: Carrier,
        store: Store,
    ) -> StickView:
        """Return the card. ``rooms``: free bytes per place, -1 does not answer, -2 cannot be written."""
        history = store.bundles.all()
        waiting = store.bundles.waiting()
        newest = next(iter(history), None)
        unread = [found for found, standing in lying.seen if _is_unread(found, standing)]
        return StickView(
            drives=tuple(self._drive(one, rooms[str(one.path)]) for one in places),
            chosen=str(drive.path) if drive is not None else "",
            trouble=self._trouble(rooms[str(drive.path)]) if drive is not None else "",
            plan=self._plan(planned),
            replies=len(unread),
            others=len(lying.others),
            back=len(lying.back),
            found=tuple(self._found(lying)),
            carried_text=self._carried(lying, carrier),
            history=tuple(self._bundle(row) for row in history[:HISTORY]),
            waiting=waiting.records,
            last_text=self._last(newest) if newest is not None else "",
            last_mark=_mark(newest) if newest is not None else Mark.LAPTOP,
        )

    # ---- the drive

    def _drive(self, drive: Drive, free: int) -> DriveView:
        return DriveView(
            str(drive.path), drive.label, self._trouble(free) or self._room(free), bool(drive.device)
        )

    def _room(self, free: int) -> str:
        return say("sticks.drive.room", self.desk.lang, bytes=free)

    def _trouble(self, free: int) -> str:
        if free >= 0:
            return ""
        return say("sticks.drive.gone" if free == -1 else "sticks.drive.read_only", self.desk.lang)

    # ---- what would be written

    def _plan(self, planned: StickPlan) -> PlanView:
        lang = self.desk.lang
        nothing = not planned.ops and not planned.files
        text = (
            say("sticks.plan.nothing", lang)
            if nothing
            else self._what(planned.records, planned.files, planned.bytes)
        )
        left = ""
        if planned.left_files:
            left = say("sticks.plan.left", lang, files=planned.left_files, bytes=planned.left_bytes)
        return PlanView(planned.records, planned.files, text, left)

    def _what(self, records: int, files: int, count: int) -> str:
        """Return "23 data, 42 berkas, 14,2 MB"."""
        lang = self.desk.lang
        key = "records_files" if files else "records"
        return f"{say(f'sticks.plan.{key}', lang, records=records, files=files)}, {size(count, lang)}"

    def saved(self, made: Exported, drive: Drive) -> str:
        """Return the sentence for what was written."""
        lang = self.desk.lang
        key = "records_files" if made.files else "records"
        what = say(f"sticks.plan.{key}", lang, records=made.records, files=made.files)
        if not made.ops and not made.files:
            return say("sticks.done.asked", lang, drive=drive.label)
        if made.left_files:
            return say("sticks.done.saved_left", lang, what=what, drive=drive.label, files=made.left_files)
        return say("sticks.done.saved", lang, what=what, drive=drive.label)

    def read(self, replies: int, again: int, received: int, returned: int, taken: int, put_back: int) -> str:
        """Return what a reading did in one or two sentences, "" when it did nothing."""
        lang, told = self.desk.lang, []
        if replies:
            key = "read_returned" if returned else "read" if received else "read_news"
            told.append(say(f"sticks.done.{key}", lang, received=received, returned=returned))
        if put_back:
            told.append(say("sticks.done.put_back", lang, count=put_back))
        if taken:
            told.append(say("sticks.done.taken", lang, count=taken))
        if not told and again:
            told.append(say("sticks.done.read_before", lang))
        return " ".join(told)

    # ---- what lies there

    def _found(self, lying: Lying) -> list[tuple[Mark, str]]:
        """Return a line for each reply of ours, and one for each kind of what is not ours or not whole."""
        lines = [
            self._reply(found.facts)
            for found, standing in lying.seen
            if _is_unread(found, standing) and found.facts
        ]
        lines += [(Mark.TROUBLE, self._fault(found)) for found, _ in lying.seen if not found.whole]
        lang = self.desk.lang
        own = {found.facts.bundle for found in lying.back if found.facts is not None}
        if any(_is_others_reply(found, standing, own) for found, standing in lying.seen):
            lines.append((Mark.LAPTOP, say("sticks.found.other_reply", lang)))
        return lines

    def _reply(self, facts: Facts) -> tuple[Mark, str]:
        return Mark.WAITING, say("sticks.found.reply", self.desk.lang, when=self._when(facts.made_at))

    def _fault(self, found: Found) -> str:
        told = explain(found.code, self.desk.lang)
        return f"{found.name}: {told.sentence}" if found.name else told.sentence

    def _carried(self, lying: Lying, carrier: Carrier) -> str:
        lang = self.desk.lang
        if lying.back:
            return say("sticks.carry.ready", lang, count=len(lying.back))
        if lying.others:
            return say("sticks.carry.here", lang, count=len(lying.others))
        waiting, replies = len(carrier.waiting()), len(carrier.replies())
        if waiting:
            return say("sticks.carry.waiting", lang, count=waiting)
        return say("sticks.carry.back", lang, count=replies) if replies else ""

    # ---- history

    def _bundle(self, row: StoredBundle) -> BundleRow:
        number = say("sticks.bundle.number", self.desk.lang, number=f"{row.number:04d}")
        what = self._what(row.records, row.files, row.bytes)
        return BundleRow(number, self._when(row.made_at), what, _mark(row), self._status(row))

    def _status(self, row: StoredBundle) -> str:
        lang = self.desk.lang
        if not row.answered_at:
            return say("sticks.bundle.waiting", lang)
        return say("sticks.bundle.answered", lang, at=self._day(row.answered_at))

    def _last(self, row: StoredBundle) -> str:
        key = "last_answered" if _mark(row) is Mark.RECEIVED else "last_waiting"
        what = say("sticks.plan.records", self.desk.lang, records=row.records)
        return say(f"sticks.bundle.{key}", self.desk.lang, when=self._day(row.made_at), what=what)

    def _day(self, at: str) -> str:
        return date_short(self.desk.local(parse_iso(at)).date(), self.desk.lang)

    def _when(self, at: str) -> str:
        local = self.desk.local(parse_iso(at))
        return f"{date_short(local.date(), self.desk.lang)} {time_of_day(local, lang=self.desk.lang)}"


def _mark(row: StoredBundle) -> Mark:
    """A bundle stays amber until every op of it has its answer."""
    return Mark.RECEIVED if row.answered_at else Mark.WAITING


def _is_unread(found: Found, standing: Standing | None) -> bool:
    reply = found.facts is not None and found.facts.kind is Kind.BALASAN
    return reply and standing is not None and standing.mine and not standing.read


def _is_others_reply(found: Found, standing: Standing | None, own: set[str]) -> bool:
    reply = found.facts is not None and found.facts.kind is Kind.BALASAN
    return (
        reply
        and standing is not None
        and not standing.mine
        and found.facts is not None
        and found.facts.bundle not in own
    )
