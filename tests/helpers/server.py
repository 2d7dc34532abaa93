"""Real server processes for tests: started, spoken to, killed; the sample office is inside.

``ServerProcess.start(folder)`` runs ``sidumba-server run --sample`` on a free port and waits for its ready line;
``Laptop`` is an enrolled device with its people, speaking through the product's own HTTP line.
"""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sidumba_field.core.ids import derived_id, new_id
from sidumba_field.core.records import Op, OpAnswer, OpKind
from sidumba_field.core.time import SystemClock
from sidumba_field.seal.box import seal_text
from sidumba_field.seal.signing import SigningKey
from sidumba_field.sync.http import HttpTransport
from sidumba_field.sync.transport import DeviceIdentity
from sidumba_field.wire.messages import EnrolRequest, PushReply, PushRequest, SessionReply, SessionRequest

ROOT = Path(__file__).resolve().parent.parent.parent
START_S = 60
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
        threading.Thread(target=server._listen, args=(ready,), daemon=True).start()
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

    def code(self, unit: str) -> str:
        """Draw an enrolment code at the command line, as the operator does."""
        done = run_cli("device", "code", "--data", str(self.folder), "--unit", unit)
        found = re.search(r"[0-9A-Z]{4}-[0-9A-Z]{4}-[0-9A-Z]{4}", done.stdout)
        assert found, done.stdout + done.stderr
        return found[0]

    def kill(self) -> None:
        """Kill without warning, as a power cut does."""
        self.process.kill()
        self.process.wait(10)

    def stop(self) -> None:
        """Ask it to end, as an operator does."""
        if os.name == "nt":
            self.process.terminate()
        else:
            self.process.send_signal(signal.SIGTERM)
        self.process.wait(20)


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
