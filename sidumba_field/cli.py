"""``sidumba-field``: the desktop (default) and the commands that need no window.

Speaks through ``words``; ends with 0, or with 1 and one sentence on standard error. Personal data is never printed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import platformdirs
import typer

from sidumba_field import programs
from sidumba_field.bootstrap import build_services, run_desktop
from sidumba_field.core.errors import SidumbaError
from sidumba_field.services import Services
from sidumba_field.words import explain_error, say

app = typer.Typer(add_completion=False, no_args_is_help=False, rich_markup_mode=None)

DataOption = Annotated[Path | None, typer.Option("--data", help="Folder laptop ini / this laptop's folder")]


def laptop_folder(data: Path | None) -> Path:
    """Return where the laptop's data lies: the given folder or the usual place of the operating system."""
    return data or Path(platformdirs.user_data_dir("sidumba-field", appauthor=False)) / "laptop"


@app.callback(invoke_without_command=True)
def main_callback(context: typer.Context) -> None:
    """Sidumba Field."""
    if context.invoked_subcommand is None:
        raise typer.Exit(run_desktop(laptop_folder(None)))


@app.command()
def desktop(
    data: DataOption = None,
    sample: Annotated[
        Path | None, typer.Option("--sample", help="Catatan kantor contoh / sample.json")
    ] = None,
    server: Annotated[str, typer.Option("--server", help="Alamat server, bila berpindah")] = "",
) -> None:
    """Buka jendela / open the window."""
    raise typer.Exit(run_desktop(laptop_folder(data), sample, server))


@app.command("sync")
def sync_once(
    user: Annotated[str, typer.Option(help="Nama pengguna")],
    data: DataOption = None,
) -> None:
    """Kirim dan ambil sekali / send and fetch once."""
    services = _unlocked(laptop_folder(data), user)
    outcome = services.syncing.run()
    typer.echo(outcome.sentence)
    services.session.lock()
    raise typer.Exit(0 if outcome.ok else 1)


@app.command()
def report(
    rid: Annotated[str, typer.Argument(help="Nomor data / record id")],
    paper: Annotated[str, typer.Option(help="Nama kertas")],
    user: Annotated[str, typer.Option(help="Nama pengguna")],
    out: Annotated[Path, typer.Option(help="Folder hasil")] = Path(),
    data: DataOption = None,
) -> None:
    """Cetak satu kertas ke PDF / print one paper to PDF."""
    services = _unlocked(laptop_folder(data), user)
    made = services.reporting.print(paper, rid, out)
    services.session.lock()
    typer.echo(made.sentence)


form_app = typer.Typer(add_completion=False, rich_markup_mode=None)
app.add_typer(form_app, name="form", help="Formulir dan program / forms and programs")


@form_app.command("check")
def form_check(folder: Annotated[Path, typer.Argument(help="Folder program")]) -> None:
    """Periksa satu folder program / check one program folder."""
    program = programs.open_program(folder)
    typer.echo(say("cli.form_ok", program=program.title, count=len(program.workflow.transitions)))


def _unlocked(folder: Path, username: str) -> Services:
    services = build_services(folder)
    view = services.session.login_view()
    card = next((card for card in view.accounts if card.username == username), None)
    if card is None:
        raise SidumbaError("auth.unknown_user")
    services.session.unlock(card.user_id, typer.prompt(say("cli.passphrase"), hide_input=True))
    return services


def guarded(start: Callable[[], object]) -> int:
    """Run a command line; a ``SidumbaError`` becomes its sentence on standard error and the exit code 1."""
    try:
        start()
    except SidumbaError as error:
        typer.echo(f"{explain_error(error).text()} ({error.code})", err=True)
        return 1
    except SystemExit as ended:
        return int(ended.code or 0) if not isinstance(ended.code, str) else 1
    return 0


def main() -> None:
    """Entry point of the installed command."""
    sys.exit(guarded(app))


if __name__ == "__main__":
    main()
