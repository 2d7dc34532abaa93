"""The note of a laptop that was emptied: what happened here, readable without any key, and what is left to do.

While the note lies in the folder no key slot may: a start that finds one destroys it, so that a kill between the two
leaves nothing half done.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from pathlib import Path

from sidumba_field.seal.durable import replace, write_file
from sidumba_field.seal.slots import KeyFile
from sidumba_field.words import say

#: Folder of the sealed work below the laptop's folder, and the note that says what happened here.
HANDED_IN = "titipan"
NOTE = "dikosongkan.json"
_VERSION = 1


@dataclass(frozen=True, slots=True)
class Emptied:
    """What became of a laptop. ``file``: name of the sealed bundle below ``titipan/``; ``sent``: the server has it
    whole; ``number``: of the order."""

    at: str
    number: int
    reason: str
    office: str
    file: str
    ops: int
    files: int
    sent: bool = False
    v: int = _VERSION


def write_note(folder: Path, emptied: Emptied) -> None:
    """Say durably that this laptop is being emptied; from now on it is."""
    write_file(folder / NOTE, [json.dumps(asdict(emptied), ensure_ascii=False).encode()])


def read_note(folder: Path) -> Emptied | None:
    """Return what happened here, None when nothing did. A note nobody can read still means: emptied."""
    path = folder / NOTE
    if not path.exists():
        return None
    try:
        said = json.loads(path.read_text(encoding="utf-8"))
        return Emptied(**said)
    except (ValueError, TypeError):
        return Emptied("", 0, "", "", "", 0, 0)


def finish(folder: Path) -> bool:
    """Destroy the key slots of a laptop whose note lies here; tell whether there is one. Safe to repeat."""
    if not (folder / NOTE).exists():
        return False
    KeyFile(folder / "keys.json").destroy()
    KeyFile(folder / "setup.json").destroy()
    return True


def sentence(folder: Path, lang: str) -> str:
    """Return what Masuk says on a laptop that was emptied, "" on any other."""
    emptied = read_note(folder)
    if emptied is None:
        return ""
    told = say("setup.emptied_sent" if emptied.sent else "setup.emptied_kept", lang, file=emptied.file)
    return f"{told} {emptied.reason}".strip()


def set_aside(folder: Path) -> None:
    """A laptop that is set up anew keeps the note beside the sealed work, out of the way."""
    note = folder / NOTE
    if note.exists():
        (folder / HANDED_IN).mkdir(parents=True, exist_ok=True)
        replace(note, folder / HANDED_IN / f"dikosongkan-{note.stat().st_mtime_ns}.json")
