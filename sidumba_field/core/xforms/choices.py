"""Choices as they stand: fixed, filtered inside the form, or asked from an external list."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from lxml import etree

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.xforms.body import item_label
from sidumba_field.core.xforms.definition import FormDefinition
from sidumba_field.core.xforms.expression import Expression
from sidumba_field.core.xforms.instance import Instance
from sidumba_field.core.xforms.itemset import ItemFilter, RowTest, query
from sidumba_field.core.xforms.lookup import Choice, Lookup, LookupQuery
from sidumba_field.core.xforms.parts import Itemset, Question
from sidumba_field.core.xforms.refs import Names, Scope


class Choices:
    """Answers for one record; also what functions in expressions ask of the form (values.Runtime.source)."""

    def __init__(self, definition: FormDefinition, instance: Instance, lookups: Mapping[str, Lookup]) -> None:
        self.definition = definition
        self.instance = instance
        self.lookups = lookups

    def of(self, path: str, question: Question, node: Any, typed: str, limit: int) -> list[Choice]:
        """Return at most ``limit`` choices that match what was typed."""
        itemset = self.itemset(question)
        if itemset is not None and itemset.lookup is not None:
            names = self.instance.names_of[path]
            return self.lookup(itemset.lookup).search(self.query(names, node), typed, limit)
        found = question.choices if itemset is None else self.filtered(itemset, node)
        return [choice for choice in found if matches(choice, typed)][:limit]

    def knows(self, path: str, question: Question, node: Any, value: str) -> bool:
        """Tell whether a value may be chosen here; free answers always may."""
        if question.kind not in ("select_one", "select_multiple", "lookup", "rank"):
            return True
        values = [value] if question.kind in ("select_one", "lookup") else value.split()
        itemset = self.itemset(question)
        if itemset is None:
            allowed = self.definition.values.get(question.path, frozenset())
            return all(one in allowed for one in values)
        if itemset.lookup is None:
            found = {choice.value for choice in self.filtered(itemset, node)}
            return all(one in found for one in values)
        lookup, wanted = self.lookup(itemset.lookup), self.query(self.instance.names_of[path], node)
        rows = [lookup.row(one) for one in values]
        return all(row is not None and wanted.admits(row) for row in rows)

    def label(self, question: Question, value: str) -> str:
        """Return the labels of the chosen values, ", " between them; a value without label stands for itself."""
        values = [value] if question.kind in ("select_one", "lookup") else value.split()
        return ", ".join(self.one_label(question, one) for one in values if one)

    def one_label(self, question: Question, value: str) -> str:
        itemset = self.itemset(question)
        if itemset is not None and itemset.lookup is not None:
            return self.lookup(itemset.lookup).label(value) or value
        if itemset is None:
            return self.definition.choice_labels.get((question.path, value), value)
        for name, root in self.definition.secondary.items():
            if itemset.nodes is not None and f"'{name}'" in itemset.nodes.text:
                for item in root.iter("item"):
                    if item.findtext(itemset.value_ref) == value:
                        return item_label(item, itemset.label_ref, self.definition.itexts) or value
        return value

    def choice_label(self, path: str, value: str) -> str:
        """Answer jr:choice-name: the labels of the chosen values at an absolute path of the form."""
        names = path.strip().strip("/").split("/")
        question = self.definition.questions.get(
            "/".join(names[1:] if names[0] == self.definition.root else names)
        )
        return "" if question is None else self.label(question, value)

    def itext(self, text_id: str) -> str:
        found = self.definition.itexts.get(text_id)
        return text_id if found is None else found.plain

    def secondary(self, name: str) -> Any:
        found = self.definition.secondary.get(name)
        if found is None:
            raise SidumbaError("form.unknown_lookup", name=name)
        return found

    def itemset(self, question: Question) -> Itemset | None:
        return self.definition.itemsets.get(tuple(question.path.split("/")))

    def lookup(self, name: str) -> Lookup:
        found = self.lookups.get(name)
        if found is None:
            raise SidumbaError("form.unknown_lookup", name=name)
        return found

    def filtered(self, itemset: Itemset, node: Any) -> list[Choice]:
        assert itemset.nodes is not None
        items = itemset.nodes.value(node)
        texts = self.definition.itexts
        return [
            Choice(item.findtext(itemset.value_ref) or "", item_label(item, itemset.label_ref, texts))
            for item in (items if isinstance(items, list) else [])
        ]

    def query(self, names: Names, node: Any) -> LookupQuery:
        """Return what an external list is asked for the question ``names`` at ``node``."""
        itemset = self.definition.itemsets.get(names)
        if itemset is None or itemset.rows is None:
            return LookupQuery()
        values = tuple(value.value(node) for value in itemset.values)
        return query(itemset.rows, values, row_test(itemset.rows))

    def lookup_items(self, key: str, values: tuple[Any, ...]) -> Iterable[Any]:
        """Yield the rows that instance('list')/root/item[...] in an expression means, as small elements."""
        rows = self.definition.filters[key]
        for row in self.lookup(rows.name).rows(query(rows, values, row_test(rows))):
            yield row_element(row)


def matches(choice: Choice, typed: str) -> bool:
    """Tell whether every typed word starts a word of the label, or the value starts with what was typed."""
    wanted = typed.casefold().split()
    if not wanted or choice.value.casefold().startswith(typed.casefold().strip()):
        return True
    words = choice.label.casefold().split()
    return all(any(word.startswith(one) for word in words) for one in wanted)


def row_element(row: Mapping[str, str]) -> Any:
    """Return ``<item>`` with one child per column."""
    item = etree.Element("item")
    for column, text in row.items():
        etree.SubElement(item, column).text = text
    return item


def row_test(rows: ItemFilter) -> RowTest | None:
    """Return the test for what the index cannot answer: the remainder, evaluated on one row after the other."""
    if rows.rest is None:
        return None
    expression = Expression("choice_filter", Scope(""), tree=rows.rest)

    def test(row: Mapping[str, str], values: tuple[Any, ...]) -> bool:
        item = row_element(row)
        etree.Element("root").append(item)
        return expression.true(item, **{f"v{at}": value for at, value in enumerate(values)})

    return test
