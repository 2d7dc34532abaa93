"""The path of one datum: from a laptop without internet to the signed-off database and one official paper."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest

from sidumba_field.services.views import Decided, Link, Mark
from tests.helpers.server import ServerProcess
from tests.helpers.typist import fill
from tests.tour.offices import LAPTOPS, OfficeLaptop
from tests.tour.people import CORRECTED, RETURN_PATH, RETURN_TEXT, photo
from tests.tour.stage import TourClock


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    process = ServerProcess.start(tmp_path / "server")
    yield process
    process.stop()


def text_of(path: str) -> str:
    document = pypdfium2.PdfDocument(path)
    try:
        pages = [document[number] for number in range(len(document))]
        return "\n".join(page.get_textpage().get_text_range() for page in pages)
    finally:
        document.close()


def test_one_datum(server: ServerProcess, tmp_path: Path) -> None:
    clock = TourClock()
    laptops = {
        name: OfficeLaptop(server, tmp_path / "laptops" / name, name, unit, roles, clock)
        for name, unit, roles in LAPTOPS
    }
    for laptop in laptops.values():
        laptop.set_up()
    desa, kecamatan, kabupaten = laptops["desa"], laptops["kecamatan"], laptops["kabupaten"]

    # A petugas types without internet and hands on; nothing is claimed to be with the server.
    desa.sit("petugas")
    entry = desa.services.entry
    view = entry.new()
    fill(entry, view.rid, photo(640, 480), tmp_path)
    rid = view.rid
    assert isinstance(entry.finish(rid), Decided)
    truth = desa.services.session.truth()
    assert (truth.waiting, truth.received, truth.link) == (1, 0, Link.OFFLINE)

    # Internet: ops and photo arrive, with a receipt.
    outcome = desa.send(clock)
    assert (outcome.sent, outcome.files) == (2, 1)
    assert outcome.receipt.startswith("TT-")
    assert desa.services.session.truth().received == 1

    # Admin desa selects and submits; kecamatan returns one field; it is corrected.
    desa.sit("admin_desa")
    desa.send(clock)
    assert [row.rid for row in desa.services.review.queue().rows] == [rid]
    desa.decide(rid, "pilah_lengkap", clock)
    desa.decide(rid, "ajukan_kecamatan", clock)
    kecamatan.sit("admin_kecamatan")
    kecamatan.send(clock)
    seen = kecamatan.services.review.open(rid)
    assert kecamatan.services.entry.photo(seen.photos[0])
    kecamatan.decide(rid, "kembalikan", clock, {RETURN_PATH: RETURN_TEXT})
    desa.send(clock)
    task = desa.services.home.home().tasks[0]
    assert (task.kind, task.remark) == ("returned", RETURN_TEXT)
    desa.services.entry.answer(rid, RETURN_PATH, CORRECTED)
    assert isinstance(desa.services.entry.finish(rid), Decided)
    desa.send(clock)

    # The verifier sees only what changed, with the old value beside it.
    kecamatan.send(clock)
    again = kecamatan.services.review.open(rid)
    assert [(line.path, line.changed) for line in again.changed] == [(RETURN_PATH, True)]
    kecamatan.decide(rid, "verifikasi", clock)
    kecamatan.decide(rid, "ajukan_kabupaten", clock)

    # Kabupaten validates and reports; the head signs exactly that digest.
    kabupaten.sit("verifikator_kabupaten")
    kabupaten.send(clock)
    kabupaten.decide(rid, "validasi", clock)
    offer = kabupaten.services.review.queue().offers[0]
    assert offer.count == 1
    assert isinstance(kabupaten.services.review.report_batch(offer), Decided)
    kabupaten.send(clock)
    kabupaten.sit("kepala_dinas")
    kabupaten.send(clock)
    batch = kabupaten.services.review.queue().rows[0].rid
    kabupaten.decide(batch, "sahkan", clock)
    assert kabupaten.services.review.open(rid).posisi == "disahkan"

    # The papers carry the hash of what was signed; personal data is masked for who may not see it.
    sheet = kabupaten.services.reporting.print("lembar_pengesahan", batch, tmp_path / "papers")
    assert sheet.snapshot_sha256 in text_of(sheet.path).replace("\r\n", "").replace("\n", "")
    form = kabupaten.services.reporting.print("formulir_terisi", rid, tmp_path / "papers")
    assert "6311024506880003" not in text_of(form.path)

    # The village learns of it, and every mark is true.
    desa.send(clock)
    assert desa.services.entry.open(rid).posisi == "disahkan"
    assert desa.services.entry.open(rid).mark is Mark.RECEIVED
    for laptop in laptops.values():
        laptop.services.session.lock()
