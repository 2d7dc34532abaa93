"""Dasbor: how far each unit is, where the data waits and how long, the weeks behind, and what needs a hand.

Everything is counted over this laptop's own copy, within the person's grants, and says how old that copy is. Which
desks are one colour, the deadline and what counts as late stand in program.toml [dashboard].
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from pathlib import Path

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import parse_iso
from sidumba_field.core.workflow.roles import is_under
from sidumba_field.programs import Program
from sidumba_field.programs.dashboard import Concern
from sidumba_field.services.boards.dashboard_views import (
    ConcernView,
    DashboardView,
    DeskView,
    FigureView,
    PlaceView,
    ShareView,
    SliceView,
    WeekView,
)
from sidumba_field.services.boards.pace import Pace, office_day, standard_minutes
from sidumba_field.services.boards.tallies import (
    BACK,
    NO_DATA,
    SIGNED,
    Tally,
    tallied,
    target_of,
    units_below,
)
from sidumba_field.services.desk import Desk
from sidumba_field.services.lists.service import use_lists
from sidumba_field.services.periods import open_period
from sidumba_field.services.places import titled
from sidumba_field.store import Scope
from sidumba_field.store.figures import Standing
from sidumba_field.words import date_short, number, percent, say, time_of_day

#: Returned records whose remarks are looked at for what is most often wrong.
SAMPLE = 300
#: Fields named as "most often".
OFTEN = 3
#: Letters a list of such fields may take on the card.
OFTEN_LETTERS = 34

#: The scopes of records that give one answer each ought to have for itself, and how many pairs they make.
_Twins = tuple[frozenset[str], int]


@dataclass(frozen=True, slots=True)
class _Scene:
    """What one look at the dashboard works with. ``instants``: Mondays of the weeks, then one per concern."""

    program: Program
    unit: str
    scopes: tuple[Scope, ...]
    mondays: tuple[date, ...]
    instants: tuple[datetime, ...]
    remarked: tuple[tuple[str, tuple[str, ...]], ...]
    heard: Mapping[str, str]
    now: datetime
    twins: tuple[_Twins, ...] = ()


class DashboardService:
    """Use cases of screen 09."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self.pace = Pace(desk)
        self._alike: tuple[object, tuple[_Twins, ...]] = (None, ())

    def board(self, unit: str = "") -> DashboardView:
        """Return the dashboard of ``unit`` ("": the whole area of the person), the level below listed.

        Raises ``workflow.outside_area`` for a unit the person has no role over. While ``unfinished``, ask again.
        """
        program, top = self._top()
        unit = unit or top
        if not is_under(unit, top):
            raise SidumbaError("workflow.outside_area")
        use_lists(self.desk)
        more = self.pace.catch_up(program)
        scene = self._scene(program, unit)
        below = units_below(program, unit)
        places = below or ((unit, program.place_name(unit) or unit),)
        standings = self.desk.seat().store.figures.standing(
            program.id,
            [scope.vid for scope in scene.scopes],
            scene.instants,
            scene.instants[: len(scene.mondays)],
        )
        tallies = tallied(program, scene.scopes, standings, [code for code, _ in places])
        twins, later = self._twins(program, standings)
        scene = replace(scene, twins=twins)
        lang = self.desk.lang
        level = "place" if not below else "kecamatan" if unit.count(".") < 2 else "desa"
        short = f"{program.dashboard.title(lang)} {open_period(self.desk.seat().store, program)}".strip()
        return DashboardView(
            title=f"{short}, {self._named(program, unit)}",
            short_title=short,
            age=self._age(),
            unit=unit,
            unit_name=self._named(program, unit),
            above="" if unit == top else unit.rpartition(".")[0],
            progress=say(f"dashboard.progress.{level}", lang),
            shares=tuple(ShareView(share.tone, share.label(lang)) for share in program.dashboard.shares),
            places=self._places(program, tallies, places, opens=bool(below) and level == "kecamatan"),
            slices={key: self._slice(scene, key, tallies, dict(places)) for key in tallies},
            areas=self._areas(program, top),
            unfinished=more or later,
        )

    def quiet(self, unit: str) -> str:
        """Return the villages under ``unit`` nobody has heard of for long, as lines to send on; no personal data."""
        program, top = self._top()
        if not is_under(unit, top):
            raise SidumbaError("workflow.outside_area")
        concern = next((one for one in program.dashboard.concerns if one.kind == "quiet"), Concern("quiet"))
        scene = self._scene(program, unit)
        lines = [
            say("dashboard.quiet_line", self.desk.lang, unit=titled(scope.unit, scope.unit_name, self.desk.lang),
                when=self._day(scene.heard.get(scope.vid, "")))
            for scope in self._silent(scene, concern, "")
        ]  # fmt: skip
        return "\n".join([say("dashboard.quiet_head", self.desk.lang, days=concern.days), *lines])

    def print_file(self, unit: str, folder: Path) -> Path:
        """Return where a print of the board goes, its folder made, and write down that it was printed."""
        program, top = self._top()
        if not is_under(unit or top, top):
            raise SidumbaError("workflow.outside_area")
        seat = self.desk.seat()
        seat.store.log("print", seat.user.user_id, paper="dashboard", unit=unit or top)
        local = self.desk.local(self.desk.clock.now())
        name = say(
            "dashboard.file_name",
            self.desk.lang,
            unit=program.place_name(unit or top) or unit or top,
            stamp=local.strftime("%Y-%m-%d %H%M"),
        )
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"{name}.pdf"

    # ---- what is looked at
    # ----------------------------------------------------------------------------------------

    def _top(self) -> tuple[Program, str]:
        programs = self.desk.my_programs()
        if not programs:
            raise SidumbaError("workflow.outside_area")
        grants = [grant for grant in self.desk.grants() if grant.program == programs[0].id]
        return programs[0], min((grant.unit for grant in grants), key=len)

    def _scene(self, program: Program, unit: str) -> _Scene:
        store = self.desk.seat().store
        now = self.desk.clock.now()
        today = self.desk.local(now).date()
        monday = today - timedelta(days=today.weekday())
        weeks = program.dashboard.weeks
        mondays = tuple(monday - timedelta(weeks=back) for back in range(weeks - 1, -1, -1))
        instants = [datetime(day.year, day.month, day.day, tzinfo=self.desk.tz) for day in mondays]
        instants += [now - timedelta(days=concern.days) for concern in program.dashboard.concerns]
        scopes = tuple(
            scope
            for scope in store.scopes.all()
            if scope.program == program.id
            and is_under(scope.unit, unit)
            and self.desk.roles(program.id, scope.unit)
        )
        back = [name for name, spec in program.states.items() if spec.posisi == BACK]
        remarked = tuple(store.figures.remarked(program.id, back, SAMPLE))
        return _Scene(program, unit, scopes, mondays, tuple(instants), remarked, store.figures.heard(), now)

    def _areas(self, program: Program, top: str) -> tuple[tuple[str, str], ...]:
        """Return what the filter offers: the whole area, and the units below it that have units themselves."""
        whole = (top, say("dashboard.whole", self.desk.lang, unit=self._named(program, top)))
        return (whole, *(units_below(program, top) if top.count(".") < 2 else ()))

    def _named(self, program: Program, unit: str) -> str:
        return titled(unit, program.place_name(unit) or unit, self.desk.lang)

    def _age(self) -> str:
        at = self.desk.seat().store.meta.get("last_sync")
        if not at:
            return say("dashboard.age_never", self.desk.lang)
        return say("dashboard.age", self.desk.lang, when=self._day(at))

    def _day(self, at: str) -> str:
        """Return "09.40" of today, else "19 Nov"; a dash for never."""
        if not at:
            return say("dashboard.never", self.desk.lang)
        local = self.desk.local(parse_iso(at))
        if local.date() == self.desk.local(self.desk.clock.now()).date():
            return time_of_day(local, lang=self.desk.lang)
        return date_short(local.date(), self.desk.lang)

    # ---- cards
    # ----------------------------------------------------------------------------------------------------

    def _places(
        self, program: Program, tallies: Mapping[str, Tally], units: Sequence[tuple[str, str]], *, opens: bool
    ) -> tuple[PlaceView, ...]:
        rows = []
        for unit, name in units:
            tally = tallies[unit]
            parts = tuple(
                sum(tally.desks.get(posisi, 0) for posisi in share.posisi)
                for share in program.dashboard.shares
            )
            rows.append(PlaceView(unit, name, parts, tally.done, target_of(program, unit), opens))
        return tuple(sorted(rows, key=lambda row: (-_part(row.done, row.target), -row.done, row.name)))

    def _slice(
        self, scene: _Scene, unit: str, tallies: Mapping[str, Tally], names: Mapping[str, str]
    ) -> SliceView:
        tally = tallies[unit]
        return SliceView(
            figures=self._figures(scene, unit, tally),
            desks=self._desks(scene, tally),
            stuck=self._stuck(scene, unit, tallies, names),
            weeks=self._weeks(scene, tally),
            concerns=self._concerns(scene, unit, tally),
        )

    def _figures(self, scene: _Scene, unit: str, tally: Tally) -> tuple[FigureView, ...]:
        return (
            self._done(scene, unit, tally),
            self._signed(tally),
            self._in_time(scene, tally),
            self._returned(scene, tally),
        )

    def _done(self, scene: _Scene, unit: str, tally: Tally) -> FigureView:
        lang, program = self.desk.lang, scene.program
        target = target_of(program, unit or scene.unit)
        last = program.dashboard.last_day(open_period(self.desk.seat().store, program))
        beside = note = ""
        if target:
            beside = say(
                "dashboard.of_target", lang, target=target, part=percent(100 * tally.done / target, 0, lang)
            )
        if target and last is not None:
            today = self.desk.local(scene.now).date()
            days, missing = program.calendar.working_days(today, last), max(0, target - tally.done)
            if not missing:
                note = say("dashboard.reached", lang)
            elif days:
                needed = -(-missing // days)
                note = say("dashboard.needed", lang, count=needed, day=date_short(last, lang))
            else:
                note = say("dashboard.overdue", lang, count=missing, day=date_short(last, lang))
        label = say("dashboard.figure.done", lang)
        return FigureView(label, number(tally.done, lang=lang), beside, note)

    def _signed(self, tally: Tally) -> FigureView:
        lang, signed = self.desk.lang, tally.desks.get(SIGNED, 0)
        note = ""
        if tally.done:
            note = say("dashboard.of_done", lang, part=percent(100 * signed / tally.done, 0, lang))
        return FigureView(say("dashboard.figure.signed", lang), number(signed, lang=lang), "", note)

    def _in_time(self, scene: _Scene, tally: Tally) -> FigureView:
        lang = self.desk.lang
        label = say("dashboard.figure.in_time", lang)
        judged = self.pace.judged(scene.program, tally.vids)
        standard = standard_minutes(scene.program)
        if not judged.count:
            return FigureView(label, "–", "", say("dashboard.not_measured", lang))
        part = percent(100 * judged.in_time / judged.count, 0, lang)
        note = say("dashboard.median", lang, median=minutes_text(judged.median, lang), minutes=standard)
        return FigureView(label, part, "", note)

    def _returned(self, scene: _Scene, tally: Tally) -> FigureView:
        lang, back = self.desk.lang, tally.desks.get(BACK, 0)
        often = self._often(scene, tally) if back else ""
        note = say("dashboard.often", lang, fields=often) if often else ""
        return FigureView(say("dashboard.figure.returned", lang), number(back, lang=lang), "", note)

    def _often(self, scene: _Scene, tally: Tally) -> str:
        """Return the fields remarked on most, as many as the card has room for."""
        vids, counts = set(tally.vids), dict[str, int]()
        for vid, paths in scene.remarked:
            for path in set(paths) if vid in vids else ():
                counts[path] = counts.get(path, 0) + 1
        questions = scene.program.form(scene.program.main, lang=self.desk.lang).questions
        words = ""
        ordered = sorted(
            (path for path in counts if path in questions), key=lambda path: (-counts[path], path)
        )
        for path in ordered[:OFTEN]:
            longer = f"{words}, {_small(questions[path].label)}" if words else _small(questions[path].label)
            if words and len(longer) > OFTEN_LETTERS:
                break
            words = longer
        return words

    def _desks(self, scene: _Scene, tally: Tally) -> tuple[DeskView, ...]:
        lang, stations = self.desk.lang, scene.program.stations(self.desk.lang)
        left = tally.done
        rows = [DeskView(say("dashboard.way.done", lang), left, self._waiting(scene, tally, stations[:1]))]
        for at, (posisi, name) in enumerate(stations):
            left -= tally.desks.get(posisi, 0) + (tally.desks.get(BACK, 0) if at == 0 else 0)
            last = at == len(stations) - 1
            signed = scene.program.posisi[SIGNED].in_(lang)
            label = signed if last else say("dashboard.way.passed", lang, desk=_small(name))
            waiting = "" if last else self._waiting(scene, tally, stations[at + 1 : at + 2])
            rows.append(DeskView(label, left, waiting, last))
        return tuple(rows)

    def _waiting(self, scene: _Scene, tally: Tally, station: Sequence[tuple[str, str]]) -> str:
        """Return "kecamatan 1,9 hari, 1.680 menunggu" of the desk that comes next."""
        lang = self.desk.lang
        for posisi, name in station:
            count = tally.desks.get(posisi, 0)
            median = self.pace.waited(scene.program, tally.vids, posisi)
            if median is None:
                return say("dashboard.way.waiting", lang, desk=_small(name), count=count)
            span = span_text(median, office_day(scene.program), lang)
            return say("dashboard.way.waited", lang, desk=_small(name), span=span, count=count)
        return ""

    def _stuck(
        self, scene: _Scene, unit: str, tallies: Mapping[str, Tally], names: Mapping[str, str]
    ) -> tuple[str, str]:
        """Return the desk that holds most, where it holds most, and for how long already."""
        lang, tally = self.desk.lang, tallies[unit]
        desks = [(tally.desks.get(posisi, 0), posisi, name) for posisi, name in scene.program.stations(lang)]
        count, posisi, name = max(desks, default=(0, "", ""), key=lambda desk: desk[0])
        if not count:
            return "", ""
        worst = unit or max(names, key=lambda one: tallies[one].desks.get(posisi, 0))
        there = tallies[worst]
        days = (scene.now - there.oldest[posisi]).days if posisi in there.oldest else 0
        if days < 1:
            return "", ""
        lead = say("dashboard.stuck", lang, desk=_small(name))
        held = there.desks.get(posisi, 0)
        return lead, say("dashboard.stuck_where", lang, unit=names.get(worst, ""), count=held, days=days)

    def _weeks(self, scene: _Scene, tally: Tally) -> tuple[WeekView, ...]:
        count = len(scene.mondays)
        begun, signed = (_per_week(sums, count) for sums in (tally.begun, tally.signed))
        return tuple(
            WeekView(date_short(monday, self.desk.lang), begun[at], signed[at], at == count - 1)
            for at, monday in enumerate(scene.mondays)
        )

    # ---- what needs a hand
    # ----------------------------------------------------------------------------------------

    def _concerns(self, scene: _Scene, unit: str, tally: Tally) -> tuple[ConcernView, ...]:
        found = []
        for at, concern in enumerate(scene.program.dashboard.concerns):
            count = self._concerned(scene, unit, tally, concern, len(scene.mondays) + at)
            if count:
                found.append(self._concern(scene, concern, count))
        return tuple(found)

    def _twins(self, program: Program, standings: Sequence[Standing]) -> tuple[tuple[_Twins, ...], bool]:
        """Return the scopes of records that give the same answer where each ought to have its own, and whether they
        are to be counted anew: that takes longer than all the rest, so the board is shown first.
        """
        if all(concern.kind != "twins" for concern in program.dashboard.concerns):
            return (), False
        state = (self.desk.seat().store, tuple((s.vid, s.state, s.count, s.moved) for s in standings))
        if self._alike[0] == state:
            return self._alike[1], False
        if self._asked != state:
            self._asked = state
            return self._alike[1], True
        states = [name for name, spec in program.states.items() if spec.posisi not in NO_DATA]
        found: list[_Twins] = []
        mine = set(self.desk.my_vids(program.id))
        for key in program.twins:
            if len(key.paths) == 1:
                alike = self.desk.seat().store.figures.alike(program.id, key.paths[0], states)
                # Another one like it outside the person's area is not his to know of.
                here = [[vid for vid in vids if vid in mine] for vids in alike]
                found += [(frozenset(vids), len(vids) * (len(vids) - 1) // 2) for vids in here if vids[1:]]
        self._alike = (state, tuple(found))
        return self._alike[1], False

    _asked: object = None

    def _concerned(self, scene: _Scene, unit: str, tally: Tally, concern: Concern, place: int) -> int:
        if concern.kind == "quiet":
            return len(self._silent(scene, concern, unit))
        if concern.kind == "twins":
            mine = set(tally.vids)
            return sum(pairs for vids, pairs in scene.twins if not mine.isdisjoint(vids))
        posisi = BACK if concern.kind == "returned" else concern.posisi
        late = tally.late.get(posisi, [])
        return late[place] if late else 0

    def _silent(self, scene: _Scene, concern: Concern, unit: str) -> list[Scope]:
        """Return the lowest units with data of which nothing was heard for so many days."""
        since = scene.now - timedelta(days=concern.days)
        return [
            scope
            for scope in scene.scopes
            if is_under(scope.unit, unit or scene.unit)
            and scene.heard.get(scope.vid, "")
            and parse_iso(scene.heard[scope.vid]) < since
            and scope.unit.count(".") == max(one.unit.count(".") for one in scene.scopes)
        ]

    def _concern(self, scene: _Scene, concern: Concern, count: int) -> ConcernView:
        lang, program = self.desk.lang, scene.program
        posisi = BACK if concern.kind == "returned" else concern.posisi
        desk = dict(program.stations(lang)).get(posisi, "")
        text = say(
            f"dashboard.concern.{concern.kind}", lang, count=count, days=concern.days, desk=_small(desk)
        )
        states = tuple(name for name, spec in program.states.items() if posisi and spec.posisi == posisi)
        return ConcernView(concern.kind, text, say(f"dashboard.act.{concern.kind}", lang), states, posisi)


def _part(done: int, target: int) -> float:
    return done / target if target else 0.0


def _per_week(sums: Sequence[int], count: int) -> list[int]:
    """Return counts per week out of counts "since"; the week under way is the last."""
    since = [*sums[:count], 0] if sums else [0] * (count + 1)
    return [since[at] - since[at + 1] for at in range(count)]


def _small(words: str) -> str:
    """Return words as they stand inside a sentence: abbreviations keep their capitals."""
    return words if words[:2].isupper() else words[:1].lower() + words[1:]


def minutes_text(seconds: int, lang: str) -> str:
    """Return a time as the SOP's clock shows it: 3.20 = three minutes, twenty seconds."""
    return f"{number(seconds // 60, lang=lang)}{':' if lang == 'en' else '.'}{seconds % 60:02d}"


def span_text(minutes: int, day: int, lang: str) -> str:
    """Return office minutes as people say them: "40 menit", "3 jam", "1,9 hari" of office days."""
    if minutes < 60:
        return say("dashboard.span.minutes", lang, count=minutes)
    if minutes < day // 2:
        return say("dashboard.span.hours", lang, count=round(minutes / 60))
    return say("dashboard.span.days", lang, count=number(minutes / day, 1, lang))
