"""One module per KIND of paper; which paper a program prints stands in its folder, not here."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from sidumba_field.reports.layouts import (
    blank_form,
    card,
    decree,
    filled_form,
    minutes,
    recap,
    receipt,
    register,
)
from sidumba_field.reports.model import Block, ReportData
from sidumba_field.reports.paper import Paper

LAYOUTS: dict[str, Callable[[Paper, ReportData], Iterator[Block]]] = {
    "blank_form": blank_form.blocks,
    "card": card.blocks,
    "decree": decree.blocks,
    "filled_form": filled_form.blocks,
    "minutes": minutes.blocks,
    "recap": recap.blocks,
    "receipt": receipt.blocks,
    "register": register.blocks,
}
"""Layout kind -> what turns a paper and its data into blocks."""
