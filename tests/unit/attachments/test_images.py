"""Pictures: what is one, what is none, and that nothing but its points travels."""

from __future__ import annotations

import io
import random
import struct
import zlib

import pytest
from PIL import Image

from sidumba_field.attachments import check_image
from sidumba_field.attachments.images import LONG_SIDE, MAX_BYTES
from sidumba_field.core.errors import SidumbaError


def picture(
    width: int = 60, height: int = 40, mode: str = "RGB", format: str = "JPEG", **options: object
) -> bytes:
    made = Image.new(mode, (width, height), (200, 100, 50, 255)[: len(Image.new(mode, (1, 1)).getbands())])
    buffer = io.BytesIO()
    made.save(buffer, format=format, **options)
    return buffer.getvalue()


def noise(width: int, height: int, format: str = "JPEG", **options: object) -> bytes:
    made = Image.frombytes("RGB", (width, height), random.Random(1).randbytes(width * height * 3))
    buffer = io.BytesIO()
    made.save(buffer, format=format, **options)
    return buffer.getvalue()


def refused(raw: bytes) -> str:
    with pytest.raises(SidumbaError) as refusal:
        check_image(raw)
    return refusal.value.code


@pytest.mark.parametrize(
    ("raw", "ext"),
    [
        (picture(), "jpg"),
        (picture(format="PNG"), "png"),
        (picture(format="WEBP"), "jpg"),
        (picture(mode="RGBA", format="PNG"), "png"),
        (picture(mode="L"), "jpg"),
        (picture(mode="P", format="PNG"), "png"),
        (picture(mode="CMYK"), "jpg"),
    ],
)
def test_a_picture_is_taken_as_what_it_is(raw: bytes, ext: str) -> None:
    found = check_image(raw)
    assert (found.ext, found.width, found.height) == (ext, 60, 40)
    again = Image.open(io.BytesIO(found.data))
    assert (again.format, again.size, again.mode) == ({"jpg": "JPEG", "png": "PNG"}[ext], (60, 40), "RGB")


def test_place_and_owner_of_the_camera_do_not_travel() -> None:
    made = Image.new("RGB", (80, 40), "red")
    exif = Image.Exif()
    exif[0x010F] = "KAMERA PAK BUDI"
    exif.get_ifd(0x8825)[1] = "S"
    buffer = io.BytesIO()
    made.save(buffer, "JPEG", exif=exif, comment=b"RAHASIA")
    assert b"PAK BUDI" in buffer.getvalue()
    clean = check_image(buffer.getvalue()).data
    assert b"PAK BUDI" not in clean
    assert b"RAHASIA" not in clean
    assert not Image.open(io.BytesIO(clean)).getexif()


def test_text_inside_a_png_does_not_travel() -> None:
    from PIL.PngImagePlugin import PngInfo

    info = PngInfo()
    info.add_text("Author", "PAK BUDI")
    assert b"PAK BUDI" not in check_image(picture(format="PNG", pnginfo=info)).data


def test_a_photo_taken_sideways_stands_upright() -> None:
    made = Image.new("RGB", (80, 40), "red")
    exif = Image.Exif()
    exif[0x0112] = 6
    buffer = io.BytesIO()
    made.save(buffer, "JPEG", exif=exif)
    found = check_image(buffer.getvalue())
    assert (found.width, found.height) == (40, 80)


def test_what_hides_behind_a_picture_does_not_travel() -> None:
    assert b"<script>" not in check_image(picture() + b"<script>alert(1)</script>").data


def test_a_large_photo_is_shrunk_to_two_megabytes() -> None:
    raw = noise(4_000, 3_000, quality=92)
    assert len(raw) > MAX_BYTES
    found = check_image(raw)
    assert len(found.data) <= MAX_BYTES
    assert max(found.width, found.height) <= LONG_SIDE
    assert abs(found.width / found.height - 4 / 3) < 0.01


def test_a_drawing_too_large_for_png_becomes_a_photo() -> None:
    found = check_image(noise(1_200, 900, "PNG"))
    assert found.ext == "jpg"
    assert len(found.data) <= MAX_BYTES


def _png_claiming(width: int, height: int) -> bytes:
    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    head = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + chunk(b"IDAT", zlib.compress(b"\0" * 100))
        + chunk(b"IEND", b"")
    )


@pytest.mark.parametrize(
    ("width", "height"), [(8_001, 8_000), (50_000, 50_000), (2**31 - 1, 2**31 - 1), (0, 5)]
)
def test_a_bomb_is_refused_by_its_announced_size(width: int, height: int) -> None:
    assert refused(_png_claiming(width, height)) == "attachment.not_an_image"


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"%PDF-1.7 not a picture",
        b"MZ" + b"\0" * 500,
        b"\xff\xd8\xff\xe0 only the beginning of one",
        picture(200, 200)[:-400],
        noise(200, 200, "PNG")[:-5_000],
        picture(format="GIF"),
        picture(format="BMP"),
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
    ],
)
def test_what_is_no_picture_is_refused(raw: bytes) -> None:
    assert refused(raw) == "attachment.not_an_image"


def test_a_file_beyond_every_camera_is_refused_unread() -> None:
    assert refused(b"\xff\xd8" + bytes(40 * 1024 * 1024)) == "attachment.too_big"


def test_the_same_picture_always_becomes_the_same_bytes() -> None:
    raw = noise(300, 200)
    assert check_image(raw) == check_image(raw)
