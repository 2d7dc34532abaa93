"""Paper: a program's paper file and an office's data become PDF or a spreadsheet.

``Paper.from_toml(text)`` reads ``forms/<sop>/reports/<name>.toml``; ``render_pdf(paper, data, out)`` draws
it.
"""

from __future__ import annotations

from sidumba_field.reports.flow import Progress
from sidumba_field.reports.model import (
    FormItem,
    FormRepeat,
    FormSection,
    Kop,
    KopLine,
    Photo,
    Provenance,
    ReportData,
    Signatory,
)
from sidumba_field.reports.paper import Paper
from sidumba_field.reports.pdf import render_pdf, save_pdf

__all__ = [
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
    "render_pdf",
    "save_pdf",
]
