"""``sidumba-field backup | restore | rescue``: safe copies, and what is saved from a laptop that does not open."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Annotated

import typer

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import SystemClock
from sidumba_field.seal.slots import KeyFile
from sidumba_field.services import Services
from sidumba_field.store.rescue import rescue as rescue_laptop
from sidumba_field.store.safereturn import restore as restore_laptop
from sidumba_field.words import say

RecipientOption = Annotated[
    list[str] | None, typer.Option("--to", help="Kunci penerima age1..., bila tidak terbaca")
]


def back_up(services: Services, folder: Path) -> None:
    """Write a safe copy of the laptop somebody has unlocked."""
    typer.echo(services.care.back_up(folder).sentence)
    services.session.lock()


def restore(file: Path, folder: Path) -> None:
    """Make ``folder`` the laptop that ``file`` is a copy of; asks for a passphrase or the recovery code."""
    told = restore_laptop(file, folder, _secret(), SystemClock())
    typer.echo(say("care.cli.restored", folder=str(folder), records=told.records))


def rescue(folder: Path, out: Path, recipients: list[str] | None) -> None:
    """Save what can be read of a laptop into one sealed file; the folder is not changed."""
    made = rescue_laptop(folder, _data_key(folder, _secret()), out, SystemClock(), recipients or [])
    typer.echo(say("care.cli.rescued", file=str(out), ops=made.ops, drafts=made.drafts, files=made.files))
    if made.broken or made.lost_files:
        typer.echo(say("care.cli.rescued_lost", broken=made.broken, files=made.lost_files))
    if made.doubtful:
        typer.echo(say("care.cli.rescued_doubtful", count=made.doubtful))


def _secret() -> str:
    """Ask without echo; a pipe may hand it over instead."""
    if sys.stdin.isatty():
        return str(typer.prompt(say("care.cli.secret"), hide_input=True))
    return sys.stdin.readline().rstrip("\r\n")


def _data_key(folder: Path, secret: str) -> bytes:
    """Open any slot of a laptop's key file; raise ``auth.wrong_passphrase``, ``store.no_laptop``, ``store.damaged``."""
    keys = KeyFile(folder / "keys.json")
    for card in keys.cards():
        try:
            return keys.open_user(card.user_id, secret)[0]
        except SidumbaError as refused:
            if refused.code != "auth.wrong_passphrase":
                raise
    try:
        return keys.open_recovery(secret)
    except SidumbaError as refused:
        code = refused.code
        raise SidumbaError("auth.wrong_passphrase" if code == "auth.wrong_recovery_code" else code) from None
