"""After the feeds: files whose record was erased leave the shelf, and the pages their words lay on are written anew."""

from __future__ import annotations

from sidumba_field.sync.stages import Run


def drop_erased(run: Run) -> None:
    """Finish what an erasure began; a run that dies here is followed by one that does the rest.

    Raises ``store.disk_full`` when there is no room to write the database anew.
    """
    for sha in run.store.feed.to_shred():
        run.shelf.drop(sha)
        run.store.feed.shredded(sha)
    run.store.scrub()
