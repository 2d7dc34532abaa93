"""A laptop of any earlier release opens for ever: all of its work is there, and what was not sent can be sent."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from sidumba_field.attachments import Shelf
from sidumba_field.core.records import OpAnswer, OpStatus, OutboxState
from sidumba_field.store import Store, open_store
from sidumba_field.store.migrations import MIGRATIONS
from tests.helpers.ledger import KEY, clock
from tests.migrations.keep import FIXTURES, PHOTO, SCAN, told

KEPT = sorted(FIXTURES.iterdir())


def _opened(kept: Path, folder: Path) -> tuple[Store, Shelf, dict[str, Any]]:
    shutil.copytree(kept, folder)
    held = json.loads((folder / "held.json").read_text(encoding="utf-8"))
    return open_store(folder, KEY, clock()), Shelf(folder / "attachments", KEY), held


def test_every_version_of_the_schema_is_kept() -> None:
    """After a new migration: ``python -m tests.migrations.keep`` and commit the folder it makes."""
    assert {folder.name for folder in KEPT} == {f"v{step.number}" for step in MIGRATIONS}


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.name)
def test_all_work_of_an_old_laptop_is_there(kept: Path, tmp_path: Path) -> None:
    store, shelf, held = _opened(kept, tmp_path / "laptop")
    try:
        assert told(store, shelf) == held
        assert {len(PHOTO), len(SCAN)} == {file["size"] for file in held["files"].values()}
        states = {op["state"] for op in held["ops"].values()}
        assert states >= {"queued", "inflight", "done", "conflict", "held", "rejected"}
    finally:
        store.close()


@pytest.mark.parametrize("kept", KEPT, ids=lambda kept: kept.name)
def test_unsent_work_of_an_old_laptop_can_be_sent(kept: Path, tmp_path: Path) -> None:
    store, _, held = _opened(kept, tmp_path / "laptop")
    try:
        waiting = {op for op, one in held["ops"].items() if one["state"] in ("queued", "inflight")}
        assert store.outbox.requeue_inflight() == 1
        sent: dict[str, dict[str, Any]] = {}
        while batch := store.outbox.next_batch(50, 1 << 20):
            sent |= {op.op: op.payload() for op in batch}
            answers = [OpAnswer(op.op, OpStatus.APPLIED, 1 + len(sent), len(sent)) for op in batch]
            store.outbox.apply_answers(answers, {}, "TT-0100")
        assert set(sent) == waiting
        frozen = [op for op in waiting if held["ops"][op]["state"] == "inflight"]
        assert [sent[op] for op in frozen] == [held["ops"][op]["payload"] for op in frozen]
        assert store.outbox.unsent() == 0
        assert not [row for row in store.outbox.rows(10_000) if row.state is OutboxState.QUEUED]
        assert {file.name for file in store.files.pending()} == {
            next(iter(name for name in one["payload"]["set"].values() if str(name).endswith(".jpg")))
            for op, one in held["ops"].items()
            if op in frozen
        }
    finally:
        store.close()
