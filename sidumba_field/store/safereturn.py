"""A safe copy becomes a laptop again: in a folder without one, checked before it counts, under a new life.

The key file is written last; until then the folder is no laptop and the whole may be done again. No twin is laid beside
the database, so that the first start begins a new incarnation: the laptop the copy came from may still be alive.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import new_id
from sidumba_field.core.time import Clock
from sidumba_field.seal.durable import disk_error, replace, sync_folder, write_file
from sidumba_field.seal.slots import KeyFile
from sidumba_field.store.safecopy import Unpacked, check_database, read_head

_BLOCK = 256 * 1024
_KEYS = "keys.json"
_DATABASE = "laptop.db"
_PLACES = ("attachments", "forms")


@dataclass(frozen=True, slots=True)
class Told:
    """What a copy says of itself without any key."""

    number: int
    made_at: str
    records: int
    files: int


def look(file: Path) -> Told:
    """Read the head of a copy; raise ``copy.unknown_format``, ``copy.damaged``, ``copy.gone``."""
    try:
        with file.open("rb") as opened:
            head = read_head(opened)
        return Told(int(head["number"]), str(head["made_at"]), int(head["records"]), int(head["files"]))
    except OSError:
        raise SidumbaError("copy.gone", folder=file.parent.name) from None
    except (KeyError, TypeError, ValueError):
        raise SidumbaError("copy.damaged") from None


def restore(
    file: Path,
    folder: Path,
    secret: str,
    clock: Clock,
    progress: Callable[[int, int], None] = lambda a, b: None,
) -> Told:
    """Make ``folder`` the laptop that ``file`` is a copy of. ``secret``: a passphrase of one of its people, or its
    recovery code.

    Raises ``copy.not_empty`` (a laptop is there), ``auth.wrong_passphrase``, ``copy.damaged``, ``copy.unknown_format``,
    ``copy.gone``, ``store.disk_full``. Nothing that was in the folder is touched then.
    """
    told = look(file)
    if (folder / _KEYS).exists():
        raise SidumbaError("copy.not_empty", folder=str(folder))
    building = folder / "restoring.part"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        shutil.rmtree(building, ignore_errors=True)
        building.mkdir()
        key = _unpack(file, building, secret, progress)
        check_database(building / _DATABASE, key)
        _move_in(building, folder, clock)
    except OSError as error:
        raise disk_error(error) or SidumbaError("copy.gone", folder=file.parent.name) from error
    finally:
        shutil.rmtree(building, ignore_errors=True)
    return told


def _unpack(file: Path, building: Path, secret: str, progress: Callable[[int, int], None]) -> bytes:
    with file.open("rb") as opened:
        key = _key(read_head(opened), building, secret)
        stream, size = Unpacked(opened, key), file.stat().st_size
        try:
            while (part := stream.next_part()) is not None:
                target = building / _safe(part[0])
                target.parent.mkdir(parents=True, exist_ok=True)
                write_file(target, _bytes(stream, part[1], lambda: progress(opened.tell(), size)))
        except (KeyError, TypeError, ValueError):
            raise SidumbaError("copy.damaged") from None
    return key


def _key(head: dict[str, Any], building: Path, secret: str) -> bytes:
    """Return the data key, by any slot the secret opens; raise ``auth.wrong_passphrase``."""
    slots = building / "slots.json"
    write_file(slots, [json.dumps(head["keys"]).encode()])
    keys = KeyFile(slots)
    try:
        for card in keys.cards():
            try:
                return keys.open_user(card.user_id, secret)[0]
            except SidumbaError as refused:
                if refused.code != "auth.wrong_passphrase":
                    raise
        return keys.open_recovery(secret)
    except SidumbaError as refused:
        known = refused.code in ("auth.wrong_passphrase", "auth.wrong_recovery_code")
        raise SidumbaError("auth.wrong_passphrase" if known else "copy.damaged") from None
    finally:
        slots.unlink(missing_ok=True)


def _safe(name: str) -> Path:
    """Return a name as a path below a folder; one that leads elsewhere is damage."""
    path = Path(name)
    fits = name in (_KEYS, _DATABASE) or (path.parts and path.parts[0] in _PLACES)
    if path.is_absolute() or ".." in path.parts or "\\" in name or ":" in name or not fits:
        raise SidumbaError("copy.damaged")
    return path


def _bytes(stream: Unpacked, size: int, told: Callable[[], None]) -> Iterator[bytes]:
    while size > 0:
        block = stream.take(min(size, _BLOCK))
        size -= len(block)
        yield block
        told()


def _move_in(building: Path, folder: Path, clock: Clock) -> None:
    """Put everything in its place; what a cut-short set-up or restore left there is laid aside, not deleted."""
    aside = folder / "copies" / f"unfinished-{new_id(clock)}"
    for name in (
        _DATABASE,
        f"{_DATABASE}-wal",
        f"{_DATABASE}-shm",
        "incarnation",
        f"{_KEYS}.bak",
        "setup.json",
    ):
        if (folder / name).exists():
            aside.mkdir(parents=True, exist_ok=True)
            replace(folder / name, aside / name)
    for found in sorted(building.rglob("*")):
        place = folder / found.relative_to(building)
        if found.is_file() and place.name != _KEYS:
            place.parent.mkdir(parents=True, exist_ok=True)
            replace(found, place)
    sync_folder(folder)
    replace(building / _KEYS, folder / _KEYS)
    sync_folder(folder)
