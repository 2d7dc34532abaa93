"""A petugas typing the tour's business through the services: one way for all tests that need a whole form."""

from __future__ import annotations

from pathlib import Path

from sidumba_field.services.entry.service import EntryService
from tests.tour.people import BUSINESS, PRODUCTS, STORED

#: The table of products and its columns, in the order they are typed.
TABLE, COLUMNS, PHOTO = "usaha/produk", ("nama", "satuan", "dibuat", "harga"), "lokasi/foto"


def fill(entry: EntryService, rid: str, picture: Path | bytes, folder: Path | None = None) -> None:
    """Answer everything a business says, its products and its photo (a file, or bytes to lie in ``folder``)."""
    for path, typed in BUSINESS.items():
        entry.answer(rid, path, STORED.get(path, typed))
    for cells in PRODUCTS:
        row, _ = entry.add_row(rid, TABLE)
        for column, value in zip(COLUMNS, cells, strict=True):
            entry.answer(rid, f"{TABLE}[{row}]/{column}", value)
    if isinstance(picture, bytes):
        assert folder is not None
        file = folder / "toko.jpg"
        file.write_bytes(picture)
        picture = file
    entry.attach(rid, PHOTO, picture)
