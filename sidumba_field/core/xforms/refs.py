"""Which questions an expression reads: location paths resolved to template paths, and how rows are meant by them.

A template path is a tuple of names below the instance root: ("usaha", "produk", "harga"). ODK's rule for rows: an
absolute path that runs through a repeat the asking question stands in means *this* row; a repeat named on its own, and
the arguments of indexed-repeat, mean all rows (JavaRosa, TreeReference.contextualize).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from sidumba_field.core.xforms.tree import Call, Expr, Path, Step, children

Names = tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Scope:
    """Where an expression stands: the root's name, its own template path, the repeats and types of the form, and
    which secondary instances are external lists."""

    root: str
    context: Names = ()
    repeats: frozenset[Names] = frozenset()
    types: Mapping[Names, str] = field(default_factory=dict)
    external: frozenset[str] = frozenset()

    def shared_repeat(self, target: Names) -> Names | None:
        """Return the deepest repeat that holds both the asking question and ``target`` (as something inside it)."""
        for depth in range(len(target) - 1, 0, -1):
            head = target[:depth]
            if head in self.repeats and self.context[:depth] == head:
                return head
        return None


@dataclass(frozen=True, slots=True)
class Ref:
    """One thing read. ``subtree``: everything at or below ``target``; ``row``: the repeat whose same row is meant."""

    target: Names
    subtree: bool = False
    row: Names | None = None


def is_current(path: Path) -> bool:
    return isinstance(path.start, Call) and path.start.name == "current" and not path.start.args


def plain_absolute(path: Path, root: str) -> Names | None:
    """Return the names of ``/root/a/b`` without predicates and axes, else None."""
    if path.start != "/" or not path.steps or path.steps[0].test not in (root, "*"):
        return None
    if any(step.axis != "child" or step.preds or step.test == "*" for step in path.steps[1:]):
        return None
    return tuple(step.test for step in path.steps[1:])


def resolve(path: Path, scope: Scope, base: Names, whole: bool = False) -> Ref | None:
    """Return what ``path`` reads when it starts at ``base``; None when it walks elsewhere (another instance)."""
    steps = path.steps
    if path.start == "/":
        plain = plain_absolute(path, scope.root)
        if plain is not None and not whole and (row := scope.shared_repeat(plain)) is not None:
            return Ref(plain, row=row)
        if not steps or steps[0].test not in (scope.root, "*") or steps[0].axis != "child":
            return Ref((), subtree=True)
        at: Names = ()
        lowest, steps = 0, steps[1:]
    elif path.start == "" or is_current(path):
        at = scope.context if path.start != "" else base
        lowest = len(at)
    else:
        return None
    return _follow(at, lowest, steps, scope)


def _follow(at: Names, lowest: int, steps: tuple[Step, ...], scope: Scope) -> Ref:
    subtree = False
    for step in steps:
        if step.axis == "parent" and step.test == "node()":
            at = at[:-1]
            lowest = min(lowest, len(at))
        elif step.axis == "child" and step.test not in ("*", "node()", "text()"):
            at = (*at, step.test)
        elif step.axis == "attribute" or step.test == "text()" or step.axis == "self":
            continue
        else:
            if step.axis not in ("child", "descendant", "descendant-or-self"):
                at = ()
            subtree = True
            lowest = min(lowest, len(at))
            break
    row = scope.shared_repeat(at)
    return Ref(at, subtree, row if row is not None and lowest >= len(row) else None)


def references(tree: Expr, scope: Scope) -> frozenset[Ref]:
    """Return all that ``tree`` reads from the primary instance."""
    return frozenset(_references(tree, scope, scope.context, False))


def _references(node: Expr, scope: Scope, base: Names, foreign: bool, whole: bool = False) -> Iterator[Ref]:
    if isinstance(node, Path):
        yield from _path_references(node, scope, base, foreign, whole)
        return
    if isinstance(node, Call) and node.name == "indexed-repeat":
        for index, arg in enumerate(node.args):
            yield from _references(arg, scope, base, foreign, index == 0 or index % 2 == 1)
        return
    for child in children(node):
        yield from _references(child, scope, base, foreign)


def _path_references(path: Path, scope: Scope, base: Names, foreign: bool, whole: bool) -> Iterator[Ref]:
    """Predicates are read with the step they stand on as base; in another instance only current() and "/" count."""
    outside = foreign and path.start == ""
    if not outside:
        found = resolve(path, scope, base, whole)
        if found is not None:
            yield found
    if not isinstance(path.start, str):
        yield from _references(path.start, scope, base, foreign)
    elsewhere = outside or not (isinstance(path.start, str) or is_current(path))
    for index, step in enumerate(path.steps):
        if not step.preds:
            continue
        here: Names = ()
        if not elsewhere:
            ref = resolve(Path(path.start, path.steps[: index + 1]), scope, base, True)
            here = ref.target if ref is not None else ()
        for pred in step.preds:
            yield from _references(pred, scope, here, elsewhere)
