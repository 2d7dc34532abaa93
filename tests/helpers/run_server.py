"""Starts the real server as a process of its own, over the small office of ``tests.helpers.office``.

``python -m tests.helpers.run_server FOLDER PORT``: sets the office up when the folder is empty (accounts are the role
names, see ``passphrase``), then serves until it is killed. Writes the port it listens on to FOLDER/port.
"""

from __future__ import annotations

import asyncio
import socket
import sys
from pathlib import Path

import uvicorn

from server_stub.api.deps import Server
from server_stub.app import build_server, create_app
from server_stub.settings import Settings
from server_stub.store.people import User
from sidumba_field.core.workflow import Grant
from tests.helpers.office import CHEAP, DESA, KABUPATEN, PROGRAM, ROLES, UNITS, PlainRules


def passphrase(username: str) -> str:
    return f"kata sandi {username}"


def settings_of(folder: Path) -> Settings:
    return Settings(data=folder, argon=CHEAP)


def set_up(server: Server) -> None:
    """Units, feeds, an account per role (and a second petugas), an open period."""
    with server.database.write() as work:
        work.scopes.put_units(UNITS)
        for unit in UNITS:
            work.scopes.ensure(PROGRAM, unit)
    for username, role in [*((role, role) for role in ROLES), ("petugas_2", "petugas")]:
        account = User("", username, username, "", "", ROLES[role], "", True, "")
        server.accounts.add_user(account, passphrase(username), (Grant(role, PROGRAM, ROLES[role]),))
    with server.database.write() as work:
        vid = work.scopes.ensure(PROGRAM, KABUPATEN)
    server.workflow.open_period(PROGRAM, vid, "2026")


def codes(server: Server, number: int) -> list[str]:
    return [server.accounts.issue_code(DESA, "laptop") for _ in range(number)]


def main(folder: Path, port: int) -> None:
    settings = settings_of(folder)
    if not settings.database.exists():
        folder.mkdir(parents=True, exist_ok=True)
        server = build_server(settings, programs={PROGRAM: PlainRules()})
        set_up(server)
        (folder / "codes").write_text("\n".join(codes(server, 32)), encoding="utf-8")
        server.database.close()
    listener = socket.socket()
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind(("127.0.0.1", port))
    app = create_app(settings, programs={PROGRAM: PlainRules()})
    config = uvicorn.Config(app, log_level="warning", access_log=False, timeout_keep_alive=30)
    (folder / "port").write_text(str(listener.getsockname()[1]), encoding="utf-8")
    asyncio.run(uvicorn.Server(config).serve(sockets=[listener]))


if __name__ == "__main__":
    main(Path(sys.argv[1]), int(sys.argv[2]))
