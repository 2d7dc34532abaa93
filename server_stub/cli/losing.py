"""``sidumba-server laptop lost``: what lay on a laptop that is gone, and the letter that is due in 3 x 24 hours."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated

import typer
import xlsxwriter

from server_stub.api.deps import Server
from server_stub.cli.tools import Data, built, log_own, program_of, tell, tell_privacy
from server_stub.publishing.letters import letter, local
from server_stub.publishing.losses import Loss, loss_of
from sidumba_field.core.time import iso
from sidumba_field.core.workflow.roles import span_of
from sidumba_field.programs import Program

#: UU 27/2022 article 46.
NOTICE_WITHIN = timedelta(hours=72)


def laptop_lost(
    data: Data, device_id: str, out: Annotated[Path, typer.Option("--out", help="Folder tujuan")]
) -> None:
    """List what lay on a lost laptop by unit and class, and write the notice letter of every program concerned."""
    server = built(data)
    with server.database.read() as work:
        device = work.devices.get(device_id)
        loss = loss_of(work, server.programs, device) if device is not None else None
        names = {one.id: one.name for one in work.people.all()}
    if loss is None:
        tell("device_unknown", device=device_id)
        raise typer.Exit(1)
    log_own(
        server,
        "export",
        "",
        span_of(one.unit for one in loss.records),
        paper="notice",
        count=len(loss.records),
    )
    tell_privacy("lost_people", people=", ".join(names.get(one, one) for one in loss.people) or "-")
    for (_, unit), (count, specific) in loss.by_unit().items():
        tell_privacy("lost_unit", unit=unit, count=count, specific=specific)
    out.mkdir(parents=True, exist_ok=True)
    for name in sorted({one.program for one in loss.records}):
        _write(server, program_of(server, name), loss, out)
    tell_privacy("lost_total", count=len(loss.records), due=iso(server.clock.now() + NOTICE_WITHIN))


def _write(server: Server, program: Program, loss: Loss, out: Path) -> None:
    """Write the letter and, for whoever has to reach the people, the list of them."""
    now, device = server.clock.now(), loss.device
    mine = [one for one in loss.records if one.program == program.id]
    counted = [(unit, counts) for (name, unit), counts in loss.by_unit().items() if name == program.id]
    values = {
        "laptop": device.name or device.id,
        "unit": program.place_name(device.unit) or device.unit,
        "terakhir": local(program, device.seen_at),
        "dilaporkan": local(program, iso(now)),
        "batas": local(program, iso(now + NOTICE_WITHIN)),
        "jumlah": len(mine),
        "jumlah_spesifik": sum(one.specific for one in mine),
    }
    rows = [
        {
            "no": number,
            "kode": unit,
            "nama": program.place_name(unit) or unit,
            "jumlah": count,
            "spesifik": specific,
        }
        for number, (unit, (count, specific)) in enumerate(counted, start=1)
    ]
    stem = out / f"pemberitahuan-{program.id}-{device.id[-8:]}"
    letter(program, "notice", now, values, rows).pdf(stem.with_suffix(".pdf"))
    paths = [path for path in (program.title_path, program.subtitle_path, program.number_path) if path]
    questions = program.form(program.main).questions
    book = xlsxwriter.Workbook(
        stem.with_suffix(".xlsx"), {"strings_to_formulas": False, "strings_to_urls": False}
    )
    try:
        sheet = book.add_worksheet()
        sheet.write_row(
            0, 0, ["ID", "Kode wilayah", *(questions[path].label for path in paths), "Data spesifik"]
        )
        for number, one in enumerate(mine, start=1):
            told = [one.fields.get(path, "") for path in paths]
            sheet.write_row(number, 0, [one.rid, one.unit, *told, "ya" if one.specific else "tidak"])
    finally:
        book.close()
    tell_privacy("lost_letter", name=stem.name)
