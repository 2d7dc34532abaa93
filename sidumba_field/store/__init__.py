"""The laptop's encrypted SQLite: opening, keys, tables, repositories, outbox; hands out core values only."""

from __future__ import annotations

from sidumba_field.store.alone import Alone
from sidumba_field.store.cards import is_file_name
from sidumba_field.store.choices import Choice
from sidumba_field.store.extracts import Extract
from sidumba_field.store.lines import ListSpec
from sidumba_field.store.listing import Hits, ListQuery
from sidumba_field.store.lives import write_twin
from sidumba_field.store.opening import open_store
from sidumba_field.store.store import Store
from sidumba_field.store.values import (
    BundleRow,
    Carry,
    Changes,
    Counts,
    FileRow,
    FileState,
    LocalRecord,
    LocalUser,
    LogEntry,
    Mark,
    OnStick,
    OutboxRow,
    Proposal,
    Receipt,
    RecordRow,
    ReplyRow,
    Scope,
)

__all__ = [
    "Alone",
    "BundleRow",
    "Carry",
    "Changes",
    "Choice",
    "Counts",
    "Extract",
    "FileRow",
    "FileState",
    "Hits",
    "ListQuery",
    "ListSpec",
    "LocalRecord",
    "LocalUser",
    "LogEntry",
    "Mark",
    "OnStick",
    "OutboxRow",
    "Proposal",
    "Receipt",
    "RecordRow",
    "ReplyRow",
    "Scope",
    "Store",
    "is_file_name",
    "open_store",
    "write_twin",
]
