"""``python -m tests.tour --program NAME --out DIR``: plays the SOP and leaves pictures, papers, databases, figures.

``--usb`` tells another story of the same SOP: a village that never goes online, by flashdisk alone.
"""

from __future__ import annotations

import argparse
import json
import os
import sys
import time
from pathlib import Path
from typing import Any

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from tests.helpers.server import ServerProcess
from tests.tour.recount import recount

#: The programs whose SOP the tour can play.
TOLD = ("sidumba",)
ZERO = ("ops_lost", "duplicates", "feed_gaps")
TRUE = ("feed_chain_ok", "clients_equal_server")
#: What only one of the two stories promises.
ONLINE_TRUE = ("backup_restored_ok",)
USB_ZERO = ("calls_of_the_village", "bytes_over_the_cut_line", "carrier_could_read", "bundles_unanswered")
USB_TRUE = ("bundles_written", "replies_read", "refused", "offered_again", "carrier_tried_to_read")


def main(arguments: list[str] | None = None) -> int:
    """Play the tour; 0 when every figure is as promised."""
    parser = argparse.ArgumentParser(prog="tour")
    parser.add_argument("--program", default="sidumba")
    parser.add_argument("--out", type=Path, default=Path("out"))
    parser.add_argument(
        "--usb", action="store_true", help="a village that never goes online, by flashdisk alone"
    )
    chosen = parser.parse_args(arguments)
    if chosen.program not in TOLD:
        parser.error(f"no story is told of {chosen.program} yet; there is: {', '.join(TOLD)}")
    out: Path = chosen.out.resolve()
    began = time.monotonic()
    fresh(out)
    play(out, ServerProcess.start(out / "server"), usb=chosen.usb)
    figures = recount(out)
    summary = {"program": chosen.program, **figures, "seconds": round(time.monotonic() - began, 1)}
    (out / "summary.json").write_text(json.dumps(summary, indent=1) + "\n", encoding="utf-8")
    say(json.dumps(summary, indent=1))
    bad = broken(figures, usb=chosen.usb)
    if bad or not figures["signed_off"]:
        say(f"not as promised: {', '.join(bad) or 'signed_off'}")
        return 1
    say(f"pictures: {out / 'screens'}  papers: {out / 'papers'}")
    return 0


def broken(figures: dict[str, Any], *, usb: bool) -> list[str]:
    """Return the names of figures that are not as promised."""
    zero = ZERO + (USB_ZERO if usb else ())
    true = TRUE + (USB_TRUE if usb else ONLINE_TRUE)
    return [name for name in zero if figures[name]] + [name for name in true if not figures[name]]


def fresh(out: Path) -> None:
    """Begin in an empty folder; what an earlier tour left is moved aside, never mixed in."""
    if out.exists() and any(out.iterdir()):
        number = 1
        while (aside := out.with_name(f"{out.name}.{number}")).exists():
            number += 1
        out.rename(aside)
    out.mkdir(parents=True, exist_ok=True)


def play(out: Path, server: ServerProcess, *, usb: bool = False) -> None:
    """Open the windows and tell the story; the accounts are written first, for whoever recounts."""
    from sidumba_field.ui.app import make_app
    from tests.tour import by_stick, story

    app = make_app(["tour"], "light")
    tour = story.Tour(out, server)
    journey = None
    try:
        if usb:
            journey = by_stick.set_up(tour)
            write_accounts(out, tour, server)
            by_stick.tell(journey)
        else:
            story.set_up(tour)
            write_accounts(out, tour, server)
            story.tell(tour)
    finally:
        if journey is not None:
            by_stick.close(journey)
        story.close(tour)
        tour.server.stop()
        app.processEvents()


def write_accounts(out: Path, tour: Any, server: ServerProcess) -> None:
    """Leave the test passphrases, so that another program can open the databases and count again."""
    laptops = {}
    for name, window in tour.windows.items():
        laptop = window.laptop
        laptops[name] = {
            "folder": f"laptops/{name}",
            "people": [
                {
                    "role": role,
                    "user_id": laptop.cards[role].user_id,
                    "username": person["username"],
                    "passphrase": person["passphrase"],
                }
                for role, person in laptop.people.items()
            ],
        }
    accounts = {
        "server": {"database": "server/server.db", "accounts": list(server.accounts.values())},
        "laptops": laptops,
    }
    (out / "accounts.json").write_text(json.dumps(accounts, indent=1, ensure_ascii=False), encoding="utf-8")


def say(text: str) -> None:
    """Standard output belongs to the person who started the tour."""
    print(text, flush=True)


if __name__ == "__main__":
    sys.exit(main())
