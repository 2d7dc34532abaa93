"""Reads the body of an XForm: what is asked, in which order, under which section, with which choices."""

from __future__ import annotations

from typing import Any

from lxml import etree

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.xforms import texts
from sidumba_field.core.xforms.expression import Expression
from sidumba_field.core.xforms.itemset import recognise
from sidumba_field.core.xforms.lookup import Choice
from sidumba_field.core.xforms.parts import Bind, Item, Itemset, Question, Repeat, Section
from sidumba_field.core.xforms.refs import Names
from sidumba_field.core.xforms.source import XF, XHTML, Source
from sidumba_field.core.xforms.syntax import parse
from sidumba_field.core.xforms.texts import EMPTY, Text
from sidumba_field.core.xforms.tree import Call, Expr, Path, Str

_TYPES = {
    "int": "int",
    "decimal": "decimal",
    "date": "date",
    "time": "time",
    "dateTime": "datetime",
    "geopoint": "geopoint",
    "binary": "binary",
}
_CONTROLS = frozenset({"input", "select1", "select", "upload", "trigger", "range", "rank", "secret"})


class Body:
    """Walks the body once; ``sections()`` fills the maps."""

    def __init__(self, source: Source, binds: dict[Names, Bind]) -> None:
        self.source = source
        self.binds = binds
        self.questions: dict[str, Question] = {}
        self.repeats: dict[str, Repeat] = {}
        self.itemsets: dict[Names, Itemset] = {}
        self.labels: dict[Names, Text] = {}
        self.hints: dict[Names, Text] = {}

    def sections(self) -> tuple[Section, ...]:
        body = self.source.html.find(f"{XHTML}body")
        found: list[Section] = []
        loose: list[Item] = []
        for element in [] if body is None else body:
            if self.kind(element) == "group" and self.repeat_in(element) is None:
                self.flush(found, loose)
                found.append(self.section(element))
            else:
                loose.extend(self.items(element, "", ""))
        self.flush(found, loose)
        return tuple(found)

    def flush(self, found: list[Section], loose: list[Item]) -> None:
        """Questions outside any group stand in a section without a name."""
        if loose:
            found.append(Section("", "", "", tuple(loose)))
            loose.clear()

    def section(self, group: Any) -> Section:
        names = self.ref(group)
        path = "/".join(names or ())
        label = self.label_of(group, names or ()).plain
        items = tuple(item for child in group for item in self.items(child, path, ""))
        return Section(names[-1] if names else "", path, label, items)

    def items(self, element: Any, section: str, group: str) -> list[Item]:
        """Return what ``element`` asks, groups inside flattened."""
        kind = self.kind(element)
        if kind == "group":
            names = self.ref(element) or ()
            repeat = self.repeat_in(element)
            if repeat is not None:
                return [self.repeat(repeat, self.label_of(element, ()), section)]
            inner = self.label_of(element, names).plain or group
            return [item for child in element for item in self.items(child, section, inner)]
        if kind == "repeat":
            return [self.repeat(element, EMPTY, section)]
        if kind in _CONTROLS:
            return [self.question(element, kind, section, group)]
        return []

    def kind(self, element: Any) -> str:
        return str(etree.QName(element).localname) if isinstance(element.tag, str) else ""

    def ref(self, element: Any) -> Names | None:
        raw = element.get("ref") or element.get("nodeset")
        return self.source.names(raw) if raw else None

    @staticmethod
    def repeat_in(group: Any) -> Any:
        """Return the repeat that a group exists for: pyxform wraps each repeat in a labelled group."""
        repeat = group.find(f"{XF}repeat")
        ref = group.get("ref")
        if repeat is None or (ref and ref != repeat.get("nodeset")):
            return None
        return repeat

    def label_of(self, element: Any, names: Names, tag: str = "label") -> Text:
        found = element.find(f"{XF}{tag}")
        if found is None:
            return EMPTY
        reference = texts.text_id(found.get("ref") or "")
        if reference is not None:
            return self.source.itexts.get(reference, EMPTY)
        return texts.from_element(found, self.source.scope(names))

    def repeat(self, element: Any, label: Text, section: str) -> Repeat:
        names = self.source.names(element.get("nodeset") or "")
        path = "/".join(names)
        inside = [item for child in element for item in self.items(child, section, "")]
        sf = self.bind(names).sf
        columns = tuple(item for item in inside if isinstance(item, Question))
        self.labels[names] = label
        self.repeats[path] = Repeat(
            path, names[-1], label.plain, columns, section, _count(sf, "minRows"), _count(sf, "maxRows"), sf
        )
        return self.repeats[path]

    def bind(self, names: Names) -> Bind:
        return self.binds.setdefault(names, Bind(names))

    def question(self, element: Any, control: str, section: str, group: str) -> Question:
        names = self.ref(element)
        if names is None:
            raise SidumbaError("form.unreadable", reason=f"a {control} without ref")
        bind = self.bind(names)
        self.labels[names] = self.label_of(element, names)
        self.hints[names] = self.label_of(element, names, "hint")
        choices = self.choices(element, names)
        itemset = self.itemsets.get(names)
        question = Question(
            path="/".join(names),
            name=names[-1],
            kind=self.question_kind(control, bind, itemset),
            label=self.labels[names].plain,
            hint=self.hints[names].plain,
            choices=choices,
            lookup=None if itemset is None else itemset.lookup,
            appearance=element.get("appearance") or "",
            sf=bind.sf,
            has_calculate=bind.calculate is not None,
            section=section,
            media=element.get("mediatype") or "",
            group=group,
        )
        self.questions[question.path] = question
        return question

    @staticmethod
    def question_kind(control: str, bind: Bind, itemset: Itemset | None) -> str:
        if control == "select1":
            return "lookup" if itemset is not None and itemset.lookup else "select_one"
        if control in ("select", "rank", "trigger"):
            return {"select": "select_multiple"}.get(control, control)
        if control == "upload":
            return "binary"
        readonly = bind.readonly is not None and bind.readonly.is_constant
        if control == "input" and readonly and bind.calculate is None and bind.type == "string":
            return "note"
        return _TYPES.get(bind.type, "text")

    def choices(self, element: Any, names: Names) -> tuple[Choice, ...]:
        """Return fixed choices; choices that depend on answers or lie in a file become an Itemset instead."""
        fixed = [
            Choice((item.findtext(f"{XF}value") or "").strip(), self.label_of(item, names).plain)
            for item in element.findall(f"{XF}item")
        ]
        itemset = element.find(f"{XF}itemset")
        return tuple(fixed) if itemset is None else self.itemset(itemset, names)

    def itemset(self, element: Any, names: Names) -> tuple[Choice, ...]:
        raw = element.get("nodeset") or ""
        value = (element.find(f"{XF}value").get("ref") or "").strip()
        label_element = element.find(f"{XF}label")
        label = (label_element.get("ref") or "").strip() if label_element is not None else value
        tree = _unwrap(parse(raw))
        name = _instance_name(tree)
        if name in self.source.external and isinstance(tree, Path):
            self.itemsets[names] = self.external(str(name), tree, names, value, label)
            return ()
        plain = isinstance(tree, Path) and not any(step.preds for step in tree.steps)
        if name in self.source.secondary and isinstance(tree, Path) and plain:
            items = self.source.secondary[str(name)].findall("/".join(step.test for step in tree.steps))
            return tuple(Choice(item.findtext(value) or "", self.item_label(item, label)) for item in items)
        expression = self.source.expression(raw, names, "choice_filter")
        assert expression is not None
        self.itemsets[names] = Itemset(nodes=expression, value_ref=value, label_ref=label)
        return ()

    def item_label(self, item: Any, ref: str) -> str:
        return item_label(item, ref, self.source.itexts)

    def external(self, name: str, tree: Path, names: Names, value: str, label: str) -> Itemset:
        rows = recognise(name, tree.steps[-1].preds)
        scope = self.source.scope(names)
        values = tuple(Expression("", scope, tree=one) for one in rows.values)
        return Itemset(name, rows, values, None, value, label)


def item_label(item: Any, ref: str, itexts: Any) -> str:
    """Return the label of a choice inside the form: plain, or through jr:itext(itextId)."""
    if ref.startswith("jr:itext("):
        found = itexts.get(item.findtext(ref[len("jr:itext(") : -1]) or "")
        return "" if found is None else str(found.plain)
    return item.findtext(ref) or ""


def _count(sf: Any, key: str) -> int:
    raw = str(sf.get(key, "0")).strip()
    if not raw.isdigit():
        raise SidumbaError("program.bad_value", field=f"sf:{key}", value=raw)
    return int(raw)


def _unwrap(tree: Expr) -> Expr:
    return tree.args[0] if isinstance(tree, Call) and tree.name == "randomize" and tree.args else tree


def _instance_name(tree: Expr) -> str | None:
    start = tree.start if isinstance(tree, Path) else None
    if isinstance(start, Call) and start.name == "instance" and start.args and isinstance(start.args[0], Str):
        return start.args[0].value
    return None
