"""Icons: the Lucide outline set (ISC licence), tinted to a token colour and drawn sharp at any scale.

Owns the SVG files in ``icons/`` and their rendering. Drawn on a 24 grid, shown at 16 px, stroke 1.75
(design/UI.md section 5). The five marks and seven rings are painted elsewhere (widgets/glyphs.py).
"""

from __future__ import annotations

from functools import cache, lru_cache
from importlib import resources

from PySide6.QtCore import QByteArray, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer

from sidumba_field.ui.theme.manager import theme

STROKE = "1.75"
ICON_PX = 16


@cache
def _svg(name: str) -> str:
    file = resources.files("sidumba_field.ui.theme").joinpath("icons", f"{name}.svg")
    return file.read_text(encoding="utf-8").replace('stroke-width="2"', f'stroke-width="{STROKE}"')


@lru_cache(maxsize=256)
def _renderer(name: str, color: str) -> QSvgRenderer:
    return QSvgRenderer(QByteArray(_svg(name).replace("currentColor", color).encode("utf-8")))


def paint_icon(painter: QPainter, name: str, rect: QRectF, color: QColor) -> None:
    """Draw an icon into ``rect`` with the painter's own resolution. FileNotFoundError for an unknown name."""
    _renderer(name, color.name()).render(painter, rect)


def icon_pixmap(name: str, color: str = "text.secondary", px: int = ICON_PX, ratio: float = 1.0) -> QPixmap:
    """An icon as a pixmap of ``px`` device-independent pixels, tinted with token ``color``."""
    pixmap = QPixmap(round(px * ratio), round(px * ratio))
    pixmap.setDevicePixelRatio(ratio)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    paint_icon(painter, name, QRectF(0, 0, px, px), theme().color(color))
    painter.end()
    return pixmap


def icon(name: str, color: str = "text.secondary", px: int = ICON_PX) -> QIcon:
    """An icon with pixmaps for 100, 150 and 200 %."""
    made = QIcon()
    for ratio in (1.0, 1.5, 2.0):
        made.addPixmap(icon_pixmap(name, color, px, ratio))
    return made
