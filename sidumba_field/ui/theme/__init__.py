"""Theme: tokens to colours, fonts, icons and the generated style sheet.

Owns everything that decides how the window looks and nothing that decides what it says.
"""

from __future__ import annotations

from sidumba_field.ui.theme.fonts import font, register_fonts, text_width
from sidumba_field.ui.theme.icons import icon, icon_pixmap, paint_icon
from sidumba_field.ui.theme.manager import Theme, apply_theme, theme
from sidumba_field.ui.theme.qss import repolish, style_sheet
from sidumba_field.ui.theme.tokens import (
    Mode,
    breakpoint_px,
    minimum_window,
    motion,
    radius,
    size,
    space,
    type_role,
)

__all__ = [
    "Mode",
    "Theme",
    "apply_theme",
    "breakpoint_px",
    "font",
    "icon",
    "icon_pixmap",
    "minimum_window",
    "motion",
    "paint_icon",
    "radius",
    "register_fonts",
    "repolish",
    "size",
    "space",
    "style_sheet",
    "text_width",
    "theme",
    "type_role",
]
