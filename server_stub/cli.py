"""sidumba-server: set up and run the central server, and what its operator does by hand."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import typer
import uvicorn
from uvicorn.supervisors import Multiprocess

from server_stub.api.deps import Server
from server_stub.app import build_server
from server_stub.auth.office import SampleOffice, read_sample, settle
from server_stub.cli_forms import form
from server_stub.settings import Settings
from server_stub.store.audit import audit
from server_stub.store.devices import DeviceState
from server_stub.store.people import User
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import iso
from sidumba_field.core.workflow import Grant
from sidumba_field.programs import shipped_folder
from sidumba_field.programs.faults import Unsound
from sidumba_field.seal.box import open_text
from sidumba_field.words import explain_error, say

app = typer.Typer(no_args_is_help=True, add_completion=False)
user = typer.Typer(no_args_is_help=True)
device = typer.Typer(no_args_is_help=True)
unit = typer.Typer(no_args_is_help=True)
app.add_typer(user, name="user")
app.add_typer(device, name="device")
app.add_typer(unit, name="unit")
app.add_typer(form, name="form")

Data = Annotated[Path, typer.Option("--data", help="Folder data server")]
Url = Annotated[str, typer.Option("--database-url", help="PostgreSQL: postgresql+psycopg://...")]
_SAMPLE = "sample.toml"


def tell(key: str, **params: object) -> None:
    """Say one sentence on standard output, at once."""
    typer.echo(say(f"server.{key}", **params))


def _built(data: Path, url: str = "") -> Server:
    return build_server(Settings(data=data.resolve(), database_url=url or _remembered(data)))


def _remember(data: Path, url: str) -> None:
    """Note the database for later commands; the address may hold a password, so only the owner may read it."""
    handle = os.open(data / "server.json", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as note:
        note.write(json.dumps({"database_url": url}))


def _remembered(data: Path) -> str:
    """Return the database an earlier ``init`` named, so that nobody has to repeat it."""
    note = data / "server.json"
    return str(json.loads(note.read_text(encoding="utf-8"))["database_url"]) if note.exists() else ""


@app.command()
def init(
    data: Data, database_url: Url = "", sample: Annotated[bool, typer.Option("--sample")] = False
) -> None:
    """Prepare the data folder: database, keys, and on request the sample office."""
    data.mkdir(parents=True, exist_ok=True)
    if database_url:
        _remember(data, database_url)
    server = _built(data, database_url)
    if sample:
        _settle_samples(server)
    tell("initialised", folder=data)


def _samples(server: Server) -> list[SampleOffice]:
    """Return the sample offices of the installed programs: data beside their program.toml."""
    found = []
    for folder in sorted(shipped_folder().iterdir()):
        path = folder / _SAMPLE
        if path.is_file() and folder.name in server.programs:
            found.append(read_sample(folder.name, path))
    return found


def _settle_samples(server: Server) -> None:
    for sample in _samples(server):
        settle(server.database, server.accounts, sample)
        with server.database.write() as work:
            vid = work.scopes.ensure(sample.program, sample.period_unit)
        server.workflow.open_period(sample.program, vid, sample.period)


def _show_samples(server: Server, url: str) -> None:
    """Print the sample accounts and a code; keep them, and a code per person, for a desktop next door."""
    people = [person for sample in _samples(server) for person in sample.people]
    codes = [server.accounts.issue_code(person.unit, "") for person in people]
    first = server.accounts.issue_code(people[0].unit if people else "", "")
    for person in people:
        tell(
            "sample_account",
            name=person.name,
            role=person.role,
            username=person.username,
            passphrase=person.passphrase,
        )
    tell("sample_code", code=first)
    listed = [{name: getattr(person, name) for name in type(person).__slots__} for person in people]
    note = json.dumps(
        {"url": url, "code": first, "codes": codes, "accounts": listed}, ensure_ascii=False, indent=1
    )
    (server.settings.data / "sample.json").write_text(note, encoding="utf-8")


@app.command()
def run(
    data: Data,
    host: Annotated[str, typer.Option("--host")] = "127.0.0.1",
    port: Annotated[int, typer.Option("--port", help="0 = porta bebas mana saja")] = 8765,
    workers: Annotated[int, typer.Option("--workers", min=1)] = 1,
    public_host: Annotated[
        list[str] | None, typer.Option("--public-host", help="Nama server di jaringan")
    ] = None,
    database_url: Url = "",
    sample: Annotated[bool, typer.Option("--sample", help="Kantor contoh bila masih kosong")] = False,
) -> None:
    """Serve until stopped."""
    data.mkdir(parents=True, exist_ok=True)
    hosts = (*(public_host or []), host)
    settings = Settings(data.resolve(), database_url or _remembered(data), workers, hosts)
    server = build_server(settings)
    listener = _listen(host, port)
    url = f"http://{host}:{listener.getsockname()[1]}"
    if sample:
        _settle_samples(server)
        _show_samples(server, url)
    server.database.close()
    _serve(settings, listener, url)
    tell("stopped")


def _listen(host: str, port: int) -> socket.socket:
    """Bind first, so that the address is known before any worker exists and survives all of them."""
    listener = socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET)
    if os.name != "nt":
        # On Windows this option would let a second server steal the port.
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((host, port))
    listener.set_inheritable(True)
    return listener


def _serve(settings: Settings, listener: socket.socket, url: str) -> None:
    os.environ.update(settings.environment())
    config = uvicorn.Config(
        "server_stub.app:from_environ",
        factory=True,
        workers=settings.workers,
        log_level="warning",
        access_log=False,
        server_header=False,
        timeout_keep_alive=30,
        timeout_graceful_shutdown=10,
    )
    threading.Thread(target=_announce, args=(url,), daemon=True).start()
    if settings.workers == 1:
        uvicorn.Server(config).run(sockets=[listener])
    else:
        listener.listen(128)
        Multiprocess(config, sockets=[listener]).run()


def _announce(url: str) -> None:
    """Print the ready line once the server really answers."""
    while True:
        try:
            with urllib.request.urlopen(f"{url}/v1/hello", timeout=5) as reply:
                if reply.status == 200:
                    tell("ready", url=url)
                    return
        except (urllib.error.URLError, OSError):
            time.sleep(0.05)


@unit.command("add")
def unit_add(data: Data, code: str, name: str) -> None:
    """Serve one more unit, in every installed program."""
    server = _built(data)
    with server.database.write() as work:
        work.scopes.put_units({code: name})
        for program in server.programs:
            work.scopes.ensure(program, code)
    tell("unit_added", unit=code, name=name)


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
    server = _built(data)
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
    server = _built(data)
    with server.database.read() as work:
        for one in work.people.all():
            tell("user_row", username=one.username, name=one.name, position=one.position, unit=one.unit)
            for grant in work.people.grants(one.id):
                tell("grant_row", role=grant.role, program=grant.program, unit=grant.unit)


@user.command("grant")
def user_grant(
    data: Data,
    username: str,
    role: Annotated[str, typer.Option("--role")],
    program: Annotated[str, typer.Option("--program")],
    unit: Annotated[str, typer.Option("--unit")],
    since: Annotated[datetime | None, typer.Option("--from", help="UTC")] = None,
    until: Annotated[datetime | None, typer.Option("--until", help="UTC")] = None,
    acting_for: Annotated[str, typer.Option("--acting-for", help="Nama pengguna yang diwakili")] = "",
) -> None:
    """Give a right; a Plt. or Plh. gets one with days and the official he stands in for."""
    server = _built(data)
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
        grant = Grant(role, program, unit, _day(since), _day(until), official.id if official else "")
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
    server = _built(data)
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
    with _built(data).database.write() as work:
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


def _day(at: datetime | None) -> str:
    return iso(at.replace(tzinfo=UTC)) if at else ""


@device.command("code")
def device_code(
    data: Data,
    unit: Annotated[str, typer.Option("--unit")],
    name: Annotated[str, typer.Option("--name")] = "",
) -> None:
    """Draw a one-time enrolment code for a laptop."""
    tell("code", code=_built(data).accounts.issue_code(unit, name))


@device.command("list")
def device_list(data: Data) -> None:
    """List laptops."""
    with _built(data).database.read() as work:
        for one in work.devices.all():
            tell("device_row", device=one.id, name=one.name, unit=one.unit, state=one.state.value)


@device.command("suspend")
def device_suspend(
    data: Data, device_id: str, lift: Annotated[bool, typer.Option("--lift", help="Aktifkan kembali")] = False
) -> None:
    """Shut a laptop out, or let it in again."""
    state = DeviceState.ACTIVE if lift else DeviceState.SUSPENDED
    with _built(data).database.write() as work:
        is_known = work.devices.set_state(device_id, state)
    tell("device_state" if is_known else "device_unknown", device=device_id, state=state.value)
    if not is_known:
        raise typer.Exit(1)


@device.command("recovery")
def device_recovery(data: Data, device_id: str) -> None:
    """Read out the recovery code a laptop deposited, for the phone."""
    server = _built(data)
    with server.database.read() as work:
        found = work.devices.get(device_id)
    if found is None:
        tell("device_unknown", device=device_id)
        raise typer.Exit(1)
    if not found.recovery_sealed:
        tell("no_recovery", device=device_id)
        raise typer.Exit(1)
    tell("recovery", device=device_id, code=open_text(server.keys.age_identity, found.recovery_sealed))


@app.command("erase")
def erase_command(data: Data, rid: str, reason: Annotated[str, typer.Option("--reason")]) -> None:
    """Erase the content of one record for good (right of the person); the chain stays whole."""
    server = _built(data)
    what = server.workflow.erase(rid, reason)
    if what is None:
        tell("record_unknown", rid=rid)
        raise typer.Exit(1)
    for sha in what.files:
        server.blobs.remove(sha)
    tell("erased", rid=rid, count=what.entries)


@app.command()
def verify(data: Data) -> None:
    """Walk every chain from its first link and say whether all is whole."""
    found = audit(_built(data).database)
    for fault in found.faults:
        tell("broken", where=fault)
    if found.faults:
        raise typer.Exit(1)
    tell("verified", scopes=found.scopes, entries=found.entries)


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


if __name__ == "__main__":
    main()
