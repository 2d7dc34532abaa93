"""Laws of paper files: what ships is readable and masks what it must, and a mistake is named with its place."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.programs import open_program
from sidumba_field.reports import Paper
from sidumba_field.reports.layouts import LAYOUTS
from sidumba_field.reports.paper import KINDS
from tests.helpers.papers import FORMS, REGISTER

SHIPPED = sorted(FORMS.glob("*/reports/*.toml"))


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_every_shipped_paper_is_readable(path: Path) -> None:
    paper = Paper.from_toml(path.read_text(encoding="utf-8"))
    assert paper.title
    assert paper.geometry.content_width > 300


def test_every_kind_has_a_layout() -> None:
    assert set(LAYOUTS) == KINDS


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_masked_paths_are_items_of_the_programs_form(path: Path) -> None:
    """A renamed item must not fall out of its mask unseen."""
    masks = tomllib.loads(path.read_text(encoding="utf-8")).get("mask", {})
    program = open_program(path.parent.parent)
    known = {item for form in program.forms.values() for item in form.definition().questions}
    assert set(masks) <= known


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: f"{path.parts[-3]}/{path.stem}")
def test_every_answer_a_paper_lists_or_counts_is_an_item_of_the_programs_form(path: Path) -> None:
    paper = Paper.from_toml(path.read_text(encoding="utf-8"))
    program = open_program(path.parent.parent)
    known = {item for form in program.forms.values() for item in form.definition().questions}
    assert paper.paths | {*paper.signed_by.values()} | ({paper.signed_day} - {""}) <= known
    assert set(paper.select.posisi) <= set(program.posisi)
    assert set(paper.select.checked) <= {*program.posisi, *program.states}
    assert set(paper.select.states) <= set(program.states)


def test_the_filled_form_hides_identity_numbers() -> None:
    (path,) = FORMS.glob("*/reports/formulir_terisi.toml")
    paper = Paper.from_toml(path.read_text(encoding="utf-8"))
    assert paper.masks["pemilik/nik"] == "nik"
    assert paper.masks["pemilik/no_kk"] == "nik"


CUT = 'kind = "recap"\ntitle = "x"\n[[cuts]]\ntitle = "t"\nhead = "h"\ncount = "n"\nrows = { by = "@desa" }\n'

BAD = {
    "no TOML at all": ("kind = ", "Invalid value"),
    "unknown kind": ('kind = "poster"\ntitle = "x"', "kind"),
    "no title": ('kind = "decree"', "title"),
    "unknown paper": ('kind = "decree"\ntitle = "x"\npaper = "A5"', "paper"),
    "unknown orientation": ('kind = "decree"\ntitle = "x"\norientation = "up"', "orientation"),
    "stray brace": ('kind = "decree"\ntitle = "x {"', "title"),
    "unknown format": ('kind = "decree"\ntitle = "x"\nintro = ["{a}", "{b:nope}"]', "intro[1]"),
    "misspelt key": ('kind = "decree"\ntitle = "x"\ncolour = "red"', "colour"),
    "a register without table": ('kind = "register"\ntitle = "x"', "table"),
    "a table without columns": ('kind = "register"\ntitle = "x"\n[table]\ntotal = "y"', "table.columns"),
    "unknown column kind": (REGISTER.replace('kind = "money"', 'kind = "gold"'), "table.columns[5].kind"),
    "unknown column key": (
        REGISTER.replace('mask = "nik"', 'mask = "nik", pink = 1'),
        "table.columns[2].pink",
    ),
    "no width": (REGISTER.replace('head = "Desa", width = 25', 'head = "Desa"'), "table.columns[3].width"),
    "zero width": (REGISTER.replace("width = 25", "width = 0"), "table.columns[3].width"),
    "unknown mask": (REGISTER.replace('mask = "nik"', 'mask = "half"'), "table.columns[2].mask"),
    "unknown mask of an answer": ('kind = "filled_form"\ntitle = "x"\n[mask]\n"a/b" = "half"', "mask.a/b"),
    "a signature without role": ('kind = "decree"\ntitle = "x"\n[signatures.right]', "signatures.right.role"),
    "left without right": ('kind = "decree"\ntitle = "x"\n[signatures.left]\nrole = "y"', "signatures.right"),
    "a third signature": (REGISTER + '[signatures.middle]\nrole = "y"', "signatures.middle"),
    "a pair of three": ('kind = "decree"\ntitle = "x"\nfields = [["a", "b", "c"]]', "fields[0]"),
    "a recapitulation without cuts": ('kind = "recap"\ntitle = "x"', "cuts"),
    "a cut without rows": (CUT.replace('rows = { by = "@desa" }', ""), "cuts[0].rows"),
    "a cut that counts nothing": (CUT.replace('count = "n"', ""), "cuts[0].count"),
    "an axis nobody knows": (CUT.replace("@desa", "@dusun"), "cuts[0].rows.by"),
    "bands that fall": (
        CUT.replace('"@desa"', '"a/b", bands = [[5, "x"], [1, "y"]]'),
        "cuts[0].rows.bands[1]",
    ),
    "a sum of nothing": (CUT + 'sums = [{ head = "x" }]', "cuts[0].sums[0].paths"),
    "an unknown choice of records": (REGISTER + '[select]\nwho = "me"', "select.who"),
    "a text that is a number": ('kind = "decree"\ntitle = 5', "title"),
    "a table that is a text": ('kind = "register"\ntitle = "x"\ntable = "y"', "table"),
}


@pytest.mark.parametrize("case", BAD)
def test_a_mistake_in_a_paper_file_is_named_with_its_place(case: str) -> None:
    text, where = BAD[case]
    with pytest.raises(SidumbaError) as caught:
        Paper.from_toml(text)
    assert caught.value.code == "report.unreadable"
    assert where in str(caught.value.params["where"])
