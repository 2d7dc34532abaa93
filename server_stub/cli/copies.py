"""``sidumba-server backup``, ``backup prove``, ``backup key`` and ``restore``."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Annotated

import typer

from server_stub.backup.making import make
from server_stub.backup.proving import prove
from server_stub.backup.restoring import restore as restore_backup
from server_stub.backup.sealed import read_identity
from server_stub.cli.tools import Url, built, tell
from sidumba_field.seal.box import new_identity
from sidumba_field.words import explain

backup = typer.Typer(invoke_without_command=True)

_Data = Annotated[Path | None, typer.Option("--data", help="Folder data server")]


def _folder(context: typer.Context, data: Path | None) -> Path:
    """Return the data folder, named before or behind the word of the command."""
    found = data or (context.parent.params.get("data") if context.parent else None)
    if found is None:
        raise typer.BadParameter("--data")
    return Path(found)


@backup.callback()
def backup_command(
    context: typer.Context,
    data: _Data = None,
    out: Annotated[Path | None, typer.Option("--out", help="Berkas cadangan yang ditulis")] = None,
    to: Annotated[list[str] | None, typer.Option("--to", help="Penerima age1..., boleh beberapa")] = None,
) -> None:
    """Write everything into one encrypted file: database, files, keys and installed forms."""
    if context.invoked_subcommand is not None:
        return
    if data is None or out is None:
        raise typer.BadParameter("--data, --out")
    server = built(data)
    made = make(server.database, server.settings, server.keys, server.clock, out.resolve(), to or [])
    manifest = made.manifest
    tell("backup_made", file=out.name, size=made.size, sha256=made.sha256)
    tell(
        "backup_holds",
        records=manifest.counts["record"],
        entries=manifest.counts["feed"],
        files=manifest.files,
    )
    if manifest.missing:
        tell("backup_missing", count=len(manifest.missing))
    if not to:
        tell("backup_own_key")


@backup.command("prove")
def backup_prove(
    context: typer.Context, file: Annotated[Path, typer.Argument(help="Berkas cadangan")], data: _Data = None
) -> None:
    """Restore a backup into a scratch database, compare, and write the proof down."""
    server = built(_folder(context, data))
    proof = prove(server.database, server.settings, server.keys, server.clock, file.resolve())
    if proof.result:
        tell("backup_not_proven", file=file.name)
        typer.echo(explain(proof.result, "id").text(), err=True)
        raise typer.Exit(1)
    tell("backup_proven", file=file.name, records=proof.records, entries=proof.entries, scopes=proof.scopes)


@backup.command("list")
def backup_list(context: typer.Context, data: _Data = None) -> None:
    """List the proofs this server holds, the newest first."""
    with built(_folder(context, data)).database.read() as work:
        for one in work.proofs.all():
            tell(
                "backup_row", at=one.proven_at, file=one.file, sha256=one.sha256, result=one.result or "utuh"
            )


@backup.command("key")
def backup_key(out: Annotated[Path, typer.Option("--out", help="Berkas kunci yang ditulis")]) -> None:
    """Make a key for backups: the file stays with the office, the recipient is given to ``backup --to``."""
    identity, recipient = new_identity()
    handle = os.open(out, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"# {recipient}\n{identity}\n")
    tell("backup_key", file=out.name, recipient=recipient)


def restore(
    file: Annotated[Path, typer.Argument(help="Berkas cadangan")],
    identity: Annotated[Path, typer.Option("--identity", help="Berkas kunci, atau keys.json server")],
    into: Annotated[Path, typer.Option("--into", help="Folder data baru, harus kosong")],
    database_url: Url = "",
) -> None:
    """Open a backup on any machine: the whole file is checked before anything is touched."""
    manifest = restore_backup(file.resolve(), read_identity(identity), into.resolve(), database_url)
    tell("restored", folder=into, records=manifest.counts["record"], entries=manifest.counts["feed"])
