"""Hands the work of a checked kirim to those who take it from the line: ops to the workflow, files to the storage.

An op answered ``retry`` holds back what its laptop did to the same record after it, as the line would: there the next
op waits for the answer. So ops go in runs in which no record appears twice, and a stuck record gets no further.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from server_stub.api.access import keep_access
from server_stub.api.audit import note_answers
from server_stub.api.deps import Server
from server_stub.store.devices import Device
from server_stub.workflow.service import Sender
from sidumba_field.bundle import Head
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import is_id
from sidumba_field.core.records import OpAnswer, OpStatus
from sidumba_field.wire import sticks
from sidumba_field.wire.messages import AccessRequest, AttStatus

#: What a file of a bundle may meet without keeping the rest from going in.
_ONE_FILE = frozenset({"wire.offset", "attachment.damaged", "attachment.too_big"})


@dataclass
class Taking:
    """Takes the entries of a kirim. ``answers``: (item, answer) in the order sent; ``files``: how each file stands."""

    server: Server
    device: Device
    people: frozenset[str]
    request: sticks.StickRequest | None = None
    answers: list[tuple[Mapping[str, Any], OpAnswer]] = field(default_factory=list)
    files: dict[str, AttStatus] = field(default_factory=dict)
    access_upto: int = 0
    _run: list[Mapping[str, Any]] = field(default_factory=list)
    _met: set[str] = field(default_factory=set)
    _stuck: set[str] = field(default_factory=set)
    _name: str = ""
    _size: int = 0
    _file: bytearray = field(default_factory=bytearray)

    def head(self, head: Head) -> None:
        """Everything about the head was judged before."""

    def message(self, name: str, body: bytes) -> None:
        """Take one message; a name only a newer laptop knows is left alone."""
        if name == sticks.REQUEST:
            self.request = sticks.read(body, sticks.StickRequest)
        elif name == sticks.ACCESS:
            self._log(sticks.read(body, AccessRequest))
        elif name == sticks.OPS:
            for item in sticks.read(body, sticks.StickOps).items:
                self._take(item)

    def _log(self, said: AccessRequest) -> None:
        if said.device == self.device.id:
            self.access_upto = max(self.access_upto, keep_access(self.server, self.device, said).upto)

    def _take(self, item: Mapping[str, Any]) -> None:
        touched = _records(item)
        if touched & self._met or len(self._run) == sticks.OPS_AT_ONCE:
            self.flush()
        if touched & self._stuck:
            op = item.get("op")
            self.answers.append((item, OpAnswer(op if isinstance(op, str) else "", OpStatus.RETRY)))
            return
        self._run.append(item)
        self._met |= touched

    def flush(self) -> None:
        """Have the ops gathered so far answered."""
        run, self._run, self._met = self._run, [], set()
        if not run:
            return
        answers = self.server.workflow.receive(run, Sender(self.device.id, self.people))
        sent = list(zip(run, answers, strict=True))
        note_answers(self.server, self.device.id, sent)
        for item, answer in sent:
            if answer.st is OpStatus.RETRY:
                self._stuck |= _records(item)
        self.answers += sent

    def file(self, name: str, size: int) -> None:
        self.flush()
        self._name, self._size = name, size
        self._file.clear()

    def piece(self, data: bytes) -> None:
        self._file += data

    def file_end(self) -> None:
        sha = self._name.partition(".")[0]
        try:
            self._keep(sha)
        except SidumbaError as error:
            if error.code not in _ONE_FILE:
                raise
            self.files[sha] = AttStatus(sha=sha, done=False, offset=0, size=self._size)
        self._file.clear()

    def _keep(self, sha: str) -> None:
        if self._size > self.server.settings.limits.max_file:
            raise SidumbaError(
                "attachment.too_big", size=self._size, limit=self.server.settings.limits.max_file
            )
        known = self.server.blobs.status(sha)
        if not known.done:
            known = self.server.blobs.take(sha, self._size, [bytes(self._file)])
        if known.done:
            self.server.workflow.file_whole(sha, known.size)
        self.files[sha] = AttStatus(sha=sha, done=known.done, offset=known.offset, size=known.size)


def _records(item: Mapping[str, Any]) -> set[str]:
    """Return the records an op speaks of: its own and, for a batch, its members'."""
    found = {str(item.get("rid"))}
    members = item.get("members")
    if isinstance(members, list):
        found |= {str(member.get("rid")) for member in members if isinstance(member, dict)}
    return found


def vids_of(answers: list[tuple[Mapping[str, Any], OpAnswer]]) -> set[str]:
    """Return the feeds in which an op of this bundle stands, and no other."""
    return {vid for item, answer in answers if answer.seq and is_id(vid := str(item.get("vid")))}


def highest(answers: list[tuple[Mapping[str, Any], OpAnswer]]) -> int:
    """Return the highest number the laptop gave an op of this bundle."""
    numbers = [item.get("dseq") for item, _ in answers]
    return max((n for n in numbers if isinstance(n, int) and 0 <= n <= 2**53), default=0)
