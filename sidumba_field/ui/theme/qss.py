"""The style sheet, generated from the tokens of one mode.

Owns the look of plain Qt parts (line edits, text areas, lists, scroll bars, tooltips, labels by tone). Parts
that mix glyphs and text paint themselves. Fonts never stand here: a font in a style sheet would override
``setFont``. Tones and states are dynamic properties (``tone``, ``state``, ``surface``); call ``repolish``
after changing one.
"""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtWidgets import QWidget

from sidumba_field.ui.theme.tokens import radius

_TONES = {
    "primary": "text.primary",
    "secondary": "text.secondary",
    "tertiary": "text.tertiary",
    "link": "text.link",
    "onSolid": "text.onSolid",
    "onBrand": "special.onBrand",
    "onBrandSoft": "special.onBrandSoft",
    "slate": "state.slate.fg",
    "indigo": "state.indigo.fg",
    "teal": "state.teal.fg",
    "amber": "state.amber.fg",
    "vermilion": "state.vermilion.fg",
    "magenta": "state.magenta.fg",
}
_SURFACES = {
    "app": "bg.app",
    "nav": "bg.nav",
    "surface": "bg.surface",
    "subtle": "bg.subtle",
    "brand": "special.brandPanel",
}


def style_sheet(c: Mapping[str, str]) -> str:
    """The whole style sheet for one set of colours (token name -> CSS colour)."""
    return "\n".join((_base(c), _labels(c), _surfaces(c), _fields(c), _lists(c), _scroll_bars(c)))


def repolish(widget: QWidget) -> None:
    """Let the style sheet see changed dynamic properties of one widget."""
    style = widget.style()
    style.unpolish(widget)
    style.polish(widget)
    widget.update()


def _base(c: Mapping[str, str]) -> str:
    return f"""
QMainWindow, QDialog {{ background: {c["bg.app"]}; }}
QToolTip {{ background: {c["special.toastBg"]}; color: {c["special.toastText"]};
            border: 1px solid {c["special.toastBg"]}; padding: 4px 6px; }}
QScrollArea {{ background: transparent; border: none; }}
QScrollArea > QWidget > QWidget {{ background: transparent; }}
"""


def _labels(c: Mapping[str, str]) -> str:
    rules = [f"QLabel {{ color: {c['text.primary']}; background: transparent; }}"]
    rules += [f'QLabel[tone="{tone}"] {{ color: {c[name]}; }}' for tone, name in _TONES.items()]
    return "\n".join(rules)


def _surfaces(c: Mapping[str, str]) -> str:
    rules = [f'QWidget[surface="{name}"] {{ background: {c[token]}; }}' for name, token in _SURFACES.items()]
    rules.append(
        f'QFrame[frame="bottom"] {{ border: none; border-bottom: 1px solid {c["border.subtle"]}; }}'
        f'QFrame[frame="top"] {{ border: none; border-top: 1px solid {c["border.subtle"]}; }}'
        f'QFrame[frame="left"] {{ border: none; border-left: 1px solid {c["border.subtle"]}; }}'
        f'QFrame[frame="right"] {{ border: none; border-right: 1px solid {c["border.subtle"]}; }}'
    )
    return "\n".join(rules)


def _fields(c: Mapping[str, str]) -> str:
    rules = f"""
QLineEdit, QPlainTextEdit {{ background: {c["bg.input"]}; color: {c["text.primary"]};
    border: 1px solid {c["border.control"]}; border-radius: {radius("md")}px; padding: 0 9px;
    selection-background-color: {c["accent.solid"]}; selection-color: {c["text.onSolid"]}; }}
QPlainTextEdit {{ padding: 6px 5px; }}
"""
    for state, name in (
        ("error", "state.vermilion.solid"),
        ("warning", "state.amber.solid"),
    ):
        rules += _two_px(f'[state="{state}"]', c[name])
    rules += _two_px(":focus", c["accent.ring"])
    for state, name in (("error", "state.vermilion.solid"), ("warning", "state.amber.solid")):
        rules += _two_px(f'[state="{state}"]:focus', c[name])
    rules += f"""
QLineEdit[state="restored"], QPlainTextEdit[state="restored"] {{ background: {c["accent.tint"]};
    border-color: {c["accent.line"]}; }}
QLineEdit[readOnly="true"], QPlainTextEdit[readOnly="true"] {{ background: {c["bg.inputReadonly"]};
    border-color: {c["border.subtle"]}; }}
QLineEdit[cell="true"], QLineEdit[cell="true"]:focus {{ border: 2px solid {c["accent.ring"]};
    border-radius: 0; padding: 0 8px; }}
QLineEdit[bare="true"], QPlainTextEdit[bare="true"] {{ border: none; background: transparent; padding: 0; }}
"""
    return rules


def _two_px(selector: str, color: str) -> str:
    return (
        f"QLineEdit{selector} {{ border: 2px solid {color}; padding: 0 8px; }}\n"
        f"QPlainTextEdit{selector} {{ border: 2px solid {color}; padding: 5px 4px; }}\n"
    )


def _lists(c: Mapping[str, str]) -> str:
    return f"""
QAbstractItemView {{ background: {c["bg.surface"]}; color: {c["text.primary"]}; border: none; outline: none;
    selection-background-color: {c["bg.selected"]}; selection-color: {c["text.primary"]}; }}
QAbstractItemView[ground="clear"] {{ background: transparent; }}
QHeaderView {{ background: {c["bg.subtle"]}; border: none; }}
QHeaderView::section {{ background: {c["bg.subtle"]}; color: {c["text.secondary"]}; border: none;
    border-bottom: 1px solid {c["border.subtle"]}; padding: 0 10px; }}
QMenu {{ background: {c["bg.surface"]}; color: {c["text.primary"]}; border: 1px solid {c["border.default"]};
    padding: 4px; }}
QMenu::item {{ padding: 6px 12px; border-radius: 5px; }}
QMenu::item:selected {{ background: {c["bg.selected"]}; }}
"""


def _scroll_bars(c: Mapping[str, str]) -> str:
    return f"""
QScrollBar:vertical {{ background: transparent; width: 12px; margin: 0; }}
QScrollBar:horizontal {{ background: transparent; height: 12px; margin: 0; }}
QScrollBar::handle {{ background: {c["border.default"]}; border-radius: 4px; margin: 2px; }}
QScrollBar::handle:vertical {{ min-height: 32px; }}
QScrollBar::handle:horizontal {{ min-width: 32px; }}
QScrollBar::handle:hover {{ background: {c["border.control"]}; }}
QScrollBar::add-line, QScrollBar::sub-line {{ width: 0; height: 0; border: none; }}
QScrollBar::add-page, QScrollBar::sub-page {{ background: transparent; }}
"""
