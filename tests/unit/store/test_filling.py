"""A changed list is filled in slices beside the old one, whole after any kill; tallies are the counts of cards."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from hypothesis import given
from hypothesis import strategies as st

from sidumba_field.core.ids import new_id
from sidumba_field.core.records import Record
from sidumba_field.core.time import FixedClock, iso
from sidumba_field.store import ListQuery, ListSpec, Store, filling, open_store
from sidumba_field.store.tables import CARD, TALLY
from sidumba_field.wire.messages import RecordMessage, SnapshotReply
from tests.helpers.ledger import ANI, EPOCH, KEY, VID, begin, clock, record

OLD = ListSpec(("nama",), ("skala",), ("nama",))
NEW = ListSpec(("omzet", "nama"), ("jenis",), ("usaha",))
QUERY = ListQuery("kopi", [VID])


@pytest.fixture
def at() -> FixedClock:
    return clock()


@pytest.fixture
def store(tmp_path: Path, at: FixedClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Store]:
    """Twelve records under the old list; a slice is three of them, and none is small enough to go at once."""
    monkeypatch.setattr(filling, "AT_ONCE", 2)
    monkeypatch.setattr(filling, "SLICE", 3)
    opened = begin(tmp_path / "laptop", at)
    opened.lists.use("kopi", OLD)
    records = []
    for n in range(12):
        at.advance(60)
        fields = {
            "nama": f"Ani {n}",
            "omzet": str(n),
            "usaha": f"kedai{n}",
            "skala": "mikro",
            "jenis": "dagang",
        }
        made = record(at, fields, rev=1, created_at=iso(at.now()), changed_at=iso(at.now()))
        records.append(RecordMessage.of(made))
    page = SnapshotReply(vid=VID, epoch=EPOCH, seq=0, hash="0" * 64, records=records, files=[], after="")
    opened.feed.apply_snapshot(page)
    yield opened
    opened.close()


def _shown(store: Store, query: ListQuery = QUERY) -> list[dict[str, str]]:
    return [dict(row.fields) for row in store.lists.rows(store.lists.hits(query).order, [VID])]


def _fill(store: Store) -> int:
    steps = 1
    while not store.lists.fill("kopi"):
        steps += 1
    return steps


def test_until_all_rows_are_ready_the_old_list_is_shown_and_filtered(store: Store) -> None:
    assert store.lists.use("kopi", NEW)
    for done in (0, 3, 6):
        assert store.lists.filling()["kopi"] == filling.Filling(done, 12)
        assert _shown(store)[0] == {"nama": "Ani 11"}
        assert store.lists.facets(QUERY, "skala") == {"mikro": 12}
        assert store.lists.facets(QUERY, "jenis") == {}
        assert _shown(store, ListQuery("kopi", [VID], sort="omzet", choices={"jenis": ["dagang"]})) == []
        assert not store.lists.fill("kopi")
    assert _fill(store) == 2
    assert store.lists.filling() == {}
    assert _shown(store)[0] == {"omzet": "11", "nama": "Ani 11"}
    assert store.lists.facets(QUERY, "jenis") == {"dagang": 12}
    assert len(_shown(store, ListQuery("kopi", [VID], text="kedai"))) == 12
    assert not store.lists.use("kopi", NEW)


@pytest.mark.parametrize("killed_after", range(5))
def test_a_kill_between_slices_loses_nothing_of_what_was_made(
    store: Store, at: FixedClock, killed_after: int
) -> None:
    store.lists.use("kopi", NEW)
    for _ in range(killed_after):
        store.lists.fill("kopi")
    store.close()
    again = open_store(store.folder, KEY, at)
    try:
        assert not again.lists.use("kopi", NEW)
        assert _fill(again) == 5 - killed_after
        assert _shown(again)[0] == {"omzet": "11", "nama": "Ani 11"}
    finally:
        again.close()


@pytest.mark.parametrize("row", [0, 11])
def test_what_is_typed_while_a_list_is_filled_stands_in_both(store: Store, row: int) -> None:
    store.lists.use("kopi", NEW)
    store.lists.fill("kopi")
    numbers = sorted(store.lists.hits(QUERY).order)
    [line] = store.lists.rows([numbers[row]], [VID])
    store.records.answer(line.rid, {"nama": "Budi", "omzet": "99"})
    assert store.lists.rows([line.n], [VID])[0].fields == {"nama": "Budi"}
    _fill(store)
    assert store.lists.rows([line.n], [VID])[0].fields == {"omzet": "99", "nama": "Budi"}
    assert len(_shown(store, ListQuery("kopi", [VID], text="budi"))) == 1


def test_naming_the_old_list_again_gives_up_the_new_one(store: Store) -> None:
    store.lists.use("kopi", NEW)
    store.lists.fill("kopi")
    assert store.lists.use("kopi", OLD)
    _fill(store)
    assert _shown(store)[0] == {"nama": "Ani 11"}
    assert len(_shown(store, ListQuery("kopi", [VID], text="ani"))) == 12
    assert _shown(store, ListQuery("kopi", [VID], text="kedai1")) == []


# ------------------------------------------------------------------------------------------------- tallies

ACTS = st.lists(
    st.tuples(st.sampled_from(("begin", "type", "seal", "discard")), st.integers(0, 3)), max_size=14
)


def _tallied(store: Store) -> tuple[dict[tuple[int, ...], int], dict[tuple[int, ...], int]]:
    keys = ("kind", "place", "state", "mark", "period")
    back = sa.case((CARD.c.remarks > 0, 1), else_=0)
    columns = [*(CARD.c[key] for key in keys), back]
    with store._db.read() as connection:
        counted = connection.execute(sa.select(*columns, sa.func.count()).group_by(*columns)).all()
        kept = connection.execute(sa.select(TALLY).where(TALLY.c.count != 0)).all()
    return {tuple(row[:6]): row[6] for row in counted}, {tuple(row[:6]): row[6] for row in kept}


@given(ACTS)
def test_a_tally_is_the_count_of_its_cards_whatever_happens(
    tmp_path_factory: pytest.TempPathFactory, acts: list[tuple[str, int]]
) -> None:
    at = clock()
    store = begin(tmp_path_factory.mktemp("laptop"), at)
    made: list[Record] = []
    try:
        for act, which in acts:
            at.advance(1)
            if act == "begin" or not made:
                made.append(record(at, {"nama": "Ani"}, period=f"202{which}"))
                store.records.create(made[-1])
                continue
            rid = made[which % len(made)].rid
            if act == "type":
                store.records.answer(rid, {"nama": f"Ani {which}"})
            elif act == "seal":
                store.records.seal(rid, ANI, iso(at.now()), new_id(at))
            else:
                store.records.discard_draft(rid, ANI)
        counted, kept = _tallied(store)
        assert counted == kept
    finally:
        store.close()


def test_a_letter_more_finds_what_asking_anew_finds(store: Store) -> None:
    for text in ("a", "an", "ani", "ani 1", "ani 11", "b"):
        for states in (None, ["draf"], ["nowhere"]):
            query = ListQuery("kopi", [VID], text=text, states=states)
            narrowed = store.lists.hits(query)
            with store._db.write() as connection:
                connection.info.clear()
            assert store.lists.hits(query) == narrowed


def test_what_was_found_is_forgotten_when_a_record_changes(store: Store, at: FixedClock) -> None:
    assert len(store.lists.hits(QUERY).order) == 12
    store.records.create(record(at, {"nama": "Cici"}))
    assert len(store.lists.hits(QUERY).order) == 13
    assert len(store.lists.hits(ListQuery("kopi", [VID], text="cici")).order) == 1
