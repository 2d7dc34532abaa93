"""Attachments as the windows meet them, without a shelf: one offer that is always there, and what was decided."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from sidumba_field.services.files.views import Offer, Preview, Rule
from sidumba_field.services.views import Changes, FormDelta
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
