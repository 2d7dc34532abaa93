"""One HTTP session with manners: our base address only, timeouts and a deadline on every call, no redirects.

A ``requests.Session`` that cannot be called without a timeout, never follows a portal's redirect, never
repeats a call by itself (ids make repeats safe, the engine decides when), never sends a password from .netrc,
and refuses plain http except to this very machine.
"""

from __future__ import annotations

import ipaddress
import logging
import socket
from collections.abc import Callable, Iterator
from http.cookiejar import DefaultCookiePolicy
from typing import Any
from urllib.parse import urlsplit

import requests
import urllib3
from requests.adapters import HTTPAdapter
from urllib3.connection import HTTPConnection

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import Clock
from sidumba_field.sync.replies import MAX_REPLY, RawReply

#: Seconds to reach the server; also the longest a single piece of a body may take to leave.
CONNECT_S = 15.0
#: Seconds without one byte of answer.
READ_S = 60.0
#: Seconds for one whole call. A batch is cut to about 10 s, so this only ends what has gone wrong.
DEADLINE_S = 240.0
#: Sent bytes the system may hold back. Small, so that "sent" means sent: at 20 kbit/s this drains within
#: READ_S.
SEND_BUFFER = 32 * 1024
#: A body leaves in pieces of this size, each with its own timeout: 8 kbit/s is still a line.
PIECE = 8 * 1024
_GULP = 64 * 1024


def _is_news(record: logging.LogRecord) -> bool:
    """Keep urllib3 from warning of a header block cut in the middle: ``replies`` judges that, and the user is
    told.
    """
    return not record.getMessage().startswith("Failed to parse headers")


logging.getLogger("urllib3.connection").addFilter(_is_news)


class Pieces:
    """A request body that leaves piece by piece and gives up at the deadline, however slowly the line
    swallows it.
    """

    def __init__(self, data: bytes, clock: Clock, deadline: float) -> None:
        self._data, self._clock, self._deadline = data, clock, deadline

    def __len__(self) -> int:
        return len(self._data)

    def __iter__(self) -> Iterator[bytes]:
        for start in range(0, len(self._data), PIECE):
            if self._clock.monotonic() > self._deadline:
                raise SidumbaError("wire.timeout")
            yield self._data[start : start + PIECE]


class _Adapter(HTTPAdapter):
    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        kwargs["socket_options"] = [
            *HTTPConnection.default_socket_options,
            (socket.SOL_SOCKET, socket.SO_SNDBUF, SEND_BUFFER),
        ]
        super().init_poolmanager(*args, **kwargs)


def hear_nothing(count: int) -> None:
    """Take the number of bytes that came for lines nobody measures."""


class LineSession(requests.Session):
    """Calls to one server. ``exchange`` is the one door; the inherited verbs go through it too.

    ``heard`` is told how many bytes of an answer's body came, each time some did.
    """

    def __init__(
        self,
        base_url: str,
        clock: Clock,
        *,
        timeouts: tuple[float, float] = (CONNECT_S, READ_S),
        deadline_s: float = DEADLINE_S,
        heard: Callable[[int], None] = hear_nothing,
    ) -> None:
        super().__init__()
        self._heard = heard
        self.base_url, local = _address(base_url)
        self._clock, self._timeouts, self._deadline_s = clock, timeouts, deadline_s
        # Proxies named by the office's machine are respected, but never for this very machine.
        self.trust_env = not local
        self.auth = _leave_alone
        # A portal's cookies are not ours to carry.
        self.cookies.set_policy(DefaultCookiePolicy(allowed_domains=[]))
        for scheme in ("https://", "http://"):
            self.mount(scheme, _Adapter(max_retries=0))

    def request(self, method: str | bytes, url: str | bytes, *args: Any, **kwargs: Any) -> requests.Response:
        """As ``requests``, with ``url`` a path under the base address, and with the house's limits set."""
        if not isinstance(url, str) or not url.startswith("/"):
            raise SidumbaError("wire.not_our_server")
        kwargs["timeout"] = self._timeouts
        kwargs["allow_redirects"] = False
        kwargs["stream"] = True
        return super().request(method, self.base_url + url, *args, **kwargs)

    def get_redirect_target(self, resp: requests.Response) -> str | None:
        """There is none: our server never redirects, a portal always does."""
        return None

    def exchange(self, method: str, target: str, body: bytes | None, headers: dict[str, str]) -> RawReply:
        """Send one request and return its whole reply.

        Raises ``wire.unreachable``, ``wire.timeout``, ``wire.cut_short``, ``wire.not_our_server`` (TLS names
        somebody else) or ``wire.body_too_big``; nothing else leaves here.
        """
        deadline = self._clock.monotonic() + self._deadline_s
        data = None if body is None else Pieces(body, self._clock, deadline)
        if body is not None and not body:
            data = None
        try:
            with self.request(method, target, data=data, headers=headers) as response:
                plain = {name.lower(): value for name, value in response.headers.items()}
                return RawReply(response.status_code, plain, self._read(response, deadline))
        except requests.exceptions.SSLError:
            raise SidumbaError("wire.not_our_server") from None
        except (requests.exceptions.Timeout, urllib3.exceptions.TimeoutError):
            raise SidumbaError("wire.timeout") from None
        except (urllib3.exceptions.ProtocolError, requests.exceptions.ChunkedEncodingError):
            raise SidumbaError("wire.cut_short") from None
        except requests.exceptions.ConnectionError as error:
            raise SidumbaError(_broken(error)) from None
        except (requests.exceptions.RequestException, urllib3.exceptions.HTTPError, OSError):
            raise SidumbaError("wire.unreachable") from None

    def _read(self, response: requests.Response, deadline: float) -> bytes:
        """Read the body as sent, one receive at a time, so that a dripping line meets the deadline."""
        body = bytearray()
        while piece := response.raw.read1(_GULP, decode_content=False):
            body += piece
            self._heard(len(piece))
            if len(body) > 2 * MAX_REPLY:
                raise SidumbaError("wire.body_too_big", limit=2 * MAX_REPLY)
            if self._clock.monotonic() > deadline:
                raise SidumbaError("wire.timeout")
        return bytes(body)


def _leave_alone(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """An explicit authenticator that adds nothing: it keeps ``requests`` from looking into .netrc."""
    return request


def _broken(error: requests.exceptions.ConnectionError) -> str:
    """Tell a line that broke while talking from one that never stood."""
    cause = error.args[0] if error.args else None
    return "wire.cut_short" if isinstance(cause, urllib3.exceptions.ProtocolError) else "wire.unreachable"


def _address(base_url: str) -> tuple[str, bool]:
    """Return (address without trailing slash, is it this machine); raise ``wire.insecure`` for plain http
    abroad.
    """
    parts = urlsplit(base_url)
    host = parts.hostname or ""
    local = _is_loopback(host)
    odd = parts.username or parts.password or parts.query or parts.fragment
    if not host or odd or not (parts.scheme == "https" or (parts.scheme == "http" and local)):
        raise SidumbaError("wire.insecure")
    return base_url.rstrip("/"), local


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
