"""Paper sizes and margins in points (design/UI.md section 11)."""

from __future__ import annotations

from dataclasses import dataclass

MM = 72 / 25.4
SIZES_MM = {"F4": (215.0, 330.0), "A4": (210.0, 297.0)}
ORIENTATIONS = ("portrait", "landscape")


@dataclass(frozen=True, slots=True)
class Geometry:
    """One sheet: its size and the box text may use, all in points from the top left corner."""

    width: float
    height: float
    left: float
    top: float
    right: float
    bottom: float

    @property
    def content_width(self) -> float:
        return self.right - self.left

    @property
    def content_height(self) -> float:
        return self.bottom - self.top


def sheet(size: str, orientation: str) -> Geometry:
    """The sheet of a named size: left margin 30 mm, others 20, top 15 when landscape.

    Raises KeyError for a size, ValueError for an orientation nobody knows.
    """
    if orientation not in ORIENTATIONS:
        raise ValueError(orientation)
    width, height = SIZES_MM[size]
    top = 20.0
    if orientation == "landscape":
        width, height, top = height, width, 15.0
    return Geometry(width * MM, height * MM, 30 * MM, top * MM, (width - 20) * MM, (height - 20) * MM)
