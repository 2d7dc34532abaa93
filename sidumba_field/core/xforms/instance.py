"""The answers of one record as an XML tree, with every node findable by its path and every row by its id.

Paths have row ids where rows are ("usaha/produk[0192ab]/nama"); template names have none (("usaha", "produk", "nama")).
A comment marks where the rows of a repeat go; comments are invisible to XPath's element steps.
"""

from __future__ import annotations

import copy
from collections import defaultdict
from collections.abc import Iterator
from typing import Any

from lxml import etree

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.xforms.refs import Names


class Blueprint:
    """What is needed to make an instance quickly: the tree without rows, and one tree per kind of row."""

    def __init__(self, template: Any, repeats: frozenset[Names]) -> None:
        self.repeats = repeats
        self.rows: dict[Names, Any] = {}
        self.row_names: dict[Names, list[Names | None]] = {}
        root = copy.deepcopy(template)
        for names in sorted(repeats, key=len, reverse=True):
            row = root.find("/".join(names))
            if row is None:
                raise SidumbaError("form.unknown_path", path="/".join(names))
            row.getparent().replace(row, etree.Comment("/".join(names)))
            row.tail = None
            self.rows[names] = row
            self.row_names[names] = _names_below(row, names)
        self.tree = root
        self.names = _names_below(root, ())


def _names_below(element: Any, at: Names) -> list[Names | None]:
    """Return the template names of ``element`` and all below it in document order; None for a comment."""
    found: list[Names | None] = [at]
    for child in element:
        if isinstance(child.tag, str):
            found.extend(_names_below(child, (*at, child.tag)))
        else:
            found.append(None)
    return found


class Instance:
    """One record's tree. ``nodes``: path -> element; ``paths``: template names -> paths in document order;
    ``rows``: path of a repeat -> row ids in order."""

    def __init__(self, blueprint: Blueprint) -> None:
        self.blueprint = blueprint
        self.root = copy.deepcopy(blueprint.tree)
        self.nodes: dict[str, Any] = {}
        self.names_of: dict[str, Names] = {}
        self.paths: dict[Names, list[str]] = defaultdict(list)
        self.rows: dict[str, list[str]] = {}
        self.anchors: dict[str, Any] = {}
        self.path_of_row: dict[Any, str] = {}
        self._index(self.root, blueprint.names, "", ())

    def _index(self, top: Any, names_list: list[Names | None], path: str, at: Names) -> list[str]:
        """Enter ``top`` and what is below it into the maps; ``path`` is the path of ``top`` itself."""
        added: list[str] = []
        paths: dict[Any, str] = {top: path}
        depth = len(at)
        for element, names in zip(top.iter(), names_list, strict=True):
            if names is None:
                parent = paths[element.getparent()]
                name = str(element.text).rsplit("/", 1)[-1]
                repeat = f"{parent}/{name}" if parent else name
                self.anchors[repeat] = element
                self.rows[repeat] = []
                continue
            if len(names) > depth:
                parent = paths[element.getparent()]
                here = f"{parent}/{names[-1]}" if parent else names[-1]
                paths[element] = here
            else:
                here = path
            if names:
                self.nodes[here] = element
                self.names_of[here] = names
                self.paths[names].append(here)
                added.append(here)
        return added

    def add_row(self, repeat: str, names: Names, row_id: str) -> list[str]:
        """Put a new row after the others of ``repeat`` (a path); return every path that came with it."""
        anchor = self.anchors.get(repeat)
        if anchor is None:
            raise SidumbaError("form.unknown_path", path=repeat)
        row = copy.deepcopy(self.blueprint.rows[names])
        anchor.addprevious(row)
        self.rows[repeat].append(row_id)
        path = f"{repeat}[{row_id}]"
        self.path_of_row[row] = path
        return self._index(row, self.blueprint.row_names[names], path, names)

    def remove_row(self, repeat: str, row_id: str) -> list[str]:
        """Take a row out; return every path that went with it."""
        path = f"{repeat}[{row_id}]"
        row = self.nodes.get(path)
        if row is None:
            raise SidumbaError("form.unknown_path", path=path)
        gone = [one for one in self.nodes if one == path or one.startswith(path + "/")]
        for one in gone:
            del self.nodes[one]
            self.paths[self.names_of.pop(one)].remove(one)
        for inner in [one for one in self.rows if one.startswith(path + "/")]:
            del self.rows[inner], self.anchors[inner]
        self.rows[repeat].remove(row_id)
        self.path_of_row.pop(row, None)
        row.getparent().remove(row)
        return gone

    def within(self, names: Names, cause: str, row: Names | None) -> list[str]:
        """Return the paths of ``names`` that a change at ``cause`` concerns: all, or those in the same ``row``."""
        paths = self.paths.get(names, [])
        if row is None or len(paths) <= 1:
            return paths
        prefix = "/".join(cause.split("/")[: len(row)]) + "/"
        return [path for path in paths if path.startswith(prefix)]

    def leaves(self) -> Iterator[str]:
        """Yield the paths of everything that can hold an answer, in document order."""
        for path in self._ordered():
            if len(self.nodes[path]) == 0:
                yield path

    def _ordered(self) -> list[str]:
        paths = {element: path for path, element in self.nodes.items()}
        return [paths[element] for element in self.root.iter() if element in paths]


def parent_path(path: str) -> str:
    """Return the path one level up, "" at the top."""
    return path.rsplit("/", 1)[0] if "/" in path else ""


def split_row(path: str) -> tuple[str, str] | None:
    """Return (repeat, row id) of a row's own path "usaha/produk[0192ab]", None for any other path."""
    if not path.endswith("]"):
        return None
    repeat, _, row_id = path[:-1].rpartition("[")
    return (repeat, row_id) if repeat and "/" not in row_id else None
