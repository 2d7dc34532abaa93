"""Rewrites a form's expression for libxml2: ODK's functions get our prefix, rows get their meaning, dates compare.

Native operators stay native wherever their operands are surely numbers; only where a date or an empty answer may
stand does a function of ours take over. That keeps most expressions at about one microsecond.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.xforms.functions import NATIVE, NUMERIC, REGISTRY
from sidumba_field.core.xforms.itemset import ItemFilter, recognise
from sidumba_field.core.xforms.refs import Scope, is_current, plain_absolute, resolve
from sidumba_field.core.xforms.tree import Bin, Call, Expr, Filter, Neg, Num, Path, Step, Str, Var

PREFIX = "o"
NAMESPACE = "urn:sidumba-field:functions"
CURRENT, ROOT = "sf_current", "sf_root"
_RELATIONS = {"<": "sf-lt", "<=": "sf-le", ">": "sf-gt", ">=": "sf-ge"}
_ARITHMETIC = frozenset({"+", "-", "*", "div", "mod"})
_DATES = frozenset({"today", "now", "date", "date-time"})
_BOOLEAN = frozenset({"true", "false", "not", "boolean", "boolean-from-string", "selected", "regex"})


@dataclass(slots=True)
class Emission:
    """What came out beside the text: functions of ours, variables, filters over external lists (key -> filter)."""

    used: set[str] = field(default_factory=set)
    variables: set[str] = field(default_factory=set)
    filters: dict[str, ItemFilter] = field(default_factory=dict)


def emit(tree: Expr, scope: Scope) -> tuple[str, Emission]:
    """Return the XPath 1.0 text for libxml2 and what it needs to run."""
    emitter = _Emitter(scope)
    return emitter.expr(tree, False), emitter.out


def local_name(name: str) -> str:
    """Return the name of a function of ours as an XML name: jr:choice-name -> jr-choice-name."""
    return name.replace(":", "-")


class _Emitter:
    def __init__(self, scope: Scope) -> None:
        self.scope = scope
        self.out = Emission()

    def expr(self, node: Expr, inside: bool) -> str:
        """Emit ``node``; ``inside``: in a predicate, where "." is no longer the question that asks."""
        match node:
            case Num(text=text):
                return text
            case Str(value=value):
                return f'"{value}"' if "'" in value else f"'{value}'"
            case Var(name=name):
                return f"${name}"
            case Neg(of=inner):
                return f"(-{self.number(inner, inside)})"
            case Bin():
                return self.binary(node, inside)
            case Call():
                return self.call(node, inside)
            case Filter(of=inner, preds=preds):
                return f"({self.expr(inner, inside)})" + self.predicates(preds)
            case Path():
                return self.path(node, inside)

    def ours(self, name: str, *args: str) -> str:
        self.out.used.add(name)
        return f"{PREFIX}:{local_name(name)}({', '.join(args)})"

    def numeric(self, node: Expr, inside: bool) -> bool:
        match node:
            case Num() | Neg():
                return True
            case Bin(op=op):
                return op in _ARITHMETIC
            case Call(name=name):
                return name in NUMERIC
            case Path() if not inside:
                found = resolve(node, self.scope, self.scope.context)
                return (
                    found is not None and not found.subtree and self.scope.types.get(found.target) in _NUMBERS
                )
            case _:
                return False

    def number(self, node: Expr, inside: bool) -> str:
        text = self.expr(node, inside)
        return text if self.numeric(node, inside) else self.ours("sf-num", text)

    def truth(self, node: Expr, inside: bool) -> str:
        text = self.expr(node, inside)
        return self.ours("sf-bool", text) if isinstance(node, Path | Filter) and not inside else text

    def binary(self, node: Bin, inside: bool) -> str:
        op = node.op
        if op in _ARITHMETIC:
            return f"({self.number(node.left, inside)} {op} {self.number(node.right, inside)})"
        if op in ("and", "or"):
            return f"({self.truth(node.left, inside)} {op} {self.truth(node.right, inside)})"
        left, right = self.expr(node.left, inside), self.expr(node.right, inside)
        if op == "|":
            return f"({left} | {right})"
        if op in _RELATIONS:
            if self.numeric(node.left, inside) and self.numeric(node.right, inside):
                return f"({left} {op} {right})"
            return self.ours(_RELATIONS[op], left, right)
        if self.plain_equality(node, inside):
            return f"({left} {op} {right})"
        return self.ours("sf-eq" if op == "=" else "sf-ne", left, right)

    def plain_equality(self, node: Bin, inside: bool) -> bool:
        """Tell whether "=" means the same natively: texts, or a literal number against anything."""
        sides = (node.left, node.right)
        if any(isinstance(side, Num | Str) for side in sides) and not any(
            isinstance(side, Bin) for side in sides
        ):
            return True
        if any(isinstance(side, Call) and side.name in _BOOLEAN | _DATES for side in sides):
            return False
        return not any(self.numeric(side, inside) for side in sides)

    def call(self, node: Call, inside: bool) -> str:
        name, args = node.name, node.args
        if name == "current" and not args:
            return self.here(inside) if inside else "."
        if name == "position" and not args:
            return "position()"
        if name == "not" and len(args) == 1:
            return f"not({self.truth(args[0], inside)})"
        if name == "indexed-repeat":
            texts = [
                self.path(arg, inside, whole=i == 0 or i % 2 == 1)
                if isinstance(arg, Path)
                else self.expr(arg, inside)
                for i, arg in enumerate(args)
            ]
            return self.ours(name, *texts)
        texts = [self.expr(arg, inside) for arg in args]
        if name == "position":
            return self.ours("sf-position", *texts)
        if name in REGISTRY:
            return self.ours(name, *texts)
        if name in NATIVE:
            return f"{name}({', '.join(texts)})"
        raise SidumbaError("form.bad_expression", expression=f"{name}()", reason=f"unknown function {name}()")

    def here(self, inside: bool) -> str:
        if not inside:
            return "."
        self.out.variables.add(CURRENT)
        return f"${CURRENT}"

    def predicates(self, preds: tuple[Expr, ...]) -> str:
        return "".join(f"[{self.expr(pred, True)}]" for pred in preds)

    def path(self, node: Path, inside: bool, whole: bool = False) -> str:
        if node.start == "/":
            return self.absolute(node, inside, whole)
        if node.start == "":
            return self.steps(node.steps)
        if is_current(node):
            return f"{self.here(inside)}/{self.steps(node.steps)}"
        found = self.external(node, inside)
        if found is not None:
            return found
        assert not isinstance(node.start, str)
        start = self.expr(node.start, inside)
        start = start if isinstance(node.start, Call | Filter | Var) else f"({start})"
        return f"{start}/{self.steps(node.steps)}"

    def absolute(self, node: Path, inside: bool, whole: bool) -> str:
        plain = plain_absolute(node, self.scope.root)
        row = None if plain is None or whole else self.scope.shared_repeat(plain)
        if plain is not None and row is not None:
            climb = [".."] * (len(self.scope.context) - len(row))
            return "/".join([self.here(inside), *climb, *plain[len(row) :]])
        if not inside:
            return "/" + self.steps(node.steps)
        self.out.variables.add(ROOT)
        if node.steps and node.steps[0].axis == "child":
            return "/".join([f"${ROOT}", self.steps(node.steps[1:])]) if len(node.steps) > 1 else f"${ROOT}"
        return f"${ROOT}/{self.steps(node.steps)}"

    def steps(self, steps: tuple[Step, ...]) -> str:
        return "/".join(self.step(step) for step in steps)

    def step(self, step: Step) -> str:
        if step.test == "node()" and step.axis in ("self", "parent") and not step.preds:
            return "." if step.axis == "self" else ".."
        axis = {"child": "", "attribute": "@"}.get(step.axis, f"{step.axis}::")
        return f"{axis}{step.test}{self.predicates(step.preds)}"

    def external(self, node: Path, inside: bool) -> str | None:
        """Emit ``instance('list')/root/item[filter]/col`` over an external list as a prepared query."""
        start, steps = node.start, node.steps
        if not (isinstance(start, Call) and start.name == "instance" and isinstance(start.args[0], Str)):
            return None
        name = start.args[0].value
        if name not in self.scope.external:
            return None
        if (
            inside
            or len(steps) < 2
            or any(step.axis != "child" or step.preds for step in (steps[0], *steps[2:]))
        ):
            raise SidumbaError("form.unsupported", what=f"instance('{name}') in this place")
        rows = recognise(name, steps[1].preds)
        key = f"{name}#{hash_key(rows)}"
        self.out.filters[key] = rows
        call = self.ours("sf-rows", f"'{key}'", *(self.expr(value, inside) for value in rows.values))
        return "/".join([call, self.steps(steps[2:])]) if len(steps) > 2 else call


_NUMBERS = frozenset({"int", "decimal"})


def hash_key(rows: ItemFilter) -> str:
    """Return a short stable name for a filter."""
    return sha256_hex(repr(rows.source).encode())[:16]
