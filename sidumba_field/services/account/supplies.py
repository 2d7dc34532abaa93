"""The work a laptop needs before it can be carried away: forms, code lists, the data of one's units, photos, guide.

Owns saying of each item whether it is here, from what lies on this laptop, and of what comes how far it is. Fetching
is the usual run of ``SyncingService``, which goes on where it stood; nothing here starts or waits for the line.
"""

from __future__ import annotations

from collections.abc import Iterator

from sidumba_field.core.errors import SidumbaError
from sidumba_field.programs import Program
from sidumba_field.services.account import first_fetch
from sidumba_field.services.account.session import SessionService
from sidumba_field.services.account.supply_views import SuppliesView, Supply, SupplyRow
from sidumba_field.services.desk import Desk
from sidumba_field.services.exchange.arriving import form_key
from sidumba_field.services.exchange.service import SyncingService
from sidumba_field.services.places import titled
from sidumba_field.services.views import Link, SessionView
from sidumba_field.store import Scope
from sidumba_field.sync.stages import FILES
from sidumba_field.words import explain_error, number, say, size

#: The rest is not foretold before this much of the whole came in this many seconds.
ENOUGH, ENOUGH_S = 0.02, 3.0


class SuppliesService:
    """Use cases of screen 10b, steps 2 and 3."""

    def __init__(self, desk: Desk, session: SessionService, syncing: SyncingService) -> None:
        self.desk = desk
        self._session, self._syncing = session, syncing
        self._choosing = ""
        self._began: tuple[float, float] | None = None
        desk.on_leave.append(self._forget)

    def _forget(self) -> None:
        self._choosing, self._began = "", None

    # ---- going through it

    def go_on(self) -> SessionView:
        """Leave the list behind for the PIN, whatever is still coming; raise ``auth.forms_missing`` before the forms
        are here.
        """
        seat = self.desk.seat()
        if self._lacking():
            raise SidumbaError("auth.forms_missing")
        first_fetch.leave(seat.store, seat.user.user_id)
        self._choosing = seat.user.user_id
        return self._session.current_or_raise()

    def choose_pin(self, pin: str) -> SessionView:
        """Choose the PIN right after the list, where the passphrase was typed a moment ago.

        Raises ``auth.not_permitted`` at any other time, ``auth.weak_pin``.
        """
        seat = self.desk.seat()
        if self._choosing != seat.user.user_id:
            raise SidumbaError("auth.not_permitted")
        view = self._session.set_pin(seat.passphrase, pin)
        self._choosing = ""
        return view

    def skip_all(self) -> None:
        """Do without the list on this laptop: it was set up by the application itself."""
        first_fetch.finish(self.desk.seat().store)

    def took_stick(self) -> SuppliesView:
        """Note what a reply on a flashdisk brought, when all of it was taken: feeds are as whole as it told them."""
        seat, arriving = self.desk.seat(), self._syncing.arriving
        for scope in seat.store.scopes.all():
            arriving.note(scope.vid, scope.seq, max(scope.seq, scope.head_seq))
        first_fetch.keep_forms(seat.store, arriving.forms)
        view = self.view()
        if view.whole:
            first_fetch.finish(seat.store)
        return view

    # ---- the picture

    def view(self) -> SuppliesView:
        """Return what the screen shows; asks nobody."""
        seat, lang = self.desk.seat(), self.desk.lang
        person = self._session.current_or_raise()
        carried, fetched = list(self._carried()), list(self._fetched())
        rows = [row for row, _ in fetched]
        part = sum(done for _, done in fetched) / len(fetched) if fetched else 0.0
        lacking = self._lacking()
        whole = not lacking and all(row.stand is Supply.HERE for row in rows)
        ordered = (
            [row for row in rows if "/" in row.key] + carried + [row for row in rows if "/" not in row.key]
        )
        code = seat.store.meta.get(first_fetch.CODE_HINT) or ""
        return SuppliesView(
            name=person.name,
            initials=person.initials,
            role=person.role_label,
            place=person.place,
            code_text=say("setup.code", lang, code=code) if code else "",
            rows=tuple(ordered),
            head=self._head(ordered, part, whole),
            kept=say("setup.kept", lang, percent=100 if whole else min(99, int(100 * part))),
            link_text=self._link_text(),
            lacking=lacking,
            whole=whole,
            running=self._syncing.busy,
            note=say(f"setup.note.{'whole' if whole else 'later' if not lacking else 'forms'}", lang),
            trouble="" if self._syncing.busy or whole else self._trouble(rows),
        )

    def _trouble(self, rows: list[SupplyRow]) -> str:
        """Return what keeps everything; what keeps one item stands in its row."""
        return "" if any(row.stand is Supply.FAILED for row in rows) else self._syncing.trouble

    def _link_text(self) -> str:
        rate = self._syncing.meter.rate()
        if self.desk.link is Link.OFFLINE or not rate:
            online = self._syncing.busy and self.desk.link is not Link.OFFLINE
            return say("services.link.online", self.desk.lang) if online else self._session.link_text()
        return say("setup.speed", self.desk.lang, rate=size(rate, self.desk.lang))

    def _head(self, rows: list[SupplyRow], part: float, whole: bool) -> str:
        lang = self.desk.lang
        here = sum(row.stand is Supply.HERE for row in rows)
        words = [say("setup.head.count", lang, here=here, all=len(rows))]
        if self._syncing.meter.total:
            words.append(say("setup.head.came", lang, size=size(self._syncing.meter.total, lang)))
        rest = 0 if whole else self._minutes_left(part)
        if rest:
            words.append(say("setup.head.rest", lang, minutes=rest))
        return ", ".join(words)

    def _minutes_left(self, part: float) -> int:
        """Return how many minutes the rest takes at the pace of this run; 0 while that is not known."""
        now = self.desk.clock.monotonic()
        if not self._syncing.busy:
            self._began = None
            return 0
        if self._began is None:
            self._began = (now, part)
        began, had = self._began
        if part - had < ENOUGH or now - began < ENOUGH_S:
            return 0
        return max(1, round((1 - part) / (part - had) * (now - began) / 60))

    # ---- what comes with the application

    def _carried(self) -> Iterator[SupplyRow]:
        """Code lists and the guide: they come with the application and are here."""
        lang, seen = self.desk.lang, set()
        for program in self.desk.my_programs():
            for book in program.lookups.values():
                if book.path not in seen:
                    seen.add(book.path)
                    yield self._here(f"list:{book.path.name}", book.title, size(book.bytes, lang))
        guides = sum(self._guide_bytes(program) for program in self.desk.my_programs())
        if guides:
            yield self._here("guide", say("setup.item.guide", lang), size(guides, lang))

    @staticmethod
    def _guide_bytes(program: Program) -> int:
        """Return how many bytes of help the main form carries, the words of the help panel."""
        questions = program.form(*program.main_form).questions.values()
        return sum(len(question.hint.encode("utf-8")) for question in questions if question.hint)

    def _here(self, key: str, name: str, how_big: str) -> SupplyRow:
        return SupplyRow(key, name, how_big, Supply.HERE, 100, say("setup.said.here", self.desk.lang))

    # ---- what comes over the line

    def _fetched(self) -> Iterator[tuple[SupplyRow, float]]:
        yield from self._forms()
        for program in self.desk.my_programs():
            mine = set(self.desk.my_vids(program.id))
            for scope in self.desk.seat().store.scopes.all():
                if scope.vid in mine:
                    yield self._unit(scope)
        photos = self._syncing.arriving.seen(FILES)
        if photos.total > 0 or photos.error:
            yield self._item(
                FILES,
                say("setup.item.photos", self.desk.lang),
                size(max(0, photos.total), self.desk.lang),
                photos.done,
                max(0, photos.total),
                here=photos.error is None and photos.done >= photos.total,
            )

    def _wanted_forms(self) -> list[tuple[Program, str, str]]:
        """Return every version the server has of this person's forms, and those that came with the application."""
        told = self._told() or {}
        found = []
        for program in self.desk.my_programs():
            for form, here in program.versions.items():
                names = dict.fromkeys((*told.get(program.id, {}).get(form, ()), *here))
                found += [(program, form, version) for version in names]
        return found

    def _told(self) -> first_fetch.Forms | None:
        return self._syncing.arriving.forms or first_fetch.known_forms(self.desk.seat().store)

    def _lacking(self) -> int:
        """Return how many form versions are not here, -1 when the server has not told yet which there are."""
        if self._told() is None:
            return -1
        return sum(version not in program.versions[form] for program, form, version in self._wanted_forms())

    def _forms(self) -> Iterator[tuple[SupplyRow, float]]:
        wanted = self._wanted_forms()
        for program, form, version in wanted:
            here = version in program.versions[form]
            several = sum((one, name) == (program, form) for one, name, _ in wanted) > 1
            name = program.edition(form).title
            if several:
                name = say("setup.item.version", self.desk.lang, title=name, version=version)
            how_big = size(len(program.edition(form, version).xml.encode()), self.desk.lang) if here else ""
            yield self._item(form_key(program.id, form, version), name, how_big, int(here), 1, here=here)

    def _unit(self, scope: Scope) -> tuple[SupplyRow, float]:
        seen = self._syncing.arriving.seen(scope.vid)
        total = seen.total if seen.total >= 0 else scope.head_seq
        whole = scope.snapshot_after is None and scope.seq >= total
        here = whole and (scope.seq > 0 or self._syncing.arriving.knows(scope.vid))
        lang = self.desk.lang
        place = titled(scope.unit, scope.unit_name, lang)
        count = scope.seq if whole else max(seen.done, scope.seq)
        how_big = say("setup.item.entries", lang, count=number(count, lang=lang)) if count else ""
        if here and not count:
            how_big = say("setup.item.empty", lang)
        name = say("setup.item.unit", lang, place=place)
        return self._item(scope.vid, name, how_big, count, total, here=here)

    def _item(
        self, key: str, name: str, how_big: str, done: int, total: int, *, here: bool
    ) -> tuple[SupplyRow, float]:
        """Return a row and which part of it is here, 0 to 1."""
        lang, error = self.desk.lang, self._syncing.arriving.seen(key).error
        if here:
            return self._here(key, name, how_big), 1.0
        part = min(1.0, done / total) if total else 0.0
        percent = int(100 * part) if total else -1
        if error is not None:
            stand, said = Supply.FAILED, say("setup.said.failed", lang)
        elif done:
            stand = Supply.COMING
            said = (
                say("setup.said.percent", lang, percent=percent) if total else say("setup.said.coming", lang)
            )
        else:
            stand, said = Supply.WAITING, say("setup.said.waiting", lang)
        trouble = explain_error(error, lang).text() if error is not None else ""
        return SupplyRow(key, name, how_big, stand, percent, said, trouble), part
