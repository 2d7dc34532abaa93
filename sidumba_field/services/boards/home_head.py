"""Beranda of those who decide: what waits for a signature and what is in it, the own pace, the period and its backup.

Which batches wait for whom follows from the table of steps; figures of a batch from program.toml [dashboard].
"""

from __future__ import annotations

import json
import random
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from sidumba_field.core.records import FeedEntry, FeedKind
from sidumba_field.core.time import parse_iso
from sidumba_field.core.workflow import Transition
from sidumba_field.core.workflow.clocks import spent
from sidumba_field.programs import Program
from sidumba_field.services.boards.dashboard import minutes_text, span_text
from sidumba_field.services.boards.home_views import (
    BatchView,
    ContentView,
    HeadView,
    PaceView,
    PeriodView,
    SignedView,
    StandView,
)
from sidumba_field.services.boards.pace import Pace, office_day, standard_minutes
from sidumba_field.services.boards.tallies import NO_DATA, SIGNED, tallied, target_of
from sidumba_field.services.desk import Desk
from sidumba_field.services.lists.service import use_lists
from sidumba_field.services.periods import open_period
from sidumba_field.services.review.painter import ReviewPainter
from sidumba_field.services.subjects import BATCH, Subjects
from sidumba_field.store import RecordRow
from sidumba_field.words import date_short, number, percent, say, time_of_day

PERIOD = "period"
#: Records drawn by lot from a batch, for a look before signing.
SAMPLES = 5
#: Signed batches shown, and how long one may be taken back (guard within_24h).
LATELY = 6
HOURS = 24
#: The guard of the step that takes a signature back.
TAKES_BACK = "within_24h"
MANY = 200


class HomeHead:
    """Helper of ``HomeService``; holds no state but the pace it has read."""

    def __init__(self, desk: Desk, subjects: Subjects) -> None:
        self.desk = desk
        self._subjects = subjects
        self._painter = ReviewPainter(desk, subjects)
        self.pace = Pace(desk)

    # ---- who signs
    # -----------------------------------------------------------------------------------------------

    def signs(self, program: Program) -> tuple[Transition, ...]:
        """Return the steps by which this person signs whole batches; none for anybody else."""
        return tuple(
            row
            for row in program.workflow.transitions
            if row.subject == BATCH and row.role in self._roles(program) and "exact_digest" in row.guards
        )

    def _roles(self, program: Program) -> set[str]:
        return {grant.role for grant in self.desk.grants() if grant.program == program.id}

    def head(self, program: Program) -> HeadView:
        """Return Beranda of who signs."""
        use_lists(self.desk)
        steps = self.signs(program)
        store, lang = self.desk.seat().store, self.desk.lang
        vids = self.desk.my_vids(program.id)
        waiting = store.records.find(
            program.id, BATCH, tuple({row.state for row in steps}), limit=MANY, vids=vids
        )
        waiting.sort(key=lambda row: row.changed_at)
        done = store.records.find(
            program.id, BATCH, tuple({row.to for row in steps}), limit=LATELY, vids=vids
        )
        counted = {row.rid: self._members(program, row) for row in waiting}
        desks = self._desks(program, vids)
        signed = sum(desk.count for desk in desks if desk.posisi == SIGNED)
        return HeadView(
            batches=tuple(self._batch(program, row, counted[row.rid][0]) for row in waiting),
            contents={row.rid: self._content(program, row, *counted[row.rid]) for row in waiting},
            signed=tuple(self._signed(program, row) for row in done),
            total_title=say("dashboard.head.signed_year", lang, period=open_period(store, program)),
            total=signed,
            target=target_of(program, self._unit(program)),
            desks=tuple(desk for desk in desks if desk.posisi != SIGNED),
            pace=self._pace_of_signing(program, steps, done),
            backup=self._backup(program),
        )

    def _unit(self, program: Program) -> str:
        return min((grant.unit for grant in self.desk.grants() if grant.program == program.id), key=len)

    def _members(self, program: Program, row: RecordRow) -> tuple[int, list[tuple[str, ...]]]:
        rids = [str(member["rid"]) for member in _listed(row)]
        paths = [one.path for one in program.dashboard.content]
        return self.desk.seat().store.figures.members(program.id, rids, paths)

    def _batch(self, program: Program, row: RecordRow, warnings: int) -> BatchView:
        lang = self.desk.lang
        count = len(_listed(row))
        return BatchView(
            rid=row.rid,
            title=self._title(program, row),
            by=self._reported(row),
            count_text=say("dashboard.head.records", lang, count=count),
            warnings=warnings,
            warnings_text=say("dashboard.head.warnings", lang, count=warnings),
            waits=say("dashboard.head.waits", lang, age=self._painter.age(row.changed_at)),
        )

    def _title(self, program: Program, row: RecordRow) -> str:
        return self._painter.names(program, BATCH, row.fields, row.vid)[0]

    def _steps(self, rid: str) -> list[FeedEntry]:
        history = self.desk.seat().store.records.history(rid)
        return [entry for entry in history if entry.kind is FeedKind.TRANSITION and entry.payload is not None]

    def _reported(self, row: RecordRow) -> str:
        last = next(reversed(self._steps(row.rid)), None)
        if last is None or last.payload is None:
            return ""
        return f"{last.payload.get('by_name', '')}, {self._painter.when(last.server_time)}"

    def _content(
        self, program: Program, row: RecordRow, warnings: int, members: Sequence[Sequence[str]]
    ) -> ContentView:
        lang = self.desk.lang
        withheld = self.desk.withheld(program.id, row.unit)
        figures = []
        for at, content in enumerate(program.dashboard.content):
            answers = [cells[at] for cells in members]
            if content.path in withheld:
                shown = say("services.withheld", lang)
            elif content.value:
                shown = number(sum(answer == content.value for answer in answers), lang=lang)
            else:
                amounts = [int(answer) for answer in answers if answer.isdecimal()]
                shown = money_short(round(median(amounts)), lang) if amounts else "–"
            figures.append((shown, content.label(lang)))
        checks = [say("dashboard.head.two_steps", lang)]
        if not warnings:
            checks.append(say("dashboard.head.no_warnings", lang))
        title = say("dashboard.head.content", lang, title=self._title(program, row))
        return ContentView(title, tuple(figures), tuple(checks), self._samples(program, row))

    def _samples(self, program: Program, row: RecordRow) -> tuple[tuple[str, str, str], ...]:
        """Draw a few records by lot: the same ones as long as the batch is the same, so that nobody draws until it
        suits him.
        """
        lot = random.Random(row.fields.get("digest", row.rid))
        rids = sorted(str(member["rid"]) for member in _listed(row))
        found = []
        for rid in lot.sample(rids, min(SAMPLES, len(rids))):
            record = self.desk.seat().store.records.get(rid)
            if record is not None and self.desk.roles(program.id, self.desk.scope(record.vid).unit):
                title, place = self._painter.names(program, "record", record.fields, record.vid)
                found.append((rid, title, place))
        return tuple(found)

    def _signed(self, program: Program, row: RecordRow) -> SignedView:
        lang = self.desk.lang
        signed = next(
            (e for e in reversed(self._steps(row.rid)) if (e.payload or {}).get("to") == row.state), None
        )
        at = parse_iso(signed.server_time if signed is not None else row.changed_at)
        until = at + timedelta(hours=HOURS)
        roles = self.desk.roles(program.id, row.unit)
        offered = program.workflow.offered(BATCH, row.state, roles)
        open_still = until > self.desk.clock.now() and any(TAKES_BACK in step.guards for step in offered)
        local = self.desk.local(until)
        left = say(
            "dashboard.head.until", lang, day=date_short(local.date(), lang), at=time_of_day(local, lang=lang)
        )
        count = say("dashboard.head.records", lang, count=len(_listed(row)))
        return SignedView(
            row.rid, self._title(program, row), count, self._when(at), left if open_still else ""
        )

    def _when(self, at: datetime) -> str:
        local, today = self.desk.local(at), self.desk.local(self.desk.clock.now()).date()
        hour = time_of_day(local, lang=self.desk.lang)
        if local.date() == today:
            return say("dashboard.head.today", self.desk.lang, at=hour)
        if local.date() == today - timedelta(days=1):
            return say("dashboard.head.yesterday", self.desk.lang, at=hour)
        return date_short(local.date(), self.desk.lang)

    def _pace_of_signing(
        self, program: Program, steps: Sequence[Transition], signed: Sequence[RecordRow]
    ) -> tuple[str, str, int, int] | None:
        """Return how long batches lay before they were signed, on average, against the SOP's minutes."""
        step = next((row for row in steps if row.clock is not None and row.clock.minutes), None)
        if step is None or step.clock is None or not step.clock.minutes:
            return None
        took = []
        for row in signed:
            entries = self._steps(row.rid)
            for before, after in pairwise(entries):
                if (after.payload or {}).get("to") == row.state:
                    took.append(
                        spent(parse_iso(before.server_time), parse_iso(after.server_time), program.calendar)
                    )
        lang, standard = self.desk.lang, step.clock.minutes
        beside = say("dashboard.head.sop", lang, step=step.sop_step, minutes=standard)
        if not took:
            return say("dashboard.head.none_signed", lang), beside, 0, standard
        mean = round(sum(took) / len(took))
        average = say("dashboard.head.average", lang, span=span_text(mean, office_day(program), lang))
        return average, beside, mean, standard

    # ---- who judges
    # ----------------------------------------------------------------------------------------------

    def own_pace(self, program: Program, done: int) -> PaceView:
        """Return how a verifier's own decisions keep to the SOP's minutes."""
        self.pace.catch_up(program)
        own = self.pace.own(program, self.desk.seat().user.user_id)
        lang = self.desk.lang
        part = percent(100 * own.in_time / own.count, 0, lang) if own.count else ""
        shown = minutes_text(own.median, lang) if own.count else ""
        desks = self._desks(program, self.desk.my_vids(program.id))
        return PaceView(done, shown, own.median, standard_minutes(program), part, desks)

    def _desks(self, program: Program, vids: Sequence[str]) -> tuple[StandView, ...]:
        """Return how many records lie at each desk, in the order of their way."""
        store, lang = self.desk.seat().store, self.desk.lang
        scopes = [scope for scope in store.scopes.all() if scope.vid in set(vids)]
        whole = tallied(program, scopes, store.figures.standing(program.id, vids), ())[""]
        return tuple(
            StandView(posisi, words.in_(lang), whole.desks.get(posisi, 0))
            for posisi, words in program.posisi.items()
            if posisi not in NO_DATA
        )

    # ---- who keeps the period
    # ------------------------------------------------------------------------------------

    def keeps_period(self, program: Program) -> bool:
        """Tell whether the person's own work is the period itself: no record and no batch waits for him."""
        roles = self._roles(program)
        subjects = {row.subject for row in program.workflow.transitions if row.role in roles}
        return subjects == {PERIOD}

    def period(self, program: Program) -> PeriodView:
        """Return the running period, where it stands and what is known of its backup."""
        row = self._period_row(program)
        lang, store = self.desk.lang, self.desk.seat().store
        label = row.fields.get("label", "") if row is not None else open_period(store, program)
        return PeriodView(
            rid=row.rid if row is not None else "",
            title=say("services.period.title", lang, period=label),
            posisi=program.state(row.state).posisi if row is not None else "",
            state=program.state(row.state).label(lang) if row is not None else "",
            counts=self._desks(program, self.desk.my_vids(program.id)),
            backup=self._backup(program),
        )

    def _period_row(self, program: Program) -> RecordRow | None:
        vids = self.desk.my_vids(program.id)
        rows = self.desk.seat().store.records.find(program.id, PERIOD, limit=MANY, vids=vids)
        label = open_period(self.desk.seat().store, program)
        return next((row for row in rows if row.fields.get("label") == label), rows[0] if rows else None)

    def _backup(self, program: Program) -> str:
        """Return what the server has told of the last proven backup; "" while it told nothing."""
        row = self._period_row(program)
        made = row.fields.get("backup_made_at", "") if row is not None else ""
        if row is None or not made:
            return say("dashboard.head.no_backup", self.desk.lang)
        count = row.fields.get("backup_records", "")
        return say(
            "dashboard.head.backup",
            self.desk.lang,
            when=_inside(self._when(parse_iso(made))),
            count=number(int(count), lang=self.desk.lang) if count.isdecimal() else count,
        )


def _listed(row: RecordRow) -> list[Mapping[str, object]]:
    found = json.loads(row.fields.get("members", "[]"))
    return found if isinstance(found, list) else []


def _inside(words: str) -> str:
    """Return words as they stand inside a sentence."""
    return words[:1].lower() + words[1:]


def money_short(value: int, lang: str) -> str:
    """Return an amount as people say it: "Rp 4,2 juta"; below a million in full."""
    for unit, word in ((10**12, "trillion"), (10**9, "billion"), (10**6, "million")):
        if value >= unit:
            shown = number(value / unit, 1, lang).removesuffix(",0").removesuffix(".0")
            return f"Rp\u00a0{shown}\u00a0{say(f'dashboard.money.{word}', lang)}"
    return f"Rp\u00a0{number(value, lang=lang)}"
