"""Every screen, in the sizes of the design and both themes: words whole, targets large, names spoken, keys enough."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication

from sidumba_field.ui.screens.rooms import ROOMS
from sidumba_field.ui.theme import Mode, apply_theme
from tests.helpers.every_screen import SCENES
from tests.helpers.looks import complaints
from tests.helpers.qt import settle
from tests.helpers.screens import Laptop, laptop

__all__ = ["laptop"]

#: width, height, theme: the design's size, 125 %, the smallest window, and dark (last: each change of light costs).
LOOKS: tuple[tuple[int, int, Mode], ...] = (
    (1366, 696, "light"),
    (1093, 543, "light"),
    (960, 500, "light"),
    (1366, 696, "dark"),
)


def test_no_screen_is_forgotten() -> None:
    shown = {scene.partition("/")[0] for scene in SCENES}
    assert {room.name for room in ROOMS} - shown == set(), "add a scene to tests/helpers/every_screen.py"


@pytest.mark.parametrize("scene", SCENES)
def test_words_are_whole_targets_large_names_spoken_and_keys_enough(
    laptop: Laptop, themed: QApplication, monkeypatch: pytest.MonkeyPatch, scene: str
) -> None:
    SCENES[scene](laptop)
    found = []
    for width, height, mode in LOOKS:
        apply_theme(themed, mode)
        laptop.window.resize(width, height)
        settle()
        found += [
            f"{width} {mode}: {one}" for one in complaints(laptop.window, monkeypatch, roomy=width > 960)
        ]
    assert found == [], "\n" + "\n".join(found)
