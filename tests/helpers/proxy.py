"""A TCP proxy between a laptop and a real server that cuts, drops, stalls, drips and lies, as village lines do.

Runs its own asyncio loop in a thread; each accepted connection takes the next ``Way`` from ``plan``. Works on bytes
only: it knows nothing of HTTP, so it breaks what travels wherever it happens to be.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_GULP = 4096


@dataclass(frozen=True, slots=True)
class Way:
    """What happens to one connection.

    ``refuse``: closed at once. ``cut_request``/``cut_reply``: bytes let through in that direction before both ends
    are closed (None = all). ``drop_reply``: the server gets everything and answers, the laptop hears nothing.
    ``stall_s``: silence before the reply. ``bytes_per_s``: speed in each direction (0 = unlimited).
    ``instead``: these bytes are the reply, the server is never asked (a portal, a firewall).
    """

    refuse: bool = False
    cut_request: int | None = None
    cut_reply: int | None = None
    drop_reply: bool = False
    stall_s: float = 0.0
    bytes_per_s: int = 0
    instead: bytes = b""


CLEAN = Way()


@dataclass
class Proxy:
    """``plan(n)``: the way of the nth connection (from 1). ``sent``/``received``: bytes the laptop sent / was given."""

    target_port: int
    plan: Callable[[int], Way] = lambda n: CLEAN
    port: int = 0
    connections: int = 0
    broken: int = 0
    sent: int = 0
    received: int = 0
    tasks: set[asyncio.Task[None]] = field(default_factory=set)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self.tasks.add(task)
            task.add_done_callback(self.tasks.discard)
        self.connections += 1
        way = self.plan(self.connections)
        self.broken += way is not CLEAN
        try:
            await self._carry(way, reader, writer)
        except (OSError, asyncio.CancelledError):
            # The test is over: asyncio's own callback would complain of a cancelled connection.
            return
        finally:
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _carry(self, way: Way, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if way.refuse:
            return
        if way.instead:
            await _whole_request(reader)
            writer.write(way.instead)
            await writer.drain()
            return
        up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.target_port)
        try:
            await self._both(way, (reader, writer), (up_reader, up_writer))
        finally:
            up_writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await up_writer.wait_closed()

    async def _both(
        self,
        way: Way,
        laptop: tuple[asyncio.StreamReader, asyncio.StreamWriter],
        server: tuple[asyncio.StreamReader, asyncio.StreamWriter],
    ) -> None:
        ways = [
            asyncio.create_task(self._pump(laptop[0], server[1], way.cut_request, way, up=True)),
            asyncio.create_task(self._pump(server[0], laptop[1], way.cut_reply, way, up=False)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in ways:
                task.cancel()
            await asyncio.gather(*ways, return_exceptions=True)

    async def _pump(
        self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, limit: int | None, way: Way, up: bool
    ) -> None:
        """Carry bytes one way until its end or its limit; the end of either way ends the connection."""
        carried = 0
        while piece := await source.read(_GULP):
            if not up and carried == 0 and way.stall_s:
                await asyncio.sleep(way.stall_s)
            if not up and way.drop_reply:
                # The server has answered, so it has acted; what follows must not reach the laptop.
                return
            if limit is not None:
                piece = piece[: limit - carried]
            if way.bytes_per_s:
                await asyncio.sleep(len(piece) / way.bytes_per_s)
            sink.write(piece)
            await sink.drain()
            carried += len(piece)
            if up:
                self.sent += len(piece)
            else:
                self.received += len(piece)
            if limit is not None and carried >= limit:
                return


async def _whole_request(reader: asyncio.StreamReader) -> None:
    """Read one request with its body, or what there is of it."""
    with suppress(asyncio.IncompleteReadError):
        head = await reader.readuntil(b"\r\n\r\n")
        for line in head.split(b"\r\n"):
            if line.lower().startswith(b"content-length:"):
                await reader.readexactly(int(line.split(b":")[1]))


@contextmanager
def proxy_to(target_port: int, plan: Callable[[int], Way] = lambda n: CLEAN) -> Iterator[Proxy]:
    """Run a proxy to a port of this machine for the length of the block; ``plan`` may be exchanged meanwhile."""
    proxy = Proxy(target_port, plan)
    loop = asyncio.new_event_loop()
    ready = threading.Event()
    over = asyncio.Event()

    async def serve() -> None:
        server = await asyncio.start_server(proxy._accept, "127.0.0.1", 0)
        proxy.port = server.sockets[0].getsockname()[1]
        ready.set()
        await over.wait()
        server.close()
        for task in list(proxy.tasks):
            task.cancel()
        await asyncio.gather(*proxy.tasks, return_exceptions=True)
        await server.wait_closed()

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    if not ready.wait(10):
        raise RuntimeError("the proxy did not start")
    try:
        yield proxy
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(timeout=10)
        loop.close()
