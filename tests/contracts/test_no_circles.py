"""No module of the product imports, over any number of steps, a module that imports it: not even for types or lazily.

The graph is read from the source: every import anywhere in a file, under TYPE_CHECKING and inside functions too. Taking
a name from a package reaches its ``__init__``; importing a module inside a package from outside also runs the
``__init__``s on the way there. A module's own packages are running already and count only when it imports from them.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator, Mapping
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("sidumba_field", "server_stub")

Graph = Mapping[str, set[str]]


def modules(root: Path) -> dict[str, Path]:
    """Dotted name -> file; a package stands for its ``__init__``."""
    found = {}
    for package in PACKAGES:
        for path in sorted((root / package).rglob("*.py")):
            parts = path.relative_to(root).with_suffix("").parts
            found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path
    return found


def imported(module: str, path: Path) -> Iterator[tuple[str, str]]:
    """Yield (module, name taken from it or "") for every import in a file; relative ones made absolute."""
    package = module if path.name == "__init__.py" else module.rpartition(".")[0]
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from ((alias.name, "") for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            parts = package.split(".")[: len(package.split(".")) - node.level + 1] if node.level else []
            source = ".".join([*parts, *([node.module] if node.module else [])])
            yield from ((source, alias.name) for alias in node.names)


def packages_above(module: str) -> set[str]:
    parts = module.split(".")
    return {".".join(parts[:depth]) for depth in range(1, len(parts))}


def import_graph(root: Path) -> Graph:
    """Module -> modules of the product that it reaches directly."""
    known = modules(root)
    graph: dict[str, set[str]] = {}
    for module, path in known.items():
        reached: set[str] = set()
        running = packages_above(module) | {module}
        for source, name in imported(module, path):
            target = f"{source}.{name}" if f"{source}.{name}" in known else source
            reached |= {target} | (packages_above(target) - running)
        graph[module] = reached & set(known)
    return graph


def circle(graph: Graph) -> list[str]:
    """Return the modules of one circle, each importing the next, the first again at the end; none: empty."""
    try:
        TopologicalSorter({one: sorted(graph[one]) for one in sorted(graph)}).prepare()
    except CycleError as error:
        return list(reversed(error.args[1]))
    return []


def test_no_module_imports_itself_over_others() -> None:
    graph = import_graph(ROOT)
    assert "sidumba_field.core.time" in graph["sidumba_field.core.xforms.interview"]
    assert " -> ".join(circle(graph)) == ""


def plant(root: Path, files: Mapping[str, str]) -> Graph:
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return import_graph(root)


@pytest.mark.parametrize(
    "back",
    [
        "import sidumba_field.a\n",
        "from sidumba_field import a\n",
        "from sidumba_field.a import thing\n",
        "from . import a\n",
        "from .a import thing\n",
        "from typing import TYPE_CHECKING\nif TYPE_CHECKING:\n    from sidumba_field.a import thing\n",
        "def late() -> None:\n    from sidumba_field.a import thing\n",
    ],
)
def test_a_planted_circle_is_named_however_it_is_written(tmp_path: Path, back: str) -> None:
    files = {
        "sidumba_field/__init__.py": "",
        "sidumba_field/a.py": "from sidumba_field.b import other\n",
        "sidumba_field/b.py": "from sidumba_field import c\n",
        "sidumba_field/c.py": "",
    }
    assert circle(plant(tmp_path, files)) == []
    found = circle(plant(tmp_path, {"sidumba_field/c.py": back}))
    assert found[0] == found[-1]
    around = " -> ".join(found[:-1] * 2)
    assert "sidumba_field.a -> sidumba_field.b -> sidumba_field.c" in around


def test_a_circle_through_the_face_of_a_package_is_seen(tmp_path: Path) -> None:
    """b runs the face of the package that imports a, which imports b."""
    graph = plant(
        tmp_path,
        {
            "sidumba_field/__init__.py": "",
            "sidumba_field/p/__init__.py": "from sidumba_field.p.a import thing\n",
            "sidumba_field/p/a.py": "from sidumba_field.b import other\n",
            "sidumba_field/p/plain.py": "",
            "sidumba_field/b.py": "from sidumba_field.p.plain import word\n",
        },
    )
    assert set(circle(graph)) == {"sidumba_field.b", "sidumba_field.p", "sidumba_field.p.a"}
