"""A record moved on at the server while somebody worked on it offline: six states, five things he may have done.

Nothing he typed vanishes, nothing is overwritten, the state is the server's own, and it stays so over further syncs.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server_stub.app import build_server
from server_stub.settings import Settings
from server_stub.store.database import Database
from sidumba_field.core.records import OpKind, Record
from tests.chaos.point_world import seat_at
from tests.helpers.laptop import assert_badge_is_true, assert_nothing_lost
from tests.helpers.office import DESA, PROGRAM, Office
from tests.helpers.over_http import HttpLaptop, truth
from tests.helpers.server import CHEAP, threaded_server

Move = Callable[[Office, str], None]
Act = Callable[[HttpLaptop, str], None]
MORE_SYNCS = 2


def step(by: str, command: str, **members: str) -> Move:
    def move(office: Office, rid: str) -> None:
        office.must(office.step(by, rid, command, **members))

    return move


def steps(*moves: Move) -> Move:
    def move(office: Office, rid: str) -> None:
        for one in moves:
            one(office, rid)

    return move


SORTED = step("admin_desa", "pilah_lengkap")
VERIFIED = steps(SORTED, step("admin_desa", "ajukan_kecamatan"), step("admin_kecamatan", "verifikasi"))
#: State the record has reached meanwhile -> how others brought it there.
MEANWHILE: dict[str, Move] = {
    "diserahkan": lambda office, rid: None,
    "dikembalikan_petugas": step("admin_desa", "pilah_tidak_lengkap", remark="Periksa lagi"),
    "terpilah": SORTED,
    "terverifikasi_kecamatan": VERIFIED,
    "diajukan_kabupaten": steps(VERIFIED, step("admin_kecamatan", "ajukan_kabupaten")),
    "tidak_berlaku": step("admin_desa", "pilah_ganda", remark="Sudah ada"),
}


def edit(laptop: HttpLaptop, rid: str) -> None:
    laptop.type(rid, omzet="7000", catatan="diketik di jalan")
    laptop.send(rid)


def edit_twice(laptop: HttpLaptop, rid: str) -> None:
    edit(laptop, rid)
    laptop.type(rid, omzet="8000")


def picture(laptop: HttpLaptop, rid: str) -> None:
    laptop.photo(rid, "foto", random.Random(rid).randbytes(3_000))
    laptop.send(rid)


def take_back(laptop: HttpLaptop, rid: str) -> None:
    laptop.step(rid, "tarik", "draf")
    edit(laptop, rid)


def hand_over_again(laptop: HttpLaptop, rid: str) -> None:
    edit(laptop, rid)
    laptop.step(rid, "serahkan", "diserahkan")


#: What he did offline.
ACTIONS: dict[str, Act] = {
    "edited": edit,
    "edited and goes on typing": edit_twice,
    "added a picture": picture,
    "took it back": take_back,
    "handed it over again": hand_over_again,
}


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    database = Database(tmp_path / "server.db")
    build_server(Settings(tmp_path), programs={}).database.close()
    yield Office.set_up(database)
    database.close()


@pytest.mark.parametrize("seed", [1])
def test_whatever_happened_at_the_server_nothing_typed_offline_vanishes(
    office: Office, tmp_path: Path, seed: int
) -> None:
    settings = Settings(tmp_path, argon=CHEAP)
    with threaded_server(tmp_path, programs={PROGRAM: office.rules}, clock=office.clock) as url:
        server = build_server(settings, office.clock, {PROGRAM: office.rules})
        seat = seat_at(server, "petugas")
        server.database.close()
        laptop = HttpLaptop.at(tmp_path / "laptop", seat, url)
        cases = [(state, action) for state in MEANWHILE for action in ACTIONS]
        rids = {case: laptop.begin(nama=f"{case[0]} {case[1]}", desa=DESA) for case in cases}
        laptop.settle(url)
        for rid in rids.values():
            laptop.step(rid, "serahkan", "diserahkan")
        laptop.settle(url)
        for (state, action), rid in rids.items():
            MEANWHILE[state](office, rid)
            ACTIONS[action](laptop, rid)
        before = {rid: office.stored(rid) for rid in rids.values()}
        for _ in range(1 + MORE_SYNCS):
            laptop.sync_over(url)
            judge(laptop, office, rids, before)
        laptop.store.close()


def judge(
    laptop: HttpLaptop, office: Office, rids: dict[tuple[str, str], str], before: dict[str, Record]
) -> None:
    found = truth(office.database)
    with office.database.read() as work:
        # Refused steps have no entry in the feed; the server keeps them all the same.
        found.ops.update(work.ops.answers(row.op for row in laptop.store.outbox.rows(500)))
    laptop.server = found  # type: ignore[assignment]
    assert found.faults == ()
    assert laptop.store.outbox.unsent() == 0
    assert_nothing_lost(laptop)
    assert_badge_is_true(laptop)
    for (state, action), rid in rids.items():
        now = found.records[rid]
        if state in ("terpilah", "terverifikasi_kecamatan", "diajukan_kabupaten", "tidak_berlaku"):
            # Out of his hands: neither state nor content moved, what he typed waits where a reviewer sees it.
            assert now.state == state, action
            assert now.fields["nama"] == before[rid].fields["nama"], action
            assert now.fields.get("omzet") is None, action
    told = {
        op.kind for op in (laptop.store.outbox.get(row.op) for row in laptop.store.outbox.rows(500)) if op
    }
    assert told >= {OpKind.EDIT, OpKind.TRANSITION}
