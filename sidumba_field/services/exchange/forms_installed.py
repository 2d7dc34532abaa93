"""Form versions of this laptop: taken from the server before any record that needs them, and put on the desk at once.

Nothing here is a secret or belongs to a person, so it lies beside the encrypted database and is opened before anybody
has unlocked it.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable
from concurrent.futures import Executor

from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.xforms import FormDefinition
from sidumba_field.programs import FormFile, FormShelf, with_kept
from sidumba_field.services.desk import Desk
from sidumba_field.services.exchange.arriving import Arriving, form_key
from sidumba_field.sync.stages import ENDS_RUN
from sidumba_field.sync.transport import Transport
from sidumba_field.wire.messages import FormReply, Hello


class FormsService:
    """``learn`` belongs on a network thread; the programs on the desk are changed on the database worker."""

    def __init__(self, desk: Desk, worker: Executor | None = None, arriving: Arriving | None = None) -> None:
        self.desk = desk
        self._worker = worker
        self._arriving = arriving or Arriving()
        self._shelf = FormShelf(desk.folder / "forms")

    def learn(self, hello: Hello, line: Transport) -> None:
        """Fetch every version the server names and this laptop lacks. A damaged one is fetched again.

        One that does not come keeps no other from coming; the first fault is raised when all were tried, one that
        ends the run at once.
        """
        self._arriving.forms = hello.forms
        fresh = False
        fault: SidumbaError | None = None
        try:
            for program, form, version in self._lacking(hello):
                try:
                    self._keep(line.form(program, form, version))
                    fresh = True
                except SidumbaError as error:
                    self._arriving.failed(form_key(program, form, version), error)
                    if error.code in ENDS_RUN:
                        raise
                    fault = fault or error
        finally:
            if fresh:
                self._on_worker(self.refresh)
        if fault is not None:
            raise fault

    def _lacking(self, hello: Hello) -> list[tuple[str, str, str]]:
        """Return (program, form, version) of what is named there and not here."""
        here = {name: program.versions for name, program in self.desk.programs.items()}
        return [
            (program, form, version)
            for program, forms in hello.forms.items()
            for form, versions in forms.items()
            for version in versions
            if form in here.get(program, {}) and version not in here[program][form]
        ]

    def refresh(self) -> None:
        """Put what lies on the shelf on the desk; what is open stays on the version it was opened with."""
        self.desk.programs = {
            name: with_kept(program, self._shelf.all(name)) for name, program in self.desk.programs.items()
        }

    def _keep(self, said: FormReply) -> None:
        """Keep a version that arrived whole and that this laptop's form engine can read."""
        if sha256_hex(said.xml.encode("utf-8")) != said.sha256:
            raise SidumbaError("wire.bad_digest")
        read = FormDefinition.from_xml(said.xml, zone=self.desk.tz)
        if (read.form_id, read.version) != (said.form, said.version):
            raise SidumbaError("wire.malformed")
        try:
            source = b64decode(said.source, validate=True)
        except ValueError:
            raise SidumbaError("wire.malformed") from None
        file = FormFile(said.form, said.version, said.title, said.xml, said.source_name, source)
        self._shelf.add(said.program, file)

    def _on_worker(self, job: Callable[[], None]) -> None:
        if self._worker is None:
            job()
        else:
            self._worker.submit(job).result()
