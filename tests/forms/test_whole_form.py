"""The office's list of questions, 101 to 1103, held against the form: nothing is missing, nothing has other choices.

``ITEMS`` is the list itself: code -> parts as (kind, number of choices; 0 where they come from a file or there are
none). A part that stands several times (six older permits) is written once with how often.
"""

from __future__ import annotations

import re
from collections import Counter

import pytest

from sidumba_field.core.xforms import FormDefinition, Interview, Question, Repeat, Severity
from tests.bench.businesses import CLOCK, judged, program
from tests.helpers import umkm_answers

Part = tuple[str, int]
TEXT, WHOLE, NUMBER, DAY = ("text", 0), ("int", 0), ("decimal", 0), ("date", 0)
FILE, PLACE, MOMENT, POINT, HIDDEN = (
    ("binary", 0),
    ("lookup", 0),
    ("datetime", 0),
    ("geopoint", 0),
    ("calculate", 0),
)


def one(count: int) -> Part:
    return ("select_one", count)


def many(count: int) -> Part:
    return ("select_multiple", count)


PAPER: list[Part] = [one(3), TEXT, DAY, DAY, FILE]
OLD_PAPER: list[Part] = [one(2), TEXT, DAY, DAY, FILE]
ITEMS: dict[int, list[Part]] = {
    101: [PLACE] * 4,
    102: [TEXT] * 3,
    103: [TEXT],
    104: [POINT],
    105: [DAY, TEXT],
    106: [one(5)],
    107: [one(2)],
    201: [TEXT],
    202: [TEXT],
    203: [TEXT] * 3,
    204: [TEXT, DAY],
    205: [one(2)],
    206: [TEXT] * 3 + [PLACE] * 2 + [one(2)],
    207: [TEXT] * 2,
    208: [one(10)],
    209: [one(4)],
    210: [one(2), many(4)],
    211: [one(3)],
    212: [WHOLE],
    213: [one(4), one(2)],
    301: [TEXT],
    302: [TEXT] * 3,
    303: [one(10)],
    304: [WHOLE],
    305: [one(4)],
    306: [one(5)],
    307: [one(6)],
    308: [one(5)],
    309: [NUMBER],
    310: [one(3)],
    401: PAPER,
    402: PAPER,
    403: [many(7), *OLD_PAPER * 6],
    404: PAPER,
    405: PAPER,
    406: PAPER,
    407: PAPER,
    408: PAPER,
    409: PAPER,
    501: [TEXT],
    502: [PLACE],
    503: [PLACE, HIDDEN],
    504: [one(7)],
    505: [TEXT, TEXT, WHOLE, WHOLE, WHOLE],
    506: [FILE] * 2,
    601: [WHOLE],
    602: [WHOLE],
    603: [many(11)],
    604: [WHOLE] * 4,
    605: [WHOLE, one(7)],
    606: [WHOLE],
    607: [WHOLE] * 2,
    608: [one(4)],
    609: [one(4)],
    701: [WHOLE] * 2,
    702: [WHOLE] * 3,
    703: [WHOLE] * 2,
    704: [one(3)],
    801: [one(6)],
    802: [one(3)],
    803: [one(4), one(5)],
    804: [NUMBER, TEXT, one(4)],
    805: [one(4)],
    901: [many(9)],
    902: [one(6)],
    903: [many(7)],
    904: [TEXT],
    905: [many(4)],
    1001: [one(3), TEXT, WHOLE, WHOLE],
    1002: [one(6)],
    1003: [one(2), TEXT, WHOLE, WHOLE],
    1004: [one(2), TEXT, TEXT],
    1005: [many(7)],
    1006: [many(11)],
    1007: [many(6)],
    1101: [one(2), HIDDEN, MOMENT],
    1102: [TEXT, FILE, FILE],
    1103: [TEXT],
}
#: Starred in the list: the form is not sent without an answer when the interview took place.
STARRED = (
    "101 102 103 105 106 201 203 204 205 206 207 208 211 212 301 302 303 304 305 306 307 401 501 502 504 505 506 602 "
    "605 606 701 702 901 903 1001 1006 1101"
)
#: Health, finances of a person and minors (UU 27/2022 Pasal 4).
SPECIFIC = ("210", "601", "602", "603", "604", "605", "606", "607", "703", "1001")
BLANK = {"pendataan/hasil": "lengkap"}


def form(lang: str = "id") -> FormDefinition:
    return program().form(*program().main_form, lang)


def coded() -> dict[int, list[Question]]:
    """Questions by item; columns of a table belong to the item of the table."""
    found: dict[int, list[Question]] = {}
    for section in form().sections:
        for item in section.items:
            if isinstance(item, Repeat):
                found.setdefault(int(item.sf["code"]), []).extend(item.columns)
            elif item.sf.get("code"):
                found.setdefault(int(item.sf["code"]), []).append(item)
    for question in form().questions.values():
        if question.kind == "calculate" and question.sf.get("code"):
            found.setdefault(int(question.sf["code"]), []).append(question)
    return found


def test_the_list_has_78_items_and_the_form_has_each() -> None:
    assert len(ITEMS) == 78
    assert sorted(coded()) == sorted(ITEMS)


@pytest.mark.parametrize("code", ITEMS)
def test_an_item_has_the_parts_and_choices_of_the_list(code: int) -> None:
    have = Counter((q.kind, len(q.choices)) for q in coded()[code])
    assert have == Counter(ITEMS[code])


@pytest.mark.parametrize("code", [int(code) for code in STARRED.split()])
def test_what_the_list_stars_must_be_answered(code: int) -> None:
    path = "usaha/produk" if code == 505 else ""
    if path:
        assert form().repeats[path].min_rows == 1
        assert form().repeats[path].max_rows == 5
        return
    interview = judged(dict(BLANK))
    required = [q.path for q in coded()[code] if "produk/" not in q.path and interview.required(q.path)]
    filled = [q.path for q in coded()[code] if interview.value(q.path)]
    assert required or filled, coded()[code]


def test_every_question_says_what_kind_of_personal_data_it_is() -> None:
    for question in form().questions.values():
        if question.kind not in ("note", "calculate"):
            assert question.sf.get("class") in ("umum", "spesifik"), question.path
    for code in SPECIFIC:
        parts = [q for q in coded()[int(code)] if q.kind not in ("calculate",) and not q.has_calculate]
        assert all(q.sf.get("class") == "spesifik" for q in parts), code


def test_every_question_and_choice_speaks_both_languages() -> None:
    english = form("en")
    for path, question in form().questions.items():
        if question.kind == "calculate":
            continue
        other = english.questions[path]
        assert question.label, path
        assert other.label, path
        assert bool(question.hint) == bool(other.hint), path
        assert [c.value for c in question.choices] == [c.value for c in other.choices]
        assert all(c.label for c in (*question.choices, *other.choices)), path


def test_sentences_for_people_are_short() -> None:
    """At most fourteen words in a sentence, keys aside (the notice that is read out follows the law instead)."""
    texts = [q.hint for q in form().questions.values()]
    texts += [
        one_bind.sf[key]
        for one_bind in form().binds.values()
        for key in ("warningMsg",)
        if key in one_bind.sf
    ]
    for text in texts:
        for sentence in re.split(r"(?<=[.:;]) ", text):
            assert len(sentence.split()) <= 14, sentence


@pytest.mark.parametrize("outcome", ["tidak_ada", "menolak", "tutup"])
def test_when_nobody_answered_only_where_when_by_whom_and_why_is_asked(outcome: str) -> None:
    interview = judged({"pendataan/hasil": outcome})
    asked = {
        int(q.sf["code"])
        for q in form().questions.values()
        if q.sf.get("code")
        and "/produk/" not in q.path
        and "bantuan/" not in q.path
        and interview.relevant(q.path)
    }
    assert asked == {101, 102, 103, 104, 105, 106, 107, 1102, 1103}
    assert not interview.asks_rows("usaha/produk")
    assert interview.required("pernyataan/catatan")


def test_an_incomplete_interview_needs_who_what_and_where_and_a_note() -> None:
    interview = judged({"pendataan/hasil": "sebagian"})
    missing = {v.path for v in interview.violations() if v.kind == "required" and "produk" not in v.path}
    assert "pernyataan/catatan" in missing
    assert {"pemilik/nik", "pemilik/nama", "usaha/nama", "usaha/alamat", "usaha/kegiatan"} <= missing
    assert missing.isdisjoint(
        {"keuangan/modal", "keuangan/penjualan", "usaha/omzet", "lokasi/foto", "pemilik/hp"}
    )


REFUSABLE = [path for path, q in form().questions.items() if q.sf.get("refusable") == "yes"]


def test_money_health_and_contact_may_be_refused_and_nothing_that_names_the_business() -> None:
    assert {"usaha/omzet", "keuangan/modal", "keuangan/penjualan", "pemilik/hp"} <= set(REFUSABLE)
    assert set(REFUSABLE).isdisjoint(
        {"pemilik/nik", "pemilik/nama", "usaha/nama", "pernyataan/setuju", "lokasi/desa"}
    )


@pytest.mark.parametrize("path", REFUSABLE)
def test_a_refused_answer_is_no_fault_where_the_form_allows_it(path: str) -> None:
    fields = {key: value for key, value in umkm_answers.typed(1).items() if key != path}
    interview = judged(fields)
    was = [v for v in interview.violations() if v.path == path and v.severity is Severity.ERROR]
    interview.answer(f"@why/{path}", "menolak")
    assert [v for v in interview.violations() if v.path == path and v.severity is Severity.ERROR] == []
    interview.answer(f"@why/{path}", "")
    assert [v for v in interview.violations() if v.path == path and v.severity is Severity.ERROR] == was


@pytest.mark.parametrize("path", ["pemilik/nik", "usaha/nama", "usaha/kegiatan"])
def test_a_refusal_does_not_help_where_the_form_does_not_allow_it(path: str) -> None:
    fields = {key: value for key, value in umkm_answers.typed(1).items() if key != path}
    interview = judged(fields | {f"@why/{path}": "menolak"})
    assert [v.kind for v in interview.violations() if v.path == path] == ["required"]


def test_suggestions_follow_and_leave_with_their_reason() -> None:
    interview = Interview(form(), {}, program().lookups, CLOCK)
    interview.answer("pemilik/nik", "6311024506880003")
    assert interview.suggested() == {"pemilik/tgl_lahir", "pemilik/jk"}
    interview.answer("pemilik/nik", "")
    assert "pemilik/jk" in interview.unsuggest("pemilik/jk")
    assert interview.value("pemilik/jk") == ""
    assert interview.unsuggest("pemilik/nama") == frozenset()


@pytest.mark.parametrize("start", range(0, 60, 20))
def test_sample_answers_are_whole_without_a_fault_and_worked_out_as_the_form_does(start: int) -> None:
    for n in range(start, start + 20):
        fields = umkm_answers.full(n)
        interview = judged(fields)
        assert interview.violations() == []
        assert interview.fields() == fields
        assert judged(umkm_answers.typed(n)).fields() == fields


def test_sample_answers_reach_every_item_and_leave_nothing_open_that_applies() -> None:
    seen: set[int] = set()
    for n in range(400):
        for path in umkm_answers.typed(n):
            template = re.sub(r"\[[^]]*\]", "", path)
            question = form().questions.get(template)
            if question is not None:
                seen.add(
                    int(
                        question.sf.get("code") or 505
                        if "produk" in template
                        else question.sf.get("code", 1003)
                    )
                )
    assert set(ITEMS) - seen <= {609}
    assert {umkm_answers.full(n)["usaha/skala"] for n in range(400)} >= {"mikro", "kecil", "menengah"}
