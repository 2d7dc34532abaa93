"""One paper about to be made: what was gathered on the database worker, and how it becomes a file on another thread.

Rows are fetched from the store only while pages are drawn, so the store is handed over (``services/threads.py``). One
paper is drawn at a time: the typefaces of the drawing room are shared.
"""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path
from typing import BinaryIO

from sidumba_field.core.errors import SidumbaError
from sidumba_field.reports import Paper, ReportData, render_pdf, render_xlsx
from sidumba_field.services.papers.views import PaperShown
from sidumba_field.store import Store

Going = Callable[[int], bool]
"""Told how many rows are done; False stops the paper (report.stopped)."""

Make = Callable[[Store, int, Callable[[int], None]], ReportData]
"""(store, limit of rows or 0, told about records read) -> the data of the paper."""

PREVIEW_ROWS = 60
_one_at_a_time = threading.Lock()


@dataclass(frozen=True, slots=True)
class PaperJob:
    """``log(event, format)`` writes the access log; ``many``: has rows enough to be shown in parts."""

    paper: Paper
    store: Store
    make: Make
    log: Callable[[str, str], None]
    name: str
    many: bool = False
    expected: int = 0

    def show(self, going: Going, *, first: bool = False) -> PaperShown:
        """Produce the PDF in memory; ``first``: only its first rows, the foot then leaves the page count open."""
        out = BytesIO()
        limit = PREVIEW_ROWS if first and self.many and self.expected > PREVIEW_ROWS else 0
        rows = [0]

        def told(pages: int, done: int) -> bool:
            rows[0] = done
            return going(done)

        with _one_at_a_time:
            data = self._data(limit, going)
            pages = render_pdf(self.paper, data, out, told, partial=limit > 0)
        sheet = f"{self.paper.size} {self.paper.orientation}"
        return PaperShown(out.getvalue(), pages, rows[0], limit > 0, sheet)

    def save(self, path: Path, going: Going) -> int:
        """Write PDF or XLSX (by the ending) whole or not at all; return pages or rows. It is logged before.

        Raises store.disk_full, report.unwritable, report.stopped.
        """
        table = path.suffix == ".xlsx"
        self.log("export" if table else "print", path.suffix[1:])
        render = render_xlsx if table else render_pdf
        part = path.with_name(path.name + ".part")
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            with _one_at_a_time, part.open("wb") as out:
                made = self._render(render, out, going)
            part.replace(path)
        except OSError as error:
            full = error.errno == errno.ENOSPC
            raise SidumbaError("store.disk_full" if full else "report.unwritable") from error
        finally:
            # Half a paper is nobody's file, and it may hold personal data.
            part.unlink(missing_ok=True)
        return made

    def _render(self, render: Callable[..., int], out: BinaryIO, going: Going) -> int:
        return render(self.paper, self._data(0, going), out, lambda pages, rows: going(rows))

    def _data(self, limit: int, going: Going) -> ReportData:
        def told(records: int) -> None:
            if not going(records):
                raise SidumbaError("report.stopped")

        return self.make(self.store, limit, told)
