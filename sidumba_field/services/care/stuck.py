"""What does not get through, seen by a person: which record, why, what he can do about it."""

from __future__ import annotations

from pathlib import Path

from sidumba_field.core.errors import CODES, SidumbaError
from sidumba_field.services.care.views import StuckRow
from sidumba_field.services.desk import Desk
from sidumba_field.services.subjects import Subjects
from sidumba_field.store.quarantine import Poison
from sidumba_field.store.rescue import hand_over
from sidumba_field.words import explain, say


class Stuck:
    """Helper of ``CareService``."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk
        self._subjects = Subjects(desk)

    def rows(self) -> tuple[StuckRow, ...]:
        """Return one row per thing in quarantine."""
        return tuple(self._row(item) for item in self.desk.seat().store.quarantine.all())

    def _row(self, item: Poison) -> StuckRow:
        lang = self.desk.lang
        code = item.code if item.code in CODES else "wire.server_fault"
        told = explain(code, lang, **item.params)
        tried = say("care.tried", lang, count=item.failures) if item.failures else ""
        return StuckRow(
            key=item.op or item.sha,
            rid=item.rid,
            title=self._title(item),
            reason=say("care.aside", lang) if item.aside else told.sentence,
            next="" if item.aside else told.next_step,
            tried=tried,
            aside=item.aside,
            may_again=not item.answered,
            may_aside=not item.aside and not item.sha,
        )

    def _title(self, item: Poison) -> str:
        """Name the record, for those who may see it; anybody else reads its place alone."""
        try:
            record = self._subjects.record(item.rid)
        except SidumbaError:
            return say("care.somebody", self.desk.lang)
        return record.fields.get(self.desk.program(record.program).title_path, "") or say(
            "care.file" if item.sha else "care.somebody", self.desk.lang
        )

    def _item(self, key: str) -> Poison:
        for item in self.desk.seat().store.quarantine.all():
            if key and key in (item.op, item.sha):
                return item
        raise SidumbaError("store.unknown_record")

    def again(self, key: str) -> str:
        """See ``CareService.again``."""
        self.desk.seat().store.quarantine.again(self._item(key))
        return say("care.again_done", self.desk.lang)

    def set_aside(self, key: str) -> str:
        """See ``CareService.set_aside``."""
        self.desk.seat().store.quarantine.set_aside(self._item(key))
        return say("care.aside_done", self.desk.lang)

    def hand_over(self, key: str, folder: Path, at: str) -> Path:
        """See ``CareService.hand_over``."""
        item = self._item(key)
        seat = self.desk.seat()
        path = hand_over(seat.store, item, folder, at)
        seat.store.log("handed_over", seat.user.user_id, rid=item.rid)
        return path
