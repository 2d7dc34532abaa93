"""Screen 03, Daftar data: found while typing, selected truthfully, acted upon by keys, never blank."""

from __future__ import annotations

from dataclasses import replace
from functools import partial
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import Qt

from sidumba_field.core.errors import SidumbaError
from sidumba_field.services.lists import views as lv
from sidumba_field.ui.operations import listing as operations
from sidumba_field.ui.screens.lists.screen import ListScreen
from sidumba_field.ui.viewmodels.listing import ListModel
from sidumba_field.ui.widgets.found_table import PAGE, FoundModel, FoundRow, hits_in
from tests.helpers.fake_lists import COLUMNS
from tests.helpers.qt import press, settle, type_text, wait_until
from tests.helpers.screens import Laptop, clipped, elided, laptop, nameless, small  # noqa: F401  (fixture)

SEARCH = "keripik"


@pytest.fixture
def screen(laptop: Laptop) -> ListScreen:  # noqa: F811
    """Daftar data of a verifier, the newest page shown."""
    laptop.sign_in(4)
    return open_list(laptop)


def open_list(at: Laptop) -> ListScreen:
    at.window.show_screen("lists")
    at.idle()
    found = at.window.screen_named("lists")
    assert isinstance(found, ListScreen)
    return found


def row_rid(screen: ListScreen) -> str:
    row = screen.table.current_row()
    return row.rid if row is not None else ""


def test_it_opens_on_the_first_row_with_total_counts_and_place(laptop: Laptop, screen: ListScreen) -> None:  # noqa: F811
    assert screen.table.hasFocus()
    assert screen.table.found.count == 1_284
    assert screen.head.found_text() == "1.284 hasil dalam 0,04 detik"
    assert "102.418 data" in screen.head._subtitle.text()
    assert screen.head.tabs.labels()[0] == ("", "Semua", "1.284")
    assert laptop.window.truth.note().startswith("Baris 1–")
    assert laptop.window.truth.note().endswith("dari 1.284")
    laptop.window.show_screen("home")
    assert laptop.window.truth.note() == ""


def test_typing_finds_and_marks_and_keeps_the_hands(laptop: Laptop, screen: ListScreen) -> None:  # noqa: F811
    press("Ctrl+F")
    assert screen.head.search.hasFocus()
    type_text(SEARCH)
    laptop.idle()
    assert laptop.calls[-1][:2] != ("list_open", "")
    assert screen.table.searched == (SEARCH,)
    assert screen.head.search.hasFocus()
    press("Down")
    assert screen.table.hasFocus()


def test_only_the_newest_question_waits(laptop: Laptop, screen: ListScreen) -> None:  # noqa: F811
    laptop.services.office.delay = 0.05
    laptop.services.office.slow = frozenset({"list_open"})
    before = len(laptop.services.office.named("list_open"))
    screen.head.search.setFocus()
    type_text(SEARCH)
    laptop.idle()
    asked = [call[1] for call in laptop.services.office.named("list_open")[before:]]
    assert asked[-1] == SEARCH
    assert len(asked) <= 3
    assert laptop.window.desk.lists.view.request.text == SEARCH  # type: ignore[union-attr]


def test_a_wrong_word_offers_its_neighbour(laptop: Laptop, screen: ListScreen) -> None:  # noqa: F811
    screen.head.search.setText("keripk")
    laptop.idle()
    assert screen._stack.currentIndex() == 1
    assert "keripk" in screen._empty.accessibleName()
    screen._empty.acted.emit()
    laptop.idle()
    assert screen.head.search.text() == "keripik"
    assert screen.table.found.count > 0


def test_filters_are_chosen_and_taken_away_by_keys(laptop: Laptop, screen: ListScreen) -> None:  # noqa: F811
    press("Ctrl+L")
    assert [pick.title for pick in screen.panels.panel.picks()] == ["Kecamatan", "Tahun", "Skala"]
    press("Return")
    laptop.idle()
    assert [(pick.title, pick.on) for pick in screen.panels.panel.picks()] == [
        ("Halong", False),
        ("Juai", False),
    ]
    press("Down")
    press("Space")
    laptop.idle()
    press("Escape")
    assert laptop.window.desk.lists.request.filters == {"@district": ("Juai",)}
    [chip] = screen.head.chips()
    assert chip.accessibleName() == "Kecamatan Juai"
    assert screen.table.found.count == 4
    chip.setFocus()
    press("Delete")
    laptop.idle()
    assert screen.head.chips() == []
    assert screen.head.filter.hasFocus(), "focus never lands on nothing"


def test_a_posisi_narrows_and_its_counts_stay(laptop: Laptop, screen: ListScreen) -> None:  # noqa: F811
    screen.head.tabs.setFocus()
    labels = [label for _, label, _ in screen.head.tabs.labels()]
    for _ in range(labels.index("Dikembalikan")):
        press("Right")
    laptop.idle()
    assert laptop.window.desk.lists.request.posisi == "dikembalikan"
    assert screen.table.found.count == 1
    assert screen.head.tabs.labels()[0][2] == "1.284"


def test_a_selection_survives_filtering_and_is_counted_truthfully(laptop: Laptop, screen: ListScreen) -> None:  # noqa: F811
    press("Ctrl+Space")
    press("Shift+Down", 2)
    assert screen.bar.text() == "3 dipilih"
    screen.head.search.setText("talas")
    laptop.idle()
    assert screen.bar.text() == "3 dipilih, 3 di luar hasil ini"
    screen.table.setFocus()
    press("Ctrl+A")
    assert screen.bar.text() == "4 dipilih, 3 di luar hasil ini"
    screen.head.search.setText("")
    laptop.idle()
    assert screen.bar.text() == "4 dipilih"
    screen.table.setFocus()
    press("Escape")
    assert screen.bar.text() == ""


def test_everything_found_can_be_selected(laptop: Laptop, screen: ListScreen) -> None:  # noqa: F811
    press("Ctrl+A")
    assert screen.bar.text() == "1.284 dipilih"
    assert laptop.window.desk.lists.share() == "all"
    assert screen.table.extra == 60


def test_space_looks_and_enter_opens(laptop: Laptop, screen: ListScreen) -> None:  # noqa: F811
    press("Down")
    press("Space")
    laptop.idle()
    assert screen.peek.isVisible()
    assert "631102••••••0003" in screen.peek.accessibleName()
    press("Escape")
    assert not screen.peek.isVisible()
    records, rid = laptop.services.lists.records, laptop.window.desk.review.rids()[1]
    records[1] = replace(records[1], rid=rid)
    laptop.window.desk.lists.fresh = True
    operations.load(laptop.window.desk)
    laptop.idle()
    press("Return")
    laptop.idle()
    assert ("open_review", rid) in laptop.calls
    assert laptop.window.current_screen() == "review"


def test_enter_verifies_the_selection_in_turn(laptop: Laptop, screen: ListScreen) -> None:  # noqa: F811
    rids = laptop.window.desk.review.rids()
    laptop.services.lists.reviewable = (rids[2], rids[0])
    press("Ctrl+Space")
    press("Return")
    laptop.idle()
    assert laptop.window.current_screen() == "review"
    assert laptop.window.desk.review.rid == rids[2]
    assert laptop.window.desk.review.rids() == (rids[2], rids[0])


def test_assigning_is_done_at_once_and_taken_back_whole(laptop: Laptop, screen: ListScreen) -> None:  # noqa: F811
    press("Ctrl+Space")
    press("Shift+Down")
    press("T")
    laptop.idle()
    press("Return")
    laptop.idle()
    assert laptop.services.office.named("assign") == [("assign", (1, 2), "u1")]
    assert screen.bar.text() == ""
    press("Ctrl+Z")
    laptop.idle()
    assert laptop.services.office.named("withdraw_bulk") == [("withdraw_bulk", ("op1", "op2"))]
    assert screen.bar.text() == "2 dipilih"


def test_an_export_goes_in_pieces_and_can_be_stopped(laptop: Laptop, screen: ListScreen) -> None:  # noqa: F811
    press("Ctrl+A")
    press("E")
    press("Down")
    press("Return")
    laptop.idle()
    assert laptop.services.office.named("export") == [("export", 1_284, "xlsx")]
    assert len(laptop.services.office.named("export_step")) == 4
    assert laptop.window.toast.text().endswith("Data pribadi disamarkan.")
    laptop.services.office.delay = 0.05
    laptop.services.office.slow = frozenset({"export_step"})
    screen.table.setFocus()
    press("E")
    press("Return")
    wait_until(lambda: screen.export_line.isVisible())
    screen.export_line.cancelled.emit()
    laptop.idle()
    assert laptop.services.office.named("export_cancelled")
    assert not screen.export_line.isVisible()


def test_nothing_selected_is_said_not_ignored(laptop: Laptop, screen: ListScreen) -> None:  # noqa: F811
    for key in ("E", "T"):
        press(key)
        laptop.idle()
        assert "Belum ada data dipilih" in laptop.window.banner_text()


def test_columns_are_chosen_and_give_the_order(laptop: Laptop, screen: ListScreen) -> None:  # noqa: F811
    screen.head.columns.click()
    titles = [pick.title for pick in screen.panels.panel.picks()]
    press("Down", titles.index("NIK"))
    press("Space")
    assert "NIK" in [column.label for column in screen.table.found.columns]
    press("Up", titles.index("NIK") - titles.index("Omzet / bulan"))
    press("Return")
    laptop.idle()
    assert laptop.window.desk.lists.request.sort == "usaha/omzet"
    assert row_rid(screen) == "l10"
    assert laptop.services.office.named("keep_columns") == [("keep_columns", {"pemilik/nik": True})]


def test_chosen_columns_stand_there_at_the_next_sign_in(laptop: Laptop, screen: ListScreen) -> None:  # noqa: F811
    laptop.window.desk.lists.toggle_column("pemilik/nik")
    laptop.idle()
    laptop.window.lock()
    wait_until(lambda: laptop.window.current_screen() == "login")
    laptop.idle()
    assert laptop.window.desk.lists.own_columns() == {}
    laptop.sign_in(4)
    laptop.window.show_screen("lists")
    laptop.idle()
    assert "NIK" in [column.label for column in screen.table.found.columns]


def test_scrolling_never_shows_a_blank_row(laptop: Laptop, screen: ListScreen) -> None:  # noqa: F811
    laptop.services.office.delay = 0.02
    laptop.services.office.slow = frozenset({"list_rows"})
    bar = screen.table.verticalScrollBar()
    for to in (40, 300, 900, 1_270, 5, 640):
        bar.setValue(to)
        for _ in range(6):
            settle(5)
            first, last = screen.table.in_sight()
            assert all(screen.table.found.row(row) is not None for row in range(first, last + 1)), to
        wait_until(partial(lambda to: screen.table.in_sight()[0] >= min(to, bar.maximum() - 1), to))
    laptop.idle()


def test_the_last_good_rows_stay_when_the_list_cannot_be_read(laptop: Laptop, screen: ListScreen) -> None:  # noqa: F811
    laptop.services.office.broken["list_open"] = SidumbaError("store.busy")
    screen.head.search.setText("x")
    laptop.idle()
    assert screen.table.found.count == 1_284
    assert screen.copy.isVisible()


def test_without_a_connection_the_age_of_the_copy_stands_above(laptop: Laptop) -> None:  # noqa: F811
    laptop.services.lists.copy_age = "09.40"
    laptop.sign_in(1)
    screen = open_list(laptop)
    assert screen.copy.isVisible()
    assert not screen.bar.buttons["review"].isVisible()


def test_a_changed_list_is_made_ready_in_pieces_while_the_old_one_stands(laptop: Laptop) -> None:  # noqa: F811
    laptop.services.lists.fillings = [lv.ListFilling(n, 3, f"{n} dari 3") for n in range(1, 4)]
    said: list[str | None] = []
    model = laptop.window.desk.lists
    model.filling_changed.connect(lambda: said.append(model.filling))
    laptop.sign_in(4)
    screen = open_list(laptop)
    assert said == ["1 dari 3", "2 dari 3", "3 dari 3", None]
    assert screen.copy.isHidden()
    model.set_filling("2 dari 3")
    assert "2 dari 3" in screen.copy.accessibleName()
    assert not screen.copy.isHidden()


def test_a_row_is_one_sentence_for_a_screen_reader(screen: ListScreen) -> None:
    index = screen.table.found.index(1, 2)
    said = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Keripik Pisang Berkah, Hamidah, Uren, Halong, Di kabupaten, diterima server, diubah 08.55"


def test_ctrl_k_finds_records_and_villages_of_the_laptop(laptop: Laptop, screen: ListScreen) -> None:  # noqa: F811
    laptop.services.lists.found = (
        lv.Found("l7", "record", "Madu Kelulut", "Hamidah", "review", "l7"),
        lv.Found("place-63.11.02.2005", "place", "Desa Uren", "Uren, Halong", "lists", "63.11.02.2005"),
    )
    press("Ctrl+K")
    type_text("uren")
    laptop.idle()
    search = laptop.window._search
    assert [target.title for target in search.list.items()][-2:] == ["Madu Kelulut · Hamidah", "Desa Uren"]
    search.list.go_to("place-63.11.02.2005")
    press("Return")
    laptop.idle()
    assert laptop.window.current_screen() == "lists"
    assert laptop.window.desk.lists.request.filters == {"@unit": ("63.11.02.2005",)}


@pytest.mark.parametrize(("width", "height"), [(1366, 696), (1093, 543)])
def test_nothing_is_clipped_small_or_nameless(
    laptop: Laptop,  # noqa: F811
    screen: ListScreen,
    monkeypatch: pytest.MonkeyPatch,
    width: int,
    height: int,
) -> None:
    laptop.window.resize(width, height)
    screen.head.search.setText(SEARCH)
    laptop.idle()
    screen.table.setFocus()
    press("Ctrl+A")
    screen.table._repaint_all()
    assert clipped(laptop.window) == []
    assert elided(laptop.window, monkeypatch) == []
    assert small(laptop.window) == []
    assert nameless(laptop.window) == []


# ---- laws without a window


@given(
    st.lists(
        st.one_of(
            st.tuples(st.just("toggle"), st.integers(0, 19)),
            st.tuples(st.just("stretch"), st.integers(0, 19), st.integers(0, 19)),
            st.tuples(st.just("all")),
            st.tuples(st.just("clear")),
            st.tuples(st.just("find"), st.integers(0, 9)),
        ),
        max_size=25,
    )
)
def test_a_selection_is_the_set_of_what_was_chosen(steps: list[tuple[object, ...]]) -> None:
    model, chosen, found = ListModel(), set[int](), list(range(100, 120))
    show(model, found)
    anchored: tuple[int, set[int]] | None = None
    for step in steps:
        if step[0] == "find":
            found = list(range(100 + int(step[1]), 120))  # type: ignore[call-overload]
            show(model, found)
            anchored = None
        elif step[0] == "toggle" and int(step[1]) < len(found):  # type: ignore[call-overload]
            model.toggle(int(step[1]))  # type: ignore[call-overload]
            chosen ^= {found[int(step[1])]}  # type: ignore[call-overload]
            anchored = None
        elif step[0] == "stretch":
            a, b = int(step[1]), int(step[2])  # type: ignore[call-overload]
            if anchored is None or anchored[0] != a:
                anchored = (a, set(chosen))
            model.stretch(a, b)
            chosen = anchored[1] | set(found[min(a, b) : max(a, b) + 1])
        elif step[0] == "all":
            model.add_all()
            chosen |= set(found)
            anchored = None
        elif step[0] == "clear":
            model.clear()
            chosen, anchored = set(), None
        assert set(model.chosen()) == chosen
        assert (model.count(), model.outside()) == (len(chosen), len(chosen - set(found)))
        order = [n for n in model.chosen() if n in found]
        assert all(one < other for one, other in pairwise(order))


def show(model: ListModel, found: list[int]) -> None:
    """Let the model show a list of these numbers."""
    request = lv.ListRequest(text=str(len(found)))
    model.show(lv.ListView(request, "", 0, found, len(found), "", (), (), (), ""))


def test_three_pages_are_held_and_the_rest_asked_for_once() -> None:
    model, asked = FoundModel(), list[int]()
    model.wanted.connect(asked.append)
    rows = [FoundRow(n, str(n), "terima", "desa", ("",) * len(COLUMNS), "") for n in range(PAGE)]
    model.reset(1_000, rows)
    assert not model.ready(4 * PAGE + 5, 4 * PAGE + 25)
    assert not model.ready(4 * PAGE + 5, 4 * PAGE + 25)
    assert asked == [4, 3]
    for page in (4, 3, 5):
        model.put(page, rows)
    assert model.ready(4 * PAGE - 5, 6 * PAGE - 40)
    assert model.row(5) is None, "what lies far away was let go"


@pytest.mark.parametrize(
    ("text", "words", "hits"),
    [
        ("Keripik Pisang", ("keri",), [(0, 4)]),
        ("Rumah Keripik Juai", ("keripik", "ju"), [(6, 13), (14, 16)]),
        ("Berkeripik", ("keripik",), []),
        ("", ("a",), []),
    ],
)
def test_hits_begin_words(text: str, words: tuple[str, ...], hits: list[tuple[int, int]]) -> None:
    assert hits_in(text, words) == hits
