"""Rewrites a form's expression as Python over flat answers: what judges thousands of records that nobody types into.

It mirrors emit.py production by production, so that both say the same of every record (a law of the tests). What it
cannot say exactly it refuses (``Untranslatable``), and the form is then judged through an interview.

The code sees: ``t`` answers outside rows, ``r`` answers of the row that asks, ``R`` repeat -> rows, ``k`` values that
depend on the day alone, ``s`` the form's lists, and the names of ``flat_values.NAMES``.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sidumba_field.core.xforms.emit import hash_key
from sidumba_field.core.xforms.flat_values import exchange
from sidumba_field.core.xforms.functions import NUMERIC
from sidumba_field.core.xforms.functions.registry import REGISTRY
from sidumba_field.core.xforms.itemset import ItemFilter, recognise
from sidumba_field.core.xforms.refs import Names, Ref, Scope, is_current, resolve
from sidumba_field.core.xforms.tree import Bin, Call, Expr, Filter, Neg, Num, Path, Str, Var, children

_RELATIONS = {"<": "sf-lt", "<=": "sf-le", ">": "sf-gt", ">=": "sf-ge"}
_ARITHMETIC = frozenset({"+", "-", "*", "div", "mod"})
_DATES = frozenset({"today", "now", "date", "date-time"})
_BOOLEAN = frozenset({"true", "false", "not", "boolean", "boolean-from-string", "selected", "regex"})
#: What the functions of ours give back, where it is always the same; numbers stand in NUMERIC.
_TEXTS = frozenset(
    "concat join string substr upper-case lower-case today now date date-time format-date format-date-time selected-at "
    "true-or-false jr:choice-name jr:itext sf:session sf:money sf:money-short sf:terbilang digest property".split()
)
_TRUTHS = frozenset(
    "boolean boolean-from-string selected is-selected regex checklist weighted-checklist ends-with".split()
)
#: Functions that walk through the tree of the record or ask it who asks.
_TREE = frozenset("once sf-position indexed-repeat instance sf-rows randomize".split())
#: Of those without arguments and paths, the ones whose value holds for a whole day.
_OF_THE_DAY = frozenset(
    "today date format-date format-date-time number string concat int round substr".split()
)


class Untranslatable(Exception):
    """The expression means something only a tree of nodes can answer."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Python code and what it yields: num, bool, str, node (the text of exactly one node), nodes (texts), any."""

    code: str
    kind: str


@dataclass(slots=True)
class Shape:
    """Where answers lie. ``top``, ``rows`` (by repeat): template paths of what holds answers, with their place in the
    document. ``daily``: code of values that depend on the day alone, in the order of ``k``; ``filters``: key -> filter
    of external lists; ``constants``: word -> what the code needs and cannot spell."""

    top: Mapping[Names, int]
    rows: Mapping[Names, Mapping[Names, int]]
    daily: list[str] = field(default_factory=list)
    filters: dict[str, ItemFilter] = field(default_factory=dict)
    constants: dict[str, Any] = field(default_factory=dict)

    def constant(self, value: object) -> str:
        """Return a word by which the code finds ``value``."""
        word = f"c{len(self.constants)}"
        self.constants[word] = value
        return word


def value_code(tree: Expr, scope: Scope, shape: Shape) -> str:
    """Return the code of an XPath value; node-sets are lists of texts. Raises ``Untranslatable``."""
    return value(_Writer(scope, shape).expr(tree))


def truth_code(tree: Expr, scope: Scope, shape: Shape) -> str:
    """Return the code of a rule: whether the value is true in the ODK dialect. Raises ``Untranslatable``."""
    piece = _Writer(scope, shape).expr(tree)
    if piece.kind == "bool":
        return piece.code
    return f"{piece.code} != ''" if piece.kind in ("str", "node") else f"to_bool({piece.code})"


def text_code(tree: Expr, scope: Scope, shape: Shape, type_: str) -> str:
    """Return the code of a calculate: the text stored in a question of ``type_``. Raises ``Untranslatable``."""
    piece = _Writer(scope, shape).expr(tree)
    if piece.kind in ("str", "node"):
        return piece.code
    return f"computed({value(piece)}, {type_!r})"


def value(piece: Piece) -> str:
    """Return the code of the XPath value itself: one node is a node-set with one member."""
    return f"[{piece.code}]" if piece.kind == "node" else piece.code


class _Writer:
    def __init__(self, scope: Scope, shape: Shape, is_daily: bool = False) -> None:
        self.scope, self.shape, self.is_daily = scope, shape, is_daily
        self.repeat = next((names for names in shape.rows if scope.context[: len(names)] == names), None)

    def expr(self, node: Expr) -> Piece:
        """Write ``node``."""
        if not self.is_daily and isinstance(node, Call | Bin) and _is_daily(node):
            return self.daily(node)
        match node:
            case Num(text=text):
                return Piece(repr(float(text)), "num")
            case Str(value=text):
                return Piece(repr(text), "str")
            case Neg(of=inner):
                return Piece(f"(-{self.number(inner)})", "num")
            case Bin():
                return self.binary(node)
            case Call():
                return self.call(node)
            case Path():
                return self.path(node)
            case Var() | Filter():
                raise Untranslatable

    def daily(self, node: Expr) -> Piece:
        piece = _Writer(self.scope, self.shape, True).expr(node)
        if piece.code not in self.shape.daily:
            self.shape.daily.append(piece.code)
        return Piece(f"k[{self.shape.daily.index(piece.code)}]", piece.kind)

    # -- kinds ---------------------------------------------------------------------------------------------------

    def numeric(self, node: Expr) -> bool:
        """Tell whether emit.py leaves this operand to libxml2's own arithmetic."""
        match node:
            case Num() | Neg():
                return True
            case Bin(op=op):
                return op in _ARITHMETIC
            case Call(name=name):
                return name in NUMERIC
            case Path():
                found = resolve(node, self.scope, self.scope.context)
                return (
                    found is not None
                    and not found.subtree
                    and self.scope.types.get(found.target) in ("int", "decimal")
                )
            case _:
                return False

    def number(self, node: Expr) -> str:
        piece = self.expr(node)
        if piece.kind == "num":
            return piece.code
        if piece.kind == "any" and self.numeric(node):
            return piece.code
        if piece.kind == "node" and self.numeric(node):
            return f"xnumber({piece.code})"
        if self.numeric(node):
            raise Untranslatable
        if piece.kind in ("str", "node"):
            return f"number_of({piece.code})"
        return f"to_number({value(piece)})" if piece.kind == "any" else f"to_number({piece.code})"

    def truth(self, node: Expr) -> str:
        """Write what ``and``, ``or`` and ``not`` make of an operand."""
        piece = self.expr(node)
        if isinstance(node, Path):
            return f"({piece.code} != '')" if piece.kind == "node" else f"to_bool({piece.code})"
        return {
            "bool": piece.code,
            "str": f"({piece.code} != '')",
            "node": "True",
        }.get(piece.kind, f"xbool({piece.code})")

    def text(self, piece: Piece) -> str:
        """Write the text of a value as functions of ours take it."""
        if piece.kind in ("str", "node"):
            return piece.code
        return f"number_text({piece.code})" if piece.kind == "num" else f"to_text({piece.code})"

    def native_text(self, node: Expr) -> str:
        piece = self.expr(node)
        return piece.code if piece.kind in ("str", "node") else f"xstring({piece.code})"

    # -- operators -----------------------------------------------------------------------------------------------

    def binary(self, node: Bin) -> Piece:
        op = node.op
        if op in ("+", "-", "*"):
            return Piece(f"({self.number(node.left)} {op} {self.number(node.right)})", "num")
        if op in ("div", "mod"):
            return Piece(f"x{op}({self.number(node.left)}, {self.number(node.right)})", "num")
        if op in ("and", "or"):
            return Piece(f"({self.truth(node.left)} {op} {self.truth(node.right)})", "bool")
        if op == "|":
            return self.union(node)
        if op in _RELATIONS:
            return Piece(self.relation(node), "bool")
        return Piece(self.equality(node), "bool")

    def union(self, node: Bin) -> Piece:
        """Write ``a | b | c`` of single nodes that lie side by side: each once, in the order of the document."""
        sides = [self.reference(one) if isinstance(one, Path) else None for one in _united(node)]
        targets = {one.target for one in sides if one is not None}
        rows = self.shape.rows.get(self.repeat or (), {})
        if None in sides or not (targets <= self.shape.top.keys() or targets <= rows.keys()):
            raise Untranslatable
        home = self.shape.top if targets <= self.shape.top.keys() else rows
        if home is rows and any(one is not None and one.row != self.repeat for one in sides):
            raise Untranslatable
        where = "t" if home is self.shape.top else "r"
        found = [f"{where}[{'/'.join(one)!r}]" for one in sorted(targets, key=lambda one: home[one])]
        return Piece(f"[{', '.join(found)}]", "nodes")

    def relation(self, node: Bin) -> str:
        if self.numeric(node.left) and self.numeric(node.right):
            return f"({self.number(node.left)} {node.op} {self.number(node.right)})"
        left, right = self.expr(node.left), self.expr(node.right)
        if _is_single(left) and _is_single(right):
            return f"({_numbered(left)} {node.op} {_numbered(right)})"
        return _ours(_RELATIONS[node.op], left, right)

    def equality(self, node: Bin) -> str:
        left, right = self.expr(node.left), self.expr(node.right)
        op = "==" if node.op == "=" else "!="
        if not self.plain_equality(node):
            if not (_is_single(left) and _is_single(right)):
                return _ours("sf-eq" if op == "==" else "sf-ne", left, right)
            same = f"same({left.code}, {right.code})"
            return same if op == "==" else f"(not {same})"
        kinds = {left.kind, right.kind}
        if kinds <= {"str", "node"} or kinds == {"num"}:
            return f"({left.code} {op} {right.code})"
        if kinds in ({"num", "str"}, {"num", "node"}):
            sides = [one.code if one.kind == "num" else f"xnumber({one.code})" for one in (left, right)]
            return f"({sides[0]} {op} {sides[1]})"
        return f"{'xequal' if op == '==' else 'xunequal'}({value(left)}, {value(right)})"

    def plain_equality(self, node: Bin) -> bool:
        """Tell whether emit.py leaves "=" to libxml2."""
        sides = (node.left, node.right)
        if any(isinstance(side, Num | Str) for side in sides) and not any(
            isinstance(side, Bin) for side in sides
        ):
            return True
        if any(isinstance(side, Call) and side.name in _BOOLEAN | _DATES for side in sides):
            return False
        return not any(self.numeric(side) for side in sides)

    # -- functions -----------------------------------------------------------------------------------------------

    def call(self, node: Call) -> Piece:
        name, args = node.name, node.args
        special = getattr(self, "fn_" + name.replace("-", "_").replace(":", "_"), None)
        if special is not None:
            found: Piece = special(*args)
            return found
        if name in _TREE or name not in REGISTRY or (not args and name in ("number", "string")):
            raise Untranslatable
        pieces = [self.expr(arg) for arg in args]
        kind = "num" if name in NUMERIC else "str" if name in _TEXTS else "bool" if name in _TRUTHS else "any"
        return Piece(_ours(name, *pieces), kind)

    def fn_true(self) -> Piece:
        return Piece("True", "bool")

    def fn_false(self) -> Piece:
        return Piece("False", "bool")

    def fn_not(self, of: Expr) -> Piece:
        return Piece(f"(not {self.truth(of)})", "bool")

    def fn_if(self, condition: Expr, yes: Expr, no: Expr) -> Piece:
        test = self.expr(condition)
        code = {"bool": test.code, "str": f"({test.code} != '')", "node": f"({test.code} != '')"}.get(
            test.kind, f"to_bool({test.code})"
        )
        first, second = self.expr(yes), self.expr(no)
        if first.kind == second.kind and first.kind != "any":
            return Piece(f"({first.code} if {code} else {second.code})", first.kind)
        return Piece(f"({value(first)} if {code} else {value(second)})", "any")

    def fn_once(self, of: Expr) -> Piece:
        here = self.expr(Path(Call("current", ()), ()))
        if here.kind != "node":
            raise Untranslatable
        return Piece(f"({here.code} or unpack({value(self.expr(of))}))", "any")

    def fn_string(self, of: Expr) -> Piece:
        return Piece(self.text(self.expr(of)), "str")

    def fn_number(self, of: Expr) -> Piece:
        piece = self.expr(of)
        return piece if piece.kind == "num" else Piece(_numbered(piece), "num")

    def fn_concat(self, *args: Expr) -> Piece:
        pieces = [self.expr(arg) for arg in args]
        if any(piece.kind in ("nodes", "any") for piece in pieces):
            return Piece(_ours("concat", *pieces), "str")
        return Piece("(" + " + ".join(self.text(piece) for piece in pieces) + ")", "str")

    def fn_regex(self, of: Expr, pattern: Expr) -> Piece:
        if isinstance(pattern, Str):
            text = self.text(self.expr(of))
            try:
                match = self.shape.constant(re.compile(pattern.value).fullmatch)
            except re.error:
                # A pattern that is none fails when it is asked for, as ever.
                return Piece(f"matches({text}, {pattern.value!r})", "bool")
            return Piece(f"({match}({text}) is not None)", "bool")
        return Piece(_ours("regex", self.expr(of), self.expr(pattern)), "bool")

    def fn_substr(self, of: Expr, start: Expr, end: Expr | None = None) -> Piece:
        ends = [int(float(one.text)) for one in (start, end) if isinstance(one, Num)]
        if len(ends) != (1 if end is None else 2):
            return Piece(
                _ours("substr", *(self.expr(one) for one in (of, start, end) if one is not None)), "str"
            )
        return Piece(
            f"{self.text(self.expr(of))}[{':'.join(map(str, ends))}{':' if end is None else ''}]", "str"
        )

    def fn_selected(self, of: Expr, choice: Expr) -> Piece:
        wanted = (
            repr(choice.value.strip())
            if isinstance(choice, Str)
            else f"{self.text(self.expr(choice))}.strip()"
        )
        return Piece(f"({wanted} in {self.text(self.expr(of))}.split())", "bool")

    def fn_count_selected(self, of: Expr) -> Piece:
        return Piece(f"float(len({self.text(self.expr(of))}.split()))", "num")

    def fn_upper_case(self, of: Expr) -> Piece:
        return Piece(f"{self.text(self.expr(of))}.upper()", "str")

    def fn_count(self, of: Expr) -> Piece:
        if isinstance(of, Path):
            ref = self.reference(of)
            if ref is not None and ref.target in self.shape.rows:
                return Piece(f"float(len(R[{'/'.join(ref.target)!r}]))", "num")
        piece = self.expr(of)
        if piece.kind not in ("node", "nodes"):
            raise Untranslatable
        return Piece(f"float(len({value(piece)}))", "num")

    def fn_string_length(self, of: Expr) -> Piece:
        return Piece(f"float(len({self.native_text(of)}))", "num")

    def fn_starts_with(self, of: Expr, start: Expr) -> Piece:
        return Piece(f"{self.native_text(of)}.startswith({self.native_text(start)})", "bool")

    def fn_contains(self, of: Expr, part: Expr) -> Piece:
        return Piece(f"({self.native_text(part)} in {self.native_text(of)})", "bool")

    def fn_substring_before(self, of: Expr, mark: Expr) -> Piece:
        return Piece(f"before({self.native_text(of)}, {self.native_text(mark)})", "str")

    def fn_substring_after(self, of: Expr, mark: Expr) -> Piece:
        return Piece(f"after({self.native_text(of)}, {self.native_text(mark)})", "str")

    def fn_normalize_space(self, of: Expr) -> Piece:
        return Piece(f"normal({self.native_text(of)})", "str")

    def fn_translate(self, of: Expr, letters: Expr, others: Expr) -> Piece:
        if isinstance(letters, Str) and isinstance(others, Str):
            table = self.shape.constant(exchange(letters.value, others.value))
            return Piece(f"{self.native_text(of)}.translate({table})", "str")
        words = ", ".join(self.native_text(one) for one in (of, letters, others))
        return Piece(f"exchanged({words})", "str")

    # -- paths ---------------------------------------------------------------------------------------------------

    def reference(self, path: Path) -> Ref | None:
        """Return what a path of plain steps through the record means, None for any other path."""
        if not (isinstance(path.start, str) or is_current(path)):
            return None
        for step in path.steps:
            is_plain = step.axis == "child" and step.test != "*" and "(" not in step.test
            is_dot = step.axis in ("self", "parent") and step.test == "node()"
            if step.preds or not (is_plain or is_dot):
                return None
        ref = resolve(path, self.scope, self.scope.context)
        return None if ref is None or ref.subtree else ref

    def path(self, node: Path) -> Piece:
        ref = self.reference(node)
        if ref is None:
            return self.listed(node)
        name = repr("/".join(ref.target))
        if ref.target in self.shape.top:
            return Piece(f"t[{name}]", "node")
        for repeat, inside in self.shape.rows.items():
            if ref.target in inside:
                if ref.row == repeat:
                    return Piece(f"r[{name}]", "node")
                return Piece(f"[q[{name}] for q in R[{'/'.join(repeat)!r}]]", "nodes")
        raise Untranslatable

    def listed(self, node: Path) -> Piece:
        """Write ``instance('list')/root/item[filter]/column`` over an external list."""
        start, steps = node.start, node.steps
        if not (isinstance(start, Call) and start.name == "instance" and isinstance(start.args[0], Str)):
            raise Untranslatable
        name = start.args[0].value
        if name not in self.scope.external or len(steps) not in (2, 3):
            raise Untranslatable
        if any(step.axis != "child" or step.preds for step in (steps[0], *steps[2:])):
            raise Untranslatable
        rows = recognise(name, steps[1].preds)
        key = f"{name}#{hash_key(rows)}"
        self.shape.filters[key] = rows
        column = steps[2].test if len(steps) == 3 else ""
        values = "".join(f"{value(self.expr(one))}, " for one in rows.values)
        return Piece(f"s.listed({key!r}, ({values}), {column!r})", "nodes")


def _united(node: Expr) -> list[Expr]:
    if isinstance(node, Bin) and node.op == "|":
        return [*_united(node.left), *_united(node.right)]
    return [node]


def _ours(name: str, *args: Piece) -> str:
    return f"F[{name!r}](None, {', '.join(value(one) for one in args)})"


def _is_single(piece: Piece) -> bool:
    return piece.kind not in ("nodes", "any")


def _numbered(piece: Piece) -> str:
    if piece.kind == "num":
        return piece.code
    return f"{'number_of' if piece.kind in ('str', 'node') else 'to_number'}({piece.code})"


def _is_daily(node: Expr) -> bool:
    """Tell whether ``node`` asks for the day and reads nothing else."""
    found = [node]
    asks = False
    while found:
        one = found.pop()
        if isinstance(one, Path | Var | Filter) or (isinstance(one, Call) and one.name not in _OF_THE_DAY):
            return False
        asks = asks or (isinstance(one, Call) and one.name == "today")
        found.extend(children(one))
    return asks
