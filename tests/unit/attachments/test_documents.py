"""Scans and documents: kept as they are when they are what they say, a smaller twin only where nothing is lost."""

from __future__ import annotations

import io
import random
from concurrent.futures import ThreadPoolExecutor

import pypdfium2
import pytest
from PIL import Image

from sidumba_field.attachments.documents import check_document, is_pdf, preview
from sidumba_field.attachments.shrinking import GAIN, LOOK, WORTH, shrink
from sidumba_field.core.errors import SidumbaError
from tests.helpers import scans

LIMIT = 25 * 1024 * 1024


def refused(raw: bytes, limit: int = LIMIT) -> SidumbaError:
    with pytest.raises(SidumbaError) as refusal:
        check_document(raw, limit)
    return refusal.value


def size_of(picture: bytes) -> tuple[int, int]:
    with Image.open(io.BytesIO(picture)) as drawn:
        return drawn.size


# ------------------------------------------------------------------------------------------------ what is kept


@pytest.mark.parametrize("raw", [scans.scanned(), scans.letter(), scans.letter(padding=3_000_000)])
def test_a_pdf_is_kept_byte_for_byte(raw: bytes) -> None:
    found = check_document(raw, LIMIT)
    assert (found.data, found.ext) == (raw, "pdf")
    assert found.pages == (2 if raw is scans.scanned() else 1)


@pytest.mark.parametrize(("raw", "ext"), [(scans.page(), "jpg"), (scans.page(60, format="PNG"), "png")])
def test_a_scan_without_anything_but_its_points_is_kept_byte_for_byte(raw: bytes, ext: str) -> None:
    found = check_document(raw, LIMIT)
    assert (found.data, found.ext, found.pages) == (raw, ext, 1)


def test_place_and_owner_of_a_camera_do_not_travel_and_no_point_is_lost() -> None:
    buffer = io.BytesIO()
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "Telepon Bu Siti"
    Image.new("RGB", (80, 40), "red").save(buffer, format="JPEG", exif=exif)
    found = check_document(buffer.getvalue(), LIMIT)
    with Image.open(io.BytesIO(found.data)) as again:
        assert (again.size, dict(again.getexif())) == ((40, 80), {})
    assert b"Bu Siti" not in found.data


def test_a_large_scan_stays_as_large_as_it_is() -> None:
    noise = Image.frombytes("RGB", (1600, 1200), random.Random(1).randbytes(1600 * 1200 * 3))
    buffer = io.BytesIO()
    noise.save(buffer, format="PNG")
    raw = buffer.getvalue()
    assert len(raw) > 5_000_000
    assert check_document(raw, LIMIT).data == raw


def test_too_big_is_told_with_both_sizes() -> None:
    raw = scans.letter(padding=5_000)
    error = refused(raw, 4_000)
    assert (error.code, error.params) == ("attachment.too_big", {"size": len(raw), "limit": 4_000})


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"%PDF-1.7\nsurat\n%%EOF\n",
        b"%PDF-1.7 nothing behind it",
        scans.scanned()[:-600],
        b"PK\x03\x04 a spreadsheet",
        b"<html>masuk dulu</html>",
        scans.page()[:5_000],
        b"GIF89a",
    ],
)
def test_what_is_no_document_is_refused_before_it_is_kept(raw: bytes) -> None:
    assert refused(raw).code == "attachment.not_a_document"
    assert preview(raw, 100) == b""
    assert shrink(raw.ljust(WORTH + 1, b"\0")) is None, "and nobody is asked about it"


# ------------------------------------------------------------------------------------------------ the smaller twin


def test_a_scanned_pdf_is_offered_smaller_with_every_page_as_large_as_before() -> None:
    raw, seen = scans.scanned(pages=3), []
    found = shrink(raw, lambda done, total: seen.append((done, total)))
    assert found is not None
    assert seen == [(1, 3), (2, 3), (3, 3)]
    assert len(found.data) <= len(raw) * GAIN
    assert (found.ext, check_document(found.data, LIMIT).pages) == ("pdf", 3)
    document = pypdfium2.PdfDocument(found.data)
    assert [document.get_page_size(n) for n in range(3)] == [(595.0, 842.0)] * 3
    document.close()
    for picture in (found.before, found.after):
        assert max(size_of(picture)) == LOOK


def test_the_same_scan_gives_the_same_twin() -> None:
    first, second = shrink(scans.scanned(1)), shrink(scans.scanned(1))
    assert first is not None
    assert first == second, "so that it travels once"


def test_a_scanned_picture_is_offered_smaller() -> None:
    raw = scans.page(300, 95)
    found = shrink(raw)
    assert found is not None
    assert len(found.data) <= min(len(raw) * GAIN, 2 * 1024 * 1024)
    assert not is_pdf(found.data)


@pytest.mark.parametrize(
    "raw",
    [
        scans.letter(padding=2_000_000),
        scans.scanned() + b"\n%/ByteRange [0 1 2 3]\n%%EOF\n",
        scans.page(60),
    ],
    ids=["with words", "signed electronically", "small enough"],
)
def test_nothing_is_offered_that_would_lose_something_or_is_not_worth_it(raw: bytes) -> None:
    assert shrink(raw) is None


def test_a_search_that_is_stopped_offers_nothing() -> None:
    seen: list[int] = []
    assert shrink(scans.scanned(3), lambda done, total: seen.append(done), lambda: bool(seen)) is None
    assert seen == [1]


def test_several_threads_draw_one_after_the_other() -> None:
    with ThreadPoolExecutor(4) as pool:
        drawn = set(pool.map(lambda _: preview(scans.scanned(), 200), range(8)))
    assert len(drawn) == 1
    assert drawn != {b""}
