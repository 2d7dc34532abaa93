"""``sidumba-server form``: the versions of forms this server judges.

No database is touched, and a running server finds a new version by itself."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from sidumba_field.programs import FormShelf, Program, installed
from sidumba_field.programs.installing import chosen, export, install, listed, told
from sidumba_field.words import say

form = typer.Typer(no_args_is_help=True, add_completion=False)

DataOption = Annotated[Path, typer.Option("--data", help="Folder data server")]
ProgramOption = Annotated[str, typer.Option("--program", help="Program, bila lebih dari satu")]


def _installed(data: Path, program: str) -> tuple[Program, FormShelf]:
    shelf = FormShelf(data.resolve() / "forms")
    return chosen(installed(shelf.home, data.resolve() / "cache"), program), shelf


@form.command("install")
def form_install(
    data: DataOption,
    file: Annotated[Path, typer.Argument(help="XLSForm: .xlsx .xls .csv .md")],
    program: ProgramOption = "",
) -> None:
    """Install an edited form as a new version; laptops fetch it when they synchronise."""
    one, shelf = _installed(data, program)
    for line in told(install(one, file, shelf)):
        typer.echo(line)


@form.command("export")
def form_export(
    data: DataOption,
    out: Annotated[Path, typer.Argument(help="Berkas .xlsx yang ditulis")],
    program: ProgramOption = "",
    version: Annotated[str, typer.Option("--form-version", help="Versi, bila bukan yang terbaru")] = "",
) -> None:
    """Save a form as a workbook to edit."""
    one, _ = _installed(data, program)
    written = export(one, out, version=version)
    typer.echo(say("forms.exported", form=written.form_id, version=written.version, file=out.name))
    typer.echo(say("forms.next_version"))


@form.command("list")
def form_list(data: DataOption, program: ProgramOption = "") -> None:
    """List the installed form versions."""
    for line in listed(*_installed(data, program)):
        typer.echo(line)
