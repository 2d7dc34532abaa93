"""The line over HTTP: spells each call of ``Transport`` as a signed request and believes only whole, sealed
replies.

A request is signed by the laptop's own key (docs/spec/wire.md "Signatures"), so no token has to be refreshed
and an expired login never traps unsent work. The person's session token travels besides, for what only a
person may read.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable
from typing import TypeVar
from urllib.parse import quote

from pydantic import ValidationError

from sidumba_field import __version__
from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import Clock, SystemClock
from sidumba_field.sync.replies import RawReply, check_length, judge, refusal
from sidumba_field.sync.session import CONNECT_S, DEADLINE_S, READ_S, LineSession, hear_nothing
from sidumba_field.sync.transport import DeviceIdentity, Sink
from sidumba_field.wire import endpoints, packing
from sidumba_field.wire.messages import (
    AccessReply,
    AccessRequest,
    AttStatus,
    Done,
    EnrolReply,
    EnrolRequest,
    EscrowRequest,
    FormReply,
    Hello,
    HistoryReply,
    Message,
    OrderReply,
    PullReply,
    PullRequest,
    PushReply,
    PushRequest,
    RootsReply,
    SessionReply,
    SessionRequest,
    SnapshotReply,
    StandingReply,
    StandingRows,
)
from sidumba_field.wire.sticks import BundleStatus

_BINARY = "application/octet-stream"
_Reply = TypeVar("_Reply", bound=Message)


class HttpTransport:
    """``Transport`` over requests. One object per sync run or sign-in; not for two threads at once.

    ``device`` is None only before enrolment is prepared (then only ``hello`` makes sense).
    """

    def __init__(
        self,
        base_url: str,
        device: DeviceIdentity | None = None,
        session_token: str | None = None,
        *,
        clock: Clock | None = None,
        timeouts: tuple[float, float] = (CONNECT_S, READ_S),
        deadline_s: float = DEADLINE_S,
        heard: Callable[[int], None] = hear_nothing,
    ) -> None:
        self._line = LineSession(
            base_url, clock or SystemClock(), timeouts=timeouts, deadline_s=deadline_s, heard=heard
        )
        self._device = device
        self._token = session_token

    def close(self) -> None:
        self._line.close()

    def hello(self) -> Hello:
        return self._get(endpoints.HELLO, Hello)

    def form(self, program: str, form: str, version: str) -> FormReply:
        named = {
            key: quote(value, safe="")
            for key, value in zip(("program", "form", "version"), (program, form, version), strict=True)
        }
        return self._get(endpoints.FORM.format(**named), FormReply)

    def order(self) -> OrderReply:
        return self._get(endpoints.ORDER, OrderReply)

    def roots(self, after: str) -> RootsReply:
        target = f"{endpoints.ROOTS}?after={quote(after, safe='')}" if after else endpoints.ROOTS
        return self._get(target, RootsReply)

    def enrol(self, request: EnrolRequest) -> EnrolReply:
        return self._post(endpoints.ENROL, request, EnrolReply)

    def session(self, request: SessionRequest) -> SessionReply:
        return self._post(endpoints.SESSION, request, SessionReply)

    def escrow(self, request: EscrowRequest) -> Done:
        return self._post(endpoints.ESCROW, request, Done)

    def push(self, request: PushRequest) -> PushReply:
        return self._post(endpoints.PUSH, request, PushReply, pack=True)

    def access(self, request: AccessRequest) -> AccessReply:
        return self._post(endpoints.ACCESS, request, AccessReply, pack=True)

    def pull(self, request: PullRequest) -> PullReply:
        return self._post(endpoints.PULL, request, PullReply)

    def snapshot(self, vid: str, after: str) -> SnapshotReply:
        target = endpoints.SNAPSHOT.format(vid=quote(vid, safe=""))
        return self._get(f"{target}?after={quote(after, safe='')}" if after else target, SnapshotReply)

    def history(self, vid: str, rid: str, after: int) -> HistoryReply:
        target = endpoints.HISTORY.format(vid=quote(vid, safe=""), rid=quote(rid, safe=""))
        return self._get(f"{target}?after={after}" if after else target, HistoryReply)

    def standing(self) -> StandingReply:
        return self._get(endpoints.STANDING, StandingReply)

    def standing_rows(self, vid: str) -> StandingRows:
        return self._get(endpoints.STANDING_ROWS.format(vid=quote(vid, safe="")), StandingRows)

    def att_status(self, sha: str) -> AttStatus:
        return self._get(endpoints.ATT.format(sha=quote(sha, safe="")), AttStatus)

    def att_write(self, sha: str, offset: int, total: int, chunk: bytes) -> AttStatus:
        target = endpoints.ATT.format(sha=quote(sha, safe=""))
        return self._call("PATCH", target, chunk, self._chunk_headers(offset, total, chunk), AttStatus)

    def bundle_status(self, sha: str) -> BundleStatus:
        return self._get(endpoints.BUNDLE.format(sha=quote(sha, safe="")), BundleStatus)

    def bundle_write(self, sha: str, offset: int, total: int, chunk: bytes) -> BundleStatus:
        target = endpoints.BUNDLE.format(sha=quote(sha, safe=""))
        return self._call("PATCH", target, chunk, self._chunk_headers(offset, total, chunk), BundleStatus)

    def bundle_reply(self, sha: str, offset: int) -> bytes:
        target = f"{endpoints.BUNDLE_REPLY.format(sha=quote(sha, safe=''))}?offset={offset}"
        reply = self._raw(target)
        if sha256_hex(reply.body) != reply.headers.get(endpoints.CHUNK_SHA.lower(), ""):
            raise SidumbaError("wire.bad_digest")
        return reply.body

    def _chunk_headers(self, offset: int, total: int, chunk: bytes) -> dict[str, str]:
        return {
            "Content-Type": _BINARY,
            endpoints.OFFSET: str(offset),
            endpoints.TOTAL: str(total),
            endpoints.CHUNK_SHA: sha256_hex(chunk),
        }

    def _raw(self, target: str) -> RawReply:
        """Return a reply whose body is bytes, whole as it was announced."""
        headers = {"Accept": "*/*", "Accept-Encoding": "identity"}
        reply = self._line.exchange("GET", target, None, self._signed("GET", target, b"", headers))
        if reply.status != 200:
            raise refusal(reply)
        if reply.kind == "text/html":
            raise SidumbaError("wire.not_our_server")
        check_length(reply)
        return reply

    def att_read(self, sha: str, sink: Sink) -> None:
        reply = self._raw(endpoints.ATT_CONTENT.format(sha=quote(sha, safe="")))
        if sha256_hex(reply.body) != sha:
            raise SidumbaError("wire.bad_digest")
        sink(reply.body)

    def _get(self, target: str, kind: type[_Reply]) -> _Reply:
        return self._call("GET", target, None, {}, kind)

    def _post(self, target: str, message: Message, kind: type[_Reply], pack: bool = False) -> _Reply:
        return self._call("POST", target, *self._body(message, pack), kind)

    def _body(self, message: Message, pack: bool) -> tuple[bytes, dict[str, str]]:
        """Return a message as it travels, and the headers that say how; the same message is the same bytes."""
        body = json.dumps(message.model_dump(mode="json"), ensure_ascii=False, separators=(",", ":")).encode()
        headers = {"Content-Type": "application/json"}
        return (packing.pack(body), {**headers, "Content-Encoding": packing.XZ}) if pack else (body, headers)

    def _call(
        self, method: str, target: str, body: bytes | None, headers: dict[str, str], kind: type[_Reply]
    ) -> _Reply:
        headers = {"Accept": "application/json", "Accept-Encoding": "gzip", **headers}
        reply = self._line.exchange(method, target, body, self._signed(method, target, body or b"", headers))
        try:
            return kind.model_validate(judge(reply))
        except ValidationError:
            # Sealed by our server, yet not the message we know: a newer server, or its bug.
            raise SidumbaError("wire.malformed") from None

    def _signed(self, method: str, target: str, body: bytes, headers: dict[str, str]) -> dict[str, str]:
        headers = {"User-Agent": f"sidumba-field/{__version__}", **headers}
        if self._token:
            headers["Authorization"] = f"Bearer {self._token}"
        if self._device is not None:
            who, nonce = self._device, secrets.token_hex(16)
            signed = endpoints.signing_bytes(method, target, sha256_hex(body), who.device, who.inc, nonce)
            headers |= {
                endpoints.DEVICE: who.device,
                endpoints.INCARNATION: who.inc,
                endpoints.NONCE: nonce,
                endpoints.SIGNATURE: who.key.sign(signed),
            }
        return headers
