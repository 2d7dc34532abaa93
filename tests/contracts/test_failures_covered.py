"""The table of failures in docs/spec/sync.md names a test for each of the 27, and every test it names exists."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

FAILURES = range(1, 28)
_ROW = re.compile(r"^\| (\d+) \| ([^|]+) \| ([^|]+) \|$", re.M)
_TEST = re.compile(r"`(tests/[a-z0-9_/]+\.py)::(test_\w+)`")


@pytest.fixture(scope="module")
def rows(repo_root: Path) -> dict[int, str]:
    page = (repo_root / "docs" / "spec" / "sync.md").read_text(encoding="utf-8")
    table = page[page.index("## The 27 failures") :]
    return {int(number): tests for number, _, tests in _ROW.findall(table)}


def functions(path: Path) -> set[str]:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    return {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)}


def test_every_failure_has_its_row(rows: dict[int, str]) -> None:
    assert list(rows) == list(FAILURES)


@pytest.mark.parametrize("number", FAILURES)
def test_every_test_a_row_names_exists(rows: dict[int, str], repo_root: Path, number: int) -> None:
    named = _TEST.findall(rows[number])
    assert named, f"failure {number} names no test"
    missing = [f"{file}::{name}" for file, name in named if name not in functions(repo_root / file)]
    assert missing == []
    # What a row says beside its tests is prose about what waits for the great programme.
    rest = re.sub(r"[`,;]|\s", "", _TEST.sub("", rows[number]))
    assert "::" not in rest
