"""What every command needs: the data folder, the server built from it, one sentence on standard output."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer

from server_stub.api.deps import Server
from server_stub.app import build_server
from server_stub.settings import Settings
from sidumba_field.words import say

Data = Annotated[Path, typer.Option("--data", help="Folder data server")]
Url = Annotated[str, typer.Option("--database-url", help="PostgreSQL: postgresql+psycopg://...")]


def tell(key: str, **params: object) -> None:
    """Say one sentence on standard output, at once."""
    typer.echo(say(f"server.{key}", **params))


def built(data: Path, url: str = "") -> Server:
    """Return the server of a data folder."""
    return build_server(Settings(data=data.resolve(), database_url=url or remembered(data)))


def remember(data: Path, url: str) -> None:
    """Note the database for later commands; the address may hold a password, so only the owner may read it."""
    handle = os.open(data / "server.json", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as note:
        note.write(json.dumps({"database_url": url}))


def remembered(data: Path) -> str:
    """Return the database an earlier ``init`` named, so that nobody has to repeat it."""
    note = data / "server.json"
    return str(json.loads(note.read_text(encoding="utf-8"))["database_url"]) if note.exists() else ""
