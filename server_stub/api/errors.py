"""The one writer of errors: every refusal leaves as problem+json with its number (wire/problems.py)."""

from __future__ import annotations

import json
import logging
from collections.abc import Awaitable, Callable

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sidumba_field.core.errors import SidumbaError
from sidumba_field.wire.problems import CONTENT_TYPE, to_problem

log = logging.getLogger("sidumba_server.api")

Handler = Callable[[Request, Exception], Awaitable[Response]]
#: Seconds a laptop is asked to wait when the server is too busy.
RETRY_AFTER = "30"


def problem(error: SidumbaError) -> Response:
    """Return the reply for a refusal."""
    status, body = to_problem(error)
    headers = {}
    if status in (429, 503):
        headers["Retry-After"] = str(error.params.get("retry_after", RETRY_AFTER))
    return Response(json.dumps(body), status, headers, CONTENT_TYPE)


async def on_refusal(request: Request, error: Exception) -> Response:
    """Write a refusal of ours; one without a number of its own is a bug and is logged as one."""
    if not isinstance(error, SidumbaError):
        raise error
    status, _ = to_problem(error)
    if status == 500:
        log.error("%s %s: %s has no number", request.method, request.url.path, error.code)
    return problem(error)


async def on_http(request: Request, error: Exception) -> Response:
    """Write what the framework refused by itself: no such path, no such method."""
    is_missing = isinstance(error, HTTPException) and error.status_code in (404, 405)
    return problem(SidumbaError("wire.not_found" if is_missing else "wire.malformed"))


class Backstop:
    """Outermost layer: refuses foreign host names, and turns what nobody caught into a logged 500.

    The log tells where and which kind of fault, never the values in it: they may be somebody's data.
    """

    def __init__(self, app: ASGIApp, hosts: frozenset[str]) -> None:
        self._app = app
        self._hosts = hosts

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        if _host(scope) not in self._hosts:
            await problem(SidumbaError("wire.not_found"))(scope, receive, send)
            return
        started = False

        async def watch(message: Message) -> None:
            nonlocal started
            started = started or message["type"] == "http.response.start"
            await send(message)

        try:
            await self._app(scope, receive, watch)
        except Exception as error:
            log.exception("%s %s stopped by %s", scope["method"], scope["path"], type(error).__name__)
            if not started:
                await problem(SidumbaError("bug.unexpected"))(scope, receive, send)


def _host(scope: Scope) -> str:
    named = next((value for name, value in scope["headers"] if name == b"host"), b"").decode("latin-1")
    if named.startswith("["):
        return named.partition("]")[0] + "]"
    return named.partition(":")[0].lower()
