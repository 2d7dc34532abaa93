"""Wraps any line and breaks chosen calls in chosen ways: every fault of the matrix in docs/spec/sync.md "Faults".

Faults live here and in ``proxy``, never in the product.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sidumba_field.core.errors import SidumbaError
from sidumba_field.sync.transport import Transport


class Fault(StrEnum):
    """What may happen to one call. ``after`` faults reach the server first: it has acted, the laptop does not know."""

    REFUSED = "refused"
    CUT_BEFORE = "cut before it was sent"
    CUT_AFTER = "cut after the server committed"
    TWICE = "sent twice"
    TIMEOUT_AFTER = "no answer in time"
    WRONG_DIGEST = "answer changed on the way"
    PORTAL = "a portal answers"
    STRANGER = "401: the laptop is unknown"
    EXPIRED = "401: the session has expired"
    TOO_BIG = "413"
    OTHER_VERSION = "426"
    TOO_MANY = "429"
    OVERLOADED = "503"
    BROKEN = "500"
    KILLED_BEFORE = "killed before the call"
    KILLED_AFTER = "killed after the server committed"


class Killed(BaseException):
    """The process died here. Not an Exception: nothing in the product may catch it."""


_BEFORE: dict[Fault, SidumbaError] = {
    Fault.REFUSED: SidumbaError("wire.unreachable"),
    Fault.CUT_BEFORE: SidumbaError("wire.cut_short"),
    Fault.PORTAL: SidumbaError("wire.not_our_server"),
    Fault.STRANGER: SidumbaError("auth.device_unknown"),
    Fault.EXPIRED: SidumbaError("auth.session_expired"),
    Fault.TOO_BIG: SidumbaError("wire.body_too_big", status=413),
    Fault.OTHER_VERSION: SidumbaError("wire.protocol_unknown", status=426),
    Fault.TOO_MANY: SidumbaError("wire.overloaded", status=429),
    Fault.OVERLOADED: SidumbaError("wire.overloaded", retry_after=30),
    Fault.BROKEN: SidumbaError("wire.server_fault"),
}
_AFTER: dict[Fault, SidumbaError] = {
    Fault.CUT_AFTER: SidumbaError("wire.cut_short"),
    Fault.TIMEOUT_AFTER: SidumbaError("wire.timeout"),
    Fault.WRONG_DIGEST: SidumbaError("wire.bad_digest"),
}
METHODS = (
    "hello", "order", "roots", "enrol", "session", "escrow", "push", "access", "pull", "snapshot", "history",
    "att_status", "att_write", "att_read",
)  # fmt: skip


@dataclass
class FaultyTransport:
    """``plan(method, nth)`` names the fault of the nth call (from 1) of a method, or None. ``calls`` counts them."""

    line: Transport
    plan: Callable[[str, int], Fault | None]
    calls: Counter[str] = field(default_factory=Counter)

    def __getattr__(self, name: str) -> Any:
        if name not in METHODS:
            raise AttributeError(name)
        return lambda *args: self._call(name, *args)

    def _call(self, name: str, *args: Any) -> Any:
        self.calls[name] += 1
        fault = self.plan(name, self.calls[name])
        if fault is Fault.KILLED_BEFORE:
            raise Killed
        if fault in _BEFORE:
            raise _again(_BEFORE[fault])
        real = getattr(self.line, name)
        answer = real(*args)
        if fault is Fault.TWICE:
            answer = real(*args)
        if fault is Fault.KILLED_AFTER:
            raise Killed
        if fault in _AFTER:
            raise _again(_AFTER[fault])
        return answer


def _again(error: SidumbaError) -> SidumbaError:
    return SidumbaError(error.code, **error.params)


def once(method: str, fault: Fault, nth: int = 1) -> Callable[[str, int], Fault | None]:
    """Break only the nth call of ``method``."""
    return lambda name, count: fault if (name, count) == (method, nth) else None


def always(method: str, fault: Fault) -> Callable[[str, int], Fault | None]:
    """Break every call of ``method``."""
    return lambda name, count: fault if name == method else None
