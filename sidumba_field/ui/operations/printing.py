"""What may be started about papers: print what is in hand."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QStandardPaths

from sidumba_field.services.views import PaperMade
from sidumba_field.ui.viewmodels.desk import Desk
from sidumba_field.ui.viewmodels.notice import Notice
from sidumba_field.ui.viewmodels.speech import tell

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
