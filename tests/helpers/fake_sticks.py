"""services.sticks of the invented laptop: a flashdisk in or not, full, locked, with replies and bundles of others."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from sidumba_field.services import views as v
from sidumba_field.services.exchange.stick_views import (
    BundleRow,
    DriveView,
    PlanView,
    StickOutcome,
    StickProgress,
    StickView,
)
from sidumba_field.services.views import Mark

if TYPE_CHECKING:
    from tests.helpers.fake_services import Office

KINGSTON = DriveView("E:\\", "KINGSTON (E:)", "7,2 GB kosong", True)
LOCKED = DriveView("E:\\", "KINGSTON (E:)", "terkunci, tidak bisa ditulisi", True)
SMALL = DriveView("F:\\", "KANTOR (F:)", "9,1 MB kosong", True)
PLAN = PlanView(23, 42, "23 data, 42 berkas, 14,2 MB")
CROWDED = replace(
    PLAN, text="23 data, 39 berkas, 6,4 MB", left_text="3 berkas (7,8 MB) tidak muat dan tetap di laptop."
)
NOTHING = PlanView(0, 0, "Tidak ada yang menunggu dikirim.")
OPEN = BundleRow("FD-0003", "20 Nov 09.41", "23 data, 42 berkas, 14,2 MB", Mark.WAITING, "menunggu balasan")
ANSWERED = (
    BundleRow("FD-0002", "12 Nov 16.05", "48 data, 51 berkas, 17,9 MB", Mark.RECEIVED, "dibalas 14 Nov"),
    BundleRow("FD-0001", "2 Nov 15.30", "31 data, 12 berkas, 5,0 MB", Mark.RECEIVED, "dibalas 4 Nov"),
)
SAVED = "23 data tersimpan ke flashdisk KINGSTON (E:), siap dibawa"
EMPTY = StickView(
    drives=(),
    chosen="",
    trouble="",
    plan=PLAN,
    replies=0,
    others=0,
    back=0,
    found=(),
    carried_text="",
    history=ANSWERED,
    waiting=0,
    last_text="Terakhir: 12 Nov, 48 data, sudah diterima server",
    last_mark=Mark.RECEIVED,
)


@dataclass
class FakeSticks:
    """services.sticks; ``picture`` is what the card shows, ``outcome`` what the next act does."""

    office: Office
    picture: StickView = EMPTY
    outcome: StickOutcome = field(
        default_factory=lambda: StickOutcome(
            True, SAVED, safe=True, records=23, files=42, changes=v.Changes(counts=True)
        )
    )
    steps: int = 3

    def keys(self, chosen: str = "") -> tuple[str, ...]:
        return tuple(drive.key for drive in self.picture.drives)

    def view(self, chosen: str = "") -> StickView:
        self.office.note("stick_view", chosen)
        if chosen and chosen not in self.keys():
            folder = DriveView(chosen, chosen.rpartition("/")[2], "120 GB kosong", False)
            return replace(self.picture, drives=(*self.picture.drives, folder), chosen=chosen)
        return replace(self.picture, chosen=chosen or self.picture.chosen)

    def save(
        self, key: str, progress: Callable[[StickProgress], None], stop: Callable[[], bool]
    ) -> StickOutcome:
        self.office.note("stick_save", key)
        return self._work("Menulis", progress, stop)

    def read(
        self, key: str, progress: Callable[[StickProgress], None], stop: Callable[[], bool]
    ) -> StickOutcome:
        self.office.note("stick_read", key)
        return self._work("Membaca", progress, stop)

    def eject(self, key: str) -> StickOutcome:
        self.office.note("stick_eject", key)
        self.picture = replace(self.picture, drives=(), chosen="")
        return StickOutcome(True, "Flashdisk aman dicabut.", safe=True)

    def _work(
        self, word: str, progress: Callable[[StickProgress], None], stop: Callable[[], bool]
    ) -> StickOutcome:
        for step in range(self.steps):
            if stop():
                return StickOutcome(False, "Dibatalkan. Tidak ada yang berubah di laptop.")
            percent = 100 * step // self.steps
            progress(StickProgress(percent, f"{word} {percent}%"))
            time.sleep(0.02)
        return self.outcome


#: State of the card -> what it shows; every one has a scene in ``every_screen``.
STATES: dict[str, StickView] = {
    "none": EMPTY,
    "ready": replace(EMPTY, drives=(KINGSTON,), chosen=KINGSTON.key),
    "several": replace(EMPTY, drives=(KINGSTON, SMALL), chosen=KINGSTON.key),
    "crowded": replace(EMPTY, drives=(SMALL,), chosen=SMALL.key, plan=CROWDED),
    "locked": replace(
        EMPTY,
        drives=(LOCKED,),
        chosen=LOCKED.key,
        trouble="Flashdisk terkunci. Geser kuncinya, atau pakai yang lain.",
    ),
    "waiting": replace(
        EMPTY,
        drives=(KINGSTON,),
        chosen=KINGSTON.key,
        history=(OPEN, *ANSWERED),
        waiting=23,
        last_text="Terakhir: 20 Nov, 23 data, menunggu balasan",
        last_mark=Mark.WAITING,
    ),
    "reply": replace(
        EMPTY,
        drives=(KINGSTON,),
        chosen=KINGSTON.key,
        plan=NOTHING,
        replies=1,
        found=((Mark.WAITING, "Balasan untuk laptop ini, 21 Nov 10.12"),),
        history=(OPEN, *ANSWERED),
        waiting=23,
        last_text="Terakhir: 20 Nov, 23 data, menunggu balasan",
        last_mark=Mark.WAITING,
    ),
    "damaged": replace(
        EMPTY,
        drives=(KINGSTON,),
        chosen=KINGSTON.key,
        found=(
            (Mark.TROUBLE, "balasan_Kapul_2026-11-21_0003_1a2b3c4d.sidumba: Berkas terpotong."),
            (Mark.LAPTOP, "Balasan untuk laptop lain, biarkan di flashdisk"),
        ),
    ),
    "carrying": replace(
        EMPTY,
        drives=(KINGSTON,),
        chosen=KINGSTON.key,
        plan=NOTHING,
        others=2,
        carried_text="Titipan: 2 bundel, tidak bisa dibaca di laptop ini.",
    ),
    "carried": replace(
        EMPTY, plan=NOTHING, carried_text="Titipan: 1 balasan siap, colokkan lagi flashdisknya."
    ),
}
