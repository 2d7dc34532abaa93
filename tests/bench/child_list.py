"""``python -m tests.bench.child_list FOLDER USER``: one laptop with Daftar data open, which measures itself and writes
one JSON object: open_ms, search_ms (list), frame_ms (list), rss_mb, export_s (list), rows.

Everything is the product's own: key slot, services, worker and window; only the hands are made here. Windows are drawn
in memory, pixel by pixel, as they would be on a screen.
"""

from __future__ import annotations

import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QEventLoop, QObject, QTimer
from PySide6.QtWidgets import QApplication

from sidumba_field.bootstrap import build_services
from sidumba_field.services import Services
from sidumba_field.services.lists.exporting import Format
from sidumba_field.ui.app import build_window, make_app
from sidumba_field.ui.jobs import Jobs
from sidumba_field.ui.screens.lists.screen import ListScreen
from sidumba_field.ui.screens.window import Window

PASSPHRASE = "bangku kayu di tepi sungai"
WORDS = (
    "keripik",
    "siti",
    "sasirangan",
    "warung",
    "tikar purun",
    "hamidah",
    "bakul rotan",
    "beras",
    "kebaya",
    "ahmad fauzi",
)
EXPORTED, EXPORTS, FRAMES = 10_000, 5, 600
PATIENCE_MS = 60_000


class Painted(QObject):
    """Counts how often a widget was painted."""

    def __init__(self, watched: QObject) -> None:
        super().__init__(watched)
        self.times = 0
        watched.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Paint:
            self.times += 1
        return False


def until(true: Callable[[], bool]) -> None:
    """Run the event loop until ``true()``; the loop sleeps when nothing is to be done, as a window does."""
    loop, watch = QEventLoop(), QTimer()
    watch.setInterval(1)
    watch.timeout.connect(lambda: loop.quit() if true() else None)
    watch.start()
    QTimer.singleShot(PATIENCE_MS, loop, loop.quit)
    if not true():
        loop.exec()
    watch.stop()
    if not true():
        raise RuntimeError("it did not happen in time")


def rss_mb() -> float:
    """Memory of this process that lies in RAM now."""
    pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


def sit_down(window: Window, services: Services, jobs: Jobs, user: str) -> None:
    """Unlock as Masuk does, and wait until Beranda is there."""
    view = jobs.database_worker.submit(services.session.unlock, user, PASSPHRASE).result()
    window.desk.session.open(view)
    until(lambda: not jobs.pending and window.current_screen() == "home")


def open_list(window: Window) -> tuple[ListScreen, float]:
    """Ask for the screen; milliseconds until rows and counts of the newest page are painted."""
    began = time.perf_counter()
    window.show_screen("lists")
    screen = window.screen_named("lists")
    assert isinstance(screen, ListScreen)
    painted = Painted(screen.table.viewport())
    model = window.desk.lists
    until(lambda: model.view is not None and screen.table.found.row(0) is not None)
    before = painted.times
    until(lambda: painted.times > before or (before > 0 and screen.table.isVisible()))
    screen.repaint()
    return screen, 1000 * (time.perf_counter() - began)


def searches(window: Window, screen: ListScreen, jobs: Jobs) -> list[float]:
    """Type words letter by letter; milliseconds from each letter to its rows on the screen."""
    model, took = window.desk.lists, []
    for word in WORDS:
        for letters in range(1, len(word) + 1):
            text = word[:letters]
            if text.endswith(" "):
                continue
            began = time.perf_counter()
            screen.head.search.setText(text)
            until(
                lambda text=text: (
                    not model.running and model.view is not None and model.view.request.text == text
                )
            )
            QApplication.processEvents()
            took.append(1000 * (time.perf_counter() - began))
        screen.head.search.setText("")
        until(lambda: not jobs.pending)
    return took


def frames(screen: ListScreen, jobs: Jobs) -> list[float]:
    """Scroll as a wheel does, three rows a step, then by pages; milliseconds the window was busy per step."""
    bar, table, took = screen.table.verticalScrollBar(), screen.table, []
    blank = 0
    for step in range(FRAMES):
        began = time.perf_counter()
        bar.setValue(bar.value() + (3 if step % 20 else 15))
        QApplication.processEvents()
        took.append(1000 * (time.perf_counter() - began))
        first, last = table.in_sight()
        blank += sum(table.found.row(row) is None for row in range(first, last + 1))
        until(lambda began=began: time.perf_counter() - began > 0.016)
    if blank:
        raise RuntimeError(f"{blank} rows were blank while scrolling")
    until(lambda: not jobs.pending)
    return took


def exports(services: Services, jobs: Jobs, window: Window) -> list[float]:
    """Seconds for a CSV of ten thousand rows, whole and on the disk."""
    numbers, took = window.desk.lists.numbers()[:EXPORTED], []

    def write(folder: Path) -> float:
        began = time.perf_counter()
        made = services.lists.bulk.export(numbers, Format.CSV, folder).run()
        assert made.count == len(numbers)
        return time.perf_counter() - began

    for _ in range(EXPORTS):
        with tempfile.TemporaryDirectory(prefix="sidumba-bench-") as folder:
            took.append(jobs.database_worker.submit(write, Path(folder)).result())
    return took


def main(folder: Path, user: str) -> None:
    """Measure one laptop."""
    app = make_app([])
    jobs = Jobs()
    services = build_services(folder, worker=jobs.database_worker)
    window = build_window(services, jobs)
    window.resize(1366, 696)
    window.show()
    sit_down(window, services, jobs, user)
    screen, open_ms = open_list(window)
    until(lambda: not jobs.pending)
    rows = len(window.desk.lists.numbers())
    frame_ms = frames(screen, jobs)
    rss = rss_mb()
    told = {
        "rows": rows,
        "open_ms": open_ms,
        "search_ms": searches(window, screen, jobs),
        "frame_ms": frame_ms,
        "rss_mb": max(rss, rss_mb()),
        "export_s": exports(services, jobs, window),
    }
    print(json.dumps(told), flush=True)
    window.close()
    jobs.close()
    app.quit()


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])
