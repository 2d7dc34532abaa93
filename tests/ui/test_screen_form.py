"""Isi Formulir by keyboard alone: what is typed arrives, in order, once; nothing jumps under the hands."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QApplication

from sidumba_field.core.errors import SidumbaError
from sidumba_field.ui.screens.form.fields import ItemRow
from sidumba_field.ui.screens.search_targets import search_targets
from sidumba_field.ui.widgets.field_base import FieldState
from tests.helpers.fake_form import FakeForm
from tests.helpers.qt import press, settle, type_text, wait_until
from tests.helpers.screens import Laptop, laptop

__all__ = ["laptop"]


def row(laptop: Laptop, path: str) -> ItemRow:
    """A row that must be there."""
    found = laptop.form.body.row(path)
    assert found is not None, path
    return found


def go(laptop: Laptop, path: str) -> ItemRow:
    """Put the hands on a question."""
    assert laptop.form.body.go_to(path)
    return row(laptop, path)


@pytest.fixture
def form(laptop: Laptop) -> Laptop:
    """The returned record of the design picture in hand."""
    laptop.sign_in(1)
    laptop.open_form("k1")
    return laptop


def test_a_whole_form_is_typed_without_a_mouse(laptop: Laptop) -> None:
    laptop.sign_in(1)
    press("Ctrl+N")
    wait_until(lambda: laptop.window.current_screen() == "form")
    laptop.idle()
    assert laptop.form.body.here() == "pemilik/nama"
    typed = ("Siti Aminah", "", "05061988", "Jl. Kapul 12", "3", "6311024506880003", "081251347788")
    for text in typed:
        type_text(text)
        press("Return")
    press("3")  # pendidikan: SMP
    press("Return")
    type_text("10794")
    laptop.idle()
    press("Return")
    for product in (
        ("Keripik singkong", "bungkus", "400", "12000"),
        ("Keripik balado", "bungkus", "250", "13000"),
    ):
        for cell in product:
            type_text(cell)
            press("Return")
        laptop.idle()
    press("Return")  # out of the empty ghost row
    for text in ("8000000", "Keripik Bu Siti", "2016"):
        type_text(text)
        press("Return")
    for digit in ("1", "2"):
        press(digit)
        press("Return")
    press("Return")  # merek, boleh kosong
    press("1")
    press("3")
    press("Return")  # the number is asked once the store knows that there is one
    type_text("1204003126789")
    press("Return")
    for text in ("0", "2", "12000000"):
        type_text(text)
        press("Return")
    for digits in ("2", "12", "2"):
        for digit in digits:
            press(digit)
        press("Return")
    laptop.form.body.file_chosen.emit("foto/tempat", Path("rumah.jpg"))
    press("Return")
    type_text("-2.2345 115.6271 0 0")
    press("Return")
    press("1")
    press("Ctrl+Return")
    wait_until(lambda: laptop.services.office.named("finish") != [])
    fields = laptop.services.entry.forms["n1"].fields
    assert fields["pemilik/lahir"] == "1988-06-05"
    assert fields["pemilik/nik"] == "6311024506880003"
    assert fields["pemilik/pendidikan"] == "3"
    assert fields["usaha/kbli"] == "10794"
    assert fields["legal/izin"] == "1 3"
    assert fields["pasar/cara"] == "1 2"
    assert fields["nyata/benar"] == "1"
    assert [fields[f"produk[{r}]/nama"] for r in ("n1", "n2")] == ["Keripik singkong", "Keripik balado"]
    assert [fields[f"produk[{r}]/harga"] for r in ("n1", "n2")] == ["12000", "13000"]
    wait_until(lambda: "diserahkan" in laptop.window.toast.text())


def test_the_first_remark_of_a_returned_record_gets_the_hands(form: Laptop) -> None:
    assert form.form.body.here() == "usaha/omzet"
    assert QApplication.focusWidget() is row(form, "usaha/omzet").field


def test_tersimpan_is_said_only_with_the_time_of_the_store(form: Laptop) -> None:
    form.services.office.gate = threading.Event()
    before = form.window.desk.form.saved_at
    go(form, "pemilik/nama")
    type_text("Aminah")
    press("Return")
    settle(50)
    assert form.window.desk.form.saved_at == before
    form.services.office.gate.set()
    form.idle()
    assert form.window.desk.form.saved_at == form.services.entry.forms["k1"].saved_at != before


def test_an_answer_is_saved_while_the_hand_rests_and_when_it_leaves(form: Laptop) -> None:
    go(form, "pemilik/nama")
    type_text("Ami")
    wait_until(lambda: ("pemilik/nama", "Ami") in form.answers(), 1500)
    type_text("nah")
    press("Tab")
    form.idle()
    assert form.answers()[-1] == ("pemilik/nama", "Aminah")


def test_a_choice_is_saved_at_once(form: Laptop) -> None:
    go(form, "pemilik/pendidikan")
    press("4")
    form.idle()
    assert form.saved("pemilik/pendidikan") == "4"


def test_one_save_is_under_way_and_the_newest_answer_wins(form: Laptop) -> None:
    form.services.office.gate = threading.Event()
    go(form, "pemilik/pendidikan")
    for digit in "1245":
        press(digit)
    go(form, "usaha/bentuk")
    press("2")
    settle(30)
    assert len(form.services.office.named("answer")) == 1
    form.services.office.gate.set()
    form.idle()
    assert form.answers() == [("pemilik/pendidikan", "1"), ("pemilik/pendidikan", "5"), ("usaha/bentuk", "2")]


def test_what_comes_back_never_overwrites_what_is_being_typed(form: Laptop) -> None:
    form.services.office.delay = 0.15
    name = go(form, "pemilik/nama")
    type_text("Ami")
    settle(430)
    type_text("nah Binti Saleh")
    settle(300)
    assert name.value() == "Aminah Binti Saleh"
    assert name.field.cursorPosition() == len("Aminah Binti Saleh")  # type: ignore[attr-defined]
    form.idle()
    assert form.saved("pemilik/nama") == "Aminah Binti Saleh"


def test_everything_typed_is_handed_on_before_the_screen_is_left(form: Laptop) -> None:
    go(form, "pemilik/nama")
    type_text("Hamidah")
    press("Ctrl+1")
    form.idle()
    assert form.window.current_screen() == "home"
    assert form.saved("pemilik/nama") == "Hamidah"


def test_the_window_closes_only_when_everything_typed_is_in_the_store(form: Laptop) -> None:
    form.services.office.delay = 0.2
    go(form, "pemilik/nama")
    type_text("Hamidah")
    form.window.close()
    assert form.window.isVisible()
    wait_until(lambda: not form.window.isVisible())
    assert form.saved("pemilik/nama") == "Hamidah"


def test_locking_hands_on_what_is_typed_first(form: Laptop) -> None:
    go(form, "pemilik/nama")
    type_text("Hamidah")
    press("Ctrl+Shift+L")
    wait_until(lambda: form.window.current_screen() == "login")
    form.idle()
    assert form.saved("pemilik/nama") == "Hamidah"
    names = [call[0] for call in form.calls]
    assert names.index("answer") < names.index("lock")


def test_an_error_stands_beside_its_field_and_f8_goes_there(form: Laptop) -> None:
    press("F8")
    phone = row(form, "pemilik/hp")
    assert form.form.body.here() == "pemilik/hp"
    assert phone.row.message.text().startswith("Kurang angka: baru 10")
    assert phone.field.accessibleDescription().startswith("Kurang angka")
    press("Ctrl+A")
    type_text("081251347788")
    press("Return")
    form.idle()
    assert phone.row.message.text() == ""


def test_f6_walks_the_empty_questions_and_comes_around(form: Laptop) -> None:
    seen = []
    for _ in range(5):
        press("F6")
        seen.append(form.form.body.here())
    assert seen[:3] == ["usaha/tempat", "foto/tempat", "nyata/benar"]
    assert seen[3] == "produk[r3]/harga"
    assert seen[4] == "usaha/tempat"


def test_f7_goes_to_the_remark_of_the_verifier(form: Laptop) -> None:
    go(form, "pemilik/nama")
    press("F7")
    assert form.form.body.here() == "usaha/omzet"


def test_f2_takes_the_reason_for_a_warning(form: Laptop) -> None:
    turnover = go(form, "usaha/omzet")
    assert turnover.field.property("state") == FieldState.WARNING.value
    press("F2")
    type_text("Panen raya")
    press("Return")
    form.idle()
    assert form.services.office.named("explain") == [("explain", "k1", "usaha/omzet", "Panen raya")]
    assert turnover.row.message.text() == "Alasan: Panen raya"
    assert QApplication.focusWidget() is turnover.field


def test_a_reason_left_unconfirmed_is_not_lost(form: Laptop) -> None:
    go(form, "usaha/omzet")
    press("F2")
    type_text("Panen raya")
    form.window.show_screen("home")
    form.idle()
    assert form.services.office.named("explain") == [("explain", "k1", "usaha/omzet", "Panen raya")]


def test_enter_and_shift_enter_walk_the_questions(form: Laptop) -> None:
    go(form, "pemilik/alamat")
    press("Return")
    assert form.form.body.here() == "pemilik/rt"
    press("Shift+Return", times=2)
    assert form.form.body.here() == "pemilik/lahir"


def test_tab_goes_where_enter_goes(form: Laptop) -> None:
    go(form, "legal/izin")
    press("1")
    press("Tab")
    form.idle()
    assert form.form.body.here() == "tenaga/laki"
    press("Shift+Tab")
    form.idle()
    assert form.form.body.here() == "legal/izin"
    press("1")
    press("Tab")
    form.idle()
    assert form.form.body.here() == "legal/nib"


def test_enter_waits_for_the_answer_that_decides_what_is_asked_next(form: Laptop) -> None:
    go(form, "legal/izin")
    press("1")
    form.idle()
    assert form.saved("legal/izin") == "3"
    form.form.body.patient.set_patience(10_000)
    gate = form.services.office.gate = threading.Event()
    press("1")
    press("Return")
    type_text("1204")
    assert form.form.body.here() == "legal/izin"
    gate.set()
    form.idle()
    assert form.form.body.here() == "legal/nib"
    press("Return")
    form.idle()
    assert form.saved("legal/nib") == "1204"
    assert form.saved("legal/izin") == "1 3"


def test_enter_does_not_wait_longer_than_a_hand_would_notice(form: Laptop) -> None:
    go(form, "usaha/nama_usaha")
    gate = form.services.office.gate = threading.Event()
    type_text("Keripik")
    press("Return")
    type_text("2016")
    wait_until(lambda: form.form.body.here() == "usaha/mulai", 2000)
    assert row(form, "usaha/mulai").value() == "2016"
    gate.set()
    form.idle()
    assert form.saved("usaha/nama_usaha") == "Keripik"


def test_a_shortcut_never_overtakes_what_was_typed_before_it(form: Laptop) -> None:
    go(form, "nyata/benar")
    form.form.body.patient.set_patience(10_000)
    gate = form.services.office.gate = threading.Event()
    press("1")
    press("Return")
    type_text("Rumah ada di belakang pasar.")
    press("Ctrl+Down")
    gate.set()
    form.idle()
    assert form.saved("nyata/catatan") == "Rumah ada di belakang pasar."


def test_ctrl_arrows_walk_the_sections(form: Laptop) -> None:
    go(form, "pemilik/alamat")
    press("Ctrl+Down")
    assert form.form.body.here() == "usaha/kbli"
    assert form.form.sections.current_key() == "usaha"
    press("Ctrl+Up")
    assert form.form.body.here() == "pemilik/nama"


def test_ctrl_z_takes_the_last_answer_back_even_under_the_hands(form: Laptop) -> None:
    place = go(form, "usaha/bentuk")
    press("3")
    form.idle()
    assert form.saved("usaha/bentuk") == "3"
    press("Ctrl+Z")
    form.idle()
    assert form.saved("usaha/bentuk") == "1"
    assert place.value() == "1"


def test_a_row_typed_faster_than_the_store_is_whole_afterwards(form: Laptop) -> None:
    form.services.office.delay = 0.1
    table = form.form.body.table("produk")
    assert table is not None
    form.form.body.go_to("produk[r3]/harga")
    type_text("9000")
    press("Return")
    for cell in ("Rengginang", "bungkus", "90", "7000"):
        type_text(cell)
        press("Return")
    form.idle()
    fields = form.services.entry.forms["k1"].fields
    assert fields["produk[r3]/harga"] == "9000"
    assert {k: v for k, v in fields.items() if k.startswith("produk[n1]")} == {
        "produk[n1]": "4",
        "produk[n1]/nama": "Rengginang",
        "produk[n1]/satuan": "bungkus",
        "produk[n1]/dibuat": "90",
        "produk[n1]/harga": "7000",
    }
    assert [shown.row_id for shown in table.table.rows()] == ["r1", "r2", "r3", "n1"]


def test_ctrl_d_copies_a_row_and_ctrl_del_removes_it_with_a_way_back(form: Laptop) -> None:
    form.form.body.go_to("produk[r1]/nama")
    press("Ctrl+D")
    form.idle()
    assert form.saved("produk[n1]/nama") == "Keripik singkong asin"
    form.form.body.go_to("produk[r2]/nama")
    press("Ctrl+Del")
    form.idle()
    assert form.saved("produk[r2]") == ""
    assert form.window.toast.text() == "Baris 2 dihapus"
    form.window.toast.undo()
    form.idle()
    assert form.saved("produk[r2]/nama") == "Keripik balado"


def test_finishing_with_something_wrong_goes_to_the_first_problem(form: Laptop) -> None:
    press("Ctrl+Return")
    wait_until(lambda: form.window.banner_text() != "")
    assert form.form.body.here() == "pemilik/hp"
    assert form.window.banner_text().startswith("Belum bisa diserahkan")
    assert form.window.current_screen() == "form"


def test_a_question_that_is_no_longer_asked_leaves_and_comes_back(form: Laptop) -> None:
    number = row(form, "legal/nib")
    assert number.isVisibleTo(form.form)
    go(form, "legal/izin")
    press("1")
    form.idle()
    assert not number.isVisibleTo(form.form)
    press("1")
    form.idle()
    assert row(form, "legal/nib").isVisibleTo(form.form)


def test_a_save_that_fails_is_told_with_the_next_step_and_the_words_stay(form: Laptop) -> None:
    form.services.office.broken["answer"] = SidumbaError("store.disk_full")
    name = go(form, "pemilik/nama")
    type_text("Hamidah")
    press("Return")
    wait_until(lambda: form.window.banner_text() != "")
    assert name.value() == "Hamidah"


def test_ctrl_s_says_since_when_everything_is_saved(form: Laptop) -> None:
    go(form, "pemilik/pendidikan")
    press("4")
    form.idle()
    press("Ctrl+S")
    assert form.window.toast.text() == f"Sudah tersimpan {form.window.desk.form.saved_at}."


def test_help_follows_the_question_and_brings_last_years_answer(form: Laptop) -> None:
    go(form, "usaha/omzet")
    press("Ctrl+'")
    form.idle()
    assert form.saved("usaha/omzet") == "30000000"
    assert row(form, "usaha/omzet").field.text() == "30.000.000"  # type: ignore[attr-defined]


def test_f1_hides_help_where_it_stands_and_floats_it_where_it_does_not(form: Laptop) -> None:
    assert form.form.help.isVisible()
    press("F1")
    assert not form.form.help.isVisible()
    press("F1")
    form.window.resize(1093, 543)
    settle()
    assert not form.form.help.isVisible()
    press("F1")
    assert form.form.help.isVisible()


def test_a_locked_record_says_why_and_takes_no_typing(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = FakeForm.view
    monkeypatch.setattr(
        FakeForm,
        "view",
        lambda self: replace(whole(self), editable=False, why_locked="Data ada di kecamatan."),
    )
    laptop.sign_in(1)
    laptop.open_form("k1")
    go(laptop, "pemilik/nama")
    type_text("Hamidah")
    press("Return")
    laptop.idle()
    assert laptop.answers() == []
    assert not laptop.form.finish_button.isVisible()


def test_a_signed_record_is_corrected_as_a_new_one_with_one_key(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch
) -> None:
    whole = FakeForm.view
    signed = {"editable": False, "why_locked": "Data ini disahkan.", "may_begin_again": True}
    monkeypatch.setattr(
        FakeForm, "view", lambda self: replace(whole(self), **(signed if self.rid == "k1" else {}))
    )
    laptop.sign_in(1)
    laptop.open_form("k1")
    named = {target.key for target in search_targets(laptop.window)}
    assert "act-again" in named, "Ctrl+K finds it too"
    press("Ctrl+Shift+N")
    laptop.idle()
    assert laptop.services.office.named("begin_again") == [("begin_again", "k1")]
    assert laptop.window.desk.form.rid == "n1"
    press("Ctrl+Shift+N")
    laptop.idle()
    assert len(laptop.services.office.named("begin_again")) == 1, "a draft is simply typed in"


def test_nothing_of_the_form_goes_to_the_clipboard_by_itself(form: Laptop) -> None:
    QGuiApplication.clipboard().clear()
    go(form, "pemilik/nik")
    press("Ctrl+A")
    assert QGuiApplication.clipboard().text() == ""


def test_locking_waits_for_every_answer_that_is_still_in_line(form: Laptop) -> None:
    form.services.office.delay = 0.1
    for path, digit in (("usaha/bentuk", "2"), ("usaha/tempat", "3"), ("uang/kur", "1")):
        go(form, path)
        press(digit)
    press("Ctrl+Shift+L")
    wait_until(lambda: form.window.current_screen() == "login", 5000)
    names = [call[0] for call in form.calls]
    assert names.count("answer") == 3
    assert names.index("lock") > max(at for at, name in enumerate(names) if name == "answer")


def test_a_cell_that_is_still_open_is_handed_on_when_the_screen_is_left(form: Laptop) -> None:
    form.form.body.go_to("produk[r3]/harga")
    type_text("9000")
    form.window.show_screen("home")
    form.idle()
    assert form.saved("produk[r3]/harga") == "9000"


def test_a_cell_that_is_still_open_is_handed_on_when_the_window_closes(form: Laptop) -> None:
    form.form.body.go_to("produk[r3]/harga")
    type_text("9000")
    form.window.close()
    wait_until(lambda: not form.window.isVisible())
    assert form.saved("produk[r3]/harga") == "9000"


def test_an_answer_the_laptop_could_not_save_goes_again_with_the_next(form: Laptop) -> None:
    form.services.office.broken["answer"] = SidumbaError("store.busy")
    go(form, "pemilik/nama")
    type_text("Hamidah")
    press("Return")
    wait_until(lambda: form.window.banner_text() != "")
    form.services.office.broken.clear()
    go(form, "usaha/bentuk")
    press("2")
    form.idle()
    assert form.saved("pemilik/nama") == "Hamidah"
    assert form.saved("usaha/bentuk") == "2"


def test_escape_closes_an_open_list_or_cell_before_it_leaves_the_form(form: Laptop) -> None:
    go(form, "usaha/kbli")
    type_text("10")
    form.idle()
    press("Escape")
    assert form.window.current_screen() == "form"
    form.form.body.go_to("produk[r1]/nama")
    type_text("x")
    press("Escape")
    assert form.window.current_screen() == "form"
    press("Escape")
    assert form.window.current_screen() == "home"
    form.idle()
    assert form.saved("produk[r1]/nama") == "Keripik singkong asin"


def test_ctrl_z_in_a_field_takes_back_own_typing_first_and_then_the_record(form: Laptop) -> None:
    go(form, "usaha/bentuk")
    press("3")
    form.idle()
    name = go(form, "pemilik/nama")
    press("End")
    type_text("x")
    press("Ctrl+Z")
    assert name.value() == "Siti Aminah"
    form.idle()
    press("Ctrl+Z", times=3)
    form.idle()
    assert form.saved("usaha/bentuk") == "1"


def test_ctrl_z_is_the_toasts_while_it_offers_to_take_a_row_back(form: Laptop) -> None:
    form.form.body.go_to("produk[r2]/nama")
    press("Ctrl+Del")
    form.idle()
    press("Ctrl+Z")
    form.idle()
    assert form.saved("produk[r2]/nama") == "Keripik balado"
    assert len(form.services.office.named("undo")) == 1


def test_ctrl_p_prints_the_record_in_hand_and_says_where(laptop: Laptop) -> None:
    laptop.sign_in()
    laptop.open_form()
    press("Ctrl+P")
    wait_until(lambda: laptop.services.office.named("print") != [])
    wait_until(lambda: "formulir.pdf" in laptop.window.toast.text())
