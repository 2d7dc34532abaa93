"""The programs of this server, opened from their folders, as the workflow asks them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from server_stub.workflow.rules import Findings, Rules
from sidumba_field.core.merge import row_of
from sidumba_field.core.time import Clock
from sidumba_field.core.workflow import Workflow
from sidumba_field.core.xforms import Interview, Severity, template_path
from sidumba_field.programs import Program


class InstalledProgram(Rules):
    """``Rules`` of one opened SOP folder. Safe to share between threads: every judgement has its own interview."""

    def __init__(self, program: Program, clock: Clock) -> None:
        self._program = program
        self._clock = clock

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
        )

    def facts(
        self, form: str, version: str, fields: Mapping[str, str], words: Iterable[str]
    ) -> Mapping[str, bool]:
        if not set(words) & self._program.guards.keys():
            return {}
        return self._program.facts(self._open(form, version, fields))

    def _open(self, form: str, version: str, fields: Mapping[str, str]) -> Interview:
        """Open a stored record. One of a form version that is no longer installed is judged by the newest, because a
        record nobody can judge could never be finished; a new record in such a version is refused before."""
        known = version if version in self.versions.get(form, ()) else ""
        return self._program.interview(form, known, fields, self._clock)

    def group_of(self, form: str, path: str) -> str | None:
        """Return the merge group of a field; in a repeat every row has its own."""
        group = self._program.group_of(form, path)
        return None if group is None else f"{row_of(path) or ''}:{group}"


def install(programs: Mapping[str, Program], clock: Clock) -> dict[str, Rules]:
    """Return the rules of every program by its id."""
    return {name: InstalledProgram(program, clock) for name, program in programs.items()}
