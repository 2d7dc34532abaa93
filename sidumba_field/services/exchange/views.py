"""Draws what has been sent, what waits and what came back, from the outbox alone: true without network."""

from __future__ import annotations

from collections.abc import Callable

from sidumba_field.core.records import OutboxState
from sidumba_field.core.time import parse_iso
from sidumba_field.services.desk import Desk
from sidumba_field.services.views import Mark, ReceiptRow, ShipmentRow, SyncView
from sidumba_field.store import Mark as StoreMark
from sidumba_field.store import OutboxRow
from sidumba_field.sync.status import LAST_SYNC
from sidumba_field.words import date_short, explain, say, size, time_of_day

_MARKS = {
    OutboxState.DRAFT: Mark.LAPTOP,
    OutboxState.QUEUED: Mark.WAITING,
    OutboxState.INFLIGHT: Mark.WAITING,
    OutboxState.DONE: Mark.RECEIVED,
    OutboxState.CONFLICT: Mark.DIFFERS,
    OutboxState.HELD: Mark.DIFFERS,
    OutboxState.REJECTED: Mark.TROUBLE,
}


class SyncPainter:
    """Turns outbox, files and receipts into a ``SyncView``."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def view(
        self, link_text: str, news: tuple[tuple[str, str], ...], running: bool, problem: str
    ) -> SyncView:
        """Return the whole picture; the four values are what the service knows beside the store."""
        store = self.desk.seat().store
        counts = store.counts()
        names = self._names()
        rows = store.outbox.rows(60)
        receipts = store.receipts.all()
        lang = self.desk.lang
        return SyncView(
            link=self.desk.link,
            link_text=link_text,
            rate_text="",
            laptop=counts.laptop,
            waiting=counts.waiting,
            waiting_files=counts.files_waiting,
            waiting_size=size(counts.bytes_waiting, lang),
            percent=-1,
            eta_text="",
            received=counts.received,
            received_text=self._received_text(),
            rows=tuple(self._shipment(row, names) for row in rows) + self._file_rows(),
            receipts=tuple(
                ReceiptRow(r.number, self._when(r.at), say("services.receipt", lang, ops=r.ops))
                for r in receipts[:8]
            ),
            differing=self._differing(),
            news=news,
            running=running,
            problem=problem,
        )

    def _received_text(self) -> str:
        at = self.desk.seat().store.meta.get(LAST_SYNC)
        lang = self.desk.lang
        return (
            say("services.sync.last", lang, when=self._when(at)) if at else say("services.sync.never", lang)
        )

    def _names(self) -> Callable[[OutboxRow], str]:
        """Return who looks up what a shipment is called; what lies outside the person's area has no name here."""
        store = self.desk.seat().store
        mine = {program.id: set(self.desk.my_vids(program.id)) for program in self.desk.my_programs()}
        known: dict[str, str] = {}

        def name(row: OutboxRow) -> str:
            if row.rid not in known:
                record = store.records.get(row.rid) if row.vid in mine.get(row.program, ()) else None
                path = self.desk.program(row.program).title_path if record else ""
                known[row.rid] = record.fields.get(path, "") if record else ""
            return known[row.rid]

        return name

    def _shipment(self, row: OutboxRow, name: Callable[[OutboxRow], str]) -> ShipmentRow:
        program = self.desk.programs.get(row.program)
        title = name(row)
        if row.command and program:
            what = program.command(row.command).label(self.desk.lang)
        else:
            what = say("services.shipment.answers", self.desk.lang)
        mark = _MARKS[row.state]
        text = say(f"services.shipment.{mark.value}", self.desk.lang)
        if row.code:
            text = explain(row.code, self.desk.lang, **row.params).sentence
        untitled = say("services.untitled", self.desk.lang)
        return ShipmentRow(row.op, "file-text", what, title or untitled, "", -1, mark, text)

    def _file_rows(self) -> tuple[ShipmentRow, ...]:
        lang = self.desk.lang
        rows = []
        for file in self.desk.seat().store.files.pending():
            percent = int(100 * file.offset / file.size) if file.size else 0
            text = say("services.shipment.tunggu", lang)
            rows.append(
                ShipmentRow(
                    file.sha,
                    "image",
                    say("services.shipment.photo", lang),
                    "",
                    size(file.size, lang),
                    percent,
                    Mark.WAITING,
                    text,
                )
            )
        return tuple(rows)

    def _differing(self) -> tuple[tuple[str, str, str], ...]:
        store = self.desk.seat().store
        found = []
        for program in self.desk.my_programs():
            vids = self.desk.my_vids(program.id)
            for row in store.records.find(program.id, mark=StoreMark.DIFFERING, limit=50, vids=vids):
                title = row.fields.get(program.title_path) or say("services.untitled", self.desk.lang)
                count = sum(len(p.set) for p in store.records.proposals(row.rid) if p.open)
                word = "services.differing" if count else "services.differing_step"
                found.append((row.rid, title, say(word, self.desk.lang, count=count)))
        return tuple(found)

    def _when(self, at: str) -> str:
        local = self.desk.local(parse_iso(at))
        return f"{date_short(local.date(), self.desk.lang)} {time_of_day(local, lang=self.desk.lang)}"
