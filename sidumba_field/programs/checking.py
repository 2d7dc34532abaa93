"""Reads an XLSForm row by row and names every mistake at once, where pyxform and the form engine stop at the first.

What it finds here: types, names, lists, groups, references, expressions and our own ``bind::sf:`` columns. Only a form
without such mistakes is converted; what the converter and the engine still find is added.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cache

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.xforms.expression import Expression
from sidumba_field.core.xforms.functions import NATIVE, REGISTRY
from sidumba_field.core.xforms.refs import Scope
from sidumba_field.programs.faults import Fault
from sidumba_field.programs.kept import NAME
from sidumba_field.programs.sheets import CHOICES, SETTINGS, SURVEY, Book, Row

SF_PREFIX = "bind::sf:"
SF_URI = "urn:sidumba-field:xforms:1"
#: Our columns: name after ``bind::sf:`` -> the values it may hold, None = any text.
SF_COLUMNS: Mapping[str, frozenset[str] | None] = {
    "code": None,
    "widget": frozenset(
        "nik kk phone email npwp geopoint money number name code lookup kbli wilayah multiline digits3 nib year"
        " percent".split()
    ),
    "unit": None,
    "class": frozenset({"umum", "spesifik"}),
    "merge": None,
    "help": None,
    "exclusive": None,
    "refusable": frozenset({"yes"}),
    "total": None,
    "maxRows": None,
    "minRows": None,
    **dict.fromkeys(("warning", "warningMsg", "warningText", "constraintText", "suggest", "reading")),
}
#: Those of our columns that hold an expression.
SF_EXPRESSIONS = frozenset({"warning", "warningText", "constraintText", "suggest", "reading"})
_EXPRESSIONS = frozenset(
    "relevant relevance constraint calculation calculate readonly read_only required repeat_count "
    "choice_filter".split()
)
_CONSTANT = frozenset({"yes", "no", "true", "false", "true()", "false()"})
_PLAIN_HEADS = (
    frozenset(
        "type name label hint guidance_hint required required_message appearance default parameters trigger image "
        "audio video big-image note body autoplay save_to constraint_message disabled bind media instance "
        "control".split()
    )
    | _EXPRESSIONS
)
_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_.-]*")
_REF = re.compile(r"\$\{\s*(?:last-saved#)?([^}]*?)\s*\}")
_BEGIN = re.compile(r"begin[ _](group|repeat|loop)")
_END = re.compile(r"end[ _](group|repeat|loop)")
_LISTED = re.compile(
    r"(select_one|select_multiple|select one|select multiple|select_one_external|rank) +(\S+)(.*)"
)
_FROM_FILE = re.compile(r"(select_one_from_file|select_multiple_from_file) +(\S+)")
#: Types nobody answers: they need no words.
_SILENT = frozenset("calculate hidden start end today deviceid username audit".split())


@cache
def _types() -> frozenset[str]:
    from pyxform.question_type_dictionary import QUESTION_TYPE_DICT

    return frozenset(QUESTION_TYPE_DICT)


@cache
def _functions() -> tuple[str, ...]:
    return tuple(sorted(name for name in {*REGISTRY, *NATIVE} if not name.startswith("sf-")))


@dataclass
class Checker:
    """One pass over a book. ``lists``: names of the program's external lists; ``before``: the form it follows, whose
    columns and values are known too; ``form_ids``: what a form of this program may be called."""

    book: Book
    lists: Collection[str] = ()
    form_ids: Collection[str] = ()
    before: Book | None = None
    faults: list[Fault] = field(default_factory=list)
    #: Template path -> row, for what is found after the conversion.
    rows: dict[str, Row] = field(default_factory=dict)

    def run(self) -> list[Fault]:
        """Return every mistake, in the order of sheets and rows."""
        for sheet in (SURVEY, SETTINGS):
            if not self.book.rows(sheet):
                self.faults.append(Fault("no_sheet", self.book.file, params={"sheet": sheet}))
        if self.faults:
            return self.faults
        self._heads()
        self._survey()
        self._choices()
        self._settings()
        return self.faults

    def add(self, kind: str, sheet: str, row: Row | None, column: str, **params: object) -> None:
        name = row.get("name") if row is not None and sheet == SURVEY else ""
        number = row.number if row is not None else 1
        self.faults.append(Fault(kind, self.book.file, sheet, number, column, name, params))

    # -- columns -----------------------------------------------------------------------------------------------------

    def _heads(self) -> None:
        known = set(self.before.heads(SURVEY)) if self.before else set()
        for head in self.book.heads(SURVEY):
            if head in known:
                continue
            if head.startswith(SF_PREFIX):
                word = head.removeprefix(SF_PREFIX).split(".")[0]
                if word not in SF_COLUMNS:
                    self.add("sf_column", SURVEY, None, head, near=near(word, SF_COLUMNS))
                continue
            word = head.split(":")[0].strip().lower()
            guess = "" if word in _PLAIN_HEADS else near(word, _PLAIN_HEADS, "")
            if guess:
                self.add("column", SURVEY, None, head, near=guess)

    # -- survey ------------------------------------------------------------------------------------------------------

    def _survey(self) -> None:
        names = Counter(row.get("name") for row in self.book.rows(SURVEY) if not _END.match(_type(row)))
        lists = {row.get("list_name") or row.get("list name") for row in self.book.rows(CHOICES)}
        open_groups: list[tuple[str, Row]] = []
        seen: dict[str, int] = {}
        for row in self.book.rows(SURVEY):
            kind = _type(row)
            if not kind:
                if row.get("name") or row.get("label"):
                    self.add("no_type", SURVEY, row, "type")
                continue
            if ended := _END.match(kind):
                if not open_groups or open_groups[-1][0] != ended[1]:
                    self.add("group_end", SURVEY, row, "type", value=kind)
                if open_groups:
                    open_groups.pop()
                continue
            self._name(row, open_groups, seen)
            self._kind(row, kind, lists)
            self._cells(row, names)
            if begun := _BEGIN.match(kind):
                open_groups.append((begun[1], row))
        for word, row in open_groups:
            self.add("group_open", SURVEY, row, "type", value=f"end_{word}")

    def _name(self, row: Row, groups: list[tuple[str, Row]], seen: dict[str, int]) -> None:
        name = row.get("name")
        if not name:
            self.add("no_name", SURVEY, row, "name")
            return
        if not _NAME.fullmatch(name):
            self.add("bad_name", SURVEY, row, "name", value=name)
        path = "/".join([*(group.get("name") for _, group in groups), name])
        if path in seen:
            self.add("double_name", SURVEY, row, "name", value=name, line=seen[path])
        seen.setdefault(path, row.number)
        self.rows.setdefault(path, row)

    def _kind(self, row: Row, kind: str, lists: Collection[str]) -> None:
        if _BEGIN.match(kind):
            return
        if found := _FROM_FILE.match(kind):
            name = found[2].rsplit(".", 1)[0]
            if name not in self.lists:
                self.add("file_list", SURVEY, row, "type", value=name, known=", ".join(sorted(self.lists)))
        elif found := _LISTED.match(kind):
            if found[2] not in lists:
                guess = near(found[2], [name for name in lists if name])
                self.add("list", SURVEY, row, "type", value=found[2], near=guess)
        elif kind not in _types():
            self.add("type", SURVEY, row, "type", value=kind, near=near(kind, _types(), "text"))
        worded = any(head == "label" or head.startswith("label:") for head in row.cells)
        if kind not in _SILENT and "calculation" not in row.cells and not worded:
            self.add("no_label", SURVEY, row, "label")

    def _cells(self, row: Row, names: Mapping[str, int]) -> None:
        for head, text in row.cells.items():
            for name in dict.fromkeys(_REF.findall(text)):
                if not names.get(name):
                    self.add("reference", SURVEY, row, head, value=name, near=near(name, names))
            if head.startswith(SF_PREFIX):
                self._ours(row, head, text)
            elif head.lower() in _EXPRESSIONS and text.lower() not in _CONSTANT:
                self._expression(row, head, text)

    def _ours(self, row: Row, head: str, text: str) -> None:
        word = head.removeprefix(SF_PREFIX).split(".")[0]
        if word in SF_EXPRESSIONS:
            self._expression(row, head, text)
            return
        allowed = SF_COLUMNS.get(word)
        if allowed is not None:
            allowed = allowed | {one.get(head) for one in (self.before.rows(SURVEY) if self.before else ())}
            if text not in allowed:
                known = ", ".join(sorted(value for value in allowed if value))
                self.add("sf_value", SURVEY, row, head, value=text, known=known)
        elif word in ("maxRows", "minRows") and not text.isdecimal():
            self.add("sf_value", SURVEY, row, head, value=text, known="0, 1, 2 …")

    def _expression(self, row: Row, head: str, text: str) -> None:
        try:
            Expression(_REF.sub(r"/data/\1", text), Scope("data", ("sendiri",)))
        except SidumbaError as error:
            reason = str(error.params.get("reason") or error.params.get("what") or "")
            if (unknown := re.match(r"unknown function (.+)\(\)", reason)) is not None:
                self.add("function", SURVEY, row, head, value=unknown[1], near=near(unknown[1], _functions()))
            elif error.code == "form.bad_expression":
                self.add("expression", SURVEY, row, head, value=text, reason=reason)
            else:
                self.add("unsupported", SURVEY, row, head, value=reason)

    # -- choices and settings ----------------------------------------------------------------------------------------

    def _choices(self) -> None:
        seen: dict[tuple[str, str], int] = {}
        for row in self.book.rows(CHOICES):
            listed = row.get("list_name") or row.get("list name")
            name = row.get("name") or row.get("value")
            if not listed:
                self.add("no_list", CHOICES, row, "list_name")
            elif not name:
                self.add("no_name", CHOICES, row, "name")
            elif " " in name:
                self.add("bad_choice", CHOICES, row, "name", value=name)
            elif (listed, name) in seen:
                self.add("double_choice", CHOICES, row, "name", value=name, line=seen[listed, name])
            else:
                seen[listed, name] = row.number
            if not any(head == "label" or head.startswith("label:") for head in row.cells):
                self.add("no_label", CHOICES, row, "label")

    def _settings(self) -> None:
        row = self.book.rows(SETTINGS)[0]
        form_id, version = row.get("form_id"), row.get("version")
        if self.form_ids and form_id not in self.form_ids:
            self.add(
                "form_id", SETTINGS, row, "form_id", value=form_id, known=", ".join(sorted(self.form_ids))
            )
        if not NAME.fullmatch(version):
            self.add("version", SETTINGS, row, "version", value=version)
        ours = any(head.startswith(SF_PREFIX) for head in self.book.heads(SURVEY))
        if ours and f'sf="{SF_URI}"' not in row.get("namespaces"):
            self.add("namespaces", SETTINGS, row, "namespaces", known=f'sf="{SF_URI}"')


def near(word: str, known: Collection[str], default: str = "-") -> str:
    """Return the known word most like ``word``, ``default`` when none is."""
    found = get_close_matches(word, [one for one in known if one], n=1)
    return found[0] if found else default


def _type(row: Row) -> str:
    return re.sub(r"\s+", " ", row.get("type")).strip()
