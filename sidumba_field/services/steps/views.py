"""What the steps of an SOP hand to screens: piles to sort, quick looks, proposals, twins, signed papers, periods.

Frozen values like those of ``views``; texts are already in the person's language.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sidumba_field.services.views import BannerView, Changes, Mark, MessageView, ReviewLine


@dataclass(frozen=True, slots=True)
class KeyedStep:
    """A step with its digit key ("1"). ``templates``: ready words where ``needs_remark``; ``names_receiver``: who
    takes it says to whom the papers go."""

    command: str
    label: str
    kind: str
    needs_remark: bool
    key: str
    templates: tuple[str, ...] = ()
    names_receiver: bool = False


@dataclass(frozen=True, slots=True)
class Pile:
    """Records in one state this person may move. ``count``: how many; the oldest of them are shown."""

    key: str
    label: str
    posisi: str
    count: int
    steps: tuple[KeyedStep, ...]


@dataclass(frozen=True, slots=True)
class PileRow:
    """One record of a pile. ``twins``: how many others are perhaps the same business."""

    rid: str
    title: str
    subtitle: str
    note: str
    age_text: str
    twins: int
    remarks: int
    mark: Mark


@dataclass(frozen=True, slots=True)
class PilesView:
    """The selection screen: ``piles`` in the order of the SOP, ``pile`` the open one, its ``rows`` oldest first.

    ``done``: how many this person moved today. ``receivers``: names to choose from at a hand-over, the last first.
    """

    title: str
    piles: tuple[Pile, ...]
    pile: str
    rows: tuple[PileRow, ...]
    done: int
    receivers: tuple[str, ...] = ()
    has_message: bool = False


@dataclass(frozen=True, slots=True)
class TwinView:
    """Another record that is perhaps the same business. ``why``: "NIK sama"; ``number``: how papers call it."""

    rid: str
    title: str
    subtitle: str
    why: str
    state_label: str
    number: str


@dataclass(frozen=True, slots=True)
class LookView:
    """One record at a glance, and the revision and content a step on it will name."""

    rid: str
    title: str
    subtitle: str
    number: str
    rev: int
    sha: str
    lines: tuple[ReviewLine, ...]
    banners: tuple[BannerView, ...]
    twins: tuple[TwinView, ...]
    photos: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Glance:
    """What was before the person's eyes: ``rev`` 0 = he moved it unseen."""

    rid: str
    rev: int = 0
    sha: str = ""


@dataclass(frozen=True, slots=True)
class Moved:
    """What became of one round over several records.

    ``undo``: tokens of what was done, all within ``undo_seconds``; ``refused``: (rid, title, sentence).
    """

    done: tuple[str, ...]
    undo: tuple[str, ...]
    undo_seconds: int
    refused: tuple[tuple[str, str, str], ...]
    changes: Changes = field(default_factory=Changes)


@dataclass(frozen=True, slots=True)
class MovedText:
    """How a finished round is told, and the ready message where the SOP has one."""

    sentence: str
    message: MessageView | None = None
    paper: str = ""


@dataclass(frozen=True, slots=True)
class CompareLine:
    path: str
    label: str
    left: str
    right: str
    same: bool


@dataclass(frozen=True, slots=True)
class CompareView:
    """Two records side by side. ``command``: the step that calls the first one a twin, "" when it is not offered;
    ``remark``: the reason it will carry, naming the other."""

    rid: str
    other: str
    left_title: str
    right_title: str
    left_note: str
    right_note: str
    why: str
    lines: tuple[CompareLine, ...]
    same: int
    command: str
    command_label: str
    remark: str


@dataclass(frozen=True, slots=True)
class DifferLine:
    path: str
    label: str
    now: str
    proposed: str


@dataclass(frozen=True, slots=True)
class DifferView:
    """A value that was not applied. ``held``: it came when the record was out of hand; else two people clashed.

    ``may_settle``: this person decides now.
    """

    op: str
    rid: str
    title: str
    held: bool
    lead: str
    by_text: str
    lines: tuple[DifferLine, ...]
    may_settle: bool


@dataclass(frozen=True, slots=True)
class SignedPaper:
    """A paper somebody signs by hand or TTE: ``file`` "" while it waits. ``digest``: first digits of its hash."""

    paper: str
    label: str
    file: str
    signer: str
    when: str
    digest: str
    state_text: str


@dataclass(frozen=True, slots=True)
class SignOffView:
    """What follows a sign-off. ``left_text``: how long it may still be withdrawn, "" when no more."""

    rid: str
    signed_text: str
    left_text: str
    left_seconds: int
    papers: tuple[SignedPaper, ...]
    may_upload: bool


@dataclass(frozen=True, slots=True)
class Beside:
    """What stands beside a record under review: twins, values not applied, its sign-off, its time in office hours,
    and ``coding``: the answers the forward step may carry."""

    rid: str
    twins: tuple[TwinView, ...] = ()
    differs: tuple[DifferView, ...] = ()
    signoff: SignOffView | None = None
    clock_text: str = ""
    late: bool = False
    coding: tuple[str, ...] = ()
    needs: tuple[BannerView, ...] = ()


@dataclass(frozen=True, slots=True)
class PeriodStep:
    command: str
    label: str
    note: str = ""


@dataclass(frozen=True, slots=True)
class PeriodView:
    """One round of collection. ``open_items``: what keeps it from being closed, (title, state); ``facts``: (label,
    value) of its proof and counts; ``listing``: it may be closed when the open items are named in the decision."""

    rid: str
    title: str
    posisi: str
    state_label: str
    since_text: str
    clock_text: str
    facts: tuple[tuple[str, str], ...]
    open_items: tuple[tuple[str, str], ...]
    steps: tuple[PeriodStep, ...]
    listing: bool
    history: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PeriodsView:
    """All periods, the newest first. ``may_open``: this person may begin one; ``next_label``: the label proposed."""

    periods: tuple[PeriodView, ...]
    may_open: bool
    next_label: str
    open_label: str = ""
