"""A village's work by stick, killed in the middle of saving, handing in or reading: begun again, nothing is lost."""

from __future__ import annotations

import os
from pathlib import Path

from server_stub.api.bundles.desk import BundleDesk
from server_stub.app import build_server
from server_stub.auth.keys import open_keys
from server_stub.settings import Settings
from sidumba_field.bundle import Kind, Signer, look
from sidumba_field.bundle import keep as put
from sidumba_field.core.time import SystemClock
from sidumba_field.seal.signing import SigningKey
from sidumba_field.sync.sticks import export, import_reply
from tests.chaos.dying import arm
from tests.chaos.point_world import World, lives, opened, run_process, together
from tests.chaos.points import LAPTOP, SERVER, Point
from tests.helpers.office import DESA, PROGRAM, PlainRules
from tests.helpers.over_http import HttpLaptop, Seat, judge_all

#: Small, so that a bundle has several parts.
PART = 60_000


def save_and_read(folder: Path, seat: Seat, stick: Path, point: Point | None, mark: Path) -> None:
    """One life of the laptop: it reads every reply on the stick, then saves its work there."""
    if hasattr(os, "setsid"):
        os.setsid()
    if point is not None:
        arm(point.where, point.nth, mark)
    laptop = HttpLaptop.at(folder, seat)
    for found in look(stick):
        if found.facts is not None and found.facts.kind is Kind.BALASAN and found.whole:
            import_reply(laptop.store, laptop.shelf, laptop.clock, found)
    signer = Signer(seat.user, SigningKey(seat.user_secret))
    export(laptop.store, laptop.shelf, laptop.clock, stick, signer, part_bytes=PART)
    laptop.store.close()


def hand_in(settings: Settings, stick: Path, point: Point | None, mark: Path) -> None:
    """One life of the operator's command: everything on the stick is handed in, the replies are put beside it."""
    if hasattr(os, "setsid"):
        os.setsid()
    if point is not None:
        arm(point.where, point.nth, mark)
    server = build_server(settings, SystemClock(), {PROGRAM: PlainRules()})
    desk = BundleDesk(server)
    for found in look(stick):
        if found.whole and found.facts is not None and found.facts.kind is Kind.KIRIM:
            reply = desk.handle(found).reply
            if all(one.facts != reply.facts for one in look(stick)):
                put(reply, stick)
    server.database.close()


def enrol(world: World) -> None:
    """Give the laptop what enrolment leaves in its store."""
    seat, keys = world.seats["mine"], open_keys(world.settings.keys)
    laptop = HttpLaptop.at(world.folder / "mine", seat)
    for name, value in {
        "device": seat.device,
        "device_secret": seat.secret.hex(),
        "server_key": keys.signing.public_hex,
        "age_recipient": keys.age_recipient,
        "unit": DESA,
    }.items():
        laptop.store.meta.set(name, value)
    laptop.store.close()


def stick_flow(world: World, point: Point, workers: int) -> bool:
    """Somebody dies at ``point``; then the stick goes to and fro twice more, and everybody meets over a clean line."""
    stick, mark = world.folder / "stick", world.folder / "died"
    stick.mkdir()
    enrol(world)
    seat, folder = world.seats["mine"], world.folder / "mine"
    on = {side: point if point.side == side else None for side in (SERVER, LAPTOP)}
    for turn in range(4):
        alive = turn > 1 or mark.exists()
        dying = {side: None if alive else one for side, one in on.items()}
        run_process(save_and_read, folder, seat, stick, dying[LAPTOP], mark)
        run_process(hand_in, world.settings, stick, dying[SERVER], mark)
    assert run_process(save_and_read, folder, seat, stick, None, mark) == 0
    assert not [path.name for path in stick.iterdir() if path.suffix == ".part" and not mark.exists()]
    with lives(world, workers) as processes:
        processes.start_server(None, world.folder / "unused")
        laptops = opened(world, processes.url)
        try:
            assert laptops["mine"].store.outbox.unsent() == 0, f"{point.name}: not answered by stick"
            together(world, processes.url, laptops)
            judge_all(world.truth(), list(laptops.values()), world.made, lambda: point.name)
        finally:
            for laptop in laptops.values():
                laptop.store.close()
    return mark.exists()
