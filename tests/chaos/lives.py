"""Lives of a desktop: started as a process of its own, listened to, killed without warning at a random moment.

Owns the judgement too: every answer the window showed as saved has to be there afterwards, as it was or as it was
typed later.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sidumba_field.attachments import Shelf
from tests.chaos.photo import noisy_photo
from tests.helpers.laptop_folder import LaptopFolder

ROOT = Path(__file__).resolve().parents[2]
START_S = 120


def private_surroundings(home: Path) -> dict[str, str]:
    """Return an environment in which a process finds its temporary, cache and settings folders under ``home``."""
    for name in ("tmp", "cache", "config", "data", "runtime"):
        (home / name).mkdir(parents=True, exist_ok=True)
    (home / "runtime").chmod(0o700)
    temporary = str(home / "tmp")
    surroundings = {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "QT_QPA_PLATFORM": "offscreen",
        **dict.fromkeys(("TMPDIR", "TEMP", "TMP", "SQLITE_TMPDIR"), temporary),
        "HOME": str(home),
        "XDG_CACHE_HOME": str(home / "cache"),
        "XDG_CONFIG_HOME": str(home / "config"),
        "XDG_DATA_HOME": str(home / "data"),
        "XDG_RUNTIME_DIR": str(home / "runtime"),
    }
    # Started again and again: the second start must find what the first has compiled.
    surroundings.pop("PYTHONDONTWRITEBYTECODE", None)
    return surroundings


@dataclass
class Book:
    """What the window said. ``saved``: last answer shown as saved, by path; ``later``: what was typed after it;
    ``everything``: all answers there ever were, the one cut by the kill too."""

    saved: dict[str, str] = field(default_factory=dict)
    later: dict[str, set[str]] = field(default_factory=dict)
    everything: set[str] = field(default_factory=set)
    answers: int = 0
    under_way: str = ""

    def hear(self, line: str) -> None:
        """Write one line of the program down."""
        word, _, rest = line.partition(" ")
        path, _, value = rest.partition(" ")
        if word == "TYPED":
            self.later.setdefault(path, set()).add(value)
            self.under_way = path
        elif word == "SAVED":
            self.saved[path], self.later[path] = value, set()
            self.everything.add(value)
            self.answers += 1
            self.under_way = ""

    def judge(self, found: Mapping[str, str]) -> list[str]:
        """Return what was lost; what was found is what has to be there from now on."""
        self.everything |= {max(typed, key=len) for typed in self.later.values() if typed}
        lost = []
        for path, value in self.saved.items():
            there = found.get(path, "")
            if there != value and there not in self.later.get(path, ()):
                lost.append(f"{path}: {value!r} was shown as saved, {there!r} is there")
        self.saved |= {path: found.get(path, "") for path in self.saved}
        self.later.clear()
        self.under_way = ""
        return lost


class Life:
    """One process of the typing desktop. ``lines``: what it has said so far."""

    def __init__(self, laptop: LaptopFolder, home: Path, *options: str) -> None:
        self.lines: list[str] = []
        self._news = threading.Condition()
        self._over = False
        self.complaints = home.with_name(home.name + ".stderr")
        command = [sys.executable, "-m", "tests.chaos.typing_desktop", str(laptop.folder)]
        command += ["--passphrase", laptop.passphrase, *options]
        with self.complaints.open("ab") as complaints:
            self.process = subprocess.Popen(
                command,
                cwd=home,
                env=private_surroundings(home),
                stdin=subprocess.DEVNULL,
                stdout=subprocess.PIPE,
                stderr=complaints,
                text=True,
                encoding="utf-8",
            )
        self._reader = threading.Thread(target=self._listen, daemon=True)
        self._reader.start()

    def _listen(self) -> None:
        assert self.process.stdout is not None
        with self.process.stdout as lines:
            for line in lines:
                with self._news:
                    self.lines.append(line.rstrip("\n"))
                    self._news.notify_all()
        with self._news:
            self._over = True
            self._news.notify_all()

    def wait_for(self, so: Callable[[list[str]], bool]) -> None:
        """Wait until the lines are so; RuntimeError with what it complained of when it ends or hangs instead."""
        with self._news:
            self._news.wait_for(lambda: self._over or so(self.lines), START_S)
            if so(self.lines):
                return
        self.kill()
        raise RuntimeError("the desktop did not get there:\n" + self.complaint())

    def complaint(self) -> str:
        return self.complaints.read_text(encoding="utf-8", errors="replace")[-4000:]

    def kill(self) -> bool:
        """SIGKILL, on Windows TerminateProcess; read all it said; return whether it was alive until then."""
        alive = self.process.poll() is None
        self.process.kill()
        self.process.wait(30)
        self._reader.join(30)
        return alive

    def end(self) -> int:
        """Wait for its own end; return the exit code."""
        try:
            code = self.process.wait(START_S)
        except subprocess.TimeoutExpired:
            self.kill()
            raise
        self._reader.join(30)
        return code


@dataclass
class Figures:
    """``kills`` met typing under way, ``misses`` did not; ``answers`` were shown as saved; ``kept_unsaid``: answers
    that were in the store though the kill came before the window could say so."""

    kills: int = 0
    misses: int = 0
    answers: int = 0
    paths: int = 0
    kept_unsaid: int = 0
    lost: list[str] = field(default_factory=list)
    seconds: float = 0.0

    def __str__(self) -> str:
        return (
            f"{self.kills} kills while typing ({self.misses} more between two answers), {self.answers} answers shown "
            f"as saved on {self.paths} questions, {self.kept_unsaid} kept before the window said so, "
            f"{len(self.lost)} lost, {self.seconds:.0f} s"
        )


class KilledDesktop:
    """A laptop whose desktop is killed again and again; ``book`` knows every value that was ever typed."""

    def __init__(self, laptop: LaptopFolder, home: Path, seed: int) -> None:
        self.laptop, self.home = laptop, home
        self.hand = random.Random(seed)
        self.book, self.figures = Book(), Figures()
        home.mkdir(parents=True, exist_ok=True)
        self.photo = home.with_name("foto-kamera.jpg")
        self.photo.write_bytes(noisy_photo(seed, "Toko Siti Aminah 6311024506880003"))
        self.began = time.monotonic()

    def run(self, kills: int, longest: float, told: Callable[[Figures], None] = lambda _: None) -> Figures:
        """Kill until ``kills`` met typing under way; afterwards start once more and look at the screen.

        Each life types for at most ``longest`` seconds behind its first answer; ``told`` hears of every kill.
        """
        while self.figures.kills < kills and not self.figures.lost:
            self._live(self.hand.uniform(0.0, longest))
            told(self.figures)
        self._look()
        return self.figures

    def _live(self, seconds: float) -> None:
        life = Life(
            self.laptop, self.home, "--seed", str(self.hand.randrange(10**9)), "--photo", str(self.photo)
        )
        life.wait_for(lambda lines: "READY" in lines)
        life.wait_for(lambda lines: any(line.startswith("SAVED") for line in lines[lines.index("READY") :]))
        time.sleep(seconds)
        # A moment between two answers proves little: let the next one begin, and fall somewhere into it.
        life.wait_for(lambda lines: lines[-1].startswith("TYPED"))
        time.sleep(self.hand.uniform(0.0, 0.12))
        if not life.kill():
            raise RuntimeError("the desktop ended by itself:\n" + life.complaint())
        self._compare_shown(life)
        for line in life.lines:
            self.book.hear(line)
        self.figures.kills += bool(self.book.under_way)
        self.figures.misses += not self.book.under_way
        self._open_the_store()

    def _open_the_store(self) -> None:
        """The store itself, before any window has mended anything: whole, and with every answer."""
        store = self.laptop.open()
        try:
            store.check()
            records = [store.records.get(row.rid) for row in store.records.find(self.laptop.program)]
            assert len(records) == 1, f"{len(records)} records where one was begun"
            assert records[0] is not None
            found = dict(records[0].fields)
        finally:
            store.close()
        self.figures.kept_unsaid += sum(
            bool(self.book.later.get(path)) and found.get(path) in self.book.later[path]
            for path in self.book.saved
        )
        self.figures.lost += self.book.judge(found)
        self.figures.answers, self.figures.paths = self.book.answers, len(self.book.saved)
        self.figures.seconds = time.monotonic() - self.began
        self._open_pictures()

    def _open_pictures(self) -> None:
        """A picture that was shown as saved can be opened, and is the one its name says."""
        shelf = Shelf(self.laptop.folder / "attachments", self.laptop.data_key)
        for value in self.book.saved.values():
            if value.endswith(".jpg"):
                shelf.open(value.removesuffix(".jpg"))

    def _compare_shown(self, life: Life) -> None:
        """What the window showed when it was opened again is what the store had."""
        shown = dict(line.split(" ", 2)[1:] for line in life.lines if line.startswith("SHOWN"))
        self.figures.lost += [
            f"{path}: {value!r} is in the store, {shown.get(path, '')!r} is shown"
            for path, value in self.book.saved.items()
            if shown.get(path, "") != value
        ]

    def answers(self) -> dict[str, str]:
        """Return every answer that can be known again anywhere: long, with digits (no choice of the form), no file."""
        known = {value for value in self.book.everything if len(value) >= 10 and not value.endswith(".jpg")}
        known = {value for value in known if any(letter.isdigit() for letter in value)}
        return {f"answer {number}": value for number, value in enumerate(sorted(known))}

    def _look(self) -> None:
        life = Life(self.laptop, self.home)
        life.wait_for(lambda lines: "READY" in lines)
        life.kill()
        self._compare_shown(life)
        self.figures.seconds = time.monotonic() - self.began
