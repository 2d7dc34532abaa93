"""Design tokens as typed values: colours per mode, type scale, spacing, sizes, motion.

Owns the reading of ``tokens.json`` (the file the design delivers, unchanged). Everything that draws asks
here by token name, so that a colour stands in exactly one place. Three modes: ``light``, ``dark`` and
``contrast``, where the system palette replaces the colours and the shapes remain (design/UI.md section 9).
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from types import MappingProxyType
from typing import Any, Literal

from PySide6.QtGui import QColor, QPalette

Mode = Literal["light", "dark", "contrast"]
MODES: tuple[Mode, ...] = ("light", "dark", "contrast")

_RGBA = re.compile(r"rgba\((\d+),\s*(\d+),\s*(\d+),\s*([\d.]+)\)")


@dataclass(frozen=True, slots=True)
class TypeRole:
    """One row of the type scale: pixel size, line height in pixels, CSS weight."""

    size: int
    line: int
    weight: int


@lru_cache(maxsize=1)
def raw() -> Mapping[str, Any]:
    """The token file as it was delivered."""
    file = resources.files("sidumba_field.ui.theme").joinpath("tokens.json")
    return MappingProxyType(json.loads(file.read_text(encoding="utf-8")))


def size(name: str) -> int:
    """A named size in px at 100 % (``control``, ``truthBar``, ``navWide`` ...)."""
    return int(raw()["size"][name])


def space(step: int) -> int:
    """Spacing step 0..9 in px: 0, 2, 4, 6, 8, 12, 16, 20, 24, 32."""
    return int(raw()["space"][str(step)])


def radius(name: str) -> int:
    """Corner radius in px: xs keycap, sm chip, md control, lg card."""
    return int(raw()["radius"][name])


def breakpoint_px(name: str) -> int:
    """A client width in px below which a layout changes."""
    return int(raw()["breakpoint"][name])


def minimum_window() -> tuple[int, int]:
    """Smallest client area in px."""
    width, height = raw()["breakpoint"]["minWindow"]
    return int(width), int(height)


def motion(name: str) -> int:
    """A duration in ms."""
    return int(raw()["motion"][name])


@cache
def type_role(name: str) -> TypeRole:
    """A role of the type scale (``body``, ``label``, ``title`` ...)."""
    row = raw()["font"]["scale"][name]
    return TypeRole(row["size"], row["line"], row["weight"])


def parse_color(text: str) -> QColor:
    """A colour from ``#RRGGBB`` or ``rgba(r,g,b,a)``."""
    match = _RGBA.fullmatch(text)
    if match:
        red, green, blue, alpha = match.groups()
        return QColor(int(red), int(green), int(blue), round(float(alpha) * 255))
    color = QColor(text)
    if not color.isValid():
        raise ValueError(f"tokens: {text!r} is not a colour")
    return color


@cache
def colors(mode: Literal["light", "dark"]) -> Mapping[str, str]:
    """All colours of a mode, flat: ``state.amber.fg`` -> ``#794A00``."""
    flat: dict[str, str] = {}
    _flatten(raw()["color"][mode], "", flat)
    return MappingProxyType(flat)


def _flatten(node: Mapping[str, Any], prefix: str, into: dict[str, str]) -> None:
    for name, value in node.items():
        if isinstance(value, str):
            into[prefix + name] = value
        else:
            _flatten(value, f"{prefix}{name}.", into)


def contrast_colors(palette: QPalette) -> Mapping[str, str]:
    """The token names answered by the system palette, for high contrast."""
    role = QPalette.ColorRole
    window, text = palette.color(role.Window).name(), palette.color(role.WindowText).name()
    base, chosen = palette.color(role.Base).name(), palette.color(role.Highlight).name()
    on_chosen, link = palette.color(role.HighlightedText).name(), palette.color(role.Link).name()
    flat: dict[str, str] = {}
    for name in colors("light"):
        group, leaf = name.split(".")[0], name.rsplit(".", 1)[-1]
        if group == "bg" or leaf == "tint":
            flat[name] = base if leaf in ("surface", "input") else window
        elif leaf in ("solid", "button", "solidHover", "solidPress", "ring") and group in ("accent", "state"):
            flat[name] = chosen if group == "accent" or leaf == "button" else text
        elif leaf in ("onSolid", "onBrand", "onBrandSoft", "toastText", "toastAction"):
            flat[name] = on_chosen
        elif leaf in ("toastBg", "brandPanel"):
            flat[name] = chosen
        elif leaf == "link" or name == "accent.fg":
            flat[name] = link
        else:
            flat[name] = window if leaf in ("searchHit", "scanBackdrop", "previewBackdrop") else text
    return MappingProxyType(flat)
