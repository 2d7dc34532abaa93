"""Smaller twins of scans, to be offered and never forced: what they would weigh and how they would look.

A picture is written anew as photos are (``images``). A PDF is drawn page by page and written anew from the drawings,
but only when it is nothing but scanned pages: one with words in it would lose them, and one that was signed
electronically its signature.
"""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sidumba_field.attachments.documents import is_pdf, opened, page_picture, preview, written
from sidumba_field.attachments.images import check_image
from sidumba_field.core.errors import SidumbaError

if TYPE_CHECKING:
    import pypdfium2

#: Files up to this size are not worth a question; nor is one that would not become a fifth smaller.
WORTH = 300 * 1024
GAIN = 0.8
#: Dots per inch and JPEG quality of a page: every letter of a stamp can still be read.
DOTS, QUALITY = 150, 60
#: More pages than this take minutes; they are left alone.
MOST_PAGES = 60
#: Longer side of the pictures before and after, in points.
LOOK = 720
_ID = re.compile(rb"(/ID\s*\[\s*<)[0-9A-Fa-f]{32}(>\s*<)[0-9A-Fa-f]{32}(>)")
_MADE = re.compile(rb"(/CreationDate\s*\(D:)\d{14}")
_SIGNED = (b"/ByteRange", b"/Adobe.PPKLite", b"/ETSI.CAdES")

Progress = Callable[[int, int], None]
Stop = Callable[[], bool]


@dataclass(frozen=True, slots=True)
class Smaller:
    """A smaller twin: ``data`` and ``ext`` to keep, and JPEGs of the first page before and after."""

    data: bytes
    ext: str
    before: bytes
    after: bytes


def _tell_nobody(done: int, total: int) -> None:
    """Take the progress of a work nobody watches."""


def _go_on() -> bool:
    return False


def shrink(raw: bytes, progress: Progress = _tell_nobody, stop: Stop = _go_on) -> Smaller | None:
    """Return a smaller twin of a scan; None when there is none worth a question, or ``stop`` said so.

    ``progress``: pages done, pages in all. Raises nothing for a file that cannot be read: there is just no offer.
    """
    if len(raw) <= WORTH:
        return None
    try:
        found = _pdf(raw, progress, stop) if is_pdf(raw) else _picture(raw)
    except SidumbaError:
        return None
    if found is None or len(found[0]) > len(raw) * GAIN:
        return None
    data, ext = found
    return Smaller(data, ext, preview(raw, LOOK), preview(data, LOOK))


def _picture(raw: bytes) -> tuple[bytes, str]:
    made = check_image(raw)
    return made.data, made.ext


def _pdf(raw: bytes, progress: Progress, stop: Stop) -> tuple[bytes, str] | None:
    if any(word in raw for word in _SIGNED):
        return None
    import pypdfium2

    with opened(raw) as document:
        count = len(document)
        if not 0 < count <= MOST_PAGES or not _is_scanned(document):
            return None
        smaller = pypdfium2.PdfDocument.new()
        try:
            for page in range(count):
                if stop():
                    return None
                _draw(document, page, smaller)
                progress(page + 1, count)
            buffer = io.BytesIO()
            smaller.save(buffer)
        finally:
            smaller.close()
    return _without_chance(buffer.getvalue()), "pdf"


def _without_chance(pdf: bytes) -> bytes:
    """Return a PDF of pypdfium2 without its random id and its time: the same scan gives the same bytes, so
    that it travels once. No byte moves its place."""
    plain = _ID.sub(lambda found: found[1] + b"0" * 32 + found[2] + b"0" * 32 + found[3], pdf)
    return _MADE.sub(lambda found: found[1] + b"19700101000000", plain)


def _is_scanned(document: pypdfium2.PdfDocument) -> bool:
    """Tell whether no page has a letter in it."""
    for page in range(len(document)):
        sheet = document[page]
        words = sheet.get_textpage()
        letters = words.count_chars()
        words.close()
        sheet.close()
        if letters:
            return False
    return True


def _draw(document: pypdfium2.PdfDocument, page: int, smaller: pypdfium2.PdfDocument) -> None:
    """Put a drawing of one page into ``smaller``, on a sheet of the same size."""
    import pypdfium2

    width, height = document.get_page_size(page)
    drawing = written(page_picture(document, page, DOTS), QUALITY)
    image = pypdfium2.PdfImage.new(smaller)
    image.load_jpeg(io.BytesIO(drawing), inline=True)
    image.set_matrix(pypdfium2.PdfMatrix().scale(width, height))
    sheet = smaller.new_page(width, height)
    sheet.insert_obj(image)
    sheet.gen_content()
    sheet.close()
