"""status.json: the few counts and dates the login screen may show while everything is locked.

No name and no number of a citizen is ever in it; a missing or torn file is simply no news.
"""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

from sidumba_field.core.time import iso
from sidumba_field.services.desk import Desk
from sidumba_field.services.subjects import Subjects
from sidumba_field.store import Mark
from sidumba_field.words import say

#: More than this many records are not counted one by one for a note beside a name.
MANY = 1_000


def note_status(desk: Desk) -> None:
    """Write what the login screen may say of the seated person and of the laptop; raise ``OSError``."""
    seat = desk.seated
    if seat is None:
        return
    status = read_status(desk.folder)
    notes = dict(status.get("notes", {}))
    notes[seat.user.user_id] = _note(desk, *_own_work(desk))
    unsent = seat.store.counts().waiting
    status.update(unsent=unsent, notes=notes, lease_until=seat.user.lease_until, at=iso(desk.clock.now()))
    write_status(desk.folder, status)


def _own_work(desk: Desk) -> tuple[int, int]:
    """Return how many drafts are this person's, and how many records were sent back to him."""
    subjects = Subjects(desk)
    store, user = desk.seat().store, desk.seat().user.user_id
    drafts = returned = 0
    for program in desk.my_programs():
        vids = desk.my_vids(program.id)
        here = store.records.find(program.id, mark=Mark.LAPTOP, limit=MANY, vids=vids, columns=())
        drafts += sum(1 for row in here if row.owner == user)
        back = store.records.find(program.id, limit=MANY, vids=vids, columns=(), returned=True)
        returned += sum(1 for row in back if subjects.may_edit(program, row))
    return drafts, returned


def _note(desk: Desk, drafts: int, returned: int) -> str:
    if returned:
        return say("services.note.returned", desk.lang, count=returned)
    return say("services.note.drafts", desk.lang, count=drafts) if drafts else ""


def read_status(folder: Path) -> dict[str, Any]:
    """Return what ``status.json`` says; a missing or torn file is simply no news, it holds nothing that
    counts.
    """
    try:
        raw = json.loads((folder / "status.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return raw if isinstance(raw, dict) else {}


def write_status(folder: Path, status: dict[str, Any]) -> None:
    part = folder / "status.json.part"
    part.write_text(json.dumps(status, ensure_ascii=False), encoding="utf-8")
    os.replace(part, folder / "status.json")
