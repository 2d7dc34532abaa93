"""What Sinkronisasi shows: what travels, what was received, and what one run did; words already, never a table."""

from __future__ import annotations

from dataclasses import dataclass, field

from sidumba_field.services.views import Changes, Link, Mark


@dataclass(frozen=True, slots=True)
class ShipmentRow:
    """One row of "Antrean kirim". ``percent`` -1 = no bar. ``state``: mark word or "trouble"; ``action``: ""
    or a button text. ``is_file``: an attachment (``key`` is its hash); ``by_stick``: it is kept for the flashdisk.
    """

    key: str
    icon: str
    title: str
    subtitle: str
    size_text: str
    percent: int
    state: Mark
    state_text: str
    action: str = ""
    is_file: bool = False
    by_stick: bool = False


@dataclass(frozen=True, slots=True)
class ReceiptRow:
    number: str
    when: str
    text: str


@dataclass(frozen=True, slots=True)
class SyncView:
    link: Link
    link_text: str
    rate_text: str
    laptop: int
    waiting: int
    waiting_files: int
    waiting_size: str
    percent: int
    eta_text: str
    received: int
    received_text: str
    rows: tuple[ShipmentRow, ...]
    receipts: tuple[ReceiptRow, ...]
    differing: tuple[tuple[str, str, str], ...]
    news: tuple[tuple[str, str], ...]
    running: bool
    problem: str = ""
    usb_files: int = 0
    usb_size: str = ""


@dataclass(frozen=True, slots=True)
class SyncOutcome:
    """What one sync did, for the toast and the log: ``sentence`` is ready to be shown. ``order``: what the district
    wants of this laptop now ("" = nothing, "suspended", "revoked", "wipe")."""

    sent: int
    received: int
    pulled: int
    files: int
    receipt: str
    sentence: str
    ok: bool
    changes: Changes = field(default_factory=Changes)
    order: str = ""
