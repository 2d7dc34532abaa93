"""What opens over the screens of the steps obeys the law of every screen: words whole, targets large, names spoken."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest
from PySide6.QtWidgets import QApplication

from sidumba_field.services.steps.views import Beside
from sidumba_field.services.views import BannerView
from sidumba_field.ui.operations import session, steps
from sidumba_field.ui.screens.selection.screen import SelectionScreen
from sidumba_field.ui.theme import Mode, apply_theme
from tests.helpers.fake_services import PASSPHRASE
from tests.helpers.fake_steps import CLOCK, DIFFER, HANDING, MESSAGE, SIGNOFF, SORTING, TWIN
from tests.helpers.looks import complaints
from tests.helpers.qt import settle, wait_until
from tests.helpers.screens import Laptop, laptop

__all__ = ["laptop"]

LOOKS: tuple[tuple[int, int, Mode], ...] = ((1366, 696, "light"), (1093, 543, "light"), (1366, 696, "dark"))
NEED = BannerView("amber", "", "Bidang usaha belum berkode KBLI 5 angka. Pilih kodenya dulu.", "usaha/nilai")


def sit(laptop: Laptop, user: str, room: str) -> None:
    session.unlock(laptop.window.desk, user, PASSPHRASE)
    wait_until(lambda: laptop.window.current_screen() == "home")
    laptop.idle()
    laptop.window.show_screen(room)
    laptop.idle()


def beside(**known: object) -> Callable[[Laptop], None]:
    """Verifikasi of the first record with something beside it."""

    def scene(laptop: Laptop) -> None:
        laptop.services.steps.beside_of["k1"] = Beside("k1", **known)  # type: ignore[arg-type]
        sit(laptop, "u4", "review")

    return scene


def comparing(laptop: Laptop) -> None:
    beside(twins=(TWIN,))(laptop)
    steps.compare(laptop.window.desk, "k1", "t1")
    laptop.idle()


def coding(laptop: Laptop) -> None:
    beside(coding=("usaha/nilai",), needs=(NEED,))(laptop)
    laptop.review.parts.open_coding()
    laptop.idle()


def pile(laptop: Laptop) -> SelectionScreen:
    found = laptop.window.screen_named("selection")
    assert isinstance(found, SelectionScreen)
    return found


def reason(laptop: Laptop) -> None:
    sit(laptop, "u6", "selection")
    pile(laptop).list.set_chosen(("p2", "p3"))
    pile(laptop).foot.take(SORTING[1])
    laptop.idle()


def handing(laptop: Laptop) -> None:
    laptop.services.steps.steps = {"diserahkan": HANDING}
    sit(laptop, "u6", "selection")
    laptop.window.desk.steps.receipt_ready.emit("tanda_terima_berkas", ("p1",))


def message(laptop: Laptop) -> None:
    sit(laptop, "u6", "selection")
    laptop.window.desk.steps.offer(MESSAGE)
    laptop.idle()


SCENES: Mapping[str, Callable[[Laptop], None]] = {
    "late values": beside(differs=(DIFFER,), twins=(TWIN,), clock_text=CLOCK, late=True),
    "sign-off": beside(signoff=SIGNOFF),
    "two records": comparing,
    "a code": coding,
    "a reason": reason,
    "a hand-over": handing,
    "a ready text": message,
}


@pytest.mark.parametrize("scene", SCENES)
def test_words_are_whole_targets_large_and_names_spoken(
    laptop: Laptop, themed: QApplication, monkeypatch: pytest.MonkeyPatch, scene: str
) -> None:
    SCENES[scene](laptop)
    found = []
    for width, height, mode in LOOKS:
        apply_theme(themed, mode)
        laptop.window.resize(width, height)
        settle()
        found += [f"{width} {mode}: {one}" for one in complaints(laptop.window, monkeypatch, roomy=True)]
    assert found == [], "\n" + "\n".join(found)
