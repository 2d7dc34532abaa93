"""Reads cases.md and plays it: one interview per section, one step per line; cases.md explains the verbs."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path

from sidumba_field.core.xforms import Interview, Severity

_STEP = re.compile(r"- (?P<verb>[a-z]+)(?: (?P<path>[^\s:]+))?(?P<rest>.*)\Z")
CHECKS = frozenset("computed reads shown hidden asked optional refused warned accepted choices ready".split())
ACTS = frozenset("type row drop given".split())


@dataclass(frozen=True, slots=True)
class Step:
    """One line. ``text`` is what stands after the colon."""

    line: int
    verb: str
    path: str
    text: str
    typed: str = ""


@dataclass(slots=True)
class Case:
    """One interview of a cases.md."""

    title: str
    steps: list[Step] = field(default_factory=list)


def read_cases(path: Path) -> dict[str, Case]:
    """Return the interviews by title. Raises ValueError with the line of a step it does not understand."""
    cases: dict[str, Case] = {}
    current: Case | None = None
    for number, raw in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
        line = raw.rstrip()
        if line.startswith("## "):
            current = cases.setdefault(line[3:].strip(), Case(line[3:].strip()))
        elif line.startswith("- ") and current is not None:
            current.steps.append(_step(line, number))
    return cases


def _step(line: str, number: int) -> Step:
    if line.startswith("- given "):
        return Step(number, "given", "", line[8:].strip())
    match = _STEP.match(line)
    if match is None or match["verb"] not in CHECKS | ACTS:
        raise ValueError(f"line {number}: not a step: {line}")
    rest = match["rest"].strip()
    typed = re.match(r'typed "([^"]*)":?', rest)
    if typed:
        rest = rest[typed.end() :]
    return Step(
        number, match["verb"], match["path"] or "", rest.removeprefix(":").strip(), typed[1] if typed else ""
    )


class Player:
    """Plays one case on one interview; every failed check says line, path, and what was there instead."""

    def __init__(self, interview: Interview, cases: dict[str, Case]) -> None:
        self.interview = interview
        self.cases = cases

    def play(self, case: Case, checks: bool = True) -> None:
        for step in case.steps:
            if step.verb in CHECKS and not checks:
                continue
            getattr(self, step.verb)(step)

    def path(self, path: str) -> str:
        """Return ``path`` with row numbers replaced by row ids: produk[2] is the second row."""

        def row(match: re.Match[str]) -> str:
            return f"{match[1]}[{self.interview.rows(match[1])[int(match[2]) - 1]}]"

        return re.sub(r"^(.*)\[(\d+)\]", row, path)

    def said(self, step: Step, severity: Severity) -> list[str]:
        path = self.path(step.path)
        found = [v for v in self.interview.violations() if v.path == path and v.severity is severity]
        assert found == [v for v in self.interview.violation(path) if v.severity is severity]
        return [violation.message for violation in found]

    def given(self, step: Step) -> None:
        self.play(self.cases[step.text], checks=False)

    def type(self, step: Step) -> None:
        self.interview.answer(self.path(step.path), step.text)

    def row(self, step: Step) -> None:
        row = self.interview.add_row(step.path)
        for part in step.text.split(";"):
            name, _, value = part.strip().partition("=")
            self.interview.answer(f"{step.path}[{row}]/{name}", value)

    def drop(self, step: Step) -> None:
        repeat, _, row = self.path(step.path)[:-1].rpartition("[")
        self.interview.remove_row(repeat, row)

    def computed(self, step: Step) -> None:
        have = self.interview.value(self.path(step.path))
        assert have == step.text, f"line {step.line}: {step.path} is {have!r}"

    def reads(self, step: Step) -> None:
        have = self.interview.reading(self.path(step.path))
        assert have == step.text, f"line {step.line}: {step.path} reads {have!r}"

    def shown(self, step: Step) -> None:
        assert self.interview.relevant(self.path(step.path)), f"line {step.line}: {step.path} is hidden"

    def hidden(self, step: Step) -> None:
        assert not self.interview.relevant(self.path(step.path)), f"line {step.line}: {step.path} is shown"
        assert self.path(step.path) not in self.interview.fields()

    def asked(self, step: Step) -> None:
        assert self.interview.required(self.path(step.path)), f"line {step.line}: {step.path} is optional"

    def optional(self, step: Step) -> None:
        assert not self.interview.required(self.path(step.path)), (
            f"line {step.line}: {step.path} must be answered"
        )

    def refused(self, step: Step) -> None:
        have = self.said(step, Severity.ERROR)
        assert have == [step.text], f"line {step.line}: {step.path} says {have}"

    def warned(self, step: Step) -> None:
        have = self.said(step, Severity.WARNING)
        assert have == [step.text], f"line {step.line}: {step.path} warns {have}"
        assert self.said(step, Severity.ERROR) == []

    def accepted(self, step: Step) -> None:
        have = self.said(step, Severity.ERROR) + self.said(step, Severity.WARNING)
        assert have == [], f"line {step.line}: {step.path} says {have}"

    def choices(self, step: Step) -> None:
        found = self.interview.choices(self.path(step.path), step.typed)
        have = ", ".join(choice.label for choice in found)
        assert have == step.text, f"line {step.line}: {step.path} offers {have!r}"

    def ready(self, step: Step) -> None:
        have = self.interview.violations()
        assert have == [], f"line {step.line}: left over: {have}"
