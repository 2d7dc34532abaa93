"""``sidumba-server tidy``: what a crash left of uploads is finished, what nobody came back for is dropped."""

from __future__ import annotations

from server_stub.api.deps import Server
from server_stub.cli.tools import Data, built, tell
from server_stub.store.blobs import Tidied


def tidy_up(server: Server) -> Tidied:
    """Tidy the storage and note what became whole, so that laptops hear of it in the feed. Also done at every start."""
    done = server.blobs.tidy(server.clock.now())
    for sha, size in done.finished.items():
        server.workflow.file_whole(sha, size)
    return done


def tidy(data: Data) -> None:
    """Finish complete parts, drop parts untouched for 30 days, carry files on the disk over to the S3 storage."""
    server = built(data)
    done, over = tidy_up(server), server.blobs.carry_over()
    waiting = len(done.waiting) + len(over.waiting)
    tell("tidied", finished=len(done.finished), dropped=len(done.dropped), waiting=waiting)
    if over.finished:
        tell("carried_over", files=len(over.finished))
