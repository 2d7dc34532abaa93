"""What may be started about papers: print what is in hand; on Laporan choose, look, save, print."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QStandardPaths, QUrl
from PySide6.QtGui import QDesktopServices

from sidumba_field.core.errors import SidumbaError
from sidumba_field.services.papers.job import PaperJob
from sidumba_field.services.papers.pages import PageImage, page_image
from sidumba_field.services.papers.views import PaperChoice, PaperOptions, PaperRow, PaperShown
from sidumba_field.services.views import PaperMade
from sidumba_field.ui.jobs import Job
from sidumba_field.ui.operations import printer
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.notice import Notice
from sidumba_field.ui.viewmodels.speech import sentence_of, tell
from sidumba_field.ui.widgets.speech import language
from sidumba_field.words import say

FOLDER = "Sidumba Field"


def folder() -> Path:
    """Return where papers go: a folder of their own among the person's documents, never the laptop's data folder."""
    documents = QStandardPaths.writableLocation(QStandardPaths.StandardLocation.DocumentsLocation)
    return Path(documents) / FOLDER


def print_record(desk: Desk, rid: str) -> None:
    """Write every paper this record has now as PDF, and say where."""
    reporting = desk.services.reporting
    place = folder()

    def work() -> list[PaperMade]:
        return [reporting.print(paper, rid, place) for paper, _ in reporting.papers(rid)]

    def made(papers: list[PaperMade]) -> None:
        if not papers:
            desk.say(Notice(tell("notice.no_paper"), "amber"))
            return
        names = ", ".join(Path(paper.path).name for paper in papers)
        desk.say(Notice(tell("notice.printed", names=names, folder=place)))

    desk.jobs.db(work, made, desk.fail)


# -- Laporan


def load(desk: Desk) -> None:
    """Fetch the papers; the one asked for, else the one in hand, else the first is shown."""

    def fetched(rows: tuple[PaperRow, ...]) -> None:
        desk.reports.show_rows(rows)
        known = {row.paper for row in rows}
        model = desk.reports
        ordered = (model.wanted, model.paper, *(row.paper for row in rows))
        model.wanted = ""
        wanted = next((paper for paper in ordered if paper in known), "")
        if wanted:
            choose_paper(desk, wanted)

    desk.jobs.db(desk.services.reporting.catalogue, fetched, desk.fail)


def choose_paper(desk: Desk, paper: str) -> None:
    """Take another paper in hand, with what was chosen for it before."""
    _make(desk, desk.reports.choices.get(paper) or PaperChoice(paper))


def choose(desk: Desk, **changes: object) -> None:
    """Change a choice of the paper in hand; the preview follows."""
    choice = desk.reports.with_(**changes)
    if choice is not None and choice != (desk.reports.options and desk.reports.options.choice):
        _make(desk, choice, remember=True)


def find_subject(desk: Desk, typed: str, then: Callable[[str, str, Sequence[tuple[str, str]]], None]) -> None:
    """Look for the subjects of the paper in hand by what is typed; ``then`` is told (paper, typed, rows)."""
    paper = desk.reports.paper
    if paper:
        desk.jobs.db(
            lambda: desk.services.reporting.find(paper, typed),
            lambda rows: then(paper, typed, rows),
            desk.fail,
        )


def _make(desk: Desk, choice: PaperChoice, *, remember: bool = False) -> None:
    reporting, model = desk.services.reporting, desk.reports
    generation = model.begin()

    def gather() -> tuple[PaperOptions, PaperJob | None]:
        if remember:
            reporting.remember(choice)
        options = reporting.options(choice)
        return options, None if options.empty else reporting.prepare(options.choice)

    def gathered(found: tuple[PaperOptions, PaperJob | None]) -> None:
        if generation != model.generation:
            return
        options, paper = found
        model.show_options(options)
        if paper is None:
            model.show_problem(options.empty)
        else:
            _draw(desk, paper, generation, first=True)

    def failed(error: BaseException) -> None:
        if generation == model.generation:
            model.show_problem(sentence_of(error))

    desk.jobs.db(gather, gathered, failed)


def _draw(desk: Desk, paper: PaperJob, generation: int, *, first: bool) -> None:
    """Produce the paper on a drawing thread: its first rows, then the whole."""
    model = desk.reports
    page, scale = 1 if first else model.page, model.scale

    def work(job: Job) -> tuple[PaperShown, PageImage]:
        def going(rows: int) -> bool:
            model.told.emit(generation, rows)
            return not job.cancelled and generation == model.generation

        shown = paper.show(going, first=first)
        return shown, page_image(shown.pdf, min(page, shown.pages), scale)

    def drawn(found: tuple[PaperShown, PageImage]) -> None:
        if generation != model.generation:
            return
        model.show_paper(*found)
        if found[0].partial:
            _draw(desk, paper, generation, first=False)

    def failed(error: BaseException) -> None:
        if generation == model.generation and not _is_stop(error):
            model.show_problem(sentence_of(error))

    desk.jobs.net(work, drawn, failed)


def _is_stop(error: BaseException) -> bool:
    return isinstance(error, SidumbaError) and error.code == "report.stopped"


def turn_to(desk: Desk, page: int) -> None:
    """Show another page of the paper, or the same one in another size."""
    model = desk.reports
    shown, generation, scale = model.shown, model.generation, model.scale
    if shown is None:
        return
    wanted = max(1, min(page, shown.pages))
    model.page = wanted
    model.shown_changed.emit()

    def drawn(image: PageImage) -> None:
        if generation == model.generation and image.page == model.page:
            model.show_image(image)

    desk.jobs.net(lambda _job: page_image(shown.pdf, wanted, scale), drawn, desk.fail)


def cancel(desk: Desk) -> None:
    """Stop what is being prepared or saved; the page in front stays."""
    saving = desk.reports.busy == "save"
    desk.reports.generation += 1
    desk.reports.set_busy("")
    if saving:
        desk.say(Notice(say("laporan.stopped", language())))


def save(desk: Desk, ending: str = "pdf") -> None:
    """Write the paper in hand as PDF or XLSX into the person's folder, and say where."""

    def written(path: Path) -> None:
        name = path.name
        desk.say(Notice(say("laporan.saved", language(), name=name, folder=str(path.parent))))

    _write(desk, ending, written)


def _write(desk: Desk, ending: str, then: object) -> None:
    reporting, model = desk.services.reporting, desk.reports
    if model.options is None or model.options.empty or model.busy == "save":
        return
    choice = model.options.choice
    # What is still being drawn for the screen gives way to what somebody waits for.
    model.generation += 1
    generation = model.generation
    model.rows_done = 0
    model.set_busy("save")

    def prepared(paper: PaperJob) -> None:
        path = folder() / f"{paper.name}.{ending}"

        def work(job: Job) -> Path:
            def going(rows: int) -> bool:
                model.told.emit(generation, rows)
                return not job.cancelled and generation == model.generation

            paper.save(path, going)
            return path

        desk.jobs.net(work, done, failed)

    def done(path: Path) -> None:
        model.set_busy("")
        desk.jobs.db(lambda: reporting.used_number(choice), None, desk.fail)
        then(path)  # type: ignore[operator]  # a plain function of one path
        if model.shown is None or model.shown.partial:
            _make(desk, replace(choice))

    def failed(error: BaseException) -> None:
        model.set_busy("")
        if not _is_stop(error):
            desk.fail(error)

    desk.jobs.db(lambda: reporting.prepare(choice), prepared, failed)


def print_now(desk: Desk) -> None:
    """Print what is seen: to a printer of the operating system, or open the PDF where there is none."""

    def written(path: Path) -> None:
        if not printer.available():
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(path)))
            desk.say(Notice(say("laporan.opened", language(), name=path.name)))
            return
        pdf = path.read_bytes()
        name = printer.ask_and_print(desk, pdf)
        if name:
            desk.say(Notice(say("laporan.printed", language(), printer=name)))

    _write(desk, "pdf", written)
