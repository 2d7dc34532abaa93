"""``sidumba-server user``: accounts, rights, and who stands in for an official (Plt., Plh.)."""

from __future__ import annotations

from datetime import datetime, timedelta, tzinfo
from enum import StrEnum
from typing import Annotated

import typer

from server_stub.api.deps import Server
from server_stub.cli.tools import Data, built, tell
from server_stub.store.people import User
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import iso
from sidumba_field.core.workflow import Grant
from sidumba_field.words import say

user = typer.Typer(no_args_is_help=True)
_DAYS = ["%Y-%m-%d"]


class Quality(StrEnum):
    """How somebody stands in for an official: for one that is not there any more, or for one that is away."""

    PLT = "plt"
    PLH = "plh"

    @property
    def written(self) -> str:
        """Return the quality as it stands before a position: "Plt.", "Plh."."""
        return f"{self.value.capitalize()}."


@user.command("add")
def user_add(
    data: Data,
    username: str,
    name: Annotated[str, typer.Option("--name")],
    unit: Annotated[str, typer.Option("--unit")],
    position: Annotated[str, typer.Option("--position")] = "",
    nip: Annotated[str, typer.Option("--nip")] = "",
    password: Annotated[str, typer.Option("--password", envvar="SIDUMBA_PASSWORD")] = "",
) -> None:
    """Add an account; its password is asked for, so that it never stands in a history of commands."""
    server = built(data)
    secret = password or typer.prompt(say("server.ask_password"), hide_input=True, confirmation_prompt=True)
    account = User("", username, name, position, nip, unit, "", True, "")
    try:
        server.accounts.add_user(account, secret)
    except ValueError:
        tell("user_taken", username=username)
        raise typer.Exit(1) from None
    tell("user_added", username=username)


@user.command("list")
def user_list(data: Data) -> None:
    """List accounts with their rights."""
    server = built(data)
    with server.database.read() as work:
        for one in work.people.all():
            tell("user_row", username=one.username, name=one.name, position=one.position, unit=one.unit)
            for grant in work.people.grants(one.id):
                row = {"role": grant.role, "program": grant.program, "unit": grant.unit}
                official = work.people.get(grant.acting_for) if grant.acting_for else None
                if official is None:
                    tell("grant_row", **row)
                    continue
                days = {"since": grant.valid_from or "-", "until": grant.valid_to or "-"}
                tell("acting_row", quality=grant.acting_as, official=official.name, **row, **days)


@user.command("grant")
def user_grant(
    data: Data,
    username: str,
    role: Annotated[str, typer.Option("--role")],
    program: Annotated[str, typer.Option("--program")],
    unit: Annotated[str, typer.Option("--unit")],
    since: Annotated[datetime | None, typer.Option("--from", formats=_DAYS, help="Hari pertama")] = None,
    until: Annotated[datetime | None, typer.Option("--until", formats=_DAYS, help="Hari terakhir")] = None,
    acting_as: Annotated[Quality | None, typer.Option("--as", help="Plt. atau Plh.")] = None,
    acting_for: Annotated[str, typer.Option("--acting-for", help="Nama pengguna yang diwakili")] = "",
) -> None:
    """Give a right. A Plt. or Plh. gets one with days (of the office's zone, the last one included) and the official he
    stands in for; both names are logged with every step."""
    if (acting_as is not None or acting_for) and not (acting_as and acting_for and until):
        tell("grant_as_needs")
        raise typer.Exit(1)
    server = built(data)
    with server.database.write() as work:
        account = work.people.by_username(username)
        official = work.people.by_username(acting_for) if acting_for else None
        if account is None or (acting_for and official is None):
            tell("user_unknown", username=username if account is None else acting_for)
            raise typer.Exit(1)
        _check_role(server, program, role)
        if not work.scopes.covered([(program, unit)]):
            tell("unit_unknown", unit=unit)
            raise typer.Exit(1)
        zone = server.programs[program].zone
        grant = Grant(
            role=role,
            program=program,
            unit=unit,
            valid_from=_day(since, zone),
            valid_to=_day(until + timedelta(days=1), zone) if until else "",
            acting_for=official.id if official else "",
            acting_as=acting_as.written if acting_as else "",
        )
        work.people.grant(account.id, grant)
    tell("grant_added", role=role, unit=unit, username=username)


@user.command("revoke")
def user_revoke(
    data: Data,
    username: str,
    role: Annotated[str, typer.Option("--role")],
    program: Annotated[str, typer.Option("--program")],
    unit: Annotated[str, typer.Option("--unit")],
) -> None:
    """End a right now; what was done under it stays."""
    server = built(data)
    with server.database.write() as work:
        account = work.people.by_username(username)
        found = account is not None and work.people.end_grants(
            account.id, role, program, unit, iso(server.clock.now())
        )
    if account is None:
        tell("user_unknown", username=username)
    else:
        tell("grant_ended" if found else "grant_unknown", role=role, unit=unit, username=username)
    if not found:
        raise typer.Exit(1)


@user.command("suspend")
def user_suspend(
    data: Data, username: str, lift: Annotated[bool, typer.Option("--lift", help="Aktifkan kembali")] = False
) -> None:
    """Shut a person out on every laptop at once, or let him in again."""
    with built(data).database.write() as work:
        account = work.people.by_username(username)
        if account is not None:
            work.people.set_active(account.id, lift)
    if account is None:
        tell("user_unknown", username=username)
        raise typer.Exit(1)
    tell("user_active" if lift else "user_suspended", username=username)


def _check_role(server: Server, program: str, role: str) -> None:
    rules = server.programs.get(program)
    if rules is None:
        raise SidumbaError("program.unknown", name=program)
    if role not in rules.workflow.roles:
        raise SidumbaError("program.bad_value", where=program, field="role", value=role)


def _day(day: datetime | None, zone: tzinfo) -> str:
    """Return the instant at which a day of the office begins."""
    return iso(day.replace(tzinfo=zone)) if day else ""
