"""A server that says exactly the bytes it was told to, then closes: for replies no good server gives."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field


@dataclass
class Canned:
    """``replies``: one per connection, in order; the last repeats. ``requests``: raw bytes that came."""

    replies: Sequence[bytes]
    drip_s: float = 0.0
    requests: list[bytes] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def serve(self, listener: socket.socket) -> None:
        count = 0
        while True:
            try:
                line, _ = listener.accept()
            except OSError:
                return
            with line:
                line.settimeout(5)
                try:
                    self.requests.append(_read_request(line))
                except OSError:
                    continue
                self._answer(line, self.replies[min(count, len(self.replies) - 1)])
                count += 1

    def _answer(self, line: socket.socket, reply: bytes) -> None:
        try:
            if not self.drip_s:
                line.sendall(reply)
                return
            for at in range(len(reply)):
                line.sendall(reply[at : at + 1])
                time.sleep(self.drip_s)
        except OSError:
            return


def _read_request(line: socket.socket) -> bytes:
    data = b""
    while b"\r\n\r\n" not in data:
        piece = line.recv(65536)
        if not piece:
            return data
        data += piece
    head, _, body = data.partition(b"\r\n\r\n")
    length = 0
    for header in head.split(b"\r\n"):
        if header.lower().startswith(b"content-length:"):
            length = int(header.split(b":")[1])
    while len(body) < length:
        piece = line.recv(65536)
        if not piece:
            break
        body += piece
    return head + b"\r\n\r\n" + body


@contextmanager
def canned_server(*replies: bytes, drip_s: float = 0.0) -> Iterator[Canned]:
    """Run a canned server on the loopback for the length of the block."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        canned = Canned(replies, drip_s, port=listener.getsockname()[1])
        thread = threading.Thread(target=canned.serve, args=(listener,), daemon=True)
        thread.start()
        yield canned
        # Closing alone does not wake a thread that waits in accept.
        listener.shutdown(socket.SHUT_RDWR)
    thread.join(timeout=10)


def http(status: str, body: bytes, kind: str = "application/json", *more: str) -> bytes:
    """Spell a reply with its length."""
    lines = [
        f"HTTP/1.1 {status}",
        f"Content-Type: {kind}",
        f"Content-Length: {len(body)}",
        "Connection: close",
        *more,
    ]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body
