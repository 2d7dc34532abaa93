"""From Daftar data to paper, over the real services: exactly what was selected is printed, and any record is found."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from sidumba_field.ui.operations import printing
from sidumba_field.ui.screens.reports.screen import ReportsScreen
from sidumba_field.ui.widgets.lookup import LookupField
from tests.helpers.papers import read
from tests.helpers.qt import press, settle, type_text, wait_until
from tests.helpers.real_laptop import RealLaptop, village
from tests.helpers.told import REGENCY, Told

__all__ = ["village"]

NAMES = ("Amplang Haruan", "Bingka Kentang", "Cincau Hijau", "Dodol Kandangan", "Emping Melinjo")


@pytest.fixture
def regency(village: RealLaptop) -> RealLaptop:
    """A verifier of the regency at a laptop that knows five businesses."""

    def begin() -> None:
        told = Told(village.office)
        for name in NAMES:
            told.business("tervalidasi", answers={"usaha/nama": name})
        told.pull()

    village.on_worker(begin)
    village.sit("Noor Laila", "verifikator_kabupaten", unit=REGENCY)
    return village


def printed(laptop: RealLaptop) -> set[str]:
    """The businesses that stand on the paper before the eyes."""
    model = laptop.window.desk.reports
    settle(80)
    wait_until(lambda: not model.busy)
    laptop.idle()
    assert model.shown is not None, model.problem
    text = " ".join(" ".join(read(model.shown.pdf)).split())
    return {name for name in NAMES if name in text}


def look_at(laptop: RealLaptop, paper: str) -> None:
    laptop.go("reports")
    printing.choose_paper(laptop.window.desk, paper)
    printed(laptop)


def test_ctrl_p_on_the_list_prints_exactly_the_selected_records(regency: RealLaptop) -> None:
    look_at(regency, "formulir_kosong")
    regency.go("lists")
    press("Ctrl+Space")
    press("Down")
    press("Down")
    press("Ctrl+Space")
    regency.idle()
    chosen = regency.window.desk.lists.chosen()
    assert len(chosen) == 2
    rids = regency.on_worker(lambda: regency.services.lists.bulk.rids(chosen))
    records = regency.office.store.records
    wanted = {
        record.fields["usaha/nama"]
        for rid in rids
        if (record := regency.on_worker(lambda r=rid: records.get(r)))
    }
    press("Ctrl+P")
    wait_until(lambda: regency.window.current_screen() == "reports")
    regency.idle()
    assert printed(regency) == wanted
    assert len(wanted) == 2
    model = regency.window.desk.reports
    assert model.options is not None
    assert set(model.options.choice.rids) == set(rids)
    screen = regency.window.screen_named("reports")
    assert isinstance(screen, ReportsScreen)
    assert "2 data terpilih" in screen._what.text()


def test_a_selection_holds_for_one_look(regency: RealLaptop) -> None:
    regency.go("lists")
    press("Ctrl+Space")
    regency.idle()
    press("Ctrl+P")
    wait_until(lambda: regency.window.current_screen() == "reports")
    regency.idle()
    assert len(printed(regency)) == 1
    regency.go("home")
    regency.go("reports")
    assert printed(regency) == set(NAMES)


def test_a_record_is_found_by_what_is_typed(regency: RealLaptop) -> None:
    look_at(regency, "kartu_data")
    screen = regency.window.screen_named("reports")
    assert isinstance(screen, ReportsScreen)
    field = screen.choices.field("subject")
    assert isinstance(field, LookupField)
    field.setFocus()
    settle()
    assert QApplication.focusWidget() is field
    field.selectAll()
    type_text("dodol kand")
    regency.idle()
    press("Down")
    press("Return")
    regency.idle()
    assert printed(regency) == {"Dodol Kandangan"}
    assert field.text().startswith("Dodol Kandangan")
