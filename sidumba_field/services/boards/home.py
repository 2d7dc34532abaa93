"""Beranda: what this person has to do now, how the day and the week go, and where his data is."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from itertools import islice
from statistics import median

from sidumba_field.core.records import OutboxState
from sidumba_field.core.time import iso, parse_iso
from sidumba_field.core.xforms import Severity
from sidumba_field.programs import Program
from sidumba_field.services.boards.dashboard import minutes_text
from sidumba_field.services.boards.home_head import HomeHead
from sidumba_field.services.boards.home_views import PaceView
from sidumba_field.services.boards.pace import judges
from sidumba_field.services.desk import Desk
from sidumba_field.services.people import plain_words
from sidumba_field.services.periods import open_period
from sidumba_field.services.places import titled
from sidumba_field.services.subjects import EDIT, Subjects
from sidumba_field.services.views import HomeView, Link, Mark, TaskRow, VisitRow
from sidumba_field.store import LocalRecord, RecordRow
from sidumba_field.words import date_day, date_short, say, time_of_day

TASK_LIMIT = 60
PAGE = 500
#: A day's visits read for the card.
VISITS = 40
#: A decision in one of these is none.
UNDONE = (OutboxState.REJECTED, OutboxState.CONFLICT)
WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")


@dataclass(frozen=True, slots=True)
class _Day:
    start: datetime
    date: date


class HomeService:
    """Use cases of screen 01."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._subjects = Subjects(desk)
        self._head = HomeHead(desk, self._subjects)

    def home(self) -> HomeView:
        """Return today's view of the seated person."""
        seat = self.desk.seat()
        lang = self.desk.lang
        now = self.desk.local(self.desk.clock.now())
        today = _Day(now.replace(hour=0, minute=0, second=0, microsecond=0), now.date())
        programs = self.desk.my_programs()
        own = {program.id: self._own(program) for program in programs}
        per_day = self._per_day([row for rows in own.values() for row in rows])
        week = self._week(today, per_day)
        counts = seat.store.counts()
        place = titled(seat.user.unit, seat.user.unit_name, lang)
        visits = self._visits(programs, own, today)
        first = programs[0] if programs else None
        signing = first is not None and bool(self._head.signs(first))
        # Who signs or keeps the period has no village of his own: its records are counted by desk, and once.
        apart = signing or (first is not None and self._head.keeps_period(first))
        village = 0 if apart else sum(self._village(program) for program in programs)
        return HomeView(
            greeting=say(
                f"services.greeting.{_part_of_day(now.hour)}", lang, name=plain_words(seat.user.name)[0]
            ),
            date_line=f"{date_day(today.date, lang)} · {place}",
            today_done=per_day.get(today.date, 0),
            today_target=programs[0].target("day") if programs else 0,
            week=week,
            week_done=sum(count for _, count, _ in week),
            week_target=programs[0].target("week") if programs else 0,
            village_title=place,
            village_done=village,
            village_target=programs[0].target("village") if programs else 0,
            minutes_per_form=self._per_form(own, today),
            tasks=tuple(self._tasks(programs)),
            visits=visits,
            visits_done=sum(1 for visit in visits if visit.done),
            visits_left=sum(1 for visit in visits if not visit.done),
            laptop=counts.laptop,
            waiting=counts.waiting,
            received=counts.received,
            last_sync=self._last_sync(),
            shipping_note=say(
                "services.shipping.offline" if self.desk.link is Link.OFFLINE else "services.shipping.online",
                lang,
            ),
            deadline=self._deadline(first),
            head=self._head.head(first) if first is not None and signing else None,
            pace=self._pace(first) if not signing else None,
            period=self._head.period(first) if first is not None and self._head.keeps_period(first) else None,
        )

    def _deadline(self, program: Program | None) -> str:
        """Return until when the period's records are wanted ("tenggat 30 Nov"), "" when nobody said."""
        if program is None:
            return ""
        last = program.dashboard.last_day(open_period(self.desk.seat().store, program))
        return (
            ""
            if last is None
            else say("services.deadline", self.desk.lang, day=date_short(last, self.desk.lang))
        )

    def _pace(self, program: Program | None) -> PaceView | None:
        """Return the own pace of who judges records under a time standard; None for anybody else."""
        if program is None:
            return None
        roles = {grant.role for grant in self.desk.grants() if grant.program == program.id}
        if not any(row.role in roles and judges(row) for row in program.workflow.transitions):
            return None
        return self._head.own_pace(program, self._decided_today())

    def _decided_today(self) -> int:
        seat = self.desk.seat()
        start = self.desk.local(self.desk.clock.now()).replace(hour=0, minute=0, second=0, microsecond=0)
        rows = seat.store.outbox.rows(1_000)
        return sum(
            1
            for row in rows
            if row.command
            and row.by == seat.user.user_id
            and row.at >= iso(start)
            and row.state not in UNDONE
        )

    def _per_form(self, own: Mapping[str, list[RecordRow]], today: _Day) -> str:
        """Return the median time from beginning a form to handing it on, of today's forms ("4.10"), "" for none."""
        begun = {
            row.rid: row.created_at
            for rows in own.values()
            for row in rows
            if row.created_at >= iso(today.start)
        }
        sealed = self.desk.seat().store.outbox.sealed_at(list(begun)[:PAGE]) if begun else {}
        took = [int((parse_iso(at) - parse_iso(begun[rid])).total_seconds()) for rid, at in sealed.items()]
        return minutes_text(max(0, int(median(took))), self.desk.lang) if took else ""

    def _own(self, program: Program) -> list[RecordRow]:
        """Return what the person began since Monday: the day and the week are counted from it."""
        seat = self.desk.seat()
        now = self.desk.local(self.desk.clock.now())
        monday = (now - timedelta(days=now.weekday())).replace(hour=0, minute=0, second=0, microsecond=0)
        vids = self.desk.my_vids(program.id)
        return seat.store.lists.begun(program.id, seat.user.user_id, iso(monday), vids)

    def _village(self, program: Program) -> int:
        """Return how many records of the person's area are data or on their way to be, counted without reading one."""
        found = self.desk.seat().store.figures.standing(program.id, self.desk.my_vids(program.id))
        void = ("tidak_berlaku",)
        return sum(row.count for row in found if program.state(row.state).posisi not in void)

    def _per_day(self, rows: list[RecordRow]) -> Mapping[date, int]:
        """Return how many of my records were begun on which local day."""
        per_day: dict[date, int] = {}
        for row in rows:
            day = self.desk.local(parse_iso(row.created_at)).date()
            per_day[day] = per_day.get(day, 0) + 1
        return per_day

    def _week(self, today: _Day, per_day: Mapping[date, int]) -> tuple[tuple[str, int, bool], ...]:
        monday = today.date - timedelta(days=today.date.weekday())
        days = [monday + timedelta(days=n) for n in range(max(5, today.date.weekday() + 1))]
        return tuple(
            (
                say(f"services.weekday.{WEEKDAYS[day.weekday()]}", self.desk.lang),
                per_day.get(day, 0),
                day == today.date,
            )
            for day in days
        )

    # ---- tasks
    # ---------------------------------------------------------------------------------------------------

    def _tasks(self, programs: list[Program]) -> list[TaskRow]:
        """Return returned records first (oldest first), then drafts (latest first)."""
        returned: list[TaskRow] = []
        drafts: list[TaskRow] = []
        user = self.desk.seat().user.user_id
        for program in programs:
            states = self._editable_states(program)
            back = [state for state in states if program.state(state).posisi == "dikembalikan"]
            rest = [state for state in states if state not in back]
            # The oldest return is the most urgent one, and drafts never push it off the list.
            found = list(self._may_edit(program, back))
            returned += self._drawn(program, list(reversed(found)), "returned")
            mine = (row for row in self._may_edit(program, rest) if row.owner == user)
            drafts += self._drawn(program, list(islice(mine, TASK_LIMIT)), "draft")
        return [*returned[:TASK_LIMIT], *drafts[:TASK_LIMIT]]

    def _drawn(self, program: Program, rows: list[RecordRow], kind: str) -> list[TaskRow]:
        store = self.desk.seat().store
        records = (store.records.get(row.rid) for row in rows[:TASK_LIMIT])
        return [self._task(program, record, kind) for record in records if record is not None]

    def _may_edit(self, program: Program, states: Sequence[str]) -> Iterator[RecordRow]:
        """Walk the records in these states which the person may correct, newest first."""
        store = self.desk.seat().store
        vids = self.desk.my_vids(program.id)
        after: tuple[str, str] | None = None
        while states:
            page = store.records.find(
                program.id, states=states, limit=PAGE, after=after, vids=vids, columns=()
            )
            yield from (row for row in page if self._subjects.may_edit(program, row))
            if len(page) < PAGE:
                return
            after = page[-1].key

    def _editable_states(self, program: Program) -> tuple[str, ...]:
        roles = {grant.role for grant in self.desk.grants() if grant.program == program.id}
        rows = program.workflow.transitions
        return tuple(dict.fromkeys(r.state for r in rows if r.command == EDIT and r.role in roles))

    def _task(self, program: Program, record: LocalRecord, kind: str) -> TaskRow:
        lang = self.desk.lang
        iv = self._subjects.interview(record)
        asked = [
            q
            for section in program.form(record.form, record.form_v).sections
            for q in section.questions
            if iv.relevant(q.path) and not iv.readonly(q.path) and q.kind not in ("calculate", "note")
        ]
        filled = sum(1 for question in asked if iv.value(question.path))
        open_errors = [v for v in iv.violations() if v.severity is Severity.ERROR]
        first = record.remarks[0] if record.remarks else None
        fields = sum(1 for remark in record.remarks if remark.path) or len(record.remarks)
        return TaskRow(
            rid=record.rid,
            kind=kind,
            title=record.fields.get(program.title_path) or say("services.untitled", lang),
            subtitle=record.fields.get(program.subtitle_path, ""),
            remark=first.text if first else "",
            count_text=say("services.task.fields", lang, count=fields)
            if kind == "returned"
            else say("services.task.filled", lang, filled=filled, total=len(asked)),
            when=self._when(record.as_record().changed_at),
            filled=filled,
            total=len(asked),
            missing=say("services.task.missing", lang, count=len(open_errors)) if open_errors else "",
            action=say("services.task.repair" if kind == "returned" else "services.task.resume", lang),
            mark=Mark(record.mark),
        )

    def _when(self, at: str) -> str:
        local = self.desk.local(parse_iso(at))
        today = self.desk.local(self.desk.clock.now()).date()
        if local.date() == today:
            return time_of_day(local, lang=self.desk.lang)
        if local.date() == today - timedelta(days=1):
            return say("services.yesterday", self.desk.lang)
        return date_short(local.date(), self.desk.lang)

    def _visits(
        self, programs: list[Program], own: Mapping[str, list[RecordRow]], today: _Day
    ) -> tuple[VisitRow, ...]:
        """Return the businesses visited today: handed on (done) or still a draft."""
        visits = []
        start = iso(today.start)
        rows = [(row, program) for program in programs for row in own[program.id] if row.created_at >= start]
        for row, program in sorted(rows, key=lambda pair: pair[0].created_at)[:VISITS]:
            # A day's visits are few: they are read whole, because the place is in no list.
            record = self.desk.seat().store.records.get(row.rid)
            fields = record.fields if record is not None else row.fields
            draft = program.state(row.state).posisi == "draf"
            visits.append(
                VisitRow(
                    rid=row.rid,
                    title=fields.get(program.title_path) or say("services.untitled", self.desk.lang),
                    place=program.visit_place(fields),
                    done=not draft,
                    current=draft,
                    mark=Mark(row.mark),
                    action=say("services.task.resume_draft", self.desk.lang) if draft else "",
                )
            )
        return tuple(visits)

    def _last_sync(self) -> str:
        at = self.desk.seat().store.meta.get("last_sync")
        if not at:
            return say("services.sync.never", self.desk.lang)
        return self._when(at)


def _part_of_day(hour: int) -> str:
    """Indonesian greetings change at 11, 15 and 18 o'clock."""
    if hour < 11:
        return "morning"
    if hour < 15:
        return "noon"
    return "afternoon" if hour < 18 else "evening"
