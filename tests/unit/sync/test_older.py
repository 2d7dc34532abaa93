"""The history of one record, fetched page by page: whole or not at all, and a lying server is noticed."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import cast

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.records import FeedEntry
from sidumba_field.store import Store
from sidumba_field.sync.older import fetch_older
from sidumba_field.sync.transport import Transport
from sidumba_field.wire.messages import EntryMessage, HistoryReply
from tests.helpers.ledger import VID, Server, begin, clock, record

EDITS = 5


@dataclass
class Line:
    """Answers with pages of ``size`` entries. ``stuck``: the same page again and again; ``endless``: always more."""

    entries: list[FeedEntry]
    size: int = 2
    stuck: bool = False
    endless: bool = False
    asked: list[int] = field(default_factory=list)

    def history(self, vid: str, rid: str, after: int) -> HistoryReply:
        self.asked.append(after)
        behind = [entry for entry in self.entries if self.stuck or entry.seq > after]
        page = [EntryMessage.of(entry) for entry in behind[: self.size]]
        return HistoryReply(vid=vid, rid=rid, entries=page, more=self.endless or len(behind) > self.size)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    opened = begin(tmp_path / "laptop", clock())
    yield opened
    opened.close()


@pytest.fixture
def server(tmp_path: Path) -> Server:
    at = clock()
    made, other = Server(at), begin(tmp_path / "maker", at)
    rid = other.records.create(record(at, {"nama": "Ani"})).rid
    for n in range(EDITS):
        other.records.answer(rid, {"omzet": str(n)})
        other.records.seal(rid, "u", "2026-11-20T01:00:00.000Z", f"{n:08d}-0000-4000-8000-000000000000")
        made.exchange(other)
        made.pull(other)
    other.close()
    return made


def fetch(store: Store, line: Line, rid: str) -> int:
    return fetch_older(store, cast(Transport, line), VID, rid)


def test_a_history_comes_page_by_page_and_asking_again_brings_nothing_new(
    store: Store, server: Server
) -> None:
    (rid,) = server.records
    store.feed.apply_snapshot(server.snapshot())
    line = Line(server.entries)
    assert fetch(store, line, rid) == len(server.entries)
    assert line.asked == [0, 2, 4]
    assert [entry.rev for entry in store.records.history(rid)] == [entry.rev for entry in server.entries]
    assert fetch(store, Line(server.entries), rid) == 0


@pytest.mark.parametrize("fault", [{"stuck": True}, {"endless": True}])
def test_a_server_that_never_comes_to_an_end_is_refused(
    store: Store, server: Server, fault: dict[str, bool]
) -> None:
    (rid,) = server.records
    store.feed.apply_snapshot(server.snapshot())
    with pytest.raises(SidumbaError, match=r"wire\.malformed"):
        fetch(store, Line(server.entries, **fault), rid)  # type: ignore[arg-type]
    assert store.records.history(rid) == []


def test_one_changed_entry_leaves_nothing(store: Store, server: Server) -> None:
    (rid,) = server.records
    store.feed.apply_snapshot(server.snapshot())
    changed = [*server.entries[:-1], replace(server.entries[-1], actor="x")]
    with pytest.raises(SidumbaError, match=r"wire\.chain_broken"):
        fetch(store, Line(changed), rid)
    assert store.records.history(rid) == []
