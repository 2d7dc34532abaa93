"""Looking after one laptop: what exists only here, safe copies, clock and disk, what does not get through.

Reminders inform; nothing here expires, orders or decides by a clock. A copy is written on a thread of its own: the
store's calls hop to the database worker.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from datetime import timedelta
from pathlib import Path

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import iso, parse_iso
from sidumba_field.services.care.clock import Drift, skew_text
from sidumba_field.services.care.stuck import Stuck
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
from sidumba_field.services.desk import Desk
from sidumba_field.services.exchange.drives import Drives, removable
from sidumba_field.services.exchange.forms_installed import FormsService
from sidumba_field.services.threads import handed
from sidumba_field.services.views import Link
from sidumba_field.store import Alone
from sidumba_field.store.safecopy import LAST, Progress, Stop, Stopped, write_copy
from sidumba_field.store.safereturn import look, restore
from sidumba_field.sync.status import SKEW
from sidumba_field.words import date_short, say, size

#: Days after which work that is only here is spoken of louder (spec/sync.md section 7).
LOUD_DAYS = 3
#: Bytes left on the disk below which it is nearly full, and below which typing may stop any moment.
LOW, FULL = 500_000_000, 60_000_000


class CareService:
    """``drives``: the flashdisks of this machine; ``free``: bytes left beside the laptop's folder."""

    #: Raised by ``back_up`` when it was stopped.
    Stopped = Stopped

    def __init__(
        self,
        desk: Desk,
        worker: Executor | None = None,
        drives: Drives = removable,
        free: Callable[[Path], int] = lambda folder: shutil.disk_usage(folder).free,
    ) -> None:
        self.desk = desk
        self._worker = worker
        self._drives = drives
        self._free = free
        self._drift = Drift(desk.clock)
        self._measured = ""
        self._stuck = Stuck(desk)

    def begin(self) -> None:
        """Somebody sat down: keep a little of the disk back for sending, and look at the clock from now on."""
        self._drift = Drift(self.desk.clock)
        self._measured = self.desk.seat().store.meta.get(SKEW) or "0"
        self.desk.seat().store.hold_reserve()

    # ---- the picture
    def view(self) -> CareView:
        """Return everything Beranda and Sinkronisasi say about this laptop; reads the store, asks no network."""
        alone = self.desk.seat().store.alone()
        days = self._days(alone)
        notices = (self._disk(), self._clock(), self._only_here(alone, days), self._copied())
        return CareView(
            only_here=alone.records,
            days=days,
            notices=tuple(notice for notice in notices if notice is not None),
            last_copy=self._last_copy(),
            stuck=self._stuck.rows(),
        )

    def _days(self, alone: Alone) -> int:
        """Whole days since the oldest work that is only here; a clock that was set back makes it none."""
        if not alone.since:
            return 0
        return max(0, (self.desk.clock.now() - parse_iso(alone.since)) // timedelta(days=1))

    def _only_here(self, alone: Alone, days: int) -> Notice | None:
        lang = self.desk.lang
        if not alone.records:
            return None
        loud = days >= LOUD_DAYS
        if not loud and self.desk.link is Link.ONLINE:
            return None
        words = "loud" if loud else "only_here"
        text = say(f"care.{words}", lang, count=alone.records, days=days)
        return Notice("only_here", Tone.WARN if loud else Tone.CALM, text, say(f"care.{words}_next", lang))

    def _clock(self) -> Notice | None:
        """Tell of a clock that stands apart from the server's, or was moved since somebody sat down."""
        measured = self.desk.seat().store.meta.get(SKEW) or "0"
        if measured != self._measured:
            # What the clock was moved before, the run has measured with the rest.
            self._measured, self._drift = measured, Drift(self.desk.clock)
        text = skew_text(int(measured.split()[0]) - self._drift.seconds(), self.desk.lang)
        return Notice("clock", Tone.WARN, text, say("care.clock_next", self.desk.lang)) if text else None

    def _disk(self) -> Notice | None:
        left, lang = self._free(self.desk.folder), self.desk.lang
        if left >= LOW:
            return None
        tone = Tone.ALARM if left < FULL else Tone.WARN
        words = "full" if left < FULL else "low"
        text = say(f"care.disk_{words}", lang, left=left // 1_000_000)
        return Notice("disk", tone, text, say("care.disk_next", lang))

    def _copied(self) -> Notice | None:
        """Tell once, until it was read, that this laptop was copied or set back."""
        log = self.desk.seat().store.meta.get("incarnation.told") or ""
        now = self.desk.seat().store.incarnation
        former = self.desk.seat().store.meta.get("incarnation.former") or ""
        if not former or log == now:
            return None
        lang = self.desk.lang
        return Notice("copied", Tone.CALM, say("care.copied", lang), say("care.copied_next", lang))

    def read(self, key: str) -> None:
        """A notice that is told once was read."""
        if key == "copied":
            store = self.desk.seat().store
            store.meta.set("incarnation.told", store.incarnation)

    def _last_copy(self) -> str:
        raw = self.desk.seat().store.meta.get(LAST)
        if not raw:
            return ""
        day = self.desk.local(parse_iso(json.loads(raw)["at"])).date()
        return say("care.last_copy", self.desk.lang, day=date_short(day, self.desk.lang))

    # ---- safe copies
    def drives(self) -> tuple[DriveRow, ...]:
        """Return the flashdisks that are in now; may wait for a slow device."""
        return tuple(DriveRow(drive.path, drive.label) for drive in self._drives())

    def leaving(self, drives: Sequence[DriveRow]) -> Leaving:
        """Tell what to say before the window closes: work is only here, and one of ``drives`` is in or it is old."""
        alone = self.desk.seat().store.alone()
        days, lang = self._days(alone), self.desk.lang
        if not alone.records or self._is_copied(alone) or not (drives or days >= LOUD_DAYS):
            return Leaving(ask=False)
        title = say("care.leaving", lang, count=alone.records)
        words = "leaving_drive" if drives else "leaving_loud"
        return Leaving(True, title, say(f"care.{words}", lang, days=days), tuple(drives))

    def _is_copied(self, alone: Alone) -> bool:
        """Tell whether the newest copy was made after the newest work: then there is nothing new to keep."""
        raw = self.desk.seat().store.meta.get(LAST)
        return bool(raw) and json.loads(raw or "{}").get("work") == alone.newest

    def back_up(
        self, folder: Path, progress: Progress = lambda done, total: None, stop: Stop = lambda: False
    ) -> CopyMade:
        """Write a safe copy into ``folder`` and read it back; belongs on a network thread.

        Raises ``store.disk_full``, ``store.read_only``, ``copy.gone``, ``copy.not_read_back``; ``safecopy.Stopped``.
        """
        seat = self.desk.seat()
        store = handed(seat.store, self._worker, self._still(seat))
        made = write_copy(store, folder, self.desk.clock, progress, stop)
        try:
            store.log("copy", seat.user.user_id, number=made.number, records=made.records, size=made.size)
        except SidumbaError as refused:
            # The copy is whole and read back; the laptop's own disk is what it was made for.
            if refused.code != "store.disk_full":
                raise
        sentence = say(
            "care.copy_made", self.desk.lang, records=made.records, size=size(made.size, self.desk.lang)
        )
        return CopyMade(made.path, sentence)

    def _still(self, seat: object) -> Callable[[], None]:
        def allowed() -> None:
            if self.desk.seated is not seat:
                raise SidumbaError("auth.session_expired")

        return allowed

    # ---- a laptop from a copy
    def look(self, file: Path) -> CopySeen:
        """Tell what a copy is, before anybody is signed in; raise ``copy.unknown_format``, ``copy.damaged``."""
        told = look(file)
        lang = self.desk.lang
        day = date_short(self.desk.local(parse_iso(told.made_at)).date(), lang)
        return CopySeen(file, say("care.restore_text", lang, day=day, count=told.records))

    def restore(self, file: Path, secret: str, progress: Progress = lambda done, total: None) -> str:
        """Make this folder the laptop ``file`` is a copy of; return what to say. Nobody may be seated.

        Raises ``copy.not_empty``, ``auth.wrong_passphrase``, ``copy.damaged``, ``store.disk_full``.
        """
        restore(file, self.desk.folder, secret, self.desk.clock, progress)
        # The office's versions of forms came with it; what is on the desk is changed on the database worker.
        refresh = FormsService(self.desk).refresh
        if self._worker is None:
            refresh()
        else:
            self._worker.submit(refresh).result()
        return say("care.restore_done", self.desk.lang)

    # ---- quarantine
    def stuck(self) -> tuple[StuckRow, ...]:
        """Return what does not get through, with its reason."""
        return self._stuck.rows()

    def again(self, key: str) -> str:
        """Let one be tried anew; return what to say."""
        return self._stuck.again(key)

    def set_aside(self, key: str) -> str:
        """Keep one back until somebody says otherwise; return what to say."""
        return self._stuck.set_aside(key)

    def hand_over(self, key: str, folder: Path) -> CopyMade:
        """Write one, sealed to the district, into ``folder``."""
        path = self._stuck.hand_over(key, folder, iso(self.desk.clock.now()))
        return CopyMade(path, say("care.handed", self.desk.lang, file=path.name))
