"""Nothing can be changed in the past without being found: random mutations of entries, payloads, heads and records."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, insert, select
from sqlalchemy.engine import Connection
from typer.testing import CliRunner

from server_stub import cli
from server_stub.store.audit import audit, audit_work
from server_stub.store.database import Database
from server_stub.store.tables import FEED, HEAD, PAYLOAD, RECORD
from tests.helpers.office import Office

#: As in the promise (spec/sync.md P9); everyday a sample of them.
MUTATIONS, EVERYDAY = 10_000, 110
ONE_DATABASE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)


class _Back(Exception):
    """Undoes a mutation."""


@pytest.fixture
def busy(office: Office) -> Office:
    """An office with everything in its feeds: edits, merges, proposals, steps, returns, an erased record, a batch."""
    office.must(office.open_period())
    rids = [office.new_id() for _ in range(6)]
    for n, rid in enumerate(rids):
        office.must(office.edit("petugas", rid, {"nama": f"Warung {n}", "omzet": "1"}))
        office.must(office.edit("petugas", rid, {"omzet": str(n)}, base=1))
    office.do(office.edit("admin_desa", rids[0], {"omzet": "99"}, base=1))
    for rid in rids[:3]:
        office.must(office.step("petugas", rid, "serahkan"))
    office.do(office.edit("petugas", rids[1], {"nama": "terlambat"}, base=2))
    assert office.service.erase(rids[5], "permintaan") is not None
    assert audit(office.database).faults == ()
    return office


def _some(connection: Connection, draw: random.Random, table: Any) -> Any:
    rows = connection.execute(select(table)).all()
    return draw.choice(rows)._mapping


def _here(table: Any, row: Any) -> Any:
    return [column == row[column.name] for column in table.primary_key.columns]


def _other(value: Any, draw: random.Random) -> Any:
    """Return another value of the same kind."""
    if isinstance(value, int):
        return value + draw.choice((-1, 1, 2))
    if not value:
        return "x"
    at = draw.randrange(len(value))
    letter = draw.choice([one for one in "0123456789abcdef" if one != value[at]])
    return value[:at] + letter + value[at + 1 :]


def change_entry(connection: Connection, draw: random.Random) -> str:
    row = _some(connection, draw, FEED)
    name = draw.choice([column.name for column in FEED.columns if column.name not in ("vid", "seq")])
    if name == "kind":
        value = draw.choice([one for one in ("edit", "transition", "proposal", "file") if one != row["kind"]])
    else:
        value = _other(row[name], draw)
    connection.execute(FEED.update().where(*_here(FEED, row)).values({name: value}))
    return f"{name} of {row['seq']}"


def renumber_entry(connection: Connection, draw: random.Random) -> str:
    row = _some(connection, draw, FEED)
    connection.execute(FEED.update().where(*_here(FEED, row)).values(seq=row["seq"] + 1_000))
    return f"number of {row['seq']}"


def drop_entry(connection: Connection, draw: random.Random) -> str:
    row = _some(connection, draw, FEED)
    connection.execute(FEED.delete().where(*_here(FEED, row)))
    return f"entry {row['seq']} gone"


def add_entry(connection: Connection, draw: random.Random) -> str:
    row = dict(_some(connection, draw, FEED))
    last = connection.execute(select(func.max(FEED.c.seq)).where(FEED.c.vid == row["vid"])).scalar_one()
    connection.execute(insert(FEED).values({**row, "seq": last + 1}))
    return f"entry {row['seq']} twice"


def swap_entries(connection: Connection, draw: random.Random) -> str:
    first, second = _some(connection, draw, FEED), _some(connection, draw, FEED)
    if first["hash"] == second["hash"]:
        return change_entry(connection, draw)
    names = [column.name for column in FEED.columns if column.name not in ("vid", "seq")]
    for row, other in ((first, second), (second, first)):
        values = {name: other[name] for name in names}
        connection.execute(FEED.update().where(*_here(FEED, row)).values(values))
    return f"{first['seq']} for {second['seq']}"


def change_payload(connection: Connection, draw: random.Random) -> str:
    row = _some(connection, draw, PAYLOAD)
    if draw.random() < 0.3:
        connection.execute(
            PAYLOAD.update().where(*_here(PAYLOAD, row)).values(salt=_other(row["salt"], draw))
        )
        return f"salt of {row['seq']}"
    said = json.loads(row["body"])
    name = draw.choice(sorted(said))
    said[name] = "lain" if said[name] != "lain" else "bukan"
    connection.execute(PAYLOAD.update().where(*_here(PAYLOAD, row)).values(body=json.dumps(said)))
    return f"{name} of {row['seq']}"


def drop_payload(connection: Connection, draw: random.Random) -> str:
    row = _some(connection, draw, PAYLOAD)
    connection.execute(PAYLOAD.delete().where(*_here(PAYLOAD, row)))
    return f"payload of {row['seq']} gone"


def change_head(connection: Connection, draw: random.Random) -> str:
    row = _some(connection, draw, HEAD)
    name = draw.choice(("seq", "hash"))
    connection.execute(HEAD.update().where(*_here(HEAD, row)).values({name: _other(row[name], draw)}))
    return f"{name} of a head"


def cut_chain(connection: Connection, draw: random.Random) -> str:
    """Take the last entries away and set the head back to what is left: the chain by itself is whole."""
    row = _some(connection, draw, FEED)
    here = (FEED.c.vid == row["vid"]) & (FEED.c.seq >= row["seq"])
    connection.execute(FEED.delete().where(here))
    connection.execute(PAYLOAD.delete().where((PAYLOAD.c.vid == row["vid"]) & (PAYLOAD.c.seq >= row["seq"])))
    head = {"seq": row["seq"] - 1, "hash": row["prev"]}
    connection.execute(HEAD.update().where(HEAD.c.vid == row["vid"]).values(head))
    return f"cut before {row['seq']}"


def change_record(connection: Connection, draw: random.Random) -> str:
    row = _some(connection, draw, RECORD)
    name = draw.choice(("fields", "state", "rev", "owner", "period", "content_sha256", "form"))
    value = '{"nama":"palsu"}' if name == "fields" else _other(row[name], draw)
    connection.execute(RECORD.update().where(*_here(RECORD, row)).values({name: value}))
    return f"{name} of a record"


MUTATE: tuple[Callable[[Connection, random.Random], str], ...] = (
    change_entry,
    change_entry,
    renumber_entry,
    drop_entry,
    add_entry,
    swap_entries,
    change_payload,
    drop_payload,
    change_head,
    cut_chain,
    change_record,
)


def unfound(database: Database, seeds: Iterator[int] | range) -> list[str]:
    """Return the mutations nobody would have noticed."""
    missed = []
    for seed in seeds:
        draw = random.Random(seed)
        try:
            with database.write() as work:
                what = MUTATE[seed % len(MUTATE)](work.connection, draw)
                if not audit_work(work).faults:
                    missed.append(f"{seed}: {what}")
                raise _Back
        except _Back:
            continue
    return missed


def test_every_change_of_the_past_is_found(busy: Office) -> None:
    assert unfound(busy.database, range(EVERYDAY)) == []
    assert audit(busy.database).faults == ()


@pytest.mark.soak
@ONE_DATABASE
def test_ten_thousand_changes_of_the_past_are_found(busy: Office) -> None:
    assert unfound(busy.database, range(MUTATIONS)) == []


@ONE_DATABASE
def test_the_command_ends_with_a_code_and_one_json_object(busy: Office, tmp_path: Path) -> None:
    def verify(*options: str) -> tuple[int, str]:
        result = CliRunner().invoke(cli.app, ["verify", "--data", str(tmp_path), *options])
        return result.exit_code, result.output

    code, told = verify("--json")
    found = json.loads(told)
    assert (code, found["ok"], found["chain_faults"]) == (0, True, [])
    assert (found["records"], found["erased"]) == (7, 2)
    assert found["entries"] >= 17
    assert "Rantai utuh" in verify()[1]
    sha = "ab" * 32
    with busy.database.write() as work:
        work.files.complete(sha, 3, "2026-11-21T04:00:00.000Z")
    code, told = verify("--json")
    assert (code, json.loads(told)["file_faults"]) == (1, [f"{sha}: missing"])
    with busy.database.write() as work:
        work.connection.execute(RECORD.update().values(state="palsu"))
    code, told = verify()
    assert code == 1
    assert "Rantai tidak utuh" in told
    assert "Berkas tidak utuh" in told
