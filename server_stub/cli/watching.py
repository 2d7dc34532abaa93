"""``sidumba-server access`` and ``refusals``: who looked at whose data, and who asked for what is not his."""

from __future__ import annotations

from typing import Annotated

import typer

from server_stub.cli.tools import Data, built, tell, tell_privacy
from server_stub.store.accesses import Access
from server_stub.store.work import Work


def access(
    data: Data,
    record: Annotated[str, typer.Option("--record", help="Id data (kode di kaki formulir cetak)")] = "",
    user: Annotated[str, typer.Option("--user", help="Nama pengguna")] = "",
) -> None:
    """Tell who saw, printed or exported one record, or what one person did; laptops report with each sync."""
    if bool(record) == bool(user):
        raise typer.BadParameter("--record, --user")
    with built(data).database.read() as work:
        lines = _of_record(work, record) if record else _of_user(work, user)
        for line in lines:
            _say(work, line, sure=not record or line.rid == record)
    if not lines:
        tell_privacy("access_none")


def _of_record(work: Work, rid: str) -> list[Access]:
    """Return the lines that name the record, and those about many records of a place it lies in."""
    found = work.records.get(rid)
    if found is None:
        tell("record_unknown", rid=rid)
        raise typer.Exit(1)
    scope = work.scopes.get(found.vid)
    parts = scope.unit.split(".") if scope is not None else []
    return work.accesses.about(rid, [".".join(parts[:depth]) for depth in range(1, len(parts) + 1)])


def _of_user(work: Work, username: str) -> list[Access]:
    account = work.people.by_username(username)
    if account is None:
        tell("user_unknown", username=username)
        raise typer.Exit(1)
    return work.accesses.by(account.id)


def _say(work: Work, line: Access, *, sure: bool) -> None:
    account, laptop = work.people.get(line.user), work.devices.get(line.device)
    tell_privacy(
        "access_row" if sure else "access_row_place",
        at=line.at,
        name=account.name if account is not None else line.user or "-",
        event=line.event,
        what=line.rid or line.unit or "-",
        detail=", ".join(f"{key}={value}" for key, value in sorted(line.detail.items())) or "-",
        laptop=laptop.name if laptop is not None and laptop.name else line.device,
    )


def refusals(data: Data, limit: Annotated[int, typer.Option("--limit", min=1)] = 50) -> None:
    """List what was asked for and refused, the newest first: ids and codes, nobody's data."""
    with built(data).database.read() as work:
        found = work.refusals.latest(limit)
        for one in found:
            account, laptop = work.people.get(one.user), work.devices.get(one.device)
            tell_privacy(
                "refusal_row",
                at=one.last_at,
                name=account.name if account is not None else one.user or "-",
                laptop=laptop.name if laptop is not None and laptop.name else one.device,
                what=one.what,
                target=one.target or "-",
                code=one.code,
                count=one.count,
            )
    if not found:
        tell_privacy("refusal_none")
