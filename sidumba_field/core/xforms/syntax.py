"""The words and the grammar of XPath 1.0: text -> tokens -> the tree of tree.py.

Source of the grammar: W3C XPath 1.0, sections 2 and 3.
"""

from __future__ import annotations

import re
from functools import lru_cache

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.xforms.tree import Bin, Call, Expr, Filter, Neg, Num, Path, Step, Str, Var

AXES = frozenset(
    "ancestor ancestor-or-self attribute child descendant descendant-or-self following following-sibling "
    "namespace parent preceding preceding-sibling self".split()
)
NODE_TYPES = frozenset({"comment", "text", "processing-instruction", "node"})
_OPERATOR_NAMES = frozenset({"and", "or", "div", "mod"})
_NAME = r"[^\W\d][\w.\-]*"
_TOKEN = re.compile(
    rf"\s*(?:(?P<number>\d+(?:\.\d*)?|\.\d+)|(?P<string>\"[^\"]*\"|'[^']*')"
    rf"|(?P<name>{_NAME}(?::(?!:)(?:{_NAME}|\*))?)|(?P<op>\.\.|::|//|!=|<=|>=|[./|+\-=<>()\[\]@,$*]))"
)


def tokens(text: str) -> list[tuple[str, str]]:
    """Split ``text`` into (kind, word); ``*`` and ``and or div mod`` are told apart as XPath 1.0, 3.7 says."""
    found: list[tuple[str, str]] = []
    at, end = 0, len(text.rstrip())
    while at < end:
        match = _TOKEN.match(text, at)
        if match is None:
            raise _bad(text, f"unexpected {text[at:].strip()[:12]!r}")
        kind = str(match.lastgroup)
        word = match[kind]
        at = match.end()
        operand_before = bool(found) and (
            found[-1][0] in ("number", "string", "name") or found[-1][1] in (")", "]", ".", "..", "wild*")
        )
        if word == "*":
            kind, word = ("op", "*") if operand_before else ("name", "*")
        elif kind == "name" and operand_before and word in _OPERATOR_NAMES:
            kind = "op"
        found.append((kind, word))
    return found


@lru_cache(maxsize=2048)
def parse(text: str) -> Expr:
    """Return the tree of ``text``. Raises SidumbaError form.bad_expression with the expression and the reason."""
    parser = _Parser(text)
    tree = parser.binary(0)
    if parser.peek() is not None:
        raise _bad(text, f"unexpected {parser.peek()!r}")
    return tree


def _bad(text: str, reason: str) -> SidumbaError:
    return SidumbaError("form.bad_expression", expression=text.strip(), reason=reason)


_LEVELS: tuple[tuple[str, ...], ...] = (
    ("or",),
    ("and",),
    ("=", "!="),
    ("<", "<=", ">", ">="),
    ("+", "-"),
    ("*", "div", "mod"),
)
_RANK = {word: rank for rank, words in enumerate(_LEVELS) for word in words}


class _Parser:
    """Recursive descent over the token list."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.toks = tokens(text)
        self.at = 0

    def peek(self, ahead: int = 0) -> str | None:
        index = self.at + ahead
        return self.toks[index][1] if index < len(self.toks) else None

    def kind(self, ahead: int = 0) -> str:
        index = self.at + ahead
        return self.toks[index][0] if index < len(self.toks) else ""

    def take(self) -> str:
        if self.at >= len(self.toks):
            raise _bad(self.text, "unexpected end")
        self.at += 1
        return self.toks[self.at - 1][1]

    def is_op(self, *words: str) -> bool:
        return self.kind() == "op" and self.peek() in words

    def expect(self, word: str) -> None:
        if not self.is_op(word):
            raise _bad(self.text, f"{word!r} expected")
        self.at += 1

    def binary(self, level: int) -> Expr:
        """Take operators of ``level`` and tighter ones; operators of one level go from left to right."""
        left = self.unary()
        while self.kind() == "op" and (rank := _RANK.get(self.toks[self.at][1], -1)) >= level:
            left = Bin(self.take(), left, self.binary(rank + 1))
        return left

    def unary(self) -> Expr:
        if self.is_op("-"):
            self.at += 1
            return Neg(self.unary())
        left = self.path()
        while self.is_op("|"):
            self.at += 1
            left = Bin("|", left, self.path())
        return left

    def path(self) -> Expr:
        if self.is_op("/", "//"):
            return self.absolute()
        if not self.starts_primary():
            return Path("", self.steps())
        primary = self.primary()
        preds = self.predicates()
        start: Expr = Filter(primary, preds) if preds else primary
        if not self.is_op("/", "//"):
            return start
        return Path(start, self.more_steps())

    def absolute(self) -> Path:
        if self.is_op("//"):
            return Path("/", self.more_steps())
        self.at += 1
        return Path("/", self.steps() if self.starts_step() else ())

    def starts_step(self) -> bool:
        return self.kind() == "name" or self.is_op(".", "..", "@")

    def starts_primary(self) -> bool:
        if self.kind() in ("number", "string") or self.is_op("(", "$"):
            return True
        return self.kind() == "name" and self.peek(1) == "(" and self.peek() not in NODE_TYPES

    def steps(self) -> tuple[Step, ...]:
        return (self.step(), *self.more_steps())

    def more_steps(self) -> tuple[Step, ...]:
        found: list[Step] = []
        while self.is_op("/", "//"):
            if self.take() == "//":
                found.append(Step("descendant-or-self", "node()"))
            found.append(self.step())
        return tuple(found)

    def step(self) -> Step:
        if self.is_op(".", ".."):
            return Step("self" if self.take() == "." else "parent", "node()", self.predicates())
        axis = "child"
        if self.is_op("@"):
            self.at += 1
            axis = "attribute"
        elif self.kind() == "name" and self.peek(1) == "::":
            axis = self.take()
            self.at += 1
            if axis not in AXES:
                raise _bad(self.text, f"unknown axis {axis!r}")
        if self.kind() != "name":
            raise _bad(self.text, f"a name expected, not {self.peek()!r}")
        return Step(axis, self.node_test(), self.predicates())

    def node_test(self) -> str:
        name = self.take()
        if name not in NODE_TYPES or not self.is_op("("):
            return name
        self.at += 1
        inner = self.take() if self.kind() == "string" else ""
        self.expect(")")
        return f"{name}({inner})"

    def predicates(self) -> tuple[Expr, ...]:
        found: list[Expr] = []
        while self.is_op("["):
            self.at += 1
            found.append(self.binary(0))
            self.expect("]")
        return tuple(found)

    def primary(self) -> Expr:
        kind, word = self.kind(), self.take()
        if kind == "number":
            return Num(word)
        if kind == "string":
            return Str(word[1:-1])
        if word == "$":
            return Var(self.take())
        if word == "(":
            inner = self.binary(0)
            self.expect(")")
            return inner
        self.expect("(")
        args: list[Expr] = []
        while not self.is_op(")"):
            args.append(self.binary(0))
            if self.is_op(","):
                self.at += 1
            elif not self.is_op(")"):
                raise _bad(self.text, "',' or ')' expected")
        self.expect(")")
        return Call(word, tuple(args))
