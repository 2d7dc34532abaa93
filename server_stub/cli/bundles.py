"""``sidumba-server bundle import | inspect | list``: bundles from sticks, handed in at the server itself."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated

import typer

from server_stub.api.bundles.desk import BundleDesk
from server_stub.api.deps import Server
from server_stub.cli.tools import Data, built
from sidumba_field.bundle import Found, Kind, gather, keep, look, open_bundle
from sidumba_field.bundle.container import Head
from sidumba_field.core.errors import SidumbaError
from sidumba_field.words import explain, explain_error, say

bundle = typer.Typer(no_args_is_help=True)

_Files = Annotated[list[Path], typer.Argument(help="Berkas paket, atau foldernya")]


def _found(files: Sequence[Path]) -> tuple[Found, ...]:
    named = [path for path in files if not path.is_dir()]
    found = [*gather(named), *(one for folder in files if folder.is_dir() for one in look(folder))]
    if not found:
        raise SidumbaError("bundle.nothing_found")
    return tuple(found)


@bundle.command("import")
def bundle_import(
    files: _Files,
    reply: Annotated[Path, typer.Option("--reply", help="Folder balasan, biasanya flashdisk yang sama")],
    data: Data,
) -> None:
    """Take in work from sticks and write the replies; one that cannot be taken keeps none of the others back."""
    server = built(data)
    desk, whole = BundleDesk(server), True
    reply.mkdir(parents=True, exist_ok=True)
    for found in _found(files):
        if found.facts is not None and found.facts.kind is Kind.BALASAN:
            continue
        try:
            handled = desk.handle(found)
            there = next((one for one in look(reply) if one.whole and one.facts == handled.reply.facts), None)
            lies = there or keep(handled.reply, reply)
        except SidumbaError as error:
            typer.echo(say("bundle.unknown", file=found.name, reason=explain_error(error).text()), err=True)
            whole = False
            continue
        row = handled.row
        told = {"name": found.name, "laptop": _laptop(server, row.device), "reply": lies.name}
        if handled.again:
            typer.echo(say("bundle.received_again", **told))
        else:
            typer.echo(say("bundle.received", ops=row.ops, files=row.files, **told))
    raise typer.Exit(0 if whole else 1)


@bundle.command("inspect")
def bundle_inspect(files: _Files, data: Data) -> None:
    """Tell what bundles are and, of work sealed to this server, from which laptop and whether it is sound."""
    server = built(data)
    sound = True
    for found in _found(files):
        typer.echo(_described(found))
        sound = sound and found.whole
        if found.whole and found.demand().kind is Kind.KIRIM:
            try:
                _tell_inside(server, found)
            except SidumbaError as error:
                typer.echo(
                    say("bundle.unknown", file=found.name, reason=explain_error(error).text()), err=True
                )
                sound = False
    raise typer.Exit(0 if sound else 1)


@bundle.command("list")
def bundle_list(data: Data) -> None:
    """List the bundles that came, the newest first."""
    server = built(data)
    with server.database.read() as work:
        rows = work.bundles.all()
    for row in rows:
        typer.echo(
            say(
                "bundle.server_row",
                at=row.begun_at,
                laptop=_laptop(server, row.device) if row.device else "",
                number=f"{row.number:04d}",
                state=row.code or row.state.value,
                ops=row.ops,
                files=row.files,
                sha=row.sha,
            )
        )


def _described(found: Found) -> str:
    facts = found.facts
    state = say("bundle.whole") if found.whole else explain(found.code).sentence
    if facts is None:
        return say("bundle.unknown", file=found.name, reason=state)
    return say(
        "bundle.row",
        kind=say(f"bundle.kind_{facts.kind.value}"),
        number=f"{facts.number:04d}",
        place=facts.place or facts.unit,
        made_at=facts.made_at,
        bytes=facts.size,
        parts=found.parts,
        state=state,
    )


def _tell_inside(server: Server, found: Found) -> None:
    """Open a kirim and tell who sent it; changes nothing. Raises ``bundle.*``."""

    def key_of(head: Head) -> str:
        with server.database.read() as work:
            device = work.devices.get(head.device)
        if device is None:
            raise SidumbaError("bundle.unknown_laptop")
        return device.key

    try:
        opening = open_bundle(found, server.keys.age_identity, key_of)
    except SidumbaError as error:
        raise SidumbaError("bundle.foreign_server") if error.code == "seal.wrong_key" else error from None
    head = opening.head
    with server.database.read() as work:
        device = work.devices.get(head.device)
        known = sum(work.people.signs(user, head.device, key) for user, key in opening.manifest.signers)
    assert device is not None
    told = {"laptop": device.name, "state": device.state.value, "inc": head.inc}
    typer.echo(say("bundle.from_laptop", first=head.dseq_from, last=head.dseq_to, **told))
    typer.echo(say("bundle.signers", count=len(opening.manifest.signers), known=known))


def _laptop(server: Server, device: str) -> str:
    with server.database.read() as work:
        found = work.devices.get(device)
    return found.name if found is not None else device
