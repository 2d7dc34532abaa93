"""Which question the hand is on: help, reasons and last year's answer all follow it, in tables cell by cell."""

from __future__ import annotations

from tests.helpers.qt import press
from tests.helpers.screens import Laptop, laptop

__all__ = ["laptop"]


def test_going_on_into_a_table_the_hand_is_on_its_first_cell_each_time(laptop: Laptop) -> None:
    laptop.sign_in(1)
    laptop.open_form("k1")
    body = laptop.form.body
    stops = [path for path in laptop.window.desk.form.stops() if "[" not in path]
    before = stops[stops.index("produk") - 1]
    for _ in range(2):
        assert body.go_to(before)
        press("Return")
        laptop.idle()
        assert body.here() == "produk[r1]/nama"


def test_coming_back_into_a_table_the_hand_is_on_its_empty_row(laptop: Laptop) -> None:
    laptop.sign_in(1)
    laptop.open_form("k1")
    body = laptop.form.body
    stops = [path for path in laptop.window.desk.form.stops() if "[" not in path]
    body.go_to("produk[r2]/nama")
    assert body.go_to(stops[stops.index("produk") + 1])
    press("Shift+Return")
    laptop.idle()
    assert body.here() == "produk"
