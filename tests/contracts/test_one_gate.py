"""Nobody reads past the gate: the server's rooms that answer laptops get content from ``Sight`` alone."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
#: What hands out content or names of what is there, by repository.
CONTENT = {
    "records": {"get", "many", "lock", "page", "subjects", "members"},
    "feed": {"page", "history", "proposals"},
    "files": {"mentions", "whole_names"},
    "scopes": {"all", "get", "many", "covered"},
    "ops": {"answer", "answers"},
    "accesses": {"about", "by"},
}
#: Calls that need no gate, each with its reason.
ALLOWED = {
    (
        "views.py",
        "records.subjects",
    ): "periods: only labels of those above or below the person's units are told",
    ("views.py", "scopes.many"): "the units of those periods",
    ("sync.py", "scopes.many"): "heads of the feeds a push itself was written into",
    ("replying.py", "scopes.many"): "heads of the feeds a stick itself was written into",
}


def reads(source: str) -> set[str]:
    """Return every "<repository>.<method>" a module calls that hands out content."""
    found = set()
    for node in ast.walk(ast.parse(source)):
        if not (isinstance(node, ast.Attribute) and isinstance(node.value, ast.Attribute)):
            continue
        if node.attr in CONTENT.get(node.value.attr, ()):
            found.add(f"{node.value.attr}.{node.attr}")
    return found


def endpoints() -> list[Path]:
    return sorted((ROOT / "server_stub" / "api").rglob("*.py"))


def test_endpoints_read_nothing_past_the_gate() -> None:
    found = {(p.name, call) for p in endpoints() for call in reads(p.read_text(encoding="utf-8"))}
    assert found <= ALLOWED.keys(), sorted(found - ALLOWED.keys())


def test_no_exception_is_left_over() -> None:
    found = {(p.name, call) for p in endpoints() for call in reads(p.read_text(encoding="utf-8"))}
    assert ALLOWED.keys() <= found


@pytest.mark.parametrize(
    "call", ["work.records.page(vid)", "ask = work.feed.history", "self.work.files.mentions(sha)"]
)
def test_a_read_past_the_gate_is_seen(call: str) -> None:
    assert reads(call)


def test_endpoints_hold_no_connection_and_write_no_query() -> None:
    for path in endpoints():
        text = path.read_text(encoding="utf-8")
        assert not [word for word in (".connection", "sqlalchemy") if word in text], path.name
