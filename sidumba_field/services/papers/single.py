"""Papers about one subject in hand: a record (filled form, card), a batch (minutes, decree), a period (backup)."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sidumba_field.core.records import FeedEntry, FeedKind, members_digest
from sidumba_field.core.time import parse_iso
from sidumba_field.core.xforms import Interview, Question, Repeat
from sidumba_field.programs import Program
from sidumba_field.reports import FormItem, FormRepeat, FormSection, Paper, Photo, ReportData, Signatory
from sidumba_field.services.desk import Desk
from sidumba_field.services.papers.values import acting, common, kop, officials, provenance, signatories
from sidumba_field.services.shown import shown_value
from sidumba_field.services.subjects import Subjects
from sidumba_field.store import LocalRecord
from sidumba_field.words import date_long, say, size, stamp
from sidumba_field.words import number as number_words

BLANK = "papers.number.blank"
#: What the server tells of a period's backup, in the fields of the period.
BACKUP = tuple(
    f"backup_{name}"
    for name in ("file", "size", "sha256", "made_at", "proven_at", "records", "entries", "files")
)


class SinglePapers:
    """Gathers what a paper of one subject names."""

    def __init__(self, desk: Desk, subjects: Subjects) -> None:
        self.desk = desk
        self._subjects = subjects

    def data(
        self, program: Program, record: LocalRecord, revealed: bool, number: str = "", signer: str = ""
    ) -> ReportData:
        """Return the data of any paper about ``record``; ``signer``: the role whose step the paper puts on record."""
        if record.subject == "record":
            return self._form_data(program, record, revealed)
        if record.fields.get("members"):
            return self._batch_data(program, record, number, signer)
        return self._period_data(program, record, number, signer)

    def _today(self) -> date:
        return self.desk.local(self.desk.clock.now()).date()

    def _common(self, program: Program, record: LocalRecord, day: date) -> dict[str, object]:
        period = record.period or record.fields.get("period", "")
        values = common(program, self.desk.scope(record.vid).unit, period, day, self.desk.lang)
        values["posisi"] = program.state(record.state).label(self.desk.lang)
        return values

    # ---- one record ----------------------------------------------------------------------------------------------

    def _form_data(self, program: Program, record: LocalRecord, revealed: bool) -> ReportData:
        iv = self._subjects.interview(record)
        definition = program.form(record.form, record.form_v)
        day = self._today()
        officer = self.desk.seat().store.people.name(record.owner) or self.desk.seat().user.name
        values = self._common(program, record, day)
        values["nomor"] = record.fields.get(program.number_path) or say(BLANK)
        values["nama"] = record.fields.get(program.title_path, "")
        values["petugas"] = officer
        sections = tuple(
            FormSection(
                section.label, tuple(self._part(item, iv) for item in section.items if _printed(item, iv))
            )
            for section in definition.sections
        )
        owner = record.fields.get(program.subtitle_path, "")
        return ReportData(
            kop=kop(program),
            provenance=provenance(self.desk, record.rid, record.as_record().content_sha256),
            place=program.office.place,
            day=day,
            values=values,
            sections=sections,
            photos=tuple(self._photos(record, iv)),
            signatories={
                **officials(self.desk, program, self.desk.scope(record.vid).unit),
                "petugas": Signatory(say("papers.form.enumerator"), officer),
                "responden": Signatory("", owner),
            },
            revealed=revealed,
            unsigned=False,
        )

    def _part(self, item: Question | Repeat, iv: Interview) -> FormItem | FormRepeat:
        lang = self.desk.lang
        if isinstance(item, Repeat):
            rows = tuple(
                tuple(
                    shown_value(column, iv.value(path), iv, path, lang)
                    for column in item.columns
                    for path in (f"{item.path}[{row}]/{column.name}",)
                )
                for row in iv.rows(item.path)
            )
            right = frozenset(c.path for c in item.columns if c.kind in ("int", "decimal"))
            return FormRepeat(
                item.path, item.label, tuple((c.path, c.label) for c in item.columns), rows, right
            )
        answer = shown_value(item, iv.value(item.path), iv, item.path, lang, codes=True)
        return FormItem(item.path, item.sf.get("code", ""), item.label, answer)

    def _photos(self, record: LocalRecord, iv: Interview) -> list[Photo]:
        shelf = self.desk.seat().shelf
        photos = []
        wanted = self._subjects.file_names(record)
        for path, name in sorted(record.fields.items()):
            if name in wanted and not name.endswith(".pdf") and shelf.has(name.split(".")[0]):
                photos.append(Photo(iv.label(path), shelf.open(name.split(".")[0])))
        return photos

    # ---- one batch -----------------------------------------------------------------------------------------------

    def _batch_data(self, program: Program, record: LocalRecord, number: str, signer: str) -> ReportData:
        rows = self._villages(record)
        day = self._decided_on(record, signer)
        values = self._common(program, record, day)
        values.update(
            nomor=number or record.fields.get("number", "") or say(BLANK),
            pelapor=self._reporter(record),
            jumlah=sum(int(str(row["jumlah"])) for row in rows),
            jumlah_desa=len(rows),
            digest=record.fields.get("digest", ""),
        )
        return ReportData(
            kop=kop(program),
            provenance=provenance(self.desk, record.rid, record.fields.get("digest", "")),
            place=program.office.place,
            day=day,
            values=values,
            rows=rows,
            signatories=self._who_decided(program, record),
            revealed=False,
            unsigned=True,
        )

    def _villages(self, record: LocalRecord) -> list[dict[str, object]]:
        """Return the members of a batch per village, in the order of their codes."""
        members: list[dict[str, Any]] = json.loads(record.fields.get("members", "[]"))
        per_unit: dict[str, list[dict[str, Any]]] = {}
        for member in members:
            per_unit.setdefault(member["vid"], []).append(member)
        ordered = sorted(per_unit.items(), key=lambda pair: self.desk.scope(pair[0]).unit)
        rows: list[dict[str, object]] = []
        for number, (vid, listed) in enumerate(ordered, start=1):
            scope = self.desk.scope(vid)
            told: dict[str, object] = {"no": number, "kode": scope.unit, "desa": scope.unit_name}
            rows.append({**told, "jumlah": len(listed), "digest": members_digest(tuple(listed))})
        return rows

    def _who_decided(self, program: Program, record: LocalRecord) -> dict[str, Signatory]:
        """Return the officials of a paper: who took the last step of his role signs it, also who stood in for one.

        Where a role has taken no step yet, or has taken it back, whoever holds the role now signs.
        """
        unit = self.desk.scope(record.vid).unit
        listed, office = officials(self.desk, program, unit), signatories(program)
        for entry in self._standing(record):
            role = str((entry.payload or {}).get("role", ""))
            if role in office:
                listed[role] = self._stepper(office[role], entry)
        return listed

    def _standing(self, record: LocalRecord) -> list[FeedEntry]:
        """Return the steps that brought a subject where it is; what was taken back or returned is left out."""
        steps: list[FeedEntry] = []
        way: list[str] = []
        for entry in self._subjects.history(record):
            told = entry.payload or {}
            if entry.kind is not FeedKind.TRANSITION or not told:
                continue
            way = way or [str(told.get("from", ""))]
            to = str(told.get("to", ""))
            if to in way:
                way = way[: way.index(to) + 1]
                steps = steps[: len(way) - 1]
            else:
                way.append(to)
                steps.append(entry)
        return steps

    def _stepper(self, official: Signatory, entry: FeedEntry) -> Signatory:
        """Return who took a step: the official himself, or who stood in for him then."""
        told = entry.payload or {}
        quality = str(told.get("acting_as", ""))
        if not quality:
            return official
        person = self.desk.seat().store.users.get(entry.actor)
        return acting(official, quality, str(told.get("by_name", "")), person.nip if person else "")

    def _history(self, record: LocalRecord) -> list[tuple[Mapping[str, Any], str]]:
        entries = self._subjects.history(record)
        return [(e.payload, e.server_time) for e in entries if e.kind is FeedKind.TRANSITION and e.payload]

    def _reporter(self, record: LocalRecord) -> str:
        history = self._history(record)
        return str(history[0][0].get("by_name", "")) if history else self.desk.seat().user.name

    def _decided_on(self, record: LocalRecord, role: str) -> date:
        """The day of a paper: when ``role``, who signs it, first took the subject further, else the last step."""
        steps = self._standing(record)
        his = [entry for entry in steps if (entry.payload or {}).get("role") == role]
        entry = his[0] if his else steps[-1] if steps else None
        at: datetime = parse_iso(entry.server_time) if entry is not None else self.desk.clock.now()
        return self.desk.local(at).date()

    # ---- one period ----------------------------------------------------------------------------------------------

    def _period_data(self, program: Program, record: LocalRecord, number: str, signer: str) -> ReportData:
        """The backup of a period as the server proved it; what is not known yet stays a line to be filled."""
        day = self._decided_on(record, signer)
        values = self._common(program, record, day)
        values["nomor"] = number or say(BLANK)
        proof = {name: record.fields.get(name, "") for name in BACKUP}
        for name in ("backup_records", "backup_entries", "backup_files"):
            proof[name] = number_words(int(proof[name])) if proof[name].isdigit() else ""
        if proof["backup_size"].isdigit():
            proof["backup_size"] = size(int(proof["backup_size"]))
        for name in ("backup_made_at", "backup_proven_at"):
            proof[name] = stamp(parse_iso(proof[name]), self.desk.zone) if proof[name] else ""
        proven = proof["backup_proven_at"]
        proof["backup_result"] = say("papers.backup_proven", at=proven) if proven else ""
        values.update({name: told or say(BLANK) for name, told in proof.items()})
        return ReportData(
            kop=kop(program),
            provenance=provenance(self.desk, record.rid, record.as_record().content_sha256),
            place=program.office.place,
            day=day,
            values=values,
            signatories=self._who_decided(program, record),
            unsigned=False,
        )


def as_answered(data: ReportData, record: LocalRecord, paper: Paper) -> ReportData:
    """Return the data with the names and the day the record itself tells: on paper from a village whoever typed it
    later is not who asked, and nobody signed on the day of printing."""
    signing, values = dict(data.signatories), dict(data.values)
    for role, path in paper.signed_by.items():
        name = record.fields.get(path, "")
        if name:
            signing[role] = Signatory(signing[role].full_position, name)
            values[role] = name
    try:
        day = date.fromisoformat(record.fields.get(paper.signed_day, "")[:10])
    except ValueError:
        day = data.day or date.min
    return replace(data, signatories=signing, values=values, day=day if paper.signed_day else data.day)


def with_signed(data: ReportData, record: LocalRecord, paper_id: str) -> ReportData:
    """Return the data of a paper whose signed file was uploaded: it names that file instead of awaiting a signature.

    The print itself carries no signature; what counts is the uploaded file, told by its hash.
    """
    name = record.fields.get(f"@signed/{paper_id}", "")
    if not name:
        return data
    by, at = (record.fields.get(f"@signed_{what}/{paper_id}", "") for what in ("by", "at"))
    try:
        day = date_long(date.fromisoformat(at[:10]))
    except ValueError:
        day = at
    mark = say("papers.signed", by=by, at=day, sha=name.split(".")[0])
    return replace(data, unsigned=False, marks=(*data.marks, mark))


def _printed(item: Question | Repeat, iv: Interview) -> bool:
    return isinstance(item, Repeat) or (iv.relevant(item.path) and item.kind not in ("calculate", "note"))
