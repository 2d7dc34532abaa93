"""``sidumba-field bundle export | import | inspect``: work and answers by stick, without a window.

What a stick holds may be looked at by anybody: outer facts need no passphrase. With ``--as`` the manifest of a reply is
opened, and it is told what became of a bundle this laptop wrote.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Annotated

import typer

from sidumba_field.bundle import Found, Head, Kind, Signer, gather, look, open_bundle
from sidumba_field.core.errors import SidumbaError
from sidumba_field.seal.box import laptop_identity
from sidumba_field.services import Services
from sidumba_field.services.desk import Seat
from sidumba_field.services.exchange.forms_installed import FormsService
from sidumba_field.sync.hello import SERVER_KEY
from sidumba_field.sync.sticks import export, import_reply, judge
from sidumba_field.sync.sticks.standing import device_key
from sidumba_field.words import explain, explain_error, say

#: (laptop's folder or None, user name) -> the services of somebody who typed his passphrase.
Unlock = Callable[[Path | None, str], Services]
DataOption = Annotated[Path | None, typer.Option("--data", help="Folder laptop ini / this laptop's folder")]
UserOption = Annotated[str, typer.Option("--user", help="Nama pengguna")]


def bundle_app(unlock: Unlock) -> typer.Typer:
    """Return the commands; ``unlock`` asks for the passphrase."""
    app = typer.Typer(add_completion=False, rich_markup_mode=None, no_args_is_help=True)

    @app.command("export")
    def export_command(
        folder: Annotated[Path, typer.Argument(help="Flashdisk atau folder")],
        user: UserOption,
        data: DataOption = None,
    ) -> None:
        """Simpan pekerjaan ke flashdisk / save work onto a stick."""
        services = unlock(data, user)
        try:
            _export(services, folder)
        finally:
            services.session.lock()

    @app.command("import")
    def import_command(
        files: Annotated[list[Path], typer.Argument(help="Berkas balasan, atau foldernya")],
        user: UserOption,
        data: DataOption = None,
    ) -> None:
        """Baca balasan dari flashdisk / read replies from a stick."""
        services = unlock(data, user)
        try:
            whole = _import(services, files)
            if told := services.orders.heed():
                typer.echo(told)
        finally:
            services.session.lock()
        raise typer.Exit(0 if whole else 1)

    @app.command("inspect")
    def inspect_command(
        files: Annotated[list[Path], typer.Argument(help="Berkas paket, atau foldernya")],
        user: Annotated[str, typer.Option("--as", help="Nama pengguna, untuk melihat isinya")] = "",
        data: DataOption = None,
    ) -> None:
        """Periksa paket di flashdisk / look at what lies on a stick."""
        found = found_in(files)
        services = unlock(data, user) if user else None
        for one in found:
            typer.echo(described(one))
            if services is not None:
                _tell_inside(services.session.desk.seat(), one)
        if services is not None:
            services.session.lock()
        raise typer.Exit(0 if found and all(one.whole for one in found) else 1)

    return app


def found_in(files: Sequence[Path]) -> tuple[Found, ...]:
    """Return the bundles these files make up; a folder stands for everything in it.

    Raises ``bundle.nothing_found`` when there is none.
    """
    named = [path for path in files if not path.is_dir()]
    found = [*gather(named), *(one for folder in files if folder.is_dir() for one in look(folder))]
    if not found:
        raise SidumbaError("bundle.nothing_found")
    return tuple(found)


def described(found: Found) -> str:
    """Return one line about a bundle: what its heads tell, and whether it is whole."""
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


def _export(services: Services, folder: Path) -> None:
    desk, seat = services.session.desk, services.session.desk.seat()
    forms = {
        program.id: {form: list(known) for form, known in program.versions.items()}
        for program in desk.programs.values()
    }
    signer = Signer(seat.user.user_id, seat.key)
    made = export(seat.store, seat.shelf, desk.clock, folder, signer, forms=forms)
    seat.store.log("stick_save", seat.user.user_id, records=made.records, files=made.files)
    number = f"{made.number:04d}"
    typer.echo(
        say("bundle.exported", number=number, records=made.records, files=made.files, bytes=made.bytes)
    )
    if made.left_files:
        typer.echo(say("bundle.left", files=made.left_files, bytes=made.left_bytes))
    typer.echo(say("bundle.safe"))


def _import(services: Services, files: Sequence[Path]) -> bool:
    """Read every reply among ``files``; tell whether all of them went in."""
    desk, seat = services.session.desk, services.session.desk.seat()
    learn = FormsService(desk).learn
    whole = True
    for found in found_in(files):
        if found.facts is not None and found.facts.kind is Kind.KIRIM:
            continue
        try:
            taken = import_reply(seat.store, seat.shelf, desk.clock, found, learn=learn)
        except SidumbaError as error:
            typer.echo(say("bundle.unknown", file=found.name, reason=explain_error(error).text()), err=True)
            whole = False
            continue
        seat.store.log("stick_read", seat.user.user_id, records=sum(taken.answered.values()))
        number, answers = f"{taken.answers_number:04d}", sum(taken.answered.values())
        word = "bundle.taken_again" if taken.again else "bundle.taken"
        told = {"number": number, "answers": answers, "pulled": taken.pulled, "files": taken.files_sent}
        typer.echo(say(word, **told))
        for problem in taken.problems:
            typer.echo(say("bundle.problem", sentence=explain_error(problem).text()))
    return whole


def _tell_inside(seat: Seat, found: Found) -> None:
    standing = judge(seat.store, found)
    if not standing.mine or found.facts is None:
        typer.echo(say("bundle.other"))
        return
    row = seat.store.bundles.get(found.facts.bundle)
    if row is not None:
        typer.echo(say("bundle.own", ops=row.ops, files=row.files, waiting=row.waiting))
    if found.facts.kind is Kind.BALASAN and found.whole:
        tally = Tally()
        server = seat.store.meta.get(SERVER_KEY) or ""
        open_bundle(found, laptop_identity(device_key(seat.store).secret), lambda head: server).walk(tally)
        typer.echo(tally.told())


@dataclass
class Tally:
    """A taker that counts what is inside and keeps nothing of it."""

    counts: Counter[str] = field(default_factory=Counter)

    def head(self, head: Head) -> None:
        """What the head says stands outside as well."""

    def message(self, name: str, body: bytes) -> None:
        self.counts[name] += 1

    def file(self, name: str, size: int) -> None:
        self.counts["file"] += 1

    def piece(self, data: bytes) -> None:
        """Only counted."""

    def file_end(self) -> None:
        """Only counted."""

    def told(self) -> str:
        """Return one line that names what is inside."""
        parts = [say("bundle.entry", name=name, count=count) for name, count in sorted(self.counts.items())]
        return say("bundle.inside", entries=", ".join(parts))
