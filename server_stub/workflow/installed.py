"""The programs of this server, opened from their folders, as the workflow asks them.

A form version installed while the server runs is found when somebody asks for it: every worker looks at the shelf of
versions itself, and a version that is there once is there for good.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from threading import Lock

from server_stub.workflow.rules import Findings, Rules
from sidumba_field.core.merge import row_of
from sidumba_field.core.time import Clock
from sidumba_field.core.workflow import Workflow
from sidumba_field.core.xforms import Interview, Severity, template_path
from sidumba_field.programs import FormShelf, Program, with_kept
from sidumba_field.programs.program import LEVELS


class InstalledProgram(Rules):
    """``Rules`` of one opened SOP folder. Safe to share between threads: every judgement has its own interview."""

    def __init__(self, program: Program, clock: Clock, shelf: FormShelf | None = None) -> None:
        self._program = program
        self._clock = clock
        self._shelf = shelf
        self._seen = shelf.stamp(program.id) if shelf is not None else ()
        self._lock = Lock()

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
    def workflow(self) -> Workflow:
        return self._program.workflow

    @property
    def content_sha256(self) -> str:
        return self._program.content_sha256

    @property
    def versions(self) -> Mapping[str, tuple[str, ...]]:
        self._look()
        return self._program.versions

    def judge(self, form: str, version: str, fields: Mapping[str, str]) -> Findings:
        """Judge content with the form engine: the same code as on the laptop."""
        interview = self._open(form, version, fields)
        found = interview.violations()
        errors = {one.path for one in found if one.severity is Severity.ERROR}
        warned = {one.path for one in found if one.severity is Severity.WARNING}
        questions = interview.definition.questions
        binary = {path for path, question in questions.items() if question.kind == "binary"}
        names = {value for path, value in fields.items() if value and template_path(path) in binary}
        return Findings(
            errors=tuple(sorted(errors)),
            unexplained=tuple(sorted(path for path in warned if not interview.explained(path))),
            files=tuple(sorted(names)),
            worked_out=_worked_out(interview, fields) if self._knows(form, version) else {},
        )

    def _knows(self, form: str, version: str) -> bool:
        """Tell whether exactly this version is here: another one's sums would be wrong for its answers."""
        return version in self._program.versions.get(form, ())

    def facts(
        self, form: str, version: str, fields: Mapping[str, str], words: Iterable[str]
    ) -> Mapping[str, bool]:
        if not set(words) & self._program.guards.keys():
            return {}
        return self._program.facts(self._open(form, version, fields))

    def _open(self, form: str, version: str, fields: Mapping[str, str]) -> Interview:
        """Open a stored record. One of a form version that is no longer installed is judged by the newest, because a
        record nobody can judge could never be finished; a new record in such a version waits before."""
        known = version if version in self._program.versions.get(form, ()) else ""
        if version and not known and version in self.versions.get(form, ()):
            known = version
        return self._program.interview(form, known, fields, self._clock)

    def group_of(self, form: str, path: str) -> str | None:
        """Return the merge group of a field; in a repeat every row has its own."""
        group = self._program.group_of(form, path)
        return None if group is None else f"{row_of(path) or ''}:{group}"

    def is_worked_out(self, form: str, path: str) -> bool:
        found = self._program.forms.get(form)
        question = None if found is None else found.definitions["id"].questions.get(template_path(path))
        return question is not None and question.has_calculate

    @property
    def batch_level(self) -> int:
        return LEVELS[self._program.batch_level]

    @property
    def place_path(self) -> str:
        return self._program.place_path

    def step_fields(self, command: str) -> frozenset[str]:
        found = self._program.commands.get(command)
        return frozenset(found.fields) if found is not None else frozenset()

    def signed_papers(self, subject: str) -> frozenset[str]:
        return frozenset(
            paper.id for paper in self._program.papers if paper.signed and paper.subject == subject
        )


def _worked_out(interview: Interview, fields: Mapping[str, str]) -> dict[str, str | None]:
    """Return the calculated values that are not what the answers give, each with the right one."""
    right = interview.calculated()
    wrong = {path for path, value in right.items() if fields.get(path, "") != value}
    return {path: right[path] or None for path in sorted(wrong)}


def install(
    programs: Mapping[str, Program], clock: Clock, shelf: FormShelf | None = None
) -> dict[str, Rules]:
    """Return the rules of every program by its id. ``shelf``: where versions installed later appear."""
    return {name: InstalledProgram(program, clock, shelf) for name, program in programs.items()}
