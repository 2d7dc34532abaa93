"""Big files and many ops over a line of a village: rate, delay and cuts as they are, time scaled where that is fair.

The line is ``tests/helpers/slow_line.py``: with scale N its rate is N times as high, delay and time between cuts (and
the laptop's aim of 8 s per chunk) N times as short, so that every count of bytes is what it would be at scale 1; how
long laptop and server compute is measured and not scaled. The least time for what went over is its bytes, counted once,
by the rate, and 300 ms per request, for requests follow each other.
"""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.ids import derived_id, new_id
from sidumba_field.core.records import Record
from sidumba_field.core.time import iso
from sidumba_field.sync import uploads
from sidumba_field.sync.http import HttpTransport
from sidumba_field.sync.transport import DeviceIdentity
from sidumba_field.wire.messages import PushReply, PushRequest
from tests.bench import businesses
from tests.helpers import server as processes
from tests.helpers import umkm_answers
from tests.helpers.over_http import HttpLaptop, Seat
from tests.helpers.slow_line import SlowLine, slow_line

ROLE = "petugas"
#: The form's photo of the place of business.
PHOTO = "lokasi/foto"
MB = 1024 * 1024
#: Bytes sent again, of those of the file; time needed, of the least there is; seconds for the ops.
MOST_RESENT, MOST_RATIO, OPS_S = 0.20, 1.2, 60.0
#: Runs of the sync after which a line that can carry a file has carried it.
RUNS = 50


@dataclass(frozen=True)
class FileFigures:
    """One file over one line. Seconds are those at scale 1; ``ratio``: seconds by the least."""

    size: int
    bits_per_s: int
    cut_every_s: float
    scale: float
    identical: bool
    runs: int
    cuts: int
    requests: int
    bytes_up: int
    bytes_again: int
    again_share: float
    seconds: float
    least_seconds: float
    ratio: float


@dataclass(frozen=True)
class OpsFigures:
    """Full records over one line, until the last was answered. Seconds are real ones: scale 1."""

    ops: int
    bits_per_s: int
    cut_every_s: float
    cuts: int
    requests: int
    bytes_up: int
    seconds: float


def carry_file(laptop: HttpLaptop, line: SlowLine, size: int, rid: str, path: str) -> FileFigures:
    """Put a file of random bytes on a record and sync until it is on the server."""
    assert laptop.seat is not None
    data = os.urandom(size)
    name = laptop.photo(rid, path, data)
    laptop.send(rid)
    runs, began, aim = 0, time.monotonic(), uploads.TARGET_S
    uploads.TARGET_S = aim / line.scale
    try:
        while (laptop.store.files.pending() or laptop.store.outbox.unsent()) and runs < RUNS:
            over = laptop.seat.line(line.url, timeouts=(5.0, 60.0))
            laptop.sync(line=over)
            over.close()
            runs += 1
    finally:
        uploads.TARGET_S = aim
    seconds, least = line.took_s(time.monotonic() - began), line.minimum_s()
    return FileFigures(
        size=size,
        bits_per_s=line.bits_per_s,
        cut_every_s=line.cut_every_s,
        scale=line.scale,
        identical=_on_server(laptop, name) == sha256_hex(data),
        runs=runs,
        cuts=line.cuts,
        requests=line.up.requests,
        bytes_up=line.up.bytes,
        bytes_again=line.up.resent,
        again_share=round(line.up.resent / size, 4),
        seconds=round(seconds, 1),
        least_seconds=round(least, 1),
        ratio=round(seconds / least, 3),
    )


def _on_server(laptop: HttpLaptop, name: str) -> str:
    read: list[bytes] = []
    laptop.line().att_read(name.partition(".")[0], read.append)
    return sha256_hex(b"".join(read))


class _Stamped(HttpTransport):
    """The product's own line, noting when the last push was answered."""

    answered_at = 0.0

    def push(self, request: PushRequest) -> PushReply:
        reply = super().push(request)
        self.answered_at = time.monotonic()
        return reply


def begin_whole(laptop: HttpLaptop, n: int, village: str) -> str:
    """Hand over the n-th full record of the shipped form; return its id."""
    program = businesses.program()
    form, version = program.main_form
    vid, rid = derived_id("scope", program.id, village), new_id(laptop.clock)
    blank = Record(rid, vid, program.id, "record", form, version, "draf", 0, {}, {}, owner=laptop.user)
    laptop.store.records.create(blank)
    laptop.store.records.answer(rid, umkm_answers.full(n, village))
    laptop.store.records.seal(rid, laptop.user, iso(laptop.clock.now()), new_id(laptop.clock))
    return rid


def carry_ops(laptop: HttpLaptop, line: SlowLine, count: int, village: str) -> OpsFigures:
    """Hand over ``count`` full records and sync; the clock stands when the last of them has its answer."""
    for n in range(count):
        begin_whole(laptop, n, village)
    seat = laptop.seat
    assert seat is not None
    identity = DeviceIdentity(seat.device, seat.inc, processes.SigningKey(seat.secret))
    over = _Stamped(line.url, identity, None)
    began = time.monotonic()
    report = laptop.sync(line=over, user="")
    over.close()
    taken = report.answered.get("applied", 0)
    assert taken == count, (dict(report.answered), [problem.code for problem in report.problems])
    return OpsFigures(
        ops=count,
        bits_per_s=line.bits_per_s,
        cut_every_s=line.cut_every_s,
        cuts=line.cuts,
        requests=line.up.requests,
        bytes_up=line.up.bytes,
        seconds=round(over.answered_at - began, 1),
    )


def sample_laptop(server: processes.ServerProcess, folder: Path) -> HttpLaptop:
    """A laptop of the sample office's petugas."""
    one = processes.Laptop.enrol(server.url, server.code())
    session = one.sign_in(server.accounts[ROLE])
    who = one.identity
    secret = one.keys[ROLE].secret
    seat = Seat(who.device, who.inc, who.key.secret, session.token, session.user, secret)
    return HttpLaptop.at(folder, seat, server.url)


def run(say: Callable[[str], None]) -> dict[str, Any]:
    """Measure everything on the real server with its sample office; ``held`` says whether all goals were met."""
    found: dict[str, Any] = {"files": [], "held": True}
    with ExitStack() as opened:
        home = Path(opened.enter_context(tempfile.TemporaryDirectory(prefix="line-")))
        server = opened.enter_context(processes.running_server(home / "server"))
        village = server.accounts[ROLE]["unit"]
        for size, bits in ((20 * MB, 60_000), (2 * MB, 20_000)):
            line = opened.enter_context(slow_line(SlowLine(server.port, bits, scale=20)))
            laptop = sample_laptop(server, home / f"laptop-{bits}")
            rid = begin_whole(laptop, 1, village)
            one = carry_file(laptop, line, size, rid, PHOTO)
            laptop.store.close()
            found["files"].append(asdict(one))
            held = one.identical and one.again_share <= MOST_RESENT and one.ratio <= MOST_RATIO
            found["held"] &= held
            say(
                f"{'held' if held else 'FAILED':7}{size / MB:.0f} MB at {bits // 1000} kbit/s, a cut every "
                f"{one.cut_every_s:.0f} s: {one.seconds:.0f} s, least {one.least_seconds:.0f} s, ratio {one.ratio}; "
                f"{one.cuts} cuts, {one.again_share:.1%} sent again, {'identical' if one.identical else 'CHANGED'}"
            )
        line = opened.enter_context(slow_line(SlowLine(server.port, 60_000)))
        laptop = sample_laptop(server, home / "laptop-ops")
        ops = carry_ops(laptop, line, 400, village)
        laptop.store.close()
        found["ops"] = asdict(ops)
        held = ops.seconds <= OPS_S
        found["held"] &= held
        say(
            f"{'held' if held else 'FAILED':7}{ops.ops} ops of full forms at 60 kbit/s: {ops.seconds:.0f} s, "
            f"{ops.bytes_up} bytes up, {ops.requests} requests"
        )
    return found
