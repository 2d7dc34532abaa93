"""The component gallery: every part in every state, light and dark side by side, like design picture 12.

``python -m tests.ui.gallery <folder>`` writes ``gallery.png`` (parts), ``gallery-form.png`` (a form with its
panels) and ``gallery-review.png`` (lists and review) without a display; people hold them beside the design.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtWidgets import QApplication, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from sidumba_field.ui.theme import apply_theme
from sidumba_field.ui.widgets.banner import Banner, EmptyState, LoadingRows
from sidumba_field.ui.widgets.button import Button
from sidumba_field.ui.widgets.card import Card, CardHeader, Figure
from sidumba_field.ui.widgets.check import CheckBox, RadioButton
from sidumba_field.ui.widgets.chips import MarkIcon, StateChip
from sidumba_field.ui.widgets.choices import ChoicePills
from sidumba_field.ui.widgets.code_fields import DateField, NikField, PhoneField
from sidumba_field.ui.widgets.field_base import FieldState
from sidumba_field.ui.widgets.field_row import WIDE_WIDTH, FieldRow
from sidumba_field.ui.widgets.flow import FlowLayout
from sidumba_field.ui.widgets.focus import FocusRing
from sidumba_field.ui.widgets.glyphs import MARKS, POSITIONS
from sidumba_field.ui.widgets.help_panel import HelpPanel
from sidumba_field.ui.widgets.label import Label
from sidumba_field.ui.widgets.lookup import LookupField
from sidumba_field.ui.widgets.message import Message
from sidumba_field.ui.widgets.page_header import PageHeader
from sidumba_field.ui.widgets.photos import PhotoCard, PhotoField
from sidumba_field.ui.widgets.progress import StepBar, ThinBar
from sidumba_field.ui.widgets.queue_row import ShipmentItem, ShipmentList
from sidumba_field.ui.widgets.record_list import GroupRow, QueueList, RecordList, RecordRow
from sidumba_field.ui.widgets.repeat_table import RepeatTable
from sidumba_field.ui.widgets.review import ReviewTable
from sidumba_field.ui.widgets.review_row import ReviewItem
from sidumba_field.ui.widgets.section_list import SectionItem, SectionList
from sidumba_field.ui.widgets.segmented import SegmentedSwitch
from sidumba_field.ui.widgets.table_model import TableCell, TableColumn, TableRow
from sidumba_field.ui.widgets.text_fields import MoneyField, TextField
from sidumba_field.ui.widgets.toast import Toast
from sidumba_field.ui.widgets.truth_bar import TruthBar, TruthState

KBLI = (
    ("10794", "Industri kerupuk, keripik, peyek, dan sejenisnya"),
    ("10710", "Industri produk roti dan kue"),
    ("10792", "Industri kue basah"),
)


def flow(*widgets: QWidget, gap: int = 8) -> QWidget:
    """Widgets side by side, wrapping."""
    box = QWidget()
    layout = FlowLayout(box, gap=gap)
    for widget in widgets:
        layout.addWidget(widget)
    return box


def head(text: str) -> Label:
    """A small heading."""
    return Label(text, "small", "secondary", weight=500)


def components() -> QWidget:
    """The page of picture 12."""
    page = QWidget()
    page.setProperty("surface", "app")
    column = QVBoxLayout(page)
    column.setContentsMargins(22, 12, 22, 12)
    column.setSpacing(7)
    column.addWidget(Label("Bagian-bagian", "section"))
    pressed = Button("Tekan", "primary")
    pressed.setDown(True)
    busy = Button("Simpan", "primary")
    busy.set_busy("Menyimpan…")
    column.addWidget(head("Tombol"))
    column.addWidget(
        flow(
            Button("Simpan", "primary", shortcut="Ctrl+Return"),
            pressed,
            busy,
            Button("Biasa"),
            Button("Lewati", "quiet", shortcut="Alt+L"),
            Button("Setujui", "approve", icon="check"),
            Button("Kembalikan", "return", icon="undo-2"),
            Button("Kembalikan dengan 1 catatan", "return_solid", icon="undo-2", shortcut="Alt+K"),
        )
    )
    column.addWidget(head("Tanda kirim"))
    column.addWidget(flow(*(MarkIcon(mark, words=True) for mark in MARKS), gap=12))
    column.addWidget(head("Posisi data"))
    column.addWidget(flow(*(StateChip(position) for position in POSITIONS), gap=6))
    column.addWidget(head("Isian"))
    column.addWidget(_fields())
    column.addWidget(head("Pilihan, tekan angkanya"))
    column.addWidget(_choices())
    column.addWidget(_cards())
    column.addWidget(_notes())
    column.addWidget(_bars())
    column.addStretch(1)
    return page


def _fields() -> QWidget:
    box = QWidget()
    grid = QVBoxLayout(box)
    grid.setContentsMargins(0, 0, 0, 0)
    grid.setSpacing(5)
    first, second, words = QHBoxLayout(), QHBoxLayout(), QHBoxLayout()
    plain, focused, locked = TextField("Desa"), TextField("Desa"), TextField("Skala")
    focused.setObjectName("focused")
    for field, text in ((plain, "Kapul"), (focused, "Kapul"), (locked, "Usaha mikro")):
        field.set_value(text)
        first.addWidget(field)
    locked.set_readonly(True)
    phone, money, nik = PhoneField("HP"), MoneyField("Omzet"), NikField("NIK")
    phone.set_value("0812513477")
    phone.set_state(FieldState.ERROR)
    money.set_value("45000000")
    money.set_state(FieldState.WARNING)
    nik.set_value("6311024506880003")
    nik.set_valid(True)
    for field in (phone, money, nik):
        second.addWidget(field)
    said = (
        ("Kurang angka, seharusnya 11–13", "error"),
        ("Jauh di atas tahun lalu", "warning"),
        ("Perempuan, 5 Juni 1988", "good"),
    )
    for text, tone in said:
        message = Message()
        message.show_message(text, tone)  # type: ignore[arg-type]
        words.addWidget(message)
    restored, date, partial = TextField("Nama"), DateField("Tanggal"), NikField("NIK")
    restored.set_value("Keripik Bu Siti")
    restored.set_state(FieldState.RESTORED)
    date.set_value("2026-11-20")
    partial.set_value("631102450")
    third = QHBoxLayout()
    for field in (restored, date, partial):
        third.addWidget(field)
    for line in (first, second, words, third):
        line.setSpacing(8)
        grid.addLayout(line)
    return box


def _choices() -> QWidget:
    pills = ChoicePills((("sd", "SD"), ("smp", "SMP"), ("sma", "SMA")))
    pills.set_value("smp")
    pills.setFixedWidth(240)
    nib, halal, yes, no = CheckBox("NIB"), CheckBox("Halal"), RadioButton("Ya"), RadioButton("Tidak")
    nib.setChecked(True)
    yes.setChecked(True)
    switch = SegmentedSwitch((("berubah", "Berubah 4"), ("semua", "Semua 31")))
    return flow(pills, nib, halal, yes, no, switch)


def _cards() -> QWidget:
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(10)
    card = Card()
    card.column.addWidget(Figure("Target hari ini", "5", "dari 8 formulir"))
    steps = StepBar()
    steps.set_steps(5, 8)
    card.column.addWidget(steps)
    row.addWidget(card, 1)
    row.addWidget(LoadingRows("Membuka 102.418 data", rows=2), 1)
    row.addWidget(
        EmptyState(
            "Belum ada draf", "Mulai dengan formulir baru.", action="Formulir baru", shortcut="Ctrl+N"
        ),
        1,
    )
    return box


def _notes() -> QWidget:
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(10)
    row.addWidget(
        Banner("vermilion", "Cakram hampir penuh.", "Sisa 180 MB. Kirim foto atau simpan ke flashdisk.")
    )
    row.addWidget(
        Banner(
            "amber",
            "Server tidak menjawab.",
            "Dicoba lagi 30 detik. Anda bisa terus bekerja.",
            icon="wifi-off",
        )
    )
    row.addWidget(Banner("magenta", "Mungkin ganda.", "NIK sama.", action="Bandingkan", shortcut="Alt+B"))
    return box


def _bars() -> QWidget:
    box = QWidget()
    row = QHBoxLayout(box)
    row.setContentsMargins(300, 6, 0, 6)
    column = QVBoxLayout()
    column.setSpacing(6)
    for done, color in ((62, "accent.solid"), (41, "state.amber.solid"), (100, "state.teal.solid")):
        bar = ThinBar(color)
        bar.set_progress(done, 100)
        column.addWidget(bar)
    row.addLayout(column)
    box.setFixedHeight(56)
    toast = Toast(box, above=4)
    toast.show_message("Baris 3 dihapus", undo=lambda: None)
    toast.move(-8, 0)
    return box


def form() -> QWidget:
    """A form with section list and help, like picture 02."""
    page = QWidget()
    page.setProperty("surface", "app")
    column = QVBoxLayout(page)
    column.setContentsMargins(0, 0, 0, 0)
    column.setSpacing(0)
    header = PageHeader("Keripik Singkong Bu Siti", "UMKM-2026-KPL-0183 · versi 3", framed=True, back=True)
    header.add_chip(StateChip("dikembalikan"))
    header.add_chip(MarkIcon("laptop", words=True, label="Perubahan belum dikirim"))
    header.end_chips()
    header.add_action(Label("27 dari 31", "small", "secondary", numbers=True))
    bar = ThinBar()
    bar.setFixedWidth(84)
    bar.set_progress(27, 31)
    header.add_action(bar)
    header.add_action(Button("Selesai, lanjut berikutnya", "primary", shortcut="Ctrl+Return"))
    column.addWidget(header)
    row = QHBoxLayout()
    row.setSpacing(0)
    row.addWidget(_sections())
    row.addWidget(_questions(), 1)
    hints = (("Return", "isian berikutnya"), ("Shift+Return", "kembali"), ("Ctrl+D", "gandakan baris"))
    panel = HelpPanel(hints)
    panel.show_help(
        "B7 · baris 3", "Harga jual", "Harga satu satuan yang dibayar pembeli, tanpa ongkos kirim."
    )
    panel.show_last_year("2025", "Rp 8.500")
    panel.show_remark(
        "Catatan kecamatan, B9", "Omzet lebih besar dari nilai produksi.", "M. Rizani, 19 Nov 15.10"
    )
    row.addWidget(panel)
    column.addLayout(row, 1)
    truth = TruthBar()
    truth.show_truth(TruthState("09.41.12", 4, 23, 155, 3, 0, 0, "offline", "07.12"))
    column.addWidget(truth)
    return page


def _sections() -> QWidget:
    box = QWidget()
    box.setFixedWidth(220)
    column = QVBoxLayout(box)
    column.setContentsMargins(8, 10, 8, 10)
    sections = SectionList()
    sections.set_items(
        (
            SectionItem("a", "A", "Pemilik usaha", 7, 8, errors=1),
            SectionItem("b", "B", "Usaha dan produk", 7, 9, warnings=1),
            SectionItem("c", "C", "Legalitas", 4, 4),
            SectionItem("g", "G", "Foto dan lokasi", 1, 2),
            SectionItem("h", "H", "Pernyataan", 0, 1),
        )
    )
    sections.go_to("b")
    column.addWidget(sections)
    return box


def _questions() -> QWidget:
    body = QWidget()
    body.setProperty("surface", "surface")
    column = QVBoxLayout(body)
    column.setContentsMargins(20, 12, 20, 12)
    column.setSpacing(8)
    column.addWidget(Label("A  Pemilik usaha", "section"))
    nik = NikField("NIK")
    row = FieldRow("NIK", nik)
    nik.set_value("6311024506880003")
    nik.set_valid(True)
    row.set_help("16 angka, sesuai susunan NIK")
    row.show_strip("Dibaca dari NIK:", ("Perempuan", "Lahir 5 Juni 1988 (38 th)", "Kec. Halong"))
    column.addWidget(row)
    phone = PhoneField("Nomor HP")
    row = FieldRow("Nomor HP", phone)
    phone.set_value("0812513477")
    row.show_message("Kurang angka: baru 10, seharusnya 11–13. Boleh lanjut dulu, nanti diingatkan.")
    column.addWidget(row)
    schools = ("Tidak sekolah", "SD", "SMP", "SMA", "D1–D3", "S1 ke atas")
    pills = ChoicePills([(str(n), school) for n, school in enumerate(schools)])
    pills.set_value("2")
    column.addWidget(FieldRow("Pendidikan terakhir", pills, width=0))
    column.addWidget(Label("B  Usaha dan produk", "section"))
    lookup = LookupField(
        lambda typed: [row for row in KBLI if typed.lower() in row[1].lower()], dict(KBLI).get
    )
    lookup.setObjectName("lookup")
    lookup.set_value("10794")
    column.addWidget(FieldRow("Bidang usaha", lookup, sub="KBLI 2020", width=WIDE_WIDTH))
    column.addWidget(_products())
    money = MoneyField("Omzet per bulan")
    row = FieldRow("Omzet per bulan", money)
    money.set_value("45000000")
    row.show_message(
        "Jauh di atas nilai produk (Rp 8.050.000). Periksa, atau tulis alasannya dengan", "warning", "F2"
    )
    column.addWidget(row)
    photo = PhotoField("Foto tempat usaha")
    column.addWidget(FieldRow("Foto tempat usaha", photo, width=0))
    column.addStretch(1)
    scroll = QScrollArea()
    scroll.setWidgetResizable(True)
    scroll.setWidget(body)
    return scroll


def _products() -> RepeatTable:
    columns = (
        TableColumn("nama", "Nama produk"),
        TableColumn("satuan", "Satuan", width=150),
        TableColumn("jumlah", "Dibuat / bulan", kind="int", width=127),
        TableColumn("harga", "Harga jual (Rp)", kind="int", widget="money", width=132),
        TableColumn("nilai", "Nilai / bulan (Rp)", kind="calculate", readonly=True, width=144),
    )
    rows = (
        ("1", "Keripik singkong asin", "bungkus 250 g", "400", "12.000", "4.800.000", ""),
        ("2", "Keripik balado", "bungkus 250 g", "250", "13.000", "3.250.000", ""),
        ("3", "Kerupuk ubi ungu", "bungkus 200 g", "120", "9.0", "", "Harga terlalu kecil"),
    )
    table = RepeatTable(columns, name="Produk utama", limit=5, ghost_words="Ketik untuk menambah produk")
    keys = ("nama", "satuan", "jumlah", "harga", "nilai")
    table.set_rows(
        [
            TableRow(
                row[0],
                {
                    key: TableCell(text, text, error=row[6] if key == "harga" else "")
                    for key, text in zip(keys, row[1:6], strict=True)
                },
            )
            for row in rows
        ],
        {"nilai": "8.050.000"},
    )
    return table


def review() -> QWidget:
    """Queue, review rows with an open remark, photo; the lists of home and sending below."""
    page = QWidget()
    page.setProperty("surface", "app")
    row = QHBoxLayout(page)
    row.setContentsMargins(0, 0, 0, 0)
    queue = QueueList(name="Antrean")
    queue.setFixedWidth(262)
    queue.set_items(
        (
            RecordRow(
                "1",
                "Keripik Singkong Bu Siti",
                "Kapul · antre 23 jam",
                warnings=1,
                duplicates=1,
                tag="versi 3",
            ),
            RecordRow("2", "Camilan Ibu Ratna", "Halong · antre 21 jam", mark="tunggu"),
            RecordRow("3", "Bengkel Motor Amat", "Mauya · antre 19 jam", warnings=3),
        )
    )
    row.addWidget(queue)
    middle = QVBoxLayout()
    middle.addWidget(_review_table())
    middle.addWidget(_records())
    row.addLayout(middle, 1)
    side = QVBoxLayout()
    side.setContentsMargins(0, 12, 14, 12)
    side.addWidget(PhotoCard("Foto baru"))
    card = Card()
    card.column.addWidget(
        Figure("Waktu periksa, SOP langkah 6", "2.41", "dari 5 menit", "Rata-rata Anda hari ini 3.20")
    )
    side.addWidget(card)
    side.addStretch(1)
    row.addLayout(side)
    return page


def _review_table() -> ReviewTable:
    table = ReviewTable()
    table.set_items(
        (
            ReviewItem("nik", "NIK pemilik", "6311 0245 0688 0003", "6311 0245 0688 0030", True, ((17, 19),)),
            ReviewItem("harga", "Harga Keripik balado", "Rp 13.000", "Rp 11.000", True, ((3, 5),)),
            ReviewItem("omzet", "Omzet per bulan", "Rp 45.000.000", "Rp 54.000.000", True, ((3, 5),)),
            ReviewItem("tk", "Tenaga kerja", "2 orang", "", group="Isian terkait, tidak berubah"),
        ),
        now="Versi 3, sekarang",
        before="Versi 2, 16 Nov",
        templates=("Tidak sesuai formulir", "Angka tidak wajar", "Foto kurang jelas"),
    )
    table.set_decision("nik", checked=True, remark="")
    table.open_remark("omzet")
    composer = table.composer()
    if composer is not None:
        composer.set_text("Omzet belum cocok dengan nilai produk. Tolong cek buku kas atau tulis alasannya.")
        composer.edit.setObjectName("focused")
    return table


def _records() -> QWidget:
    card = Card(padding=0)
    card.column.addWidget(CardHeader("Perlu Anda kerjakan", "7"))
    records = RecordList(name="Perlu Anda kerjakan")
    records.set_items(
        (
            GroupRow("g1", "Dikembalikan, perlu diperbaiki", "dikembalikan"),
            RecordRow(
                "a",
                "Keripik Singkong Bu Siti",
                "Siti Aminah",
                "Omzet lebih besar dari nilai produksi.",
                fact="2 isian",
                when="kemarin",
                action="Perbaiki",
            ),
            GroupRow("g2", "Draf di laptop ini", "draf"),
            RecordRow(
                "b",
                "Anyaman Rotan Kapul",
                "Norhayati",
                done=25,
                total=31,
                fact="sisa 6 isian",
                when="09.31",
                action="Lanjutkan",
            ),
        )
    )
    records.setFixedHeight(156)
    card.column.addWidget(records)
    shipments = ShipmentList(name="Antrean kirim")
    shipments.set_items(
        (
            ShipmentItem("1", "9 isian", "Desa Kapul", size="104 KB", mark="terima", status="diterima"),
            ShipmentItem("2", "23 isian", "Desa Kapul", size="276 KB", percent=74, status="mengirim"),
            ShipmentItem(
                "3",
                "Foto produk",
                "Sasirangan Melati",
                "image",
                "340 KB",
                41,
                True,
                status="putus, ulang 12 dtk",
            ),
            ShipmentItem(
                "4",
                "Foto KTP",
                "Kios Pulsa",
                "image",
                "360 KB",
                mark="gagal",
                trouble="Foto tidak ditemukan di laptop",
                action="Pilih foto",
            ),
        )
    )
    shipments.setFixedHeight(140)
    card.column.addWidget(shipments)
    return card


def render(
    app: QApplication, build: Callable[[], QWidget], width: int, height: int, *, stacked: bool
) -> QImage:
    """One page in both themes, side by side or (``stacked``) one above the other."""
    ring = FocusRing(app)
    pages = []
    for mode in ("light", "dark"):
        apply_theme(app, mode)  # type: ignore[arg-type]
        page = build()
        page.resize(width, height)
        page.show()
        page.activateWindow()
        for _ in range(4):
            app.processEvents()
        focused = page.findChild(QWidget, "focused")
        if focused is not None:
            focused.setFocus(Qt.FocusReason.OtherFocusReason)
        for _ in range(4):
            app.processEvents()
        pages.append(page.grab().toImage())
        page.hide()
        page.deleteLater()
        app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    ring.deleteLater()
    across, down = (1, 2) if stacked else (2, 1)
    image = QImage(width * across, height * down, QImage.Format.Format_RGB32)
    painter = QPainter(image)
    painter.drawImage(QPoint(0, 0), pages[0])
    painter.drawImage(QPoint(0, height) if stacked else QPoint(width, 0), pages[1])
    painter.end()
    return image


PAGES: tuple[tuple[str, Callable[[], QWidget], int, int, bool], ...] = (
    ("gallery.png", components, 683, 850, False),
    ("gallery-form.png", form, 1314, 696, True),
    ("gallery-review.png", review, 1314, 696, True),
)


def write(app: QApplication, folder: Path) -> list[Path]:
    """Render every page into ``folder``; the written files."""
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, build, width, height, stacked in PAGES:
        path = folder / name
        if not render(app, build, width, height, stacked=stacked).save(str(path)):
            raise OSError(f"{path} cannot be written")
        written.append(path)
    return written


if __name__ == "__main__":
    application = QApplication(sys.argv[:1])
    for file in write(application, Path(sys.argv[1] if len(sys.argv) > 1 else "out/gallery")):
        print(file)
