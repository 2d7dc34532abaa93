"""An SOP is a folder: no code decides by a program's id.

Walks the syntax tree of both packages: no comparison, ``in``, match case, dict key, subscript or keyed
look-up holds a program id, and no file or folder of code is named after one. The ids come from
``forms/*/program.toml`` and the five SOPs.
"""

from __future__ import annotations

import ast
import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("sidumba_field", "server_stub")
FIVE_SOPS = {"sidumba", "sipkatdes", "dasatama", "profil_desa", "satu_data"}
KEYED_CALLS = {
    "get",
    "pop",
    "setdefault",
    "startswith",
    "endswith",
    "removeprefix",
    "index",
    "count",
    "fullmatch",
}


def program_ids() -> set[str]:
    """The five ids of the SOPs, and every id an installed folder names."""
    installed = {
        str(tomllib.loads(path.read_text(encoding="utf-8")).get("id", path.parent.name))
        for path in (ROOT / "forms").glob("*/program.toml")
    }
    return FIVE_SOPS | installed | {path.parent.name for path in (ROOT / "forms").glob("*/program.toml")}


IDS = program_ids()


def holds_id(text: str) -> bool:
    """Whether a string constant is a program id, or a path, address or dotted name with one as a segment.

    The product's own name, ``sidumba-field``, is one segment and no program id.
    """
    return any(segment in IDS for segment in re.split(r"[/\\.:\[\]\s|,]", text))


def constants(node: ast.AST | None) -> Iterator[str]:
    """Every string constant anywhere below a node."""
    for below in ast.walk(node) if node is not None else ():
        if isinstance(below, ast.Constant) and isinstance(below.value, str):
            yield below.value


def deciding_parts(node: ast.AST) -> Iterator[ast.AST | None]:
    """The parts of a node by which code decides."""
    if isinstance(node, ast.Compare):
        yield node
    elif isinstance(node, ast.match_case):
        yield node.pattern
    elif isinstance(node, ast.Dict):
        yield from node.keys
    elif isinstance(node, ast.DictComp):
        yield node.key
    elif isinstance(node, ast.Subscript):
        yield node.slice
    elif isinstance(node, ast.Call):
        if isinstance(node.func, ast.Attribute) and node.func.attr in KEYED_CALLS:
            yield from node.args
        if isinstance(node.func, ast.Name) and node.func.id == "dict":
            yield from (ast.Constant(keyword.arg) for keyword in node.keywords if keyword.arg)


def decisions_by_id(source: str) -> list[int]:
    """Line numbers on which code decides by a program id."""
    lines = []
    for node in ast.walk(ast.parse(source)):
        for part in deciding_parts(node):
            if any(holds_id(text) for text in constants(part)):
                lines.append(getattr(part, "lineno", getattr(node, "lineno", 0)))
    return lines


def code_files() -> list[Path]:
    return [path for package in PACKAGES for path in sorted((ROOT / package).rglob("*.py"))]


def named_after_program(path: Path) -> bool:
    """Whether a folder or file below the packages carries an id in its name."""
    return any(program in part for part in path.parts[1:] for program in IDS)


def test_there_is_code_to_judge() -> None:
    assert len(code_files()) > 50
    assert IDS >= FIVE_SOPS


def test_no_code_decides_by_a_program_id() -> None:
    found = {
        f"{path.relative_to(ROOT)}:{line}"
        for path in code_files()
        for line in decisions_by_id(path.read_text(encoding="utf-8"))
    }
    assert found == set()


def test_no_code_file_is_named_after_a_program() -> None:
    assert [path for path in code_files() if named_after_program(path.relative_to(ROOT))] == []


@pytest.mark.parametrize(
    "source",
    [
        'if program == "sidumba": pass',
        'if "sidumba" != program: pass',
        'if program in ("umkm", "satu_data"): pass',
        'if program not in {"profil_desa"}: pass',
        'match program:\n    case "dasatama": pass',
        'match program:\n    case "x" | "sipkatdes": pass',
        'titles = {"sidumba": "UMKM"}',
        'title = titles["sidumba"]',
        'title = titles.get("sidumba")',
        "titles = dict(sidumba=1)",
        'if path.startswith("forms/sidumba"): pass',
        'if form == "sidumba/umkm": pass',
    ],
)
def test_a_decision_by_program_id_is_seen(source: str) -> None:
    assert decisions_by_id(source)


@pytest.mark.parametrize(
    "source",
    [
        '"""sidumba is one of five SOPs."""',
        'folder = user_data_dir("sidumba-field")',
        'if namespace == "urn:sidumba-field:xforms:1": pass',
        'from sidumba_field.core import ids\nname = {"sidumba_field": 1}',
        'if program == other: pass\nif kind == "record": pass',
    ],
)
def test_innocent_code_is_left_alone(source: str) -> None:
    assert decisions_by_id(source) == []


@pytest.mark.parametrize(
    "name",
    ["sidumba_field/reports/sidumba.py", "server_stub/api/satu_data_portal.py", "server_stub/dasatama/x.py"],
)
def test_a_file_named_after_a_program_is_seen(name: str) -> None:
    assert named_after_program(Path(name))
    assert not named_after_program(Path("sidumba_field/reports/register.py"))
