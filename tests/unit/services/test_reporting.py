"""Printing: who sees what unmasked, which papers there are, and that no paper exists of which the log knows nothing."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pypdfium2
import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import iso
from sidumba_field.services.papers.service import ReportingService
from sidumba_field.words import explain_error
from tests.helpers.desk import VILLAGE, Office
from tests.helpers.told import DISTRICT, REGENCY, Told, person

NIK, MASKED = "6311024506880003", "631102••••••0003"
FORM, CARD, SHEET, MINUTES = "formulir_terisi", "kartu_data", "lembar_pengesahan", "berita_acara_verifikasi"


def printer(office: Office, name: str, role: str, unit: str = VILLAGE) -> ReportingService:
    return ReportingService(office.sit(name, role, unit))


def business(told: Told, state: str = "terpilah") -> str:
    rid = told.business(state)
    told.pull()
    return rid


def words_of(path: str) -> str:
    """All text of a PDF without its spaces: grouped numbers read as one."""
    document = pypdfium2.PdfDocument(path)
    try:
        pages = [document[n].get_textpage().get_text_range() for n in range(len(document))]
    finally:
        document.close()
    return "".join("".join(pages).split())


def prints(office: Office) -> list[tuple[str, object, object]]:
    lines = [line for line in office.store.logged() if line.event == "print"]
    return [(line.user, line.detail["rid"], line.detail["paper"]) for line in lines]


def test_personal_data_is_masked_for_who_may_not_see_it(office: Office, told: Told, tmp_path: Path) -> None:
    """The petugas typed it and the head signs it; on paper both see the first six and last four digits."""
    rid = business(told, "tervalidasi")
    for number, (name, role, unit) in enumerate(
        (("Nor Halimah", "petugas", VILLAGE), ("Rahmat Hidayat", "kepala_dinas", REGENCY))
    ):
        made = printer(office, name, role, unit).print(FORM, rid, tmp_path / str(number))
        text = words_of(made.path)
        assert NIK not in text
        assert MASKED in text
        assert "6311021203150007" not in text
        assert "081251347790" not in text


def test_who_holds_the_right_sees_it_whole(office: Office, told: Told, tmp_path: Path) -> None:
    rid = business(told)
    made = printer(office, "Siti Rahmah", "admin_desa").print(FORM, rid, tmp_path)
    assert NIK in words_of(made.path)
    assert made.pages >= 1
    assert made.sentence == f"Tersimpan: {Path(made.path).name}, {made.pages} halaman."


def test_the_right_is_the_one_over_this_record(office: Office, told: Told, tmp_path: Path) -> None:
    """Admin of the next village, petugas of this one: here he is a petugas."""
    rid = business(told)
    service = printer(office, "Rusdi", "petugas")
    seat = office.desk.seat()
    more = {"role": "admin_desa", "program": office.program.id, "unit": "63.11.02.2002"}
    seat.user = replace(seat.user, grants=(more, *seat.user.grants))
    assert MASKED in words_of(service.print(FORM, rid, tmp_path).path)


def test_the_foot_carries_the_hash_of_exactly_what_was_printed(
    office: Office, told: Told, tmp_path: Path
) -> None:
    rid = business(told)
    record = office.store.records.get(rid)
    assert record is not None
    made = printer(office, "Siti Rahmah", "admin_desa").print(FORM, rid, tmp_path)
    assert made.snapshot_sha256 == record.as_record().content_sha256
    assert made.snapshot_sha256 in words_of(made.path)


def test_every_print_is_logged_with_who_printed_what(office: Office, told: Told, tmp_path: Path) -> None:
    rid = business(told)
    made = printer(office, "Siti Rahmah", "admin_desa").print(FORM, rid, tmp_path)
    assert prints(office) == [(person("Siti Rahmah"), rid, FORM)]
    assert office.store.logged(1)[0].detail["snapshot"] == made.snapshot_sha256


def test_a_paper_nobody_knows_is_refused_and_not_logged(office: Office, told: Told, tmp_path: Path) -> None:
    rid = business(told)
    service = printer(office, "Siti Rahmah", "admin_desa")
    for paper in ("tidak_ada", SHEET, ""):
        with pytest.raises(SidumbaError) as refused:
            service.print(paper, rid, tmp_path / "papers")
        assert refused.value.code == "report.unknown"
    assert prints(office) == []
    assert not (tmp_path / "papers").exists()


def test_papers_are_offered_by_subject_and_state(office: Office, told: Told) -> None:
    rid = business(told, "tervalidasi")
    batch = told.batch([rid])
    service = printer(office, "Noor Laila", "verifikator_kabupaten", REGENCY)
    assert [paper for paper, _ in service.papers(rid)] == [FORM, CARD]
    assert [paper for paper, _ in service.papers(batch)] == [MINUTES, SHEET]
    told.step(batch, "kembalikan_kabupaten", "Rahmat Hidayat")
    told.pull()
    assert service.papers(batch) == []


def test_nobody_prints_what_lies_outside_his_area(office: Office, told: Told, tmp_path: Path) -> None:
    rid = business(told)
    service = printer(office, "Rusdi", "admin_desa", "63.11.02.2002")
    for call in (lambda: service.papers(rid), lambda: service.print(FORM, rid, tmp_path)):
        with pytest.raises(SidumbaError) as refused:
            call()
        assert refused.value.code == "workflow.outside_area"
    assert prints(office) == []


def test_the_sheet_of_a_batch_counts_villages_and_carries_its_digest(
    office: Office, told: Told, tmp_path: Path
) -> None:
    rids = [told.business("tervalidasi"), told.business("tervalidasi", unit="63.11.02.2002")]
    told.pull()
    batch = told.batch(rids, "disahkan")
    made = printer(office, "Fauzi Rahman", "admin_kecamatan", DISTRICT).print(SHEET, batch, tmp_path)
    text = words_of(made.path)
    record = office.store.records.get(batch)
    assert record is not None
    assert made.snapshot_sha256 == record.fields["digest"]
    assert record.fields["digest"] in text
    assert "63.11.02.2002" in text
    assert NIK not in text


def test_a_folder_that_takes_no_file_is_told_kindly(office: Office, told: Told, tmp_path: Path) -> None:
    rid = business(told)
    (tmp_path / "papers").write_text("a file, not a folder", encoding="utf-8")
    with pytest.raises(SidumbaError) as refused:
        printer(office, "Siti Rahmah", "admin_desa").print(FORM, rid, tmp_path / "papers")
    assert refused.value.code == "report.unwritable"
    assert "folder lain" in explain_error(refused.value).text()


def test_a_full_disk_is_called_a_full_disk(
    office: Office, told: Told, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    rid = business(told)
    monkeypatch.setattr("sidumba_field.services.papers.service.save_pdf", full)
    with pytest.raises(SidumbaError) as refused:
        printer(office, "Siti Rahmah", "admin_desa").print(FORM, rid, tmp_path)
    assert refused.value.code == "store.disk_full"


def test_printing_goes_on_when_the_lease_has_run_out(office: Office, told: Told, tmp_path: Path) -> None:
    rid = business(told)
    service = printer(office, "Siti Rahmah", "admin_desa")
    seat = office.desk.seat()
    seat.user = replace(seat.user, lease_until=iso(office.clock.now() - timedelta(days=1)))
    assert service.print(FORM, rid, tmp_path).pages >= 1
