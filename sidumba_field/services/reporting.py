"""Prints official papers: gathers what a paper of the program names, masks what the reader may not see,
writes the PDF.

Every print is logged (UU 27/2022 article 31 as read in spec/domain.md 6.1). The foot of each page carries the
hash of exactly the content that was printed.
"""

from __future__ import annotations

import errno
import json
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.records import FeedKind, members_digest
from sidumba_field.core.time import iso, parse_iso
from sidumba_field.core.xforms import Interview, Question, Repeat
from sidumba_field.programs import PaperSpec, Program
from sidumba_field.reports import (
    FormItem,
    FormRepeat,
    FormSection,
    Kop,
    KopLine,
    Paper,
    Photo,
    Provenance,
    ReportData,
    Signatory,
    save_pdf,
)
from sidumba_field.services.desk import Desk
from sidumba_field.services.review_views import ReviewPainter
from sidumba_field.services.shown import shown_value
from sidumba_field.services.subjects import Subjects
from sidumba_field.services.views import PaperMade
from sidumba_field.store import LocalRecord
from sidumba_field.words import say

PRODUCT = "Sidumba Field"


class ReportingService:
    """Use cases of printing one subject."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._subjects = Subjects(desk)
        self._painter = ReviewPainter(desk, self._subjects)

    def papers(self, rid: str) -> list[tuple[str, str]]:
        """Return (id, label) of the papers that can be printed of a subject now."""
        record = self._subjects.record(rid)
        program = self.desk.program(record.program)
        return [(spec.id, spec.label) for spec in program.papers if self._fits(spec, record)]

    def _fits(self, spec: PaperSpec, record: LocalRecord) -> bool:
        return spec.subject == record.subject and (not spec.states or record.state in spec.states)

    def print(self, paper_id: str, rid: str, folder: Path) -> PaperMade:
        """Write one paper into ``folder`` and log it; raise ``report.unknown`` for a paper this subject has
        not.
        """
        record = self._subjects.record(rid)
        program = self.desk.program(record.program)
        spec = next((s for s in program.papers if s.id == paper_id and self._fits(s, record)), None)
        if spec is None:
            raise SidumbaError("report.unknown", name=paper_id)
        paper = Paper.from_toml(program.paper_text(spec.id))
        data = (
            self._form_data(program, record)
            if record.subject == "record"
            else self._batch_data(program, record)
        )
        seat = self.desk.seat()
        # Logged before it is written: no paper may exist of which the log knows nothing.
        snapshot = data.provenance.snapshot_sha256
        seat.store.log("print", seat.user.user_id, rid=rid, paper=paper_id, snapshot=snapshot)
        path = folder / f"{spec.id}-{record.rid[-12:]}.pdf"
        pages = self._save(paper, data, path)
        sentence = say("services.paper.made", self.desk.lang, name=path.name, pages=pages)
        return PaperMade(str(path), pages, data.provenance.snapshot_sha256, sentence)

    def _save(self, paper: Paper, data: ReportData, path: Path) -> int:
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            return save_pdf(paper, data, path)
        except OSError as error:
            full = error.errno == errno.ENOSPC
            raise SidumbaError("store.disk_full" if full else "report.unwritable") from error

    # ---- what papers name
    # ----------------------------------------------------------------------------------------

    def _revealed(self, program: Program, record: LocalRecord) -> bool:
        """Tell whether the reader's role holds the right to see personal data unmasked."""
        return any(program.reveals(role) for role in self._subjects.roles(record))

    def _provenance(self, snapshot: str) -> Provenance:
        now = self.desk.clock.now()
        code = sha256_hex(f"{snapshot}|{iso(now)}".encode())[:8].upper()
        user = self.desk.seat().user
        return Provenance(PRODUCT, now, f"{code[:4]}-{code[4:]}", snapshot, self.desk.zone, user.name)

    def _common(self, program: Program, record: LocalRecord) -> dict[str, object]:
        """Return the values every paper may name: places of the record's unit, its period, the SOP."""
        unit = self.desk.scope(record.vid).unit
        segments = unit.split(".")
        units = [".".join(segments[:n]) for n in range(1, len(segments) + 1)]
        names = [self._painter.unit_name(code) for code in units]
        names += [""] * (4 - len(names))
        today = self.desk.local(self.desk.clock.now()).date()
        return {
            "provinsi": names[0],
            "kabupaten": names[1].removeprefix("Kabupaten "),
            "kecamatan": names[2],
            "desa": names[3],
            "periode": record.period or record.fields.get("period", ""),
            "posisi": program.state(record.state).label(self.desk.lang),
            "nomor_sop": program.sop_number,
            "tahun": today.year,
            "keadaan": today,
        }

    # ---- one record
    # ----------------------------------------------------------------------------------------------

    def _form_data(self, program: Program, record: LocalRecord) -> ReportData:
        iv = self._subjects.interview(record)
        definition = program.form(record.form, record.form_v)
        values = self._common(program, record)
        officer = self.desk.seat().store.people.name(record.owner) or self.desk.seat().user.name
        values["nomor"] = record.fields.get(program.number_path) or record.rid
        values["petugas"] = officer
        sections = tuple(
            FormSection(
                section.label, tuple(self._part(item, iv) for item in section.items if _printed(item, iv))
            )
            for section in definition.sections
        )
        owner = record.fields.get(program.subtitle_path, "")
        return ReportData(
            kop=_kop(program),
            provenance=self._provenance(record.as_record().content_sha256),
            place=program.office.place,
            day=self.desk.local(self.desk.clock.now()).date(),
            values=values,
            sections=sections,
            photos=tuple(self._photos(record, iv)),
            signatories={
                "petugas": Signatory(say("papers.form.enumerator"), officer),
                "responden": Signatory("", owner),
                **_signatories(program),
            },
            revealed=self._revealed(program, record),
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
            if name in wanted and shelf.has(name.split(".")[0]):
                photos.append(Photo(iv.label(path), shelf.open(name.split(".")[0])))
        return photos

    # ---- one batch
    # -----------------------------------------------------------------------------------------------

    def _batch_data(self, program: Program, record: LocalRecord) -> ReportData:
        members: list[dict[str, Any]] = json.loads(record.fields.get("members", "[]"))
        per_unit: dict[str, list[dict[str, Any]]] = {}
        for member in members:
            per_unit.setdefault(member["vid"], []).append(member)
        rows = []
        ordered = sorted(per_unit.items(), key=lambda pair: self.desk.scope(pair[0]).unit)
        for number, (vid, listed) in enumerate(ordered, start=1):
            scope = self.desk.scope(vid)
            rows.append(
                {
                    "no": number,
                    "kode": scope.unit,
                    "desa": scope.unit_name,
                    "jumlah": len(listed),
                    "digest": members_digest(tuple(listed)),
                }
            )
        values = self._common(program, record)
        values.update(
            nomor=record.fields.get("number", "") or say("papers.number.blank"),
            pelapor=self._reporter(record),
            jumlah=len(members),
            jumlah_desa=len(rows),
            digest=record.fields.get("digest", ""),
        )
        return ReportData(
            kop=_kop(program),
            provenance=self._provenance(record.fields.get("digest", "")),
            place=program.office.place,
            day=self._decided_on(record),
            values=values,
            rows=rows,
            signatories=_signatories(program),
            revealed=False,
            unsigned=True,
        )

    def _history(self, record: LocalRecord) -> list[tuple[Mapping[str, Any], str]]:
        entries = self.desk.seat().store.records.history(record.rid)
        return [(e.payload, e.server_time) for e in entries if e.kind is FeedKind.TRANSITION and e.payload]

    def _reporter(self, record: LocalRecord) -> str:
        history = self._history(record)
        return str(history[0][0].get("by_name", "")) if history else self.desk.seat().user.name

    def _decided_on(self, record: LocalRecord) -> Any:
        history = self._history(record)
        at: datetime = parse_iso(history[-1][1]) if history else self.desk.clock.now()
        return self.desk.local(at).date()


def _kop(program: Program) -> Kop:
    """Return the office's letterhead as reports draw it."""
    head = program.office.kop
    return Kop(tuple(KopLine(line.text, line.size) for line in head.lines), head.address, head.emblem)


def _signatories(program: Program) -> dict[str, Signatory]:
    """Return the office's list of officials as reports draw them."""
    return {
        role: Signatory(one.position, one.name, one.nip, one.rank, one.prefix)
        for role, one in program.office.signatories.items()
    }


def _printed(item: Question | Repeat, iv: Interview) -> bool:
    return isinstance(item, Repeat) or (iv.relevant(item.path) and item.kind not in ("calculate", "note"))
