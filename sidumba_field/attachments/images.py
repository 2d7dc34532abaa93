"""Pictures as they may travel: judged before they are believed, without their metadata, at most 2 MB.

A picture is decoded and written anew: whatever was hidden behind or inside it (place and owner of the camera in EXIF,
a page of HTML, a second file) does not survive. Bombs are refused by their announced size before they are decoded.
"""

from __future__ import annotations

import io
import warnings
from dataclasses import dataclass

from PIL import Image, ImageOps, UnidentifiedImageError

from sidumba_field.core.errors import SidumbaError

#: Bytes a file may have before it is looked at, and after it was written anew.
MAX_SOURCE = 40 * 1024 * 1024
MAX_BYTES = 2 * 1024 * 1024
#: Points: cameras of telephones reach 64 million; decoded that is 192 MB.
MAX_POINTS = 64_000_000
#: The longer side that still shows every letter of an A4 page (about 270 dpi).
LONG_SIDE = 3_200
_FORMATS = ("JPEG", "PNG", "WEBP")
_STEPS = ((LONG_SIDE, 85), (2_560, 80), (2_048, 75), (1_600, 70), (1_200, 60))


@dataclass(frozen=True, slots=True)
class Picture:
    """A clean picture: ``data`` to keep, ``ext`` ("jpg" or "png"), width and height in points."""

    data: bytes
    ext: str
    width: int
    height: int


def check_image(raw: bytes) -> Picture:
    """Return ``raw`` as a clean picture, upright, without metadata, at most 2 MB.

    Raises ``attachment.too_big`` (params size, limit in bytes) and ``attachment.not_an_image`` (anything that is not
    a JPEG, PNG or WebP by its content, is cut, or announces more points than a camera has).
    """
    if len(raw) > MAX_SOURCE:
        raise SidumbaError("attachment.too_big", size=len(raw), limit=MAX_SOURCE)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            with Image.open(io.BytesIO(raw), formats=_FORMATS) as source:
                return _clean(source)
    except (UnidentifiedImageError, Image.DecompressionBombError, Image.DecompressionBombWarning):
        raise SidumbaError("attachment.not_an_image") from None
    except (OSError, ValueError, SyntaxError, EOFError, OverflowError, MemoryError):
        # Pillow's decoders speak in all of these of a file that is cut or forged.
        raise SidumbaError("attachment.not_an_image") from None


def _clean(source: Image.Image) -> Picture:
    width, height = source.size
    if not 0 < width * height <= MAX_POINTS:
        raise SidumbaError("attachment.not_an_image")
    drawing = source.format == "PNG"
    if not drawing:
        # A JPEG can be decoded at a half or a quarter at once: large photos never need their full memory.
        source.draft("RGB", (LONG_SIDE, LONG_SIDE))
    upright = ImageOps.exif_transpose(source)
    flat = _opaque(upright)
    if drawing and max(flat.size) <= LONG_SIDE:
        kept = _written(flat, "PNG", optimize=True)
        if len(kept) <= MAX_BYTES:
            return Picture(kept, "png", *flat.size)
    return _shrunk(flat)


def _shrunk(picture: Image.Image) -> Picture:
    for side, quality in _STEPS:
        smaller = picture.copy()
        smaller.thumbnail((side, side), Image.Resampling.LANCZOS)
        data = _written(smaller, "JPEG", quality=quality, optimize=True)
        if len(data) <= MAX_BYTES:
            return Picture(data, "jpg", *smaller.size)
    raise SidumbaError("attachment.too_big", size=len(data), limit=MAX_BYTES)


def _opaque(picture: Image.Image) -> Image.Image:
    """Return plain RGB points, transparency on white, and nothing else of the file."""
    if picture.mode in ("RGBA", "LA", "PA") or "transparency" in picture.info:
        layered = picture.convert("RGBA")
        flat = Image.new("RGB", layered.size, "white")
        flat.paste(layered, mask=layered.getchannel("A"))
        return flat
    points = picture.convert("RGB")
    clean = Image.new("RGB", points.size)
    clean.paste(points)
    return clean


def _written(picture: Image.Image, format: str, **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, format=format, **options)
    return buffer.getvalue()
