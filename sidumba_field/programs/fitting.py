"""Which questions the rest of an SOP folder speaks of, so that nobody takes away what a list, a guard or a paper needs.

Nothing has to be declared: every path of the present form that stands in a text of program.toml or of a paper counts,
alone ("usaha/nama"), in an XPath ("/data/usaha/kbli") or in braces ("RT {lokasi/rt}").
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sidumba_field.core.withheld import SPECIFIC
from sidumba_field.core.xforms import FormDefinition
from sidumba_field.programs.faults import Fault
from sidumba_field.programs.program import Program

_PATH = re.compile(r"(?:(?<=/data/)|(?<![\w/.-]))[a-z_][\w.-]*(?:/[a-z_][\w.-]*)+", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Reference:
    """A place that speaks of a question. ``where``: table and key; ``line``: 0 when the text is not found again."""

    file: str
    where: str
    line: int
    path: str


def references(folder: Path, definition: FormDefinition) -> tuple[Reference, ...]:
    """Return every place of the .toml files of ``folder`` that names a question of ``definition``."""
    known = {*definition.questions, *definition.repeats}
    found: dict[tuple[str, str, str], Reference] = {}
    for file in sorted(folder.rglob("*.toml")):
        text = file.read_text(encoding="utf-8")
        name = file.relative_to(folder).as_posix()
        for where, said in _texts(tomllib.loads(text), ""):
            for match in _PATH.finditer(said.replace("/data/", " ")):
                if match[0] in known:
                    one = Reference(name, where, _line(text, said), match[0])
                    found.setdefault((name, where, match[0]), one)
    return tuple(found.values())


def _texts(value: Any, where: str) -> Iterator[tuple[str, str]]:
    """Yield (table and key, text) of all texts, keys included: a prefill names its question as the key."""
    if isinstance(value, Mapping):
        for key, inner in value.items():
            yield where, str(key)
            yield from _texts(inner, f"{where}.{key}" if where else str(key))
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner, where)
    elif isinstance(value, str):
        yield where, value


def _line(text: str, said: str) -> int:
    at = text.find(said)
    return text.count("\n", 0, at) + 1 if at >= 0 else 0


def unmet(
    folder: Path, before: FormDefinition, after: FormDefinition, file: str, renamed: Mapping[str, str]
) -> Iterator[Fault]:
    """Yield what the rest of the program would miss in ``after``: questions gone or of another type.

    ``renamed``: old path -> new path, for a next step that says where the question went.
    """
    for one in references(folder, before):
        if one.path in before.repeats:
            if one.path not in after.repeats:
                yield _fault("gone", one, file, renamed)
            continue
        was, now = before.questions[one.path].kind, after.questions.get(one.path)
        if now is None:
            yield _fault("gone", one, file, renamed)
        elif now.kind != was and (was, now.kind) not in _WIDER:
            yield _fault("retyped", one, file, renamed, was=was, now=now.kind)


#: Changes of type under which every old answer still is one.
_WIDER = frozenset(
    {("int", "decimal"), ("select_one", "lookup"), ("lookup", "select_one"), ("calculate", "text")}
)


def _fault(kind: str, one: Reference, file: str, renamed: Mapping[str, str], **params: object) -> Fault:
    where = f"{one.file} [{one.where}]" if one.where else one.file
    if one.line:
        where += f":{one.line}"
    went = renamed.get(one.path, "")
    kind = "moved" if kind == "gone" and went else kind
    return Fault(kind, file, "survey", 0, "name", one.path, {"where": where, "went": went, **params})


def uncovered(program: Program, after: FormDefinition, file: str) -> Iterator[Fault]:
    """Yield the questions of the class "spesifik" that records are found by, or that who works on them may not see."""
    for path, question in after.questions.items():
        if question.sf.get("class") != SPECIFIC:
            continue
        if path in program.finding:
            yield Fault("found_by", file, "survey", 0, "bind::sf:class", path, {"value": SPECIFIC})
        elif program.untrusted_workers:
            who = ", ".join(program.role_label(role) for role in program.untrusted_workers)
            yield Fault("unseen", file, "survey", 0, "bind::sf:class", path, {"value": SPECIFIC, "who": who})
