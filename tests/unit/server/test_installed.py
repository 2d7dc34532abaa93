"""The shipped programs as the server asks them: real forms judge real and hostile content, and never break."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from server_stub.workflow.installed import install
from server_stub.workflow.intake import PATH
from server_stub.workflow.rules import Rules
from sidumba_field import programs
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import FixedClock
from sidumba_field.core.xforms.examiner import Examiner
from tests.helpers import umkm_answers
from tests.helpers.office import NOON

SHA = "ab" * 32
INSTALLED = install(programs.shipped(), FixedClock(NOON))
#: Paths of every form as they are, bent, and as rows, to put nonsense into.
PATHS = sorted(
    path
    for program in programs.shipped().values()
    for form in program.forms.values()
    for path in [*form.definition().questions, *form.definition().repeats]
)


@pytest.fixture(params=sorted(INSTALLED))
def rules(request: pytest.FixtureRequest) -> Rules:
    return INSTALLED[request.param]


def forms(rules: Rules) -> list[tuple[str, str]]:
    return [(form, versions[-1]) for form, versions in rules.versions.items()]


def test_an_empty_form_is_not_complete(rules: Rules) -> None:
    for form, version in forms(rules):
        assert rules.judge(form, version, {}).errors


def test_files_are_found_by_their_question_and_nowhere_else() -> None:
    rules = INSTALLED["sidumba"]
    form, version = forms(rules)[0]
    found = rules.judge(form, version, {"lokasi/foto": f"{SHA}.jpg", "usaha/nama": f"{SHA}.png"})
    assert found.files == (f"{SHA}.jpg",)


def test_a_reason_explains_a_warning() -> None:
    rules = INSTALLED["sidumba"]
    form, version = forms(rules)[0]
    odd = {"pemilik/nik": "6311024101900001", "pemilik/jk": "L"}
    warned = rules.judge(form, version, odd).unexplained
    reasons = {f"@reason/{path}": "Sudah ditanyakan" for path in warned}
    assert rules.judge(form, version, {**odd, **reasons}).unexplained == ()


def test_a_record_of_a_form_version_that_is_gone_is_judged_by_the_newest(rules: Rules) -> None:
    for form, version in forms(rules):
        gone, newest = rules.judge(form, "1900010100", {}), rules.judge(form, version, {})
        # The newest form's sums are not the ones of an older version's answers: those stay as they came.
        assert gone == replace(newest, worked_out={})
    with pytest.raises(SidumbaError, match=r"op\.unknown_form"):
        rules.judge("tidak_ada", "1", {})


def test_every_guard_word_of_the_table_that_is_the_programs_own_is_answered(rules: Rules) -> None:
    words = {word for row in rules.workflow.transitions for word in row.guards}
    form, version = forms(rules)[0]
    assert all(value is False for value in rules.facts(form, version, {}, words).values())


def test_each_row_of_a_repeat_has_its_own_merge_group(rules: Rules) -> None:
    for form, _ in forms(rules):
        for path in PATHS:
            group = rules.group_of(form, path)
            assert group is None or group.startswith(":")


BENT = st.one_of(
    st.sampled_from(PATHS),
    st.sampled_from(PATHS).map(lambda path: path.rsplit("/", 1)[0]),
    st.sampled_from(PATHS).map(lambda path: path + "[r1]"),
    st.sampled_from(PATHS).map(lambda path: path.replace("/", "[r1]/", 1)),
    st.sampled_from(PATHS).map(lambda path: path + "/lagi"),
    st.sampled_from(PATHS).map(lambda path: "@reason/" + path),
    st.just("@answer/x.0"),
)
VALUES = st.one_of(
    st.sampled_from(
        [
            "1",
            "-1",
            "1e400",
            "2026-13-45",
            "ya tidak",
            "99999999999999999999",
            "0",
            f"{SHA}.jpg",
            "6311020101900001",
        ]
    ),
    st.text(st.characters(codec="utf-8", exclude_categories=["Cc", "Cs"]), max_size=12),
)


@settings(max_examples=150)
@given(fields=st.dictionaries(BENT.filter(lambda path: bool(PATH.match(path))), VALUES, max_size=6))
def test_no_content_that_gets_past_the_door_breaks_the_judge(fields: dict[str, str]) -> None:
    for rules in INSTALLED.values():
        for form, version in forms(rules):
            fields = {
                path: value
                for path, value in fields.items()
                if "\ufffe" not in value and "\uffff" not in value
            }
            rules.judge(form, version, fields)
            rules.facts(
                form, version, fields, {word for row in rules.workflow.transitions for word in row.guards}
            )


def test_a_form_that_needs_interviews_is_judged_as_with_an_examiner(monkeypatch: pytest.MonkeyPatch) -> None:
    opened = programs.shipped()["sidumba"]
    quick = install({"sidumba": opened}, FixedClock(NOON))["sidumba"]
    slow = install({"sidumba": opened}, FixedClock(NOON))["sidumba"]
    form, version = opened.main_form
    whole = umkm_answers.full(7)
    required = sorted(
        path for path, one in opened.form(form).questions.items() if one.sf.get("refusable") == "yes"
    )
    bent = [
        whole,
        {**whole, "usaha/omzet": "x", "usaha/skala": "mikro"},
        {path: value for path, value in whole.items() if path not in required},
        {**dict.fromkeys(required, ""), "@why/" + required[0]: "menolak", "lokasi/foto": SHA + ".jpg"},
        {},
    ]
    found = [quick.judge(form, version, fields) for fields in bent]
    monkeypatch.setattr(Examiner, "of", lambda definition: None)
    assert [slow.judge(form, version, fields) for fields in bent] == found
    assert any(one.errors for one in found)
    assert any(one.files for one in found)
