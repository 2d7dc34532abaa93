"""Second half of stage PULL: the files somebody here is waiting for, small ones by themselves.

A verifier judges a record with its photo, so the photos of his queue come after the records. Which names those are
is asked of the service above; here they are only fetched, small ones first, large ones not at all: they are asked
for one by one when the line allows.
"""

from __future__ import annotations

import re

from sidumba_field.core.errors import SidumbaError
from sidumba_field.sync.stages import ENDS_RUN, FILES, Run

#: Bytes up to which a file comes without being asked for by hand.
SMALL = 512 * 1024
_NAME = re.compile(r"([0-9a-f]{64})\.[a-z0-9]{1,8}")


def fetch_files(run: Run, at_most: int = SMALL) -> None:
    """Bring the wanted files of at most ``at_most`` bytes into the shelf. Raises only what ends the run."""
    wanted = [name for name in dict.fromkeys(run.wanted()) if sha_of(name)]
    names = [name for name in wanted if not run.shelf.has(sha_of(name))]
    sizes: list[tuple[int, str]] = []
    for name in names:
        try:
            status = run.ask(run.transport.att_status, sha_of(name))
        except SidumbaError as error:
            _note(run, error, name)
            continue
        if status.done and status.size <= at_most:
            sizes.append((status.size, name))
    total, came = sum(size for size, _ in sizes), 0
    if total:
        run.tell(0, total, FILES)
    for size, name in sorted(sizes):
        try:
            fetch(run, name)
            run.files_fetched += 1
            came += size
            run.tell(came, total, FILES)
        except SidumbaError as error:
            _note(run, error, name)


def fetch(run: Run, name: str) -> None:
    """Bring one file "<sha256>.<ext>" into the shelf; nothing is kept unless its hash is right."""
    pieces: list[bytes] = []

    def whole() -> None:
        pieces.clear()
        run.transport.att_read(sha_of(name), pieces.append)

    run.ask(whole)
    stored = run.shelf.add(b"".join(pieces), name.partition(".")[2])
    if stored.sha != sha_of(name):
        raise SidumbaError("wire.bad_digest")


def _note(run: Run, error: SidumbaError, name: str) -> None:
    if error.code in ENDS_RUN:
        raise error
    run.problem(error, name)


def sha_of(name: str) -> str:
    """Return the hash in an attachment's name "<sha256>.<ext>", "" when ``name`` is no such name."""
    found = _NAME.fullmatch(name)
    return found.group(1) if found else ""
