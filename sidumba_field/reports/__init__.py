"""Paper: a program's paper file and an office's data become PDF or a spreadsheet.

``Paper.from_toml(text)`` reads ``forms/<sop>/reports/<name>.toml``; ``render_pdf(paper, data, out)`` draws it. The
drawing parts are heavy to load, so they are loaded by the first paper and not by the window's start.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from sidumba_field.reports.model import (
    BlankItem,
    BlankSection,
    BlankTable,
    FormItem,
    FormRepeat,
    FormSection,
    Kop,
    KopLine,
    Photo,
    Progress,
    Provenance,
    ReportData,
    Signatory,
    Summary,
)
from sidumba_field.reports.paper import Paper

__all__ = [
    "BlankItem",
    "BlankSection",
    "BlankTable",
    "FormItem",
    "FormRepeat",
    "FormSection",
    "Kop",
    "KopLine",
    "Paper",
    "Photo",
    "Progress",
    "Provenance",
    "ReportData",
    "Signatory",
    "Summary",
    "render_pdf",
    "render_xlsx",
    "save_pdf",
]


def render_pdf(
    paper: Paper, data: ReportData, out: BinaryIO, progress: Progress | None = None, partial: bool = False
) -> int:
    """Write the PDF of ``paper`` with ``data`` to ``out``; return the number of pages.

    Pages are written as they fill, so memory does not grow with the rows. The same input gives the same bytes.
    ``partial``: these are the first rows only, so the foot leaves the number of pages open (previews).
    ``progress(pages, rows)`` returning False raises SidumbaError report.stopped and leaves ``out`` unfinished;
    report.unreadable is raised when the paper names a value or an official the data does not have.
    """
    from sidumba_field.reports import pdf

    return pdf.render(paper, data, out, progress, partial)


def save_pdf(paper: Paper, data: ReportData, path: Path, progress: Progress | None = None) -> int:
    """Write the PDF to ``path`` whole or not at all; return its pages. Raises as ``render_pdf`` does, and OSError."""
    from sidumba_field.reports import pdf

    return pdf.save(paper, data, path, progress)


def render_xlsx(paper: Paper, data: ReportData, out: BinaryIO, progress: Progress | None = None) -> int:
    """Write the spreadsheet of ``paper`` with ``data`` to ``out``; return the number of table rows.

    Raises as ``render_pdf`` does. Photos and signatures belong to the PDF and are left out.
    """
    from sidumba_field.reports import xlsx

    return xlsx.render(paper, data, out, progress)
