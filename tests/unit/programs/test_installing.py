"""An edited form is checked as a whole before it is installed, and a version that is installed never changes."""

from __future__ import annotations

import csv
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.programs import FormFile, FormShelf, Program, installed, shipped_folder, version_key
from sidumba_field.programs.faults import Fault, Unsound
from sidumba_field.programs.installing import export, inspect, install, prepare, told
from sidumba_field.programs.sheets import read_book
from sidumba_field.programs.xlsform import convert
from tests.helpers.edited_form import Workbook, edited, next_version, raise_version

SAMPLE = "sidumba"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture
def program(tmp_path: Path, cache: Path) -> Program:
    return installed(tmp_path / "forms", cache)[SAMPLE]


def again(tmp_path: Path, cache: Path) -> Program:
    """Return the program as the next start finds it."""
    return installed(tmp_path / "forms", cache)[SAMPLE]


def faults(program: Program, tmp_path: Path, edit: Callable[[Workbook], None]) -> dict[str, Fault]:
    """Return what is wrong with an edited form, by kind; nothing of it is installed."""
    return {fault.kind: fault for fault in every(program, tmp_path, edit)}


def every(program: Program, tmp_path: Path, edit: Callable[[Workbook], None]) -> tuple[Fault, ...]:
    shelf = FormShelf(tmp_path / "forms")
    before = shelf.stamp(program.id)
    with pytest.raises(Unsound) as caught:
        install(program, edited(program, tmp_path / "ubah.xlsx", edit), shelf)
    assert shelf.stamp(program.id) == before
    assert all(fault.file == "ubah.xlsx" for fault in caught.value.faults)
    return caught.value.faults


def test_an_exported_form_that_nobody_edits_is_the_same_form_letter_for_letter(
    program: Program, tmp_path: Path
) -> None:
    out = tmp_path / "formulir.xlsx"
    form = export(program, out)
    assert form.source is not None
    assert convert(out) == convert(form.source)
    one, two = read_book(form.source), read_book(out)
    assert {name: (sheet.heads, [row.cells for row in sheet.rows]) for name, sheet in one.sheets.items()} == {
        name: (sheet.heads, [row.cells for row in sheet.rows]) for name, sheet in two.sheets.items()
    }
    assert prepare(program, out).again


def test_a_form_saved_as_csv_is_read_like_the_workbook(program: Program, tmp_path: Path) -> None:
    book = read_book(next(form.source for form in program.forms.values() if form.source))
    out = tmp_path / "formulir.csv"
    with out.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        for sheet in book.sheets.values():
            writer.writerow([sheet.name])
            writer.writerow(["", *sheet.heads])
            writer.writerows([["", *(row.get(head) for head in sheet.heads)] for row in sheet.rows])
    assert prepare(program, out).again


def test_every_mistake_is_named_at_once_with_sheet_row_column_and_question(
    program: Program, tmp_path: Path
) -> None:
    rows: dict[str, int] = {}

    def edit(book: Workbook) -> None:
        raise_version(book, "versi dua")
        for name, cells in {
            "no_kk": {"bind::sf:class": "rahasia", "constraint": "regex(., 'x'"},
            "pendidikan": {"type": "select_one pendidikann"},
            "kegiatan": {"type": "teks"},
            "tahun_mulai": {"relevant": "${tahun_mulaai} > 3"},
            "omzet": {"bind::sf:warning": "sf:umur(.) > 3"},
            "kbli": {"type": "select_one_from_file kbli2025.csv"},
        }.items():
            rows[name] = book.row("survey", name)
            book.put("survey", rows[name], cells)
        choice = book.row("choices", "2", list_name="jk")
        book.put("choices", choice, {"name": "1"})
        rows["choice"] = choice

    found = faults(program, tmp_path, edit)
    told_of = {kind: (fault.sheet, fault.row, fault.column, fault.name) for kind, fault in found.items()}
    assert told_of == {
        "sf_value": ("survey", rows["no_kk"], "bind::sf:class", "no_kk"),
        "expression": ("survey", rows["no_kk"], "constraint", "no_kk"),
        "list": ("survey", rows["pendidikan"], "type", "pendidikan"),
        "type": ("survey", rows["kegiatan"], "type", "kegiatan"),
        "reference": ("survey", rows["tahun_mulai"], "relevant", "tahun_mulai"),
        "function": ("survey", rows["omzet"], "bind::sf:warning", "omzet"),
        "file_list": ("survey", rows["kbli"], "type", "kbli"),
        "double_choice": ("choices", rows["choice"], "name", ""),
        "version": ("settings", 2, "version", ""),
    }
    for fault in found.values():
        for lang in ("id", "en"):
            text = fault.text(lang)
            assert fault.file in text
            assert str(fault.row) in text
            assert fault.column in text
    assert "kbli2020" in found["file_list"].do()
    assert "pendidikan" in found["list"].do()


def test_names_and_groups_are_checked_row_by_row(program: Program, tmp_path: Path) -> None:
    def edit(book: Workbook) -> None:
        at = book.row("survey", "nama")
        book.insert("survey", at + 1, {"type": "text", "name": "nama", "label::Indonesia (id)": "Lagi"})
        book.insert("survey", at + 2, {"type": "text", "name": "2 kata", "label::Indonesia (id)": "Lagi"})
        book.insert("survey", at + 3, {"type": "text", "label::Indonesia (id)": "Lagi"})
        book.insert("survey", at + 4, {"type": "end_repeat"})
        book.insert("survey", at + 5, {"type": "text", "name": "tanpa_kata"})

    found = faults(program, tmp_path, edit)
    assert {"double_name", "bad_name", "no_name", "group_end", "no_label"} <= set(found)


def test_what_the_rest_of_the_program_needs_may_not_go_away(program: Program, tmp_path: Path) -> None:
    def gone(book: Workbook) -> None:
        raise_version(book, next_version(program))
        book.put("survey", book.row("survey", "rt"), {"name": "rukun_tetangga"})

    moved = every(program, tmp_path, gone)
    assert {(one.kind, one.name, one.params["went"]) for one in moved} == {
        ("moved", "lokasi/rt", "lokasi/rukun_tetangga")
    }
    places = [str(one.params["where"]) for one in moved]
    assert any(place.startswith("program.toml [list") for place in places), places

    def retyped(book: Workbook) -> None:
        raise_version(book, next_version(program))
        book.put("survey", book.row("survey", "rt"), {"type": "date", "constraint": "", "appearance": ""})

    found = faults(program, tmp_path, retyped)
    assert (found["retyped"].name, found["retyped"].params["now"]) == ("lokasi/rt", "date")


def test_a_version_is_immutable_and_a_lower_one_is_refused(
    program: Program, tmp_path: Path, cache: Path
) -> None:
    def other_words(book: Workbook) -> None:
        book.put("choices", book.row("choices", "2", list_name="jk"), {"label::Indonesia (id)": "Wanita"})

    assert set(faults(program, tmp_path, other_words)) == {"version_taken"}

    def older(book: Workbook) -> None:
        other_words(book)
        raise_version(book, next_version(program, -1))

    assert set(faults(program, tmp_path, older)) == {"version_older"}
    newer = next_version(program)

    def raised(book: Workbook) -> None:
        other_words(book)
        raise_version(book, newer)

    shelf = FormShelf(tmp_path / "forms")
    file = edited(program, tmp_path / "ubah.xlsx", raised)
    lines = told(install(program, file, shelf))
    assert '~ pilihan pemilik/jk: "Perempuan" menjadi "Wanita"' in "\n".join(lines)
    after = again(tmp_path, cache)
    assert after.versions[after.main] == (program.main_form[1], newer)
    assert after.main_form == (program.main, newer)
    assert after.content_sha256 != program.content_sha256
    assert after.form(after.main, program.main_form[1]).questions == program.form(program.main).questions
    assert install(after, file, shelf).again
    with pytest.raises(SidumbaError) as caught:
        shelf.add(after.id, _changed(shelf, after, newer))
    assert caught.value.code == "form.version_taken"


def _changed(shelf: FormShelf, program: Program, version: str) -> FormFile:
    kept = shelf.find(program.id, program.main, version)
    assert kept is not None
    return FormFile(kept.form_id, version, kept.title, kept.xml + " ", "a.xlsx", b"")


def test_the_programs_seal_is_the_same_on_every_machine_with_the_same_versions(
    program: Program, tmp_path: Path, cache: Path
) -> None:
    def raised(book: Workbook) -> None:
        raise_version(book, next_version(program))

    file = edited(program, tmp_path / "ubah.xlsx", raised)
    other = tmp_path / "lain"
    install(program, file, FormShelf(tmp_path / "forms"))
    install(installed(other / "forms", cache)[SAMPLE], file, FormShelf(other / "forms"))
    assert again(tmp_path, cache).content_sha256 == again(other, cache).content_sha256


def test_a_damaged_version_keeps_nobody_from_the_others_and_is_healed_by_installing_it_again(
    program: Program, tmp_path: Path, cache: Path
) -> None:
    newer = next_version(program)
    shelf = FormShelf(tmp_path / "forms")
    file = edited(program, tmp_path / "ubah.xlsx", lambda book: raise_version(book, newer))
    install(program, file, shelf)
    kept = shelf.find(program.id, program.main, newer)
    assert kept is not None
    xml = kept.folder / "form.xml"
    whole = xml.read_bytes()
    xml.write_bytes(whole[: len(whole) // 2])
    after = again(tmp_path, cache)
    assert after.main_form == program.main_form
    with pytest.raises(SidumbaError) as caught:
        after.form(after.main, newer)
    assert caught.value.code == "form.damaged"
    install(after, file, shelf)
    assert xml.read_bytes() == whole
    assert again(tmp_path, cache).main_form[1] == newer


@pytest.mark.parametrize("raw", [b"", b"PK\x03\x04 broken", b"not a workbook at all"])
def test_a_file_that_is_no_workbook_is_said_so(program: Program, tmp_path: Path, raw: bytes) -> None:
    file = tmp_path / "rusak.xlsx"
    file.write_bytes(raw)
    with pytest.raises(Unsound) as caught:
        prepare(program, file)
    assert [fault.kind for fault in caught.value.faults] == ["pyxform"]


def test_versions_are_ordered_by_number(program: Program) -> None:
    given = ["2026112010", "2026112009", "9", "10", "1.2", "1.10", "v1", "v2-b"]
    assert sorted(given, key=version_key) == [
        "v1",
        "v2-b",
        "1.2",
        "1.10",
        "9",
        "10",
        "2026112009",
        "2026112010",
    ]


def test_a_broken_program_folder_is_told_as_a_whole(tmp_path: Path) -> None:
    home = tmp_path / "forms"
    shutil.copytree(shipped_folder() / "codebooks", home / "codebooks")
    shutil.copytree(shipped_folder() / SAMPLE, home / SAMPLE)
    folder = home / SAMPLE
    assert inspect(folder) == ()
    toml = folder / "program.toml"
    text = toml.read_text(encoding="utf-8")
    for old, new in (
        ('level = "desa"', 'level = "dusun"'),
        ('posisi = "draf"', 'posisi = "gudang"'),
        ('file = "../codebooks/kbli2020.csv"', 'file = "../codebooks/kbli.csv"'),
    ):
        assert old in text
        text = text.replace(old, new, 1)
    toml.write_text(text, encoding="utf-8", newline="\n")
    form = folder / "umkm.md"
    form.write_text(
        form.read_text(encoding="utf-8").replace("| select_one jk |", "| select_one jkk |", 1),
        encoding="utf-8",
        newline="\n",
    )
    found = inspect(folder)
    places = {(fault.file, fault.sheet, fault.column, fault.name) for fault in found}
    assert ("program.toml", "[roles.petugas]", "level", "") in places
    assert ("program.toml", "[states.draf]", "posisi", "") in places
    assert ("umkm.md", "survey", "type", "jk") in places
    assert len({fault.file for fault in found}) == 3
    toml.write_text("id = sidumba\n", encoding="utf-8")
    (broken,) = inspect(folder)
    assert (broken.kind, broken.file) == ("toml_unreadable", "program.toml")
    assert "line 1" in broken.text()
