"""House rules no linter knows: docstrings, sizes, the one clock, no trace of one machine, a whole wheel."""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("sidumba_field", "server_stub")
HARD_STOP = 600
THE_CLOCK = Path("sidumba_field/core/time.py")
CLOCK_CALLS = {
    ("datetime", "now"),
    ("datetime", "utcnow"),
    ("datetime", "today"),
    ("date", "today"),
    ("time", "time"),
    ("time", "time_ns"),
    ("time", "localtime"),
    ("time", "gmtime"),
}
TEXT = {
    ".py",
    ".md",
    ".toml",
    ".txt",
    ".cfg",
    ".ini",
    ".sh",
    ".yml",
    ".yaml",
    ".json",
    ".in",
    ".lock",
    ".qss",
    ".mako",
}
ONE_MACHINE = re.compile(r"(^|[\s\"'=(])/(wor[k]|roo[t]|far[m])/(?!item\b)", re.MULTILINE)
AN_INDEX = re.compile(
    r"index[-]url|find[-]links|https?://[^ )>\"]*/simple\b|files[.]pythonhosted", re.MULTILINE
)


def tracked() -> list[Path]:
    """Files of the repository; without git, every file outside hidden and made folders."""
    if shutil.which("git") and (ROOT / ".git").exists():
        listed = subprocess.run(
            ["git", "-c", "safe.directory=*", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True
        ).stdout.decode("utf-8")
        return [ROOT / name for name in listed.split("\0") if name and (ROOT / name).is_file()]
    made = {".git", ".venv", "out", "build", "dist", "__pycache__"}
    return [p for p in ROOT.rglob("*") if p.is_file() and not made & set(p.relative_to(ROOT).parts)]


def code(*folders: str) -> list[Path]:
    return [path for folder in folders for path in sorted((ROOT / folder).rglob("*.py"))]


def clock_reads(source: str) -> list[int]:
    """Lines that ask the machine's clock for the time of day."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute):
            owner = node.func.value
            name = owner.attr if isinstance(owner, ast.Attribute) else getattr(owner, "id", "")
            if (name, node.func.attr) in CLOCK_CALLS:
                lines.append(node.lineno)
    return lines


def test_every_module_opens_with_what_it_owns() -> None:
    silent = [
        str(path.relative_to(ROOT))
        for path in [*code(*PACKAGES), *code("tests"), ROOT / "run.py"]
        if path.stat().st_size and not ast.get_docstring(ast.parse(path.read_text(encoding="utf-8")))
    ]
    assert silent == []


def test_every_folder_of_code_is_a_package() -> None:
    assert [str(p.parent) for p in code(*PACKAGES) if not (p.parent / "__init__.py").exists()] == []


def test_no_module_is_longer_than_the_hard_stop() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in [*code(*PACKAGES), *code("tests"), ROOT / "run.py"]
        if (lines := len(path.read_text(encoding="utf-8").splitlines())) > HARD_STOP
    }
    assert long == {}


def test_only_core_time_reads_the_clock() -> None:
    found = {
        f"{path.relative_to(ROOT)}:{line}"
        for path in code(*PACKAGES)
        if path.relative_to(ROOT) != THE_CLOCK
        for line in clock_reads(path.read_text(encoding="utf-8"))
    }
    assert found == set()


@pytest.mark.parametrize(
    "source",
    ["datetime.now(UTC)", "datetime.datetime.now()", "dt.date.today()", "time.time()", "time.time_ns()"],
)
def test_a_clock_read_is_seen(source: str) -> None:
    assert clock_reads(source)
    assert not clock_reads("clock.now()\ntime.monotonic()\ntime.sleep(1)")


def test_no_tracked_file_names_one_machine_or_a_package_index() -> None:
    found = []
    for path in tracked():
        if path.suffix not in TEXT and path.parent.name != ".ci":
            continue
        text = path.read_text(encoding="utf-8")
        found += [
            f"{path.relative_to(ROOT)}: {m[0]!r}" for p in (ONE_MACHINE, AN_INDEX) for m in p.finditer(text)
        ]
    assert found == []


def test_a_trace_of_one_machine_is_seen() -> None:
    assert ONE_MACHINE.search("open('/" + "root/x')")
    assert AN_INDEX.search("--index" + "-url x")
    assert not ONE_MACHINE.search("homework/x or ./work/x or instance('wilayah')/root/item")


def test_migrations_import_no_table() -> None:
    """import-linter sees packages only; a migration script may lie outside one."""
    for package in PACKAGES:
        for path in (ROOT / package / "store" / "migrations").rglob("*.py"):
            names = {
                name
                for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
                for name in (
                    [alias.name for alias in node.names]
                    if isinstance(node, ast.Import)
                    else [f"{node.module or ''}.{alias.name}" for alias in node.names]
                    if isinstance(node, ast.ImportFrom)
                    else []
                )
            }
            assert not {n for n in names if "tables" in n.split(".") or n.startswith("sqlmodel")}, path


def test_the_wheel_carries_code_content_and_assets(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "hatchling", "build", "-t", "wheel", "-d", str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert done.returncode == 0, done.stderr
    (wheel,) = tmp_path.glob("*.whl")
    names = set(zipfile.ZipFile(wheel).namelist())
    content = {
        f"sidumba_field/_forms/{path.relative_to(ROOT / 'forms').as_posix()}"
        for path in tracked()
        if path.is_relative_to(ROOT / "forms")
    }
    packaged = {
        path.relative_to(ROOT).as_posix() for path in tracked() if path.relative_to(ROOT).parts[0] in PACKAGES
    }
    assert content, "forms/ is part of the product"
    assert content | packaged <= names
    assert not {name for name in names if name.startswith("tests/")}
