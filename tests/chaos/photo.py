"""A picture nobody could mistake for another: noise of its own, and a name and a NIK in its metadata."""

from __future__ import annotations

import io
import random

from PIL import Image


def noisy_photo(seed: int, told: str, width: int = 320, height: int = 240) -> bytes:
    """Return a JPEG of noise; ``told`` stands in its EXIF as a description, with a position."""
    image = Image.frombytes("RGB", (width, height), random.Random(seed).randbytes(width * height * 3))
    exif = Image.Exif()
    exif[0x010E] = told
    exif[0x8825] = {1: "S", 2: (2.0, 20.0, 0.0), 3: "E", 4: (115.0, 30.0, 0.0)}
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80, exif=exif)
    return out.getvalue()
