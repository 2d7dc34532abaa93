"""A laptop of the first release opens for ever: its records stand in today's lists, found by today's words."""

from __future__ import annotations

from pathlib import Path

import pytest

from sidumba_field.core.ids import new_id
from sidumba_field.core.time import iso
from sidumba_field.store import ListQuery, ListSpec, Store, migrations, open_store
from tests.helpers.ledger import ANI, KEY, VID, begin, clock, record

TODAY = migrations.MIGRATIONS


@pytest.fixture
def upgraded(tmp_path: Path) -> Store:
    """A database made by the first release's schema, filled as it filled it, and opened by this one."""
    at = clock()
    now = begin(tmp_path / "now", at)
    for n, name in enumerate(("Wahyuni", "Rahmat", "Siti")):
        at.advance(60)
        changes = {"created_at": iso(at.now())}
        made = now.records.create(record(at, {"nama": name, "omzet": str(n)}, **changes))
        if n:
            now.records.seal(made.rid, ANI, iso(at.now()), new_id(at))
    with now._db.read() as connection:
        old = {
            table: [tuple(row) for row in connection.exec_driver_sql(f'SELECT * FROM "{table}"')]
            for table in ("record", "journal", "outbox", "scope", "meta")
        }
    now.close()
    first = open_store(tmp_path / "old", KEY, at, TODAY[:1])
    with first._db.write() as connection:
        for table, rows in old.items():
            connection.exec_driver_sql(f"DELETE FROM {table}")
            for row in rows:
                places = ", ".join("?" * len(row))
                connection.exec_driver_sql(f"INSERT INTO {table} VALUES ({places})", row)
    first.close()
    return open_store(tmp_path / "old", KEY, at)


def test_old_records_are_listed_counted_and_found(upgraded: Store) -> None:
    rows = upgraded.records.find("kopi", vids=[VID])
    assert [row.fields["nama"] for row in rows] == ["Siti", "Rahmat", "Wahyuni"]
    assert [row.mark.value for row in rows] == ["tunggu", "tunggu", "laptop"]
    counts = upgraded.counts("kopi")
    assert (counts.laptop, counts.waiting) == (1, 2)
    assert upgraded.lists.use("kopi", ListSpec(("nama", "omzet"), (), ("nama",)))
    found = upgraded.lists.hits(ListQuery("kopi", [VID], text="rah"))
    assert [row.fields for row in upgraded.lists.rows(found.order, [VID])] == [
        {"nama": "Rahmat", "omzet": "1"}
    ]
    upgraded.close()
