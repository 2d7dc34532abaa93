"""Reads every file back that the database calls whole, and says which are not what their names say."""

from __future__ import annotations

from server_stub.store.blobs import Blobs
from server_stub.store.database import Database
from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.errors import SidumbaError


def file_faults(database: Database, blobs: Blobs) -> tuple[int, tuple[str, ...]]:
    """Return how many files were read back, and the faults: "<sha>: missing" or "<sha>: damaged", empty when all is
    well. Holds one file in memory at a time. Raises ``attachment.later`` when the storage does not answer."""
    with database.read() as work:
        named = list(work.files.whole())
    faults = [f"{sha}: {fault}" for sha in named if (fault := _fault(blobs, sha))]
    return len(named), tuple(faults)


def _fault(blobs: Blobs, sha: str) -> str:
    try:
        data = blobs.read(sha)
    except SidumbaError as error:
        if error.code != "attachment.missing":
            raise
        return "missing"
    return "" if sha256_hex(data) == sha else "damaged"
