"""The restore drill: a backup, hundreds of ops later the server is lost and restored, and everything returns by itself.

Real processes: server, laptops, on SQLite and on PostgreSQL. Nobody gives a command on a laptop; whoever comes first,
even if what he changed was begun by somebody who comes later.
"""

from __future__ import annotations

import random
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import pytest

from server_stub.app import build_server
from server_stub.backup.making import make
from server_stub.backup.restoring import restore
from server_stub.backup.sealed import read_identity
from server_stub.settings import Settings
from sidumba_field.core.time import SystemClock
from sidumba_field.seal.signing import SigningKey
from sidumba_field.sync.activation import sign_in
from tests.chaos.point_world import Processes, seat_at
from tests.helpers.databases import KINDS, Postgres, running_postgres
from tests.helpers.office import PROGRAM, PlainRules
from tests.helpers.over_http import HttpLaptop, Truth, judge_all, truth
from tests.helpers.run_server import passphrase, set_up
from tests.helpers.server import CHEAP, run_cli

WHOLE, EVERYDAY = 500, 12


@pytest.fixture(scope="module")
def postgres() -> Iterator[Postgres]:
    with running_postgres() as server:
        yield server


@dataclass
class Drill:
    """One office through its disaster. ``url_of``: a new database of the kind under test."""

    home: Path
    url_of: Callable[[], str]
    draw: random.Random

    def begin(self) -> None:
        self.settings = Settings(self.home / "server", self.url_of(), argon=CHEAP)
        server = build_server(self.settings, programs={PROGRAM: PlainRules()})
        set_up(server)
        people = ("petugas", "petugas_2", "admin_desa")
        seats = [seat_at(server, username) for username in people]
        server.database.close()
        self.processes = Processes(self.settings, workers=2)
        self.processes.start_server(None, self.home / "unused")
        self.laptops = [
            HttpLaptop.at(self.home / name, seat, self.processes.url)
            for name, seat in zip(people, seats, strict=True)
        ]

    def close(self) -> None:
        for laptop in self.laptops:
            laptop.store.close()
        self.processes.kill_server()

    def work(self, number: int) -> None:
        """Hand over ``number`` ops on all laptops, steps and files among them, and send them all."""
        wanted = self.sent() + number
        while self.sent() < wanted:
            self._round()
            self.settle()

    def sent(self) -> int:
        return sum(len(laptop.store.outbox.rows(10**6)) for laptop in self.laptops)

    def _round(self) -> None:
        admin = self.laptops[-1]
        known = [rid for laptop in self.laptops for rid in laptop.typed]
        for laptop in self.laptops:
            made = [laptop.begin(nama=f"Warung {self.draw.randrange(10**6)}") for _ in range(4)]
            laptop.photo(made[0], "foto", self.draw.randbytes(self.draw.randrange(500, 60_000)))
            laptop.send(made[0])
            if laptop is not admin:
                laptop.step(made[1], "serahkan", "diserahkan")
        for rid in known:
            # The village's admin sends back what others handed over: his step stands on their ops.
            if admin.record(rid).state == "diserahkan":
                admin.step(rid, "pilah_tidak_lengkap", "dikembalikan_petugas", nama="Periksa lagi")

    def settle(self) -> None:
        for laptop in self.laptops:
            laptop.settle(self.processes.url)

    def truth(self) -> Truth:
        server = build_server(self.settings, programs={PROGRAM: PlainRules()})
        try:
            return truth(server.database)
        finally:
            server.database.close()

    def back_up(self, by_command: bool) -> Path:
        file = self.home / "cadangan"
        if by_command:
            given = ("--data", str(self.settings.data), "--out", str(file))
            assert run_cli("backup", *given).returncode == 0
            return file
        server = build_server(self.settings, programs={PROGRAM: PlainRules()})
        make(server.database, server.settings, server.keys, SystemClock(), file, [])
        server.database.close()
        return file

    def lose_and_restore(self, file: Path, by_command: bool, lost_files: int) -> None:
        """The server is gone with all it has; another machine takes its place, at the same address."""
        self.processes.kill_server()
        keys = self.home / "brankas.json"
        shutil.copy(self.settings.keys, keys)
        into, url = self.home / "server-2", self.url_of()
        if by_command:
            more = ("--database-url", url) if url else ()
            done = run_cli("restore", str(file), "--identity", str(keys), "--into", str(into), *more)
            assert done.returncode == 0, done.stderr
        else:
            restore(file, read_identity(keys), into, url)
        blobs = sorted(path for path in (into / "blobs").rglob("*") if path.is_file())
        for path in blobs[:lost_files]:
            path.unlink()
        self.settings = Settings(into, url, argon=CHEAP)
        self.processes.settings = self.settings
        self.processes.start_server(None, self.home / "unused")

    def come_back(self) -> None:
        """Every laptop runs as a process of its own, the one who began the least first, until all is quiet."""
        for laptop in self.laptops:
            laptop.store.close()
            self._sign_in_again(laptop)
        for laptop in [*reversed(self.laptops), *self.laptops]:
            assert laptop.seat is not None
            assert self.processes.laptop_life(laptop.folder, laptop.seat, None, self.home / "unused") == 0
        for laptop in self.laptops:
            laptop.open()
        self.settle()
        self.settle()

    def _sign_in_again(self, laptop: HttpLaptop) -> None:
        """As the desktop does by itself while somebody sits there: sessions are in no backup."""
        seat = laptop.seat
        assert seat is not None
        line = seat.line(self.processes.url, signed_in=False)
        key = SigningKey(seat.user_secret).public_hex
        token = sign_in(line, laptop.folder.name, passphrase(laptop.folder.name), key).token
        line.close()
        laptop.seat = replace(seat, token=token)


def told(found: Truth) -> dict[str, tuple[str, dict[str, str]]]:
    return {rid: (record.state, dict(record.fields)) for rid, record in found.records.items()}


def run_drill(drill: Drill, ops: int, by_command: bool = False) -> None:
    drill.begin()
    try:
        drill.work(10)
        file = drill.back_up(by_command)
        saved = drill.truth()
        drill.work(ops)
        before = drill.truth()
        late = set(before.feed_ops) - set(saved.feed_ops)
        assert len(late) >= ops
        drill.lose_and_restore(file, by_command, lost_files=2)
        drill.come_back()
        after = drill.truth()
        assert set(after.feed_ops) == set(before.feed_ops), "every op came back"
        made = {rid for laptop in drill.laptops for rid in laptop.typed}
        judge_all(after, drill.laptops, made, lambda: "after the restore")
        assert told(after) == told(before)
        assert after.whole == before.whole
    finally:
        drill.close()


def urls(kind: str, request: pytest.FixtureRequest) -> Callable[[], str]:
    if kind == "sqlite":
        return lambda: ""
    server: Postgres = request.getfixturevalue("postgres")
    return server.empty


@pytest.mark.parametrize("kind", KINDS)
def test_everything_returns_to_a_restored_server(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    run_drill(Drill(tmp_path, urls(kind, request), random.Random(5)), EVERYDAY)


@pytest.mark.soak
@pytest.mark.parametrize("kind", KINDS)
def test_five_hundred_ops_return_to_a_server_restored_by_its_command(
    kind: str, tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    run_drill(Drill(tmp_path, urls(kind, request), random.Random(6)), WHOLE, by_command=True)
