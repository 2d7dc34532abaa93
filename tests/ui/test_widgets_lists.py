"""Lists and review: the hand never lands on nothing, rows speak one sentence, remarks are kept."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QImage
from PySide6.QtWidgets import QApplication, QScrollArea

from sidumba_field.ui.widgets.card import Card
from sidumba_field.ui.widgets.glyphs import MARKS, POSITIONS, mark_meaning, position_meaning
from sidumba_field.ui.widgets.help_panel import HelpPanel
from sidumba_field.ui.widgets.photos import PhotoField
from sidumba_field.ui.widgets.queue_row import ShipmentItem, ShipmentList
from sidumba_field.ui.widgets.record_list import GroupRow, QueueList, RecordList, RecordRow
from sidumba_field.ui.widgets.review import ReviewTable
from sidumba_field.ui.widgets.review_row import ReviewItem, current_runs
from sidumba_field.ui.widgets.section_list import SectionItem, SectionList
from tests.helpers.qt import press, settle, show, type_text

ROWS = (
    GroupRow("g", "Dikembalikan", "dikembalikan"),
    RecordRow(
        "a", "Keripik Singkong", "Siti Aminah", "Omzet terlalu besar", fact="2 isian", action="Perbaiki"
    ),
    RecordRow("b", "Bengkel Las", "Syahrani", done=25, total=31, mark="tunggu"),
    RecordRow("c", "Depot Air", "Mariatul"),
)


@pytest.fixture
def records(themed: QApplication, qtbot) -> RecordList:
    made = RecordList(name="Perlu Anda kerjakan")
    qtbot.addWidget(made)
    made.set_items(ROWS)
    show(made, 760, 260)
    made.setFocus()
    settle()
    return made


def test_the_hand_starts_on_the_first_record_not_on_a_heading(records: RecordList) -> None:
    assert records.current_key() == "a"


def test_enter_opens_and_space_looks(records: RecordList) -> None:
    heard: list[tuple[str, str]] = []
    records.opened.connect(lambda key: heard.append(("open", key)))
    records.looked.connect(lambda key: heard.append(("look", key)))
    press("Down")
    press("Return")
    press("Space")
    assert heard == [("open", "b"), ("look", "b")]


def test_after_a_row_is_gone_the_hand_is_on_the_next_one(records: RecordList) -> None:
    records.go_to("b")
    records.set_items([row for row in ROWS if row.key != "b"])
    assert records.current_key() == "c"
    records.set_items(ROWS[:2])
    assert records.current_key() == "a"


def test_the_hand_stays_on_its_record_when_others_come(records: RecordList) -> None:
    records.go_to("b")
    records.set_items((ROWS[0], RecordRow("z", "Baru"), *ROWS[1:]))
    assert records.current_key() == "b"


def test_a_row_speaks_one_sentence_with_its_mark(records: RecordList) -> None:
    index = records.model().index(2, 0)
    said = index.data(Qt.ItemDataRole.AccessibleTextRole)
    assert said == "Bengkel Las, Syahrani, 25 dari 31, Menunggu dikirim"


def test_letters_belong_to_the_screen(records: RecordList) -> None:
    type_text("t")
    assert records.current_key() == "a"


@pytest.mark.parametrize("kind", [QueueList, ShipmentList, SectionList])
def test_every_list_draws_its_rows(themed: QApplication, qtbot, kind: type) -> None:
    rows = {
        QueueList: RecordRow("a", "Keripik", warnings=1, duplicates=2, tag="versi 3"),
        ShipmentList: ShipmentItem("a", "9 isian", percent=40, mark="gagal", action="Pilih foto"),
        SectionList: SectionItem("a", "A", "Pemilik", 7, 8, errors=1),
    }
    made = kind()
    qtbot.addWidget(made)
    made.set_items((rows[kind],))
    show(made, 300, 120)
    image = made.grab().toImage()
    assert len({image.pixel(x, y) for x in range(0, 300, 2) for y in range(60)}) > 20


@pytest.mark.parametrize(
    ("item", "status"),
    [
        (SectionItem("a", "A", "x", 8, 8, errors=1), "error"),
        (SectionItem("a", "A", "x", 8, 8, warnings=1), "warning"),
        (SectionItem("a", "A", "x", 8, 8), "done"),
        (SectionItem("a", "A", "x", 1, 8), "partial"),
        (SectionItem("a", "A", "x", 0, 8), "empty"),
    ],
)
def test_a_section_says_the_worst_first(item: SectionItem, status: str) -> None:
    assert item.status == status
    assert item.label in item.spoken()


def test_a_fast_queue_repaints_at_most_four_times_a_second(themed: QApplication, qtbot) -> None:
    made = ShipmentList()
    qtbot.addWidget(made)
    for percent in range(50):
        made.set_items((ShipmentItem("a", "Foto", percent=percent),))
    assert made.items()[0].percent == 0
    settle(300)
    assert made.items()[0].percent == 49


def test_twelve_glyphs_have_words_of_their_own() -> None:
    said = [mark_meaning(mark).label for mark in MARKS] + [position_meaning(at).label for at in POSITIONS]
    assert len(set(said)) == 12


ITEMS = (
    ReviewItem("nik", "NIK", "6311 0003", "6311 0030", True, ((7, 9),)),
    ReviewItem("omzet", "Omzet", "Rp 45.000.000", "Rp 54.000.000", True, ((3, 5),)),
    ReviewItem("tk", "Tenaga kerja", "2 orang", group="Tidak berubah"),
)


@pytest.fixture
def table(themed: QApplication, qtbot) -> ReviewTable:
    made = ReviewTable()
    qtbot.addWidget(made)
    made.set_items(ITEMS, templates=("Tidak sesuai formulir", "Angka tidak wajar"))
    show(made, 770, 400)
    made.setFocus()
    settle()
    return made


def test_changed_characters_are_cut_out_and_marked() -> None:
    runs = current_runs(ITEMS[1])
    assert [(run.text, bool(run.mark)) for run in runs] == [("Rp ", False), ("45", True), (".000.000", False)]


def test_space_and_enter_say_it_is_right(table: ReviewTable) -> None:
    heard: list[str] = []
    table.checked.connect(heard.append)
    press("Space")
    press("Return")
    press("Return")
    assert heard == ["nik", "nik", "omzet"]


def test_f2_opens_the_remark_and_ctrl_enter_saves_it(table: ReviewTable) -> None:
    saved: list[tuple[str, str]] = []
    table.remark_saved.connect(lambda key, text: saved.append((key, text)))
    press("Down")
    press("F2")
    type_text("Cek")
    press("Alt+2")
    press("Ctrl+Return")
    assert saved == [("omzet", "Cek. Angka tidak wajar")]
    assert table.composer() is None
    assert table.hasFocus()


def test_escape_closes_the_remark_and_keeps_its_words_for_the_next_opening(table: ReviewTable) -> None:
    press("F2")
    type_text("Belum selesai")
    press("Escape")
    assert table.composer() is None
    press("F2")
    composer = table.composer()
    assert composer is not None
    assert composer.text() == "Belum selesai"


def test_a_row_speaks_what_changed_and_what_was_decided(table: ReviewTable) -> None:
    table.set_decision("nik", checked=True, remark="")
    assert table.row("nik").accessibleName() == "NIK: 6311 0003, berubah, 6311 0030, Sesuai"


def test_rows_have_their_height(table: ReviewTable) -> None:
    assert {table.row(item.key).height() for item in ITEMS} == {34}


def test_a_long_answer_makes_its_row_higher(table: ReviewTable) -> None:
    table.set_items((ReviewItem("a", "Alamat", "Jalan panjang " * 20, "", False),))
    settle()
    assert table.row("a").height() > 60


def test_a_photo_is_taken_by_file_and_a_missing_one_is_told(themed: QApplication, qtbot) -> None:
    field = PhotoField("Foto")
    qtbot.addWidget(field)
    show(field, 400, 90)
    taken: list[Path] = []
    field.chosen.connect(taken.append)
    field.take_file(Path("a.jpg"))
    assert taken == [Path("a.jpg")]
    field.set_value("abc.jpg")
    field.show_photo(QImage())
    assert "Foto tidak ditemukan" in field._note.text()
    image = QImage(40, 30, QImage.Format.Format_RGB32)
    image.fill(Qt.GlobalColor.red)
    field.show_photo(image, 340_000)
    assert field._photo.has_image()


def test_the_gallery_renders_every_part_in_both_themes(themed: QApplication, tmp_path: Path) -> None:
    from tests.ui.gallery import write

    for file in write(themed, tmp_path):
        image = QImage(str(file))
        colours = {image.pixel(x, y) for x in range(0, image.width(), 7) for y in range(0, image.height(), 7)}
        assert len(colours) > 100, f"{file.name} is nearly empty"


def test_the_remark_is_scrolled_into_sight(themed: QApplication, qtbot) -> None:
    table, area = ReviewTable(), QScrollArea()
    qtbot.addWidget(area)
    table.set_items([ReviewItem(str(n), f"Isian {n}", "nilai", "lama", True) for n in range(30)])
    area.setWidgetResizable(True)
    area.setWidget(table)
    show(area, 770, 300)
    table.go_to("29")
    table.open_remark()
    settle(20)
    composer = table.composer()
    assert composer is not None
    lower_edge = composer.mapTo(area.viewport(), composer.rect().bottomLeft()).y()
    assert 0 < lower_edge <= area.viewport().height()


def test_help_is_never_wider_than_its_panel(themed: QApplication, qtbot) -> None:
    panel = HelpPanel((("Return", "isian berikutnya"),))
    qtbot.addWidget(panel)
    panel.show_help("B3", "Omzet per bulan", "Rata-rata tiga bulan terakhir.")
    panel.show_last_year("2025", "Rp 30.000.000.000")
    panel.show_remark("Catatan kecamatan, B9", "Omzet lebih besar dari nilai produksi.", "M. Rizani")
    show(panel, 262, 500)
    for card in panel.findChildren(Card):
        assert card.mapTo(panel, card.rect().topRight()).x() <= 262 - 12
