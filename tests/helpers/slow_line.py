"""A thin line between a laptop and a real server: a rate both ways, a delay, and a cut of everything at fixed times.

It reads the requests that pass (only what is delivered counts as seen): which bytes of which file went over more than
once, and how many requests there were. Time may be scaled: with ``scale`` N the rate is N times as high, the delay and
the time between cuts N times as short, so every count of bytes is what it would be, and a second on the line is 1/N of
one. The computers at both ends are not scaled: how long nothing was on the line is measured and counted as it was.
"""

from __future__ import annotations

import asyncio
import re
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field

_GULP = 2048
#: Pieces that may wait for their turn on the line: what a modem holds. A cut takes them away unseen.
_AHEAD = 8
_OFFSET = re.compile(rb"^x-sidumba-offset: *(\d+)", re.I | re.M)
_LENGTH = re.compile(rb"^content-length: *(\d+)", re.I | re.M)


@dataclass
class Seen:
    """What went up: ``bytes`` in all, ``resent`` of a file over again (headers of that request included)."""

    bytes: int = 0
    resent: int = 0
    requests: int = 0
    covered: dict[bytes, bytearray] = field(default_factory=dict)

    @property
    def once(self) -> int:
        return self.bytes - self.resent


class _Reading:
    """Follows one connection's requests as their bytes are delivered."""

    def __init__(self, seen: Seen) -> None:
        self._seen, self._head, self._left, self._at = seen, b"", 0, 0
        self._marks: bytearray | None = None

    def feed(self, piece: bytes) -> None:
        self._seen.bytes += len(piece)
        while piece:
            if self._left:
                piece = self._body(piece)
                continue
            self._head += piece
            head, end, piece = self._head.partition(b"\r\n\r\n")
            if not end:
                return
            self._head = b""
            self._begin(head)

    def _begin(self, head: bytes) -> None:
        self._seen.requests += 1
        length, offset = _LENGTH.search(head), _OFFSET.search(head)
        self._left = int(length[1]) if length else 0
        self._marks = None
        if head.startswith(b"PATCH ") and offset is not None and self._left:
            self._at = int(offset[1])
            self._marks = self._seen.covered.setdefault(head.split(b" ")[1], bytearray())
            short = self._at + self._left - len(self._marks)
            self._marks.extend(bytes(max(0, short)))
            if self._marks[self._at]:
                self._seen.resent += len(head) + 4

    def _body(self, piece: bytes) -> bytes:
        taken = min(self._left, len(piece))
        if self._marks is not None:
            self._seen.resent += sum(self._marks[self._at : self._at + taken])
            self._marks[self._at : self._at + taken] = b"\1" * taken
            self._at += taken
        self._left -= taken
        return piece[taken:]


class _Clock:
    """How long there was something on the line, whichever way and on whichever connection."""

    def __init__(self) -> None:
        self.busy, self._pieces, self._since = 0.0, 0, 0.0

    def shift(self, by: int) -> None:
        now = time.monotonic()
        if self._pieces:
            self.busy += now - self._since
        self._since = now
        self._pieces += by


class _Transit:
    """The pieces of one way of one connection that have left and not arrived."""

    def __init__(self, clock: _Clock) -> None:
        self._clock, self._pieces = clock, 0

    def enter(self) -> None:
        self._clock.shift(1)
        self._pieces += 1

    def leave(self) -> None:
        self._clock.shift(-1)
        self._pieces -= 1

    def leave_all(self) -> None:
        """The connection is gone, and with it what was on its way."""
        self._clock.shift(-self._pieces)
        self._pieces = 0


@dataclass
class SlowLine:
    """``bits_per_s``, ``round_trip_s`` and ``cut_every_s`` (0 = never) as on the real line; ``scale`` as above."""

    target_port: int
    bits_per_s: int
    cut_every_s: float = 60.0
    round_trip_s: float = 0.3
    scale: float = 1.0
    port: int = 0
    cuts: int = 0
    down: int = 0
    up: Seen = field(default_factory=Seen)

    def __post_init__(self) -> None:
        self._free = {True: 0.0, False: 0.0}
        self._open: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()
        self._clock = _Clock()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def rate(self) -> float:
        """Bytes per second each way, scaled."""
        return self.bits_per_s / 8 * self.scale

    def took_s(self, elapsed: float) -> float:
        """Return the seconds ``elapsed`` (of this machine) stand for: those with bytes on the line times the scale, the
        others, in which laptop or server computed, as they were."""
        busy = self._clock.busy
        return busy * self.scale + max(0.0, elapsed - busy)

    def minimum_s(self) -> float:
        """Return the least (unscaled) seconds for what was seen: its bytes once, and a round trip per request."""
        return self.up.once / (self.bits_per_s / 8) + self.round_trip_s * self.up.requests

    # ---- one connection

    async def accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self._tasks.add(task)
        try:
            up_reader, up_writer = await asyncio.open_connection("127.0.0.1", self.target_port)
        except OSError:
            # The server is dead at this moment: the laptop sees a door that does not open.
            writer.transport.abort()
            return
        ends = (writer, up_writer)
        self._open.update(ends)
        ways = [
            asyncio.create_task(self._carry(reader, up_writer, up=True)),
            asyncio.create_task(self._carry(up_reader, writer, up=False)),
        ]
        try:
            await asyncio.wait(ways, return_when=asyncio.FIRST_COMPLETED)
        except asyncio.CancelledError:
            # The test is over: asyncio's own callback would complain of a cancelled connection.
            return
        finally:
            for way in ways:
                way.cancel()
            await asyncio.gather(*ways, return_exceptions=True)
            self._open.difference_update(ends)
            for end in ends:
                end.close()
            self._tasks.discard(task)

    async def _carry(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter, up: bool) -> None:
        """Carry one way: each piece waits for its turn on the line, then half a round trip, in order."""
        under_way: asyncio.Queue[tuple[float, bytes]] = asyncio.Queue(maxsize=_AHEAD)
        transit = _Transit(self._clock)
        arriving = asyncio.create_task(self._deliver(under_way, sink, transit, up))
        try:
            while piece := await source.read(_GULP):
                transit.enter()
                self._free[up] = max(time.monotonic(), self._free[up]) + len(piece) / self.rate
                due = self._free[up] + self.round_trip_s / 2 / self.scale
                await under_way.put((due, piece))
            await under_way.put((0.0, b""))
            await arriving
        except OSError:
            return
        finally:
            arriving.cancel()
            await asyncio.gather(arriving, return_exceptions=True)
            transit.leave_all()

    async def _deliver(
        self,
        under_way: asyncio.Queue[tuple[float, bytes]],
        sink: asyncio.StreamWriter,
        transit: _Transit,
        up: bool,
    ) -> None:
        reading = _Reading(self.up)
        while True:
            due, piece = await under_way.get()
            if not piece:
                return
            await _until(due)
            transit.leave()
            sink.write(piece)
            await sink.drain()
            if up:
                reading.feed(piece)
            else:
                self.down += len(piece)

    async def cut(self) -> None:
        """Cut everything that is open, again and again."""
        while self.cut_every_s:
            await asyncio.sleep(self.cut_every_s / self.scale)
            self.cuts += 1
            # What waited for its turn is gone, and takes nobody's time any more.
            self._free = {True: 0.0, False: 0.0}
            for end in list(self._open):
                end.transport.abort()

    async def end(self) -> None:
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)


async def _until(instant: float) -> None:
    left = instant - time.monotonic()
    if left > 0:
        await asyncio.sleep(left)


@contextmanager
def slow_line(line: SlowLine) -> Iterator[SlowLine]:
    """Run the line for the length of the block, in a thread of its own."""
    loop = asyncio.new_event_loop()
    ready, over = threading.Event(), asyncio.Event()

    async def serve() -> None:
        server = await asyncio.start_server(line.accept, "127.0.0.1", 0)
        line.port = server.sockets[0].getsockname()[1]
        cutting = asyncio.create_task(line.cut())
        ready.set()
        await over.wait()
        cutting.cancel()
        server.close()
        await line.end()
        with suppress(asyncio.CancelledError):
            await cutting

    thread = threading.Thread(target=lambda: loop.run_until_complete(serve()), daemon=True)
    thread.start()
    if not ready.wait(10):
        raise RuntimeError("the line did not start")
    try:
        yield line
    finally:
        loop.call_soon_threadsafe(over.set)
        thread.join(timeout=20)
        loop.close()
