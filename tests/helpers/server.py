"""Real server processes for tests: started, spoken to, killed; the sample office is inside.

``ServerProcess.start(folder)`` runs ``sidumba-server run --sample`` on a free port and waits for its ready line;
``Laptop`` is an enrolled device with its people, speaking through the product's own HTTP line.
"""

from __future__ import annotations

import json
import os
import re
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import uvicorn

from server_stub.app import create_app
from server_stub.settings import Argon, Settings
from server_stub.workflow.rules import Rules
from sidumba_field.core.ids import derived_id, new_id
from sidumba_field.core.records import Op, OpAnswer, OpKind
from sidumba_field.core.time import Clock, SystemClock
from sidumba_field.seal.box import seal_text
from sidumba_field.seal.signing import SigningKey
from sidumba_field.sync.http import HttpTransport
from sidumba_field.sync.transport import DeviceIdentity
from sidumba_field.wire.messages import EnrolRequest, PushReply, PushRequest, SessionReply, SessionRequest

ROOT = Path(__file__).resolve().parent.parent.parent
START_S = 60
#: Argon2id as cheap as it gets: these tests are not about guessing passwords.
CHEAP = Argon(memory=8, time=1, lanes=1)
RECOVERY = "ABCDE-FGHJK-MNPQR-STUVW-XYZ23"


def run_cli(*arguments: str) -> subprocess.CompletedProcess[str]:
    """Run one ``sidumba-server`` command to its end."""
    command = [sys.executable, "-m", "server_stub.cli", *arguments]
    return subprocess.run(
        command, capture_output=True, text=True, encoding="utf-8", timeout=START_S, cwd=ROOT
    )


@dataclass
class ServerProcess:
    """One running server. ``lines``: what it has printed so far."""

    folder: Path
    process: subprocess.Popen[str]
    url: str = ""
    lines: list[str] = field(default_factory=list)
    spent: list[str] = field(default_factory=list)
    _reader: threading.Thread | None = None

    @classmethod
    def start(cls, folder: Path, *, port: int = 0, workers: int = 1, database_url: str = "") -> ServerProcess:
        """Start a server with the sample office and return it once it answers."""
        command = [sys.executable, "-m", "server_stub.cli", "run", "--sample", "--data", str(folder)]
        command += ["--port", str(port), "--workers", str(workers)]
        if database_url:
            command += ["--database-url", database_url]
        process = subprocess.Popen(
            command,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            encoding="utf-8",
            cwd=ROOT,
            env={**os.environ, "PYTHONUNBUFFERED": "1"},
        )
        server = cls(folder, process)
        ready = threading.Event()
        server._reader = threading.Thread(target=server._listen, args=(ready,), daemon=True)
        server._reader.start()
        if not ready.wait(START_S) or not server.url:
            server.kill()
            raise AssertionError("the server did not start:\n" + "\n".join(server.lines))
        return server

    def _listen(self, ready: threading.Event) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.lines.append(line.rstrip())
            found = re.search(r"siap: (http://\S+)", line)
            if found:
                self.url = found[1]
                ready.set()
        ready.set()

    @property
    def port(self) -> int:
        return int(self.url.rsplit(":", 1)[1])

    @property
    def accounts(self) -> dict[str, dict[str, str]]:
        """The sample accounts by role: username, passphrase, name, unit ..."""
        raw = json.loads((self.folder / "sample.json").read_text(encoding="utf-8"))
        return {one["role"]: one for one in raw["accounts"]}

    def code(self) -> str:
        """Take one of the codes that lie ready for sample laptops; each works once."""
        raw = json.loads((self.folder / "sample.json").read_text(encoding="utf-8"))
        code = next(one for one in raw["codes"] if one not in self.spent)
        self.spent.append(code)
        return str(code)

    def workers(self) -> list[int]:
        """The process ids of its workers, when it runs more than one."""
        children = psutil.Process(self.process.pid).children()
        return [child.pid for child in children if "spawn_main" in " ".join(child.cmdline())]

    def kill(self) -> None:
        """Kill without warning, as a power cut does."""
        self.process.kill()
        self._end()

    def stop(self) -> None:
        """Ask it to end, as an operator does."""
        if os.name == "nt":
            self.process.terminate()
        else:
            self.process.send_signal(signal.SIGTERM)
        self._end()

    def _end(self) -> None:
        self.process.wait(30)
        if self._reader is not None:
            self._reader.join(30)
        if self.process.stdout is not None:
            self.process.stdout.close()


@contextmanager
def running_server(folder: Path, **options: Any) -> Iterator[ServerProcess]:
    """A server for the length of the block."""
    server = ServerProcess.start(folder, **options)
    try:
        yield server
    finally:
        server.stop()


@dataclass
class Laptop:
    """An enrolled device and the people who signed in on it."""

    url: str
    identity: DeviceIdentity
    sessions: dict[str, SessionReply] = field(default_factory=dict)
    keys: dict[str, SigningKey] = field(default_factory=dict)
    dseq: int = 0

    @classmethod
    def enrol(cls, url: str, code: str, name: str = "Laptop") -> Laptop:
        clock = SystemClock()
        identity = DeviceIdentity(new_id(clock), new_id(clock), SigningKey.generate())
        line = HttpTransport(url, identity)
        hello = line.hello()
        line.enrol(
            EnrolRequest(
                proto=1,
                code=code,
                device=identity.device,
                inc=identity.inc,
                name=name,
                device_key=identity.key.public_hex,
                recovery_sealed=seal_text(hello.age_recipient, RECOVERY),
            )
        )
        line.close()
        return cls(url, identity)

    def line(self, role: str = "") -> HttpTransport:
        token = self.sessions[role].token if role else None
        return HttpTransport(self.url, self.identity, token)

    def sign_in(self, account: Mapping[str, str]) -> SessionReply:
        """Sign in a sample account; afterwards known by its role."""
        key = SigningKey.generate()
        request = SessionRequest(
            proto=1, username=account["username"], password=account["passphrase"], user_key=key.public_hex
        )
        reply = self.line().session(request)
        self.sessions[account["role"]], self.keys[account["role"]] = reply, key
        return reply

    def op(self, kind: OpKind, role: str, rid: str, unit: str, **members: Any) -> Op:
        """An op by ``role``, signed when it is a step."""
        self.dseq += 1
        session = self.sessions[role]
        program = session.grants[0].program
        given = {
            "op": new_id(SystemClock()),
            "vid": derived_id("scope", program, unit),
            "program": program,
            "subject": "record",
            "form": "umkm",
            "form_v": "",
            "at": "2026-11-21T04:00:00.000Z",
            "dseq": self.dseq,
            **members,
        }
        op = Op(rid=rid, kind=kind, by=session.user, **given)
        return op if kind is OpKind.EDIT else op.with_(sig=self.keys[role].sign(op.decision_bytes()))

    def push(self, *ops: Op, epoch: str = "") -> PushReply:
        request = PushRequest(
            proto=1,
            epoch=epoch,
            device=self.identity.device,
            inc=self.identity.inc,
            items=[op.payload() for op in ops],
        )
        return self.line().push(request)

    def answers(self, *ops: Op) -> list[OpAnswer]:
        return [result.to_answer() for result in self.push(*ops).results]


@contextmanager
def threaded_server(
    folder: Path,
    database_url: str = "",
    programs: Mapping[str, Rules] | None = None,
    clock: Clock | None = None,
) -> Iterator[str]:
    """The app behind a real port in a thread of this process: for laws of HTTP, without the price of a process."""
    settings = Settings(folder, database_url, argon=CHEAP)
    config = uvicorn.Config(create_app(settings, clock, programs), log_level="warning", access_log=False)
    server = uvicorn.Server(config)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        try:
            while not server.started:
                assert thread.is_alive(), "the server did not start"
                time.sleep(0.005)
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            server.should_exit = True
            thread.join()
