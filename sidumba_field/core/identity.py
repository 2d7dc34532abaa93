"""Numbers of people and businesses: what they say, and what is surely wrong with them. Source: spec/domain.md 1.4.

Only hard checks are errors here: what a regulation fixes. What is merely unusual (a region that no list knows, a birth
date unlike the form's) is for the form to warn about. Each ``parse_...`` returns its parts or raises ``IdentityError``;
nothing here looks at a clock, "today" is handed in.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.regions import RegionCode

_SEPARATORS = re.compile(r"[\s.\-/()]")
_PHONE = re.compile(r"\+628\d{8,11}\Z")


class IdentityError(SidumbaError):
    """A number that cannot be right. ``code``: identity.length digits date serial shape sex; params: kind, and for
    lengths ``have`` and ``want``."""


@dataclass(frozen=True, slots=True)
class Nik:
    """A NIK (PP 37/2007 Pasal 37). ``region``: code of first issue, "63.11.02"; ``born``: with the century rule of
    ``parse_nik``; ``sex``: "1" laki-laki, "2" perempuan. ``temporary``: 0 + desa + 5 digits, not a NIK yet: the rest
    is None."""

    digits: str
    region: RegionCode | None
    born: date | None
    sex: str | None
    serial: str
    temporary: bool = False

    @property
    def masked(self) -> str:
        """First six and last four digits: 631102••••••0003."""
        return mask_nik(self.digits)


@dataclass(frozen=True, slots=True)
class KartuKeluarga:
    """A No. KK: region of issue, the last two digits of the year it was issued in, serial."""

    digits: str
    region: RegionCode
    serial: str


@dataclass(frozen=True, slots=True)
class Nip:
    """A NIP of a civil servant: born, appointed (year, month), sex "1" or "2", serial of three digits."""

    digits: str
    born: date
    appointed: tuple[int, int]
    sex: str
    serial: str

    @property
    def printed(self) -> str:
        """The spelling of official papers: 19670817 198509 1 001."""
        d = self.digits
        return f"{d[:8]} {d[8:14]} {d[14]} {d[15:]}"


@dataclass(frozen=True, slots=True)
class Npwp:
    """An NPWP. ``kind``: "lama" (15 digits), "nik" (16, a resident's NIK), "badan" (16, 0 + the old 15 digits),
    PMK 112/2022. The old check digit is not enforced: no source confirms the rule."""

    digits: str
    kind: str

    @property
    def printed(self) -> str:
        """The old spelling XX.XXX.XXX.X-XXX.XXX; 16 digits stay as they are."""
        d = self.digits
        return f"{d[:2]}.{d[2:5]}.{d[5:8]}.{d[8]}-{d[9:12]}.{d[12:]}" if len(d) == 15 else d


def clean(text: str) -> str:
    """Return ``text`` without the blanks, dots and dashes people put between digits."""
    return _SEPARATORS.sub("", text)


def mask_nik(text: str) -> str:
    """Return the first six and last four digits with dots between; shorter texts are dots alone."""
    digits = clean(text)
    return f"{digits[:6]}{'•' * 6}{digits[-4:]}" if len(digits) == 16 else "•" * len(digits)


def parse_nik(text: str, today: date, least_age: int = 0) -> Nik:
    """Return what a NIK says.

    Century: the later of 19YY and 20YY in which the person is at least ``least_age`` on ``today``. A number that
    begins with 0 is a temporary one (OpenSID practice) and says nothing but its digits.
    Raises IdentityError: digits, length, date (no such day), serial (0000), shape (region 00).
    """
    digits = _digits(text, "nik", 16)
    if digits.startswith("0"):
        return Nik(digits, None, None, None, digits[-5:], temporary=True)
    day = int(digits[6:8])
    born = _born(day - 40 if day > 40 else day, int(digits[8:10]), int(digits[10:12]), today, least_age)
    if digits[12:] == "0000":
        raise IdentityError("identity.serial", kind="nik")
    return Nik(digits, _region(digits, "nik"), born, "2" if day > 40 else "1", digits[12:])


def parse_kk(text: str) -> KartuKeluarga:
    """Return what a No. KK says. Raises IdentityError: digits, length, shape."""
    digits = _digits(text, "kk", 16)
    return KartuKeluarga(digits, _region(digits, "kk"), digits[12:])


def parse_nip(text: str) -> Nip:
    """Return what a NIP says. Raises IdentityError: digits, length, date, sex."""
    digits = _digits(text, "nip", 18)
    born = _day(int(digits[:4]), int(digits[4:6]), int(digits[6:8]), "nip")
    year, month = int(digits[8:12]), int(digits[12:14])
    _day(year, month, 1, "nip")
    if digits[14] not in "12":
        raise IdentityError("identity.sex", kind="nip", value=digits[14])
    return Nip(digits, born, (year, month), digits[14], digits[15:])


def parse_npwp(text: str) -> Npwp:
    """Return what kind of NPWP this is. Raises IdentityError: digits, length."""
    digits = clean(text)
    if len(digits) == 15:
        return Npwp(_digits(digits, "npwp", 15), "lama")
    return Npwp(_digits(digits, "npwp", 16), "badan" if digits.startswith("0") else "nik")


def parse_nib(text: str) -> str:
    """Return the 13 digits of an NIB. Raises IdentityError: digits, length."""
    return _digits(text, "nib", 13)


def normalise_phone(text: str) -> str:
    """Return a mobile number as +628...: "0812 5134 77" and "62 812..." become the same.

    9 to 12 digits after +62. An unknown prefix never blocks. Raises IdentityError: digits, shape (no mobile number),
    length (have and want count the digits as people write them, from 08).
    """
    plain = clean(text)
    bare = plain.removeprefix("+")
    if not (bare.isascii() and bare.isdigit()):
        raise IdentityError("identity.digits", kind="phone")
    if plain.startswith("+62") or (bare.startswith("62") and not plain.startswith("0")):
        national = bare[2:].removeprefix("0")
    else:
        national = bare.removeprefix("0")
    if not national.startswith("8"):
        raise IdentityError("identity.shape", kind="phone")
    number = f"+62{national}"
    if _PHONE.match(number) is None:
        raise IdentityError("identity.length", kind="phone", have=len(national) + 1, want="10–13")
    return number


def _digits(text: str, kind: str, length: int) -> str:
    digits = clean(text)
    if not (digits.isascii() and digits.isdigit()):
        raise IdentityError("identity.digits", kind=kind)
    if len(digits) != length:
        raise IdentityError("identity.length", kind=kind, have=len(digits), want=length)
    return digits


def _region(digits: str, kind: str) -> RegionCode:
    if "00" in (digits[:2], digits[2:4], digits[4:6]):
        raise IdentityError("identity.shape", kind=kind)
    return RegionCode.parse(digits[:6])


def _born(day: int, month: int, year: int, today: date, least_age: int) -> date:
    """Return the birth date of two-digit ``year``; 29 February may exist in one century only."""
    found: date | None = None
    for century in (1900, 2000):
        try:
            candidate = date(century + year, month, day)
        except ValueError:
            continue
        age = today.year - candidate.year - ((today.month, today.day) < (candidate.month, candidate.day))
        if found is None or age >= max(least_age, 0):
            found = candidate
    if found is None or found > today:
        raise IdentityError("identity.date", kind="nik")
    return found


def _day(year: int, month: int, day: int, kind: str) -> date:
    try:
        found = date(year, month, day)
    except ValueError:
        raise IdentityError("identity.date", kind=kind) from None
    if not 1900 <= found.year <= 2100:
        raise IdentityError("identity.date", kind=kind)
    return found
