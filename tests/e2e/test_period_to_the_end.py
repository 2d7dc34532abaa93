"""The end of a round with one datum: a held edit is settled, the code given, the sign-off withdrawn and given again,
the signed paper taken in, the period closed, backed up, proven and presented; the minutes name the real backup."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pypdfium2
import pytest

from server_stub.cli import app
from sidumba_field.services.views import Decided, Refusal
from tests.helpers.server import ServerProcess
from tests.helpers.umkm_answers import typed
from tests.tour.offices import OfficeLaptop
from tests.tour.people import photo, signed_sheet
from tests.tour.stage import TourClock

VILLAGE, REGENCY = "63.11.02.2005", "63.11"
CODE, NOTE = "usaha/kbli", "pernyataan/catatan"
LATE = "Kemasan baru mulai dipakai bulan lalu."
SHEET, SIGNER = "lembar_pengesahan", "Drs. H. Rahmat Hidayat, M.M."
OFFICE = ("admin_desa", "admin_kecamatan", "verifikator_kabupaten", "kepala_dinas", "operator_server")


class Round:
    """Two laptops at one server: the village's, and one where everybody else sits down in turn."""

    def __init__(self, server: ServerProcess, folder: Path) -> None:
        self.server, self.folder, self.clock = server, folder, TourClock()
        people = (("desa", VILLAGE, ("petugas", "admin_desa")), ("kabupaten", REGENCY, OFFICE))
        self.desa, self.office = (
            OfficeLaptop(server, folder / name, name, unit, roles, self.clock) for name, unit, roles in people
        )
        self.desa.set_up()
        self.office.set_up()

    def sit(self, laptop: OfficeLaptop, role: str, *, online: bool = True) -> None:
        """Somebody sits down and, with internet, has everything the server knows."""
        laptop.sit(role)
        if online:
            laptop.send(self.clock)

    def step(self, period: str, command: str) -> None:
        """A step on the period, sent."""
        done = self.office.services.periods.step(period, command)
        assert isinstance(done, Decided), done
        self.office.send(self.clock)


@pytest.fixture
def rounds(tmp_path: Path) -> Iterator[Round]:
    server = ServerProcess.start(tmp_path / "server")
    try:
        found = Round(server, tmp_path)
        yield found
        for laptop in (found.desa, found.office):
            laptop.services.session.lock()
    finally:
        server.stop()


def text_of(path: str) -> str:
    """All words of a PDF; every break of a line or page is one space."""
    document = pypdfium2.PdfDocument(path)
    try:
        pages = [document[number].get_textpage().get_text_range() for number in range(len(document))]
    finally:
        document.close()
    return " ".join(" ".join(pages).split())


def uncoded(one: Round) -> str:
    """A petugas fills a whole form but for the KBLI code, the clerk finds it complete."""
    one.sit(one.desa, "petugas", online=False)
    entry = one.desa.services.entry
    rid = entry.new().rid
    answers = typed(0, VILLAGE)
    del answers[CODE]
    files = [path for path, value in answers.items() if value.endswith(".jpg")]
    entry.answer_all(rid, {path: value for path, value in answers.items() if path not in files})
    for number, path in enumerate(files):
        picture = one.folder / f"{number}.jpg"
        picture.write_bytes(photo(320 + number, 240))
        entry.attach(rid, path, picture)
    assert isinstance(entry.finish(rid), Decided)
    one.desa.send(one.clock)
    one.sit(one.desa, "admin_desa")
    one.desa.decide(rid, "pilah_lengkap", one.clock)
    return rid


def edited_late(one: Round, rid: str) -> None:
    """The clerk edits without internet while the same record is submitted elsewhere; the desk decides on the edit."""
    entry = one.desa.services.entry
    entry.open(rid)
    entry.answer(rid, NOTE, LATE)
    assert isinstance(entry.finish(rid), Decided)
    one.sit(one.office, "admin_desa")
    one.office.decide(rid, "ajukan_kecamatan", one.clock)
    one.desa.send(one.clock)
    one.sit(one.office, "admin_kecamatan")
    waiting = one.office.services.steps.differs(rid)
    assert len(waiting) == 1
    assert isinstance(one.office.services.steps.settle(rid, waiting[0].op, True), Decided)
    one.office.send(one.clock)
    assert one.office.services.steps.differs(rid) == ()


def coded_and_reported(one: Round, rid: str) -> str:
    """Verified, then validated with the code the village did not give; return the batch that was reported."""
    one.office.decide(rid, "verifikasi", one.clock)
    one.office.decide(rid, "ajukan_kabupaten", one.clock)
    one.sit(one.office, "verifikator_kabupaten")
    review = one.office.services.review
    seen = review.open(rid)
    refused = review.decide(rid, "validasi", seen.rev, seen.sha)
    assert isinstance(refused, Refusal), "validated without a code"
    given = {CODE: typed(0, VILLAGE)[CODE]}
    assert isinstance(review.decide(rid, "validasi", seen.rev, seen.sha, given=given), Decided)
    one.office.send(one.clock)
    assert isinstance(review.report_batch(review.queue().offers[0]), Decided)
    one.office.send(one.clock)
    one.sit(one.office, "kepala_dinas")
    return str(review.queue().rows[0].rid)


def signed(one: Round, batch: str) -> None:
    """Signed off, withdrawn with a reason, signed off again; the sheet signed by hand is taken in."""
    services, papers = one.office.services, one.folder / "papers"
    one.office.decide(batch, "sahkan", one.clock)
    seen = services.review.open(batch)
    taken_back = services.review.decide(batch, "batal_sahkan", seen.rev, seen.sha, "Nomor lembar keliru.")
    assert isinstance(taken_back, Decided)
    one.office.send(one.clock)
    one.office.decide(batch, "sahkan", one.clock)
    assert "Menunggu TTE" in text_of(services.reporting.print(SHEET, batch, papers).path)
    scan = one.folder / "scan.jpg"
    scan.write_bytes(signed_sheet())
    day = services.reporting.today().isoformat()
    assert isinstance(services.steps.upload(batch, SHEET, scan, SIGNER, day), Decided)
    one.office.send(one.clock)
    told = text_of(services.reporting.print(SHEET, batch, papers).path)
    assert "Menunggu TTE" not in told
    assert SIGNER in told


def proven(one: Round) -> Path:
    """A backup of the running server, restored beside it and compared."""
    data, file = str(one.server.folder), one.folder / "backup.age"
    for command in (("--out", str(file)), ("prove", str(file))):
        app(["backup", "--data", data, *command], standalone_mode=False)
    return file


def test_a_round_comes_to_its_end(rounds: Round) -> None:
    one = rounds
    rid = uncoded(one)
    edited_late(one, rid)
    batch = coded_and_reported(one, rid)
    signed(one, batch)

    # Closed with nothing left over; a backup of it is proven before the operator may record one.
    one.sit(one.office, "verifikator_kabupaten")
    period = one.office.services.periods.view().periods[0]
    assert (period.listing, period.open_items) == (False, ())
    one.step(period.rid, "tutup")
    file = proven(one)
    one.sit(one.office, "operator_server")
    one.step(period.rid, "cadangkan")
    one.step(period.rid, "sajikan")

    # Screen and minutes tell the backup that really lies there.
    facts = dict(one.office.services.periods.view().periods[0].facts)
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    assert digest[:32] in facts.values()
    made = one.office.services.reporting.print("berita_acara_backup", period.rid, one.folder / "papers")
    told = text_of(made.path)
    assert digest in told.replace(" ", "")
    for word in (file.name, "Berhasil dipulihkan", "Operator Server"):
        assert word in told
    assert "....." not in told.split("berikut.")[1]

    # Every answer stands as it was decided: the late edit taken, the code given at the regency.
    fields = one.office.services.session.desk.seat().store.records.get(rid).fields
    assert (fields[NOTE], fields[CODE]) == (LATE, typed(0, VILLAGE)[CODE])
    assert one.office.services.review.open(rid).posisi == "disahkan"
