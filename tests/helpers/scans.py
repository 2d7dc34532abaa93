"""Scans and papers for tests: pictures of a page, PDFs that are nothing but such pictures, PDFs with words."""

from __future__ import annotations

import io
from functools import cache

from PIL import Image, ImageDraw
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas

A4 = (595, 842)


@cache
def page(dots: int = 200, quality: int = 90, format: str = "JPEG") -> bytes:
    """A scanned sheet: paper with its grain, and lines of writing."""
    size = (A4[0] * dots // 72, A4[1] * dots // 72)
    drawn = Image.effect_noise(size, 16).convert("RGB")
    pen = ImageDraw.Draw(drawn)
    for top in range(size[1] // 12, size[1] - size[1] // 12, size[1] // 40):
        pen.line(
            (size[0] // 10, top, size[0] - size[0] // 10, top), fill=(20, 20, 60), width=max(1, dots // 60)
        )
    buffer = io.BytesIO()
    drawn.save(buffer, format=format, quality=quality)
    return buffer.getvalue()


@cache
def scanned(pages: int = 2, dots: int = 200, quality: int = 90) -> bytes:
    """A PDF as a scanner makes it: every page one picture, no letter."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1)
    for _ in range(pages):
        canvas.drawImage(ImageReader(io.BytesIO(page(dots, quality))), 0, 0, *A4)
        canvas.showPage()
    canvas.save()
    return buffer.getvalue()


@cache
def letter(words: str = "Surat keterangan usaha", padding: int = 0) -> bytes:
    """A PDF with words in it; ``padding`` bytes of a comment make it as large as wanted."""
    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=1, pageCompression=0)
    canvas.drawString(80, 760, words)
    canvas.showPage()
    canvas.save()
    whole = buffer.getvalue()
    if not padding:
        return whole
    tail = whole.rindex(b"startxref")
    return whole[:tail] + b"%" + b"x" * padding + b"\n" + whole[tail:]
