"""One life of a laptop: its incarnation, kept in the database and beside it, and the machine it belongs to.

A database restored from a copy meets a twin file that says something else. A whole folder copied to another machine, or
beside itself, meets a fingerprint that does not fit: the twin's second line is a salted hash over the machine's own
number and the folder's place on its disk. Either way the laptop goes on under a new incarnation, so that the server can
tell the two apart (spec/sync.md section 3 "Identifiers"). A fingerprint that changes without need costs nothing.
"""

from __future__ import annotations

import hashlib
import json
import secrets
import sys
from pathlib import Path

from sidumba_field.core.ids import is_id, new_id
from sidumba_field.core.time import Clock, iso
from sidumba_field.seal.durable import write_file
from sidumba_field.store.database import Database
from sidumba_field.store.small import read_meta, write_log, write_meta

TWIN = "incarnation"
INCARNATION, FORMER = "incarnation", "incarnation.former"
#: The random marks of pushes that may have been the last the server saw of this life (``sync.push``).
MARKS = "push/marks"
#: Why a life ended: another machine or place, a database older than its twin, two laptops at the server.
COPIED, RESTORED, MET = "copied", "restored", "met"
_WHERE = (Path("/etc/machine-id"), Path("/var/lib/dbus/machine-id"))


if sys.platform == "win32":
    import winreg

    def machine_number() -> str:
        """Return what Windows calls this installation, "" when it does not say."""
        try:
            with winreg.OpenKey(winreg.HKEY_LOCAL_MACHINE, r"SOFTWARE\Microsoft\Cryptography") as key:
                return str(winreg.QueryValueEx(key, "MachineGuid")[0])
        except OSError:
            return ""

else:

    def machine_number() -> str:
        """Return what the operating system calls this machine, "" when it does not say."""
        for file in _WHERE:
            try:
                return file.read_text(encoding="ascii", errors="replace").strip()
            except OSError:
                continue
        return ""


def _fingerprint(folder: Path, salt: str) -> str:
    said = "\x1f".join((salt, machine_number(), str(folder.stat().st_ino)))
    return hashlib.sha256(said.encode()).hexdigest()


def write_twin(folder: Path, incarnation: str) -> None:
    """Put the incarnation beside the database, with the fingerprint of this machine; durable when it returns."""
    salt = secrets.token_hex(16)
    write_file(folder / TWIN, [f"{incarnation}\n{salt} {_fingerprint(folder, salt)}\n".encode("ascii")])


def read_twin(folder: Path) -> tuple[str, bool | None]:
    """Return (incarnation outside, does the fingerprint fit); None for a twin without one, "" for no twin."""
    try:
        lines = (folder / TWIN).read_text(encoding="ascii", errors="replace").splitlines()
    except FileNotFoundError:
        return "", None
    outside = lines[0].strip() if lines else ""
    salt, _, known = (lines[1] if len(lines) > 1 else "").strip().partition(" ")
    return outside, _fingerprint(folder, salt) == known if known else None


def settle(database: Database, folder: Path, clock: Clock) -> None:
    """Compare the two sides at a start; begin a new life when they differ or the machine is another one."""
    outside, fits = read_twin(folder)
    with database.read() as connection:
        inside = read_meta(connection, INCARNATION) or ""
    if not inside or inside != outside:
        former = inside or (outside if is_id(outside) else "")
        begin_life(database, folder, clock, RESTORED if former else "", former)
    elif fits is False:
        begin_life(database, folder, clock, COPIED, inside)
    elif fits is None:
        write_twin(folder, inside)


def begin_life(database: Database, folder: Path, clock: Clock, why: str, former: str) -> str:
    """Go on under a new incarnation and return it. ``why``: "" for the first one ever; ``former``: the one before."""
    fresh = new_id(clock)
    # The twin first: a kill between the two is noticed, and mended, by the next start.
    write_twin(folder, fresh)
    with database.write() as connection:
        if former:
            write_meta(connection, FORMER, former)
        write_meta(connection, INCARNATION, fresh)
        write_meta(connection, MARKS, "[]")
        if why:
            write_log(connection, iso(clock.now()), "", "incarnation", {"why": why, "former": former})
    return fresh


def next_marks(database: Database, number: int) -> list[str]:
    """Draw the mark of a push and keep it before anything leaves: a reply that is lost does not make us a stranger."""
    with database.write() as connection:
        marks = [secrets.token_hex(4), *json.loads(read_meta(connection, MARKS) or "[]")][:number]
        write_meta(connection, MARKS, json.dumps(marks))
    return marks
