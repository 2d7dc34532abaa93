"""What every command needs: the data folder, the server built from it, one sentence on standard output."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Any

import typer

from server_stub.api.deps import Server
from server_stub.app import build_server
from server_stub.settings import PLACE, ObjectStorage, Settings
from server_stub.store.accesses import Access
from server_stub.workflow.installed import InstalledProgram
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import iso
from sidumba_field.programs import Program
from sidumba_field.words import say

#: Name under which the server's own accesses stand beside those of laptops.
OWN = "server"
Data = Annotated[Path, typer.Option("--data", help="Folder data server")]
Url = Annotated[str, typer.Option("--database-url", help="PostgreSQL: postgresql+psycopg://...")]


def tell(key: str, **params: object) -> None:
    """Say one sentence on standard output, at once."""
    typer.echo(say(f"server.{key}", **params))


def tell_privacy(key: str, **params: object) -> None:
    """Say one sentence about people's data on standard output."""
    typer.echo(say(f"privacy.{key}", **params))


def program_of(server: Server, name: str) -> Program:
    """Return an installed SOP with its words and papers; raise ``program.unknown``."""
    rules = server.programs.get(name)
    if not isinstance(rules, InstalledProgram):
        raise SidumbaError("program.unknown", name=name)
    return rules.program


def log_own(server: Server, event: str, rid: str, unit: str, **detail: object) -> None:
    """Write down what the operator himself took out of the server: the log of accesses counts him too."""
    at = iso(server.clock.now())
    told = {key: str(value) for key, value in detail.items()}
    with server.database.write() as work:
        n = len(work.accesses.of_device(OWN)) + 1
        work.accesses.keep([Access(OWN, OWN, n, at, "", event, rid, unit, told, at)])


def built(data: Path, url: str = "") -> Server:
    """Return the server of a data folder."""
    return build_server(settings_of(data, url))


def settings_of(data: Path, url: str = "", workers: int = 1, hosts: tuple[str, ...] = ()) -> Settings:
    """Return the settings of a data folder: what an earlier ``init`` noted, the environment going before it."""
    place = remembered_place(data)
    return Settings(
        data.resolve(), url or remembered(data), workers, hosts, objects=ObjectStorage.read(place)
    )


def remember(data: Path, url: str, place: Mapping[str, str] | None = None) -> None:
    """Note database and file storage for later commands; the address may hold a password, so only the owner may read
    it. ``place``: members of ``PLACE``; the keys of a storage are never written down."""
    noted = {name: value for name, value in (place or {}).items() if value and name in PLACE}
    handle = os.open(data / "server.json", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as note:
        note.write(json.dumps({"database_url": url, **({"s3": noted} if noted else {})}))


def remembered(data: Path) -> str:
    """Return the database an earlier ``init`` named, so that nobody has to repeat it."""
    return str(_noted(data).get("database_url", ""))


def remembered_place(data: Path) -> Mapping[str, str]:
    """Return the place of the file storage an earlier ``init`` named, empty when files lie on the disk."""
    said = _noted(data).get("s3", {})
    return {name: str(value) for name, value in said.items()}


def _noted(data: Path) -> dict[str, Any]:
    note = data / "server.json"
    return dict(json.loads(note.read_text(encoding="utf-8"))) if note.exists() else {}
