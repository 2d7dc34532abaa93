"""Wraps one named place of the product so that its process dies there without a word, as a power cut does.

The product knows nothing of it: a function, or a method, is replaced in the process that is meant to die, wherever a
module holds it by name. A place is written ``module:function:before|after``, a method ``module:Class.method:after``.
"""

from __future__ import annotations

import functools
import os
import signal
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from typing import Any

BEFORE, AFTER = "before", "after"


def target(where: str) -> tuple[Any, str, Callable[..., Any], str]:
    """Return (owner, name, function, before|after) of a place; ``LookupError`` when the product has no such place."""
    module_name, path, when = where.split(":")
    if when not in (BEFORE, AFTER):
        raise LookupError(where)
    owner: Any = import_module(module_name)
    *outer, name = path.split(".")
    for one in outer:
        owner = getattr(owner, one, None)
    # A method is looked for where it is written down: what a class only inherits is a place of its parent.
    found = vars(owner).get(name) if owner is not None else None
    if not callable(found):
        raise LookupError(where)
    return owner, name, found, when


def arm(where: str, nth: int, mark: Path) -> None:
    """From now on this process kills itself and its group the ``nth`` time it comes by ``where``.

    ``mark`` is written just before, so that a place nobody came by is not taken for one that was survived.
    """
    owner, name, real, when = target(where)
    met = 0

    @functools.wraps(real)
    def deadly(*args: Any, **kwargs: Any) -> Any:
        nonlocal met
        met += 1
        mine = met == nth
        if mine and when == BEFORE:
            die(where, mark)
        answer = real(*args, **kwargs)
        if mine:
            die(where, mark)
        return answer

    setattr(owner, name, deadly)
    for module in list(sys.modules.values()):
        for held, value in list(vars(module).items()) if module is not None else ():
            if value is real:
                setattr(module, held, deadly)


def die(where: str, mark: Path) -> None:
    """SIGKILL to the whole group: a server's workers die together, as its machine would."""
    mark.write_text(where, encoding="utf-8")
    if os.name == "nt":
        os._exit(137)
    os.killpg(os.getpgid(0), signal.SIGKILL)
