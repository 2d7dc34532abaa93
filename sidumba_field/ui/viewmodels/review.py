"""The verifier's desk: the queue, the record in hand, checks and remarks not yet decided, minutes used.

Remarks and checks are kept per record until a decision, so that a skipped record waits as it was left.
"""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QObject, QTimer, Signal

from sidumba_field.services.steps.views import Beside
from sidumba_field.services.views import OLDEST, BatchOffer, CommandView, QueueView, ReviewLine, ReviewView

GRACE_SECONDS = 60  # the clock runs on for this long after the window lost focus (design/UI.md section 9)


class ReviewModel(QObject):
    """State of screen 04."""

    queue_changed = Signal()
    opened = Signal()
    emptied = Signal()
    lines_changed = Signal()
    line_changed = Signal(str)
    ticked = Signal()
    refused = Signal(object)
    photo_read = Signal(str, bytes)
    beside_changed = Signal()
    compared = Signal(object)  # CompareView
    settled = Signal(str)  # rid of a record whose difference was decided, or whose paper came
    codes_found = Signal(str, str, object)
    upload_refused = Signal(str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.queue: QueueView | None = None
        self._lane: tuple[str, ...] = ()
        self.order, self.unit = OLDEST, ""
        self.view: ReviewView | None = None
        self.beside_view: Beside | None = None
        self.show_all = False
        self.deciding = False
        self.fetching: set[str] = set()  # records whose history is being asked for
        self.wanted = ""  # the record asked for last; an older answer is not shown
        self._checks: dict[str, set[str]] = {}
        self._remarks: dict[str, dict[str, str]] = {}
        self._seconds: dict[str, int] = {}
        self._codes: dict[str, dict[str, tuple[str, str]]] = {}
        self._spent: list[int] = []
        self._away = 0
        self._active = True
        self._clock = QTimer(self)
        self._clock.setInterval(1000)
        self._clock.timeout.connect(self.tick)

    # -- queue

    def show_queue(self, queue: QueueView) -> None:
        """The queue, oldest first; while a selection is verified in turn only that, in its order."""
        self._lane = queue.lane
        self.queue = queue
        self.queue_changed.emit()

    def set_lane(self, rids: Sequence[str]) -> None:
        """Verify these in turn; when all of them are decided the whole queue is back. None: the whole queue."""
        self._lane = tuple(rids)
        self.order, self.unit = OLDEST, ""

    @property
    def lane(self) -> tuple[str, ...]:
        """Records of a selection that are not decided yet."""
        return self._lane

    def rids(self) -> tuple[str, ...]:
        """Records of the queue in order."""
        return tuple(row.rid for row in self.queue.rows) if self.queue is not None else ()

    def may_stay(self, rid: str) -> bool:
        """Whether a record in hand has its place here: it waits, or it was signed off a while ago."""
        queue = self.queue
        return queue is not None and any(row.rid == rid for row in (*queue.rows, *queue.signed))

    def beside(self, step: int, rid: str = "") -> str:
        """The record before (-1) or after (+1) one of the queue; "" at its ends."""
        rids = self.rids()
        rid = rid or self.rid
        if rid not in rids:
            return rids[0] if rids else ""
        index = rids.index(rid) + step
        return rids[index] if 0 <= index < len(rids) else ""

    def offers(self) -> tuple[BatchOffer, ...]:
        """Batches ready to be reported."""
        return self.queue.offers if self.queue is not None else ()

    # -- the record in hand

    @property
    def rid(self) -> str:
        """The record in hand, "" for none."""
        return self.view.rid if self.view is not None else ""

    def show(self, view: ReviewView) -> None:
        """Take a record in hand; its clock goes on where it stood. The same content again changes nothing."""
        if view == self.view:
            return
        if view.rid != self.rid:
            self.show_all = not view.changed
            self.beside_view = None
        self.view = view
        self._clock.start()
        self.opened.emit()

    def show_beside(self, beside: Beside) -> None:
        """What stands beside the record in hand."""
        if beside.rid == self.rid and beside != self.beside_view:
            self.beside_view = beside
            self.beside_changed.emit()

    def clear(self) -> None:
        """Nothing in hand."""
        self.view = self.beside_view = None
        self.wanted = ""
        self._clock.stop()
        self.emptied.emit()

    def forget(self, rid: str) -> None:
        """A decision was taken: checks, remarks and clock of that record end."""
        if rid in self._seconds:
            self._spent.append(self._seconds[rid])
        for kept in (self._checks, self._remarks, self._seconds, self._codes):
            kept.pop(rid, None)

    def average(self) -> int:
        """Seconds per decision since somebody sat down, 0 before the first."""
        return round(sum(self._spent) / len(self._spent)) if self._spent else 0

    # -- codes that go with the step

    def code(self, path: str) -> tuple[str, str]:
        """(code, words) chosen for an answer, ("", "") for none."""
        return self._codes.get(self.rid, {}).get(path, ("", ""))

    def set_code(self, path: str, code: str, words: str) -> None:
        """Choose a code; "" takes the choice back."""
        codes = self._codes.setdefault(self.rid, {})
        if code:
            codes[path] = (code, words)
        else:
            codes.pop(path, None)
        self.lines_changed.emit()

    def codes(self) -> dict[str, str]:
        """What the step brings with it: path -> code."""
        return {path: code for path, (code, _) in self._codes.get(self.rid, {}).items()}

    def lines(self) -> tuple[ReviewLine, ...]:
        """What the switch shows: changed lines and their neighbours, or all."""
        if self.view is None:
            return ()
        whole = self.show_all or not self.view.changed
        return self.view.all_lines if whole else self.view.changed

    def set_show_all(self, show_all: bool) -> None:
        """Alt+I."""
        if show_all != self.show_all:
            self.show_all = show_all
            self.lines_changed.emit()

    def changed_count(self) -> int:
        """How many lines truly changed."""
        return sum(line.changed for line in self.view.changed) if self.view is not None else 0

    # -- checks and remarks

    def is_checked(self, path: str) -> bool:
        """Whether a line was found right."""
        return path in self._checks.get(self.rid, ())

    def toggle_check(self, path: str) -> None:
        """Sesuai, or not looked at yet. A line cannot be right and remarked."""
        checks = self._checks.setdefault(self.rid, set())
        if path in checks:
            checks.remove(path)
        else:
            checks.add(path)
            self._remarks.get(self.rid, {}).pop(path, None)
        self.line_changed.emit(path)

    def remark(self, path: str) -> str:
        """The remark written on a line, "" for none."""
        return self._remarks.get(self.rid, {}).get(path, "")

    def remarks(self) -> dict[str, str]:
        """All remarks on the record in hand: path -> text."""
        return dict(self._remarks.get(self.rid, {}))

    def set_remark(self, path: str, text: str) -> None:
        """Write a remark; "" takes it away."""
        remarks = self._remarks.setdefault(self.rid, {})
        if text.strip():
            remarks[path] = text.strip()
            self._checks.get(self.rid, set()).discard(path)
        else:
            remarks.pop(path, None)
        self.line_changed.emit(path)

    def command(self, kind: str) -> CommandView | None:
        """The step of a kind ("forward", "return") that may be taken now."""
        commands = self.view.commands if self.view is not None else ()
        return next((command for command in commands if command.kind == kind), None)

    def other_commands(self) -> tuple[CommandView, ...]:
        """Steps beside forward and return."""
        if self.view is None:
            return ()
        used = (self.command("forward"), self.command("return"))
        return tuple(command for command in self.view.commands if command not in used)

    # -- the SOP's clock: it informs, it never stops anybody

    def set_active(self, active: bool) -> None:
        """The window got or lost the focus."""
        self._active, self._away = active, 0

    def tick(self) -> None:
        """One second passed."""
        if self.view is None:
            return
        if not self._active:
            self._away += 1
            if self._away > GRACE_SECONDS:
                return
        self._seconds[self.rid] = self._seconds.get(self.rid, 0) + 1
        self.ticked.emit()

    def seconds(self) -> int:
        """Seconds used on the record in hand."""
        return self._seconds.get(self.rid, 0)
