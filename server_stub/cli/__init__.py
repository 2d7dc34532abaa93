"""sidumba-server: set up and run the central server, and what its operator does by hand."""

from __future__ import annotations

from typing import Any

import typer

from server_stub.cli import copies, holdings, running
from server_stub.cli.bundles import bundle
from server_stub.cli.files import tidy
from server_stub.cli.forms import form
from server_stub.cli.laptops import laptop
from server_stub.cli.losing import laptop_lost
from server_stub.cli.people import user
from server_stub.cli.requests import request
from server_stub.cli.retention import retention
from server_stub.cli.verifying import verify
from server_stub.cli.watching import access, refusals
from sidumba_field.core.errors import SidumbaError
from sidumba_field.programs.faults import Unsound
from sidumba_field.words import explain_error

__all__ = ["app", "main"]

app = typer.Typer(no_args_is_help=True, add_completion=False)
app.command()(running.init)
app.command()(running.run)
app.add_typer(user, name="user")
app.add_typer(laptop, name="laptop")
# The name of earlier versions; operators have it in their notes.
app.add_typer(laptop, name="device", hidden=True)
app.add_typer(holdings.unit, name="unit")
app.add_typer(form, name="form")
app.add_typer(copies.backup, name="backup")
app.command()(copies.restore)
app.add_typer(bundle, name="bundle")
app.command()(tidy)
app.command("erase")(holdings.erase_command)
app.command()(verify)
app.add_typer(request, name="request")
app.add_typer(retention, name="retention")
laptop.command("lost")(laptop_lost)
app.command()(access)
app.command()(refusals)


def main(arguments: list[str] | None = None) -> Any:
    """Entry of ``sidumba-server``: refusals become a sentence, never a trace."""
    try:
        return app(args=arguments, standalone_mode=True)
    except Unsound as unsound:
        for line in unsound.told():
            typer.echo(line, err=True)
        raise SystemExit(2) from None
    except SidumbaError as error:
        typer.echo(explain_error(error).text(), err=True)
        raise SystemExit(1) from None
