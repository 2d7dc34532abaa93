"""Opening SOP folders: equal to the oracle, sealed, quick the second time, and clear about every mistake."""

from __future__ import annotations

import csv
import shutil
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import FixedClock
from sidumba_field.core.xforms import Interview
from sidumba_field.programs import Program, open_program, shipped, shipped_folder

ORACLE = Path(__file__).resolve().parents[2] / "oracle" / "workflows.csv"
NOON = datetime(2026, 11, 20, 4, 0, tzinfo=UTC)
#: The SOP whose folder these tests copy and break.
SAMPLE = "sidumba"


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def programs(cache: Path) -> dict[str, Program]:
    return shipped(cache=cache)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A copy of the forms that a test may break."""
    home = tmp_path / "forms"
    shutil.copytree(shipped_folder() / "codebooks", home / "codebooks")
    shutil.copytree(shipped_folder() / SAMPLE, home / SAMPLE)
    return home / SAMPLE


def broken(folder: Path, name: str, old: str, new: str) -> SidumbaError:
    path = folder / name
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new, 1), encoding="utf-8", newline="\n")
    with pytest.raises(SidumbaError) as caught:
        open_program(folder)
    return caught.value


def oracle(program: str) -> list[tuple[str, ...]]:
    with ORACLE.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["program"] == program]
    columns = ("subject", "state", "command", "role", "to", "guard", "remark", "sop_step", "clock", "note")
    return [
        tuple(" ".join(sorted(row[c].split())) if c == "guard" else row[c] for c in columns) for row in rows
    ]


def test_every_program_comes_out_equal_to_its_rows_of_the_oracle(programs: dict[str, Program]) -> None:
    assert programs
    for program in programs.values():
        rows = [
            (
                row.subject,
                row.state,
                row.command,
                row.role,
                row.to,
                " ".join(sorted(row.guards)),
                "wajib" if row.remark_required else "",
                row.sop_step,
                "" if row.clock is None else f"{row.clock.amount} {row.clock.unit}",
                row.note,
            )
            for row in program.workflow.transitions
        ]
        assert rows == oracle(program.id)


def test_everything_the_table_names_has_words_in_both_languages(programs: dict[str, Program]) -> None:
    for program in programs.values():
        for row in program.workflow.transitions:
            for lang in ("id", "en"):
                assert program.state(row.to).label(lang)
                assert program.command(row.command).label(lang)
                assert program.command(row.command).past(lang)
                assert program.role_label(row.role, lang) != row.role
        for said in (program.states, program.commands, program.roles, program.guards):
            assert all(spec.words.en and spec.words.en != spec.words.id for spec in said.values())


def test_every_form_speaks_both_languages(programs: dict[str, Program]) -> None:
    for program in programs.values():
        for form_id in program.forms:
            one, two = program.form(form_id), program.form(form_id, lang="en")
            assert one.language_code == "id"
            assert two.language_code == "en"
            for path, question in one.questions.items():
                if question.kind == "calculate":
                    continue
                assert question.label, path
                assert two.questions[path].label, path


def test_the_same_content_has_the_same_seal_and_any_change_another(
    folder: Path, programs: dict[str, Program]
) -> None:
    sealed = programs[SAMPLE].content_sha256
    assert open_program(folder).content_sha256 == sealed
    form = folder / "umkm.md"
    form.write_bytes(form.read_bytes().replace(b"\n", b"\r\n"))
    assert open_program(folder).content_sha256 == sealed
    places = folder.parent / "codebooks" / "wilayah.csv"
    places.write_bytes(places.read_bytes().replace(b"Halong", b"Holang"))
    assert open_program(folder).content_sha256 != sealed


def test_a_second_start_is_quick_and_needs_no_pyxform(programs: dict[str, Program], cache: Path) -> None:
    taken = []
    for _ in range(5):
        began = time.process_time()
        again = shipped(cache=cache)
        taken.append(time.process_time() - began)
    assert {name: one.content_sha256 for name, one in again.items()} == {
        name: one.content_sha256 for name, one in programs.items()
    }
    assert min(taken) < 0.1
    script = (
        "import sys; from pathlib import Path; from sidumba_field.programs import shipped; "
        "shipped(cache=Path(sys.argv[1])); sys.exit(any(name.startswith('pyxform') for name in sys.modules))"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, "-c", script, str(cache)], cwd=root, check=False, timeout=60)
    assert done.returncode == 0


def test_a_broken_toml_is_named_with_its_line(folder: Path) -> None:
    error = broken(folder, "program.toml", 'id = "sidumba"', "id = sidumba")
    assert error.code == "program.unreadable"
    assert "line" in error.params["reason"]


@pytest.mark.parametrize(
    ("old", "new", "where", "field"),
    [
        ('level = "desa"', 'level = "dusun"', "roles.petugas", "level"),
        ('posisi = "draf"', 'posisi = "gudang"', "states.draf", "posisi"),
        ('title = "usaha/nama"', 'title = "usaha/nama_toko"', "list", "usaha/nama_toko"),
        ('"lokasi/prov" = "unit1"', '"lokasi/propinsi" = "unit1"', "prefill", "lokasi/propinsi"),
        ("[states.terpilah]", "[states.terpilih]", "states", "terpilah"),
        ("[commands.verifikasi]", "[commands.periksa]", "commands", "verifikasi"),
        ("first_period", "firstperiod", "program.toml", "firstperiod"),
        ("day = 10", 'day = "sepuluh"', "targets", "day"),
        ('guard = "own"', 'guard = "milik"', "transitions", "guard"),
        ('place = "wilayah"', 'place = "tempat"', "lists", "place"),
        (
            'wilayah = { file = "../codebooks/wilayah.csv"',
            'wilayah = { file = "../../wilayah.csv"',
            "program.toml",
            "file",
        ),
    ],
)
def test_a_wrong_value_is_named_with_table_and_key(
    folder: Path, old: str, new: str, where: str, field: str
) -> None:
    error = broken(folder, "program.toml", old, new)
    assert error.code == "program.bad_value"
    assert where in error.params["where"]
    assert error.params["field"] == field


def test_a_guard_that_is_no_xpath_is_named(folder: Path) -> None:
    asked = "string-length(/data/usaha/kbli)"
    error = broken(folder, "program.toml", f"{asked} = 5", f"{asked} !! 5")
    assert error.code == "form.bad_expression"
    assert "guards.kbli_coded" in error.params["path"]


@pytest.mark.parametrize(
    ("old", "new", "row", "field"),
    [
        ("| select_one jk |", "| select_one jenis_kelamin |", 19, ""),
        ("| text | nik |", "| teks | nik |", 8, "teks"),
        ("${nik_jk} = ''", "${nik_jkk} = ''", 19, "nik_jkk"),
        ("| integer | omzet |", "| integer | kbli |", 64, "kbli"),
    ],
)
def test_a_wrong_row_of_the_form_is_named_with_file_sheet_row_and_field(
    folder: Path, old: str, new: str, row: int, field: str
) -> None:
    error = broken(folder, "umkm.md", old, new)
    assert error.code == "form.unreadable"
    assert (error.params["file"], error.params["sheet"]) == ("umkm.md", "survey")
    assert (error.params["row"], error.params["field"]) == (row, field)


def test_a_wrong_expression_of_the_form_is_named_with_file_question_and_rule(folder: Path) -> None:
    error = broken(folder, "umkm.md", "sf:age(${nik_tgl})", "sf:umur(${nik_tgl})")
    assert error.code == "form.bad_expression"
    assert (error.params["file"], error.params["path"], error.params["rule"]) == (
        "umkm.md",
        "pemilik/nik",
        "sf:reading",
    )


def test_a_missing_folder_or_paper_is_said(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(SidumbaError) as caught:
        open_program(tmp_path / "tidak-ada")
    assert caught.value.code == "program.unreadable"
    error = broken(folder, "program.toml", "reports/formulir_terisi.toml", "reports/tidak_ada.toml")
    assert error.code == "program.unreadable"
    assert error.params["file"] == "reports/tidak_ada.toml"


def test_a_version_that_is_not_installed_is_refused(programs: dict[str, Program]) -> None:
    program = programs[SAMPLE]
    with pytest.raises(SidumbaError) as caught:
        program.form(program.main, "1999")
    assert caught.value.code == "op.unknown_form"


def test_the_programs_own_guards_are_answered_on_a_filled_form(programs: dict[str, Program]) -> None:
    program = programs[SAMPLE]
    fields = {"pemilik/nik": "6311024506880003", "usaha/kbli": "10794"}
    filled = program.interview(program.main, "", fields, FixedClock(NOON))
    assert program.facts(filled) == {"kbli_coded": True, "nik_complete": True}
    empty = program.interview(program.main, "", {"pemilik/nik": "0631102200500017"}, FixedClock(NOON))
    assert program.facts(empty) == {"kbli_coded": False, "nik_complete": False}


def test_words_places_and_figures(programs: dict[str, Program]) -> None:
    program = programs[SAMPLE]
    assert program.place_name("63.11.02.2005") == "Halong"
    assert program.batch_unit("63.11.02.2005") == "63.11.02"
    assert program.visit_place({"lokasi/rt": "003"}) == "RT 003"
    assert program.visit_place({}) == ""
    assert program.group_of(program.main, "lokasi/desa") == program.group_of(program.main, "lokasi/kab")
    assert program.group_of(program.main, "pemilik/nama") is None
    assert program.group_of(program.main, "usaha/kbli") is not None
    assert program.group_of(program.main, "usaha/kbli_kategori") is None, "what is worked out decides nothing"
    assert program.stations()[0] == ("desa", "Desa")
    assert [posisi for posisi, _ in program.stations("en")] == ["desa", "kecamatan", "kabupaten", "kadis"]
    assert program.posisi_label("diajukan_kecamatan") == "Di kecamatan"
    text = program.message("diajukan_kecamatan", count=12, unit="Desa Halong", period="2026", name="Noor")
    assert text.startswith("Assalamualaikum. 12 data UMKM Desa Halong")
    assert program.message("draf") == ""
    assert program.state("-").posisi == "draf"


def test_judging_a_whole_record_takes_a_few_milliseconds(programs: dict[str, Program]) -> None:
    program = programs[SAMPLE]
    clock = FixedClock(NOON)
    begun = Interview(program.form(program.main), {}, program.lookups, clock)
    begun.answer("pemilik/nik", "6311024506880003")
    for path, code in (("prov", "63"), ("kab", "63.11"), ("kec", "63.11.02"), ("desa", "63.11.02.2005")):
        begun.answer(f"lokasi/{path}", code)
    for number in range(5):
        row = begun.add_row("usaha/produk")
        for name, value in (("nama", "P"), ("satuan", "buah"), ("dibuat", str(number)), ("harga", "1000")):
            begun.answer(f"usaha/produk[{row}]/{name}", value)
    fields = begun.fields()
    taken = []
    for _ in range(20):
        began = time.thread_time()
        program.interview(program.main, "", fields, clock).violations()
        taken.append(time.thread_time() - began)
    assert sorted(taken)[10] < 0.01
