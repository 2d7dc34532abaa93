"""``sidumba-server retention``: Usulkan Musnah, the decision on it, and the Berita Acara Pemusnahan."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Annotated

import typer

from server_stub.api.deps import Server
from server_stub.cli.tools import Data, built, program_of, tell_privacy
from server_stub.publishing.letters import letter, local
from server_stub.store.destructions import Destruction
from server_stub.workflow.retention import Period, carry_out, decide, propose, still_due
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import iso, parse_iso

retention = typer.Typer(no_args_is_help=True)
Out = Annotated[Path, typer.Option("--out", help="Folder tujuan")]


@retention.command("propose")
def retention_propose(data: Data, program: Annotated[str, typer.Option("--program")]) -> None:
    """Propose every closed record whose time of keeping is over; nothing is destroyed."""
    server = built(data)
    period = _period(server, program)
    with server.database.write() as work:
        found = propose(work, period, server.clock)
    if found is None:
        tell_privacy("retention_nothing", program=program, years=period.years)
        return
    for unit, count in sorted(Counter(one.unit for one in found.members).items()):
        tell_privacy("retention_unit", unit=unit, count=count)
    tell_privacy("retention_proposed", number=found.number, count=len(found.members), before=found.before)


@retention.command("list")
def retention_list(data: Data) -> None:
    """List proposals, the newest first."""
    with built(data).database.read() as work:
        found = work.destructions.all()
    for one in found:
        state = (
            "retention_done" if one.done_at else "retention_decided" if one.decided_at else "retention_open"
        )
        tell_privacy(
            state,
            number=one.number,
            program=one.program,
            count=len(one.members),
            by=one.decided_by,
            basis=one.basis,
        )
    if not found:
        tell_privacy("retention_none")


@retention.command("decide")
def retention_decide(
    data: Data,
    number: int,
    by: Annotated[str, typer.Option("--by", help="Nama dan jabatan yang memutuskan")],
    basis: Annotated[str, typer.Option("--basis", help="Nomor dan tanggal keputusan")],
) -> None:
    """Write down who decided on a proposal, and on what ground."""
    server = built(data)
    with server.database.write() as work:
        decide(work, number, by, basis, iso(server.clock.now()))
    tell_privacy("retention_is_decided", number=number)


@retention.command("destroy")
def retention_destroy(data: Data, number: int, out: Out) -> None:
    """Destroy what was decided on, and write the Berita Acara Pemusnahan as PDF and XLSX."""
    server = built(data)
    with server.database.read() as work:
        proposal = _demand(work.destructions.get(number), number)
        proposal, held = still_due(work, number, _period(server, proposal.program))
    reason = f"retention {number:04d}"
    at = iso(server.clock.now())
    carried, files = carry_out(proposal, held, lambda rid: server.workflow.erase(rid, reason), at)
    for sha in files:
        server.blobs.remove(sha)
    with server.database.write() as work:
        work.destructions.save(carried)
    _print(server, carried, out)


@retention.command("paper")
def retention_paper(data: Data, number: int, out: Out) -> None:
    """Write the Berita Acara Pemusnahan of a proposal that was carried out once more."""
    server = built(data)
    with server.database.read() as work:
        found = _demand(work.destructions.get(number), number)
    if not found.done_at:
        raise SidumbaError("retention.undecided", number=number)
    _print(server, found, out)


def _print(server: Server, done: Destruction, out: Path) -> None:
    program = program_of(server, done.program)
    gone = [one for one in done.members if not one.kept]
    values = {
        "nomor": f"{done.number:04d}",
        "dasar": done.basis,
        "pemutus": done.decided_by,
        "diputuskan": local(program, done.decided_at),
        "usul": f"{done.number:04d}, {local(program, done.proposed_at)}",
        "masa_simpan": f"{program.keep_years} tahun",
        "sebelum": local(program, done.before),
        "jumlah": len(gone),
        "catatan": sum(one.entries for one in gone),
        "berkas": sum(one.files for one in gone),
        "tertahan": len(done.members) - len(gone),
    }
    rows = [
        {
            "no": number,
            "kode": one.rid,
            "unit": one.unit,
            "ditutup": parse_iso(one.closed_at).astimezone(program.office.tz).date(),
            "catatan": one.entries,
        }
        for number, one in enumerate(gone, start=1)
    ]
    out.mkdir(parents=True, exist_ok=True)
    made = letter(program, "destruction", parse_iso(done.done_at), values, rows)
    stem = out / f"berita-acara-pemusnahan-{done.number:04d}"
    made.pdf(stem.with_suffix(".pdf"))
    made.xlsx(stem.with_suffix(".xlsx"))
    tell_privacy("retention_carried", count=len(gone), kept=len(done.members) - len(gone), name=stem.name)


def _period(server: Server, name: str) -> Period:
    program = program_of(server, name)
    return Period(program.id, program.keep_years, program.closed_states)


def _demand(found: Destruction | None, number: int) -> Destruction:
    if found is None:
        raise SidumbaError("retention.unknown", number=number)
    return found
