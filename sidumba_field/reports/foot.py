"""The foot of every page: product, print time with zone, print code, snapshot hash as text and QR, page n of m."""

from __future__ import annotations

from io import BytesIO

from PIL import Image
from reportlab.graphics.barcode import qrencoder

from sidumba_field import words
from sidumba_field.reports.faces import Style, face, printable
from sidumba_field.reports.flat_pdf import FlatPdf
from sidumba_field.reports.geometry import MM, Geometry
from sidumba_field.reports.model import Provenance
from sidumba_field.reports.pen import Pen

SIZE, LINE = 7.5, 9.0
QR = 11 * MM


class Foot:
    """The foot of one paper; made when its last row is known, drawn once per page."""

    def __init__(self, pdf: FlatPdf, sheet: Geometry, source: Provenance, coded: bool) -> None:
        """``coded``: with the QR. It is left out while a signature is awaited: people take a QR for one."""
        self._pdf, self._sheet = pdf, sheet
        coded = coded and bool(source.snapshot_sha256)
        self._edge = sheet.right - (QR + 6 if coded else 0)
        self._lines = _lines(source, self._edge - sheet.left)
        code = f"{source.print_code} {source.snapshot_sha256}".upper()
        self._qr = pdf.image("Qr", qr_png(code))[0] if coded else ""

    def content(self, page: int, pages: int | str) -> str:
        """The foot of one page as PDF operators."""
        pen, sheet = Pen(self._pdf, self._sheet.height), self._sheet
        top = sheet.bottom + 18
        for i, text in enumerate(self._lines):
            pen.text(sheet.left, top + i * LINE, text, SIZE)
        if self._qr:
            pen.picture(sheet.right - QR, sheet.bottom + 10, QR, QR, self._qr)
        pen.text_right(self._edge, top, words.say("papers.page", page=page, pages=pages), SIZE)
        return pen.content()


def _lines(source: Provenance, width: float) -> list[str]:
    local = source.zone.local(source.printed_at)
    at = f"{words.date_numeric(local.date())} {words.time_zone(source.printed_at, source.zone)}"
    key = "papers.foot.printed_by" if source.printed_by else "papers.foot.printed"
    printed = words.say(key, product=source.product, at=at, code=source.print_code, by=source.printed_by)
    cut = face(Style.REGULAR)
    page = cut.width(words.say("papers.page", page="00000", pages="00000"), SIZE)
    lines = cut.wrap(printable(printed), SIZE, width - page - 10)
    if not source.snapshot_sha256:
        return lines
    full = source.snapshot_sha256
    return lines + cut.wrap(words.say("papers.foot.snapshot", short=full[:8], full=full), SIZE, width)


def qr_png(text: str) -> bytes:
    """A QR code as a small black and white PNG, one pixel per module."""
    code = qrencoder.QRCode(None, qrencoder.QRErrorCorrectLevel.L)
    code.addData(text)
    code.make()
    side = code.getModuleCount()
    picture = Image.new("1", (side, side), 1)
    for row in range(side):
        for column in range(side):
            if code.isDark(row, column):
                picture.putpixel((column, row), 0)
    out = BytesIO()
    picture.save(out, "PNG")
    return out.getvalue()
