"""Filters over lists: which parts go to the index, which are asked row by row, and that both agree."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.xforms import Choice, Interview, LookupQuery
from sidumba_field.core.xforms.itemset import recognise
from sidumba_field.core.xforms.lookup import Row
from sidumba_field.core.xforms.syntax import parse
from sidumba_field.core.xforms.tree import Path
from tests.helpers.md_form import asked, md_form

PLACES = (
    {"code": "63", "name": "Kalimantan Selatan", "level": "1"},
    {"code": "63.11", "name": "Kabupaten Balangan", "level": "2"},
    {"code": "63.11.01", "name": "Juai", "level": "3"},
    {"code": "63.11.02", "name": "Halong", "level": "3"},
    {"code": "64", "name": "Kalimantan Timur", "level": "1"},
)


class Places:
    """The smallest list that keeps the protocol; remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[LookupQuery] = []

    def row(self, code: str) -> Row | None:
        return next((row for row in PLACES if row["code"] == code), None)

    def get(self, code: str, column: str) -> str | None:
        row = self.row(code)
        return None if row is None else row[column]

    def label(self, code: str) -> str | None:
        return self.get(code, "name")

    def rows(self, where: LookupQuery) -> Iterator[Row]:
        self.asked.append(where)
        return iter([row for row in PLACES if where.admits(row)])

    def search(self, where: LookupQuery, typed: str = "", limit: int = 50) -> list[Choice]:
        return [Choice(row["code"], row["name"]) for row in self.rows(where)][:limit]


def form(choice_filter: str) -> str:
    return f"""
    | survey |
    | | type | name | label | choice_filter | parameters |
    | | text | kab | Kab | | |
    | | select_one_from_file tempat.csv | desa | Desa | {choice_filter} | value=code label=name |
    """


def offered(choice_filter: str, kab: str) -> tuple[list[str], LookupQuery]:
    places = Places()
    iv = asked(form(choice_filter), {"kab": kab}, {"tempat": places})
    return [choice.value for choice in iv.choices("desa")], places.asked[-1]


@pytest.mark.parametrize(
    ("choice_filter", "kab", "codes", "row_by_row"),
    [
        ("level = 1", "", ["63", "64"], False),
        ("level = 3 and starts-with(code, concat(${kab}, '.'))", "63.11", ["63.11.01", "63.11.02"], False),
        (
            "starts-with(code, concat(${kab}, '.')) and string-length(code) = 8",
            "63.11",
            ["63.11.01", "63.11.02"],
            False,
        ),
        ("code = ${kab}", "63.11", ["63.11"], False),
        ("${kab} = code", "63.11", ["63.11"], False),
        ("contains(name, ${kab})", "al", ["63", "63.11", "63.11.02", "64"], True),
        ("level = 3 and not(starts-with(name, ${kab}))", "Ju", ["63.11.02"], True),
        ("level < 2", "", ["63", "64"], True),
        ("level = 1 or level = 2", "", ["63", "63.11", "64"], True),
        ("level = 1 and level = 2", "", [], False),
        ("starts-with(code, '63.11') and starts-with(code, '63.11.02')", "", ["63.11.02"], False),
    ],
)
def test_a_filter_lets_the_right_rows_through(
    choice_filter: str, kab: str, codes: list[str], row_by_row: bool
) -> None:
    found, query = offered(choice_filter, kab)
    assert found == codes
    assert (query.accept is not None) == row_by_row


def test_what_does_not_look_at_the_row_is_computed_once() -> None:
    tree = parse("instance('t')/root/item[contains(name, concat(/data/a, 'x')) and level = /data/b + 1]")
    assert isinstance(tree, Path)
    rows = recognise("t", tree.steps[-1].preds)
    assert [part.kind for part in rows.parts] == ["equals"]
    assert len(rows.values) == 2


def test_a_code_outside_the_filter_is_refused_though_the_list_knows_it() -> None:
    places = Places()
    iv = asked(
        form("starts-with(code, concat(${kab}, '.'))"),
        {"kab": "63.11", "desa": "63.11.02"},
        {"tempat": places},
    )
    assert iv.violations() == []
    assert iv.label_of("desa") == "Halong"
    iv.answer("kab", "63.12")
    assert [v.code for v in iv.violations()] == ["choice"]
    assert places.asked == []


def test_an_expression_may_read_a_list() -> None:
    text = """
    | survey |
    | | type | name | label | calculation | choice_filter | parameters |
    | | text | kode | Kode | | | |
    | | select_one_from_file tempat.csv | p | P | | level = 1 | value=code label=name |
    | | calculate | nama | | instance('tempat')/root/item[code = ${kode}]/name | | |
    | | calculate | banyak | | count(instance('tempat')/root/item[starts-with(code, ${kode})]) | | |
    """
    iv = asked(text, {"kode": "63.11"}, {"tempat": Places()})
    assert (iv.value("nama"), iv.value("banyak")) == ("Kabupaten Balangan", "3")
    iv.answer("kode", "99")
    assert (iv.value("nama"), iv.value("banyak")) == ("", "0")


def test_a_form_without_its_list_does_not_begin() -> None:
    with pytest.raises(SidumbaError) as caught:
        Interview(md_form(form("level = 1")), {})
    assert caught.value.code == "form.unknown_lookup"
    assert caught.value.params["name"] == "tempat"
