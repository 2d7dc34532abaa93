"""Lists and counts: pages by key, words, the user's scopes, and that an index carries every question."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from sidumba_field.core.ids import new_id
from sidumba_field.core.records import Record
from sidumba_field.core.time import FixedClock, iso
from sidumba_field.core.workflow.roles import Grant
from sidumba_field.store import LocalUser, Mark, Store
from sidumba_field.store.listing import ListQuery, Wanted, page
from sidumba_field.wire.messages import RecordMessage, SnapshotReply
from tests.helpers.ledger import ANI, EPOCH, VID, begin, clock, record

NAMES = ["Wahyuni", "Rahmat", "Siti Aminah", "Budi", "Ésaü", "Wahyudi"]


@pytest.fixture
def at() -> FixedClock:
    return clock()


@pytest.fixture
def store(tmp_path: Path, at: FixedClock) -> Iterator[Store]:
    opened = begin(tmp_path / "laptop", at)
    yield opened
    opened.close()


def _fill(store: Store, at: FixedClock, number: int, **changes: object) -> list[Record]:
    made = []
    for n in range(number):
        at.advance(60)
        now = iso(at.now())
        fields = {"nama": NAMES[n % len(NAMES)], "usaha": f"warung {n}"}
        made.append(record(at, fields, rev=1, created_at=now, changed_at=now, **changes))
    page = SnapshotReply(
        vid=VID,
        epoch=EPOCH,
        seq=0,
        hash="0" * 64,
        records=[RecordMessage.of(one) for one in made],
        files=[],
        after="",
    )
    store.feed.apply_snapshot(page)
    return made


def test_pages_follow_each_other_without_gap_or_double(store: Store, at: FixedClock) -> None:
    made = _fill(store, at, 25)
    seen: list[str] = []
    after = None
    while rows := store.records.find("kopi", limit=7, after=after):
        seen += [row.rid for row in rows]
        after = rows[-1].key
    assert seen == [one.rid for one in reversed(made)]


def test_states_are_merged_into_one_order(store: Store, at: FixedClock) -> None:
    _fill(store, at, 5, state="draf")
    _fill(store, at, 5, state="diajukan")
    _fill(store, at, 5, state="draf")
    rows = store.records.find("kopi", states=["draf", "diajukan"], limit=12)
    assert [row.changed_at for row in rows] == sorted((row.changed_at for row in rows), reverse=True)
    assert len(rows) == 12
    assert store.records.find("kopi", states=[]) == []


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("wahyu", 2),
        ("WAHYUNI", 1),
        ("siti amin", 1),
        ("warung 3", 1),
        ("esau", 1),
        ('"', 0),
        ("NEAR(", 0),
        ("ada", 0),
    ],
)
def test_words_find_records_by_their_beginnings(store: Store, at: FixedClock, text: str, found: int) -> None:
    _fill(store, at, 6)
    assert len(store.records.find("kopi", text=text)) == found


def test_an_answer_just_kept_is_found_by_its_words(store: Store, at: FixedClock) -> None:
    rid = store.records.create(record(at, {"nama": "Ani"})).rid
    store.records.answer(rid, {"nama": "Maimunah", "@reason/omzet": "rahasia"})
    assert [row.rid for row in store.records.find("kopi", text="maim")] == [rid]
    assert store.records.find("kopi", text="ani") == []
    assert store.records.find("kopi", text="rahasia") == [], "meta fields are no words"


def test_a_list_shows_the_unit_and_only_the_asked_columns(store: Store, at: FixedClock) -> None:
    _fill(store, at, 1)
    [row] = store.records.find("kopi", columns=["nama", "tidak/ada"])
    assert (row.unit, row.fields, row.mark, row.program) == (
        "63.11.02.2005",
        {"nama": "Wahyuni"},
        Mark.RECEIVED,
        "kopi",
    )


def test_only_the_users_own_scopes_are_listed(store: Store, at: FixedClock) -> None:
    _fill(store, at, 3)
    assert len(store.records.find("kopi", vids=[VID])) == 3
    assert store.records.find("kopi", vids=[new_id(at)]) == []
    assert store.records.find("kopi", vids=[]) == []


@pytest.mark.parametrize(
    ("states", "mark", "vids", "after"),
    [
        (None, None, None, None),
        (["draf"], None, None, None),
        (None, Mark.WAITING, None, None),
        (None, None, [VID, "x"], None),
        (["draf"], None, [VID, "x"], ("2026-11-20T01:00:00.000Z", "a")),
    ],
)
def test_every_list_walks_an_index_in_order(
    store: Store,
    at: FixedClock,
    states: list[str] | None,
    mark: Mark | None,
    vids: list[str] | None,
    after: tuple[str, str] | None,
) -> None:
    _fill(store, at, 30)
    marks = None if mark is None else [mark.value]
    wanted = Wanted(ListQuery("kopi", vids, states=states, marks=marks), 50, after, None)
    with store._db.read() as connection:
        query = page(connection, wanted, states[0] if states else None)
        text = str(query.compile(connection, compile_kwargs={"literal_binds": True}))
        plan = [row[3] for row in connection.execute(sa.text("EXPLAIN QUERY PLAN " + text))]
    assert any(line.startswith("SEARCH card USING COVERING INDEX card_") for line in plan), plan
    assert not any("TEMP B-TREE" in line for line in plan), plan


def test_small_things_are_kept(store: Store) -> None:
    store.people.upsert({ANI: "Ani"})
    store.people.upsert({ANI: "Ani Lestari"})
    assert (store.people.name(ANI), store.people.name("nobody")) == ("Ani Lestari", "nobody")
    grant = {
        "role": "petugas",
        "program": "kopi",
        "unit": "63.11",
        "valid_from": "",
        "valid_to": "",
        "acting_for": "",
    }
    user = LocalUser(
        ANI, "ani", "Ani", "Kaur", "", "63.11.02.2005", "Desa", (grant,), "2026-12-04T00:00:00.000Z"
    )
    store.users.upsert(user)
    assert store.users.get(ANI) == user
    assert Grant(**store.users.get(ANI).grants[0]).covers("kopi", "63.11.02.2005", clock().now())  # type: ignore[union-attr]
    assert store.users.get("nobody") is None
    store.meta.set("epoch", "e1")
    assert (store.meta.get("epoch"), store.meta.get("nothing")) == ("e1", None)
    store.log("login", ANI, way="passphrase")
    [line] = store.logged()
    assert (line.event, line.user, line.detail) == ("login", ANI, {"way": "passphrase"})


@pytest.mark.soak
def test_a_list_of_a_hundred_thousand_pages_in_no_time(store: Store, at: FixedClock) -> None:
    import time

    for _ in range(100):
        _fill(store, at, 1_000)
    after, times = None, []
    for _ in range(20):
        before = time.perf_counter()
        rows = store.records.find("kopi", states=["draf"], vids=[VID], after=after)
        times.append(time.perf_counter() - before)
        after = rows[-1].key
    assert sorted(times)[18] < 0.1
    assert store.counts("kopi").received == 100_000
