"""``python -m tests.bench.child_window ARGUMENTS``: the desktop as ``sidumba-field ARGUMENTS`` starts it, which says
"usable" on standard output once somebody could type his passphrase, and closes.

Usable: Masuk is painted, the people of the laptop are listed, no job is under way, and the keyboard has a place to go.
"""

from __future__ import annotations

import sys

from sidumba_field import cli


def watch() -> None:
    """Let the window that will be built report itself."""
    from PySide6.QtCore import QTimer
    from PySide6.QtWidgets import QApplication

    from sidumba_field.services import Services
    from sidumba_field.ui import app as desktop
    from sidumba_field.ui.jobs import Jobs
    from sidumba_field.ui.screens.window import Window

    build = desktop.build_window

    def build_watched(services: Services, jobs: Jobs) -> Window:
        window = build(services, jobs)
        timer = QTimer(window)
        timer.setInterval(2)

        def look() -> None:
            people = window.desk.session.login
            listed = people is not None and bool(people.accounts)
            focus = QApplication.focusWidget()
            if listed and not jobs.pending and focus is not None and window.current_screen() == "login":
                timer.stop()
                window.repaint()
                print("usable", flush=True)
                QApplication.exit(0)

        timer.timeout.connect(look)
        timer.start()
        return window

    desktop.build_window = build_watched


if __name__ == "__main__":
    watch()
    sys.exit(cli.guarded(cli.app))
