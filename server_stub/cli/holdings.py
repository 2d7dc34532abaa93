"""What the server holds: units it serves, erasing on a person's right."""

from __future__ import annotations

from typing import Annotated

import typer

from server_stub.cli.tools import Data, built, tell

unit = typer.Typer(no_args_is_help=True)


@unit.command("add")
def unit_add(data: Data, code: str, name: str) -> None:
    """Serve one more unit, in every installed program."""
    server = built(data)
    with server.database.write() as work:
        work.scopes.put_units({code: name})
        for program in server.programs:
            work.scopes.ensure(program, code)
    tell("unit_added", unit=code, name=name)


def erase_command(data: Data, rid: str, reason: Annotated[str, typer.Option("--reason")]) -> None:
    """Erase the content of one record for good (right of the person); the chain stays whole."""
    server = built(data)
    what = server.workflow.erase(rid, reason)
    if what is None:
        tell("record_unknown", rid=rid)
        raise typer.Exit(1)
    for sha in what.files:
        with server.database.read() as work:
            is_named = bool(work.files.mentions(sha))
        if not is_named:
            server.blobs.remove(sha)
    tell("erased", rid=rid, count=what.entries)
