"""The grammar: what is an operator, what is a name, and what is refused with a reason."""

from __future__ import annotations

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.xforms.expression import Expression
from sidumba_field.core.xforms.refs import Names, Scope
from sidumba_field.core.xforms.syntax import parse, tokens
from sidumba_field.core.xforms.tree import Bin, Call, Path


def test_star_and_div_are_names_or_operators_by_where_they_stand() -> None:
    assert tokens("* * *") == [("name", "*"), ("op", "*"), ("name", "*")]
    assert tokens("div div mod") == [("name", "div"), ("op", "div"), ("name", "mod")]
    assert tokens("a-b - c") == [("name", "a-b"), ("op", "-"), ("name", "c")]


def test_and_binds_tighter_than_or_and_product_tighter_than_sum() -> None:
    tree = parse("1 or 2 and 3 + 4 * 5")
    assert isinstance(tree, Bin)
    assert tree.op == "or"
    assert isinstance(tree.right, Bin)
    assert tree.right.op == "and"


def test_a_path_may_go_on_from_a_function() -> None:
    tree = parse("instance('desa')/root/item[code = current()/../kec]/name")
    assert isinstance(tree, Path)
    assert isinstance(tree.start, Call)
    assert [step.test for step in tree.steps] == ["root", "item", "name"]


@pytest.mark.parametrize(
    "text", ["", "1 +", "f(1", "a b", "'open", "a[1", "/data/", "1 2", "#", "foo::bar", "f(1 2)"]
)
def test_what_is_no_expression_is_refused_with_the_text_and_a_reason(text: str) -> None:
    with pytest.raises(SidumbaError) as caught:
        parse(text)
    assert caught.value.code == "form.bad_expression"
    assert caught.value.params["expression"] == text.strip()
    assert caught.value.params["reason"]


def test_an_unknown_function_is_named() -> None:
    with pytest.raises(SidumbaError) as caught:
        Expression("omzet-kali(2)", Scope("data"))
    assert "omzet-kali" in caught.value.params["reason"]


REPEATS: frozenset[Names] = frozenset({("r",), ("r", "inner")})


@pytest.mark.parametrize(
    ("text", "context", "target", "row"),
    [
        ("/data/a", ("b",), ("a",), None),
        ("../x", ("r", "y"), ("r", "x"), ("r",)),
        ("/data/r/x", ("r", "y"), ("r", "x"), ("r",)),
        ("/data/r/x", ("b",), ("r", "x"), None),
        ("../../r/x", ("r", "y"), ("r", "x"), None),
        ("count(/data/r)", ("r", "y"), ("r",), None),
        ("count(/data/r/inner)", ("r", "y"), ("r", "inner"), ("r",)),
        ("sum(/data/r/inner/z)", ("r", "inner", "z2"), ("r", "inner", "z"), ("r", "inner")),
        ("current()/../x", ("r", "y"), ("r", "x"), ("r",)),
    ],
)
def test_an_expression_knows_what_it_reads_and_whether_the_same_row_is_meant(
    text: str, context: Names, target: Names, row: Names | None
) -> None:
    refs = Expression(text, Scope("data", context, REPEATS)).refs
    assert {(ref.target, ref.row) for ref in refs} == {(target, row)}


def test_indexed_repeat_reads_all_rows_and_its_index_reads_this_one() -> None:
    refs = Expression(
        "indexed-repeat(/data/r/x, /data/r, /data/r/n)", Scope("data", ("r", "y"), REPEATS)
    ).refs
    assert {(ref.target, ref.row) for ref in refs} == {
        (("r", "x"), None),
        (("r",), None),
        (("r", "n"), ("r",)),
    }


def test_a_wildcard_reads_all_below() -> None:
    (ref,) = Expression("sum(/data/g/*)", Scope("data")).refs
    assert ref.subtree
    assert ref.target == ("g",)
