"""Laporan behind the window: which papers a person has, what he may choose, masks, the log, numbers, memory."""

from __future__ import annotations

import re
import zipfile
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.services.papers.service import ReportingService
from sidumba_field.services.papers.views import NOBODY, PaperChoice
from tests.helpers.desk import VILLAGE, Office
from tests.helpers.papers import read
from tests.helpers.told import DISTRICT, REGENCY, Told, business

LIST, RECAP, RECEIPT, BLANK = "daftar_umkm", "rekapitulasi", "tanda_terima_berkas", "formulir_kosong"
CARD, MINUTES, SHEET = "kartu_data", "berita_acara_verifikasi", "lembar_pengesahan"
SECRETS = ("pemilik/nik", "pemilik/hp")


def seated(office: Office, role: str = "verifikator_kabupaten", unit: str = REGENCY) -> ReportingService:
    return ReportingService(office.sit("Noor Laila", role, unit))


def pdf_text(service: ReportingService, choice: PaperChoice) -> str:
    shown = service.prepare(choice).show(lambda _rows: True)
    return "\n".join(read(shown.pdf))


def told_rows(told: Told, count: int = 3, state: str = "tervalidasi") -> list[str]:
    rids = [told.business(state) for _ in range(count)]
    told.pull()
    return rids


def squeezed(text: str) -> str:
    return "".join(text.split())


@pytest.mark.parametrize("ending", ["pdf", "xlsx"])
@pytest.mark.parametrize("orientation", ["portrait", "landscape"])
def test_a_masked_list_holds_not_one_hidden_digit(
    office: Office, told: Told, tmp_path: Path, ending: str, orientation: str
) -> None:
    told_rows(told)
    path = tmp_path / f"list.{ending}"
    choice = PaperChoice(LIST, orientation=orientation)
    assert seated(office).prepare(choice).save(path, lambda _rows: True) > 0
    if ending == "pdf":
        text = squeezed("".join(read(path.read_bytes())))
    else:
        with zipfile.ZipFile(BytesIO(path.read_bytes())) as book:
            text = squeezed("".join(book.read(name).decode("utf-8", "replace") for name in book.namelist()))
    for secret in SECRETS:
        value = business()[secret]
        assert value not in text
        assert value[6:-4] not in text or secret != "pemilik/nik"
    assert business()["pemilik/nik"][:6] in text


def test_unmasked_only_with_the_right_and_only_when_asked(office: Office, told: Told) -> None:
    told_rows(told)
    nik = business()["pemilik/nik"]
    verifier = seated(office)
    assert nik not in squeezed(pdf_text(verifier, PaperChoice(LIST)))
    assert nik in squeezed(pdf_text(verifier, PaperChoice(LIST, revealed=True)))
    head = seated(office, "kepala_dinas")
    assert not head.options(PaperChoice(LIST)).may_reveal
    assert nik not in squeezed(pdf_text(head, PaperChoice(LIST, revealed=True)))


def test_reveal_print_and_export_are_logged_without_personal_data(
    office: Office, told: Told, tmp_path: Path
) -> None:
    told_rows(told)
    service = seated(office)
    job = service.prepare(PaperChoice(LIST, revealed=True))
    job.save(tmp_path / "a.pdf", lambda _rows: True)
    job.save(tmp_path / "a.xlsx", lambda _rows: True)
    lines = [line for line in office.store.logged() if line.event in ("reveal", "print", "export")]
    assert [line.event for line in reversed(lines)] == ["reveal", "print", "export"]
    assert all(line.user == office.desk.seat().user.user_id for line in lines)
    assert lines[0].detail["count"] == 3
    assert lines[0].detail["revealed"] is True
    told_all = " ".join(str(dict(line.detail)) for line in lines)
    assert not any(value in told_all for value in (business()["pemilik/nik"], business()["pemilik/nama"]))


def test_a_paper_is_logged_before_it_is_written(office: Office, told: Told, tmp_path: Path) -> None:
    told_rows(told)
    job = seated(office).prepare(PaperChoice(LIST))
    with pytest.raises(SidumbaError) as stopped:
        job.save(tmp_path / "a.pdf", lambda _rows: False)
    assert stopped.value.code == "report.stopped"
    assert [line.event for line in office.store.logged(1)] == ["print"]
    assert list(tmp_path.glob("a.pdf*")) == []


def test_the_list_shows_exactly_the_counted_records_of_the_place(office: Office, told: Told) -> None:
    told_rows(told, 2)
    told.business("tervalidasi", unit="63.11.02.2002")
    told.business("draf")
    told.pull()
    service = seated(office)
    whole = service.prepare(PaperChoice(LIST)).show(lambda _rows: True)
    assert whole.rows == 3
    assert service.prepare(PaperChoice(LIST, unit=VILLAGE)).show(lambda _rows: True).rows == 2
    counts = {row.paper: row.count for row in service.catalogue()}
    assert counts[LIST] == "3 usaha"


def test_what_is_not_validated_carries_a_mark_and_a_warning(office: Office, told: Told) -> None:
    told_rows(told, 2, "terpilah")
    service = seated(office)
    options = service.options(PaperChoice(LIST))
    assert options.warning.startswith("2 data belum selesai divalidasi")
    text = pdf_text(service, PaperChoice(LIST))
    assert "* Belum selesai diverifikasi dan divalidasi." in text
    assert f"{business()['usaha/nama']} *" in " ".join(text.split())


def test_keadaan_per_leaves_out_what_began_later(office: Office, told: Told) -> None:
    told_rows(told, 2)
    service = seated(office)
    early = service.prepare(PaperChoice(LIST, day="2026-01-01")).show(lambda _rows: True)
    assert early.rows == 0
    assert "Tidak ada data." in "".join(read(early.pdf))


def test_the_foot_seals_exactly_the_records_printed(office: Office, told: Told) -> None:
    rid, *_ = told_rows(told, 2)
    service = seated(office)

    def seal() -> str:
        words = "".join(pdf_text(service, PaperChoice(LIST)).split())
        return words.split("SHA-256")[1][:64]

    before = seal()
    assert before == seal()
    told.edit(rid, "Siti Rahmah", **{"usaha/nama": "Warung Baru"})
    told.pull()
    assert before != seal()


def test_every_paper_says_page_and_place_on_every_page(office: Office, told: Told) -> None:
    rids = told_rows(told, 3)
    told.batch(rids)
    told.pull()
    service = seated(office)
    for row in service.catalogue():
        options = service.options(PaperChoice(row.paper))
        if options.empty:
            continue
        shown = service.prepare(options.choice).show(lambda _rows: True)
        pages = read(shown.pdf)
        for number, page in enumerate(pages, start=1):
            assert f"Halaman {number} dari {len(pages)}" in page, row.paper
            assert "kode cetak" in page, row.paper
        assert "PEMERINTAH KABUPATEN" in pages[0]


def test_minutes_count_villages_and_name_the_day_in_words(office: Office, told: Told) -> None:
    rids = [told.business("tervalidasi"), told.business("tervalidasi", unit="63.11.02.2002")]
    told.pull()
    batch = told.batch(rids)
    text = " ".join(pdf_text(seated(office), PaperChoice(MINUTES, subject=batch)).split())
    assert "tanggal dua puluh bulan November tahun dua ribu dua puluh enam" in text
    assert "2 (dua) usaha dari 2 (dua) desa/kelurahan" in text
    assert office.store.records.get(batch).fields["digest"] in squeezed(text)  # type: ignore[union-attr]
    assert "Menunggu TTE" in text


def test_an_uploaded_signed_file_is_named_and_nothing_is_awaited_any_more(office: Office, told: Told) -> None:
    from sidumba_field.services.papers.single import SinglePapers, with_signed
    from sidumba_field.services.subjects import Subjects

    batch = told.batch(told_rows(told, 1))
    service = seated(office)
    assert "Menunggu TTE" in pdf_text(service, PaperChoice(SHEET, subject=batch))
    record = office.store.records.get(batch)
    assert record is not None
    sha = "cd" * 32
    signed = {
        f"@signed/{SHEET}": f"{sha}.pdf",
        f"@signed_by/{SHEET}": "Rahmat",
        f"@signed_at/{SHEET}": "2026-11-20",
    }
    whole = replace(record, fields={**record.fields, **signed})
    data = SinglePapers(office.desk, Subjects(office.desk)).data(office.program, whole, revealed=False)
    after = with_signed(data, whole, SHEET)
    assert not after.unsigned
    assert after.marks == (
        f"Berkas bertanda tangan telah diunggah: Rahmat, 20 November 2026, SHA-256 {sha}.",
    )
    assert with_signed(data, whole, MINUTES) == data


def test_the_receipt_lists_the_handed_over_files_of_who_hands_over(office: Office, told: Told) -> None:
    told_rows(told, 2, "diserahkan")
    desk = office.sit("Siti Rahmah", "admin_desa")
    text = " ".join(pdf_text(ReportingService(desk), PaperChoice(RECEIPT)).split())
    assert "2 (dua) berkas" in text
    assert "Yang menerima, Siti Rahmah" in text or "Siti Rahmah" in text
    stranger = ReportingService(office.sit("Orang Lain", "petugas"))
    assert "0 (nol) berkas" in " ".join(pdf_text(stranger, PaperChoice(RECEIPT)).split())


def test_a_blank_form_asks_every_question_a_person_answers(office: Office) -> None:
    text = " ".join(pdf_text(seated(office), PaperChoice(BLANK)).split())
    definition = office.program.form(office.program.main)
    for path in ("pemilik/nik", "usaha/nama", "usaha/omzet", "pemasaran/metode", "legalitas/nib"):
        assert definition.questions[path].label in text, path
    assert "Diisi hanya kalau 401" in text
    assert "Boleh lebih dari satu." in text
    # What a petugas needs with a pen: when a whole section is left out, a product table with its number, his own name.
    assert "(Dilewati kalau 106: 3, 4, atau 5.)" in text
    assert "Diisi hanya kalau 304: kosong atau kurang dari tahun ini." in text
    assert "505 Produk utama" in text
    assert "506 Foto tempat usaha" in text
    assert "Diisi atau dilewati menurut" not in text
    assert office.desk.seat().user.name not in text.split("Petugas Pendata,")[1].split("Sidumba Field")[0]


def test_every_item_of_the_office_stands_on_the_blank_form(office: Office) -> None:
    definition = office.program.form(office.program.main)
    items = [*definition.questions.values(), *definition.repeats.values()]
    worked_out = {"609"}  # the class of a business: the law's figures decide it
    wanted = {code for item in items if (code := item.sf.get("code", ""))} - worked_out
    words = pdf_text(seated(office), PaperChoice(BLANK)).split()
    assert len(wanted) >= 77
    assert wanted <= set(words)


def test_tables_of_a_recapitulation_are_numbered_as_they_stand(office: Office, told: Told) -> None:
    told_rows(told, 1)
    text = pdf_text(seated(office), PaperChoice(RECAP))
    numbers = [int(n) for n in re.findall(r"(?m)^(\d+)\. [A-Z]", text)]
    assert numbers == list(range(1, len(numbers) + 1))
    assert len(numbers) >= 9


def test_a_list_without_marks_explains_none(office: Office, told: Told) -> None:
    told_rows(told, 2, "tervalidasi")
    assert "Belum selesai diverifikasi" not in pdf_text(seated(office), PaperChoice(LIST))


def test_a_card_stays_on_one_page(office: Office, told: Told) -> None:
    rid, *_ = told_rows(told, 1)
    for size in ("F4", "A4"):
        shown = seated(office).prepare(PaperChoice(CARD, subject=rid, size=size)).show(lambda _rows: True)
        assert shown.pages == 1


def test_choices_are_remembered_per_person_and_paper(office: Office, told: Told) -> None:
    told_rows(told, 1)
    service = seated(office)
    choice = service.options(PaperChoice(LIST)).choice
    assert (choice.size, choice.orientation, choice.right) == ("F4", "landscape", "kepala_dinas")
    service.remember(
        PaperChoice(LIST, size="A4", orientation="portrait", right="operator_server", left=NOBODY)
    )
    again = seated(office).options(PaperChoice(LIST)).choice
    assert (again.size, again.orientation, again.right, again.left) == (
        "A4", "portrait", "operator_server", NOBODY,
    )  # fmt: skip
    other = ReportingService(office.sit("Rahmat", "kepala_dinas", REGENCY)).options(PaperChoice(LIST)).choice
    assert other.size == "F4"
    text = pdf_text(seated(office), PaperChoice(LIST))
    assert "Fahrul Razi" in text
    assert "Rahmat Hidayat" not in text


def test_letters_are_numbered_by_the_year_and_only_used_numbers_count(office: Office, told: Told) -> None:
    told.batch(told_rows(told, 1))
    told.pull()
    service = seated(office)
    first = service.options(PaperChoice(SHEET)).choice
    assert first.number == "500.3/001/DKUKMPP/2026"
    assert service.options(PaperChoice(SHEET)).choice.number == first.number
    service.used_number(first)
    assert service.options(PaperChoice(SHEET)).choice.number == "500.3/002/DKUKMPP/2026"
    service.used_number(PaperChoice(SHEET, number="ditulis tangan"))
    assert service.options(PaperChoice(SHEET)).choice.number == "500.3/002/DKUKMPP/2026"
    assert first.number in pdf_text(service, first)


def test_a_paper_nobody_knows_is_refused(office: Office) -> None:
    with pytest.raises(SidumbaError) as refused:
        seated(office).options(PaperChoice("tidak_ada"))
    assert refused.value.code == "report.unknown"


def test_the_first_rows_are_shown_before_the_whole(office: Office, told: Told) -> None:
    told_rows(told, 3)
    job = seated(office, "admin_kecamatan", DISTRICT).prepare(PaperChoice(LIST))
    assert not job.show(lambda _rows: True, first=True).partial
    many = type(job)(job.paper, job.store, job.make, job.log, job.name, True, 1000)
    assert many.show(lambda _rows: True, first=True).partial


def test_the_minutes_of_a_backup_say_what_the_server_proved(office: Office, told: Told) -> None:
    from sidumba_field.reports import Paper, render_pdf
    from sidumba_field.services.papers.single import SinglePapers
    from sidumba_field.services.subjects import Subjects

    told_rows(told, 1)
    desk = office.sit("Fahrul Razi", "operator_server", REGENCY)
    spec = next(spec for spec in office.program.papers if spec.subject == "period")
    paper = Paper.from_toml(office.program.paper_text(spec.id))
    any_record = office.store.records.get(told_rows(told, 1)[0])
    assert any_record is not None
    proof = {
        "backup_file": "sidumba-2026.sfb",
        "backup_size": "14200000",
        "backup_sha256": "ab" * 32,
        "backup_made_at": "2026-11-20T01:00:00.000Z",
        "backup_proven_at": "2026-11-20T01:05:00.000Z",
        "backup_records": "1204",
        "backup_entries": "9001",
        "backup_files": "310",
    }
    singles = SinglePapers(desk, Subjects(desk))
    for fields, words in (
        (proof, ("14,2 MB", "1.204", "Berhasil dipulihkan", "09.05 WITA")),
        ({}, ("......",)),
    ):
        period = replace(any_record, subject="period", fields=fields, period="2026")
        out = BytesIO()
        render_pdf(paper, singles.data(office.program, period, revealed=False), out)
        text = " ".join("".join(read(out.getvalue())).split())
        assert all(word in text for word in words), text
        assert "Menunggu TTE" not in text  # signed by hand: no file of it is ever uploaded


def acting_head(office: Office, unit: str = REGENCY) -> ReportingService:
    """Somebody sits down who stands in for the head of the office."""
    desk = office.sit("Hj. Norjannah", "kepala_dinas", unit)
    seat = desk.seat()
    grant = {**seat.user.grants[0], "acting_for": "id", "acting_as": "Plt."}
    seat.user = replace(seat.user, grants=(grant,), nip="19740101 200003 2 001")
    office.store.users.upsert(seat.user)
    return ReportingService(desk)


def test_who_stands_in_for_the_head_signs_with_his_own_name(office: Office, told: Told) -> None:
    told_rows(told, 1)
    service = acting_head(office)
    text = " ".join(pdf_text(service, PaperChoice(LIST)).split())
    assert "Plt. Kepala Dinas" in text
    assert "Hj. Norjannah" in text
    assert "NIP 19740101 200003 2 001" in text
    assert "Rahmat Hidayat" not in text
    assert ("kepala_dinas", "Hj. Norjannah, Plt. Kepala Dinas") in service.options(
        PaperChoice(LIST)
    ).officials
    assert "Plt." not in pdf_text(seated(office), PaperChoice(LIST))


def test_a_sheet_names_who_took_the_step_also_when_somebody_else_prints_it(
    office: Office, told: Told
) -> None:
    batch = told.batch(told_rows(told, 1))
    before = pdf_text(acting_head(office), PaperChoice(SHEET, subject=batch))
    assert "Plt. Kepala Dinas" in before
    told.step(batch, "sahkan", "Hj. Norjannah", acting_as="Plt.", acting_for_name="Rahmat Hidayat")
    told.pull()
    text = " ".join(pdf_text(seated(office), PaperChoice(SHEET, subject=batch)).split())
    assert "Plt. Kepala Dinas, Menunggu TTE Hj. Norjannah" in text
    assert "Rahmat Hidayat" not in text
    # Taken back and signed by the head himself: his name again, whoever sits here in his place meanwhile.
    told.step(batch, "batal_sahkan", "Hj. Norjannah", acting_as="Plt.")
    told.step(batch, "sahkan", "Rahmat Hidayat")
    told.pull()
    after = pdf_text(acting_head(office), PaperChoice(SHEET, subject=batch))
    assert "Plt." not in after
    assert "Rahmat Hidayat" in after


def test_any_record_is_found_however_old_it_is(office: Office, told: Told) -> None:
    oldest = told.business(answers={"usaha/nama": "Wadai Sari Manis"})
    for _ in range(51):
        told.business()
    told.pull()
    service = seated(office)
    newest = [rid for rid, _ in service.options(PaperChoice(CARD)).subjects]
    assert oldest not in newest
    assert service.find(CARD, "sari wad") == ((oldest, "Wadai Sari Manis, Siti Aminah, Halong"),)
    assert [rid for rid, _ in service.find(CARD, "")] == newest
    chosen = service.options(PaperChoice(CARD, subject=oldest))
    assert dict(chosen.subjects)[oldest].startswith("Wadai Sari Manis")
    assert chosen.choice.subject == oldest
    assert "Wadai Sari Manis" in pdf_text(service, chosen.choice)


def test_batches_are_found_by_place_and_period(office: Office, told: Told) -> None:
    batch = told.batch(told_rows(told, 1))
    service = seated(office)
    assert [rid for rid, _ in service.find(SHEET, "halong")] == [batch]
    assert service.find(SHEET, "paringin") == ()


def test_a_filled_form_is_signed_by_who_asked_and_who_answered_on_that_day(
    office: Office, told: Told
) -> None:
    """Paper of a village, typed later by its clerk: the clerk did not ask, the owner's son answered."""
    named = {
        "pernyataan/petugas": "Muhammad Arifin",
        "pernyataan/responden": "Ahmad Fauzi",
        "pernyataan/tanggal": "2026-11-03",
    }
    rid = told.business("tervalidasi", answers=named)
    told.pull()
    text = " ".join(pdf_text(seated(office), PaperChoice("formulir_terisi", subject=rid)).split())
    assert "Petugas pendata : Muhammad Arifin" in text
    assert "Halong, 3 November 2026" in text
    end = text.split("Halong, 3 November 2026")[1]
    assert "Muhammad Arifin" in end
    assert "Ahmad Fauzi" in end
    assert "Nor Halimah" not in text


def test_minutes_keep_the_day_of_the_report_also_when_printed_after_the_sign_off(
    office: Office, told: Told
) -> None:
    batch = told.batch(told_rows(told, 1))
    office.clock.advance(3 * 86400)
    told.step(batch, "sahkan", "Rahmat Hidayat")
    told.pull()
    service = seated(office)
    report = " ".join(pdf_text(service, PaperChoice(MINUTES, subject=batch)).split())
    assert "tanggal dua puluh bulan November" in report
    sheet = " ".join(pdf_text(service, PaperChoice(SHEET, subject=batch)).split())
    assert "pada tanggal 23 November 2026" in sheet
