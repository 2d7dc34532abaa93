"""A petugas fills one whole form with a photo, hands it on, prints it and leaves a second one half typed.

A process of its own on the real services and the real store, so that every folder it writes to can be searched while
it is at work (``OPEN``; it goes on with the next line it is sent) and after it has closed (``CLOSED``).
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from sidumba_field.bootstrap import build_services, log_to
from sidumba_field.core.errors import SidumbaError
from sidumba_field.services import Services
from sidumba_field.services.views import Decided
from tests.helpers.typist import fill


def work(services: Services, arguments: argparse.Namespace) -> None:
    """A day: a slip at the door, a whole form handed on and printed, a try to send, a second form begun."""
    try:
        services.session.unlock(arguments.user, arguments.passphrase[:-1])
    except SidumbaError as error:
        print("REFUSED", error.code, flush=True)
    services.session.unlock(arguments.user, arguments.passphrase)
    rid = services.entry.new().rid
    fill(services.entry, rid, arguments.photo)
    done = services.entry.finish(rid)
    if not isinstance(done, Decided):
        raise SystemExit(f"not handed on: {done}")
    for paper, _ in services.reporting.papers(rid):
        print("PAPER", services.reporting.print(paper, rid, arguments.papers).path, flush=True)
    outcome = services.syncing.run()
    print("SENT" if outcome.ok else "OFFLINE", flush=True)
    draft = services.entry.new().rid
    services.entry.answer(draft, "pemilik/nik", arguments.draft_nik)
    services.entry.choices(draft, "usaha/kbli", "keripik")


def main() -> int:
    """Work, wait to be searched, close."""
    parser = argparse.ArgumentParser(prog="whole_form")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--user", required=True)
    parser.add_argument("--passphrase", required=True)
    parser.add_argument("--draft-nik", required=True)
    parser.add_argument("--photo", type=Path, required=True)
    parser.add_argument("--papers", type=Path, required=True)
    arguments = parser.parse_args()
    log_to(arguments.folder)
    services = build_services(arguments.folder)
    work(services, arguments)
    print("OPEN", flush=True)
    sys.stdin.readline()
    services.session.lock()
    print("CLOSED", flush=True)
    return 0


if __name__ == "__main__":
    sys.exit(main())
