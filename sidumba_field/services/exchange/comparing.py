"""Holding the laptop against the server: counts and hashes of both sides per unit and form, differences by name.

The server's side is its own signed word (docs/spec/wire.md "Standing"); nothing is guessed from what was sent. What was
found is kept, with the server's instant, so that a paper printed later without internet can say as of when.
"""

from __future__ import annotations

import json
from concurrent.futures import Executor
from dataclasses import asdict, dataclass, field
from typing import Any

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.standing import Line, Standing, standings
from sidumba_field.seal.signing import verify
from sidumba_field.services.desk import Desk, Seat
from sidumba_field.services.threads import handed
from sidumba_field.store import Store
from sidumba_field.sync.transport import Transport
from sidumba_field.wire.messages import ScopeStanding, StandingReply

#: Where the last comparison of a person lies among the laptop's notes.
KEPT = "standing/"
#: So many differing records are named; the rest is counted.
MOST = 50


@dataclass(frozen=True, slots=True)
class Pair:
    """One form in one unit on both sides; a side without the form has 0 records and no hash."""

    vid: str
    form: str
    here: int
    there: int
    here_digest: str
    there_digest: str

    @property
    def same(self) -> bool:
        return (self.here, self.here_digest) == (self.there, self.there_digest)


@dataclass(frozen=True, slots=True)
class Difference:
    """One record that stands otherwise on both sides: its revisions, 0 where it is not there."""

    vid: str
    rid: str
    here: int
    there: int


@dataclass(frozen=True, slots=True)
class Comparison:
    """``at``: the server's instant; ``sig``: its signature over what it said; ``behind``: entries not fetched yet."""

    at: str
    epoch: str
    sig: str
    pairs: tuple[Pair, ...] = ()
    differences: tuple[Difference, ...] = ()
    more: int = 0
    behind: dict[str, int] = field(default_factory=dict)

    @property
    def same(self) -> bool:
        return all(pair.same for pair in self.pairs)


def compare(desk: Desk, line: Transport, worker: Executor | None) -> Comparison:
    """Ask the server, hold its word against this laptop and keep the result. For a network thread.

    Raises ``seal.bad_signature`` when the word is not the pinned server's, and what the line raises.
    """
    seat = desk.seat()
    store = handed(seat.store, worker)
    said = line.standing()
    if not verify(store.meta.get("server_key") or "", said.signed_bytes(), said.sig):
        raise SidumbaError("seal.bad_signature")
    found = _held_against(store, line, said)
    store.meta.set(KEPT + seat.user.user_id, json.dumps(asdict(found)))
    return found


def _held_against(store: Store, line: Transport, said: StandingReply) -> Comparison:
    pairs: list[Pair] = []
    differences: list[Difference] = []
    behind: dict[str, int] = {}
    for scope in said.scopes:
        lines = store.standings.lines(scope.vid)
        mine = _pairs(scope, standings(lines))
        pairs += mine
        followed = store.scopes.get(scope.vid)
        missing = scope.seq - (followed.seq if followed is not None else 0)
        if missing > 0:
            behind[scope.vid] = missing
        if not all(pair.same for pair in mine):
            differences += _differences(scope.vid, lines, line)
    more = max(0, len(differences) - MOST)
    return Comparison(said.now, said.epoch, said.sig, tuple(pairs), tuple(differences[:MOST]), more, behind)


def _pairs(scope: ScopeStanding, here: dict[str, Standing]) -> list[Pair]:
    there = {one.form: Standing(one.records, one.digest) for one in scope.forms}
    nothing = Standing(0, "")
    return [
        Pair(scope.vid, form, mine.records, theirs.records, mine.digest, theirs.digest)
        for form in sorted({*here, *there})
        for mine, theirs in ((here.get(form, nothing), there.get(form, nothing)),)
    ]


def _differences(vid: str, lines: list[Line], line: Transport) -> list[Difference]:
    here = {one.rid: (one.rev, one.sha) for one in lines}
    there = {one.rid: (one.rev, one.sha) for one in line.standing_rows(vid).rows}
    absent = (0, "")
    return [
        Difference(vid, rid, here.get(rid, absent)[0], there.get(rid, absent)[0])
        for rid in sorted({*here, *there})
        if here.get(rid) != there.get(rid)
    ]


def kept(seat: Seat) -> Comparison | None:
    """Return the person's last comparison on this laptop, None before the first."""
    text = seat.store.meta.get(KEPT + seat.user.user_id)
    return None if not text else _read(json.loads(text))


def _read(raw: dict[str, Any]) -> Comparison:
    pairs = tuple(Pair(**pair) for pair in raw["pairs"])
    differences = tuple(Difference(**one) for one in raw["differences"])
    return Comparison(**{**raw, "pairs": pairs, "differences": differences})
