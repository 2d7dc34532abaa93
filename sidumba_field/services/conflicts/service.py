"""Use cases of screen 07: what differs, choosing (kept at once), and saving the choices of one value as one decision.

A decision is an ordinary edit that settles the waiting value (docs/spec/workflow.md "Values that wait"); it may be
taken back for its undo time, and then the choices are there again. Both versions stay in the history.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial

from sidumba_field.core.merge import units
from sidumba_field.core.records import SETTLED
from sidumba_field.core.withheld import is_specific
from sidumba_field.core.workflow.proposals import KEPT, PART, TAKEN
from sidumba_field.services.conflicts.painter import ConflictPainter
from sidumba_field.services.conflicts.versions import versions
from sidumba_field.services.conflicts.views import TEXT, WAITING, ConflictItem, ConflictView, Side
from sidumba_field.services.desk import Desk
from sidumba_field.services.review.proposals import Proposals
from sidumba_field.services.subjects import UNDO_SECONDS, Subjects
from sidumba_field.services.views import Changes, Decided, Refusal
from sidumba_field.store import Choice, LocalRecord, Mark, OutboxRow, Proposal
from sidumba_field.words import explain, say

#: So many records that differ are walked through here; more are found in Daftar data.
MOST = 200


class ConflictService:
    """Screen 07. What is chosen lies in the store, so a restart changes nothing; only the place of what was opened last
    among everything that differs is remembered, because a choice does not move it."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._subjects = Subjects(desk)
        self._painter = ConflictPainter(desk)
        self._proposals = Proposals(desk, self._subjects)
        self._place: tuple[str, str, tuple[str, str]] = ("", "", ("", ""))

    # ---- what there is

    def items(self) -> tuple[ConflictItem, ...]:
        """Return everything that differs, what this person decides first, the oldest of each first."""
        found: list[tuple[bool, str, ConflictItem]] = []
        store = self.desk.seat().store
        late = {row.rid: row for row in store.outbox.rows(MOST) if row.attention and row.command}
        for program in self.desk.my_programs():
            for line in store.records.find(
                program.id, mark=Mark.DIFFERING, limit=MOST, vids=self.desk.my_vids(program.id), columns=()
            ):
                record = store.records.get(line.rid)
                if record is not None:
                    found += self._of(record, late.get(record.rid))
        return tuple(item for _, _, item in sorted(found, key=lambda one: (not one[0], one[1])))

    def _of(self, record: LocalRecord, late: OutboxRow | None) -> list[tuple[bool, str, ConflictItem]]:
        title = self._title(record)
        found = []
        mine = self._proposals.may_settle(record)
        for proposal in self._subjects.proposals(record):
            if proposal.open:
                count = sum(1 for path in proposal.set if not path.startswith("@"))
                detail = say("conflicts.item", self.desk.lang, count=count)
                found.append((mine, proposal.at, ConflictItem(proposal.op, record.rid, title, detail, mine)))
        if late is not None:
            detail = explain(late.code, self.desk.lang, **late.params).sentence
            found.append((True, late.at, ConflictItem(late.op, record.rid, title, detail, True)))
        return found

    def _title(self, record: LocalRecord) -> str:
        path = self.desk.program(record.program).title_path
        return record.fields.get(path) or say("services.untitled", self.desk.lang)

    def _sees_all(self, record: LocalRecord, proposal: Proposal) -> bool:
        """Nobody decides on an answer that is kept from him."""
        withheld = self._subjects.withheld(record)
        return not any(is_specific(path, withheld) for path in proposal.set)

    # ---- one of them

    def open(self, key: str = "", rid: str = "") -> ConflictView | None:
        """Return one waiting value: ``key``, else the first of ``rid``, else the first of all; None when there is none.

        Looking is logged like opening the record.
        """
        items = self.items()
        chosen = next((one for one in items if one.key == key), None)
        chosen = chosen or next((one for one in items if rid and one.rid == rid), None)
        chosen = chosen or (items[0] if items and not (rid and not key) else None)
        if chosen is None:
            return None
        seat = self.desk.seat()
        seat.store.log("view", seat.user.user_id, rid=chosen.rid)
        at = items.index(chosen)
        around = (items[at - 1].key if at else "", items[at + 1].key if at + 1 < len(items) else "")
        place = say("conflicts.place", self.desk.lang, number=at + 1, total=len(items))
        self._place = (chosen.key, place, around)
        record = self._subjects.record(chosen.rid)
        proposal = self._proposal(chosen.key, record)
        if proposal is None:
            return self._late(record, chosen, place, around)
        return self._view(record, proposal, place, around)

    def _proposal(self, key: str, record: LocalRecord) -> Proposal | None:
        return next((one for one in self._subjects.proposals(record) if one.op == key), None)

    def _view(
        self, record: LocalRecord, proposal: Proposal, place: str, around: tuple[str, str]
    ) -> ConflictView:
        seat = self.desk.seat()
        found = versions(self._subjects, record, proposal)
        sides = self._painter.sides(proposal, found)
        may_settle = self._proposals.may_settle(record) and self._sees_all(record, proposal)
        may_type = may_settle and self._subjects.editable(record)
        chosen = seat.store.choices.of(proposal.op, seat.user.user_id)
        rows = self._painter.units(record, found, sides, chosen, may_type)
        held = proposal.reason == "held"
        merged = () if held else self._painter.merged(record, found, sides)
        note = self._painter.told("note_held" if held else "note", merged=len(merged), waiting=len(rows))
        if not may_settle:
            note = self._painter.elsewhere(record)
        return ConflictView(
            key=proposal.op,
            rid=record.rid,
            title=self._title(record),
            subtitle=self._subtitle(record),
            lead=self._painter.told("lead_held" if held else "lead"),
            note=note,
            before_note=self._painter.base(proposal, found),
            left_side=sides[0],
            right_side=sides[1],
            units=rows,
            merged=merged,
            may_settle=may_settle,
            elsewhere="" if may_settle else self._painter.elsewhere(record),
            late=False,
            place=place,
            previous=around[0],
            next=around[1],
        )

    def _subtitle(self, record: LocalRecord) -> str:
        program = self.desk.program(record.program)
        number = record.fields.get(program.number_path, "") or record.rid[:8]
        owner = record.fields.get(program.subtitle_path, "")
        return " · ".join(part for part in (number, owner) if part)

    def _late(
        self, record: LocalRecord, item: ConflictItem, place: str, around: tuple[str, str]
    ) -> ConflictView:
        nobody = Side("", "", "", "")
        return ConflictView(
            key=item.key,
            rid=record.rid,
            title=self._title(record),
            subtitle=self._subtitle(record),
            lead=self._painter.told("lead_late"),
            note=item.detail,
            before_note="",
            left_side=nobody,
            right_side=nobody,
            units=(),
            merged=(),
            may_settle=True,
            elsewhere="",
            late=True,
            place=place,
            previous=around[0],
            next=around[1],
        )

    # ---- choosing

    def choose(self, key: str, rid: str, chosen: Mapping[str, tuple[str, str] | None]) -> ConflictView | None:
        """Keep what is chosen, durable before this returns: unit -> ("waiting" | "stored" | "text", text); None takes a
        choice back. Returns the value as it stands then."""
        seat = self.desk.seat()
        given = {unit: None if one is None else Choice(*one) for unit, one in chosen.items()}
        seat.store.choices.put(key, seat.user.user_id, given)
        known, place, around = self._place
        record = self._subjects.record(rid)
        proposal = self._proposal(key, record)
        if known != key or proposal is None or not proposal.open:
            return self.open(key, rid)
        return self._view(record, proposal, place, around)

    # ---- deciding

    def save(self, key: str, rid: str) -> Decided | Refusal:
        """Decide as chosen, in one edit that may be withdrawn for its undo time.

        Refused away from one's own desk (``workflow.outside_area``), when somebody decided meanwhile
        (``workflow.wrong_state``), when the lease is over, while something is not chosen yet (``paths``: the units).
        """
        record = self._subjects.record(rid)
        late = self._subjects.lease_refusal()
        if late is not None:
            return late
        store, lang = self.desk.seat().store, self.desk.lang
        proposal = next((one for one in store.records.proposals(rid) if one.op == key and one.open), None)
        if proposal is None:
            return Refusal("workflow.wrong_state", say("steps.differ.gone", lang))
        if not (self._proposals.may_settle(record) and self._sees_all(record, proposal)):
            code = "workflow.outside_area"
            return Refusal(code, explain(code, lang).text(), (), code)
        chosen = store.choices.of(key, self.desk.seat().user.user_id)
        view = self._view(record, proposal, "", ("", ""))
        open_units = tuple(unit.unit for unit in view.units if not unit.choice)
        if open_units:
            return Refusal("conflicts.open", self._painter.told("missing", count=len(open_units)), open_units)
        if any(one.word == TEXT for one in chosen.values()) and not self._subjects.editable(record):
            return Refusal("workflow.locked", explain("workflow.locked", lang).text(), (), "workflow.locked")
        token = self._proposals.edit(record, self._change(record, proposal, chosen))
        sentence = self._painter.told("saved", title=self._title(record))
        changes = Changes(records=frozenset({rid}), lists=True, counts=True)
        return Decided(rid, sentence, token, UNDO_SECONDS, changes)

    def _change(
        self, record: LocalRecord, proposal: Proposal, chosen: Mapping[str, Choice]
    ) -> dict[str, str | None]:
        """Return the edit that says what was chosen: the word for the server, then what goes in."""
        program = self.desk.program(record.program)
        # As they were shown: a row that is gone is one with all its cells, though only some of them wait.
        shown = units(
            versions(self._subjects, record, proposal).waiting, partial(program.group_of, record.form)
        )
        groups = {unit: [path for path in paths if path in proposal.set] for unit, paths in shown.items()}
        taken: dict[str, str | None] = {}
        own: dict[str, str | None] = {}
        for unit, paths in groups.items():
            choice = chosen.get(unit)
            if choice is not None and choice.word == TEXT:
                own |= {path: None if path.startswith("@") else choice.value or None for path in paths}
            elif choice is None or choice.word == WAITING:
                taken |= {path: proposal.set[path] for path in paths}
        # A unit nobody was asked about says the same on both sides: it goes along with what is taken.
        asked = {unit for unit in groups if unit in chosen}
        wanted = any(chosen[unit].word == WAITING for unit in asked)
        if not wanted:
            return {SETTLED + proposal.op: KEPT, **own}
        word = TAKEN if len(taken) == len(proposal.set) else PART
        return {SETTLED + proposal.op: word, **taken, **own}

    def acknowledge(self, key: str, rid: str) -> Changes:
        """Take note of a step that came too late: its record is no question any more."""
        self.desk.seat().store.outbox.acknowledge(key)
        return Changes(records=frozenset({rid}), lists=True, counts=True)
