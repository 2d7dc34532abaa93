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
    """Stands in for an object; calls and computed attributes go to the worker, repositories are wrapped in turn."""

    def __init__(self, target: object, worker: Executor, allowed: Callable[[], None]) -> None:
        self._target = target
        self._worker = worker
        self._allowed = allowed

    def __getattr__(self, name: str) -> Any:
        if isinstance(getattr(type(self._target), name, None), property):
            # A property may read the database just as a call does.
            value = self._on_worker(getattr, self._target, name)
        else:
            value = getattr(self._target, name)
        if callable(value):
            return lambda *args, **kwargs: self._on_worker(value, *args, **kwargs)
        if type(value).__module__.startswith("sidumba_field."):
            return _Handed(value, self._worker, self._allowed)
        return value

    def _on_worker(self, call: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
        def run() -> Any:
            self._allowed()
            return call(*args, **kwargs)

        return self._worker.submit(run).result()


def _always() -> None:
    """Allow every call."""


def handed(target: T, worker: Executor | None, allowed: Callable[[], None] = _always) -> T:
    """Return ``target`` itself without a worker (tests, command line), else its stand-in for other threads.

    ``allowed`` is asked on the worker before each call and raises when the store may not be used any more.
    """
    return target if worker is None else cast(T, _Handed(target, worker, allowed))
