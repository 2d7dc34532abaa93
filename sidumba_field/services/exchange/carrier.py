"""The carrier's shelf: sealed bundles of other laptops on their way to the server, the server's replies on their way
back. Nothing here can be read on this laptop: the files are sealed to the server or to the laptop they are for.

Owns ``<laptop>/carried/``: ``kirim/`` holds bundles that wait for the line, ``balasan/`` replies that wait for their
flashdisk, ``carried.json`` what became of each bundle, so that none is taken twice. Kept outside the database: whoever
signs in may carry on, and nothing of it is this laptop's own work.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sidumba_field.bundle import Found, Kind, Stopped, keep, look
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import Clock, iso
from sidumba_field.seal.durable import write_file
from sidumba_field.sync.stages import ENDS_RUN
from sidumba_field.sync.sticks import ask_carried, fetch_carried, send_carried
from sidumba_field.sync.transport import Transport

log = logging.getLogger(__name__)

Progress = Callable[[int, int], None]
Stop = Callable[[], bool]
#: What became of a bundle: its reply is here, its reply was put on the flashdisk, the server would not have it.
ANSWERED, PUT_BACK, REFUSED = "answered", "put_back", "refused"
#: The server has it whole and reads it while it is asked; so often in one run, then the next run asks.
READING, ASKS = ("received", "working"), 5
#: So many bundles are remembered; the oldest are forgotten first, and taking one again costs nothing but time.
REMEMBERED = 500


@dataclass(frozen=True, slots=True)
class Forwarded:
    """What one turn on the line did: bundles the server has whole, replies fetched, what it would not have."""

    sent: int = 0
    replies: int = 0
    refused: int = 0


class Carrier:
    """Bundles of others on this laptop. One act at a time: whoever calls holds the sticks' lock."""

    def __init__(self, folder: Path, clock: Clock) -> None:
        self.folder = folder
        self._clock = clock
        self._out, self._back = folder / "kirim", folder / "balasan"
        self._note = folder / "carried.json"

    # ---- what is here

    def waiting(self) -> tuple[Found, ...]:
        """Return the bundles that wait for the line, oldest first."""
        return tuple(reversed([found for found in _whole(self._out) if found.facts is not None]))

    def replies(self) -> tuple[Found, ...]:
        """Return the replies that wait for their flashdisk."""
        return _whole(self._back)

    def is_new(self, found: Found) -> bool:
        """Tell whether a bundle that lies on a flashdisk was not taken along yet."""
        if found.facts is None or found.facts.kind is not Kind.KIRIM:
            return False
        taken = {one.facts.bundle for one in self.waiting() if one.facts is not None}
        return found.facts.bundle not in taken | set(self._known())

    # ---- from the flashdisk

    def take(self, found: Found, progress: Progress, stop: Stop) -> None:
        """Copy a sealed bundle to this laptop; raises as ``bundle.keep`` does."""
        self._out.mkdir(parents=True, exist_ok=True)
        keep(found, self._out, progress=progress, stop=stop)

    # ---- on the line

    def forward(self, line: Transport, progress: Progress, stop: Stop) -> Forwarded:
        """Send what waits and fetch the replies that are ready; what breaks goes on in the next run.

        Raises only what ends a run of the line as a whole.
        """
        sent = replies = refused = 0
        for found in self.waiting():
            if stop():
                break
            try:
                state = self._forward(line, found, progress, stop)
            except Stopped:
                break
            except SidumbaError as error:
                if error.code in ENDS_RUN:
                    raise
                log.warning("a carried bundle waits: %s", error.code)
                continue
            sent += state == ANSWERED or state in READING
            replies += state == ANSWERED
            refused += state == REFUSED
        return Forwarded(sent, replies, refused)

    def _forward(self, line: Transport, found: Found, progress: Progress, stop: Stop) -> str:
        carried = send_carried(line, found, progress, stop, self._clock)
        for _ in range(ASKS):
            if carried.state not in READING:
                break
            carried = ask_carried(line, carried.sha)
        if carried.state == REFUSED:
            self._settle(found, REFUSED, carried.code)
        elif carried.state == ANSWERED:
            self._back.mkdir(parents=True, exist_ok=True)
            fetch_carried(line, carried, self._back, progress=progress, stop=stop)
            self._settle(found, ANSWERED)
        return str(carried.state)

    def _settle(self, found: Found, state: str, code: str = "") -> None:
        """Note what became of a bundle, then let its copy go: the reply is here, or nobody wants it."""
        self._remember(_bundle_of(found), state, code)
        for path in found.paths:
            path.unlink(missing_ok=True)

    # ---- back to the flashdisk

    def belongs(self, on_stick: Iterable[Found]) -> tuple[Found, ...]:
        """Return the replies kept here whose laptop's work lies on that flashdisk, and that do not lie there yet."""
        facts = [found.facts for found in on_stick if found.facts is not None]
        devices = {one.device for one in facts if one.kind is Kind.KIRIM}
        there = {one.bundle for one in facts}
        mine = [one for one in self.replies() if one.facts is not None and one.facts.device in devices]
        return tuple(one for one in mine if _bundle_of(one) not in there)

    def put_back(self, found: Found, folder: Path, progress: Progress, stop: Stop) -> None:
        """Write a reply to the flashdisk and, read back there, let go of it here."""
        keep(found, folder, progress=progress, stop=stop)
        answers = found.facts.answers if found.facts is not None else ""
        if answers:
            self._remember(answers, PUT_BACK)
        for path in found.paths:
            path.unlink(missing_ok=True)

    # ---- memory

    def _known(self) -> dict[str, dict[str, Any]]:
        try:
            raw = json.loads(self._note.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            # A torn note is no loss: a bundle taken twice is answered with the same reply.
            return {}
        return raw if isinstance(raw, dict) else {}

    def _remember(self, bundle: str, state: str, code: str = "") -> None:
        known = self._known()
        known.pop(bundle, None)
        known[bundle] = {"state": state, "code": code, "at": iso(self._clock.now())}
        kept = dict(list(known.items())[-REMEMBERED:])
        self.folder.mkdir(parents=True, exist_ok=True)
        write_file(self._note, [json.dumps(kept, indent=1).encode()])


def _whole(folder: Path) -> tuple[Found, ...]:
    return tuple(found for found in look(folder) if found.whole) if folder.is_dir() else ()


def _bundle_of(found: Found) -> str:
    return found.facts.bundle if found.facts is not None else ""
