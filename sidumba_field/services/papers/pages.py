"""Pages of a produced PDF as pictures: the very file that is saved and printed, drawn for the screen or a printer.

The library behind it is not made for several threads at once, so one page is drawn at a time (``attachments`` holds the
lock, for it draws pages of scans).
"""

from __future__ import annotations

from dataclasses import dataclass

import pypdfium2

from sidumba_field.attachments.documents import ONE_AT_A_TIME

POINTS_PER_INCH = 72


@dataclass(frozen=True, slots=True)
class PageImage:
    """One page as 32 bit pixels (blue, green, red, unused), ``stride`` bytes per line; size of the sheet in points."""

    page: int
    width: int
    height: int
    stride: int
    pixels: bytes
    sheet: tuple[float, float]


def page_image(pdf: bytes, page: int, scale: float) -> PageImage:
    """Draw page ``page`` (from 1); ``scale`` 1 is 72 dots per inch. Raises IndexError for a page there is not."""
    with ONE_AT_A_TIME:
        document = pypdfium2.PdfDocument(pdf)
        try:
            if not 1 <= page <= len(document):
                raise IndexError(page)
            sheet = document[page - 1]
            size = sheet.get_size()
            bitmap = sheet.render(scale=scale, rev_byteorder=False, prefer_bgrx=True)
            pixels = bytes(bitmap.buffer)
            found = PageImage(page, bitmap.width, bitmap.height, bitmap.stride, pixels, size)
            bitmap.close()
            sheet.close()
            return found
        finally:
            document.close()


def page_size(pdf: bytes, page: int = 1) -> tuple[float, float]:
    """Return width and height of a page in points."""
    with ONE_AT_A_TIME:
        document = pypdfium2.PdfDocument(pdf)
        try:
            width, height = document[page - 1].get_size()
            return float(width), float(height)
        finally:
            document.close()
