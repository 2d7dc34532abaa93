"""``sidumba-server init`` and ``run``: prepare a data folder, serve until stopped; a sample office on request."""

from __future__ import annotations

import json
import os
import socket
import threading
import time
import urllib.error
import urllib.request
from typing import Annotated

import typer
import uvicorn
from uvicorn.supervisors import Multiprocess

from server_stub.api.deps import Server
from server_stub.app import build_server
from server_stub.auth.office import SampleOffice, read_sample, settle
from server_stub.cli.files import tidy_up
from server_stub.cli.tools import Data, Url, built, remember, remembered, remembered_place, settings_of, tell
from server_stub.settings import Settings
from sidumba_field.programs import shipped_folder

_SAMPLE = "sample.toml"


def init(
    data: Data,
    database_url: Url = "",
    s3_bucket: Annotated[str, typer.Option("--s3-bucket", help="Berkas di penyimpanan S3")] = "",
    s3_endpoint: Annotated[str, typer.Option("--s3-endpoint", help="https://..., kosong = Amazon")] = "",
    s3_region: Annotated[str, typer.Option("--s3-region")] = "",
    s3_prefix: Annotated[str, typer.Option("--s3-prefix", help="Awalan nama, misalnya balangan/")] = "",
    sample: Annotated[bool, typer.Option("--sample")] = False,
) -> None:
    """Prepare the data folder: database, keys, where files lie, and on request the sample office."""
    data.mkdir(parents=True, exist_ok=True)
    place = {"bucket": s3_bucket, "endpoint": s3_endpoint, "region": s3_region, "prefix": s3_prefix}
    if database_url or s3_bucket:
        remember(data, database_url or remembered(data), place if s3_bucket else remembered_place(data))
    server = built(data, database_url)
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
    settings = settings_of(data, database_url, workers, hosts)
    server = build_server(settings)
    tidy_up(server)
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
