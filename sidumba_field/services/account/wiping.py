"""A laptop is emptied on the district's order: its work is sealed to the server first, then its keys are destroyed.

Nothing typed is lost: drafts become ops; ops and files the server lacks go into a bundle only the server opens, which
stays on the laptop even when it could be handed in over the line. Killed anywhere, the next run or start goes on:
until the note lies here nothing was destroyed, and from then on no key is needed to finish.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Executor
from dataclasses import replace
from typing import TypeVar

from sidumba_field.bundle import Progress, Stop, Stopped, go_on, ignore, look
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import new_id
from sidumba_field.core.time import iso
from sidumba_field.services.account.emptied import HANDED_IN, Emptied, finish, sentence, write_note
from sidumba_field.services.account.session import SessionService
from sidumba_field.services.desk import Desk, Seat
from sidumba_field.sync import orders
from sidumba_field.sync.sticks import Exported, ask_carried, export, send_carried
from sidumba_field.sync.sticks.carrying import PARTIAL
from sidumba_field.sync.transport import Transport
from sidumba_field.wire.messages import OrderMessage

T = TypeVar("T")
log = logging.getLogger(__name__)


class WipeService:
    """Obeys the order to empty this laptop; belongs on a network thread, its store calls hop to the worker."""

    def __init__(self, desk: Desk, session: SessionService, worker: Executor | None = None) -> None:
        self.desk, self._session, self._worker = desk, session, worker

    def pending(self) -> str:
        """Return what the district has ordered: "" when this laptop may work, or nobody sits here, else "suspended",
        "revoked", "wipe".
        """
        seat = self.desk.seated
        return orders.pending(seat.store) if seat is not None else ""

    def heed(self) -> str:
        """Obey an order to empty this laptop, if there is one; return what to tell then, "" otherwise."""
        if self.pending() != orders.WIPE:
            return ""
        self.obey()
        return sentence(self.desk.folder, self.desk.lang)

    def obey(self, progress: Progress = ignore, stop: Stop = go_on) -> Emptied:
        """Seal, hand in if the line allows, destroy the key slots, and let nobody sit here any more.

        Raises ``store.disk_full`` and the like while sealing: then nothing was destroyed and the next run tries again.
        """
        seat = self.desk.seat()
        order = self._on_worker(lambda: orders.kept(seat.store))
        if order is None or order.word != orders.WIPE:
            raise SidumbaError("auth.not_permitted")
        line = self._on_worker(self._session.transport)
        # One job of the worker: whatever is typed after the seal meets a closed store and is not called saved.
        emptied, made = self._on_worker(lambda: self._empty(seat, order))
        if self._hand_in(line, made, progress, stop):
            emptied = replace(emptied, sent=True)
            write_note(self.desk.folder, emptied)
        return emptied

    def _empty(self, seat: Seat, order: OrderMessage) -> tuple[Emptied, Exported]:
        """Seal, write the note, destroy the slots, close the store. From the note on nothing brings the keys back."""
        made = self._seal(seat)
        emptied = Emptied(
            at=iso(self.desk.clock.now()),
            number=order.number,
            reason=order.reason,
            office=seat.store.meta.get("office") or "",
            file=made.paths[0].name,
            ops=made.ops,
            files=made.files,
        )
        write_note(self.desk.folder, emptied)
        finish(self.desk.folder)
        self._session.forget()
        return emptied, made

    def _seal(self, seat: Seat) -> Exported:
        """Turn every draft into an op and write everything the server lacks into one bundle for it."""
        store = seat.store
        known = {user.user_id for user in store.users.all()}
        for rid, owner in store.clearing.drafts():
            by = owner if owner in known else seat.user.user_id
            store.records.seal(rid, by, iso(self.desk.clock.now()), new_id(self.desk.clock))
        store.outbox.requeue_inflight()
        store.clearing.release()
        folder = self.desk.folder / HANDED_IN
        folder.mkdir(parents=True, exist_ok=True)
        return export(store, seat.shelf, self.desk.clock, folder, None)

    def _hand_in(self, line: Transport, made: Exported, progress: Progress, stop: Stop) -> bool:
        """Try the line once; when it fails the sealed file lies here for whoever carries it."""
        found = next((one for one in look(made.paths[0].parent) if one.paths == made.paths), None)
        if found is None:
            return False
        sent = False
        try:
            carried = send_carried(line, found, progress, stop)
            sent = carried.state != PARTIAL
            if sent:
                # Asked for, the server looks into what it has got, and sets it aside for its operator.
                ask_carried(line, carried.sha)
        except (SidumbaError, Stopped) as error:
            log.warning("the sealed work was not handed in to the end: %s", getattr(error, "code", "stopped"))
        return sent

    def _on_worker(self, job: Callable[[], T]) -> T:
        return job() if self._worker is None else self._worker.submit(job).result()
