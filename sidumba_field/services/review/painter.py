"""Draws one subject for the verifier: only what changed with the old value beside it, warnings, remarks, the
chain.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import Any

from sidumba_field.core.records import FeedEntry, FeedKind
from sidumba_field.core.time import parse_iso
from sidumba_field.core.workflow.guards import remark_is_answered
from sidumba_field.core.xforms import Interview, Question, Repeat, Severity, template_path
from sidumba_field.programs import Program
from sidumba_field.services.desk import Desk
from sidumba_field.services.places import titled
from sidumba_field.services.shown import shown_value
from sidumba_field.services.steps.texts import Texts
from sidumba_field.services.subjects import Subjects
from sidumba_field.services.views import BannerView, Mark, RemarkView, ReviewLine, ReviewView, StepView
from sidumba_field.store import LocalRecord
from sidumba_field.words import date_short, number, say, time_of_day

HISTORY_ROWS = 12


class ReviewPainter:
    """Turns records of any subject into ``ReviewView`` values."""

    def __init__(self, desk: Desk, subjects: Subjects) -> None:
        self.desk = desk
        self._subjects = subjects

    # ---- small texts
    # ---------------------------------------------------------------------------------------------

    def names(self, program: Program, subject: str, fields: Mapping[str, str], vid: str) -> tuple[str, str]:
        """Return (title, place) of a subject for a list."""
        scope = self.desk.scope(vid)
        lang = self.desk.lang
        if subject == "record":
            title = fields.get(program.title_path) or say("services.untitled", lang)
            return title, titled(scope.unit, scope.unit_name, lang)
        if subject == "batch":
            code = fields.get("unit", scope.unit)
            unit = titled(code, self.unit_name(code), lang)
            return say("services.batch.title", lang, unit=unit, period=fields.get("period", "")), unit
        return say("services.period.title", lang, period=fields.get("label", "")), scope.unit_name

    def unit_name(self, unit: str) -> str:
        """Return the name of a unit: a scope's own, else the official list's, else its code."""
        for scope in self.desk.seat().store.scopes.all():
            if scope.unit == unit:
                return scope.unit_name
        return next(
            (name for program in self.desk.programs.values() if (name := program.place_name(unit))), unit
        )

    def age(self, at: str) -> str:
        minutes = max(0, int((self.desk.clock.now() - parse_iso(at)).total_seconds() // 60))
        lang = self.desk.lang
        if minutes < 60:
            return say("services.age.minutes", lang, count=minutes)
        if minutes < 48 * 60:
            return say("services.age.hours", lang, count=minutes // 60)
        return say("services.age.days", lang, count=minutes // (24 * 60))

    def mark(self, mark: str) -> Mark:
        return Mark(mark)

    def when(self, at: str) -> str:
        local = self.desk.local(parse_iso(at))
        return f"{date_short(local.date(), self.desk.lang)} {time_of_day(local, lang=self.desk.lang)}"

    # ---- the view
    # ------------------------------------------------------------------------------------------------

    def view(self, record: LocalRecord) -> ReviewView:
        """Return the whole picture of one subject."""
        program = self.desk.program(record.program)
        whole = record.as_record()
        title, place = self.names(program, record.subject, record.fields, record.vid)
        commands = self._subjects.offered(record)
        spec = program.state(record.state)
        history = self._subjects.history(record)
        lines, changed, banners, photos, blocked = self._content(program, record, history)
        step = next((c for c in commands if c.kind == "forward"), None)
        lang = self.desk.lang
        return ReviewView(
            rid=record.rid,
            subject=record.subject,
            title=title,
            subtitle=self._subtitle(program, record, place, history),
            posisi=spec.posisi,
            posisi_label=program.posisi_label(record.state, lang),
            rev=self._subjects.rev(record),
            sha=whole.content_sha256,
            version_text=say("services.version_now", lang, number=whole.rev),
            previous_text=self._previous_text(record, history),
            chain=self._chain(program, record),
            banners=tuple(banners),
            changed=tuple(changed),
            all_lines=tuple(lines),
            unchanged=max(0, len(lines) - sum(1 for line in changed if line.changed)),
            remarks=tuple(self._remarks(program, record)),
            history=tuple(self.history(program, history)),
            photos=tuple(photos),
            commands=commands,
            templates=tuple(program.remark_templates(lang)),
            standard_minutes=self._minutes(program, record, step.command if step else ""),
            sop_step=step.sop_step if step else "",
            blocked=blocked,
            wa_text=self._wa_text(program, record),
            history_whole=_is_whole(record, history),
        )

    def _subtitle(
        self, program: Program, record: LocalRecord, place: str, history: Sequence[FeedEntry]
    ) -> str:
        owner = record.fields.get(program.subtitle_path, "") if record.subject == "record" else ""
        sent = self._last_step(history)
        return " · ".join(part for part in (owner, place, sent) if part)

    def _last_step(self, history: Sequence[FeedEntry]) -> str:
        for entry in reversed(history):
            if entry.kind is FeedKind.TRANSITION and entry.payload:
                name = str(entry.payload.get("by_name", ""))
                return say("services.sent_by", self.desk.lang, name=name, when=self.when(entry.server_time))
        return ""

    def _minutes(self, program: Program, record: LocalRecord, command: str) -> int:
        for row in program.workflow.rows(record.subject, record.state, command):
            if row.clock is not None and row.clock.minutes:
                return row.clock.minutes
        return 0

    def _chain(self, program: Program, record: LocalRecord) -> tuple[StepView, ...]:
        """Return the stations of the chain; which is now follows from the state's posisi."""
        now = program.state(record.state).posisi
        stations = program.stations(self.desk.lang)
        order = [posisi for posisi, _ in stations]
        at = order.index(now) if now in order else -1
        done = now == "disahkan"
        return tuple(
            StepView(label, "done" if done or index < at else "current" if index == at else "ahead", posisi)
            for index, (posisi, label) in enumerate(stations)
        )

    def _remarks(self, program: Program, record: LocalRecord) -> Iterable[RemarkView]:
        whole = record.as_record()
        for remark in record.remarks:
            done = remark_is_answered(remark, whole)
            yield RemarkView(
                id=remark.id,
                path=remark.path,
                label=self._label(program, record, remark.path),
                text=remark.text,
                by_name=remark.by_name,
                when=self.when(remark.at),
                status=say("services.remark.fixed" if done else "services.remark.open", self.desk.lang),
                answered=done,
            )

    def _label(self, program: Program, record: LocalRecord, path: str) -> str:
        if not path or record.subject != "record":
            return ""
        definition = program.form(record.form, record.form_v)
        found = definition.questions.get(template_path(path)) or definition.repeats.get(template_path(path))
        return found.label if found else path

    def history(self, program: Program, history: Sequence[FeedEntry]) -> Iterable[str]:
        """Return the latest entries as lines, newest first; who acted for somebody is told as Plt."""
        entries = [entry for entry in history if entry.kind is not FeedKind.FILE]
        for entry in list(reversed(entries))[:HISTORY_ROWS]:
            payload: Mapping[str, Any] = entry.payload or {}
            if entry.kind is FeedKind.EDIT:
                what = say(
                    "services.history.edit" if entry.rev > 1 else "services.history.new", self.desk.lang
                )
            elif entry.kind is FeedKind.PROPOSAL:
                what = say("services.history.proposal", self.desk.lang)
            elif not payload.get("command"):
                what = say("services.history.erased", self.desk.lang)
            else:
                what = program.command(str(payload["command"])).past(self.desk.lang)
            name = self._who(payload)
            yield (
                f"{self.when(entry.server_time)} · {what}, {name}"
                if name
                else f"{self.when(entry.server_time)} · {what}"
            )

    def _who(self, payload: Mapping[str, Any]) -> str:
        """Return who took a step; somebody who stood in is named with the official he stood in for."""
        name, official = str(payload.get("by_name", "")), str(payload.get("acting_for_name", ""))
        quality = str(payload.get("acting_as", ""))
        if not official or not quality:
            return name
        return say("steps.acting", self.desk.lang, name=name, quality=quality, official=official)

    def _previous_text(self, record: LocalRecord, history: Sequence[FeedEntry]) -> str:
        seen = _seen_before(history, self._subjects.roles(record))
        if seen is None:
            return ""
        rev, at = seen
        local = self.desk.local(parse_iso(at))
        when = date_short(local.date(), self.desk.lang)
        return say("services.version_before", self.desk.lang, number=rev, when=when)

    # ---- content
    # -------------------------------------------------------------------------------------------------

    def _content(
        self, program: Program, record: LocalRecord, history: Sequence[FeedEntry]
    ) -> tuple[list[ReviewLine], list[ReviewLine], list[BannerView], list[str], str]:
        if record.subject != "record":
            lines = list(self._batch_lines(program, record))
            return lines, [], [], [], ""
        iv = self._subjects.interview(record)
        seen = _seen_before(history, self._subjects.roles(record))
        before = self._subjects.at_rev(record, seen[0]) if seen else None
        lines = list(self._lines(program, record, iv, before))
        banners = [
            BannerView("amber", line.label + ".", line.warning, line.path) for line in lines if line.warning
        ]
        errors = [v for v in iv.violations() if v.severity is Severity.ERROR]
        missing = self._subjects.situation(record, iv, None).missing_files
        blocked = ""
        if missing:
            blocked = say("services.guard.attachments_complete", self.desk.lang, count=len(missing))
            banners.append(BannerView("amber", say("services.files_missing", self.desk.lang), blocked))
        elif errors:
            blocked = say("services.guard.no_violations", self.desk.lang, count=len(errors))
        changed = [line for line in lines if line.changed] if before is not None else []
        photos = sorted(self._subjects.file_names(record))
        return lines, changed, banners, photos, blocked

    def lines(self, record: LocalRecord) -> list[ReviewLine]:
        """Return every answer of a record as it is read."""
        program = self.desk.program(record.program)
        return list(self._lines(program, record, self._subjects.interview(record), None))

    def _lines(
        self, program: Program, record: LocalRecord, iv: Interview, before: Mapping[str, str] | None
    ) -> Iterable[ReviewLine]:
        old = self._subjects.interview(record, before) if before is not None else None
        warnings = {v.path: v.message for v in iv.violations() if v.severity is Severity.WARNING}
        for section in program.form(record.form, record.form_v).sections:
            for item in section.items:
                if isinstance(item, Repeat):
                    for number_, row in enumerate(iv.rows(item.path), start=1):
                        for column in item.columns:
                            path = f"{item.path}[{row}]/{column.name}"
                            label = _cell_label(item, number_, row, column, iv)
                            yield self._line(column, path, label, iv, old, warnings, record)
                elif iv.relevant(item.path) and item.kind not in ("calculate", "note"):
                    yield self._line(item, item.path, item.label, iv, old, warnings, record)

    def _line(
        self,
        question: Question,
        path: str,
        label: str,
        iv: Interview,
        old: Interview | None,
        warnings: Mapping[str, str],
        record: LocalRecord,
    ) -> ReviewLine:
        lang = self.desk.lang
        value = iv.value(path)
        shown = shown_value(question, value, iv, path, lang, codes=True)
        was = ""
        if old is not None and path in old.instance.nodes:
            was = shown_value(question, old.value(path), old, path, lang, codes=True)
        changed = old is not None and was != shown
        reason = record.fields.get(f"@reason/{path}", "")
        warning = warnings.get(path, "")
        if warning and reason:
            warning = say("services.explained", lang, warning=warning, reason=reason)
        return ReviewLine(
            path=path,
            label=label,
            current=shown,
            previous=was if changed else (say("services.same", lang) if old is not None else ""),
            changed=changed,
            marks=_changed_spans(was, shown) if changed and was else (),
            group="",
            warning=warning,
            kind=question.kind,
        )

    def _batch_lines(self, program: Program, record: LocalRecord) -> Iterable[ReviewLine]:
        """Return what a batch or period holds: how many per village, and the digest that will be signed."""
        lang = self.desk.lang
        members = json.loads(record.fields.get("members", "[]"))
        per_unit: dict[str, int] = {}
        for member in members:
            unit = self.desk.scope(member["vid"]).unit_name
            per_unit[unit] = per_unit.get(unit, 0) + 1
        rows = [
            (
                say("services.batch.period", lang),
                record.fields.get("period") or record.fields.get("label", ""),
            ),
            (say("services.batch.count", lang), number(len(members), lang=lang)),
            *((unit, number(count, lang=lang)) for unit, count in sorted(per_unit.items())),
            (say("services.batch.digest", lang), record.fields.get("digest", "")[:16]),
        ]
        for index, (label, value) in enumerate(rows):
            if value:
                yield ReviewLine(f"@{index}", label, value, "", False, (), "", "", "text")

    def _wa_text(self, program: Program, record: LocalRecord) -> str:
        """Return the ready message for those a return would go to: one record, its place, never a citizen's data."""
        backs = [view for view in self._subjects.offered(record) if view.kind == "return"]
        if record.subject != "record" or not backs:
            return ""
        row = program.workflow.rows(record.subject, record.state, backs[0].command)[0]
        if row.to not in program.messages:
            return ""
        return Texts(self.desk).text(program, row.to, self.desk.scope(record.vid).unit, 1, record.period).text


def _cell_label(repeat: Repeat, place: int, row: str, column: Question, iv: Interview) -> str:
    """Return what a cell is called beside its value: "Harga jual Keripik balado", or "Produk utama 2, satuan" while
    the row has no name; the value itself says that it is money.
    """
    words = column.label.removesuffix("(Rp)").strip()
    first = next((one for one in repeat.columns if one.kind == "text"), None)
    name = iv.value(f"{repeat.path}[{row}]/{first.name}") if first is not None else ""
    if not name or column is first:
        return f"{repeat.label} {place}, {words.lower()}"
    return f"{words} {name}"


def _is_whole(record: LocalRecord, history: Sequence[FeedEntry]) -> bool:
    """Tell whether the entry a record began with is here; one the server does not know yet has no history."""
    return record.base_rev == 0 or any(
        entry.rev == 1 and entry.kind is not FeedKind.FILE for entry in history
    )


def _seen_before(history: Sequence[FeedEntry], roles: Sequence[str]) -> tuple[int, str] | None:
    """Return (rev, when) of the latest decision of the person's own desk: what was seen there last time.

    None when this desk never decided on the record: then everything is new to it, whatever others have seen.
    """
    for entry in reversed(history):
        if entry.kind is FeedKind.TRANSITION and entry.payload and entry.payload.get("role") in roles:
            return entry.rev, entry.server_time
    return None


def _changed_spans(before: str, after: str) -> tuple[tuple[int, int], ...]:
    """Return the character ranges of ``after`` that differ from ``before``."""
    blocks = SequenceMatcher(None, before, after, autojunk=False).get_opcodes()
    return tuple((j1, j2) for tag, _, _, j1, j2 in blocks if tag in ("replace", "insert") and j2 > j1)
