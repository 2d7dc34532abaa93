"""Lets a network thread use the store without touching the database itself: every call runs on the one
worker.

The window's own database work runs on a single thread; a sync lasts minutes and must not block it, nor use
the connection beside it. So a sync is handed this stand-in for the store: same attributes, each call one job
of the worker.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Executor
from typing import Any, TypeVar, cast

T = TypeVar("T")


class _Handed:
    """Stands in for an object; calls go to the worker, nested repositories are wrapped in turn."""

    def __init__(self, target: object, worker: Executor) -> None:
        self._target = target
        self._worker = worker

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._target, name)
        if callable(value):
            return self._job(value)
        if type(value).__module__.startswith("sidumba_field."):
            return _Handed(value, self._worker)
        return value

    def _job(self, method: Callable[..., Any]) -> Callable[..., Any]:
        def run(*args: Any, **kwargs: Any) -> Any:
            return self._worker.submit(method, *args, **kwargs).result()

        return run


def handed(target: T, worker: Executor | None) -> T:
    """Return ``target`` itself without a worker (tests, command line), else its stand-in for other threads."""
    return target if worker is None else cast(T, _Handed(target, worker))
