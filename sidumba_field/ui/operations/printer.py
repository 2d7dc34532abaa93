"""The operating system's printers: asks which one, and paints the pages of a produced PDF on it."""

from __future__ import annotations

from PySide6.QtCore import QMarginsF, QRect, QSizeF
from PySide6.QtGui import QImage, QPageLayout, QPageSize, QPainter
from PySide6.QtPrintSupport import QPrintDialog, QPrinter, QPrinterInfo

from sidumba_field.services.papers.pages import POINTS_PER_INCH, PageImage, page_image, page_size
from sidumba_field.ui.viewmodels.desk import Desk

DOTS = 300
"""Dots per inch pages are drawn with: what laser printers do, and a page of F4 stays under 40 MB."""


def available() -> bool:
    """Whether this computer knows any printer."""
    return bool(QPrinterInfo.availablePrinterNames())


def image_of(page: PageImage) -> QImage:
    """A drawn page as Qt's picture; it keeps its own pixels."""
    return QImage(page.pixels, page.width, page.height, page.stride, QImage.Format.Format_RGB32).copy()


def ask_and_print(desk: Desk, pdf: bytes) -> str:
    """Ask for printer, pages and copies, then print; the printer's name, "" when the person thought better of it."""
    printer = QPrinter(QPrinter.PrinterMode.HighResolution)
    fit_sheet(printer, pdf)
    dialog = QPrintDialog(printer)
    if desk.reports.shown is not None:
        dialog.setMinMax(1, desk.reports.shown.pages)
    if dialog.exec() != QPrintDialog.DialogCode.Accepted:
        return ""
    first, last = printer.fromPage() or 1, printer.toPage() or 0
    paint_pages(printer, pdf, first, last)
    return printer.printerName()


def fit_sheet(printer: QPrinter, pdf: bytes) -> None:
    """The printer's sheet is the paper's own, without margins of its own: the PDF has them."""
    width, height = page_size(pdf)
    upright = QSizeF(min(width, height), max(width, height))
    way = QPageLayout.Orientation.Landscape if width > height else QPageLayout.Orientation.Portrait
    size = QPageSize(upright, QPageSize.Unit.Point)
    printer.setPageLayout(QPageLayout(size, way, QMarginsF(0, 0, 0, 0)))
    printer.setFullPage(True)


def paint_pages(printer: QPrinter, pdf: bytes, first: int = 1, last: int = 0) -> int:
    """Paint pages ``first`` to ``last`` (0 = all) one by one; how many were painted."""
    painter = QPainter(printer)
    page, painted = first, 0
    try:
        while not last or page <= last:
            try:
                drawn = page_image(pdf, page, DOTS / POINTS_PER_INCH)
            except IndexError:
                break
            if painted:
                printer.newPage()
            sheet = printer.pageLayout().fullRectPixels(printer.resolution())
            painter.drawImage(QRect(0, 0, sheet.width(), sheet.height()), image_of(drawn))
            page, painted = page + 1, painted + 1
    finally:
        painter.end()
    return painted
