"""``python -m tests.bench.child_register store|rows COUNT``: prints the register of businesses and says what it took.

``store``: a laptop that holds enough records for COUNT rows, printed as Laporan does it, several times. ``rows``: the
same paper and the same rows without a database behind them, so that the greatest memory of this process is the paper's.
"""

from __future__ import annotations

import json
import sys
import tempfile
import time
from collections.abc import Sequence
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

import psutil

RUNS = 3
PER_VILLAGE = 640
"""Records of one village when a regency of 157 villages holds 100,000."""
DIFFERENT = 500


def peak_mb() -> float:
    """Greatest resident size of this process so far. Not getrusage: there a child begins with its parent's."""
    status = Path("/proc/self/status")
    if status.exists():
        line = next(
            one for one in status.read_text(encoding="ascii").splitlines() if one.startswith("VmHWM:")
        )
        return int(line.split()[1]) / 1024
    memory = psutil.Process().memory_info()
    return float(getattr(memory, "peak_wset", memory.rss)) / 2**20


def register_of(program: Any) -> tuple[str, Any]:
    """The program's register: the first of its papers of that kind, by id and as it is drawn."""
    from sidumba_field.reports import Paper

    papers = ((spec.id, Paper.from_toml(program.paper_text(spec.id))) for spec in program.papers)
    return next((name, paper) for name, paper in papers if paper.kind == "register")


def from_store(count: int, folder: Path) -> dict[str, Any]:
    """Seconds per run from the choice to the file on disk."""
    from sidumba_field.services.papers.service import ReportingService
    from sidumba_field.services.papers.views import PaperChoice
    from tests.bench.lists import fill
    from tests.helpers.desk import Office

    office = Office(folder)
    # Drafts and void records are not on the list: hold so many more that COUNT rows are left.
    fill(office, count * 5 // 4)
    office.sit("Noor Laila", "verifikator_kabupaten", "63.11")
    service = ReportingService(office.desk)
    register, paper = register_of(office.program)
    choice = PaperChoice(register, rids=_listed(office, paper, count))
    seconds, pages = [], 0
    for _ in range(RUNS):
        began = time.perf_counter()
        pages = service.prepare(choice).save(folder / "register.pdf", lambda _rows: True)
        seconds.append(time.perf_counter() - began)
    office.close()
    return {"seconds": seconds, "pages": pages, "rss_mb": peak_mb()}


def _listed(office: Any, paper: Any, count: int) -> tuple[str, ...]:
    """The first COUNT records the register would list."""
    from sidumba_field.services.papers.select import states_of

    states = states_of(office.program, paper)
    found: list[str] = []
    for scope in office.store.scopes.all():
        extracts = office.store.extracts.scope(office.program.id, scope.vid, ())
        found += [one.rid for one in extracts if one.state in states]
    if len(found) < count:
        raise RuntimeError(f"only {len(found)} records are listed")
    return tuple(found[:count])


class InventedStore:
    """Stands where the store stands: extracts of invented businesses, village by village."""

    def __init__(self) -> None:
        self.extracts = self

    def scope(self, program: str, vid: str, paths: Sequence[str], subject: str = "record") -> list[Any]:
        """The records of one village."""
        from sidumba_field.store import Extract

        told = ("disahkan", "u1", "2026", "2026-11-01T00:00:00.000Z", 2)
        first = int(vid) * PER_VILLAGE
        return [
            Extract(f"{n:08d}", *told, _answers(n, tuple(paths))) for n in range(first, first + PER_VILLAGE)
        ]


@cache
def _different(n: int) -> dict[str, str]:
    from tests.bench import businesses

    return businesses.record(n)


def _answers(n: int, paths: tuple[str, ...]) -> tuple[str, ...]:
    """Texts of their own for every record, as a store hands them out."""
    fields = _different(n % DIFFERENT)
    return tuple(f"{fields.get(path, '')} "[:-1] for path in paths)


def from_rows(count: int, folder: Path) -> dict[str, Any]:
    """Seconds and greatest memory of one print."""
    from sidumba_field.reports import save_pdf
    from sidumba_field.services.papers.select import RegisterRows, Selection
    from sidumba_field.services.papers.values import common, kop, signatories
    from sidumba_field.store import Scope
    from tests.bench import businesses
    from tests.helpers.papers import PRINTED_AT, data

    program = businesses.program()
    _, paper = register_of(program)
    villages = -(-count // PER_VILLAGE)
    scopes = tuple(
        Scope(str(n), program.id, f"63.11.02.{2001 + n}", f"Desa {n + 1}", 0, "") for n in range(villages)
    )
    for n in range(DIFFERENT):
        _different(n)
    selection = Selection(program, scopes, frozenset(program.states))
    rows = RegisterRows(paper, selection, str)
    store: Any = InventedStore()
    given = data(
        kop=kop(program),
        values=common(program, "63.11", "2026", PRINTED_AT.date(), "id"),
        signatories=signatories(program),
        rows=islice(rows.rows(store), count),
        sealed=rows.seal.hex,
        unsigned=False,
    )
    began = time.perf_counter()
    pages = save_pdf(paper, given, folder / "register.pdf")
    return {"seconds": [time.perf_counter() - began], "pages": pages, "rss_mb": peak_mb()}


def main(kind: str, count: int) -> None:
    """Print; the file goes away with its folder."""
    with tempfile.TemporaryDirectory(prefix="sidumba-bench-") as folder:
        print(json.dumps({"store": from_store, "rows": from_rows}[kind](count, Path(folder))))


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
