"""``sidumba-server request``: what persons ask for about their own data, registered with a clock of 3 x 24 hours."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer

from server_stub.api.deps import Server
from server_stub.cli.tools import Data, built, log_own, program_of, tell_privacy
from server_stub.publishing.copies import as_json, as_paper, demand_record
from server_stub.store.requests import DataRequest, Wish
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import new_id
from sidumba_field.core.time import iso, parse_iso

request = typer.Typer(no_args_is_help=True)
#: UU 27/2022: access, correction and ending of processing within 3 x 24 hours of the request.
TIME_LIMIT = timedelta(hours=72)


@request.command("add")
def request_add(
    data: Data,
    kind: Annotated[Wish, typer.Option("--kind", help="export, correct, atau erase")],
    record: Annotated[str, typer.Option("--record", help="Id data")],
    name: Annotated[str, typer.Option("--name", help="Nama pemohon")],
    note: Annotated[str, typer.Option("--note")] = "",
) -> None:
    """Register what somebody asks for about his own data; the clock begins."""
    server = built(data)
    now = server.clock.now()
    with server.database.write() as work:
        demand_record(work, record)
        wanted = DataRequest(
            new_id(server.clock), 0, kind, record, name, note, iso(now), iso(now + TIME_LIMIT)
        )
        added = work.requests.add(wanted)
    tell_privacy("request_added", number=added.number, due=added.due_at)


@request.command("list")
def request_list(
    data: Data, only_open: Annotated[bool, typer.Option("--open", help="Hanya yang belum selesai")] = False
) -> None:
    """List requests, those due first on top; what is late says so."""
    server = built(data)
    now = server.clock.now()
    with server.database.read() as work:
        found = [one for one in work.requests.all() if not (only_open and one.done_at)]
    for one in found:
        late = not one.done_at and parse_iso(one.due_at) < now
        state = "request_late" if late else "request_closed" if one.done_at else "request_open"
        tell_privacy(
            state,
            number=one.number,
            kind=one.kind.value,
            rid=one.rid,
            name=one.applicant,
            due=one.due_at,
            result=one.result,
        )
    if not found:
        tell_privacy("request_none")


@request.command("export")
def request_export(
    data: Data, number: int, out: Annotated[Path, typer.Option("--out", help="Folder tujuan")]
) -> None:
    """Write one person's data as JSON and PDF, and close the request."""
    server = built(data)
    with server.database.read() as work:
        asked = _open(work.requests.get(number), number)
        record = demand_record(work, asked.rid)
        scope = work.scopes.get(record.vid)
        program = program_of(server, record.program)
        told = as_json(work, program, record, asked, server.clock)
    unit = scope.unit if scope is not None else ""
    paper = as_paper(program, record, unit, asked, server.clock)
    log_own(server, "export", asked.rid, unit, paper="copy")
    out.mkdir(parents=True, exist_ok=True)
    stem = out / f"salinan-data-{number:04d}"
    body = json.dumps(told, ensure_ascii=False, indent=1, sort_keys=True)
    stem.with_suffix(".json").write_text(body, encoding="utf-8")
    paper.pdf(stem.with_suffix(".pdf"))
    _close(server, number, "done", stem.name)
    tell_privacy("request_exported", number=number, name=stem.name)


@request.command("done")
def request_done(
    data: Data,
    number: int,
    result: Annotated[str, typer.Option("--result", help="Apa yang dilakukan, atau mengapa ditolak")],
    refused: Annotated[bool, typer.Option("--refused", help="Permohonan ditolak")] = False,
) -> None:
    """Close a request. One for erasure erases the record first, unless it is refused."""
    server = built(data)
    with server.database.read() as work:
        asked = _open(work.requests.get(number), number)
    if asked.kind is Wish.ERASE and not refused:
        what = server.workflow.erase(asked.rid, f"{asked.kind.value} {number:04d}")
        for sha in what.files if what is not None else ():
            server.blobs.remove(sha)
    _close(server, number, "refused" if refused else "done", result)
    tell_privacy("request_done", number=number)


def _open(found: DataRequest | None, number: int) -> DataRequest:
    if found is None:
        raise SidumbaError("privacy.request_unknown", number=number)
    if found.done_at:
        raise SidumbaError("privacy.request_closed", number=number)
    return found


def _close(server: Server, number: int, outcome: str, result: str) -> None:
    with server.database.write() as work:
        work.requests.close(number, iso(server.clock.now()), outcome, result)
