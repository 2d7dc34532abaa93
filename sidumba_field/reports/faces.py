"""The typeface of all papers: Liberation Sans 2.x, bundled, embedded as a subset, its widths counted once.

Liberation Sans has the metrics of Arial, which regional offices demand (spec/domain.md section 6.2), under a licence
that lets us ship it (fonts/OFL.txt). Measuring and wrapping happen here and nowhere else, so that what is measured is
what is drawn.
"""

from __future__ import annotations

import unicodedata
from enum import Enum
from functools import cache
from importlib import resources
from io import BytesIO
from typing import Any

from reportlab.pdfbase.ttfonts import TTFont


class Style(Enum):
    """The four cuts; the value is the file's stem."""

    REGULAR = "LiberationSans-Regular"
    BOLD = "LiberationSans-Bold"
    ITALIC = "LiberationSans-Italic"
    BOLD_ITALIC = "LiberationSans-BoldItalic"


class _Widths(dict[str, float]):
    """Width of each character for a size of one point, filled as characters turn up."""

    def __init__(self, font: Any) -> None:
        super().__init__()
        self._width = font.face.getCharWidth

    def __missing__(self, char: str) -> float:
        code = 32 if char == "\u00a0" else ord(char)
        width = self[char] = float(self._width(code)) / 1000
        return width


class Face:
    """One cut of the typeface: how wide its text is, and reportlab's font object to embed it."""

    def __init__(self, style: Style) -> None:
        data = resources.files("sidumba_field.reports").joinpath("fonts", f"{style.value}.ttf").read_bytes()
        self.style = style
        self.font: Any = TTFont(style.value, BytesIO(data), shapable=False)
        self._widths = _Widths(self.font)

    def width(self, text: str, size: float) -> float:
        """Width of ``text`` in points at ``size`` points."""
        return sum(map(self._widths.__getitem__, text)) * size

    def wrap(self, text: str, size: float, width: float) -> list[str]:
        """``text`` as lines no wider than ``width`` points; "\\n" breaks, an overlong word is cut between letters."""
        if "\n" not in text and self.width(text, size) <= width:
            return [text]
        lines: list[str] = []
        for paragraph in text.split("\n"):
            lines.extend(self._wrap_paragraph(paragraph, size, width))
        return lines

    def _wrap_paragraph(self, text: str, size: float, width: float) -> list[str]:
        lines: list[str] = []
        line = ""
        for word in text.split(" "):
            trial = f"{line} {word}" if line else word
            if self.width(trial, size) <= width:
                line = trial
                continue
            if line:
                lines.append(line)
            *full, line = self._cut(word, size, width)
            lines.extend(full)
        lines.append(line)
        return lines

    def _cut(self, word: str, size: float, width: float) -> list[str]:
        """An overlong word in pieces that fit, behind a "/" if it has one; a single letter always counts as fitting."""
        pieces = [""]
        for char in word:
            if pieces[-1] and self.width(pieces[-1] + char, size) > width:
                head, slash, rest = pieces[-1].rpartition("/")
                pieces[-1:] = [head + slash, rest] if slash and rest else [pieces[-1], ""]
            pieces[-1] += char
        return pieces


@cache
def face(style: Style) -> Face:
    """The face of ``style``, read once per process."""
    return Face(style)


def printable(text: str) -> str:
    """``text`` composed (NFC) and without control characters but "\\n", as every text is before it is measured."""
    if text.isascii() and text.isprintable():
        return text
    composed = unicodedata.normalize("NFC", text).replace("\r\n", "\n").replace("\r", "\n")
    return "".join(char if char == "\n" or unicodedata.category(char)[0] != "C" else " " for char in composed)
