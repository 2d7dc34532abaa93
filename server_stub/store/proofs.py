"""Proofs of backups (guard restore_proven): which file was restored into a scratch database, when, what was found."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from sqlalchemy import insert, select
from sqlalchemy.engine import Connection

from server_stub.store.tables import PROOF
from sidumba_field.core.canonical import canonical


@dataclass(frozen=True, slots=True)
class Proof:
    """One proof. ``sha256``/``size``: of the encrypted file; ``result``: "" when everything was whole, else the code of
    what was wrong; ``heads``: scope -> (seq, hash) of the feeds in it."""

    id: str
    file: str
    sha256: str
    made_at: str
    proven_at: str
    result: str
    size: int
    records: int
    entries: int
    files: int
    scopes: int
    heads: Mapping[str, tuple[int, str]]

    def holds(self, vid: str, seq: int) -> bool:
        """Tell whether the backup contains entry ``seq`` of a feed."""
        return self.result == "" and self.heads.get(vid, (0, ""))[0] >= seq


class Proofs:
    """Repository of proofs; they are added and never changed."""

    def __init__(self, connection: Connection) -> None:
        self._db = connection

    def add(self, proof: Proof) -> None:
        heads = canonical({vid: list(head) for vid, head in proof.heads.items()}).decode()
        self._db.execute(insert(PROOF).values({**asdict(proof), "heads": heads}))

    def all(self) -> list[Proof]:
        """Return every proof, the newest first."""
        rows = self._db.execute(select(PROOF).order_by(PROOF.c.proven_at.desc(), PROOF.c.id))
        return [_proof(dict(row._mapping)) for row in rows]


def _proof(row: dict[str, Any]) -> Proof:
    heads = {vid: (int(seq), str(hash_)) for vid, (seq, hash_) in json.loads(row["heads"]).items()}
    return Proof(**{**row, "heads": heads})
