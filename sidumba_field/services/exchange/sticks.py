"""Flashdisks from a person's chair: what would be written, write it, read the reply, carry for others, take it out.

Every method waits for a disk and belongs on a network thread; its store calls hop to the database worker. What a disk
does (full, pulled out, write-protected) and what lies on it (damaged, foreign, read before) comes back as a sentence;
the outbox itself is cleared by answers alone, so that a lost flashdisk costs nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Sequence
from concurrent.futures import Executor
from functools import partial
from pathlib import Path
from typing import TypeVar

from sidumba_field.bundle import Found, Kind, Signer, Stopped, look
from sidumba_field.core.errors import SidumbaError
from sidumba_field.services.account.session import SessionService
from sidumba_field.services.desk import Desk, Seat
from sidumba_field.services.exchange import drives as disks
from sidumba_field.services.exchange.carrier import Carrier
from sidumba_field.services.exchange.drives import Drive, Drives
from sidumba_field.services.exchange.forms_installed import FormsService
from sidumba_field.services.exchange.service import SyncingService
from sidumba_field.services.exchange.stick_painter import Lying, StickPainter
from sidumba_field.services.exchange.stick_views import StickOutcome, StickProgress, StickView
from sidumba_field.services.threads import handed
from sidumba_field.services.views import Changes
from sidumba_field.store import Store
from sidumba_field.sync.hello import SERVER_KEY
from sidumba_field.sync.sticks import Exported, Standing, export, import_reply, judge, plan
from sidumba_field.sync.transport import Transport
from sidumba_field.words import explain_error, say

log = logging.getLogger(__name__)
T = TypeVar("T")
Progress = Callable[[StickProgress], None]
Stop = Callable[[], bool]
#: Bytes left free on a flashdisk: its own tables need some.
MARGIN = 1 << 20


class SticksService:
    """Use cases of screen 06b."""

    def __init__(
        self,
        desk: Desk,
        session: SessionService,
        syncing: SyncingService,
        worker: Executor | None = None,
        drives: Drives = disks.removable,
    ) -> None:
        self.desk = desk
        self.carrier = Carrier(desk.folder / "carried", desk.clock)
        self._session, self._syncing, self._worker, self._drives = session, syncing, worker, drives
        self._painter = StickPainter(desk)
        # Bundles taken along come home to the flashdisk they came from while it is still in.
        syncing.carry = self.forward

    # ---- the picture

    def keys(self, chosen: str = "") -> tuple[str, ...]:
        """Return the places bundles may be written to; touches no disk but a folder chosen by hand."""
        return tuple(str(drive.path) for drive in self._places(chosen))

    def view(self, chosen: str = "") -> StickView:
        """Return the card: drives, what would be written to the one in use, what lies there, the history.

        ``chosen``: folder somebody chose, "" for the first flashdisk.
        """
        places = self._places(chosen)
        wanted = next((drive for drive in places if str(drive.path) == chosen), None)
        drive = wanted or next(iter(places), None)
        rooms = {str(one.path): _room(one) for one in places}
        free = rooms[str(drive.path)] if drive is not None else 0
        seat, store = self._seat()
        planned = plan(store, seat.shelf, max(1, free - MARGIN) if drive is not None else 0)
        lying = self._lying(store, drive) if drive is not None else Lying()
        return self._painter.view(places, rooms, drive, planned, lying, self.carrier, store)

    def _places(self, chosen: str) -> tuple[Drive, ...]:
        found = tuple(self._drives())
        if chosen and all(str(drive.path) != chosen for drive in found) and Path(chosen).is_dir():
            found = (*found, disks.chosen(Path(chosen)))
        return found

    def _lying(self, store: Store, drive: Drive) -> Lying:
        """Return what lies on a flashdisk, each thing with its standing on this laptop."""
        try:
            found = look(drive.path)
        except SidumbaError:
            return Lying()  # pulled out a moment ago: the room says so
        seen = [(one, _judged(store, one)) for one in found]
        others = tuple(
            one for one, standing in seen if standing is not None and self._may_take(store, one, standing)
        )
        return Lying(tuple(seen), others, self.carrier.belongs(found))

    def _may_take(self, store: Store, found: Found, standing: Standing) -> bool:
        """A whole bundle of another laptop of the same office that was not taken along yet."""
        facts = found.facts
        ours = facts is not None and facts.server == (store.meta.get(SERVER_KEY) or facts.server)
        return found.whole and ours and not standing.mine and self.carrier.is_new(found)

    # ---- writing

    def save(self, key: str, progress: Progress, stop: Stop) -> StickOutcome:
        """Write what waits to the flashdisk ``key`` and read it back there; what does not fit is told and stays."""
        return self._told(partial(self._save, key, progress, stop))

    def _save(self, key: str, progress: Progress, stop: Stop) -> StickOutcome:
        drive = self._drive(key)
        seat, store = self._seat()
        made = export(
            store,
            seat.shelf,
            self.desk.clock,
            drive.path,
            Signer(seat.user.user_id, seat.key),
            room=max(1, disks.room(drive) - MARGIN),
            wanted=self._on_worker(self._syncing.wanted_files),
            forms=self._forms(),
            progress=_percent(progress, self.desk.lang, "write"),
            stop=stop,
        )
        detail = {"number": made.number, "records": made.records, "files": made.files}
        store.log("stick_save", seat.user.user_id, **detail)
        self._clear_away(store, drive, made)
        put_back = self._put_back(drive, progress, stop)
        changes = Changes(lists=True, counts=True)
        sentence = self._painter.saved(made, drive)
        return StickOutcome(
            True,
            sentence,
            safe=True,
            records=made.records,
            files=made.files,
            put_back=put_back,
            changes=changes,
        )

    def _forms(self) -> dict[str, dict[str, list[str]]]:
        """Return the form versions this laptop has, so that the reply brings the others."""
        return {
            name: {form: list(versions) for form, versions in program.versions.items()}
            for name, program in self.desk.programs.items()
        }

    def _clear_away(self, store: Store, drive: Drive, made: Exported) -> None:
        """Take off the flashdisk what this laptop wrote there and what has its answer, and replies read before: the
        new bundle is there, whole. A file that will not go stays."""
        for found in look(drive.path):
            standing = _judged(store, found)
            if (
                standing is None
                or not standing.mine
                or found.facts is None
                or found.facts.bundle == made.bundle
            ):
                continue
            if standing.read or (standing.exported and standing.answered):
                _remove(found.paths)

    # ---- reading

    def read(self, key: str, progress: Progress, stop: Stop) -> StickOutcome:
        """Read every reply for this laptop, oldest first, write back replies for others, take their bundles along."""
        return self._told(partial(self._read, key, progress, stop))

    def _read(self, key: str, progress: Progress, stop: Stop) -> StickOutcome:
        drive = self._drive(key)
        seat, store = self._seat()
        before = store.counts()
        lying = self._lying(store, drive)
        reading = _Reading(self, seat, store, progress, stop)
        for found, standing in reversed(lying.seen):
            reading.take(found, standing)
        put_back = self._put_back(drive, progress, stop)
        taken = self._take_along(lying.others, reading, progress, stop)
        if reading.replies:
            self._on_worker(partial(self._renew, seat))
        after = store.counts()
        received, returned = max(0, before.waiting - after.waiting), max(0, after.returned - before.returned)
        detail = {"replies": reading.replies, "received": received, "taken": taken, "put_back": put_back}
        store.log("stick_read", seat.user.user_id, **detail)
        self._on_worker(self._session.note_status)
        sentence = self._painter.read(reading.replies, reading.again, received, returned, taken, put_back)
        return StickOutcome(
            ok=bool(sentence),
            sentence=sentence
            or (reading.notes[0] if reading.notes else say("sticks.done.no_reply", self.desk.lang)),
            notes=tuple(reading.notes if sentence else reading.notes[1:]),
            safe=True,
            records=received,
            replies=reading.replies,
            taken=taken,
            put_back=put_back,
            returned=returned,
            order=reading.order,
            changes=Changes(lists=True, counts=True, connection=bool(reading.replies)),
        )

    def _take_along(self, others: Sequence[Found], reading: _Reading, progress: Progress, stop: Stop) -> int:
        taken = 0
        for found in others:
            try:
                self.carrier.take(found, _percent(progress, self.desk.lang, "read"), stop)
                taken += 1
            except SidumbaError as error:
                reading.note(found, error)
        return taken

    def _put_back(self, drive: Drive, progress: Progress, stop: Stop) -> int:
        back = self.carrier.belongs(look(drive.path))
        for reply in back:
            self.carrier.put_back(reply, drive.path, _percent(progress, self.desk.lang, "write"), stop)
        return len(back)

    def _renew(self, seat: Seat) -> None:
        """Take over what a reply renewed for the person at work: lease, rights, name."""
        known = seat.store.users.get(seat.user.user_id)
        if known is not None:
            seat.user = known
            seat.scopes.clear()

    # ---- carrying, as a part of a sync run

    def forward(self, line: Transport, stop: Stop) -> None:
        """Send carried bundles and fetch their replies; what belongs on a flashdisk that is in goes there at once."""
        try:
            done = self.carrier.forward(line, lambda _done, _total: None, stop)
            if not done.replies:
                return
            for drive in self._drives():
                self._put_back(drive, lambda _progress: None, stop)
        except Stopped:
            log.info("carrying was stopped")
        except SidumbaError as error:
            # Own work has gone already; what is carried goes on with the next run.
            log.warning("carrying waits: %s", error.code)

    # ---- taking out

    def eject(self, key: str) -> StickOutcome:
        """Let the system take the flashdisk out. Everything is on it already, whatever the system says."""
        done = disks.eject(self._drive(key))
        sentence = say("sticks.done.ejected" if done else "sticks.done.not_ejected", self.desk.lang)
        return StickOutcome(True, sentence, safe=done)

    # ---- helpers

    def _seat(self) -> tuple[Seat, Store]:
        seat = self.desk.seat()

        def still_here() -> None:
            if self.desk.seated is not seat:
                raise SidumbaError("auth.session_expired")

        return seat, handed(seat.store, self._worker, still_here)

    def _drive(self, key: str) -> Drive:
        """Return a place by its key; raise ``bundle.stick_gone`` when it was pulled out meanwhile."""
        drive = next((one for one in self._places(key) if str(one.path) == key), None)
        if drive is None:
            raise SidumbaError("bundle.stick_gone")
        return drive

    def _told(self, act: Callable[[], StickOutcome]) -> StickOutcome:
        """Do it; a stop and whatever a disk or a file did is told, nothing of it counts."""
        try:
            return act()
        except Stopped:
            return StickOutcome(False, say("sticks.done.stopped", self.desk.lang))
        except SidumbaError as error:
            if error.code.partition(".")[0] not in ("bundle", "store"):
                raise
            return StickOutcome(
                False, explain_error(error, self.desk.lang).text(), changes=Changes(counts=True)
            )

    def _on_worker(self, job: Callable[[], T]) -> T:
        return job() if self._worker is None else self._worker.submit(job).result()

    def forms_service(self) -> FormsService:
        """Return who puts form versions of a reply on the desk."""
        return FormsService(self.desk, self._worker, self._syncing.arriving)


class _Reading:
    """One reading of a flashdisk: what was taken in, and a sentence for each thing that was not."""

    def __init__(
        self, service: SticksService, seat: Seat, store: Store, progress: Progress, stop: Stop
    ) -> None:
        self._service, self._seat, self._store = service, seat, store
        self._desk = service.desk
        self._progress = _percent(progress, service.desk.lang, "read")
        self._stop = stop
        self.replies = self.again = 0
        self.order = False
        self.notes: list[str] = []

    def take(self, found: Found, standing: Standing | None) -> None:
        """Take one thing in: a reply for this laptop is imported, damage is told, everything else is left alone."""
        if not found.whole:
            self.note(found, SidumbaError(found.code))
        elif (
            found.facts is None
            or found.facts.kind is not Kind.BALASAN
            or standing is None
            or not standing.mine
        ):
            return
        else:
            # Also one that was read before: what it could not bring then for a gap before it, it may bring now.
            self._import(found)

    def _import(self, found: Found) -> None:
        try:
            taken = import_reply(
                self._store,
                self._seat.shelf,
                self._desk.clock,
                found,
                learn=self._service.forms_service().learn,
                progress=self._progress,
                stop=self._stop,
            )
        except SidumbaError as error:
            self.note(found, error)
            return
        self.replies += not taken.again
        self.again += taken.again
        self.order = self.order or taken.order
        for problem in taken.problems:
            self.note(None, problem)

    def note(self, found: Found | None, error: SidumbaError) -> None:
        """Keep a sentence for the person, named by the file it is about."""
        text = explain_error(error, self._desk.lang).text()
        name = f"{found.name}: " if found is not None and found.name else ""
        if name + text not in self.notes:
            self.notes.append(name + text)


def _judged(store: Store, found: Found) -> Standing | None:
    return judge(store, found) if found.whole and found.facts is not None else None


def _room(drive: Drive) -> int:
    """Return the free bytes; -1 when it does not answer, -2 when it cannot be written."""
    try:
        free = disks.room(drive)
    except SidumbaError:
        return -1
    return free if disks.writable(drive) else -2


def _remove(paths: Sequence[Path]) -> None:
    for path in paths:
        try:
            path.unlink(missing_ok=True)
        except OSError as error:
            log.info("an old bundle stays on the flashdisk: %s", type(error).__name__)


def _percent(progress: Progress, lang: str, what: str) -> Callable[[int, int], None]:
    """Turn bytes into a percentage and words; tells each percent once."""
    last = -1

    def tell(done: int, total: int) -> None:
        nonlocal last
        percent = min(100, 100 * done // total) if total else 0
        if percent != last:
            last = percent
            progress(StickProgress(percent, say(f"sticks.progress.{what}", lang, percent=percent)))

    return tell
