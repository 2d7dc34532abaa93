"""Fonts: registers the bundled Inter and hands out one QFont per role of the type scale.

Inter 3.19 (SIL OFL, licence beside the files) lies in ``fonts/``; Segoe UI and Noto Sans follow when it
cannot be read. Sizes are pixels at 100 % scaling. Digit features: ``tnum`` gives digits one width, ``zero``
and ``ss02`` tell 0 from O and 1 from l (design/UI.md section 3).
"""

from __future__ import annotations

import logging
from functools import cache
from importlib import resources

from PySide6.QtGui import QFont, QFontDatabase, QFontMetricsF

from sidumba_field.ui.theme.tokens import raw, type_role

log = logging.getLogger(__name__)

_FILES = ("Inter-Regular.otf", "Inter-Medium.otf", "Inter-SemiBold.otf", "Inter-Bold.otf")
_registered: list[int] = []


def register_fonts() -> bool:
    """Make the bundled fonts known to Qt, once per process. False (and a log line) if one cannot be read."""
    if _registered:
        return all(font_id >= 0 for font_id in _registered)
    folder = resources.files("sidumba_field.ui.theme").joinpath("fonts")
    for name in _FILES:
        font_id = QFontDatabase.addApplicationFontFromData(folder.joinpath(name).read_bytes())
        if font_id < 0:
            log.warning("font %s cannot be read, a system font takes its place", name)
        _registered.append(font_id)
    return all(font_id >= 0 for font_id in _registered)


@cache
def _font(role: str, numbers: bool, codes: bool, weight: int) -> QFont:
    row = type_role(role)
    font = QFont()
    font.setFamilies([name for name in raw()["font"]["family"]["ui"] if name != "sans-serif"])
    font.setStyleHint(QFont.StyleHint.SansSerif)
    font.setPixelSize(row.size)
    font.setWeight(QFont.Weight(weight or row.weight))
    font.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
    if numbers or codes:
        font.setFeature(QFont.Tag("tnum"), 1)
    if codes:
        font.setFeature(QFont.Tag("zero"), 1)
        font.setFeature(QFont.Tag("ss02"), 1)
    return font


def font(role: str = "body", *, numbers: bool = False, codes: bool = False, weight: int = 0) -> QFont:
    """The font of a role.

    ``numbers``: digits of one width (tables, amounts, dates, times); ``codes``: also 0/O and 1/l/I told
    apart (NIK, KBLI, record numbers); ``weight``: CSS weight instead of the role's own.
    """
    return QFont(_font(role, numbers, codes, weight))


def text_width(text: str, used: QFont) -> float:
    """Advance width of one line in px."""
    return QFontMetricsF(used).horizontalAdvance(text)
