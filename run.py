#!/usr/bin/env python3
"""One command for everything: sets the project up, then starts or tests it. Standard library only.

``python3 run.py`` (Windows: ``py run.py``) makes ``.venv``, installs from the hashed locks, and starts the
sample office with its desktop; ``run.py test`` judges the whole house. A stamp in ``.venv`` remembers what is
installed, so that a second start installs nothing and needs no network. What the operating system lacks is
installed with apt-get when we are root; otherwise the one line to type is printed. Progress goes to stderr:
stdout belongs to the command.
"""

from __future__ import annotations

import argparse
import contextlib
import ctypes
import hashlib
import importlib.util
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
STAMP = VENV / "sidumba-stamp.json"
UNFINISHED = VENV / "sidumba-setup-unfinished"
WINDOWS = os.name == "nt"
USUAL_PORT = 8765

# What each set of locks is for; dev holds the other two.
SETS = {"use": ("desktop.lock", "server.lock"), "dev": ("dev.lock",)}

# Shared object -> Debian package. Qt draws into memory with the first set; a window needs the second too.
OFFSCREEN_LIBRARIES = {
    "libglib-2.0.so.0": "libglib2.0-0",
    "libEGL.so.1": "libegl1",
    "libGL.so.1": "libgl1",
    "libxkbcommon.so.0": "libxkbcommon0",
    "libdbus-1.so.3": "libdbus-1-3",
    "libfontconfig.so.1": "libfontconfig1",
}
WINDOW_LIBRARIES = {
    "libxcb-cursor.so.0": "libxcb-cursor0",
    "libxkbcommon-x11.so.0": "libxkbcommon-x11-0",
    "libxcb-icccm.so.4": "libxcb-icccm4",
    "libxcb-image.so.0": "libxcb-image0",
    "libxcb-keysyms.so.1": "libxcb-keysyms1",
    "libxcb-randr.so.0": "libxcb-randr0",
    "libxcb-render-util.so.0": "libxcb-render-util0",
    "libxcb-shape.so.0": "libxcb-shape0",
    "libxcb-xkb.so.1": "libxcb-xkb1",
}

CHECKS = (
    ("ruff check", ("-m", "ruff", "check", ".")),
    ("ruff format", ("-m", "ruff", "format", "--check", ".")),
    ("mypy", ("-m", "mypy")),
    (
        "lint-imports",
        ("-c", "from importlinter.cli import lint_imports as run; raise SystemExit(run(no_logo=True))"),
    ),
)


class Halt(Exception):
    """Set-up cannot go on; the text says what to do and is all the user sees."""


def say(text: str) -> None:
    """Progress for the person at the keyboard; never on stdout."""
    print(text, file=sys.stderr, flush=True)


# -------------------------------------------------------------------------------------- the operating system


def has_display() -> bool:
    """Windows and macOS always have one; Linux says so in the environment."""
    if not sys.platform.startswith("linux"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


def is_loadable(library: str) -> bool:
    """Whether the dynamic linker finds this shared object."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def venv_package() -> str:
    """The Debian package that brings ensurepip to the Python we run on."""
    default = Path("/usr/bin/python3")
    if default.exists() and default.resolve() == Path(base_python()).resolve():
        return "python3-venv"
    return f"python{sys.version_info[0]}.{sys.version_info[1]}-venv"


def missing_packages(window: bool) -> list[str]:
    """Debian packages this start needs and the system lacks, in a stable order; empty outside Linux."""
    if not sys.platform.startswith("linux"):
        return []
    missing = []
    can_make_venv = importlib.util.find_spec("ensurepip") and importlib.util.find_spec("venv")
    if not can_make_venv and not has_whole_venv():
        missing.append(venv_package())
    wanted = {**OFFSCREEN_LIBRARIES, **(WINDOW_LIBRARIES if window else {})}
    return missing + [package for library, package in wanted.items() if not is_loadable(library)]


def apt_line(packages: list[str]) -> str:
    """The one line a person without our rights types."""
    command = "apt-get update && apt-get install -y --no-install-recommends " + " ".join(packages)
    if shutil.which("sudo"):
        return "sudo sh -c '" + command + "'"
    return 'su -c "' + command + '"'


def ensure_system(window: bool) -> None:
    """Install what is missing as root; otherwise stop with the line to type."""
    packages = missing_packages(window)
    if not packages:
        return
    if not shutil.which("apt-get"):
        raise Halt(
            "Sistem ini belum memiliki: " + ", ".join(packages) + " (nama paket Debian). Pasang lalu ulangi."
        )
    if os.geteuid() != 0:
        raise Halt(
            "Sistem ini belum lengkap. Ketik satu baris ini, lalu ulangi perintah tadi:\n\n    "
            + apt_line(packages)
        )
    say("Memasang paket sistem: " + " ".join(packages))
    env = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
    for step in (["update", "-q"], ["install", "-q", "-y", "--no-install-recommends", *packages]):
        if subprocess.run(["apt-get", *step], env=env, stdout=sys.stderr.fileno(), check=False).returncode:
            raise Halt(
                "apt-get tidak berhasil. Periksa sambungan internet, lalu ulangi. Yang diperlukan:\n\n    "
                + apt_line(packages)
            )
    importlib.invalidate_caches()
    still = missing_packages(window)
    if still:
        raise Halt("Paket terpasang, tetapi ini belum terbaca: " + ", ".join(still))


# -------------------------------------------------------------------------------------------- the virtualenv


def base_python() -> str:
    """The interpreter below any virtualenv: it stays alive when .venv is made anew."""
    return getattr(sys, "_base_executable", None) or sys.executable


def venv_python() -> Path:
    """The interpreter of the project's own virtualenv."""
    return VENV / "Scripts" / "python.exe" if WINDOWS else VENV / "bin" / "python"


def has_whole_venv() -> bool:
    """Whether .venv runs, carries pip, and no earlier set-up broke off inside it."""
    if not venv_python().exists() or UNFINISHED.exists():
        return False
    return (
        subprocess.run([venv_python(), "-c", "import pip"], capture_output=True, check=False).returncode == 0
    )


def digest() -> str:
    """One hash over all that decides what .venv holds: locks, packaging, and where the folder stands."""
    found = hashlib.sha256(str(ROOT).encode("utf-8"))
    for path in [*sorted((ROOT / "requirements").glob("*.lock")), ROOT / "pyproject.toml"]:
        found.update(path.name.encode("utf-8") + b"\0" + path.read_bytes())
    return found.hexdigest()


def read_stamp() -> dict[str, Any]:
    """What the last finished set-up recorded; empty when there is none, or it no longer holds."""
    try:
        stamp = json.loads(STAMP.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    good = stamp.get("digest") == digest() and venv_python().exists() and not UNFINISHED.exists()
    return stamp if good else {}


def write_stamp(sets: list[str], window: bool) -> None:
    """Record a finished set-up; the rename makes it whole or absent."""
    half = STAMP.with_suffix(".half")
    text = json.dumps({"digest": digest(), "sets": sorted(sets), "window": window})
    half.write_text(text, encoding="utf-8")
    os.replace(half, STAMP)


def make_venv() -> None:
    """A virtualenv with pip; one left half-made by an earlier run is made anew, any whole one is kept."""
    if has_whole_venv():
        return
    say("Membuat lingkungan Python di .venv")
    if subprocess.run(
        [base_python(), "-m", "venv", "--clear", VENV], stdout=sys.stderr.fileno(), check=False
    ).returncode:
        raise Halt(
            "Lingkungan Python tidak dapat dibuat di "
            + str(VENV)
            + ". Periksa ruang cakram dan hak tulis folder."
        )


def pip(*arguments: str) -> None:
    """Run the virtualenv's pip; its own words go to stderr."""
    command = [str(venv_python()), "-m", "pip", "--disable-pip-version-check", "--no-input", *arguments]
    if subprocess.run(command, stdout=sys.stderr.fileno(), cwd=ROOT, check=False).returncode:
        raise Halt(
            "Pemasangan terhenti; pesannya di atas. Periksa sambungan internet, lalu ulangi perintah tadi."
        )


def install(wanted: str) -> None:
    """Everything pinned and hashed, wheels only; then the project itself, which has no hash."""
    make_venv()
    UNFINISHED.write_text("", encoding="utf-8")
    say("Memasang komponen (sekali saja, perlu internet)")
    locks = [argument for lock in SETS[wanted] for argument in ("-r", str(ROOT / "requirements" / lock))]
    pip("install", "-q", "--require-hashes", "--only-binary=:all:", *locks)
    pip("install", "-q", "--no-deps", "--no-build-isolation", "-e", str(ROOT))
    UNFINISHED.unlink()


@contextlib.contextmanager
def alone() -> Iterator[None]:
    """One set-up at a time; the operating system drops the lock when a process dies."""
    with open(ROOT / ".venv.lock", "a+b") as handle:
        if WINDOWS:
            import msvcrt

            handle.seek(0)
            msvcrt.locking(handle.fileno(), msvcrt.LK_LOCK, 1)  # type: ignore[attr-defined,unused-ignore]
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX)
        yield


def ensure(wanted: str, window: bool = False) -> None:
    """Make this machine ready for one set of locks; milliseconds when the stamp still holds."""

    def ready() -> bool:
        stamp = read_stamp()
        return (wanted in stamp.get("sets", ())) and (stamp.get("window") or not window)

    if ready():
        return
    ensure_system(window)
    with alone():
        if ready():
            return
        stamp = read_stamp()
        sets = set(stamp.get("sets", ()))
        if wanted not in sets:
            install(wanted)
            sets |= {"use", "dev"} if wanted == "dev" else {"use"}
        write_stamp(list(sets), window or bool(stamp.get("window")))
    say("Siap.")


# ---------------------------------------------------------------------------------------------- the commands


def child_env() -> dict[str, str]:
    """UTF-8 everywhere; Qt draws into memory where there is no screen; what was compiled once is kept, since half of a
    cold start is compiling.
    """
    env = {**os.environ, "PYTHONUTF8": "1"}
    env.pop("PYTHONDONTWRITEBYTECODE", None)
    if not has_display():
        env["QT_QPA_PLATFORM"] = "offscreen"
    return env


def module(name: str, *arguments: str) -> list[str]:
    """Command line of one of our modules; -P keeps the current folder from shadowing our packages."""
    return [str(venv_python()), "-P", "-m", name, *arguments]


def become(command: list[str], cwd: Path | None = None) -> int:
    """Hand this process over to the command; Windows has no exec that keeps the console: wait there."""
    env = child_env()
    sys.stderr.flush()
    if WINDOWS:
        return subprocess.call(command, env=env, cwd=cwd)
    if cwd:
        os.chdir(cwd)
    return os.execve(command[0], command, env)


def data_home(given: str | None) -> Path:
    """Where a plain start keeps its data: --data, SIDUMBA_HOME, else the platform's own place."""
    if given or os.environ.get("SIDUMBA_HOME"):
        return Path(given or os.environ["SIDUMBA_HOME"]).expanduser().resolve()
    if WINDOWS:
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Application Support"
    else:
        base = Path(os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    return base / "sidumba-field"


def free_port() -> int:
    """The usual port if nobody holds it, else any free one, on the loopback."""
    for port in (USUAL_PORT, 0):
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind(("127.0.0.1", port))
            return int(probe.getsockname()[1])
    raise Halt("Tidak ada porta bebas di komputer ini.")


class SampleServer(NamedTuple):
    """A server process of ours; ``ready`` is set when it answers, or has ended."""

    process: subprocess.Popen[str]
    url: str
    ready: threading.Event
    listener: threading.Thread

    def stop(self) -> None:
        """End it politely, then firmly; what it stored is durable either way."""
        self.process.terminate()
        try:
            self.process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            self.process.kill()
        self.listener.join(timeout=5)


def start_server(home: Path) -> SampleServer:
    """The sample office on the loopback."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    command = module(
        "server_stub.cli", "run", "--sample", "--data", str(home / "server"), "--port", str(port)
    )
    process = subprocess.Popen(command, env=child_env(), stdout=subprocess.PIPE, text=True, encoding="utf-8")
    ready = threading.Event()

    def listen() -> None:
        assert process.stdout is not None
        with process.stdout as lines:
            for line in lines:
                say("server: " + line.rstrip())
                if re.search(r"http://127\.0\.0\.1:\d+", line):
                    ready.set()
        ready.set()

    listener = threading.Thread(target=listen, daemon=True)
    listener.start()
    return SampleServer(process, url, ready, listener)


def start_everything(home: Path) -> int:
    """Server and desktop side by side; the server ends with the desktop. The first start waits for it."""
    first = not (home / "server").exists()
    home.mkdir(parents=True, exist_ok=True)
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(143))
    server = start_server(home)
    try:
        if first:
            say("Menyiapkan kantor contoh (Kabupaten Balangan)")
            server.ready.wait(timeout=60)
        if server.process.poll() is not None:
            raise Halt("Server tidak dapat berjalan; pesannya di atas.")
        laptop = str(home / "laptop")
        return subprocess.call(
            module(
                "sidumba_field.cli",
                "desktop",
                "--data",
                laptop,
                "--sample",
                str(home / "server" / "sample.json"),
                "--server",
                server.url,
            ),
            env=child_env(),
        )
    finally:
        server.stop()


def plain(arguments: list[str]) -> int:
    """No command: the sample office and its desktop; without a display the tour and where its results lie."""
    parser = argparse.ArgumentParser(prog="run.py", add_help=False)
    parser.add_argument("--data")
    home = data_home(parser.parse_args(arguments).data)
    if has_display():
        ensure("use", window=True)
        return start_everything(home)
    ensure("dev")
    say("Tidak ada layar: menjalankan tur tanpa layar.")
    out = Path("out").resolve()
    code = subprocess.call(module("tests.tour", "--out", str(out)), env=child_env())
    if code == 0:
        say(
            f"Gambar layar: {out / 'screens'}\nBerkas cetak: {out / 'papers'}\n"
            f"Ringkasan: {out / 'summary.json'}"
        )
    return code


def desktop(arguments: list[str]) -> int:
    """The desktop alone, on the same data as a plain start."""
    ensure("use", window=has_display())
    given = any(argument.split("=")[0] == "--data" for argument in arguments)
    chosen = [] if given else ["--data", str(data_home(None) / "laptop")]
    return become(module("sidumba_field.cli", "desktop", *chosen, *arguments))


def server(arguments: list[str]) -> int:
    """The server alone; with arguments it is ``sidumba-server`` itself (init, run, user, device)."""
    ensure("use")
    chosen = arguments or [
        "run",
        "--sample",
        "--data",
        str(data_home(None) / "server"),
        "--port",
        str(free_port()),
    ]
    return become(module("server_stub.cli", *chosen))


def program(name: str) -> Callable[[list[str]], int]:
    """A program of its own under tests/: tour, bench, soak."""

    def start(arguments: list[str]) -> int:
        ensure("dev")
        return become(module(name, *arguments))

    return start


def lint(arguments: list[str]) -> int:
    """Style, types and layers; all are run, the failed ones are named at the end."""
    ensure("dev")
    failed = []
    for name, command in CHECKS:
        say(f"== {name}")
        if subprocess.run(
            [str(venv_python()), *command], cwd=ROOT, stdout=sys.stderr.fileno(), check=False
        ).returncode:
            failed.append(name)
    if failed:
        say("Tidak lolos: " + ", ".join(failed))
    return 1 if failed else 0


def test(arguments: list[str]) -> int:
    """Lint, then every test; with arguments only pytest, with those. Ends with pytest's closing line."""
    ensure("dev")
    if arguments:
        return become(module("pytest", *arguments), cwd=ROOT)
    linted = lint([])
    # One more than the cores: many tests wait for a disk, a socket or a process that is being killed.
    workers = str(max(2, min(4, (os.cpu_count() or 2) + 1)))
    tested = subprocess.call(
        module("pytest", "-q", "-n", workers, "--dist", "worksteal"), cwd=ROOT, env=child_env()
    )
    return tested or linted


def setup(arguments: list[str]) -> int:
    """Make this machine ready and start nothing."""
    ensure("dev", window=has_display())
    return 0


def lock(arguments: list[str]) -> int:
    """Recompute requirements/*.lock from *.in with uv; dev first, the others bound to its choices."""
    uv = shutil.which("uv")
    if not uv:
        raise Halt("Perintah uv tidak ditemukan; hanya diperlukan untuk memperbarui kunci komponen.")
    common = [
        "--universal",
        "--generate-hashes",
        "--python-version",
        "3.11",
        "-q",
        "--no-header",
    ]
    for name in ("dev", "base", "desktop", "server"):
        bound = [] if name == "dev" else ["-c", "requirements/dev.lock"]
        command = [
            uv,
            "pip",
            "compile",
            *common,
            *bound,
            *arguments,
            f"requirements/{name}.in",
            "-o",
            f"requirements/{name}.lock",
        ]
        if subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, check=False).returncode:
            return 1
    return 0


COMMANDS: dict[str, Callable[[list[str]], int]] = {
    "server": server,
    "desktop": desktop,
    "tour": program("tests.tour"),
    "bench": program("tests.bench"),
    "soak": program("tests.soak"),
    "chaos": program("tests.chaos"),
    "test": test,
    "lint": lint,
    "setup": setup,
    "lock": lock,
}

USAGE = """Pemakaian: python3 run.py [perintah] [pilihan]     (Windows: py run.py)

  (tanpa perintah)  kantor contoh di komputer ini, lalu aplikasinya   --data FOLDER
  server            server saja                desktop   aplikasi saja
  tour              satu data dari laptop sampai disahkan, tanpa layar
  test              periksa semuanya           lint      gaya, tipe, lapisan
  bench             ukur kecepatan             soak      uji lama
  chaos --points    matikan di setiap titik bernama
  chaos --line      berkas besar lewat jalur tipis yang sering putus
  setup             siapkan komputer ini       lock      perbarui kunci komponen (perlu uv)
"""


def main(arguments: list[str]) -> int:
    """Read the command word and do it; exit code 2 means: something for the person to do first."""
    if sys.version_info < (3, 11):  # noqa: UP036 - an older Python must hear a sentence, not a traceback
        say(f"Sidumba Field perlu Python 3.11 atau lebih baru; ini Python {sys.version.split()[0]}.")
        return 2
    if arguments and arguments[0] in ("-h", "--help", "help"):
        print(USAGE)
        return 0
    try:
        if arguments and arguments[0] in COMMANDS:
            return COMMANDS[arguments[0]](arguments[1:])
        if arguments and not arguments[0].startswith("-"):
            say(f"Perintah '{arguments[0]}' tidak dikenal.\n\n{USAGE}")
            return 2
        return plain(arguments)
    except Halt as halt:
        say(str(halt))
        return 2
    except KeyboardInterrupt:
        return 130


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
