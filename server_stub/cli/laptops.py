"""``sidumba-server device``: laptops, their enrolment codes, and the recovery codes they deposited."""

from __future__ import annotations

from typing import Annotated

import typer

from server_stub.cli.tools import Data, built, tell
from server_stub.store.devices import DeviceState
from sidumba_field.seal.box import open_text

device = typer.Typer(no_args_is_help=True)


@device.command("code")
def device_code(
    data: Data,
    unit: Annotated[str, typer.Option("--unit")],
    name: Annotated[str, typer.Option("--name")] = "",
) -> None:
    """Draw a one-time enrolment code for a laptop."""
    tell("code", code=built(data).accounts.issue_code(unit, name))


@device.command("list")
def device_list(data: Data) -> None:
    """List laptops."""
    with built(data).database.read() as work:
        for one in work.devices.all():
            tell("device_row", device=one.id, name=one.name, unit=one.unit, state=one.state.value)


@device.command("suspend")
def device_suspend(
    data: Data, device_id: str, lift: Annotated[bool, typer.Option("--lift", help="Aktifkan kembali")] = False
) -> None:
    """Shut a laptop out, or let it in again."""
    state = DeviceState.ACTIVE if lift else DeviceState.SUSPENDED
    with built(data).database.write() as work:
        is_known = work.devices.set_state(device_id, state)
    tell("device_state" if is_known else "device_unknown", device=device_id, state=state.value)
    if not is_known:
        raise typer.Exit(1)


@device.command("recovery")
def device_recovery(data: Data, device_id: str) -> None:
    """Read out the recovery code a laptop deposited, for the phone."""
    server = built(data)
    with server.database.read() as work:
        found = work.devices.get(device_id)
    if found is None:
        tell("device_unknown", device=device_id)
        raise typer.Exit(1)
    if not found.recovery_sealed:
        tell("no_recovery", device=device_id)
        raise typer.Exit(1)
    tell("recovery", device=device_id, code=open_text(server.keys.age_identity, found.recovery_sealed))
