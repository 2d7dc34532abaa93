"""Numbers, money, dates, times and codes as people here read them, for screens and papers alike.

Sources: spec/domain.md section 6.2 (dates, numbers, letters) and design/UI.md section 7. The names of
months and days and the separators stand here as data instead of coming from a locale library: an official
paper must print the same next year, and start-up pays nothing for it. A test compares them with CLDR.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta, timezone
from decimal import ROUND_HALF_UP, Decimal

MONTHS = {
    "id": (
        "Januari",
        "Februari",
        "Maret",
        "April",
        "Mei",
        "Juni",
        "Juli",
        "Agustus",
        "September",
        "Oktober",
        "November",
        "Desember",
    ),
    "en": (
        "January",
        "February",
        "March",
        "April",
        "May",
        "June",
        "July",
        "August",
        "September",
        "October",
        "November",
        "December",
    ),
}
MONTHS_SHORT = {
    "id": ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des"),
    "en": ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"),
}
DAYS = {
    "id": ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu"),
    "en": ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"),
}
MASK = "•"


@dataclass(frozen=True, slots=True)
class Zone:
    """An office's time zone: the name people know and its distance from UTC in minutes. Both are data of
    the office.
    """

    name: str
    minutes: int

    def local(self, at: datetime) -> datetime:
        """``at`` (aware) on this zone's clock. Raises ValueError for a naive datetime."""
        if at.tzinfo is None:
            raise ValueError("a time without zone cannot be shown in one")
        return at.astimezone(timezone(timedelta(minutes=self.minutes), self.name))


WIB = Zone("WIB", 420)
WITA = Zone("WITA", 480)
WIT = Zone("WIT", 540)


def number(value: int | Decimal | float, decimals: int = 0, lang: str = "id") -> str:
    """``1234567.891`` -> ``1.234.568``; with two decimals ``1.234.567,89`` (half up). English swaps the
    marks.
    """
    if isinstance(value, int) and not decimals:
        text = f"{value:,}"
    else:
        exact = Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
        text = f"{exact:,f}"
    return text if lang == "en" else text.translate(_SWAP)


_SWAP = str.maketrans(",.", ".,")


def money(value: int, lang: str = "id") -> str:
    """Whole rupiah on a screen: ``Rp 45.000.000`` (design/UI.md section 7)."""
    return f"Rp\u00a0{number(value, lang=lang)}" if value >= 0 else f"-Rp\u00a0{number(-value, lang=lang)}"


def money_paper(value: int, decimals: int = 0, lang: str = "id") -> str:
    """Rupiah on a paper: ``Rp1.500.000`` or ``Rp1.500.000,00``, no space (spec/domain.md section 6.2)."""
    return ("-" if value < 0 else "") + "Rp" + number(abs(value), decimals, lang)


def on_paper(text: str) -> str:
    """``text`` with amounts as screens write them turned into amounts as papers write them: no space after Rp."""
    return text.replace("Rp\u00a0", "Rp")


def percent(value: Decimal | float, decimals: int = 1, lang: str = "id") -> str:
    """``12.5`` -> ``12,5%``."""
    return number(value, decimals, lang) + "%"


def date_long(day: date, lang: str = "id") -> str:
    """``20 November 2026``."""
    return f"{day.day} {MONTHS[lang][day.month - 1]} {day.year}"


def date_day(day: date, lang: str = "id") -> str:
    """``Jumat, 20 November 2026``."""
    return f"{DAYS[lang][day.weekday()]}, {date_long(day, lang)}"


def date_short(day: date, lang: str = "id") -> str:
    """``20 Nov``: lists on a screen."""
    return f"{day.day} {MONTHS_SHORT[lang][day.month - 1]}"


def date_numeric(day: date) -> str:
    """``20-11-2026``: narrow columns and typing, in both languages."""
    return f"{day.day:02d}-{day.month:02d}-{day.year:04d}"


def time_of_day(at: time | datetime, seconds: bool = False, lang: str = "id") -> str:
    """``09.41`` or ``09.41.12`` of a local time (convert with ``Zone.local`` first)."""
    text = at.strftime("%H:%M:%S" if seconds else "%H:%M")
    return text if lang == "en" else text.replace(":", ".")


def time_zone(at: datetime, zone: Zone, lang: str = "id") -> str:
    """``14.30 WITA`` of an aware datetime."""
    return f"{time_of_day(zone.local(at), lang=lang)} {zone.name}"


def stamp(at: datetime, zone: Zone, lang: str = "id") -> str:
    """``20 November 2026 pukul 14.30 WITA`` of an aware datetime."""
    between = "at" if lang == "en" else "pukul"
    return f"{date_long(zone.local(at), lang)} {between} {time_zone(at, zone, lang)}"


def size(count: int, lang: str = "id") -> str:
    """A file size in bytes as people read it: ``640 B``, ``82 KB``, ``14,2 MB``, ``3,9 GB`` (steps of
    1,000).
    """
    if count < 1000:
        return f"{count} B"
    if count < 999_500:
        return f"{number(Decimal(count) / 1000, lang=lang)} KB"
    unit, name = (10**6, "MB") if count < 999_950_000 else (10**9, "GB")
    return f"{number(Decimal(count) / unit, 1, lang)} {name}"


def mask_nik(nik: str) -> str:
    """``631102••••••0003``: region and serial stay, birth date goes (design/UI.md section 9).

    Anything that is not 16 characters keeps only its first two: a half-typed number must not leak either.
    """
    if len(nik) == 16:
        return nik[:6] + MASK * 6 + nik[12:]
    return nik[:2] + MASK * max(0, len(nik) - 2)


def group_digits(code: str, by: int = 4) -> str:
    """``6311025203900003`` -> ``6311 0252 0390 0003`` with non-breaking spaces, for reading only."""
    return "\u00a0".join(code[i : i + by] for i in range(0, len(code), by))
