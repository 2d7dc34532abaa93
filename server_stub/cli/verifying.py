"""``sidumba-server verify``: everything this server holds against itself, as sentences or as one JSON object.

Chains, payloads, heads, records rebuilt from their entries, answered ops, files read back and hashed, signed roots.
Exit code 0 when all is whole, else 1.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from typing import Annotated

import typer

from server_stub.api.deps import Server
from server_stub.cli.tools import Data, built, tell
from server_stub.publishing.witness import root_faults
from server_stub.store.audit import audit
from server_stub.store.holdings import file_faults
from sidumba_field.core.time import iso


@dataclass(frozen=True, slots=True)
class Verdict:
    """Counts of what was looked at, and what did not hold: ids, numbers and kinds, never an answer of anybody."""

    ok: bool
    at: str
    scopes: int
    entries: int
    erased: int
    records: int
    ops: int
    files: int
    roots: int
    chain_faults: tuple[str, ...]
    file_faults: tuple[str, ...]
    root_faults: tuple[str, ...]


def judge(server: Server) -> Verdict:
    """Look at everything. Raises ``attachment.later`` when the file storage does not answer."""
    chains = audit(server.database)
    files, broken = file_faults(server.database, server.blobs)
    roots = tuple(root_faults(server.database, server.keys))
    with server.database.read() as work:
        signed = len(work.roots.after("", 10**6))
    return Verdict(
        ok=not (chains.faults or broken or roots),
        at=iso(server.clock.now()),
        scopes=chains.scopes,
        entries=chains.entries,
        erased=chains.erased,
        records=chains.records,
        ops=chains.ops,
        files=files,
        roots=signed,
        chain_faults=chains.faults,
        file_faults=broken,
        root_faults=roots,
    )


def verify(
    data: Data, as_json: Annotated[bool, typer.Option("--json", help="Satu objek JSON")] = False
) -> None:
    """Hold chains, records, files and signed roots against each other."""
    found = judge(built(data))
    if as_json:
        typer.echo(json.dumps(asdict(found)))
    else:
        _say(found)
    if not found.ok:
        raise typer.Exit(1)


def _say(found: Verdict) -> None:
    for where in found.chain_faults:
        tell("broken", where=where)
    for where in found.file_faults:
        tell("broken_file", where=where)
    for where in found.root_faults:
        tell("broken_root", where=where)
    if found.ok:
        tell("verified", scopes=found.scopes, entries=found.entries)
        tell("verified_records", records=found.records, ops=found.ops, roots=found.roots)
        tell("verified_files", files=found.files)
