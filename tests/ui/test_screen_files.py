"""Files as a person meets them: a scan attached, a smaller twin taken or left, big ones kept for the flashdisk."""

from __future__ import annotations

from pathlib import Path

from sidumba_field.core.ids import new_id
from sidumba_field.core.time import iso
from sidumba_field.ui.screens.form.fields import ItemRow
from sidumba_field.ui.screens.sync.screen import SyncScreen
from sidumba_field.ui.widgets.photos import PhotoField
from tests.helpers import scans
from tests.helpers.qt import press, wait_until
from tests.helpers.real_laptop import RealLaptop, village
from tests.ui.test_real_services import begin

__all__ = ["village"]
GATE, SCAN = "legalitas/nib_ada", "legalitas/nib_surat/pindai"


def scan_row(village: RealLaptop) -> ItemRow:
    """The row of the scan of the NIB, in sight."""
    begin(village)
    body = village.form.body
    assert body.go_to(GATE)
    press("1")
    village.idle()
    assert body.go_to(SCAN)
    row = body.row(SCAN)
    assert row is not None
    assert isinstance(row.field, PhotoField)
    return row


def attach(village: RealLaptop, row: ItemRow, file: Path, content: bytes) -> None:
    file.write_bytes(content)
    assert isinstance(row.field, PhotoField)
    row.field.take_file(file)
    village.idle()


def test_a_scan_is_kept_as_it_is_and_its_smaller_twin_is_offered_taken_and_taken_back(
    village: RealLaptop, tmp_path: Path
) -> None:
    row = scan_row(village)
    attach(village, row, tmp_path / "nib.pdf", scans.scanned(2))
    wait_until(lambda: row.twin is not None and row.twin.offer() is not None)
    first = row.value()
    assert first.endswith(".pdf")
    assert village.on_worker(lambda: village.office.desk.seat().shelf.open(first[:64])) == scans.scanned(2)
    twin = row.twin
    assert twin is not None
    assert twin.before.has_image()
    assert twin.after.has_image()
    assert "MB" in twin.before.caption or "KB" in twin.before.caption
    press("Alt+P")
    village.idle()
    second = row.value()
    assert second.endswith(".pdf")
    assert second != first
    assert twin.isHidden()
    size = village.on_worker(lambda: village.office.desk.seat().shelf.size(second[:64]))
    assert size < len(scans.scanned(2)) * 0.8
    press("Ctrl+Z")
    village.idle()
    assert row.value() == first, "the original was never away"


def test_the_original_stays_when_the_twin_is_left(village: RealLaptop, tmp_path: Path) -> None:
    row = scan_row(village)
    attach(village, row, tmp_path / "nib.pdf", scans.scanned(1))
    wait_until(lambda: row.twin is not None and row.twin.offer() is not None)
    first = row.value()
    press("Alt+A")
    village.idle()
    assert row.value() == first
    assert row.twin is not None
    assert row.twin.isHidden()


def test_a_paper_with_words_is_taken_without_a_question_and_one_too_big_is_told_before(
    village: RealLaptop, tmp_path: Path
) -> None:
    row = scan_row(village)
    attach(village, row, tmp_path / "surat.pdf", scans.letter(padding=600_000))
    wait_until(lambda: not village.jobs.pending)
    assert row.twin is None or row.twin.isHidden()
    kept = row.value()
    store, told = village.office.store, []
    village.window.desk.noticed.connect(lambda notice: told.append(notice.text))
    village.on_worker(lambda: store.meta.set("limits/max_file", "700000"))
    attach(village, row, tmp_path / "besar.pdf", scans.letter(padding=900_000))
    assert row.value() == kept
    assert any("Berkas terlalu besar" in said for said in told), told


def test_a_big_file_is_kept_for_the_flashdisk_and_let_go_again(village: RealLaptop, tmp_path: Path) -> None:
    row = scan_row(village)
    attach(village, row, tmp_path / "surat.pdf", scans.letter(padding=600_000))
    sha = row.value()[:64]
    rid, store = village.window.desk.form.rid, village.office.store
    by = village.office.desk.seat().user.user_id
    at = village.office.desk.clock
    village.on_worker(lambda: store.records.seal(rid, by, iso(at.now()), new_id(at)))
    village.go("sync")
    screen = village.window.screen_named("sync")
    assert isinstance(screen, SyncScreen)
    keys = [item.key for item in screen.list.model().items]
    screen.list.setCurrentIndex(screen.list.model().index(keys.index(sha), 0))
    village.idle()
    assert not screen.carry.carry.isHidden()
    press("Alt+L")
    village.idle()
    assert [one.sha for one in village.on_worker(store.files.postponed)] == [sha]
    kept = ("lewat flashdisk", "usb")
    wait_until(
        lambda: kept in [(one.status, one.sign) for one in screen.list.model().items if one.key == sha]
    )
    press("Alt+L")
    village.idle()
    assert village.on_worker(store.files.postponed) == []
    village.on_worker(lambda: village.services.files.carry_over(100_000))
    assert village.on_worker(store.files.postponed) == [], (
        "what was said of the file itself goes before the rule"
    )
