"""What is known about sending and receiving without asking anybody: counted from the outbox, told from the last run."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sidumba_field.store import Counts, Store
from sidumba_field.sync.stages import SyncReport

LAST_SYNC = "last_sync"
REPORT = "sync/report"
#: Seconds the server's clock is ahead of this laptop's, as the last run found them, a space, and when it began.
SKEW = "clock/skew"


@dataclass(frozen=True, slots=True)
class SyncStatus:
    """The offline picture. ``last_sync``: ISO instant of the last run without a problem, "" if never; ``last_run`` of
    the last one at all. ``code``/``params``: its first problem, "" if none. ``receipt``: newest receipt number."""

    counts: Counts
    last_sync: str
    last_run: str
    stage: str
    code: str
    params: Mapping[str, Any]
    receipt: str


def status(store: Store) -> SyncStatus:
    """Read the picture from the store alone; never touches the network."""
    said = json.loads(store.meta.get(REPORT) or "{}")
    receipts = store.receipts.all()
    return SyncStatus(
        counts=store.counts(),
        last_sync=store.meta.get(LAST_SYNC) or "",
        last_run=said.get("ended_at", ""),
        stage=said.get("stage", ""),
        code=said.get("code", ""),
        params=said.get("params", {}),
        receipt=max(receipts, key=lambda receipt: receipt.at).number if receipts else "",
    )


def summary(report: SyncReport) -> dict[str, Any]:
    """Return what is kept of a report: plain values without a name or an answer of anybody."""
    first = report.problems[0] if report.problems else None
    return {
        "stage": report.stage.value,
        "complete": report.complete,
        "stopped": report.stopped,
        "sent": report.sent,
        "pulled": report.pulled,
        "code": first.code if first else "",
        "params": {key: str(value) for key, value in first.params.items()} if first else {},
        "ended_at": report.ended_at,
    }
