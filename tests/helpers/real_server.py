"""A real server process for sync tests: started, killed, started again; and laptops enrolled at it over HTTP."""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from server_stub.store.database import Database
from server_stub.store.work import Work
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import Clock, SystemClock
from sidumba_field.sync.activation import Enrolled, Person, activate_person, enrol
from sidumba_field.sync.http import HttpTransport
from sidumba_field.sync.transport import DeviceIdentity
from tests.helpers.over_http import Seat
from tests.helpers.run_server import passphrase, settings_of

ROOT = Path(__file__).resolve().parent.parent.parent


@dataclass
class RealServer:
    """``folder`` outlives the process; ``port`` stays the same over restarts."""

    folder: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = None
    _codes: list[str] = field(default_factory=list)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        said = self.folder / "port"
        said.unlink(missing_ok=True)
        command = [sys.executable, "-m", "tests.helpers.run_server", str(self.folder), str(self.port)]
        self.process = subprocess.Popen(command, cwd=ROOT)
        limit = time.monotonic() + 60
        while True:
            if self.process.poll() is not None or time.monotonic() > limit:
                raise RuntimeError(f"the server did not start: {self.process.poll()}")
            text = said.read_text(encoding="utf-8") if said.exists() else ""
            if text and self._answers(int(text)):
                self.port = int(text)
                return
            time.sleep(0.05)

    def _answers(self, port: int) -> bool:
        line = HttpTransport(f"http://127.0.0.1:{port}", timeouts=(1.0, 5.0))
        try:
            line.hello()
        except SidumbaError:
            return False
        finally:
            line.close()
        return True

    def kill(self) -> None:
        """As a power cut does: no word of farewell."""
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=30)
            self.process = None

    def code(self) -> str:
        """Return an enrolment code nobody has used."""
        if not self._codes:
            self._codes = (self.folder / "codes").read_text(encoding="utf-8").split()
        return self._codes.pop()

    @contextmanager
    def reading(self) -> Iterator[Work]:
        """Look into the server's own database."""
        database = Database(settings_of(self.folder).database)
        try:
            with database.read() as work:
                yield work
        finally:
            database.close()


@dataclass
class Member:
    """A laptop enrolled at a real server with its person."""

    laptop: Enrolled
    person: Person

    @property
    def user(self) -> str:
        return self.person.reply.user

    @property
    def seat(self) -> Seat:
        """The same as plain values."""
        mine, person = self.laptop, self.person
        keys = (mine.key.secret, person.reply.token, self.user, person.key.secret)
        return Seat(mine.device, mine.inc, *keys)

    def line(
        self, url: str, clock: Clock | None = None, signed_in: bool = True, **options: float
    ) -> HttpTransport:
        token = self.person.reply.token if signed_in else None
        identity = DeviceIdentity(self.laptop.device, self.laptop.inc, self.laptop.key)
        timeouts = (options.get("connect_s", 5.0), options.get("read_s", 20.0))
        return HttpTransport(url, identity, token, clock=clock, timeouts=timeouts)


def join(server: RealServer, username: str) -> Member:
    """Enrol a new laptop over HTTP and sign ``username`` in on it."""
    laptop = enrol(
        lambda key, device, inc: HttpTransport(server.url, DeviceIdentity(device, inc, key)),
        server.code(),
        "laptop " + username,
        SystemClock(),
    )
    line = HttpTransport(server.url, DeviceIdentity(laptop.device, laptop.inc, laptop.key))
    return Member(laptop, activate_person(line, username, passphrase(username)))


@contextmanager
def running(folder: Path) -> Iterator[RealServer]:
    """Run a real server for the length of the block."""
    server = RealServer(folder)
    server.start()
    try:
        yield server
    finally:
        server.kill()
