"""Laws of the examiner: whatever stands in a record, it says what an interview over the same record says."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sidumba_field import programs
from sidumba_field.core.time import FixedClock
from sidumba_field.core.xforms import FormDefinition, Interview
from sidumba_field.core.xforms.examiner import Examination, Examiner, is_explained, through_interview
from tests.helpers import umkm_answers
from tests.helpers.md_form import NOON, md_form

CLOCK = FixedClock(NOON)
PROGRAMS = programs.shipped()
#: What people, hostile clients and other versions of a form leave in fields.
ODD = [
    *[
        "",
        "x",
        "0",
        "1",
        "-1",
        "12",
        "2",
        "1e3",
        " 7",
        "007",
        "1.50",
        ".5",
        "5.",
        "99999999999999999999",
        "NaN",
    ],
    *["2026-11-20", "2026-11-21", "1990-02-31", "1985-07-01", "2026-11-20T09:00:00.000+08:00", "ya", "tidak"],
    *[
        "ada",
        "a b",
        "b  a",
        "a a",
        "6311024101900001",
        "081234567890",
        "63.11.02.2005",
        "\u00e9\u4e2d",
        "'\"\\",
    ],
]
CALCULATED = """
| survey |
| | type | name | label | relevant | required | constraint | calculation | bind::sf:warning | bind::sf:refusable |
| | integer | a | A | | yes | . >= 0 and . < 100 | | ${b} = '' or . <= ${b} | yes |
| | decimal | b | B | ${a} != 3 | ${a} = 1 | . != 2 or false() | | . mod 2 = 0 | |
| | text | c | C | | | string-length(normalize-space(.)) > 1 and not(contains(., 'z')) | | translate(., 'a', 'b') | |
| | date | d | D | | | . <= today() and . > '1900-01-01' | | sf:age(.) >= 15 | |
| | select_one satu | e | E | selected(${f}, 'a') or ${c} | | | | . = ${c} | |
| | select_multiple satu | f | F | | | count-selected(.) < 3 | | selected-at(., 0) = 'a' | |
| | begin_group | g | G | ${e} = 'a' or ${a} + ${b} > 4 | | | | | |
| | text | h | H | ${c} != 'x' | ${a} | regex(., '[^-]+') | | substring-before(., 'a') = substring-after(., 'b') | |
| | calculate | i | | | | | if(${h} = '', ${a}, concat(${h}, ${b}, -1.5)) | | |
| | end_group | | | | | | | | |
| | calculate | j | | | | | coalesce(${i}, ${b}, 'leer') | | |
| | integer | k | K | | | | round(${b} * 2.5, 1) div 3 | | |
| | calculate | l | | | | | sum(${a} \\| ${b} \\| ${k}) + number(${d}) - (- ${a}) | | |
| | calculate | m | | | | | format-date(date(${d} + 1), '%e %B %Y') | | |
| | calculate | n | | | | | ${a} = ${b} and ${c} = ${h} or ${d} < ${c} | | |
| | calculate | o | | | | | min(${a}, ${b}) <= max(${a}, 7) | | |
| | begin_repeat | r | R | ${a} != 5 | | | | | |
| | text | s | S | | yes | | | | yes |
| | integer | u | U | ${s} != 'x' | | . > ${a} | | . = ${b} | |
| | calculate | v | | | | | ${u} * ${a} + sum(${w}) | | |
| | integer | w | W | | | | | | |
| | end_repeat | | | | | | | | |
| | calculate | y | | | | | sum(${u}) + count(${r}) + count-non-empty(${s}) | | |
| | calculate | z | | | | | concat(join('/', ${s}), string(${y} > 2), boolean(${a}), not(${b})) | | |
| | calculate | z0 | | | | | concat(substr(${c}, 1, 2), '/', substr(${b}, 0), '/', substr(${c}, -1)) | | |
| | calculate | z4 | | | | | concat(substr(${c}, ${a}, 5), upper-case(${c})) | | |
| | calculate | z1 | | | | | concat(selected(${f}, ${e}), selected(${c}, ' b '), count-selected(${c})) | | |
| | calculate | z2 | | | | | number(${c}) + number(${d}) + (${c} - 1) | | |
| | calculate | z3 | | | | | translate(${c}, ${e}, 'z') | | |

| choices |
| | list_name | name | label |
| | satu | a | A |
| | satu | b | B |
| | satu | x | X |
"""
#: Forms that mean more than flat answers can say.
TREES = {
    "the place of a row": """
    | survey |
    | | type | name | label | calculation |
    | | begin_repeat | r | R | |
    | | calculate | n | | position(..) |
    | | text | t | T | |
    | | end_repeat | | | |
    """,
    "rows inside rows": """
    | survey |
    | | type | name | label |
    | | begin_repeat | r | R |
    | | begin_repeat | q | Q |
    | | text | t | T |
    | | end_repeat | | |
    | | end_repeat | | |
    """,
    "choices filtered inside the form": """
    | survey |
    | | type | name | label | choice_filter |
    | | text | a | A | |
    | | select_one satu | b | B | of = ${a} |

    | choices |
    | | list_name | name | label | of |
    | | satu | a | A | x |
    """,
}


def asked(form: FormDefinition, fields: dict[str, str], lookups: dict[str, object]) -> Examination:
    return through_interview(Interview(form, fields, lookups, CLOCK, new=False))  # type: ignore[arg-type]


def same(
    form: FormDefinition, examiner: Examiner, fields: dict[str, str], lookups: dict[str, object]
) -> bool:
    """Hold the two judgements side by side; faults count as a set, for a form may list them in its own order."""
    wanted, found = asked(form, fields, lookups), examiner.examine(fields, lookups, CLOCK)  # type: ignore[arg-type]
    assert sorted(found.faults, key=repr) == sorted(wanted.faults, key=repr)
    assert dict(found.calculated) == dict(wanted.calculated)
    return not found.faults


@pytest.mark.parametrize("program", sorted(PROGRAMS))
def test_the_forms_of_every_shipped_program_are_judged_without_interviews(program: str) -> None:
    for form in PROGRAMS[program].forms.values():
        assert Examiner.of(form.definition()) is not None


def test_whole_records_are_faultless_to_both() -> None:
    opened = PROGRAMS["sidumba"]
    form = opened.form(*opened.main_form)
    examiner = Examiner(form)
    assert all(same(form, examiner, umkm_answers.full(n), dict(opened.lookups)) for n in range(25))


@settings(max_examples=150)
@given(data=st.data())
def test_a_shipped_form_is_judged_alike_whatever_stands_in_it(data: st.DataObject) -> None:
    opened = PROGRAMS[data.draw(st.sampled_from(sorted(PROGRAMS)))]
    form = opened.form(*opened.main_form)
    fields = umkm_answers.full(data.draw(st.integers(0, 500)))
    paths = sorted(
        {*fields, *form.questions, "asing", "usaha/produk[x]/nama", "usaha/produk[x]", "meta/instanceID"}
        | {f"@why/{path}" for path in form.questions}
    )
    change = st.dictionaries(st.sampled_from(paths), st.sampled_from([*ODD, *fields.values()]), max_size=12)
    same(form, Examiner(form), {**fields, **data.draw(change)}, dict(opened.lookups))


SMALL = md_form(CALCULATED)
ROWS = [f"r[{row}]{cell}" for row in ("p", "q", "0192ab") for cell in ("", "/s", "/u", "/v", "/w")]


WHY = [f"@why/{path}" for path in ("a", "c", "h", "r[p]/s", "r/s")]


@settings(max_examples=400)
@given(
    st.dictionaries(
        st.sampled_from([*SMALL.questions, *ROWS, *ROWS, "@reason/a", *WHY]),
        st.sampled_from(ODD),
        max_size=24,
    )
)
def test_every_way_to_write_a_rule_is_judged_alike(fields: dict[str, str]) -> None:
    same(SMALL, EXAMINER, fields, {})


EXAMINER = Examiner(SMALL)


def test_what_a_respondent_may_refuse_is_missing_only_without_his_reason() -> None:
    opened = PROGRAMS["sidumba"]
    form = opened.form(*opened.main_form)
    examiner, whole = Examiner(form), umkm_answers.full(3)
    refusable = [path for path, one in form.questions.items() if one.sf.get("refusable") == "yes"]
    missed = 0
    for path in refusable:
        left = {**whole, path: ""}
        same(form, examiner, {**left, f"@why/{path}": ""}, dict(opened.lookups))
        same(form, examiner, {**left, f"@why/{path}": "menolak"}, dict(opened.lookups))
        faults = [
            examiner.examine(one, opened.lookups, CLOCK).faults
            for one in (left, {**left, f"@why/{path}": "x"})
        ]
        missing = [any((one.path, one.kind) == (path, "required") for one in some) for some in faults]
        assert not missing[1]
        missed += missing[0]
    assert missed, "no question of the form may be refused"


@pytest.mark.parametrize("least", [2, 0])
@pytest.mark.parametrize("most", [3, 0])
def test_tables_have_as_many_rows_as_the_form_wants_where_they_are_asked_for(least: int, most: int) -> None:
    form = md_form(f"""
    | survey |
    | | type | name | label | relevant | bind::sf:minRows | bind::sf:maxRows |
    | | text | a | A | | | |
    | | begin_group | g | G | ${{a}} != 'x' | | |
    | | begin_repeat | r | R | ${{a}} != 'y' | {least or ""} | {most or ""} |
    | | text | t | T | | | |
    | | end_repeat | | | | | |
    | | end_group | | | | | |
    """)
    examiner = Examiner(form)
    for a in ("", "x", "y"):
        for rows in range(5):
            same(form, examiner, {"a": a, **{f"g/r[{row}]": str(row + 1) for row in range(rows)}}, {})


@pytest.mark.parametrize("form", TREES.values(), ids=TREES)
def test_a_form_that_needs_a_tree_is_left_to_interviews(form: str) -> None:
    assert Examiner.of(md_form(form)) is None


def test_a_reason_is_one_only_when_something_is_written() -> None:
    assert is_explained({"@reason/a": "Sudah ditanyakan"}, "a")
    assert not is_explained({"@reason/a": "  "}, "a")
    assert not is_explained({}, "a")
