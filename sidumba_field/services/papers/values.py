"""What every paper names besides its own content: places, day in words, officials, letterhead, provenance."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date

from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.time import iso
from sidumba_field.core.workflow.roles import is_under
from sidumba_field.programs import Program
from sidumba_field.reports import Kop, KopLine, Provenance, Signatory
from sidumba_field.services.desk import Desk
from sidumba_field.words import say, terbilang
from sidumba_field.words.formats import DAYS, MONTHS

PRODUCT = "Sidumba Field"
_LEVELS = {3: "kecamatan", 4: "desa"}


def kop(program: Program) -> Kop:
    """Return the office's letterhead as reports draw it."""
    head = program.office.kop
    return Kop(tuple(KopLine(line.text, line.size) for line in head.lines), head.address, head.emblem)


def signatories(program: Program) -> dict[str, Signatory]:
    """Return the office's list of officials as reports draw them."""
    return {
        role: Signatory(one.position, one.name, one.nip, one.rank, one.prefix)
        for role, one in program.office.signatories.items()
    }


def officials(desk: Desk, program: Program, unit: str = "") -> dict[str, Signatory]:
    """Return the office's officials; whoever sits here in an official's place stands there himself, as Plt. or Plh.

    ``unit``: the place the paper speaks of ("" = the person's own); the grant must cover it.
    """
    listed = signatories(program)
    user = desk.seat().user
    for grant in desk.grants():
        if grant.program != program.id or not grant.acting_as or grant.role not in listed:
            continue
        if not unit or is_under(unit, grant.unit):
            listed[grant.role] = acting(listed[grant.role], grant.acting_as, user.name, user.nip)
    return listed


def acting(official: Signatory, quality: str, name: str, nip: str = "") -> Signatory:
    """Return the block of who stands in for ``official``: his position behind "Plt.", the other's own name."""
    return Signatory(official.position, name, nip, "", quality)


def provenance(desk: Desk, what: str, snapshot: str = "") -> Provenance:
    """Return where the numbers come from; the print code is made of what is printed and when."""
    now = desk.clock.now()
    code = sha256_hex(f"{what}|{snapshot}|{iso(now)}".encode())[:8].upper()
    user = desk.seat().user
    return Provenance(PRODUCT, now, f"{code[:4]}-{code[4:]}", snapshot, desk.zone, user.name)


def place_words(program: Program, unit: str, lang: str) -> str:
    """Return a unit as papers call it: "Desa Kapul, Kecamatan Halong", "Kecamatan Halong, Kabupaten Balangan"."""
    segments = unit.split(".")
    codes = [".".join(segments[:n]) for n in range(1, len(segments) + 1)]
    if len(codes) < 3:
        return program.place_name(unit) or unit
    named = [_named(program, code, lang) for code in (codes[-1], codes[-2])]
    return ", ".join(named)


def _named(program: Program, code: str, lang: str) -> str:
    name = program.place_name(code) or code
    level = _LEVELS.get(code.count(".") + 1)
    return say(f"laporan.place.{level}", lang, name=name) if level else name


def day_words(day: date) -> dict[str, object]:
    """Return a day as minutes of a meeting say it: name, number, month and year in words."""
    return {
        "hari": DAYS["id"][day.weekday()],
        "tanggal_kata": terbilang(day.day),
        "bulan": MONTHS["id"][day.month - 1],
        "tahun_kata": terbilang(day.year),
    }


def common(program: Program, unit: str, period: str, day: date, lang: str) -> dict[str, object]:
    """Return the values every paper may name: places of a unit, its period, the SOP, the day."""
    segments = unit.split(".") if unit else []
    units = [".".join(segments[:n]) for n in range(1, len(segments) + 1)]
    names = [program.place_name(code) or code for code in units]
    names += [""] * (4 - len(names))
    return {
        "provinsi": names[0],
        "kabupaten": names[1].removeprefix("Kabupaten "),
        "kecamatan": names[2],
        "desa": names[3],
        "tempat": place_words(program, unit, lang) if unit else program.office.name,
        "periode": period,
        "nomor_sop": program.sop_number,
        "tahun": day.year,
        "keadaan": day,
        **day_words(day),
    }


def numbered(counter: str, urut: int, day: date) -> str:
    """Return the number of a letter: {urut} (three digits), {romawi} the month, {tahun} the year."""
    roman = ("I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X", "XI", "XII")[day.month - 1]
    places: Mapping[str, object] = {"urut": f"{urut:03d}", "romawi": roman, "tahun": day.year}
    return counter.format(**places)
