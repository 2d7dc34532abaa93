"""Layers: the contracts of pyproject.toml hold, and each of them catches what it is there for.

One forbidden import is planted in every room of a copy of both packages; lint-imports must name each of them.
"""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("sidumba_field", "server_stub")
LEAST_CONTRACTS = 7

# room -> (what it may never import, id of a contract that must catch it)
PLANTED = {
    "sidumba_field.core": ("pydantic", "core-is-pure"),
    "sidumba_field.core.xforms": ("pyxform", "pyxform-in-programs-only"),
    "sidumba_field.core.workflow": ("sidumba_field.words", "field-layers"),
    "sidumba_field.seal": ("sidumba_field.words", "field-layers"),
    "sidumba_field.words": ("sidumba_field.seal", "field-layers"),
    "sidumba_field.wire": ("sidumba_field.programs", "field-layers"),
    "sidumba_field.programs": ("sidumba_field.reports", "field-layers"),
    "sidumba_field.attachments": ("sqlmodel", "sql-in-stores-only"),
    "sidumba_field.bundle": ("sidumba_field.wire", "field-layers"),
    "sidumba_field.reports": ("sidumba_field.wire", "field-layers"),
    "sidumba_field.reports.layouts": ("PySide6.QtGui", "qt-under-ui-only"),
    "sidumba_field.store": ("sidumba_field.sync", "field-layers"),
    "sidumba_field.store.migrations": ("sidumba_field.store.tables", "migrations-stand-alone"),
    "sidumba_field.sync": ("sidumba_field.services", "field-layers"),
    "sidumba_field.services": ("requests", "http-in-sync-only"),
    "sidumba_field.ui": ("sidumba_field.store", "ui-speaks-to-services"),
    "sidumba_field.ui.operations": ("sidumba_field.sync", "ui-speaks-to-services"),
    "sidumba_field.ui.screens": ("sqlmodel", "ui-speaks-to-services"),
    "sidumba_field.ui.widgets": ("sidumba_field.wire", "ui-speaks-to-services"),
    "sidumba_field.ui.viewmodels": ("requests", "ui-speaks-to-services"),
    "sidumba_field.ui.theme": ("server_stub.store", "field-never-server"),
    "server_stub.store": ("server_stub.auth", "server-layers"),
    "server_stub.store.migrations": ("server_stub.store.tables", "migrations-stand-alone"),
    "server_stub.auth": ("boto3", "s3-in-the-store-only"),
    "server_stub.workflow": ("server_stub.publishing", "server-layers"),
    "server_stub.publishing": ("sidumba_field.ui", "server-takes-shelf-only"),
    "server_stub.backup": ("sqlalchemy", "sql-in-stores-only"),
    "server_stub.cli": ("sidumba_field.sync", "server-takes-shelf-only"),
    "server_stub.api": ("sidumba_field.services", "server-takes-shelf-only"),
}


def lint_imports(folder: Path) -> tuple[int, str]:
    """Exit code and report of lint-imports over the packages of one folder."""
    env = {**os.environ, "COLUMNS": "1000", "PYTHONPATH": str(folder), "PYTHONUTF8": "1"}
    code = (
        "from importlinter.cli import lint_imports as run; raise SystemExit(run(no_cache=True, no_logo=True))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env=env,
        capture_output=True,
        encoding="utf-8",
        timeout=300,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def contracts() -> list[dict[str, object]]:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    found: list[dict[str, object]] = settings["tool"]["importlinter"]["contracts"]
    return found


def sections(report: str) -> dict[str, str]:
    """Text below each broken contract's heading, by contract id."""
    _, _, details = report.partition("Broken contracts")
    by_id = {}
    for contract in contracts():
        name = str(contract["name"])
        _, found, rest = details.partition(f"{name}\n{'-' * len(name)}\n")
        if found:
            by_id[str(contract["id"])] = re.split(r"\n[^\n]+\n-{10,}\n", rest)[0]
    return by_id


def copy_packages(to: Path) -> None:
    for package in PACKAGES:
        shutil.copytree(ROOT / package, to / package, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", to)


def test_every_contract_is_kept() -> None:
    code, report = lint_imports(ROOT)
    kept = re.search(r"Contracts: (\d+) kept, (\d+) broken", report)
    assert kept, report
    assert (int(kept[2]), code) == (0, 0), report
    assert int(kept[1]) == len(contracts()) >= LEAST_CONTRACTS


@pytest.fixture(scope="module")
def planted_report(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """What lint-imports says of a copy in which every room holds one forbidden import."""
    copy = tmp_path_factory.mktemp("planted")
    copy_packages(copy)
    for room, (forbidden, _) in PLANTED.items():
        for needed in [forbidden] if forbidden.startswith(PACKAGES) else []:
            module = copy.joinpath(*needed.split("."))
            if not module.is_dir() and not module.with_suffix(".py").exists():
                module.with_suffix(".py").write_text(
                    '"""Stands in for a module not written yet."""\n', "utf-8"
                )
        planted = copy.joinpath(*room.split("."), "planted.py")
        planted.write_text(f'"""Planted by a test."""\nimport {forbidden}\n', encoding="utf-8")
    code, report = lint_imports(copy)
    assert code == 1, report
    return sections(report)


@pytest.mark.parametrize("room", PLANTED)
def test_a_forbidden_import_is_caught_in(room: str, planted_report: dict[str, str]) -> None:
    forbidden, contract = PLANTED[room]
    target = forbidden.split(".")[0] if not forbidden.startswith(PACKAGES) else forbidden
    assert f"{room}.planted -> {target}" in planted_report[contract]


def test_every_room_has_its_planted_import() -> None:
    rooms = {
        ".".join(path.parent.relative_to(ROOT).parts)
        for package in PACKAGES
        for path in (ROOT / package).glob("*/__init__.py")
    }
    assert rooms <= set(PLANTED)


def test_every_contract_is_proven_by_a_planted_import() -> None:
    assert {contract for _, contract in PLANTED.values()} == {str(c["id"]) for c in contracts()}


def qt_modules(path: Path) -> set[str]:
    """The PySide6 modules one file imports."""
    found = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names if alias.name.startswith("PySide6")}
        elif isinstance(node, ast.ImportFrom) and (node.module or "").startswith("PySide6"):
            module = str(node.module)
            found |= {f"PySide6.{a.name}" for a in node.names} if module == "PySide6" else {module}
    return found


def test_viewmodels_know_qtcore_only() -> None:
    for path in (ROOT / "sidumba_field" / "ui" / "viewmodels").rglob("*.py"):
        assert qt_modules(path) <= {"PySide6.QtCore"}, path


def test_a_planted_widget_import_in_a_viewmodel_is_seen(tmp_path: Path) -> None:
    planted = tmp_path / "planted.py"
    planted.write_text("from PySide6 import QtWidgets\nfrom PySide6.QtGui import QIcon\n", encoding="utf-8")
    assert qt_modules(planted) == {"PySide6.QtWidgets", "PySide6.QtGui"}
