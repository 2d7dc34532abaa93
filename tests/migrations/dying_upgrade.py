"""An upgrade that dies at a named point, and what has to be left of it: the old database or the new one, whole."""

from __future__ import annotations

import json
import multiprocessing
import os
import shutil
from pathlib import Path
from typing import Any

from sidumba_field.attachments import Shelf
from sidumba_field.store import open_store
from tests.chaos.dying import arm
from tests.helpers.ledger import KEY, clock
from tests.migrations.keep import FIXTURES, told

LIFE_S = 60


def _life(folder: Path, where: str, nth: int, mark: Path, links: bool) -> None:
    """Open a laptop as a start of the application does, and die on the way."""
    os.setsid()
    if not links:
        os.link = _no_links
    arm(where, nth, mark)
    open_store(folder, KEY, clock()).close()


def _no_links(*_: object, **__: object) -> None:
    raise OSError("this disk knows no links")


def _context() -> Any:
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([__name__])
    return context


def die_in_upgrade(home: Path, where: str, nth: int = 1, *, links: bool = True) -> bool:
    """Kill the upgrade of a laptop of the first release at one point and judge what the next start finds.

    Returns whether anybody came by the point. ``links``: whether the disk knows hard links.
    """
    folder, mark = home / "upgraded", home / "died-upgrading"
    shutil.copytree(FIXTURES / "v1", folder)
    held = json.loads((folder / "held.json").read_text(encoding="utf-8"))
    life = _context().Process(target=_life, args=(folder, where, nth, mark, links))
    life.start()
    life.join(LIFE_S)
    if not mark.exists():
        return False
    assert life.exitcode == -9, life.exitcode
    store = open_store(folder, KEY, clock())
    try:
        assert told(store, Shelf(folder / "attachments", KEY)) == held
        store.check()
    finally:
        store.close()
    assert not list(folder.glob("laptop.db?*")), "something is left beside the database"
    kept = _kept(folder)
    assert set(kept) == {"laptop-v1-"}
    # And it ends there: the next opening has nothing left to do.
    open_store(folder, KEY, clock()).close()
    assert _kept(folder) == kept
    return True


def _kept(folder: Path) -> list[str]:
    return sorted(file.name[:10] for file in (folder / "copies").iterdir())
