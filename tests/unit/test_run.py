"""run.py: standard library only, installs from hashes, says what is missing, does nothing twice."""

from __future__ import annotations

import ast
import importlib.util
import json
import os
import re
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

import run

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ("base", "desktop", "server", "dev")


def pins(lock: str) -> dict[str, tuple[str, frozenset[str]]]:
    """name -> (version, hashes) of one lock file."""
    text = (ROOT / "requirements" / f"{lock}.lock").read_text(encoding="utf-8")
    found = {}
    for entry in re.split(r"\n(?=[A-Za-z0-9])", text.strip()):
        pin = re.match(r"([A-Za-z0-9._-]+)==(\S+)", entry)
        assert pin, entry
        found[pin[1]] = (pin[2], frozenset(re.findall(r"--hash=sha256:[0-9a-f]{64}", entry)))
    return found


@pytest.fixture
def fresh(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project folder with locks and no .venv, which run.py takes for its own."""
    shutil.copytree(ROOT / "requirements", tmp_path / "requirements")
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copy(ROOT / "run.py", tmp_path)
    monkeypatch.setattr(run, "ROOT", tmp_path)
    monkeypatch.setattr(run, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(run, "STAMP", tmp_path / ".venv" / run.STAMP.name)
    monkeypatch.setattr(run, "UNFINISHED", tmp_path / ".venv" / run.UNFINISHED.name)
    return tmp_path


@pytest.fixture
def installed(fresh: Path) -> Path:
    """The same, with a set-up that finished."""
    run.venv_python().parent.mkdir(parents=True)
    shutil.copy(ROOT / "run.py", run.venv_python())
    run.write_stamp(["use", "dev"], window=False)
    return fresh


def test_run_imports_the_standard_library_only() -> None:
    tree = ast.parse((ROOT / "run.py").read_text(encoding="utf-8"))
    imported = {
        name.split(".")[0]
        for node in ast.walk(tree)
        for name in (
            [alias.name for alias in node.names]
            if isinstance(node, ast.Import)
            else [node.module or ""]
            if isinstance(node, ast.ImportFrom)
            else []
        )
    }
    assert imported <= set(sys.stdlib_module_names)


def test_run_is_readable_for_the_oldest_python_it_must_refuse() -> None:
    ast.parse((ROOT / "run.py").read_text(encoding="utf-8"), feature_version=(3, 7))


@pytest.mark.parametrize("lock", LOCKS)
def test_every_pin_of_a_lock_carries_hashes_and_no_address(lock: str) -> None:
    text = (ROOT / "requirements" / f"{lock}.lock").read_text(encoding="utf-8")
    assert "://" not in text
    assert all(hashes for _, hashes in pins(lock).values())
    assert len(pins(lock)) > 20


def test_all_locks_agree_and_dev_holds_them_all() -> None:
    dev = pins("dev")
    for lock in LOCKS:
        assert pins(lock).items() <= dev.items(), lock


def test_a_server_host_carries_no_qt_and_a_laptop_no_web_server() -> None:
    assert not {"pyside6-essentials", "pytest"} & set(pins("server"))
    assert not {"fastapi", "uvicorn", "pytest"} & set(pins("desktop"))


def test_the_build_backend_stands_in_every_lock() -> None:
    assert all("hatchling" in pins(lock) for lock in LOCKS)


def test_an_old_python_hears_a_sentence(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "version_info", (3, 9, 2))
    assert run.main(["test"]) == 2
    assert "Python 3.11" in capsys.readouterr().err


def test_an_unknown_word_shows_the_commands(capsys: pytest.CaptureFixture[str]) -> None:
    assert run.main(["tets"]) == 2
    heard = capsys.readouterr()
    assert heard.out == ""
    assert "tets" in heard.err
    assert all(command in heard.err for command in run.COMMANDS)


def test_a_finished_setup_is_remembered(installed: Path) -> None:
    assert run.read_stamp()["sets"] == ["dev", "use"]


@pytest.mark.parametrize("changed", ["requirements/server.lock", "pyproject.toml"])
def test_a_changed_lock_asks_for_a_new_setup(installed: Path, changed: str) -> None:
    path = installed / changed
    path.write_text(path.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert run.read_stamp() == {}


def test_a_setup_broken_off_in_the_middle_counts_as_none(installed: Path) -> None:
    run.UNFINISHED.write_text("", encoding="utf-8")
    assert run.read_stamp() == {}
    assert not run.has_whole_venv()


def test_a_moved_folder_asks_for_a_new_setup(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    moved = installed.parent / "moved"
    installed.rename(moved)
    monkeypatch.setattr(run, "ROOT", moved)
    monkeypatch.setattr(run, "VENV", moved / ".venv")
    monkeypatch.setattr(run, "STAMP", moved / ".venv" / run.STAMP.name)
    assert json.loads(run.STAMP.read_text(encoding="utf-8"))
    assert run.read_stamp() == {}


def test_a_damaged_stamp_asks_for_a_new_setup(installed: Path) -> None:
    run.STAMP.write_text('{"digest": "', encoding="utf-8")
    assert run.read_stamp() == {}


def test_a_second_start_installs_nothing(installed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*command: object, **_: object) -> None:
        raise AssertionError(f"a second start ran {command}")

    monkeypatch.setattr(subprocess, "run", refuse)
    monkeypatch.setattr(run, "has_display", lambda: False)
    assert run.main(["setup"]) == 0


def test_development_tools_come_only_when_asked(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, ...]] = []

    def make() -> None:
        run.venv_python().parent.mkdir(parents=True, exist_ok=True)
        run.venv_python().touch()

    monkeypatch.setattr(run, "make_venv", make)
    monkeypatch.setattr(run, "ensure_system", lambda window: None)
    monkeypatch.setattr(run, "pip", lambda *arguments: asked.append(arguments))
    run.ensure("use")
    assert not [argument for arguments in asked for argument in arguments if "dev.lock" in argument]
    assert all("--require-hashes" in arguments for arguments in asked if "-r" in arguments)
    assert asked[-1][:3] == ("install", "-q", "--no-deps")
    asked.clear()
    run.ensure("dev")
    assert [argument for arguments in asked for argument in arguments if "dev.lock" in argument]
    asked.clear()
    run.ensure("use")
    assert asked == []


def test_a_failed_installation_is_told_and_not_remembered(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def make() -> None:
        run.venv_python().parent.mkdir(parents=True, exist_ok=True)
        run.venv_python().touch()

    def fail(*_: str) -> None:
        raise run.Halt("jaringan putus")

    monkeypatch.setattr(run, "make_venv", make)
    monkeypatch.setattr(run, "ensure_system", lambda window: None)
    monkeypatch.setattr(run, "pip", fail)
    assert run.main(["lint"]) == 2
    assert run.read_stamp() == {}
    assert not run.has_whole_venv()


linux = pytest.mark.skipif(
    not sys.platform.startswith("linux"), reason="apt-get and shared objects are Linux matters"
)


@linux
def test_what_the_system_lacks_is_named_by_debian_package(
    fresh: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run, "is_loadable", lambda library: False)
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    monkeypatch.setattr(run, "venv_package", lambda: "python3-venv")
    offscreen = ["libglib2.0-0", "libegl1", "libgl1", "libxkbcommon0", "libdbus-1-3", "libfontconfig1"]
    assert run.missing_packages(window=False) == ["python3-venv", *offscreen]
    window = run.missing_packages(window=True)
    assert window[7:] == [
        "libxcb-cursor0",
        "libxkbcommon-x11-0",
        "libxcb-icccm4",
        "libxcb-image0",
        "libxcb-keysyms1",
        "libxcb-randr0",
        "libxcb-render-util0",
        "libxcb-shape0",
        "libxcb-xkb1",
    ]


@linux
def test_without_root_the_one_line_to_type_is_printed(
    fresh: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(run, "missing_packages", lambda window: ["python3-venv", "libegl1"])
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")
    assert run.main(["test"]) == 2
    line = "sudo sh -c 'apt-get update && apt-get install -y --no-install-recommends python3-venv libegl1'"
    assert line in capsys.readouterr().err.splitlines()[-1]


@linux
def test_as_root_apt_get_is_asked_for_it(fresh: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = iter([["libegl1"], []])
    commands = []
    monkeypatch.setattr(run, "missing_packages", lambda window: next(answers))
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    monkeypatch.setattr(shutil, "which", lambda name: f"/usr/bin/{name}")

    def note(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        commands.append(command)
        return subprocess.CompletedProcess(command, 0)

    monkeypatch.setattr(subprocess, "run", note)
    run.ensure_system(window=False)
    assert [command[1] for command in commands] == ["update", "install"]
    assert commands[1][-1] == "libegl1"


def test_data_lies_where_the_platform_keeps_it_unless_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SIDUMBA_HOME", raising=False)
    assert run.data_home(None).name == "sidumba-field"
    monkeypatch.setenv("SIDUMBA_HOME", str(tmp_path / "a"))
    assert run.data_home(None) == tmp_path / "a"
    assert run.data_home(str(tmp_path / "b")) == tmp_path / "b"


def test_the_server_gets_a_free_port_on_the_loopback() -> None:
    assert 1024 <= run.free_port() <= 65535


PRETEND_PROCESS = """
import sys, time
from pathlib import Path
home = Path(sys.argv[1])
if "run" in sys.argv:
    (home / "server").mkdir(exist_ok=True)
    print("Server siap di http://127.0.0.1:" + sys.argv[-1], flush=True)
    time.sleep(60)
(home / "desktop-args").write_text(" ".join(sys.argv[2:]), encoding="utf-8")
"""


def test_the_server_ends_with_the_desktop(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    script = tmp_path / "process.py"
    script.write_text(PRETEND_PROCESS, encoding="utf-8")
    home = tmp_path / "home"
    started: list[run.SampleServer] = []
    real = run.start_server

    def start(where: Path) -> run.SampleServer:
        started.append(real(where))
        return started[-1]

    monkeypatch.setattr(run, "module", lambda name, *a: [sys.executable, str(script), str(home), *a])
    monkeypatch.setattr(run, "start_server", start)
    before = signal.getsignal(signal.SIGTERM)
    try:
        assert run.start_everything(home) == 0
    finally:
        signal.signal(signal.SIGTERM, before)
    assert started[0].process.poll() is not None
    told = (home / "desktop-args").read_text(encoding="utf-8")
    assert re.fullmatch(
        rf"desktop --data {re.escape(str(home / 'laptop'))} --sample {re.escape(str(home / 'server' / 'sample.json'))}"
        r" --server http://127.0.0.1:\d+",
        told,
    )
