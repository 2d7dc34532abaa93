"""Laws over the code: every sentence it asks for exists, and gets the values it needs."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from functools import cache
from pathlib import Path

from sidumba_field import words
from sidumba_field.core.errors import CODES

ROOT = Path(__file__).resolve().parents[3]


@cache
def trees() -> tuple[tuple[str, ast.Module], ...]:
    return tuple(
        (file.relative_to(ROOT).as_posix(), ast.parse(file.read_text(encoding="utf-8")))
        for room in ("sidumba_field", "server_stub")
        for file in sorted((ROOT / room).rglob("*.py"))
    )


def calls(function: str) -> Iterator[tuple[str, str, set[str] | None]]:
    """Every ``function("literal", ...)`` of the product: file, literal, keywords (None when some are spread)."""
    for file, tree in trees():
        for node in ast.walk(tree):
            if not isinstance(node, ast.Call) or not node.args or not isinstance(node.args[0], ast.Constant):
                continue
            name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
            if name == function and isinstance(node.args[0].value, str):
                names = {keyword.arg for keyword in node.keywords}
                yield file, node.args[0].value, None if None in names else {n for n in names if n}


def test_every_sentence_the_code_asks_for_exists() -> None:
    assert [(file, key) for file, key, _ in calls("say") if not words.knows(key)] == []


def test_every_sentence_gets_the_values_it_needs() -> None:
    lacking = [
        (file, key, sorted(words.params_of(key) - given))
        for file, key, given in calls("say")
        if given is not None and words.knows(key) and not words.params_of(key) <= given
    ]
    assert lacking == []


def test_every_code_raised_is_registered() -> None:
    assert [(file, code) for file, code, _ in calls("SidumbaError") if code not in CODES] == []


def test_every_detail_is_told_by_somebody() -> None:
    raised: dict[str, list[set[str]]] = {}
    # An error with a class of its own names its code where it calls the constructor above it.
    for function in ("SidumbaError", "__init__"):
        for _, code, given in calls(function):
            raised.setdefault(code, []).append(given or set())
    untold = [
        code
        for code in CODES
        if words.knows(f"errors.{code}.detailed")
        and not any(words.params_of(f"errors.{code}.detailed") <= given for given in raised.get(code, []))
    ]
    assert untold == []
