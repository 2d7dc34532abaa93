"""The theme in force: one object per process that says which mode is on and answers colours for it.

Owns applying a mode to the application (style sheet, palette, base font) and telling painted widgets to
repaint. Painted widgets ask ``theme().color(name)`` while painting and never keep a colour.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication

from sidumba_field.ui.theme import tokens
from sidumba_field.ui.theme.fonts import font, register_fonts
from sidumba_field.ui.theme.qss import style_sheet


class Theme(QObject):
    """Mode, colours, and the ``changed`` signal that follows a switch."""

    changed = Signal()

    def __init__(self) -> None:
        super().__init__()
        self._mode: tokens.Mode = "light"
        self._names: Mapping[str, str] = tokens.colors("light")
        self._colors: dict[str, QColor] = {}

    @property
    def mode(self) -> tokens.Mode:
        """The mode in force."""
        return self._mode

    @property
    def is_dark(self) -> bool:
        """Whether text is lighter than its ground."""
        return self.color("text.primary").lightness() > self.color("bg.surface").lightness()

    def color(self, name: str) -> QColor:
        """The colour of a token; KeyError for an unknown name, which is a mistake of the program."""
        found = self._colors.get(name)
        if found is None:
            found = self._colors[name] = tokens.parse_color(self._names[name])
        return QColor(found)

    def names(self) -> Mapping[str, str]:
        """All colour tokens of the mode, as text."""
        return self._names

    def use(self, mode: tokens.Mode) -> None:
        """Switch the mode without touching an application (apply_theme does both)."""
        self._mode = mode
        if mode == "contrast":
            self._names = tokens.contrast_colors(QApplication.style().standardPalette())
        else:
            self._names = tokens.colors(mode)
        self._colors.clear()


#: Property of the application once the style below the style sheet is ours.
_STYLED = "sidumbaStyled"


@lru_cache(maxsize=1)
def theme() -> Theme:
    """The one theme of this process."""
    return Theme()


def apply_theme(app: QApplication, mode: tokens.Mode = "light") -> Theme:
    """Put a mode on the whole application.

    Register fonts, set style, palette, style sheet; emit ``changed``.
    """
    register_fonts()
    current = theme()
    current.use(mode)
    # Each of these restyles every widget there is: only what is not so yet is set (a style sheet hides the name of
    # the style below it).
    if not app.property(_STYLED):
        app.setStyle("Fusion")
        app.setProperty(_STYLED, True)
    if app.font() != font("body"):
        app.setFont(font("body"))
    app.setPalette(_palette(current))
    app.setStyleSheet(style_sheet(current.names()))
    current.changed.emit()
    return current


def _palette(current: Theme) -> QPalette:
    role, group = QPalette.ColorRole, QPalette.ColorGroup
    palette = QPalette()
    for target, name in (
        (role.Window, "bg.app"),
        (role.WindowText, "text.primary"),
        (role.Base, "bg.surface"),
        (role.AlternateBase, "bg.subtle"),
        (role.Text, "text.primary"),
        (role.Button, "bg.surface"),
        (role.ButtonText, "text.primary"),
        (role.ToolTipBase, "special.toastBg"),
        (role.ToolTipText, "special.toastText"),
        (role.Highlight, "accent.solid"),
        (role.HighlightedText, "text.onSolid"),
        (role.Link, "text.link"),
        (role.LinkVisited, "text.link"),
        (role.PlaceholderText, "text.tertiary"),
        (role.Mid, "border.default"),
    ):
        palette.setColor(target, current.color(name))
    for target in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(group.Disabled, target, current.color("text.tertiary"))
    return palette
