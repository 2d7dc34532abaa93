"""Attachments as the windows meet them, without a shelf: one offer that is always there, and what was decided."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from sidumba_field.services.exchange.sync_views import ShipmentRow, SyncView
from sidumba_field.services.files.views import Offer, Preview, Rule
from sidumba_field.services.views import Changes, FormDelta, Mark
from tests.helpers import fake_review

MB = 1024 * 1024


class FakeFiles:
    """``twin``: whether a smaller one is found; ``answer``: what taking it changes in the form."""

    def __init__(self, office: Any, answer: Callable[[str, str, str], FormDelta]) -> None:
        self.office, self._answer = office, answer
        self.twin = False
        self.over = 0

    def limit(self) -> int:
        return 25 * MB

    def preview(self, name: str) -> Preview:
        self.office.note("preview", name)
        return Preview(fake_review.house_photo(), "PDF, 14,2 MB" if name.endswith(".pdf") else "340 KB")

    def offer(self, rid: str, path: str, name: str, progress: Any = None, stop: Any = None) -> Offer | None:
        self.office.note("offer", rid, path, name)
        if not self.twin:
            return None
        picture = fake_review.house_photo()
        sentence = "14,2 MB dapat menjadi 1,9 MB. Bandingkan, lalu pilih. Aslinya tetap ada."
        return Offer(rid, path, name, sentence, "14,2 MB", "1,9 MB", picture, picture)

    def take(self, offer: Offer) -> FormDelta:
        self.office.note("take_smaller", offer.rid, offer.path)
        return self._answer(offer.rid, offer.path, "b" * 64 + ".pdf")

    def carry(self, sha: str, by_stick: bool) -> Changes:
        self.office.note("carry", sha, by_stick)
        return Changes(lists=True, counts=True)

    def rules(self) -> tuple[Rule, ...]:
        labels = {
            0: "Semua lewat internet",
            MB: "Di atas 1 MB lewat flashdisk",
            5 * MB: "Di atas 5 MB lewat flashdisk",
        }
        return tuple(Rule(limit, label, limit == self.over) for limit, label in labels.items())

    def carry_over(self, limit: int) -> Changes:
        self.office.note("carry_over", limit)
        self.over = limit
        return Changes(lists=True, counts=True)


def queue() -> SyncView:
    """Screen 06 with files that wait: one goes on, one is refused on the way, two are kept for the flashdisk."""
    waiting, stick = "menunggu", "lewat flashdisk"
    rows = (
        ShipmentRow("s1", "file-text", "23 isian", "Desa Kapul", "276 KB", -1, Mark.WAITING, waiting),
        _file("f1", "Foto tempat usaha", "Amplang Bunda", "310 KB", 0, waiting),
        _file("f2", "Pindaian NIB", "Sasirangan Melati", "2,6 MB", 62, "lanjut dari 1,6 MB"),
        _file("f3", "Pindaian SITU", "Bengkel Radiator Uda", "24,1 MB", 0, stick),
        _file("f4", "Pindaian sertifikat halal", "Kue Lapis Acil Diah", "8,4 MB", 0, stick),
    )
    view = fake_review.sync_view(running=False)
    return replace(view, rows=rows, waiting_files=4, waiting_size="35,4 MB", usb_files=2, usb_size="32,5 MB")


def _file(key: str, title: str, whose: str, size: str, percent: int, text: str) -> ShipmentRow:
    icon = "file-badge" if title.startswith("Pindaian") else "image"
    kept = text.startswith("lewat")
    return ShipmentRow(
        key, icon, title, whose, size, percent, Mark.WAITING, text, is_file=True, by_stick=kept
    )
