"""What Laporan shows: papers, the choices of the one in hand, the produced PDF and the page before the eyes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QObject, Signal

from sidumba_field.services.papers.pages import PageImage
from sidumba_field.services.papers.views import PaperChoice, PaperOptions, PaperRow, PaperShown

ZOOMS = (0.5, 0.67, 0.75, 0.9, 1.0, 1.25, 1.5, 2.0, 3.0)
WHOLE, WIDE = 0.0, -1.0


class ReportsModel(QObject):
    """State of screen 08. ``told`` is emitted from a drawing thread and heard on the main one."""

    changed = Signal()  # the list of papers
    options_changed = Signal()
    shown_changed = Signal()  # pages, page in front, partial
    image_changed = Signal()
    progress_changed = Signal()
    told = Signal(int, int)  # generation, rows done

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows: tuple[PaperRow, ...] = ()
        self.options: PaperOptions | None = None
        self.choices: dict[str, PaperChoice] = {}
        self.shown: PaperShown | None = None
        self.image: PageImage | None = None
        self.wanted = ""  # the paper to begin with next time Laporan comes to the front
        self.page = 1
        self.zoom = WHOLE
        self.scale = 1.0  # dots of the screen per point of the sheet, as the preview wants it
        self.generation = 0
        self.busy = ""  # "", "preview" or "save"
        self.rows_done = 0
        self.problem = ""
        self.told.connect(self._progress)

    @property
    def paper(self) -> str:
        """Id of the paper in hand, "" before the first."""
        return self.options.choice.paper if self.options is not None else ""

    def show_rows(self, rows: tuple[PaperRow, ...]) -> None:
        """A fresh list of papers."""
        self.rows = rows
        self.changed.emit()

    def take_selection(self, papers: Sequence[str], rids: tuple[str, ...]) -> None:
        """The next look at Laporan prints exactly these records, on the first of these papers."""
        for paper in papers:
            self.choices[paper] = replace(self.choices.get(paper) or PaperChoice(paper), rids=rids)
        self.wanted = papers[0]

    def drop_selection(self) -> None:
        """A selection holds for one look: whoever comes back finds all records again."""
        self.choices = {paper: replace(choice, rids=()) for paper, choice in self.choices.items()}

    def begin(self) -> int:
        """A new paper or choice: what is still being drawn belongs to the past."""
        self.generation += 1
        self.rows_done = 0
        self.problem = ""
        self.set_busy("preview")
        return self.generation

    def show_options(self, options: PaperOptions) -> None:
        """What may be chosen now."""
        self.options = options
        self.choices[options.choice.paper] = options.choice
        self.options_changed.emit()

    def show_paper(self, shown: PaperShown, image: PageImage) -> None:
        """A produced paper with its visible page."""
        same = self.shown is not None and self.shown.sheet == shown.sheet
        self.shown = shown
        self.page = image.page if same or image.page == 1 else 1
        self.show_image(image)
        self.shown_changed.emit()
        if not shown.partial:
            self.set_busy("")

    def show_image(self, image: PageImage) -> None:
        """The page before the eyes, drawn."""
        self.image = image
        self.page = image.page
        self.image_changed.emit()

    def show_problem(self, sentence: str) -> None:
        """No paper: why, in words."""
        self.shown, self.image, self.problem = None, None, sentence
        self.set_busy("")
        self.shown_changed.emit()
        self.image_changed.emit()

    def set_busy(self, what: str) -> None:
        """What is under way."""
        self.busy = what
        self.progress_changed.emit()

    def _progress(self, generation: int, rows: int) -> None:
        if generation == self.generation:
            self.rows_done = rows
            self.progress_changed.emit()

    def with_(self, **changes: object) -> PaperChoice | None:
        """The choice in hand with something changed, None without a paper."""
        if self.options is None:
            return None
        return replace(self.options.choice, **changes)  # type: ignore[arg-type]  # names of the dataclass
