"""Choices: digits choose, arrows move, Space toggles; beyond nine a list with type-to-filter."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QHBoxLayout, QLineEdit, QWidget

from sidumba_field.ui.widgets.choice_list import ChoiceList, choice_field, found_choices
from sidumba_field.ui.widgets.choices import ChoicePills
from sidumba_field.ui.widgets.lookup import LookupField
from sidumba_field.ui.widgets.lookup_list import marked_runs
from tests.helpers.qt import press, settle, show, type_text

SCHOOLS = (("sd", "SD"), ("smp", "SMP"), ("sma", "SMA"))
MONTHS = [(str(n), f"Bulan {n}") for n in range(1, 13)]
TROUBLES = "Modal|Bahan baku|Pemasaran|Tenaga kerja|Alat|Izin|Tempat|Saingan|Angkutan|Tidak ada".split("|")
KBLI = (
    ("10794", "Industri kerupuk, keripik, peyek"),
    ("10710", "Industri roti dan kue"),
    ("47111", "Toko kelontong"),
)


@pytest.fixture
def at_hand(themed: QApplication, qtbot):
    """Shows a field between two others and puts the hands on it."""

    def make(field):
        window = QWidget()
        qtbot.addWidget(window)
        row = QHBoxLayout(window)
        row.addWidget(QLineEdit())
        row.addWidget(field)
        row.addWidget(QLineEdit())
        show(window, 900, 400)
        field.setFocus()
        settle()
        field.holder, field.heard = window, []
        field.edited.connect(field.heard.append)
        return field

    return make


def test_a_digit_chooses_and_another_digit_changes_the_choice(at_hand) -> None:
    pills = at_hand(ChoicePills(SCHOOLS))
    press("2")
    press("3")
    press("9")
    assert (pills.value(), pills.heard) == ("sma", ["smp", "sma"])


def test_arrows_move_and_space_toggles(at_hand) -> None:
    pills = at_hand(ChoicePills(SCHOOLS))
    press("Right")
    assert pills.value() == "", "moving is not choosing"
    press("Space")
    assert pills.value() == "smp"
    press("Space")
    assert pills.value() == ""


def test_backspace_takes_the_answer_back(at_hand) -> None:
    pills = at_hand(ChoicePills(SCHOOLS))
    press("1")
    press("Backspace")
    assert pills.heard == ["sd", ""]


def test_several_answers_are_stored_in_the_order_of_the_choices(at_hand) -> None:
    pills = at_hand(ChoicePills(SCHOOLS, multiple=True))
    press("3")
    press("1")
    assert pills.value() == "sd sma"
    press("3")
    assert pills.value() == "sd"


def test_the_group_is_one_stop_of_tab_at_the_chosen_pill(at_hand) -> None:
    pills = at_hand(ChoicePills(SCHOOLS))
    press("2")
    press("Tab")
    assert isinstance(QApplication.focusWidget(), QLineEdit)
    press("Shift+Tab")
    assert QApplication.focusWidget() is pills.pills()[1]


def test_enter_moves_on(at_hand) -> None:
    pills = at_hand(ChoicePills(SCHOOLS))
    told: list[str] = []
    pills.committed.connect(lambda: told.append("on"))
    pills.backed.connect(lambda: told.append("back"))
    press("Return")
    press("Shift+Return")
    assert told == ["on", "back"]


def test_new_choices_keep_an_answer_that_still_exists(at_hand) -> None:
    pills = at_hand(ChoicePills(SCHOOLS))
    press("2")
    pills.set_choices(SCHOOLS[1:])
    assert pills.value() == "smp"
    pills.set_choices(SCHOOLS[2:])
    assert pills.value() == ""


def test_a_locked_choice_takes_no_key(at_hand) -> None:
    pills = at_hand(ChoicePills(SCHOOLS))
    pills.set_readonly(True)
    pills.pills()[0].click()
    assert pills.value() == ""


def test_more_than_nine_choices_are_a_list_with_type_to_filter(at_hand) -> None:
    assert isinstance(choice_field(SCHOOLS), ChoicePills)
    assert isinstance(choice_field(MONTHS), LookupField)
    field = at_hand(choice_field(MONTHS, multiple=True))
    assert isinstance(field, ChoiceList)
    type_text("12")
    press("Down")
    press("Space")
    assert field.heard == ["12"]


def test_nine_is_the_most_for_pills(themed: QApplication) -> None:
    with pytest.raises(ValueError, match="nine"):
        ChoicePills(MONTHS)


def lookup(**given: object) -> LookupField:
    def search(typed: str) -> list[tuple[str, str]]:
        return [row for row in KBLI if typed.lower() in f"{row[0]} {row[1]}".lower()]

    return LookupField(search, dict(KBLI).get, "KBLI", **given)  # type: ignore[arg-type]


def test_typing_opens_the_list_and_enter_takes_the_first_row(at_hand) -> None:
    field = at_hand(lookup())
    type_text("keri")
    press("Return")
    assert (field.value(), field.text()) == ("10794", "10794  Industri kerupuk, keripik, peyek")
    assert field.heard == ["10794"], "half a word is no answer"


def test_arrows_choose_another_row(at_hand) -> None:
    field = at_hand(lookup())
    type_text("industri")
    press("Down")
    press("Return")
    assert field.value() == "10710"


def test_tab_takes_the_row_under_the_hand_and_goes_on(at_hand) -> None:
    field = at_hand(lookup())
    type_text("toko")
    press("Tab")
    assert field.value() == "47111"
    assert not field.hasFocus()


def test_escape_puts_the_old_answer_back(at_hand) -> None:
    field = at_hand(lookup())
    field.set_value("10710")
    field.selectAll()
    type_text("toko")
    press("Escape")
    assert (field.value(), field.text(), field.heard) == ("10710", "10710  Industri roti dan kue", [])


def test_words_that_name_nothing_stay_and_are_told(at_hand) -> None:
    field = at_hand(lookup())
    told: list[str] = []
    field.unmatched.connect(told.append)
    type_text("zzz")
    press("Tab")
    assert (field.value(), field.text(), told) == ("", "zzz", ["zzz"])


def test_rows_may_come_later_and_late_rows_for_other_words_are_ignored(at_hand) -> None:
    field = at_hand(LookupField(None, lambda _code: None, "Desa"))
    asked: list[str] = []
    field.rows_wanted.connect(asked.append)
    type_text("ka")
    field.offer("k", [("63.11.1", "Kecamatan salah")])
    field.offer("ka", [("63.11.02.2005", "Kapul")])
    press("Return")
    assert asked == ["k", "ka"]
    assert (field.value(), field.text()) == ("63.11.02.2005", "63.11.02.2005  Kapul")


def test_leaving_before_the_rows_came_settles_when_they_come(at_hand) -> None:
    field = at_hand(LookupField(None, lambda _code: None, "Desa"))
    type_text("kapul")
    press("Tab")
    field.offer("kapul", [("63.11.02.2005", "Kapul")])
    assert field.heard == ["63.11.02.2005"]


def test_matched_letters_are_marked() -> None:
    runs = marked_runs("Industri keripik", "keri ind")
    assert [(run.text, bool(run.mark)) for run in runs] == [
        ("Ind", True),
        ("ustri ", False),
        ("keri", True),
        ("pik", False),
    ]


def test_the_choice_that_stands_alone_frees_the_others_and_gives_way_to_them(themed: QApplication) -> None:
    pills = ChoicePills([("a", "A"), ("b", "B"), ("none", "Tidak ada")], multiple=True, exclusive="none")
    pills.toggle("a")
    pills.toggle("b")
    assert pills.value() == "a b"
    pills.toggle("none")
    assert pills.value() == "none"
    pills.toggle("b")
    assert pills.value() == "b"


def test_words_and_enter_take_choices_of_a_long_list_one_after_the_other(at_hand) -> None:
    chosen = at_hand(ChoiceList([(f"v{n}", label) for n, label in enumerate(TROUBLES)], exclusive="v9"))
    chosen.setFocus()
    seen: list[str] = []
    went: list[bool] = []
    chosen.edited.connect(seen.append)
    chosen.committed.connect(lambda: went.append(True))
    type_text("pem")
    press("Return")
    type_text("bahan")
    press("Return")
    assert seen == ["v2", "v1 v2"]
    type_text("tidak")
    press("Return")
    assert chosen.value() == "v9"
    type_text("zzz")
    press("Return")
    assert chosen.value() == "v9"
    assert went == []
    press("Backspace", times=3)
    press("Return")
    assert went == [True]


def test_a_list_offers_the_same_words_first_then_beginnings() -> None:
    some = [("a", "Tidak punya ijazah SD"), ("b", "SD/sederajat"), ("c", "SD")]
    assert [value for value, _ in found_choices(some, "sd")] == ["c", "b", "a"]
