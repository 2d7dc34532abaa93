"""Draws what has been sent, what waits and what came back, from the outbox alone: true without network."""

from __future__ import annotations

from collections.abc import Callable

from sidumba_field.core.records import OutboxState
from sidumba_field.core.time import parse_iso
from sidumba_field.core.xforms import template_path
from sidumba_field.services.desk import Desk
from sidumba_field.services.exchange.sync_views import ReceiptRow, ShipmentRow, SyncView
from sidumba_field.services.views import Mark
from sidumba_field.store import FileRow, FileState, OutboxRow
from sidumba_field.store import Mark as StoreMark
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


#: Files named one by one in the queue; a village with more has its counts above.
FILES = 60


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
            usb_files=counts.files_usb,
            usb_size=size(counts.bytes_usb, lang),
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
        """Files that wait, in the order they go: over the line, in trouble, kept for the stick."""
        files = self.desk.seat().store.files
        rows = [*files.pending(), *files.troubled(), *files.postponed()]
        return tuple(self._file_row(row) for row in rows[:FILES])

    def _file_row(self, file: FileRow) -> ShipmentRow:
        lang = self.desk.lang
        what, whose = self._file_name(file)
        troubled = file.state is FileState.TROUBLE
        text = say("services.files.usb" if file.postponed else "services.shipment.tunggu", lang)
        if file.offset and not file.postponed:
            text = say("services.files.resume", lang, at=file.offset)
        return ShipmentRow(
            key=file.sha,
            icon="file-badge" if file.name.endswith(".pdf") else "image",
            title=what,
            subtitle=whose,
            size_text=size(file.size, lang),
            percent=int(100 * file.offset / file.size) if file.size and not troubled else 0,
            state=Mark.TROUBLE if troubled else Mark.WAITING,
            state_text=explain(file.code, lang).sentence if troubled else text,
            is_file=True,
            by_stick=file.postponed,
        )

    def _file_name(self, file: FileRow) -> tuple[str, str]:
        """Return the question a file answers and the record it belongs to, as far as the person may see that."""
        store = self.desk.seat().store
        for rid, path in reversed(store.files.mentions(file.sha)):
            record = store.records.get(rid)
            if record is None or record.program not in self.desk.programs:
                continue
            program = self.desk.program(record.program)
            known = record.form_v in program.versions.get(record.form, ())
            # A version that has not come here yet names no question; its file travels all the same.
            form = program.form(record.form, record.form_v) if known else None
            question = form.questions.get(template_path(path)) if form is not None else None
            label = question.label if question is not None else say("services.shipment.file", self.desk.lang)
            mine = record.vid in self.desk.my_vids(record.program)
            return label, record.fields.get(program.title_path, "") if mine else ""
        return say("services.shipment.file", self.desk.lang), ""

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
