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
from sidumba_field.sync.transport import Transport
from sidumba_field.wire.messages import FormReply, Hello


class FormsService:
    """``learn`` belongs on a network thread; the programs on the desk are changed on the database worker."""

    def __init__(self, desk: Desk, worker: Executor | None = None) -> None:
        self.desk = desk
        self._worker = worker
        self._shelf = FormShelf(desk.folder / "forms")

    def learn(self, hello: Hello, line: Transport) -> None:
        """Fetch every version the server names and this laptop lacks. A damaged one is fetched again."""
        fresh = False
        try:
            for program, forms in hello.forms.items():
                if program not in self.desk.programs:
                    continue
                for form, versions in forms.items():
                    known = self.desk.programs[program].versions.get(form)
                    for version in versions if known is not None else ():
                        if version not in (known or ()):
                            self._keep(line.form(program, form, version))
                            fresh = True
        finally:
            if fresh:
                self._on_worker(self.refresh)

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
