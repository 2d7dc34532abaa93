"""The laptop's encrypted SQLite: opening, keys, tables, repositories, outbox; hands out core values only."""

from __future__ import annotations

from sidumba_field.store.opening import open_store
from sidumba_field.store.store import Store
from sidumba_field.store.values import (
    Changes,
    Counts,
    FileRow,
    FileState,
    LocalRecord,
    LocalUser,
    LogEntry,
    Mark,
    OutboxRow,
    Proposal,
    Receipt,
    RecordRow,
    Scope,
)

__all__ = [
    "Changes",
    "Counts",
    "FileRow",
    "FileState",
    "LocalRecord",
    "LocalUser",
    "LogEntry",
    "Mark",
    "OutboxRow",
    "Proposal",
    "Receipt",
    "RecordRow",
    "Scope",
    "Store",
    "open_store",
]
