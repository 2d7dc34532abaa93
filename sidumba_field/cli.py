"""``sidumba-field``: the desktop (default) and the commands that need no window.

Speaks through ``words``; ends with 0, with 1 and one sentence on standard error, or with 2 and a line per mistake of a
form that may not be installed. Personal data is never printed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Annotated

import platformdirs
import typer

from sidumba_field import cli_care, programs
from sidumba_field.bootstrap import build_services, run_desktop
from sidumba_field.cli_bundle import bundle_app
from sidumba_field.core.errors import SidumbaError
from sidumba_field.programs.faults import Unsound
from sidumba_field.programs.installing import chosen, export, inspect, install, listed, told
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
    if told := services.orders.heed():
        typer.echo(told)
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


@app.command()
def backup(
    to: Annotated[Path, typer.Option("--to", help="Folder atau flashdisk")],
    user: Annotated[str, typer.Option(help="Nama pengguna")],
    data: DataOption = None,
) -> None:
    """Simpan cadangan laptop ini / write a safe copy of this laptop."""
    cli_care.back_up(_unlocked(laptop_folder(data), user), to)


@app.command()
def restore(
    file: Annotated[Path, typer.Argument(help="Berkas .cadangan")],
    data: DataOption = None,
) -> None:
    """Pulihkan laptop dari cadangan / make a laptop of a safe copy."""
    cli_care.restore(file, laptop_folder(data))


@app.command()
def rescue(
    folder: Annotated[Path, typer.Argument(help="Folder laptop yang rusak")],
    out: Annotated[Path, typer.Option("--out", help="Berkas hasil")],
    to: cli_care.RecipientOption = None,
) -> None:
    """Selamatkan data belum terkirim dari laptop rusak / save unsent work of a broken laptop."""
    cli_care.rescue(folder, out, to)


form_app = typer.Typer(add_completion=False, rich_markup_mode=None)
app.add_typer(form_app, name="form", help="Formulir dan program / forms and programs")


LaptopOption = Annotated[
    Path | None, typer.Option("--data", "--folder", help="Folder laptop ini / this laptop's folder")
]
ProgramOption = Annotated[str, typer.Option("--program", help="Program, bila lebih dari satu")]


@form_app.command("check")
def form_check(folder: Annotated[Path, typer.Argument(help="Folder program")]) -> None:
    """Periksa satu folder program / check one program folder."""
    faults = inspect(folder)
    if faults:
        raise Unsound(folder.name, faults)
    program = programs.open_program(folder)
    typer.echo(say("cli.form_ok", program=program.title, count=len(program.workflow.transitions)))


def _installed(data: Path | None, program: str) -> tuple[programs.Program, programs.FormShelf]:
    folder = laptop_folder(data)
    shelf = programs.FormShelf(folder / "forms")
    return chosen(programs.installed(shelf.home, folder / "cache"), program), shelf


@form_app.command("install")
def form_install(
    file: Annotated[Path, typer.Argument(help="XLSForm: .xlsx .xls .csv .md")],
    program: ProgramOption = "",
    data: LaptopOption = None,
) -> None:
    """Pasang formulir yang sudah diubah / install an edited form as a new version."""
    one, shelf = _installed(data, program)
    for line in told(install(one, file, shelf)):
        typer.echo(line)


@form_app.command("export")
def form_export(
    out: Annotated[Path, typer.Argument(help="Berkas .xlsx yang ditulis")],
    program: ProgramOption = "",
    version: Annotated[str, typer.Option("--form-version", help="Versi, bila bukan yang terbaru")] = "",
    data: LaptopOption = None,
) -> None:
    """Simpan formulir sebagai berkas Excel / save the form as a workbook to edit."""
    one, _ = _installed(data, program)
    form = export(one, out, version=version)
    typer.echo(say("forms.exported", form=form.form_id, version=form.version, file=out.name))
    typer.echo(say("forms.next_version"))


@form_app.command("list")
def form_list(program: ProgramOption = "", data: LaptopOption = None) -> None:
    """Sebutkan versi formulir yang terpasang / list the installed form versions."""
    for line in listed(*_installed(data, program)):
        typer.echo(line)


def _unlocked(folder: Path, username: str) -> Services:
    services = build_services(folder)
    view = services.session.login_view()
    card = next((card for card in view.accounts if card.username == username), None)
    if card is None:
        raise SidumbaError("auth.unknown_user")
    services.session.unlock(card.user_id, typer.prompt(say("cli.passphrase"), hide_input=True))
    return services


app.add_typer(
    bundle_app(lambda data, user: _unlocked(laptop_folder(data), user)),
    name="bundle",
    help="Paket di flashdisk / bundles on sticks",
)


def guarded(start: Callable[[], object]) -> int:
    """Run a command line and return its exit code; an error becomes its sentence on standard error."""
    try:
        start()
    except Unsound as unsound:
        for line in unsound.told():
            typer.echo(line, err=True)
        return 2
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
