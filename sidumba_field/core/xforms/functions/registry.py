"""Where the families write their functions down."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

Function = Callable[..., Any]
REGISTRY: dict[str, Function] = {}


def odk(*names: str) -> Callable[[Function], Function]:
    """Register a function under the names forms call it by."""

    def keep(function: Function) -> Function:
        for name in names:
            if name in REGISTRY:
                raise ValueError(f"function registered twice: {name}")
            REGISTRY[name] = function
        return function

    return keep
