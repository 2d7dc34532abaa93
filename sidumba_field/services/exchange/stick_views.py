"""What the flashdisk card of Sinkronisasi shows: frozen values, words already in the person's language.

A shelf of their own beside ``services.views``; nothing here is asked of a disk or a database.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sidumba_field.services.views import Changes, Mark


@dataclass(frozen=True, slots=True)
class DriveView:
    """A place bundles may be written to: ``key`` its folder, ``label`` "KINGSTON (E:)", ``room_text`` "7,2 GB kosong"
    or why it cannot be used. ``removable``: the system may be asked to take it out.
    """

    key: str
    label: str
    room_text: str
    removable: bool


@dataclass(frozen=True, slots=True)
class PlanView:
    """What would be written now. ``text``: "23 data, 42 berkas, 14,2 MB" or "" when nothing waits; ``left_text``: what
    does not fit and stays, "" when all of it fits.
    """

    records: int
    files: int
    text: str
    left_text: str = ""


@dataclass(frozen=True, slots=True)
class BundleRow:
    """One bundle of this laptop's history. ``number`` "FD-0003"; ``mark`` stays ``Mark.WAITING`` until its answer was
    read; ``status``: "menunggu balasan", "dibalas 14 Nov".
    """

    number: str
    when: str
    text: str
    mark: Mark
    status: str


@dataclass(frozen=True, slots=True)
class StickView:
    """The card. ``chosen``: key of the drive in use, "" for none; ``trouble``: why it cannot be written, "" if it can.

    ``replies``: answers for this laptop lying there unread; ``others``: sealed bundles of other laptops lying there and
    not taken along yet; ``back``: replies for others kept here that belong on this flashdisk. ``found``: (mark,
    sentence) of what else lies there and needs a word: damaged, foreign, read before. ``carried_text``: sealed bundles
    of other laptops taken along, "". ``waiting``: records on a flashdisk without an answer yet; ``last_text``: the
    newest bundle in one line, "".
    """

    drives: tuple[DriveView, ...]
    chosen: str
    trouble: str
    plan: PlanView
    replies: int
    others: int
    back: int
    found: tuple[tuple[Mark, str], ...]
    carried_text: str
    history: tuple[BundleRow, ...]
    waiting: int
    last_text: str
    last_mark: Mark

    @property
    def drive(self) -> DriveView | None:
        """The drive in use."""
        return next((drive for drive in self.drives if drive.key == self.chosen), None)


@dataclass(frozen=True, slots=True)
class StickProgress:
    """Where a writing or reading stands: ``percent`` 0 to 100, ``text`` in words."""

    percent: int
    text: str


@dataclass(frozen=True, slots=True)
class StickOutcome:
    """What writing or reading did. ``sentence`` ready to be shown; ``ok`` False: nothing of it counts.

    ``notes``: one sentence per thing that was not taken, with its next step. ``safe``: everything is on the disk, it
    may be taken out. ``records``, ``files``, ``taken`` (bundles of others), ``put_back`` are for tests and the log;
    ``order``: the reply brought an order about this laptop.
    """

    ok: bool
    sentence: str
    notes: tuple[str, ...] = ()
    safe: bool = False
    records: int = 0
    files: int = 0
    replies: int = 0
    taken: int = 0
    put_back: int = 0
    returned: int = 0
    order: bool = False
    changes: Changes = field(default_factory=Changes)
