"""The stage of the tour: a real server process, and laptops built exactly as the desktop builds them."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from sidumba_field.core.time import SystemClock

ROOT = Path(__file__).resolve().parents[2]
START_S = 60


class ServerProcess:
    """``sidumba-server run --sample`` as a child process; ``sample`` is what it left for a first look."""

    def __init__(self, data: Path, arguments: Sequence[str] = ("--sample",)) -> None:
        self.data = data
        self._log: list[str] = []
        self._ready = threading.Event()
        command = [
            sys.executable,
            "-m",
            "server_stub.cli",
            "run",
            "--data",
            str(data),
            "--port",
            "0",
            *arguments,
        ]
        self.process = subprocess.Popen(
            command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, encoding="utf-8"
        )
        threading.Thread(target=self._listen, daemon=True).start()
        if not self._ready.wait(START_S) or self.process.poll() is not None:
            self.stop()
            raise RuntimeError("the server did not start:\n" + "".join(self._log))
        self.sample: dict[str, Any] = json.loads((data / "sample.json").read_text(encoding="utf-8"))
        self.url: str = self.sample["url"]

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                self._log.append(line)
                if line.startswith("siap: http"):
                    self._ready.set()
        self._ready.set()

    def command(self, *arguments: str) -> str:
        """Run another ``sidumba-server`` command on the same data; return what it printed."""
        command = [sys.executable, "-m", "server_stub.cli", *arguments]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, encoding="utf-8", timeout=60)
        if done.returncode:
            raise RuntimeError(f"{arguments}: {done.stdout}{done.stderr}")
        return done.stdout

    def laptop_code(self, unit: str) -> str:
        """Return a fresh one-time code for a laptop of ``unit``."""
        said = self.command("device", "code", "--data", str(self.data), "--unit", unit)
        found = re.search(r"\b[0-9A-Z]{4}(?:-[0-9A-Z]{4})+\b", said)
        assert found is not None, said
        return found.group(0)

    def person(self, role: str) -> dict[str, str]:
        """Return the sample account of a role."""
        return next(one for one in self.sample["accounts"] if one["role"] == role)

    def stop(self) -> None:
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(20)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()


class TourClock(SystemClock):
    """The machine's clock, some seconds ahead: the tour does not sit out the ten seconds in which a step can be undone."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def now(self) -> datetime:
        return super().now() + timedelta(seconds=self._ahead)

    def advance(self, seconds: float) -> None:
        self._ahead += seconds
