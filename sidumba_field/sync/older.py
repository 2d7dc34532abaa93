"""The history of one record from before the snapshot this laptop began with: fetched when somebody wants to see it.

Owns asking page by page until it is whole; what it brings is kept with the feed and changes no record.
"""

from __future__ import annotations

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.records import FeedEntry
from sidumba_field.store import Store
from sidumba_field.sync.transport import Transport


def fetch_older(store: Store, line: Transport, vid: str, rid: str) -> int:
    """Bring every entry about a record; return how many were not here yet.

    Raises ``auth.not_permitted`` for somebody else's, ``wire.chain_broken`` for an entry that does not fit its hash,
    or a fault of the line; then nothing is kept, and asking again begins anew.
    """
    entries: list[FeedEntry] = []
    while True:
        page = line.history(vid, rid, entries[-1].seq if entries else 0)
        fresh = [message.to_entry(vid) for message in page.entries]
        last = entries[-1].seq if entries else 0
        if (page.vid, page.rid) != (vid, rid) or any(entry.seq <= last for entry in fresh):
            raise SidumbaError("wire.malformed")
        entries += fresh
        if not page.more:
            return store.feed.keep_older(vid, rid, entries)
        if not fresh:
            raise SidumbaError("wire.malformed")
