"""What services hand to screens: frozen values ready to be shown, and the ``Changes`` that tell who must
repaint.

Texts here are already in the language of the person (through ``words``); paths, ids and raw values stay raw.
Screens never compute a rule: whether something is wrong, missing, allowed or sent is said by these values.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from sidumba_field.services.boards.home_views import HeadView, PaceView, PeriodView


class Mark(StrEnum):
    """Tanda kirim: where is my copy (design/tokens.json syncMark)."""

    LAPTOP = "laptop"
    WAITING = "tunggu"
    RECEIVED = "terima"
    DIFFERS = "beda"
    TROUBLE = "gagal"


@dataclass(frozen=True, slots=True)
class Changes:
    """What a command touched. ``records``: rids; the flags tell lists, counts, session and connection to
    refresh.
    """

    records: frozenset[str] = frozenset()
    lists: bool = False
    counts: bool = False
    session: bool = False
    connection: bool = False

    def __or__(self, other: Changes) -> Changes:
        return Changes(
            self.records | other.records,
            self.lists or other.lists,
            self.counts or other.counts,
            self.session or other.session,
            self.connection or other.connection,
        )


# ---- Masuk
# -------------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class AccountCard:
    """One person of this laptop in the login list. ``note``: "4 draf", "1 dikembalikan" or "". ``pin``: a PIN opens."""

    user_id: str
    username: str
    name: str
    initials: str
    role_label: str
    unit_name: str
    note: str = ""
    pin: bool = False


@dataclass(frozen=True, slots=True)
class SetupBegun:
    """A set-up that was cut: what was typed and is no secret."""

    server: str
    username: str
    laptop: str


@dataclass(frozen=True, slots=True)
class LoginView:
    """``lease_text``: until when it opens without internet ("4 Desember 2026") or "". ``sample``: (name,
    role, username, passphrase) of a sample office, shown only there. ``activated``: False = set-up comes
    first. ``wiped``: what to say when the district had this laptop emptied, "" otherwise.
    """

    office: str
    version: str
    accounts: tuple[AccountCard, ...]
    unsent: int
    lease_text: str
    activated: bool
    sample: tuple[tuple[str, str, str, str], ...] = ()
    begun: SetupBegun | None = None
    wiped: str = ""


@dataclass(frozen=True, slots=True)
class SessionView:
    """Who is signed in. ``home``: which Beranda ("petugas", "desa", "queue", "head"); ``may_enter``: may
    create; ``may_move``: has piles of records to move; ``may_round``: has steps of a period; ``setting_up``: the first
    fetch is not finished and nobody said "go on".
    """

    user_id: str
    name: str
    first_name: str
    initials: str
    role: str
    role_label: str
    unit_name: str
    place: str
    may_enter: bool
    may_review: bool
    window_title: str
    lease_expired: bool = False
    oversees: bool = False
    signs: bool = False
    may_move: bool = False
    may_round: bool = False
    has_pin: bool = False
    setting_up: bool = False


# ---- Truth bar
# ---------------------------------------------------------------------------------------------------


class Link(StrEnum):
    OFFLINE = "offline"
    ONLINE = "online"
    SENDING = "sending"


@dataclass(frozen=True, slots=True)
class TruthView:
    """The truth bar: counts are records; ``saved_at``: "09.41.12" or ""; ``link_text``: "Luring sejak 07.12".

    ``on_stick``: of those waiting, how many lie in a bundle on a flashdisk whose reply was not read yet.
    """

    saved_at: str
    laptop: int
    waiting: int
    received: int
    returned: int
    differing: int
    trouble: int
    link: Link
    link_text: str
    on_stick: int = 0


# ---- Beranda
# -----------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class TaskRow:
    """One row of "Perlu Anda kerjakan". ``kind``: "returned" or "draft". ``missing``: "sisa 6 isian", "kurang
    foto".
    """

    rid: str
    kind: str
    title: str
    subtitle: str
    remark: str
    count_text: str
    when: str
    filled: int
    total: int
    missing: str
    action: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class VisitRow:
    rid: str
    title: str
    place: str
    done: bool
    current: bool
    mark: Mark
    action: str = ""


@dataclass(frozen=True, slots=True)
class HomeView:
    """``week``: (label "Sn", forms that day, is today). Targets of 0 mean: none is set, show no bar. ``head``,
    ``pace``, ``period``: for who signs, who judges and who keeps the period; None for anybody else.
    """

    greeting: str
    date_line: str
    today_done: int
    today_target: int
    week: tuple[tuple[str, int, bool], ...]
    week_done: int
    week_target: int
    village_title: str
    village_done: int
    village_target: int
    minutes_per_form: str
    tasks: tuple[TaskRow, ...]
    visits: tuple[VisitRow, ...]
    visits_done: int
    visits_left: int
    laptop: int
    waiting: int
    received: int
    last_sync: str
    shipping_note: str
    deadline: str = ""
    head: HeadView | None = None
    pace: PaceView | None = None
    period: PeriodView | None = None


# ---- Isi formulir
# ------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ChoiceView:
    value: str
    label: str


@dataclass(frozen=True, slots=True)
class ItemView:
    """One question as the screen draws it.

    ``kind``: text, int, decimal, date, select_one, select_multiple, lookup, binary, geopoint, calculate,
    note. ``widget``: nik, money, phone, multiline, ... or "". ``value``: raw; ``shown``: as read ("Rp
    45.000.000"). ``error``/``warning``: sentence or "". ``reason``: what explains the warning. ``reading``:
    strip below ("Perempuan · Lahir 5 Juni 1988"). ``remark``: open remark of a verifier or "". ``previous``:
    last year's answer or "", ``previous_shown`` as read, ``previous_period`` "2025". ``why``: why there is no answer
    ("menolak", "tidak_tahu") or "". ``refusable``: the form may be sent without it. ``exclusive``: the choice that
    stands alone or "".
    """

    path: str
    code: str
    kind: str
    widget: str
    label: str
    hint: str
    help: str
    value: str
    shown: str
    unit: str
    choices: tuple[ChoiceView, ...]
    lookup: bool
    required: bool
    readonly: bool
    relevant: bool
    error: str
    warning: str
    reason: str
    reading: str
    remark: str
    remark_by: str
    previous: str = ""
    previous_shown: str = ""
    previous_period: str = ""
    why: str = ""
    refusable: bool = False
    exclusive: str = ""


@dataclass(frozen=True, slots=True)
class RepeatView:
    """A table of rows. ``cells``: row id -> column name -> ItemView. ``totals``: column name -> shown text."""

    path: str
    code: str
    label: str
    add_text: str
    max_rows: int
    columns: tuple[ItemView, ...]
    rows: tuple[str, ...]
    cells: Mapping[str, Mapping[str, ItemView]]
    totals: Mapping[str, str]
    error: str
    remark: str


@dataclass(frozen=True, slots=True)
class SectionView:
    """``letter``: "A"; ``order``: paths of items and repeats in reading order."""

    key: str
    letter: str
    label: str
    order: tuple[str, ...]
    filled: int
    total: int
    errors: int
    warnings: int


@dataclass(frozen=True, slots=True)
class CommandView:
    """A step the person may take now. ``kind``: "forward", "return", "plain", "remove". ``needs_remark``."""

    command: str
    label: str
    kind: str
    needs_remark: bool
    sop_step: str = ""


@dataclass(frozen=True, slots=True)
class FormView:
    """Everything screen 02 shows of one record; ``FormDelta`` carries the same parts where they changed.

    ``may_begin_again``: it is signed, and a correction may be begun in the running period.
    """

    rid: str
    title: str
    number: str
    version_text: str
    posisi: str
    posisi_label: str
    mark: Mark
    mark_text: str
    sections: tuple[SectionView, ...]
    items: Mapping[str, ItemView]
    repeats: Mapping[str, RepeatView]
    filled: int
    total: int
    errors: tuple[str, ...]
    empty: tuple[str, ...]
    notes: tuple[str, ...]
    remarks: tuple[RemarkView, ...]
    commands: tuple[CommandView, ...]
    editable: bool
    why_locked: str
    saved_at: str
    may_begin_again: bool = False


@dataclass(frozen=True, slots=True)
class RemarkView:
    """A remark on a field. ``status``: "", "Sudah diperbaiki", "Diubah, belum cocok"."""

    id: str
    path: str
    label: str
    text: str
    by_name: str
    when: str
    status: str
    answered: bool


@dataclass(frozen=True, slots=True)
class FormDelta:
    """After one answer: only what changed. ``undo``: what to hand to ``undo`` or ""."""

    rid: str
    saved_at: str
    items: Mapping[str, ItemView]
    repeats: Mapping[str, RepeatView]
    sections: tuple[SectionView, ...]
    filled: int
    total: int
    errors: tuple[str, ...]
    empty: tuple[str, ...]
    notes: tuple[str, ...]
    title: str
    changes: Changes


@dataclass(frozen=True, slots=True)
class Refusal:
    """Something could not be done. ``sentence``: what happened and what next; ``paths``: where to go first;
    ``details``: code and values for "Salin rincian" (no personal data)."""

    code: str
    sentence: str
    paths: tuple[str, ...] = ()
    details: str = ""


@dataclass(frozen=True, slots=True)
class MessageView:
    """A ready text for WhatsApp: counts and places, never data of a citizen. ``link``: opens it with the text."""

    text: str
    link: str


@dataclass(frozen=True, slots=True)
class Decided:
    """A step was taken. ``undo``: token for ``withdraw`` while ``undo_seconds`` last, or "". ``tells``: the SOP has a
    ready text for somebody now (``services.steps.message``).
    """

    rid: str
    sentence: str
    undo: str
    undo_seconds: int
    changes: Changes
    tells: bool = False


# ---- Verifikasi
# --------------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class QueueRow:
    rid: str
    subject: str
    title: str
    subtitle: str
    age_text: str
    warnings: int
    duplicates: int
    version_text: str
    mark: Mark


@dataclass(frozen=True, slots=True)
class BatchOffer:
    """Records ready to move together ("Laporkan 12 usaha Kecamatan Halong ke kepala dinas")."""

    unit: str
    unit_name: str
    period: str
    command: str
    label: str
    count: int


#: Orders of a queue.
ORDERS = OLDEST, NEWEST, TWINS = ("oldest", "newest", "twins")


@dataclass(frozen=True, slots=True)
class QueueUnit:
    """A village records wait from, and how many."""

    unit: str
    label: str
    count: int


@dataclass(frozen=True, slots=True)
class QueueView:
    """What waits. ``signed``: batches signed off that may be withdrawn or lack their paper; ``more``: how many wait
    behind the rows shown; ``order``: "oldest", "newest" or "twins"; ``unit``: the village shown alone, "" for all of
    ``units``; ``lane``: records of a selection that still wait, those shown first; () while the whole queue is shown.
    """

    title: str
    count_text: str
    rows: tuple[QueueRow, ...]
    done_today: int
    empty_text: str
    offers: tuple[BatchOffer, ...] = ()
    signed: tuple[QueueRow, ...] = ()
    more: int = 0
    order: str = "oldest"
    unit: str = ""
    units: tuple[QueueUnit, ...] = ()
    lane: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ReviewLine:
    """One field under review; ``marks``: (start, end) of changed characters in ``current``; ``group``: "" or
    a heading ("Isian terkait, tidak berubah").
    """

    path: str
    label: str
    current: str
    previous: str
    changed: bool
    marks: tuple[tuple[int, int], ...]
    group: str
    warning: str
    kind: str


@dataclass(frozen=True, slots=True)
class StepView:
    """One station of the chain: ``state``: "done", "current" or "ahead"."""

    label: str
    state: str
    posisi: str


@dataclass(frozen=True, slots=True)
class BannerView:
    tone: str
    bold: str
    text: str
    path: str = ""


@dataclass(frozen=True, slots=True)
class ReviewView:
    """One record on the verifier's desk. ``rev`` and ``sha`` are what the decision will name (exact_content).

    ``standard_minutes``: the SOP's minutes for this step (0 = none). ``photos``: attachment names.
    ``blocked``: why the forward step is not possible yet, "" if it is. ``history_whole``: its beginning is on this
    laptop.
    """

    rid: str
    subject: str
    title: str
    subtitle: str
    posisi: str
    posisi_label: str
    rev: int
    sha: str
    version_text: str
    previous_text: str
    chain: tuple[StepView, ...]
    banners: tuple[BannerView, ...]
    changed: tuple[ReviewLine, ...]
    all_lines: tuple[ReviewLine, ...]
    unchanged: int
    remarks: tuple[RemarkView, ...]
    history: tuple[str, ...]
    photos: tuple[str, ...]
    commands: tuple[CommandView, ...]
    templates: tuple[str, ...]
    standard_minutes: int
    sop_step: str
    blocked: str
    wa_text: str = ""
    history_whole: bool = True


@dataclass(frozen=True, slots=True)
class PaperMade:
    """A paper was written: where, how many pages, which snapshot hash its foot carries."""

    path: str
    pages: int
    snapshot_sha256: str
    sentence: str
