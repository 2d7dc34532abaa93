"""The pen: what a page is drawn with. Points, measured from the page's TOP left corner; y of a text is its baseline.

Everything is pure black; the only tone is the 6 % grey of table heads (design/UI.md section 11). Fills lie under rules,
rules under text, in whatever order they were asked for.
"""

from __future__ import annotations

from sidumba_field.reports.faces import Style, face
from sidumba_field.reports.flat_pdf import FlatPdf

HEAD_GREY = 0.94


class Pen:
    """Collects the content of one page (or foot) of ``height`` points."""

    def __init__(self, pdf: FlatPdf, height: float) -> None:
        self._pdf = pdf
        self._height = height
        self._fills: list[str] = []
        self._rules: list[str] = []
        self._pictures: list[str] = []
        self._text: list[str] = []
        self._font: tuple[str, float] = ("", 0.0)
        self._rule_width = 0.0
        self._gap = 0.0

    def text(
        self, x: float, y: float, text: str, size: float, style: Style = Style.REGULAR, gap: float = 0.0
    ) -> None:
        """Set ``text`` with its left end at ``x`` and its baseline at ``y``; each space is ``gap`` points wider."""
        if not text:
            return
        if gap != self._gap:
            self._gap = gap
            self._text.append(f"{gap:.3f} Tw")
        first = True
        for name, chunk in self._pdf.encode(style, text):
            if (name, size) != self._font:
                self._font = (name, size)
                self._text.append(f"{name} {size:g} Tf")
            if first:
                self._text.append(f"1 0 0 1 {x:.2f} {self._height - y:.2f} Tm({chunk})Tj")
                first = False
            else:
                self._text.append(f"({chunk})Tj")

    def text_right(self, x: float, y: float, text: str, size: float, style: Style = Style.REGULAR) -> None:
        """Set ``text`` with its right end at ``x``."""
        self.text(x - face(style).width(text, size), y, text, size, style)

    def text_centre(self, x: float, y: float, text: str, size: float, style: Style = Style.REGULAR) -> None:
        """Set ``text`` centred on ``x``."""
        self.text(x - face(style).width(text, size) / 2, y, text, size, style)

    def rule(self, x0: float, y0: float, x1: float, y1: float, width: float = 0.5) -> None:
        """Draw a straight rule of ``width`` points."""
        if width != self._rule_width:
            self._rule_width = width
            self._rules.append(f"{width:g} w")
        top = self._height
        self._rules.append(f"{x0:.2f} {top - y0:.2f} m {x1:.2f} {top - y1:.2f} l S")

    def fill(self, x: float, y: float, width: float, height: float, grey: float = HEAD_GREY) -> None:
        """Tint a rectangle whose top left corner is (x, y)."""
        self._fills.append(
            f"{grey:g} g {x:.2f} {self._height - y - height:.2f} {width:.2f} {height:.2f} re f"
        )

    def picture(self, x: float, y: float, width: float, height: float, name: str) -> None:
        """Place a registered image into a rectangle whose top left corner is (x, y)."""
        self._pictures.append(
            f"q {width:.2f} 0 0 {height:.2f} {x:.2f} {self._height - y - height:.2f} cm {name} Do Q"
        )

    def box(self, x: float, y: float, width: float, height: float, line: float = 0.5) -> None:
        """Draw the outline of a rectangle whose top left corner is (x, y)."""
        self.shape(
            [("m", x, y), ("l", x + width, y), ("l", x + width, y + height), ("l", x, y + height)], line
        )

    def shape(self, steps: list[tuple[str, *tuple[float, ...]]], line: float = 0.0) -> None:
        """Draw a closed shape: steps "m", "l" (x, y) or "c" (three points); filled black when ``line`` is 0."""
        parts = []
        for step, *numbers in steps:
            turned = [n if i % 2 == 0 else self._height - n for i, n in enumerate(numbers)]
            parts.append(" ".join(f"{n:.2f}" for n in turned) + f" {step}")
        self._rule_width = line or self._rule_width
        self._rules.append((f"{line:g} w " if line else "") + " ".join(parts) + (" h S" if line else " h f"))

    def curve(
        self,
        x0: float,
        y0: float,
        x1: float,
        y1: float,
        x2: float,
        y2: float,
        x3: float,
        y3: float,
        width: float = 0.5,
    ) -> None:
        """Draw a Bézier curve from (x0, y0) to (x3, y3) in ``width`` points."""
        top = self._height
        self._rule_width = width
        self._rules.append(
            f"{width:g} w {x0:.2f} {top - y0:.2f} m {x1:.2f} {top - y1:.2f} {x2:.2f} {top - y2:.2f}"
            f" {x3:.2f} {top - y3:.2f} c S"
        )

    def content(self) -> str:
        """All of it as PDF operators."""
        parts = [*self._fills, "0 g 0 G", *self._rules, *self._pictures]
        if self._text:
            parts += ["BT", *self._text, "ET"]
        return "\n".join(parts) + "\n"
