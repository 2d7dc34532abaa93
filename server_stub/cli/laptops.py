"""``sidumba-server laptop``: laptops, their enrolment codes, the states they are put into, and what they deposited."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from server_stub.api.bundles.desk import BundleDesk
from server_stub.auth.gate import ANY_STATE
from server_stub.auth.orders import give
from server_stub.cli.tools import Data, built, tell
from server_stub.store.devices import DeviceState
from server_stub.store.lives import twins_since
from sidumba_field.bundle import gather, look
from sidumba_field.seal.box import open_text
from sidumba_field.seal.rescued import open_rescue
from sidumba_field.words import say

laptop = typer.Typer(no_args_is_help=True)

_WORDS = {
    DeviceState.ACTIVE: "state_active",
    DeviceState.SUSPENDED: "state_suspended",
    DeviceState.REVOKED: "state_revoked",
    DeviceState.WIPE: "state_wipe",
}
Reason = Annotated[str, typer.Option("--reason", help="Sebab, tampil di laptop")]


@laptop.command("code")
def laptop_code(
    data: Data,
    unit: Annotated[str, typer.Option("--unit")],
    name: Annotated[str, typer.Option("--name")] = "",
) -> None:
    """Draw a one-time enrolment code for a laptop."""
    tell("code", code=built(data).accounts.issue_code(unit, name))


@laptop.command("list")
def laptop_list(data: Data) -> None:
    """List laptops with their states, and those that send from two machines."""
    with built(data).database.read() as work:
        lives = work.lives.all()
        for one in work.devices.all():
            tell(
                "device_row",
                device=one.id,
                name=one.name,
                unit=one.unit,
                state=_word(one.state),
                seen=one.seen_at,
            )
            if twins := twins_since(lives.get(one.id, [])):
                tell("device_twins", at=twins)


@laptop.command("open-rescue")
def laptop_open_rescue(
    data: Data, file: Path, into: Annotated[Path, typer.Option("--into", help="Folder hasil")]
) -> None:
    """Unlock what was saved from a broken laptop, or handed over from a quarantine: lines of JSON, and the files."""
    number, files = open_rescue(file, built(data).keys.age_identity, into)
    tell("rescue_opened", lines=number, files=files, folder=str(into))


@laptop.command("suspend")
def laptop_suspend(
    data: Data,
    device_id: str,
    reason: Reason = "",
    lift: Annotated[bool, typer.Option("--lift", help="Aktifkan kembali")] = False,
) -> None:
    """Shut a laptop out for a while: it may still hand in what it holds, but neither read nor decide."""
    _order(data, device_id, DeviceState.ACTIVE if lift else DeviceState.SUSPENDED, reason)


@laptop.command("resume")
def laptop_resume(data: Data, device_id: str, reason: Reason = "") -> None:
    """Let a laptop in again."""
    _order(data, device_id, DeviceState.ACTIVE, reason)


@laptop.command("revoke")
def laptop_revoke(data: Data, device_id: str, reason: Reason = "") -> None:
    """Withdraw a laptop: nothing it sends is taken any more."""
    _order(data, device_id, DeviceState.REVOKED, reason)


@laptop.command("wipe")
def laptop_wipe(data: Data, device_id: str, reason: Reason = "") -> None:
    """Have a laptop seal its unsent work to this server and destroy its keys as soon as the order reaches it."""
    _order(data, device_id, DeviceState.WIPE, reason)


@laptop.command("recovery")
def laptop_recovery(data: Data, device_id: str) -> None:
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


@laptop.command("open-sealed")
def laptop_open_sealed(
    data: Data,
    files: Annotated[
        list[Path] | None, typer.Argument(help="Berkas titipan; tanpa nama: semua yang diterima")
    ] = None,
) -> None:
    """Open the sealed work of an emptied laptop and take it in as if the laptop had sent it. Safe to repeat."""
    desk = BundleDesk(built(data))
    received = look(desk.sealed) if not files and desk.sealed.exists() else ()
    for found in gather(files) if files else received:
        row = desk.handle(found, admit=ANY_STATE).row
        tell("opened_sealed", file=found.name, device=row.device, ops=row.ops, files=row.files)


def _order(data: Data, device_id: str, state: DeviceState, reason: str) -> None:
    server = built(data)
    order = give(server.database, server.keys, server.clock, device_id, state, reason)
    if order is None:
        tell("device_unknown", device=device_id)
        raise typer.Exit(1)
    tell("device_state", device=device_id, state=_word(state))
    tell("ordered", device=device_id, number=order.number, state=_word(state))


def _word(state: DeviceState) -> str:
    return say(f"server.{_WORDS[state]}")
