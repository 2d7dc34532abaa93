"""Fields for dates and number codes: date, phone, NIK and other grouped codes.

Owns their signs: dashes of a date, spaces of a code. Codes are shown in groups of four and stored and copied
without.
"""

from __future__ import annotations

import re
from datetime import date

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from sidumba_field.ui.widgets.field_base import EditField

_ISO = re.compile(r"\d{4}-\d{2}-\d{2}")
_POINT = re.compile(r"-?\d+(\.\d+)?( -?\d+(\.\d+)?){1,3}")
_SIGNS = re.compile(r"[\s.\-\u00a0]")
NIK_DIGITS = 16


def group(digits: str, by: int = 4) -> str:
    """``6311024506880003`` -> ``6311 0245 0688 0003``."""
    return " ".join(digits[i : i + by] for i in range(0, len(digits), by))


class DateField(EditField):
    """dd-mm-yyyy; dashes come by themselves; a real day is stored as ISO, anything else as typed."""

    formats = True

    def __init__(self, name: str = "", *, parent: QWidget | None = None) -> None:
        super().__init__(name, numbers=True, parent=parent)
        self.setPlaceholderText("hh-bb-tttt")
        self.setInputMethodHints(Qt.InputMethodHint.ImhDate)

    def significant(self, character: str) -> bool:
        """Digits are the hand's, dashes the format's."""
        return character.isdigit()

    def shown_text(self, stored: str) -> str:
        """ISO -> dd-mm-yyyy; a part of a date keeps its shape."""
        if _ISO.fullmatch(stored):
            year, month, day = stored.split("-")
            return f"{day}-{month}-{year}"
        parts = re.split(r"[-/. ]", stored)
        if not all(part.isdigit() or not part for part in parts):
            return stored
        digits = "".join(
            part.zfill(2) if 0 < len(part) < 2 and i < len(parts) - 1 else part
            for i, part in enumerate(parts)
        )
        return "-".join(piece for piece in (digits[:2], digits[2:4], digits[4:]) if piece)

    def stored_text(self, shown: str) -> str:
        """dd-mm-yyyy -> ISO if such a day exists."""
        match = re.fullmatch(r"(\d{1,2})[-/. ](\d{1,2})[-/. ](\d{4})", shown.strip()) or re.fullmatch(
            r"(\d{2})(\d{2})(\d{4})", shown.strip()
        )
        if match:
            day, month, year = (int(part) for part in match.groups())
            try:
                return date(year, month, day).isoformat()
            except ValueError:
                return shown
        return shown


class PointField(EditField):
    """Latitude and longitude: stored "-2.3304 115.4021"; shown, and understood, with decimal commas too."""

    def __init__(self, name: str = "", *, parent: QWidget | None = None) -> None:
        super().__init__(name, numbers=True, parent=parent)
        self.setPlaceholderText("-2,3304 115,4021")

    def shown_text(self, stored: str) -> str:
        """``-2.3304 115.4021`` -> ``-2,3304 115,4021``; other words stay as they are."""
        return stored.replace(".", ",") if _POINT.fullmatch(stored) else stored

    def stored_text(self, shown: str) -> str:
        """Two numbers, however parted: "-2,33 115,4", "-2.33, 115.4", "-2.33;115.4"; anything else as typed."""
        plain = re.sub(r"[;\s]+|,\s+", " ", shown.strip()).replace(",", ".")
        return plain if _POINT.fullmatch(plain) else shown


class CodeField(EditField):
    """Digits in groups of four. ``length`` makes the field count ("9/16") until it is full."""

    formats = True

    def __init__(self, name: str = "", *, length: int = 0, parent: QWidget | None = None) -> None:
        super().__init__(name, codes=True, parent=parent)
        self._length = length
        self.setInputMethodHints(Qt.InputMethodHint.ImhDigitsOnly)
        if length:
            self.textChanged.connect(self._count)

    def significant(self, character: str) -> bool:
        """Spaces are put in by the format."""
        return not character.isspace()

    def shown_text(self, stored: str) -> str:
        """Groups of four; what is no row of digits is shown as it is."""
        return group(stored) if stored.isdigit() else stored

    def stored_text(self, shown: str) -> str:
        """Without spaces, dots and dashes if that leaves digits, else as typed."""
        plain = _SIGNS.sub("", shown)
        return plain if plain.isdigit() or not plain else shown

    def set_valid(self, valid: bool) -> None:
        """Show the check of a code whose structure holds."""
        self._valid = valid
        self._count()

    _valid = False

    def _count(self) -> None:
        typed = len(self.value())
        partial = self._length and 0 < typed != self._length
        self.set_adornment(
            suffix=f"{typed}/{self._length}" if partial else "", checked=self._valid and not partial
        )


class NikField(CodeField):
    """Nomor Induk Kependudukan: 16 digits, spec/domain.md 1.4. Judging is the form engine's."""

    def __init__(self, name: str = "", *, parent: QWidget | None = None) -> None:
        super().__init__(name, length=NIK_DIGITS, parent=parent)


class PhoneField(CodeField):
    """A phone number: +62 and 62 at the front become 0; kept as digits."""

    def shown_text(self, stored: str) -> str:
        """``081251340077`` -> ``0812 5134 0077``; a foreign + stays."""
        return (
            f"+{group(stored[1:])}"
            if stored[:1] == "+" and stored[1:].isdigit()
            else super().shown_text(stored)
        )

    def stored_text(self, shown: str) -> str:
        """Digits, home prefix as 0."""
        plain = _SIGNS.sub("", shown).strip("()")
        if plain.startswith("+62"):
            return "0" + plain[3:]
        if plain.startswith("+") and (plain[1:].isdigit() or plain == "+"):
            return plain
        return super().stored_text(shown)
