"""Writes a PDF page by page, so that a register of 100,000 rows takes no more memory than one of 100.

reportlab's own canvas keeps every page until the end. Here its document layer still makes the fonts (subset and
embedded), images and strings, while pages go to the output as soon as they are full. What is only known at the end,
the number of pages, sits in a second content stream per page (the foot) that is written when the last page is done.
Object numbers and offsets follow ISO 32000-1, section 7.5.
"""

from __future__ import annotations

import zlib
from array import array
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from typing import Any, BinaryIO

from reportlab.lib.utils import ImageReader
from reportlab.pdfbase import pdfdoc

from sidumba_field.reports.faces import Style, face

_HEAD = b"%PDF-1.4\n%\x93\x8c\x8b\x9e\n"
_ESCAPE = str.maketrans({"(": "\\(", ")": "\\)", "\\": "\\\\"})


@dataclass(frozen=True, slots=True)
class DocumentInfo:
    """What the file says of itself. ``created`` comes from the caller's clock: same input, same bytes."""

    title: str
    subject: str
    author: str
    product: str
    created: datetime
    lang: str = "id"


@dataclass(frozen=True, slots=True)
class _Stamp:
    """The shape reportlab wants a time in."""

    YMDhms: tuple[int, ...]
    dhh: int = 0
    dmm: int = 0


class FlatPdf:
    """One PDF on its way to ``out``, which only needs ``write``."""

    def __init__(self, out: BinaryIO, info: DocumentInfo) -> None:
        self._out = out
        self._at = 0
        self._offsets = array("Q", [0])
        self._pages = array("Q")
        self._feet = array("Q")
        self._images: dict[str, Any] = {}
        self._image_sizes: dict[str, tuple[int, int]] = {}
        self.info = info
        self._doc: Any = pdfdoc.PDFDocument(compression=1, invariant=1)
        self._names: dict[Style, str] = {}
        self._tree = self._reserve()
        self._resources = self._reserve()
        self._put(_HEAD)

    @property
    def page_count(self) -> int:
        """Pages written so far."""
        return len(self._pages)

    def font_name(self, style: Style) -> str:
        """The resource name of the first subset of ``style``: all printable ASCII under its own codes."""
        name = self._names.get(style)
        if name is None:
            font = face(style).font
            font.splitString(" ", self._doc)
            name = self._names[style] = font.getSubsetInternalName(0, self._doc)
        return name

    def encode(self, style: Style, text: str) -> list[tuple[str, str]]:
        """``text`` as (resource name, escaped string) runs; more than one when it leaves the first subset."""
        if text.isascii():
            return [(self.font_name(style), text.translate(_ESCAPE))]
        font = face(style).font
        self.font_name(style)
        return [
            (font.getSubsetInternalName(subset, self._doc), chunk.decode("latin-1").translate(_ESCAPE))
            for subset, chunk in font.splitString(text, self._doc)
        ]

    def image(self, key: str, data: bytes) -> tuple[str, int, int]:
        """Register a JPEG or PNG under ``key`` once; its resource name and its size in pixels."""
        if key not in self._images:
            reader = ImageReader(BytesIO(data))
            picture = pdfdoc.PDFImageXObject(key, reader, mask="auto")
            self._images[key] = self._doc.Reference(picture, f"Image.{key}")
            if getattr(picture, "_smask", None) is not None:
                picture.smask = self._doc.Reference(picture._smask, f"Mask.{key}")
            self._image_sizes[key] = reader.getSize()
        width, height = self._image_sizes[key]
        return f"/{key}", width, height

    def add_page(self, width: float, height: float, body: str) -> None:
        """Write one page of ``width`` x ``height`` points; ``body`` is its content in Latin-1 text."""
        page, content, foot = self._reserve(), self._reserve(), self._reserve()
        self._pages.append(page)
        self._feet.append(foot)
        self._stream(content, body)
        self._object(
            page,
            f"<< /Type /Page /Parent {self._tree} 0 R /MediaBox [0 0 {width:.2f} {height:.2f}]"
            f" /Resources {self._resources} 0 R /Contents [{content} 0 R {foot} 0 R] >>\n".encode("ascii"),
        )

    def close(self, foot: Callable[[int, int], str]) -> None:
        """Write the feet (``foot(page, pages)`` is a foot's content), the fonts and the tables of the file."""
        total = len(self._pages)
        for index, number in enumerate(self._feet):
            self._stream(number, foot(index + 1, total))
        for font in self._doc.delayedFonts:
            font.addObjects(self._doc)
        kids = " ".join(f"{number} 0 R" for number in self._pages)
        self._object(self._tree, f"<< /Type /Pages /Count {total} /Kids [{kids}] >>\n".encode("ascii"))
        catalog = self._catalog()
        info = self._information()
        self._shared_resources()
        self._rest()
        self._tables(catalog, info)

    # ------------------------------------------------------------------------------------------------- the file itself

    def _reserve(self) -> int:
        self._doc.objectcounter += 1
        return int(self._doc.objectcounter)

    def _put(self, data: bytes) -> None:
        self._out.write(data)
        self._at += len(data)

    def _object(self, number: int, content: bytes) -> None:
        while len(self._offsets) <= number:
            self._offsets.append(0)
        self._offsets[number] = self._at
        self._put(b"%d 0 obj\n" % number + content + b"endobj\n")

    def _stream(self, number: int, content: str) -> None:
        packed = zlib.compress(content.encode("latin-1"), 6)
        head = b"<< /Length %d /Filter /FlateDecode >>\nstream\n" % len(packed)
        self._object(number, head + packed + b"\nendstream\n")

    def _catalog(self) -> int:
        number = self._reserve()
        self._object(
            number,
            f"<< /Type /Catalog /Pages {self._tree} 0 R /Lang ({self.info.lang})"
            " /ViewerPreferences << /DisplayDocTitle true >> >>\n".encode("ascii"),
        )
        return number

    def _information(self) -> int:
        about, number = self._doc.info, self._reserve()
        about.title, about.subject, about.author = self.info.title, self.info.subject, self.info.author
        about.producer = about.creator = self.info.product
        self._doc._timeStamp = _Stamp(tuple(self.info.created.astimezone(UTC).timetuple())[:6])
        self._object(number, about.format(self._doc) + b"\n")
        return number

    def _shared_resources(self) -> None:
        fonts = self._doc.Reference(self._doc.idToObject["BasicFonts"]).format(self._doc)
        parts = [b"<< /ProcSet [/PDF /Text /ImageB /ImageC /ImageI] /Font ", fonts]
        if self._images:
            pictures = (f"/{k} ".encode("ascii") + ref.format(self._doc) for k, ref in self._images.items())
            parts.append(b" /XObject << " + b" ".join(pictures) + b" >>")
        self._object(self._resources, b"".join(parts) + b" >>\n")

    def _rest(self) -> None:
        """Everything reportlab made; writing one object may call further ones into being."""
        written: set[int] = set()
        while waiting := [n for n in self._doc.numberToId if n not in written]:
            for number in waiting:
                written.add(number)
                made = self._doc.idToObject[self._doc.numberToId[number]]
                content = pdfdoc.format(made, self._doc, toplevel=1)
                self._object(number, content if content.endswith(b"\n") else content + b"\n")

    def _tables(self, catalog: int, info: int) -> None:
        start, size = self._at, len(self._offsets)
        self._put(b"xref\n0 %d\n0000000000 65535 f \n" % size)
        for number in range(1, size):
            if not self._offsets[number]:
                raise ValueError(f"PDF object {number} was promised and never written")
            self._put(b"%010d 00000 n \n" % self._offsets[number])
        self._doc.updateSignature(f"{self.info.title}\n{self.info.subject}\n{self.info.created.isoformat()}")
        digest = self._doc.signature.hexdigest().encode("ascii")
        self._put(
            b"trailer\n<< /Size %d /Root %d 0 R /Info %d 0 R /ID [<%b><%b>] >>\nstartxref\n%d\n%%%%EOF\n"
            % (size, catalog, info, digest, digest, start)
        )
