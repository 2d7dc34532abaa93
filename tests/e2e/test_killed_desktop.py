"""The desktop is killed without warning while answers are typed: whatever it had shown as saved is there afterwards."""

from __future__ import annotations

import os
from pathlib import Path

from tests.chaos.clear import leaks
from tests.chaos.lives import Book, KilledDesktop
from tests.helpers.laptop_folder import make_laptop

#: ``run.py soak`` kills fifty times.
KILLS = 5
LONGEST_S = 0.8


def test_every_answer_shown_as_saved_survives_being_killed(tmp_path: Path) -> None:
    seed = int.from_bytes(os.urandom(4), "big")
    desktop = KilledDesktop(make_laptop(tmp_path / "laptop"), tmp_path / "home", seed)
    figures = desktop.run(KILLS, LONGEST_S)
    print(f"seed {seed}: {figures}")
    assert figures.lost == []
    assert figures.kills == KILLS
    assert figures.answers >= KILLS
    assert any(value.endswith(".jpg") for value in desktop.book.saved.values())
    # What the kills left lying about tells nothing.
    answers = desktop.answers()
    assert answers
    assert leaks([desktop.laptop.folder, desktop.home], answers, {}) == []


def test_the_judge_sees_what_was_lost() -> None:
    """The law above could be kept by a judge who sees nothing."""
    said = ("TYPED a Siti", "SAVED a Siti", "TYPED b 1", "SAVED b 1", "TYPED b 12", "TYPED b 123")
    book = Book()
    for line in said:
        book.hear(line)
    assert book.under_way == "b"
    assert len(book.judge({})) == 2
    for line in said:
        book.hear(line)
    assert book.judge({"a": "Siti", "b": "12"}) == []
    # What was found once has to stay, though it was never shown as saved.
    assert book.judge({"a": "Siti", "b": "1"}) == ["b: '12' was shown as saved, '1' is there"]
