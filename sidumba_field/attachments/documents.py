"""Scans and documents: a PDF or a picture that is kept as it is, judged before it is believed.

A PDF is kept byte for byte, or its electronic signature would be worth nothing. So is a scanned picture, unless it
says where, when or with what it was taken: then it is written anew at full size without that. pypdfium2 is not made for
several threads at once, so one document is opened at a time.
"""

from __future__ import annotations

import io
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PIL import Image, ImageOps, UnidentifiedImageError

from sidumba_field.attachments.images import MAX_POINTS
from sidumba_field.core.errors import SidumbaError

if TYPE_CHECKING:
    import pypdfium2

#: Held by whoever calls pypdfium2.
ONE_AT_A_TIME = threading.Lock()
POINTS_PER_INCH = 72
_FORMATS = {"JPEG": "jpg", "PNG": "png"}
_TAIL = 2048


@dataclass(frozen=True, slots=True)
class Document:
    """A file that may travel: ``data`` to keep, ``ext`` ("pdf", "jpg" or "png"), how many pages it has."""

    data: bytes
    ext: str
    pages: int


def check_document(raw: bytes, limit: int) -> Document:
    """Return ``raw`` as a document. ``limit``: bytes the server takes.

    Raises ``attachment.too_big`` (params size, limit) and ``attachment.not_a_document`` for anything that is no whole
    PDF with a page in it, no JPEG and no PNG by its content, or a PDF that opens with a password only.
    """
    if len(raw) > limit:
        raise SidumbaError("attachment.too_big", size=len(raw), limit=limit)
    if raw.startswith(b"%PDF-"):
        return Document(raw, "pdf", _pages(raw))
    data, ext = _scan(raw)
    if len(data) > limit:
        raise SidumbaError("attachment.too_big", size=len(data), limit=limit)
    return Document(data, ext, 1)


def is_pdf(raw: bytes) -> bool:
    """Tell a PDF by its content."""
    return raw.startswith(b"%PDF-")


def _pages(raw: bytes) -> int:
    if b"%%EOF" not in raw[-_TAIL:]:
        raise SidumbaError("attachment.not_a_document")
    with opened(raw) as document:
        count = len(document)
    if count < 1:
        raise SidumbaError("attachment.not_a_document")
    return count


@contextmanager
def opened(raw: bytes) -> Iterator[pypdfium2.PdfDocument]:
    """Open a PDF for the length of the block, alone; raise ``attachment.not_a_document``."""
    # Imported where a PDF is met: it would cost every start of the window a tenth of a second.
    import pypdfium2

    with ONE_AT_A_TIME:
        try:
            document = pypdfium2.PdfDocument(raw)
        except pypdfium2.PdfiumError:
            raise SidumbaError("attachment.not_a_document") from None
        try:
            yield document
        except pypdfium2.PdfiumError:
            raise SidumbaError("attachment.not_a_document") from None
        finally:
            document.close()


def page_picture(document: pypdfium2.PdfDocument, page: int, dots_per_inch: float) -> Image.Image:
    """Draw a page (from 0) of an opened PDF; never more points than a camera has."""
    sheet = document[page]
    try:
        width, height = sheet.get_size()
        scale = dots_per_inch / POINTS_PER_INCH
        most = (MAX_POINTS / max(1.0, width * height)) ** 0.5
        bitmap = sheet.render(scale=min(scale, most))
        try:
            drawn: Image.Image = bitmap.to_pil().convert("RGB")
            return drawn.copy()
        finally:
            bitmap.close()
    finally:
        sheet.close()


def preview(raw: bytes, long_side: int) -> bytes:
    """Return the first page of a PDF, or a picture, as a JPEG of at most ``long_side`` points; b"" when neither."""
    try:
        if is_pdf(raw):
            with opened(raw) as document:
                width, height = document[0].get_size()
                drawn = page_picture(document, 0, long_side * POINTS_PER_INCH / max(1.0, width, height))
        else:
            drawn = _decoded(raw)
    except SidumbaError:
        return b""
    drawn.thumbnail((long_side, long_side), Image.Resampling.LANCZOS)
    return written(drawn, 82)


def written(picture: Image.Image, quality: int) -> bytes:
    """Return a picture as JPEG bytes without metadata."""
    buffer = io.BytesIO()
    picture.convert("RGB").save(buffer, format="JPEG", quality=quality, optimize=True)
    return buffer.getvalue()


def _scan(raw: bytes) -> tuple[bytes, str]:
    """Return a scanned picture as it is, or written anew when it tells more than its points."""
    with _picture(raw) as source:
        ext = _FORMATS[source.format or ""]
        tells = bool(source.getexif()) or any(
            key in source.info for key in ("xmp", "comment", "exif", "photoshop")
        )
        upright = ImageOps.exif_transpose(source).convert("RGB")
    if not tells:
        return raw, ext
    if ext == "jpg":
        return written(upright, 95), ext
    buffer = io.BytesIO()
    upright.save(buffer, format="PNG", optimize=True)
    return buffer.getvalue(), ext


def _decoded(raw: bytes) -> Image.Image:
    with _picture(raw) as source:
        return ImageOps.exif_transpose(source).convert("RGB")


@contextmanager
def _picture(raw: bytes) -> Iterator[Image.Image]:
    """Open a picture for the length of the block; what Pillow says of a bad one is ``attachment.not_a_document``."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(raw), formats=tuple(_FORMATS)) as source:
                if not 0 < source.size[0] * source.size[1] <= MAX_POINTS:
                    raise SidumbaError("attachment.not_a_document")
                yield source
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise SidumbaError("attachment.not_a_document") from None
    except (OSError, ValueError, SyntaxError, EOFError, OverflowError, MemoryError):
        raise SidumbaError("attachment.not_a_document") from None
