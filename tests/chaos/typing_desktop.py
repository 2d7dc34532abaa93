"""The real desktop window on a laptop folder, typed into key by key without an end: the test that starts it kills it.

Says on its output, one line each, written whole at once:

- ``SHOWN path value``: what the screen shows of the record when it is opened;
- ``READY``: from now on answers are typed;
- ``TYPED path value``: before the first key of an answer, and again whenever a key has changed what is typed;
- ``SAVED path value``: once the screen shows the answer as saved, and not before.

``--break-after N`` makes the store fail at every answer after the N-th, with an error that quotes the answer; the
window tells so, the program says ``BROKEN`` and closes as a person would.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import NoReturn

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from sidumba_field import programs
from sidumba_field.bootstrap import build_services, log_to
from sidumba_field.services import Services
from sidumba_field.services.views import ItemView
from sidumba_field.store.records import Records
from sidumba_field.ui.app import build_window, make_app
from sidumba_field.ui.jobs import Jobs
from sidumba_field.ui.screens.window import Window
from tests.chaos.answers import NewAnswer, new_answer
from tests.chaos.hands import choose_file, press, rest, turn, type_letters, until

CLIENT = (1366, 696)
PAUSE_MS = 450


@cache
def deciding() -> frozenset[str]:
    """Questions answered once and left: what they say decides whether another question is asked at all."""
    program = next(iter(programs.shipped().values()))
    binds = program.form(*program.main_form).binds
    found: set[tuple[str, ...]] = set()
    waiting = [
        ref.target for bind in binds.values() if bind.relevant is not None for ref in bind.relevant.refs
    ]
    while waiting:
        names = waiting.pop()
        calculate = binds[names].calculate if names in binds and names not in found else None
        found.add(names)
        waiting.extend(ref.target for ref in (() if calculate is None else calculate.refs))
    return frozenset("/".join(names) for names in found)


def say(*words: str) -> None:
    """Write one line in one piece: a kill cuts between lines, never inside one."""
    os.write(sys.stdout.fileno(), (" ".join(words) + "\n").encode("utf-8"))


def _column(item: ItemView) -> str:
    return item.path.rsplit("/", 1)[-1]


class Typist:
    """Somebody at the keyboard who never tires."""

    def __init__(self, window: Window, hand: random.Random) -> None:
        self.window, self.hand = window, hand
        self.model = window.desk.form
        self.saved = 0
        form = window.screen_named("form")
        if form is None:
            raise LookupError("the window has no form")
        self.form = form
        form.body.typed.connect(lambda path, value: say("TYPED", path, value))

    # ---- on the way to the form

    def sign_in(self, passphrase: str) -> None:
        """Only one person works here: the hand is on the passphrase already."""
        until(
            lambda: self.window.current_screen() == "login" and self.window.focusWidget() is not None,
            lambda: "Masuk does not open",
        )
        type_letters(passphrase)
        press("Return")
        until(lambda: self.window.current_screen() == "home", lambda: "signing in does not end")
        until(lambda: self.window.desk.home.view is not None, lambda: "Beranda stays empty")

    def open_draft(self) -> None:
        """Enter opens the draft that waits; without one, Ctrl+N begins it."""
        press("Return" if self.window.desk.home.next_task() else "Ctrl+N")
        until(
            lambda: self.window.current_screen() == "form" and self.model.view is not None,
            lambda: "no form opens: " + self.window.banner_text(),
        )
        until(self._quiet, lambda: "the form does not come to rest")

    def tell_shown(self) -> None:
        """Say every answer the screen shows."""
        for path, item in self._items().items():
            if item.value:
                say("SHOWN", path, item.value)

    def _items(self) -> dict[str, ItemView]:
        view = self.model.view
        assert view is not None
        found = {path: item for path, item in view.items.items() if item.relevant}
        for repeat in view.repeats.values():
            for cells in repeat.cells.values():
                found |= {item.path: item for item in cells.values()}
        return found

    def attach(self, photo: Path) -> None:
        """Attach a picture to every question that asks for one and has none."""
        for path in [
            path for path, item in self._items().items() if item.kind == "binary" and not item.value
        ]:
            self._attach_to(path, photo)

    def _attach_to(self, path: str, photo: Path) -> None:
        self.form.body.go_to(path)
        turn()
        choose_file(self.window, photo)
        until(lambda: self._answer_of(path) != "", lambda: "the picture is not attached")
        until(self._quiet, lambda: "attaching does not end")
        self._tell_saved(path, self._answer_of(path))

    def _answer_of(self, path: str) -> str:
        item = self.model.item(path)
        return item.value if item is not None else ""

    # ---- typing

    def type_without_end(self) -> NoReturn:
        """Around the form and around again."""
        while True:
            self.step()

    def step(self) -> None:
        """Answer the question the hand is on, if keys can; Enter moves on; at the end, back to the first section."""
        view = self.model.view
        if view is None:
            raise LookupError("no record in hand: " + self.window.banner_text())
        if QApplication.focusWidget() is self.form.finish_button:
            press("Ctrl+Up", len(view.sections))
            return
        path = self.here()
        if path in view.repeats:
            self._new_row(path)
        elif not self._answer(path):
            press("Return")
        self._wait_moved(path)

    def here(self) -> str:
        """The question, cell or table (its empty row) the hand is on; a row goes by the id the store gave it."""
        path = self.model.line.real_path(self.form.body.here())
        view, block = self.model.view, self.form.body.table(path)
        if block is None or view is None:
            return path
        index, shown = block.table.view().currentIndex(), view.repeats[path]
        if not 0 <= index.row() < len(shown.rows) or index.column() < 1:
            return path
        return f"{path}[{shown.rows[index.row()]}]/{_column(shown.columns[index.column() - 1])}"

    def _answer(self, path: str) -> bool:
        item = self.model.item(path)
        answer = new_answer(item, self.hand) if item is not None else None
        if answer is None or (path in deciding() and self._answer_of(path)):
            return False
        self._type(path, answer)
        self._wait_saved(path, answer.value)
        return True

    def _wait_moved(self, path: str) -> None:
        until(
            lambda: self.here() != path or QApplication.focusWidget() is self.form.finish_button,
            lambda: f"Enter does not leave {path}: {self.window.banner_text()}",
        )

    def type_one(self) -> bool:
        """Answer a question outside a table without waiting for its end; False where keys cannot."""
        path = self.here()
        item = self.model.item(path)
        answer = new_answer(item, self.hand) if item is not None and "[" not in path else None
        if answer is not None:
            self._type(path, answer)
        return answer is not None

    def _type(self, path: str, answer: NewAnswer) -> None:
        say("TYPED", path, answer.value)
        item = self.model.item(path)
        assert item is not None
        if "[" not in path and not item.choices:
            press("Ctrl+A")
        at = len(answer.keys) // 2
        type_letters(answer.keys[:at])
        if at and self.hand.random() < 0.1:
            rest(PAUSE_MS)  # a hand that hesitates: half an answer is saved
        type_letters(answer.keys[at:])
        press("Return")

    def _new_row(self, repeat: str) -> None:
        """The empty row at the end of a table: its first cell makes a row of it."""
        view = self.model.view
        assert view is not None
        shown = view.repeats[repeat]
        before, column = set(shown.rows), shown.columns[0]
        answer = new_answer(column, self.hand)
        if answer is None:
            press("Return")
            return
        say("TYPED", f"{repeat}[]/{_column(column)}", answer.value)
        type_letters(answer.keys)
        press("Return")

        def row() -> str:
            now = self.model.view
            return (
                next((r for r in now.repeats[repeat].rows if r not in before), "") if now is not None else ""
            )

        until(lambda: row() != "", lambda: f"no row in {repeat}: " + self.window.banner_text())
        self._wait_saved(f"{repeat}[{row()}]/{_column(column)}", answer.value)

    def _wait_saved(self, path: str, value: str) -> None:
        until(
            lambda: self._is_saved(path, value),
            lambda: f"{path}: typed {value!r}, shown {self._answer_of(path)!r}; " + self.window.banner_text(),
        )
        self._tell_saved(path, value)

    def _tell_saved(self, path: str, value: str) -> None:
        self.saved += 1
        say("SAVED", path, value)

    def _quiet(self) -> bool:
        return self.window.desk.all_saved and self.window.desk.jobs.pending == 0

    def _is_saved(self, path: str, value: str) -> bool:
        """Whether the screen says so: the answer stands there, nothing newer is held, and a time of saving is shown."""
        model, truth = self.model, self.window.desk.session.truth
        if self._answer_of(path) != value or model.is_held(path) or not model.idle:
            return False
        row = self.form.body.row(path)
        if row is not None and row.value() != value:
            return False
        return bool(model.saved_at) and truth is not None and bool(truth.saved_at)


def break_store() -> None:
    """Let every further answer fail in the store, as a fault of ours would: with an error that quotes the answer."""

    def failing(_self: Records, rid: str, change: Mapping[str, str | None], at: str = "") -> None:
        raise ValueError(f"{rid} cannot take {dict(change)} at {at}")

    Records.answer = failing  # type: ignore[method-assign, assignment]


def type_on_a_broken_store(typist: Typist) -> None:
    """Type answers until the window tells that something went wrong."""
    until(lambda: not typist.window.banner_text(), lambda: "trouble was told before there was any")
    while not typist.type_one():
        press("Return")
    until(lambda: bool(typist.window.banner_text()), lambda: "the fault is not told")
    say("BROKEN", typist.window.banner_text())


def run(typist: Typist, arguments: argparse.Namespace) -> None:
    """Sign in, open the draft, type."""
    typist.sign_in(arguments.passphrase)
    typist.open_draft()
    typist.tell_shown()
    if arguments.photo is not None:
        typist.attach(arguments.photo)
    say("READY")
    if not arguments.break_after:
        typist.type_without_end()
    while typist.saved < arguments.break_after:
        typist.step()
    break_store()
    type_on_a_broken_store(typist)


def main() -> int:
    """Open the window as ``bootstrap.run_desktop`` does, with hands at its keyboard."""
    parser = argparse.ArgumentParser(prog="typing_desktop")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--passphrase", required=True)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--photo", type=Path)
    parser.add_argument("--break-after", type=int, default=0)
    arguments = parser.parse_args()
    log_to(arguments.folder)
    make_app(["typing_desktop"], "light")
    jobs = Jobs()
    services: Services = build_services(arguments.folder, worker=jobs.database_worker)
    window = build_window(services, jobs)
    window.resize(*CLIENT)
    window.show()
    window.activateWindow()
    run(Typist(window, random.Random(arguments.seed)), arguments)
    window.close()
    jobs.database_worker.submit(services.session.lock).result()
    jobs.close()
    return 0


if __name__ == "__main__":
    sys.exit(main())
