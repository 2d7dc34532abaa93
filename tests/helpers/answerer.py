"""A process that types answers until it is killed, and says on its output which ones were acknowledged.

Started as ``python answerer.py <laptop folder> <rid> <first number>``; prints one number per durable answer. Every
seventh answer it seals the draft, so that kills also meet journals on their way into the outbox.
"""

from __future__ import annotations

import sys
from pathlib import Path

from sidumba_field.core.ids import new_id
from sidumba_field.core.time import SystemClock, iso
from sidumba_field.store import open_store
from tests.helpers.ledger import ANI, KEY


def main(folder: str, rid: str, first: str) -> None:
    clock = SystemClock()
    store = open_store(Path(folder), KEY, clock)
    number = int(first)
    while True:
        store.records.answer(rid, {f"q{number % 40}": str(number)})
        print(number, flush=True)
        number += 1
        if number % 7 == 0:
            store.records.seal(rid, ANI, iso(clock.now()), new_id(clock))


if __name__ == "__main__":
    main(*sys.argv[1:])
