"""Stands in for the care of a laptop: notices, stuck rows, drives and copies as a test wants them."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sidumba_field.core.errors import SidumbaError
from sidumba_field.services.care.views import (
    CareView,
    CopyMade,
    CopySeen,
    DriveRow,
    Leaving,
    Notice,
    StuckRow,
    Tone,
)
from sidumba_field.words import say

ONLY_HERE = Notice("only_here", Tone.WARN, say("care.loud", count=12, days=4), say("care.loud_next"))
CLOCK = Notice("clock", Tone.WARN, say("care.clock_hours", count=3), say("care.clock_next"))
DISK = Notice("disk", Tone.WARN, say("care.disk_low", left=180), say("care.disk_next"))
COPIED = Notice("copied", Tone.CALM, say("care.copied"), say("care.copied_next"))
STICK = DriveRow(Path("E:/"), "KINGSTON (E:)")
STUCK = (
    StuckRow(
        "op-1", "r1", "Keripik Singkong Bu Aminah", "Server belum dapat menerima data ini.",
        "Coba kirim lagi, atau simpan untuk kabupaten.", say("care.tried", count=5), False, True, True,
    ),
    StuckRow("op-2", "r2", "Warung Pak Rahmat", say("care.aside"), "", "", True, True, False),
)  # fmt: skip

LEAVING = Leaving(True, say("care.leaving", count=12), say("care.leaving_drive"), (STICK,))


@dataclass
class FakeCare:
    """``office``: where calls are noted."""

    office: Any
    notices: tuple[Notice, ...] = ()
    rows: tuple[StuckRow, ...] = ()
    sticks: tuple[DriveRow, ...] = ()
    leave: Leaving = field(default_factory=lambda: Leaving(False))
    last_copy: str = ""
    refuse: str = ""

    def begin(self) -> None:
        self.office.note("care.begin")

    def view(self) -> CareView:
        return CareView(12 if self.notices else 0, 4, self.notices, self.last_copy, self.rows)

    def read(self, key: str) -> None:
        self.office.note("care.read", key)
        self.notices = tuple(notice for notice in self.notices if notice.key != key)

    def drives(self) -> tuple[DriveRow, ...]:
        return self.sticks

    class Stopped(Exception):
        """As the real one."""

    def leaving(self, drives: tuple[DriveRow, ...]) -> Leaving:
        return self.leave

    def back_up(self, folder: Path, progress: Any = None, stop: Any = None) -> CopyMade:
        self.office.note("care.back_up", str(folder))
        if self.refuse:
            raise SidumbaError(self.refuse, folder=folder.name)
        self.last_copy = say("care.last_copy", day="20 Nov")
        return CopyMade(folder / "a.cadangan", say("care.copy_made", records=12, size="1,2 MB"))

    def look(self, file: Path) -> CopySeen:
        return CopySeen(file, say("care.restore_text", day="20 Nov", count=12))

    def restore(self, file: Path, secret: str, progress: Any = None) -> str:
        self.office.note("care.restore", str(file))
        if self.refuse:
            raise SidumbaError(self.refuse)
        return say("care.restore_done")

    def stuck(self) -> tuple[StuckRow, ...]:
        return self.rows

    def again(self, key: str) -> str:
        self.office.note("care.again", key)
        self.rows = tuple(row for row in self.rows if row.key != key)
        return say("care.again_done")

    def set_aside(self, key: str) -> str:
        self.office.note("care.set_aside", key)
        return say("care.aside_done")

    def hand_over(self, key: str, folder: Path) -> CopyMade:
        self.office.note("care.hand_over", key)
        return CopyMade(folder / "x", say("care.handed", file="tertahan-1.sidumba-titipan"))
