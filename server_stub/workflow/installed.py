"""The programs of this server, opened from their folders, as the workflow asks them.

A form version installed while the server runs is found when somebody asks for it: every worker looks at the shelf of
versions itself, and a version that is there once is there for good.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import tzinfo
from threading import Lock

from server_stub.workflow.rules import Findings, Rules
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import Clock
from sidumba_field.core.workflow import Workflow
from sidumba_field.core.xforms import FormDefinition, Interview, Severity, template_path
from sidumba_field.core.xforms.examiner import Examination, Examiner, is_explained, through_interview
from sidumba_field.programs import FormShelf, Program, with_kept
from sidumba_field.programs.program import LEVELS

log = logging.getLogger("sidumba_server.workflow")


@dataclass(frozen=True, slots=True)
class _Ready:
    """A form as judging needs it. ``examiner``: None for a form that has to be judged through interviews."""

    form: FormDefinition
    examiner: Examiner | None
    binary: frozenset[str]
    binary_rows: frozenset[str]


class InstalledProgram(Rules):
    """``Rules`` of one opened SOP folder. Safe to share between threads: every judgement stands by itself."""

    def __init__(self, program: Program, clock: Clock, shelf: FormShelf | None = None) -> None:
        self._program = program
        self._clock = clock
        self._shelf = shelf
        self._seen = shelf.stamp(program.id) if shelf is not None else ()
        self._lock = Lock()
        self._compiled: dict[int, _Ready] = {}

    def _look(self) -> None:
        """Take over what was installed since the last look."""
        if self._shelf is None or (stamp := self._shelf.stamp(self.id)) == self._seen:
            return
        with self._lock:
            if stamp != self._seen:
                self._program = with_kept(self._program, self._shelf.all(self.id))
                self._seen = stamp

    @property
    def id(self) -> str:
        return self._program.id

    @property
    def program(self) -> Program:
        """Return the opened SOP folder: its words and papers."""
        self._look()
        return self._program

    @property
    def workflow(self) -> Workflow:
        return self._program.workflow

    @property
    def content_sha256(self) -> str:
        return self._program.content_sha256

    @property
    def versions(self) -> Mapping[str, tuple[str, ...]]:
        self._look()
        return self._program.versions

    def knows(self, form: str, version: str) -> bool:
        # A version that is there once is there for good: only for an unknown one the shelf is looked at.
        return self._knows(form, version) or version in self.versions.get(form, ())

    def judge(self, form: str, version: str, fields: Mapping[str, str]) -> Findings:
        """Judge content with the form engine: the same code as on the laptop."""
        form_read = self._form(form, version)
        found = self._examined(form_read, fields)
        errors = {one.path for one in found.faults if one.severity is Severity.ERROR}
        warned = {one.path for one in found.faults if one.severity is Severity.WARNING}
        names = _names(self._ready(form_read), fields)
        return Findings(
            errors=tuple(sorted(errors)),
            unexplained=tuple(sorted(path for path in warned if not is_explained(fields, path))),
            files=names,
            worked_out=_worked_out(found.calculated, fields) if self._knows(form, version) else {},
        )

    def _ready(self, form: FormDefinition) -> _Ready:
        """Return what judging records of a form needs, compiled with its first record."""
        known = self._compiled.get(id(form))
        if known is None:
            known = self._compiled[id(form)] = _ready(form)
        return known

    def _examined(self, form: FormDefinition, fields: Mapping[str, str]) -> Examination:
        examiner = self._ready(form).examiner
        if examiner is not None:
            try:
                return examiner.examine(fields, self._program.lookups, self._clock)
            except (SidumbaError, ArithmeticError, TypeError, ValueError):
                log.info("a record of %s is judged through an interview", form.form_id, exc_info=True)
        opened = Interview(form, fields, self._program.lookups, self._clock, new=False)
        return through_interview(opened)

    def _knows(self, form: str, version: str) -> bool:
        """Tell whether exactly this version is here: another one's sums would be wrong for its answers."""
        return version in self._program.versions.get(form, ())

    def facts(
        self, form: str, version: str, fields: Mapping[str, str], words: Iterable[str]
    ) -> Mapping[str, bool]:
        if not set(words) & self._program.guards.keys():
            return {}
        opened = Interview(self._form(form, version), fields, self._program.lookups, self._clock, new=False)
        return self._program.facts(opened)

    def _form(self, form: str, version: str) -> FormDefinition:
        """Return the form of a stored record. One of a form version that is no longer installed is judged by the
        newest, because a record nobody can judge could never be finished; a new one in such a version waits before."""
        known = version if version in self._program.versions.get(form, ()) else ""
        if version and not known and version in self.versions.get(form, ()):
            known = version
        return self._program.form(form, known)

    def group_of(self, form: str, path: str) -> str | None:
        return self._program.group_of(form, path)

    def is_worked_out(self, form: str, path: str) -> bool:
        found = self._program.forms.get(form)
        question = None if found is None else found.definitions["id"].questions.get(template_path(path))
        return question is not None and question.has_calculate

    @property
    def zone(self) -> tzinfo:
        return self._program.office.tz

    @property
    def batch_level(self) -> int:
        return LEVELS[self._program.batch_level]

    @property
    def place_path(self) -> str:
        return self._program.place_path

    def step_fields(self, command: str) -> frozenset[str]:
        found = self._program.commands.get(command)
        return frozenset(found.fields) if found is not None else frozenset()

    @property
    def specific(self) -> frozenset[str]:
        self._look()
        return self._program.specific

    @property
    def trusted_roles(self) -> frozenset[str]:
        return self._program.trusted_roles

    def signed_papers(self, subject: str) -> frozenset[str]:
        return frozenset(
            paper.id for paper in self._program.papers if paper.signed and paper.subject == subject
        )


def _ready(form: FormDefinition) -> _Ready:
    binary = form.binary_paths()
    in_rows = {path for path in binary if any(path.startswith(f"{repeat}/") for repeat in form.repeats)}
    return _Ready(form, Examiner.of(form), binary, frozenset(in_rows))


def _names(form: _Ready, fields: Mapping[str, str]) -> tuple[str, ...]:
    """Return what stands in the file questions of a record and of its rows, sorted."""
    found = {fields[path] for path in form.binary if fields.get(path)}
    if form.binary_rows:
        found |= {
            value
            for path, value in fields.items()
            if value and "[" in path and template_path(path) in form.binary_rows
        }
    return tuple(sorted(found))


def _worked_out(right: Mapping[str, str], fields: Mapping[str, str]) -> dict[str, str | None]:
    """Return the calculated values that are not what the answers give, each with the right one."""
    wrong = {path for path, value in right.items() if fields.get(path, "") != value}
    return {path: right[path] or None for path in sorted(wrong)}


def install(
    programs: Mapping[str, Program], clock: Clock, shelf: FormShelf | None = None
) -> dict[str, Rules]:
    """Return the rules of every program by its id. ``shelf``: where versions installed later appear."""
    return {name: InstalledProgram(program, clock, shelf) for name, program in programs.items()}
