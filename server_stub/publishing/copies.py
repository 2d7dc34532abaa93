"""A copy of one person's data (UU 27/2022 articles 5 to 7): answers in words, history, and who looked at them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from server_stub.publishing.letters import Letter, letter, local
from server_stub.store.accesses import Access
from server_stub.store.requests import DataRequest
from server_stub.store.work import Work
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.records import FeedEntry, Record
from sidumba_field.core.time import Clock, iso, parse_iso
from sidumba_field.core.xforms import Interview, Question, Repeat
from sidumba_field.programs import Program
from sidumba_field.reports import FormItem, FormRepeat, FormSection

FORMAT = "sidumba-person-copy 1"


def demand_record(work: Work, rid: str) -> Record:
    """Return a filled form; raise ``store.unknown_record``."""
    found = work.records.get(rid)
    if found is None or not found.form:
        raise SidumbaError("store.unknown_record")
    return found


def as_json(
    work: Work, program: Program, record: Record, request: DataRequest, clock: Clock
) -> dict[str, Any]:
    """Return everything kept about a record: answers by path and in words, every change, every access."""
    scope = work.scopes.get(record.vid)
    unit = scope.unit if scope is not None else ""
    parts = unit.split(".")
    above = [".".join(parts[:depth]) for depth in range(1, len(parts) + 1)]
    names = {one.id: one.name for one in work.people.all()}
    return {
        "format": FORMAT,
        "made_at": iso(clock.now()),
        "request": {
            "number": request.number,
            "applicant": request.applicant,
            "registered_at": request.registered_at,
        },
        "program": program.id,
        "title": program.title,
        "record": record.rid,
        "unit": unit,
        "state": program.state(record.state).label(),
        "answers": dict(sorted(record.fields.items())),
        "in_words": {item.question: item.answer for item in _items(program, record, clock) if item.answer},
        "history": [_entry(entry, names) for entry in work.feed.history(record.rid)],
        "accesses": [_access(line, names) for line in work.accesses.about(record.rid, above)],
    }


def _entry(entry: FeedEntry, names: Mapping[str, str]) -> dict[str, Any]:
    who = names.get(entry.actor, entry.actor)
    return {"at": entry.server_time, "kind": entry.kind.value, "by": who, "what": entry.payload}


def _access(line: Access, names: Mapping[str, str]) -> dict[str, Any]:
    who = names.get(line.user, line.user)
    return {"at": line.at, "by": who, "event": line.event, "unit": line.unit, **line.detail}


def as_paper(program: Program, record: Record, unit: str, request: DataRequest, clock: Clock) -> Letter:
    """Return the same answers as a paper. Raises ``privacy.no_paper``."""
    day = parse_iso(request.registered_at).astimezone(program.office.tz).date()
    values = {
        "nomor": f"{request.number:04d}",
        "pemohon": request.applicant,
        "tanggal_mohon": day,
        "tempat": program.place_name(unit) or unit,
        "posisi": program.state(record.state).label(),
        "kode": record.rid,
        "masa": local(program, request.due_at),
    }
    return letter(program, "copy", clock.now(), values, sections=tuple(_sections(program, record, clock)))


def _sections(program: Program, record: Record, clock: Clock) -> Iterator[FormSection]:
    form = program.form(record.form, _known(program, record))
    iv = Interview(form, record.fields, program.lookups, clock, new=False)
    for section in form.sections:
        parts = tuple(
            _part(item, iv) for item in section.items if isinstance(item, Repeat) or iv.relevant(item.path)
        )
        yield FormSection(section.label, parts)


def _known(program: Program, record: Record) -> str:
    """Return the record's version, "" (the newest) when it is not installed any more."""
    return record.form_v if record.form_v in program.versions.get(record.form, ()) else ""


def _part(item: Question | Repeat, iv: Interview) -> FormItem | FormRepeat:
    if isinstance(item, Repeat):
        rows = tuple(
            tuple(iv.display(f"{item.path}[{row}]/{column.name}") for column in item.columns)
            for row in iv.rows(item.path)
        )
        columns = tuple((column.path, column.label) for column in item.columns)
        return FormRepeat(item.path, item.label, columns, rows)
    answer = iv.display(item.path) if item.kind != "note" else ""
    return FormItem(item.path, item.sf.get("code", ""), item.label or item.name, answer)


def _items(program: Program, record: Record, clock: Clock) -> Iterator[FormItem]:
    for section in _sections(program, record, clock):
        for part in section.parts:
            if isinstance(part, FormItem):
                yield part
            else:
                for number, row in enumerate(part.rows, start=1):
                    for (path, label), answer in zip(part.columns, row, strict=True):
                        yield FormItem(path, "", f"{part.title} {number}, {label}", answer)
