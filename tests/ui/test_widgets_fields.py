"""Answer fields: what is typed is cleaned, never refused; what is stored is what the form engine reads."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QApplication, QWidget

from sidumba_field.ui.widgets.code_fields import DateField, NikField, PhoneField
from sidumba_field.ui.widgets.field_base import EditField, FieldState
from sidumba_field.ui.widgets.field_row import FieldRow
from sidumba_field.ui.widgets.text_fields import LongTextField, MoneyField, NumberField, TextField
from tests.helpers.qt import press, settle, show, type_text


@pytest.fixture
def typed(themed: QApplication, qtbot):
    """Types into a fresh field and gives the field back."""

    def make(field: EditField, text: str) -> EditField:
        qtbot.addWidget(field)
        show(field, 240, 34)
        field.setFocus()
        type_text(text)
        return field

    return make


@pytest.mark.parametrize(
    ("field", "keys", "shown", "stored"),
    [
        (MoneyField, "45000000", "45.000.000", "45000000"),
        (MoneyField, "1204", "1.204", "1204"),
        (NumberField, "0", "0", "0"),
        (NumberField, "-1500", "-1.500", "-1500"),
        (NumberField, "dua", "dua", "dua"),
        (NumberField, "4x", "4x", "4x"),
        (NikField, "6311024506880003", "6311 0245 0688 0003", "6311024506880003"),
        (NikField, "63110245068800031", "6311 0245 0688 0003 1", "63110245068800031"),
        (NikField, "631102-4506", "6311 0245 06", "6311024506"),
        (PhoneField, "081251340077", "0812 5134 0077", "081251340077"),
        (PhoneField, "+6281251340077", "0812 5134 0077", "081251340077"),
        (PhoneField, "+1650", "+1650", "+1650"),
        (DateField, "20112026", "20-11-2026", "2026-11-20"),
        (DateField, "1/2/2026", "01-02-2026", "2026-02-01"),
        (DateField, "31022026", "31-02-2026", "31-02-2026"),
        (DateField, "kemarin", "kemarin", "kemarin"),
        (TextField, "Bu Siti", "Bu Siti", "Bu Siti"),
    ],
)
def test_typing_is_cleaned_and_stored(
    typed, field: type[EditField], keys: str, shown: str, stored: str
) -> None:
    made = typed(field("Isian"), keys)
    assert (made.text(), made.value()) == (shown, stored)


@pytest.mark.parametrize(
    ("keys", "stored"),
    [("2,5", "2.5"), ("2.5", "2.5"), ("1250", "1250"), ("1.250,5", "1250.5"), ("0,", "0.")],
)
def test_a_decimal_takes_comma_and_dot(typed, keys: str, stored: str) -> None:
    assert typed(NumberField("Luas", decimals=True), keys).value() == stored


def test_a_decimal_is_grouped_once_it_is_left(typed) -> None:
    field = typed(NumberField("Luas", decimals=True), "1250,5")
    assert field.text() == "1250,5"
    field.clearFocus()
    settle()
    assert (field.text(), field.value()) == ("1.250,5", "1250.5")


@pytest.mark.parametrize("pasted", ["Rp 45.000.000", "Rp45.000.000,00", "45 000 000", "45.000.000,-"])
def test_a_pasted_amount_is_understood(typed, pasted: str) -> None:
    field = typed(MoneyField("Omzet"), "")
    QGuiApplication.clipboard().setText(pasted)
    press("Ctrl+V")
    assert field.value() == "45000000"


def test_a_nik_is_copied_without_its_spaces(typed) -> None:
    field = typed(NikField("NIK"), "6311024506880003")
    press("Ctrl+A", widget=field)
    press("Ctrl+C")
    assert QGuiApplication.clipboard().text() == "6311024506880003"


def test_typing_in_the_middle_of_an_amount_keeps_the_cursor_there(typed) -> None:
    field = typed(MoneyField("Omzet"), "1234567")
    field.setCursorPosition(1)
    type_text("9")
    assert field.text() == "19.234.567"
    assert field.text()[: field.cursorPosition()] == "19"


def test_ctrl_z_takes_typing_back_in_a_formatted_field(typed) -> None:
    field = typed(MoneyField("Omzet"), "450")
    heard: list[str] = []
    field.edited.connect(heard.append)
    press("Ctrl+Z")
    press("Ctrl+Z")
    assert (field.text(), heard) == ("4", ["45", "4"])


def test_every_change_is_told_with_its_stored_value_and_a_shown_value_tells_nothing(typed) -> None:
    field = MoneyField("Omzet")
    heard: list[str] = []
    field.edited.connect(heard.append)
    field.set_value("9000")
    typed(field, "")
    press("End")
    type_text("5")
    assert heard == ["90005"]


def test_a_value_from_outside_shows_formatted(typed) -> None:
    money, date = typed(MoneyField("Omzet"), ""), typed(DateField("Tanggal"), "")
    money.set_value("45000000")
    date.set_value("2026-11-20")
    assert (money.text(), date.text()) == ("45.000.000", "20-11-2026")


@pytest.mark.parametrize("make", [lambda: TextField("Nama"), lambda: LongTextField("Alamat")])
def test_enter_moves_on_and_shift_enter_back_except_where_lines_are_many(themed, qtbot, make) -> None:
    field = make()
    qtbot.addWidget(field)
    show(field)
    field.setFocus()
    told: list[str] = []
    field.committed.connect(lambda: told.append("on"))
    field.backed.connect(lambda: told.append("back"))
    press("Return")
    press("Shift+Return")
    if isinstance(field, LongTextField):
        assert (told, field.value()) == (["on"], "\n")
    else:
        assert told == ["on", "back"]


def test_ctrl_enter_belongs_to_the_screen(themed, qtbot) -> None:
    class Parent(QWidget):
        heard: list[int] = []

        def keyPressEvent(self, event: QKeyEvent) -> None:
            self.heard.append(event.key())

    parent = Parent()
    qtbot.addWidget(parent)
    field = TextField("Nama", parent=parent)
    show(parent, 300, 60)
    field.setFocus()
    press("Ctrl+Return")
    assert parent.heard.count(Qt.Key.Key_Return) == 1


def test_a_partial_nik_counts_and_a_valid_one_shows_its_check(typed) -> None:
    field = typed(NikField("NIK"), "631102450")
    assert field._suffix == "9/16"
    type_text("6880003")
    field.set_valid(True)
    assert (field._suffix, field._checked) == ("", True)


def test_a_message_puts_the_field_into_its_state_and_describes_it(themed, qtbot) -> None:
    field = PhoneField()
    row = FieldRow("Nomor HP", field)
    qtbot.addWidget(row)
    show(row, 800, 40)
    row.set_help("10 sampai 13 angka")
    row.show_message("Kurang angka: baru 9.", "error")
    assert field.accessibleName() == "Nomor HP"
    assert field.accessibleDescription() == "Kurang angka: baru 9."
    assert field.state() is FieldState.ERROR
    row.show_message("")
    assert field.state() is FieldState.REST
    assert field.accessibleDescription() == "10 sampai 13 angka"


def test_the_message_goes_below_where_the_row_is_narrow_and_is_never_cut(themed, qtbot) -> None:
    row = FieldRow("Nomor HP", PhoneField())
    qtbot.addWidget(row)
    holder = QWidget()
    qtbot.addWidget(holder)
    row.show_message(
        "Kurang angka: baru 9, seharusnya 10 sampai 13. Boleh lanjut dulu, nanti diingatkan.", "error"
    )
    show(row, 900, 60)
    assert row.message.x() > row.field.geometry().right()
    show(row, 460, 120)
    assert row.message.y() > row.field.geometry().bottom() - 1
    assert row.message.height() >= row.message.heightForWidth(row.message.width())


def test_nothing_moves_when_a_field_changes_its_state(typed) -> None:
    field = typed(TextField("Nama"), "Kapul")
    before = field.size()
    for state in FieldState:
        field.set_state(state)
        assert field.size() == before
