"""The line in which answers of one record wait for the database worker.

Owns order and coalescing: one step of a record is under way at a time; an answer that waits is replaced by a newer
answer to the same question, but never carried across a step that must see it (a row added, an undo, the finish).
Rows made on screen carry a name of their own until the store has given them an id.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from pathlib import Path


@dataclass(frozen=True, slots=True)
class Answer:
    """One answer to one question."""

    path: str
    value: str


@dataclass(frozen=True, slots=True)
class NewRow:
    """A row begun on screen as ``temporary``."""

    repeat: str
    temporary: str


@dataclass(frozen=True, slots=True)
class DropRow:
    """A row removed."""

    repeat: str
    row: str


@dataclass(frozen=True, slots=True)
class Attach:
    """A file chosen for a question."""

    path: str
    file: Path


@dataclass(frozen=True, slots=True)
class TakeSmaller:
    """The smaller twin of a file taken in its place; ``offer`` as the services made it."""

    path: str
    offer: object


@dataclass(frozen=True, slots=True)
class Explain:
    """The reason for a value that made a warning."""

    path: str
    reason: str


@dataclass(frozen=True, slots=True)
class Refuse:
    """Why there is no answer ("menolak", "tidak_tahu"), "" to take that back."""

    path: str
    why: str


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer to a verifier's remark."""

    remark: str
    text: str


@dataclass(frozen=True, slots=True)
class CopyLastYear:
    """Take over what was answered last year where nothing is answered yet."""


@dataclass(frozen=True, slots=True)
class Undo:
    """Take the last step back, or (``again``) do it once more."""

    again: bool = False


@dataclass(frozen=True, slots=True)
class Finish:
    """Seal and hand over. ``then_next``: open the next task afterwards."""

    command: str = ""
    then_next: bool = True


Step = (
    Answer | NewRow | DropRow | Attach | TakeSmaller | Explain | Refuse | Reply | CopyLastYear | Undo | Finish
)


@dataclass
class AnswerLine:
    """The steps of one record: at most one under way, the others in order behind it."""

    waiting: deque[Step] = field(default_factory=deque)
    under_way: Step | None = None
    rows: dict[str, str] = field(default_factory=dict)

    def put(self, step: Step) -> None:
        """Queue a step; a waiting answer to the same question gives way to the newer one."""
        if isinstance(step, Answer):
            for index in range(len(self.waiting) - 1, -1, -1):
                held = self.waiting[index]
                if not isinstance(held, Answer):
                    break
                if held.path == step.path:
                    self.waiting[index] = step
                    return
        self.waiting.append(step)

    def take(self) -> Step | None:
        """The next step to run; None while one is under way or none waits."""
        if self.under_way is not None or not self.waiting:
            return None
        self.under_way = self.waiting.popleft()
        return self.under_way

    def done(self) -> None:
        """The step under way has ended, well or badly."""
        self.under_way = None

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing is under way."""
        return self.under_way is None and not self.waiting

    def name_row(self, temporary: str, row: str) -> None:
        """The store has given a row made on screen its id."""
        self.rows[temporary] = row

    def row_id(self, row: str) -> str:
        """The id of a row, whichever name it is called by."""
        return self.rows.get(row, row)

    def real_path(self, path: str) -> str:
        """A path with its rows called by their ids: ``produk[new-1]/nama`` -> ``produk[0192..]/nama``."""
        for temporary, row in self.rows.items():
            path = path.replace(f"[{temporary}]", f"[{row}]")
        return path
