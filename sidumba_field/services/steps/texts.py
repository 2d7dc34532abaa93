"""Ready texts for WhatsApp (SOP steps 5 and 7): how many records of which place wait for whom, never data of a citizen.

The words and the receivers' numbers come from the program; the link is only handed to the operating system.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from urllib.parse import quote

from sidumba_field.core.workflow.roles import is_under
from sidumba_field.programs import Program
from sidumba_field.services.desk import Desk
from sidumba_field.services.places import titled
from sidumba_field.services.views import MessageView
from sidumba_field.store import LocalRecord
from sidumba_field.words import say

PAGE = 500
#: Posisi of a record that was sent back.
BACK = "dikembalikan"
_NOT_DIGITS = re.compile(r"\D")


def wa_link(text: str, number: str = "") -> str:
    """Return the address that opens WhatsApp with ``text``; without a number the sender picks the person there."""
    return f"https://wa.me/{_NOT_DIGITS.sub('', number)}?text={quote(text, safe='')}"


def span_words(minutes: int, lang: str) -> str:
    """Return a span as people say it: "12 menit", "2 jam", "2 jam 5 menit"."""
    hours, rest = divmod(minutes, 60)
    word = "minutes" if not hours else "span" if rest else "hours"
    return say(f"steps.sign.{word}", lang, hours=hours, minutes=rest)


class Texts:
    """Helper of the services; holds no state of its own."""

    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def after(self, record: LocalRecord) -> MessageView | None:
        """Return the text for whoever has to move ``record`` now, with all that wait beside it; None without one."""
        program = self.desk.program(record.program)
        if record.subject != "record" or record.state not in program.messages:
            return None
        unit = self._place(record)
        count = self._count(program, record, unit)
        return self.text(program, record.state, unit, count, record.period)

    def text(self, program: Program, state: str, unit: str, count: int, period: str) -> MessageView:
        """Return the text for ``count`` records of ``unit`` that stand in ``state``."""
        lang = self.desk.lang
        name = program.place_name(unit) or self._unit_name(unit)
        words = program.message(
            state,
            lang,
            count=count,
            unit=titled(unit, name, lang),
            period=period,
            name=self.desk.seat().user.name,
        )
        return MessageView(words, wa_link(words, program.contact(unit, program.state(state).posisi)))

    def _place(self, record: LocalRecord) -> str:
        """Return the area the text speaks of: the sender's own, as far as it covers the record; what is sent back is
        told to the place it came from."""
        unit = self.desk.scope(record.vid).unit
        if self.desk.program(record.program).state(record.state).posisi == BACK:
            return unit
        mine = [g.unit for g in self.desk.grants() if g.program == record.program and is_under(unit, g.unit)]
        return max(mine, key=len, default=unit)

    def _unit_name(self, unit: str) -> str:
        found = (scope.unit_name for scope in self.desk.seat().store.scopes.all() if scope.unit == unit)
        return next(found, unit)

    def _count(self, program: Program, record: LocalRecord, unit: str) -> int:
        vids = self._vids(program, unit)
        store, after, count = self.desk.seat().store, None, 0
        while True:
            page = store.records.find(
                program.id, states=(record.state,), limit=PAGE, after=after, vids=vids, columns=()
            )
            count += sum(1 for row in page if row.period == record.period)
            if len(page) < PAGE:
                return count
            after = page[-1].key

    def _vids(self, program: Program, unit: str) -> Sequence[str]:
        scopes = self.desk.seat().store.scopes.all()
        return [scope.vid for scope in scopes if scope.program == program.id and is_under(scope.unit, unit)]
