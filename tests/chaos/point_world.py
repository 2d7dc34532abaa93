"""The office the named kill points die in: one server, three laptops, everything under way at once, copied per point.

Servers and laptops are real processes. They are forked from one that has imported everything already (spawned where
there is no fork), so that a life takes a tenth of a second and thirty deaths fit into a minute.
"""

from __future__ import annotations

import asyncio
import multiprocessing
import os
import random
import shutil
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import uvicorn

from server_stub.api.deps import Server
from server_stub.app import build_server, create_app
from server_stub.settings import Settings
from server_stub.store.database import Database
from server_stub.store.devices import Device, DeviceState
from sidumba_field.core.ids import new_id
from sidumba_field.core.time import SystemClock
from sidumba_field.seal.signing import SigningKey
from tests.chaos.dying import arm
from tests.chaos.points import LAPTOP, SERVER, Point
from tests.helpers.office import CHEAP, DESA, PROGRAM, PlainRules
from tests.helpers.over_http import PATIENT_S, HttpLaptop, Seat, Truth, truth
from tests.helpers.run_server import passphrase, set_up

#: Entries beyond which a new laptop begins with a snapshot, and a few more.
LONG = 108
START_S = 90
_PRELOAD = ["__main__", "tests.chaos.point_world", "sidumba_field.bootstrap", "server_stub.app"]


def _context() -> Any:
    kind = "forkserver" if hasattr(os, "fork") else "spawn"
    context = multiprocessing.get_context(kind)
    if kind == "forkserver":
        context.set_forkserver_preload(_PRELOAD)
    return context


# ------------------------------------------------------------------------------------------------------------- lives
def serve(settings: Settings, port: int, workers: int, point: Point | None, mark: Path) -> None:
    """One server process with its workers, over one listening socket, until it is killed."""
    if hasattr(os, "setsid"):
        os.setsid()
    if point is not None:
        arm(point.where, point.nth, mark)
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    listener.listen(64)
    for _ in range(workers - 1 if hasattr(os, "fork") else 0):
        if os.fork() == 0:
            break
    app = create_app(settings, programs={PROGRAM: PlainRules()})
    config = uvicorn.Config(app, log_level="critical", access_log=False, timeout_keep_alive=30)
    asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))


def run_laptop(folder: Path, seat: Seat, url: str, point: Point | None, mark: Path) -> None:
    """One life of a laptop: opened, synchronised once, closed."""
    if hasattr(os, "setsid"):
        os.setsid()
    if point is not None:
        arm(point.where, point.nth, mark)
    laptop = HttpLaptop.at(folder, seat, url)
    laptop.sync_over(url, PATIENT_S)
    laptop.store.close()


def _free_port() -> int:
    """A port a server may take again and again: below those the system lends to whoever calls somebody."""
    for port in random.sample(range(20_000, 32_000), 100):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) != 0:
                return port
    raise RuntimeError("no port is free")


@dataclass
class Processes:
    """Starts lives and ends them; ``settings`` names the data folder and the database of the server."""

    settings: Settings
    workers: int = 1
    port: int = field(default_factory=_free_port)
    server: Any = None

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start_server(self, point: Point | None, mark: Path) -> None:
        self.server = _context().Process(
            target=serve, args=(self.settings, self.port, self.workers, point, mark), daemon=True
        )
        self.server.start()
        limit = time.monotonic() + START_S
        while not self._listens():
            if time.monotonic() > limit or self.server.exitcode is not None:
                raise RuntimeError(f"the server did not start: {self.server.exitcode}")
            time.sleep(0.01)

    def _listens(self) -> bool:
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill_server(self) -> None:
        """End the server and its workers, whatever is left of them."""
        if self.server is None:
            return
        pid = self.server.pid
        self.server.kill()
        self.server.join(START_S)
        if hasattr(os, "killpg"):
            with suppress(ProcessLookupError):
                os.killpg(pid, 9)
        limit = time.monotonic() + START_S
        while self._listens() and time.monotonic() < limit:
            time.sleep(0.01)
        self.server = None

    def laptop_life(self, folder: Path, seat: Seat, point: Point | None, mark: Path) -> int:
        """Run one life to its end and return the exit code."""
        return run_process(run_laptop, folder, seat, self.url, point, mark)


def run_process(target: Callable[..., None], *arguments: Any) -> int:
    """Run a function as a process of its own to its end, or its death, and return the exit code."""
    life = _context().Process(target=target, args=arguments, daemon=True)
    life.start()
    life.join(START_S)
    if life.exitcode is None:
        life.kill()
        raise RuntimeError("a laptop hangs")
    return int(life.exitcode)


# ------------------------------------------------------------------------------------------------------------- world
@dataclass
class World:
    """The office, ready to be copied: ``mine`` has everything on its way, ``other`` went on alone, ``fresh`` is new.

    ``made``: ids of the records that have to be there in the end.
    """

    folder: Path
    database_url: str
    seats: dict[str, Seat]
    typed: dict[str, dict[str, dict[str, str]]]
    photos: dict[str, dict[str, bytes]]
    made: set[str]

    def copy(self, to: Path, database_url: str = "") -> World:
        """Return a world of its own for one death. ``database_url``: a copy of the PostgreSQL database."""
        shutil.copytree(self.folder, to)
        typed = {name: {rid: dict(told) for rid, told in mine.items()} for name, mine in self.typed.items()}
        return World(to, database_url, self.seats, typed, self.photos, self.made)

    @property
    def settings(self) -> Settings:
        return Settings(self.folder / "server", self.database_url, argon=CHEAP)

    def laptop(self, name: str, url: str) -> HttpLaptop:
        """Open a laptop with the memory of what was typed on it."""
        one = HttpLaptop.at(self.folder / name, self.seats[name], url)
        one.typed = {rid: dict(answers) for rid, answers in self.typed[name].items()}
        one.photos = dict(self.photos[name])
        return one

    def truth(self) -> Truth:
        database = Database(self.settings.database, self.database_url)
        try:
            return truth(database)
        finally:
            database.close()


def seat_at(server: Server, username: str) -> Seat:
    """Enrol a new laptop and sign somebody in on it, as the two calls over the line would."""
    clock = SystemClock()
    key, person = SigningKey.generate(), SigningKey.generate()
    code = server.accounts.issue_code(DESA, "laptop " + username)
    asked = Device(
        id=new_id(clock), name="", unit="", key=key.public_hex, inc=new_id(clock), state=DeviceState.ACTIVE,
        dseq=0, receipts=0, failures=0, locked_until="", recovery_sealed="", enrolled_at="", seen_at="",
    )  # fmt: skip
    device = server.accounts.enrol(code, asked)
    opened = server.accounts.sign_in(device, username, passphrase(username), person.public_hex)
    return Seat(device.id, device.inc, key.secret, opened.token, opened.user.id, person.secret)


def build_world(folder: Path, database_url: str = "", seed: int = 7) -> World:
    """Set the office up and bring it to the moment before everything happens at once."""
    folder.mkdir(parents=True, exist_ok=True)
    settings = Settings(folder / "server", database_url, argon=CHEAP)
    server = build_server(settings, programs={PROGRAM: PlainRules()})
    set_up(server)
    people = {"mine": "petugas", "other": "petugas_2", "fresh": "admin_desa"}
    seats = {name: seat_at(server, username) for name, username in people.items()}
    server.database.close()
    processes = Processes(settings)
    processes.start_server(None, folder / "unused")
    laptops: dict[str, HttpLaptop] = {}
    try:
        laptops = {name: HttpLaptop.at(folder / name, seats[name], processes.url) for name in seats}
        _busy_day(laptops["mine"], laptops["other"], random.Random(seed), processes.url)
    finally:
        for laptop in laptops.values():
            laptop.store.close()
        processes.kill_server()
    typed = {name: laptop.typed for name, laptop in laptops.items()}
    made = {rid for laptop in laptops.values() for rid in laptop.typed}
    photos = {name: laptop.photos for name, laptop in laptops.items()}
    return World(folder, database_url, seats, typed, photos, made)


def _busy_day(mine: HttpLaptop, other: HttpLaptop, draw: random.Random, url: str) -> None:
    """Two laptops of one village: both know four records, ``other`` went on and is through, ``mine`` went on alone."""
    shared = [mine.begin(nama=f"Warung {n}", omzet="1") for n in range(4)]
    mine.settle(url)
    other.settle(url)
    other.type(shared[0], omzet="9")
    other.send(shared[0])
    for n in range(LONG):
        other.begin(nama=f"Kios {n}")
    other.settle(url)
    mine.type(shared[0], omzet="5", telepon="0812")
    mine.send(shared[0])
    mine.type(shared[1], omzet="7")
    mine.send(shared[1])
    mine.step(shared[2], "serahkan", "diserahkan")
    for n in range(6):
        mine.begin(nama=f"Toko {n}", alamat="Jl. Desa " * 20)
    pictured = mine.begin(nama="Toko berfoto")
    mine.photo(pictured, "foto", draw.randbytes(110_000))
    mine.photo(pictured, "pindaian", draw.randbytes(6_000))
    mine.send(pictured)
    # As measured on a slow line: the file leaves in several chunks.
    mine.store.meta.set("pace/files", str(32 * 1024))
    mine.type(shared[3], omzet="3")


# ------------------------------------------------------------------------------------------------------------ dying
@contextmanager
def lives(world: World, workers: int) -> Iterator[Processes]:
    processes = Processes(world.settings, workers)
    try:
        yield processes
    finally:
        processes.kill_server()


def die_at(world: World, processes: Processes, point: Point, lifetimes: tuple[str, ...]) -> bool:
    """Let the laptops ``lifetimes`` live one after the other until somebody dies at ``point``; tell whether he did."""
    mark = world.folder / "died"
    on = {side: point if point.side == side else None for side in (SERVER, LAPTOP)}
    processes.start_server(on[SERVER], mark)
    for name in lifetimes:
        processes.laptop_life(world.folder / name, world.seats[name], on[LAPTOP], mark)
        if mark.exists():
            return True
    return False


def together(world: World, url: str, laptops: dict[str, HttpLaptop]) -> None:
    """Bring every laptop to rest over a clean line, and once more, so that each has what the others sent."""
    for _ in range(2):
        for laptop in laptops.values():
            laptop.settle(url)


Opened = Callable[[World, str], dict[str, HttpLaptop]]


def opened(world: World, url: str) -> dict[str, HttpLaptop]:
    return {name: world.laptop(name, url) for name in world.seats}
