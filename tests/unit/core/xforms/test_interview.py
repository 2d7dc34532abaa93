"""Interviews on small forms: what is shown, remembered, computed, refused and warned."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import FixedClock
from sidumba_field.core.xforms import FormDefinition, Interview, Severity
from tests.helpers.md_form import NOON, asked, md_form

SKIP = """
| survey |
| | type | name | label | relevant | required | calculation |
| | begin_group | usaha | Usaha | | | |
| | text | punya | Punya NIB | | yes | |
| | begin_group | izin | Izin | ${punya} = 'ya' | | |
| | text | nib | NIB | | yes | |
| | text | tempat | Tempat | ${nib} != '' | | |
| | end_group | | | | | |
| | end_group | | | | | |
| | calculate | panjang | | | | string-length(${nib}) |
"""

ROWS = """
| survey |
| | type | name | label | relevant | required | calculation | constraint | constraint_message | bind::sf:maxRows |
| | text | toko | Toko | | | | | | |
| | begin_repeat | produk | Produk | | | | | | 3 |
| | text | nama | Nama | | yes | | | | |
| | integer | harga | Harga | | | | . > 0 | Harga ${nama} harus lebih dari 0. | |
| | integer | banyak | Banyak | ${harga} != '' | | | | | |
| | integer | nilai | Nilai | | | ${harga} * ${banyak} | | | |
| | calculate | nomor | | | | position(..) | | | |
| | calculate | bagian | | | | ${nilai} div ${total} | | | |
| | end_repeat | | | | | | | | |
| | calculate | total | | | | sum(${nilai}) | | | |
| | calculate | jumlah | | | | count(${produk}) | | | |
"""


def test_what_is_not_relevant_is_blank_but_remembered() -> None:
    iv = asked(SKIP)
    iv.answer("usaha/punya", "ya")
    assert iv.relevant("usaha/izin/nib")
    iv.answer("usaha/izin/nib", "9120304567890")
    iv.answer("usaha/izin/tempat", "Paringin")
    assert iv.value("panjang") == "13"
    changed = iv.answer("usaha/punya", "tidak")
    assert {"usaha/izin/nib", "usaha/izin/tempat", "panjang"} <= changed
    assert (iv.value("usaha/izin/nib"), iv.value("panjang")) == ("", "0")
    assert iv.typed("usaha/izin/nib") == "9120304567890"
    assert iv.fields() == {"usaha/punya": "tidak", "panjang": "0"}
    assert iv.violations() == []
    iv.answer("usaha/punya", "ya")
    assert (iv.value("usaha/izin/nib"), iv.value("usaha/izin/tempat")) == ("9120304567890", "Paringin")


def test_an_answer_touches_only_what_depends_on_it() -> None:
    iv = asked(SKIP, {"usaha/punya": "ya", "usaha/izin/nib": "1"})
    iv.violations()
    assert iv.answer("usaha/izin/nib", "12") == {"usaha/izin/nib", "panjang"}
    assert iv.answer("usaha/izin/nib", "12") == frozenset()


def test_required_is_an_error_with_the_engines_sentence_in_form_order() -> None:
    iv = asked(SKIP, {"usaha/punya": "ya"})
    found = iv.violations()
    assert [(v.path, v.kind, v.severity) for v in found] == [("usaha/izin/nib", "required", Severity.ERROR)]
    assert found[0].message == "Belum diisi. Isi dulu sebelum dikirim."
    iv.answer("usaha/punya", "")
    assert [v.path for v in iv.violations()] == ["usaha/punya"]


def test_rows_compute_within_themselves_and_together() -> None:
    iv = asked(ROWS)
    first, second = iv.add_row("produk"), iv.add_row("produk")
    for row, name, price, many in ((first, "Asin", "12000", "400"), (second, "Manis", "13000", "250")):
        iv.answer(f"produk[{row}]/nama", name)
        iv.answer(f"produk[{row}]/harga", price)
        iv.answer(f"produk[{row}]/banyak", many)
    assert [iv.value(f"produk[{row}]/nilai") for row in (first, second)] == ["4800000", "3250000"]
    assert (iv.value("total"), iv.value("jumlah")) == ("8050000", "2")
    assert [iv.value(f"produk[{row}]/nomor") for row in (first, second)] == ["1", "2"]
    changed = iv.answer(f"produk[{second}]/banyak", "0")
    assert f"produk[{first}]/nilai" not in changed
    assert {"total", f"produk[{first}]/bagian"} <= changed
    changed = iv.remove_row("produk", first)
    assert {
        f"produk[{first}]",
        f"produk[{first}]/nama",
        "total",
        "jumlah",
        f"produk[{second}]/nomor",
    } <= changed
    assert (iv.value("jumlah"), iv.value(f"produk[{second}]/nomor")) == ("1", "1")


def test_rows_keep_their_ids_and_order_over_saving() -> None:
    iv = asked(ROWS)
    ids = [iv.add_row("produk") for _ in range(3)]
    for number, row in enumerate(ids):
        iv.answer(f"produk[{row}]/nama", f"P{number}")
    iv.remove_row("produk", ids[1])
    fields = iv.fields()
    assert [fields[f"produk[{row}]"] for row in (ids[0], ids[2])] == ["1", "3"]
    again = Interview(iv.definition, dict(reversed(fields.items())), clock=FixedClock(NOON))
    assert again.rows("produk") == (ids[0], ids[2])
    assert again.fields() == fields
    fourth = again.add_row("produk", "r4")
    assert again.fields()[f"produk[{fourth}]"] == "4"


def test_too_many_rows_and_a_message_with_the_rows_own_words() -> None:
    iv = asked(ROWS)
    rows = [iv.add_row("produk") for _ in range(4)]
    for row in rows:
        iv.answer(f"produk[{row}]/nama", "Asin")
    assert [v.message for v in iv.violations()] == ["Lebih dari 3 baris. Hapus baris yang berlebih."]
    iv.remove_row("produk", rows[3])
    iv.answer(f"produk[{rows[0]}]/harga", "0")
    (only,) = iv.violations()
    assert (only.path, only.message) == (f"produk[{rows[0]}]/harga", "Harga Asin harus lebih dari 0.")


def test_a_wrong_type_is_said_once_and_before_the_constraint() -> None:
    iv = asked(ROWS)
    row = iv.add_row("produk")
    iv.answer(f"produk[{row}]/nama", "Asin")
    iv.answer(f"produk[{row}]/harga", "9,5")
    (only,) = iv.violations()
    assert (only.kind, only.code) == ("type", "int")


def test_unknown_answers_are_kept_but_not_judged_and_unknown_paths_are_refused() -> None:
    iv = asked(SKIP, {"usaha/punya": "tidak", "usaha/lama": "x", "@reason/usaha/punya": "sebab"})
    assert iv.fields()["usaha/lama"] == "x"
    assert iv.explained("usaha/punya")
    iv.answer("@reason/usaha/punya", "")
    assert not iv.explained("usaha/punya")
    for call in (lambda: iv.answer("usaha/lama", "y"), lambda: iv.rows("usaha"), lambda: iv.add_row("x")):
        with pytest.raises(SidumbaError) as caught:
            call()
        assert caught.value.code == "form.unknown_path"


def test_a_warning_stands_apart_from_errors_and_a_suggestion_fills_only_what_is_empty() -> None:
    iv = asked(
        """
        | survey |
        | | type | name | label | calculation | bind::sf:warning | bind::sf:warningMsg | bind::sf:suggest | bind::sf:reading |
        | | text | nik | NIK | | | | | concat('panjang ', string-length(.)) |
        | | text | sapaan | Sapaan | | . = 'Bu' | Bukan Bu, tetapi ${nik}? | if(${nik} = '', '', if(starts-with(${nik}, '4'), 'Bu', 'Pak')) | |
        """  # noqa: E501 - a table row is one line
    )
    assert "sapaan" in iv.answer("nik", "41")
    assert (iv.value("sapaan"), iv.reading("nik")) == ("Bu", "panjang 2")
    iv.answer("nik", "11")
    assert iv.value("sapaan") == "Bu"
    iv.answer("sapaan", "Pak")
    (only,) = iv.violations()
    assert (only.kind, only.severity, only.message) == ("warning", Severity.WARNING, "Bukan Bu, tetapi 11?")
    iv.answer("sapaan", "")
    iv.answer("nik", "42")
    assert iv.value("sapaan") == ""


def test_defaults_belong_to_new_records_only() -> None:
    form = """
    | survey |
    | | type | name | label | default | calculation |
    | | date | tanggal | Tanggal | today() | |
    | | text | negara | Negara | Indonesia | |
    | | text | lain | Lain | | |
    | | calculate | kode | | | once(uuid()) |
    """
    fresh = asked(form)
    assert (fresh.value("tanggal"), fresh.value("negara")) == ("2026-11-20", "Indonesia")
    saved = asked(form, {"lain": "x", "kode": "tetap"})
    assert (saved.value("tanggal"), saved.value("negara"), saved.value("kode")) == ("", "", "tetap")


def test_choices_inside_the_form_follow_their_filter_and_carry_labels() -> None:
    iv = asked(
        """
        | survey |
        | | type | name | label | choice_filter | calculation |
        | | select_one golongan | golongan | Golongan | | |
        | | select_one jenis | jenis | Jenis | gol = ${golongan} | |
        | | select_multiple golongan | minat | Minat | | |
        | | calculate | nama | | | jr:choice-name(${jenis}, '${jenis}') |
        | choices |
        | | list_name | name | label | gol |
        | | golongan | m | Makanan | |
        | | golongan | k | Kriya | |
        | | jenis | kerupuk | Kerupuk udang | m |
        | | jenis | roti | Roti | m |
        | | jenis | anyam | Anyaman | k |
        """
    )
    assert [choice.value for choice in iv.choices("jenis")] == []
    iv.answer("golongan", "m")
    assert [choice.value for choice in iv.choices("jenis")] == ["kerupuk", "roti"]
    assert [choice.value for choice in iv.choices("jenis", typed="udang")] == ["kerupuk"]
    iv.answer("jenis", "kerupuk")
    assert (iv.value("nama"), iv.label_of("jenis"), iv.display("golongan")) == (
        "Kerupuk udang",
        "Kerupuk udang",
        "Makanan",
    )
    iv.answer("golongan", "k")
    assert [(v.path, v.code) for v in iv.violations()] == [("jenis", "choice")]
    iv.answer("jenis", "anyam")
    iv.answer("minat", "m k")
    assert iv.violations() == []
    assert iv.label_of("minat") == "Makanan, Kriya"
    iv.answer("minat", "m x")
    assert [v.path for v in iv.violations()] == ["minat"]


def test_two_languages_in_one_form() -> None:
    form = md_form(
        """
        | survey |
        | | type | name | label::Indonesia (id) | label::English (en) | constraint | constraint_message::Indonesia (id) | constraint_message::English (en) |
        | | begin_group | a | Usaha | Business | | | |
        | | integer | n | Jumlah | Number | . > 0 | Harus lebih dari 0. | Must be above 0. |
        | | end_group | | | | | | |
        | settings |
        | | form_id | version | default_language |
        | | uji | 1 | Indonesia (id) |
        """  # noqa: E501 - a table row is one line
    )
    english = form.in_language("en")
    assert (form.sections[0].label, english.sections[0].label) == ("Usaha", "Business")
    for definition, message in ((form, "Harus lebih dari 0."), (english, "Must be above 0.")):
        iv = Interview(definition, {"a/n": "-1"})
        assert [v.message for v in iv.violations()] == [message]
    with pytest.raises(SidumbaError):
        form.in_language("jv")


def test_questions_that_wait_for_each_other_are_refused_by_name() -> None:
    with pytest.raises(SidumbaError) as caught:
        md_form(
            """
            | survey |
            | | type | name | label | calculation |
            | | text | z | Z | |
            | | calculate | a | | ${b} + 1 |
            | | calculate | b | | ${c} + 1 |
            | | calculate | c | | ${a} + 1 |
            """
        )
    assert caught.value.code == "form.cycle"
    assert caught.value.params["paths"].count("->") == 3


def test_a_group_cannot_depend_on_what_stands_in_it() -> None:
    with pytest.raises(SidumbaError) as caught:
        md_form(
            """
            | survey |
            | | type | name | label | relevant |
            | | begin_group | g | G | ${x} = '1' |
            | | text | x | X | |
            | | end_group | | | |
            """
        )
    assert caught.value.code == "form.cycle"


def test_a_wrong_expression_names_question_rule_and_reason() -> None:
    with pytest.raises(SidumbaError) as caught:
        md_form(
            """
            | survey |
            | | type | name | label | bind::sf:warning |
            | | text | x | X | . > salah(1) |
            """
        )
    assert caught.value.code == "form.bad_expression"
    assert (caught.value.params["path"], caught.value.params["rule"]) == ("x", "sf:warning")


@pytest.mark.parametrize(
    "xml",
    [
        "",
        "<html/>",
        "bukan xml",
        '<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]><x>&e;</x>',
        '<h xmlns="http://www.w3.org/2002/xforms"><model><instance/></model></h>',
    ],
)
def test_what_is_no_form_is_refused_kindly(xml: str) -> None:
    with pytest.raises(SidumbaError) as caught:
        FormDefinition.from_xml(xml)
    assert caught.value.code == "form.unreadable"


def test_a_nested_repeat_counts_its_own_rows() -> None:
    form = """
    | survey |
    | | type | name | label | calculation |
    | | begin_repeat | rumah | Rumah | |
    | | text | kk | KK | |
    | | begin_repeat | orang | Orang | |
    | | integer | umur | Umur | |
    | | calculate | urut | | position(..) |
    | | end_repeat | | | |
    | | calculate | isi | | count(${orang}) |
    | | calculate | tahun | | sum(${umur}) |
    | | end_repeat | | | |
    | | calculate | semua | | count(${orang}) |
    """
    iv = asked(form)
    first, second = iv.add_row("rumah"), iv.add_row("rumah")
    for age in ("40", "12"):
        iv.answer(f"rumah[{first}]/orang[{iv.add_row(f'rumah[{first}]/orang')}]/umur", age)
    iv.answer(f"rumah[{second}]/orang[{iv.add_row(f'rumah[{second}]/orang')}]/umur", "7")
    assert [iv.value(f"rumah[{row}]/isi") for row in (first, second)] == ["2", "1"]
    assert [iv.value(f"rumah[{row}]/tahun") for row in (first, second)] == ["52", "7"]
    assert iv.value("semua") == "3"
    again = Interview(iv.definition, iv.fields(), clock=FixedClock(NOON))
    assert again.fields() == iv.fields()
    iv.remove_row("rumah", first)
    assert iv.value("semua") == "1"


@given(
    st.lists(
        st.tuples(st.sampled_from(["add", "drop", "harga", "banyak", "nama"]), st.integers(0, 5)), max_size=25
    )
)
def test_stepwise_and_at_once_come_to_the_same_record(steps: list[tuple[str, int]]) -> None:
    iv = asked(ROWS)
    for verb, number in steps:
        rows = iv.rows("produk")
        if verb == "add":
            iv.add_row("produk")
        elif rows and verb == "drop":
            iv.remove_row("produk", rows[number % len(rows)])
        elif rows:
            iv.answer(f"produk[{rows[number % len(rows)]}]/{verb}", str(number) if number else "")
    again = Interview(iv.definition, iv.fields(), clock=FixedClock(NOON), new=False)
    assert again.fields() == iv.fields()
    assert again.violations() == iv.violations()


def test_a_calculate_chain_of_a_thousand_is_no_deep_recursion_and_fast() -> None:
    lines = ["| survey |", "| | type | name | label | calculation |", "| | integer | q0 | Q | |"]
    lines += [f"| | calculate | q{n} | | ${{q{n - 1}}} + 1 |" for n in range(1, 1001)]
    iv = Interview(md_form("\n".join(lines)), {"q0": "1"})
    assert iv.value("q1000") == "1001"
    began = time.perf_counter()
    iv.answer("q0", "2")
    assert iv.value("q1000") == "1002"
    assert time.perf_counter() - began < 1.0


def test_an_outer_row_takes_the_judgement_of_its_inner_rows_with_it() -> None:
    """Loaded, not judged yet, and the outer row is removed: nothing inside it is asked about any more."""
    tables = """
    | survey |
    | | type | name | label | required |
    | | begin_repeat | rumah | Rumah | |
    | | text | alamat | Alamat | |
    | | begin_repeat | orang | Orang | |
    | | text | nama | Nama | yes |
    | | end_repeat | | | |
    | | end_repeat | | | |
    """
    saved = {"rumah[a]": "1", "rumah[a]/alamat": "Jl. Pasar", "rumah[a]/orang[b]": "1"}
    iv = asked(tables, saved)
    iv.remove_row("rumah", "a")
    assert iv.violations() == []
