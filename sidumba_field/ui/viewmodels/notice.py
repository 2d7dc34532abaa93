"""A notice: one thing the window tells in passing, as toast or banner; never a box that must be closed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Notice:
    """``tone``: "" for a toast of good news, else a colour family for a banner. ``undo`` runs on Urungkan or Ctrl+Z.

    ``seconds``: how long the undo stands; 0 takes the toast's own time. ``details``: for "Salin rincian". ``act``:
    words and keys of the toast's button when ``undo`` is no taking back but a next step.
    """

    text: str
    tone: str = ""
    undo: Callable[[], None] | None = None
    seconds: int = 0
    details: str = ""
    act: tuple[str, str] | None = None
