"""Papers the server prints by itself: letterhead, officials and provenance around the figures of a letter."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from sidumba_field.core.canonical import canonical, sha256_hex
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import iso, parse_iso
from sidumba_field.programs import Program
from sidumba_field.reports import (
    FormSection,
    Kop,
    KopLine,
    Paper,
    Provenance,
    ReportData,
    Signatory,
    render_xlsx,
    save_pdf,
)
from sidumba_field.words import terbilang
from sidumba_field.words.formats import DAYS, MONTHS

PRODUCT = "Sidumba Field"
#: A line to write on where the office numbers by hand.
BLANK = "........................"


@dataclass(frozen=True, slots=True)
class Letter:
    """One paper with everything on it: ready as PDF and as a table."""

    paper: Paper
    data: ReportData

    def pdf(self, path: Path) -> int:
        """Write the PDF whole or not at all; return its pages."""
        return save_pdf(self.paper, self.data, path)

    def xlsx(self, path: Path) -> int:
        """Write the spreadsheet whole or not at all; return its rows."""
        part = path.with_name(path.name + ".part")
        try:
            with part.open("wb") as out:
                rows = render_xlsx(self.paper, self.data, out)
            part.replace(path)
        finally:
            part.unlink(missing_ok=True)
        return rows


def letter(
    program: Program,
    name: str,
    now: datetime,
    values: Mapping[str, object],
    rows: Iterable[Mapping[str, object]] = (),
    sections: tuple[FormSection, ...] = (),
    *,
    revealed: bool = True,
) -> Letter:
    """Return a paper of [privacy]. Raises ``privacy.no_paper`` when the program has none of this name."""
    text = program.privacy_papers.get(name)
    if text is None:
        raise SidumbaError("privacy.no_paper", program=program.id, paper=name)
    day = now.astimezone(program.office.tz).date()
    listed = [dict(row) for row in rows]
    told = {key: str(value) for key, value in values.items()}
    digest = sha256_hex(
        canonical({"values": told, "rows": [{k: str(v) for k, v in row.items()} for row in listed]})
    )
    code = sha256_hex(f"{name}|{digest}|{iso(now)}".encode())[:8].upper()
    data = ReportData(
        kop=_kop(program),
        provenance=Provenance(PRODUCT, now, f"{code[:4]}-{code[4:]}", digest, program.office.zone),
        place=program.office.place,
        day=day,
        values={**_common(program, day), **values},
        rows=listed,
        sections=sections,
        signatories=_officials(program),
        revealed=revealed,
        unsigned=False,
    )
    return Letter(Paper.from_toml(text), data)


def local(program: Program, at: str) -> str:
    """Return an instant as the office's clock shows it: "20-11-2026 14.30 WITA"; "-" for none."""
    if not at:
        return "-"
    there = parse_iso(at).astimezone(program.office.tz)
    return f"{there:%d-%m-%Y %H.%M} {program.office.zone.name}"


def _kop(program: Program) -> Kop:
    head = program.office.kop
    return Kop(tuple(KopLine(line.text, line.size) for line in head.lines), head.address, head.emblem)


def _officials(program: Program) -> dict[str, Signatory]:
    return {
        role: Signatory(one.position, one.name, one.nip, one.rank, one.prefix)
        for role, one in program.office.signatories.items()
    }


def _common(program: Program, day: date) -> dict[str, object]:
    return {
        "judul": program.title,
        "nomor": BLANK,
        "nomor_sop": program.sop_number,
        "keadaan": day,
        "tahun": day.year,
        "hari": DAYS["id"][day.weekday()],
        "tanggal_kata": terbilang(day.day),
        "bulan": MONTHS["id"][day.month - 1],
        "tahun_kata": terbilang(day.year),
    }
