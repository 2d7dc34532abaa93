"""One door on the server: only ``workflow/service.py`` saves a record, and with it a verification state.

Two laws over the syntax tree: the repository of records is asked to add or save by the service alone, and statements
that change the record table are built in that repository alone.
"""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
SERVICE = Path("server_stub/workflow/service.py")
REPOSITORY = Path("server_stub/store/records.py")
SCHEMA = Path("server_stub/store/tables.py")
WRITES = {"add", "save"}
STATEMENTS = {"insert", "update", "delete", "insert_once"}
TABLE = {"RECORD", "RecordRow"}


def name_of(node: ast.AST) -> str:
    """The last name of ``a``, ``b.a`` or ``c.b.a``; empty for anything else."""
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def saves(source: str) -> list[int]:
    """Lines that hand a record to ``….records.add`` or ``….records.save``, or take such a method along."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Attribute) and node.attr in WRITES and name_of(node.value) == "records"
    ]


def statements(source: str) -> list[int]:
    """Lines that build an insert, update or delete of the record table."""
    return [
        node.lineno
        for node in ast.walk(ast.parse(source))
        if isinstance(node, ast.Call) and name_of(node.func) in STATEMENTS
        if any(name_of(below) in TABLE for argument in node.args for below in ast.walk(argument))
    ]


def server_files() -> list[Path]:
    return [path.relative_to(ROOT) for path in sorted((ROOT / "server_stub").rglob("*.py"))]


def read(path: Path) -> str:
    return (ROOT / path).read_text(encoding="utf-8")


def test_only_the_workflow_service_saves_a_record() -> None:
    assert {path for path in server_files() if saves(read(path))} == {SERVICE}


def test_only_the_records_repository_changes_the_record_table() -> None:
    assert {path for path in server_files() if path != SCHEMA and statements(read(path))} == {REPOSITORY}


@pytest.mark.parametrize(
    "source", ["work.records.save(record)", "self.work.records.add(r)", "put = work.records.save"]
)
def test_a_second_writer_is_seen(source: str) -> None:
    assert saves(source)
    assert not saves("work.records.get(rid)\nfiles.add(x)")


@pytest.mark.parametrize("source", ["update(RECORD).values(state='x')", "sa.delete(tables.RecordRow)"])
def test_a_second_statement_is_seen(source: str) -> None:
    assert statements(source)
    assert not statements("select(RECORD)\nupdate(DEVICE).where(DEVICE.c.id == x)")
