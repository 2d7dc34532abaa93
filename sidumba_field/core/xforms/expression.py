"""One expression of a form, understood once: its tree, what it reads, and its compiled form for libxml2."""

from __future__ import annotations

from typing import Any

from lxml import etree

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.xforms import emit as _emit
from sidumba_field.core.xforms.functions import REGISTRY
from sidumba_field.core.xforms.itemset import ItemFilter
from sidumba_field.core.xforms.refs import Ref, Scope, references
from sidumba_field.core.xforms.syntax import parse
from sidumba_field.core.xforms.tree import Call, Expr, Num, Str
from sidumba_field.core.xforms.values import to_bool, to_text

_NAMESPACES = {_emit.PREFIX: _emit.NAMESPACE}
_UNKNOWN = object()
#: Functions whose value nobody can work out again.
_OF_THE_MOMENT = frozenset({"now", "once", "random", "uuid"})


class Expression:
    """A compiled expression. ``refs``: what it reads; ``filters``: its queries over external lists, by key."""

    __slots__ = ("_needs", "_xpath", "constant", "filters", "is_of_the_moment", "refs", "text", "tree")

    def __init__(self, text: str, scope: Scope, tree: Expr | None = None) -> None:
        self.text = text.strip()
        self.tree = parse(text) if tree is None else tree
        self.refs: frozenset[Ref] = references(self.tree, scope)
        emitted, out = _emit.emit(self.tree, scope)
        self.filters: dict[str, ItemFilter] = out.filters
        self.constant: Any = _constant(self.tree)
        self._needs = frozenset(out.variables)
        self._xpath = _compile(self.text, emitted, out.used)
        #: Whether the value depends on the moment or on chance.
        self.is_of_the_moment = bool(out.used & _OF_THE_MOMENT)

    def __repr__(self) -> str:
        return f"Expression({self.text!r})"

    @property
    def is_constant(self) -> bool:
        return self.constant is not _UNKNOWN

    def value(self, node: Any, **variables: Any) -> Any:
        """Return the raw XPath value at ``node``. Raises SidumbaError form.bad_expression when it has none."""
        if self.constant is not _UNKNOWN:
            return self.constant
        if self._needs:
            if _emit.CURRENT in self._needs:
                variables[_emit.CURRENT] = [node]
            if _emit.ROOT in self._needs:
                variables[_emit.ROOT] = [node.getroottree().getroot()]
        try:
            return self._xpath(node, **variables)
        except etree.XPathError as error:
            raise SidumbaError("form.bad_expression", expression=self.text, reason=str(error)) from error
        except TypeError as error:
            raise SidumbaError("form.bad_expression", expression=self.text, reason=str(error)) from error

    def true(self, node: Any, **variables: Any) -> bool:
        return to_bool(self.value(node, **variables))

    def string(self, node: Any, **variables: Any) -> str:
        return to_text(self.value(node, **variables))


def _constant(tree: Expr) -> Any:
    match tree:
        case Call(name="true", args=()):
            return True
        case Call(name="false", args=()):
            return False
        case Str(value=value):
            return value
        case Num(text=text):
            return float(text)
        case _:
            return _UNKNOWN


def _compile(text: str, emitted: str, used: set[str]) -> etree.XPath:
    extensions = {(_emit.NAMESPACE, _emit.local_name(name)): REGISTRY[name] for name in used}
    try:
        return etree.XPath(emitted, namespaces=_NAMESPACES, extensions=extensions, smart_strings=False)
    except etree.XPathError as error:
        raise SidumbaError("form.bad_expression", expression=text, reason=str(error)) from error
