"""A laptop that is emptied on the district's order, killed in the middle: its work reaches the server, its keys go.

The laptop is a real folder with key slots, run as ``sidumba-field sync`` runs it; the operator opens the sealed work.
"""

from __future__ import annotations

import os
from pathlib import Path

from server_stub.api.bundles.desk import BundleDesk
from server_stub.app import build_server
from server_stub.auth.gate import ANY_STATE
from server_stub.auth.keys import open_keys
from server_stub.auth.orders import give
from server_stub.store.devices import DeviceState
from sidumba_field.bootstrap import build_services
from sidumba_field.bundle import look
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import SystemClock
from sidumba_field.seal.slots import KeyFile, UserCard
from sidumba_field.services.account.emptied import HANDED_IN, read_note
from sidumba_field.store import LocalUser
from tests.chaos.dying import arm
from tests.chaos.point_world import Processes, World, lives, opened, run_process, together
from tests.chaos.points import LAPTOP, SERVER, Point
from tests.helpers.laptop import KEY
from tests.helpers.laptop_folder import CHEAP as CHEAP_SLOT
from tests.helpers.office import DESA, PROGRAM, PlainRules
from tests.helpers.over_http import judge_server
from tests.helpers.run_server import passphrase

#: What is typed and not handed over when the order comes.
DRAFT = {"telepon": "081200000001"}
_TRIES = 3


def make_real(world: World, url: str) -> str:
    """Give the folder of ``mine`` what enrolment leaves, and an open draft; return the record it belongs to."""
    seat = world.seats["mine"]
    keys = open_keys(world.settings.keys)
    laptop = world.laptop("mine", url)
    store = laptop.store
    for name, value in {
        "server_url": url,
        "device": seat.device,
        "device_secret": seat.secret.hex(),
        "server_key": keys.signing.public_hex,
        "age_recipient": keys.age_recipient,
        "office": "Dinas",
        "unit": DESA,
    }.items():
        store.meta.set(name, value)
    grant = {"role": "petugas", "program": PROGRAM, "unit": DESA}
    store.users.upsert(LocalUser(seat.user, "petugas", "Petugas", "", "", DESA, "Halong", (grant,), ""))
    rid = next(rid for rid, typed in laptop.typed.items() if typed.get("nama") == "Toko 1")
    laptop.type(rid, **DRAFT)
    store.close()
    world.typed["mine"] = {**world.typed["mine"], rid: laptop.typed[rid]}
    file = KeyFile(world.folder / "mine" / "keys.json")
    file.create(KEY)
    card = UserCard(seat.user, "Petugas", "Petugas", "Halong", "petugas")
    file.add_user(seat.user, card, passphrase("petugas"), KEY, seat.user_secret, CHEAP_SLOT)
    return rid


def empty_it(folder: Path, user: str, point: Point | None, mark: Path) -> None:
    """One life of the laptop: somebody sits down, sends and fetches, and the order that came is obeyed."""
    if hasattr(os, "setsid"):
        os.setsid()
    if point is not None:
        arm(point.where, point.nth, mark)
    services = build_services(folder)
    services.session.login_view()
    try:
        services.session.unlock(user, passphrase("petugas"))
    except SidumbaError as error:
        if error.code != "store.no_laptop":
            raise
        return
    if services.syncing.run().order == "wipe":
        services.orders.obey()
    services.session.lock()


def wipe_flow(world: World, point: Point, workers: int) -> bool:
    """Order, death, and the runs after it; then the operator opens what was sealed, and all must be there."""
    mark = world.folder / "died"
    seat = world.seats["mine"]
    folder = world.folder / "mine"
    with lives(world, workers) as processes:
        make_real(world, processes.url)
        _order(world, seat.device)
        processes.start_server(point if point.side == SERVER else None, mark)
        run_process(empty_it, folder, seat.user, point if point.side == LAPTOP else None, mark)
        processes.kill_server()
        processes.start_server(None, world.folder / "unused")
        for _ in range(_TRIES):
            assert run_process(empty_it, folder, seat.user, None, mark) == 0
        _judge_laptop(folder)
        _open_sealed(world, folder)
        _judge_server(world, processes, point)
    return mark.exists()


def _order(world: World, device: str) -> None:
    server = build_server(world.settings, programs={PROGRAM: PlainRules()})
    assert give(server.database, server.keys, SystemClock(), device, DeviceState.WIPE, "hilang") is not None
    server.database.close()


def _judge_laptop(folder: Path) -> None:
    left = sorted(path.name for path in folder.iterdir() if path.name.startswith(("keys.json", "setup.json")))
    assert left == [], "a key slot survived"
    note = read_note(folder)
    assert note is not None
    assert note.file in {path.name for path in (folder / HANDED_IN).iterdir()}, "the sealed work stays here"


def _open_sealed(world: World, folder: Path) -> None:
    """As ``sidumba-server laptop open-sealed`` does, with every file that lies on the laptop, twice."""
    server = build_server(world.settings, programs={PROGRAM: PlainRules()})
    try:
        for _ in range(2):
            for found in look(folder / HANDED_IN):
                BundleDesk(server).handle(found, admit=ANY_STATE)
    finally:
        server.database.close()


def _judge_server(world: World, processes: Processes, point: Point) -> None:
    others = {name: laptop for name, laptop in opened(world, processes.url).items() if name != "mine"}
    try:
        together(world, processes.url, others)
        found = world.truth()
        judge_server(found, world.made, lambda: point.name)
        for laptop in others.values():
            laptop.judge(found)
        lost = [
            (rid, path)
            for rid, answers in world.typed["mine"].items()
            for path, value in answers.items()
            if value not in found.told.get((rid, path), set())
        ]
        assert lost == [], f"{point.name}: what was typed on the emptied laptop"
        assert set(world.photos["mine"]) <= found.whole, point.name
    finally:
        for laptop in others.values():
            laptop.store.close()
