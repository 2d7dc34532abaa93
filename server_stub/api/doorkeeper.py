"""What happens before anybody is known: too many at once are sent away, too many calls of one address as well.

Calls of a laptop are counted only after its signature was found right (``deps``): a stranger who writes a laptop's id
into his header uses up nothing of it.
"""

from __future__ import annotations

import secrets

from starlette.types import ASGIApp, Receive, Scope, Send

from server_stub.api.errors import problem
from server_stub.auth.rates import Buckets, Rate
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import Clock
from sidumba_field.wire import endpoints

#: Requests one worker has in hand before it sends others away: more would only wait and time out.
CROWDED = 200
#: Asked before anybody signs; a guess at a one-time code costs ten.
OPEN_DOORS = {endpoints.HELLO: 1.0, endpoints.ENROL: 10.0}
#: Of one address, which may be a whole office behind one line.
ADDRESS = Rate(per_s=50, burst=600)
_PATIENCE_S, _SPREAD_S = 15, 30


class Doorkeeper:
    """ASGI layer of one worker."""

    def __init__(self, app: ASGIApp, clock: Clock, crowded: int = CROWDED, rate: Rate = ADDRESS) -> None:
        self._app, self._crowded = app, crowded
        self._addresses = Buckets(rate, clock)
        self._here = 0

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        refusal = self._refusal(scope)
        if refusal is not None:
            await problem(refusal)(scope, receive, send)
            return
        self._here += 1
        try:
            await self._app(scope, receive, send)
        finally:
            self._here -= 1

    def _refusal(self, scope: Scope) -> SidumbaError | None:
        if self._here >= self._crowded:
            # Not all at the same second: those who are sent away together must not come back together.
            return SidumbaError("wire.overloaded", retry_after=_PATIENCE_S + secrets.randbelow(_SPREAD_S))
        cost = OPEN_DOORS.get(scope["path"])
        client = scope.get("client")
        if cost is None or not client:
            return None
        try:
            self._addresses.take(client[0], cost)
        except SidumbaError as error:
            return error
        return None
