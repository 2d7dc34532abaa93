"""A flashdisk of the tour: a folder that is in one laptop at a time, and what can happen to it on its way."""

from __future__ import annotations

import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from sidumba_field.services.exchange.drives import Drive, Drives

SUFFIX = ".sidumba"


@dataclass
class Flashdisk:
    """``holder``: name of the laptop it is in, "" in somebody's pocket."""

    folder: Path
    label: str = "KINGSTON (E:)"
    device: str = "E:"
    holder: str = ""

    def __post_init__(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)

    @property
    def key(self) -> str:
        return str(self.folder)

    def bundles(self, kind: str = "") -> list[Path]:
        """The files of bundles ("kirim", "balasan", "" = all), in the order of their names."""
        return sorted(path for path in self.folder.rglob(f"{kind}*{SUFFIX}"))

    def keep(self, path: Path) -> bytes:
        """Return the bytes of a file, to lay it there again later."""
        return path.read_bytes()

    def lay(self, name: str, data: bytes) -> Path:
        """Put a file there, as another copy of the flashdisk would."""
        path = self.folder / name
        path.write_bytes(data)
        return path

    def copy_of(self, other: Flashdisk) -> None:
        """Hold exactly what ``other`` holds."""
        shutil.rmtree(self.folder)
        shutil.copytree(other.folder, self.folder)


def truncated(data: bytes) -> bytes:
    """What is left when it was pulled out early."""
    return data[: len(data) * 2 // 3]


def drives_of(sticks: Sequence[Flashdisk], laptop: str) -> Drives:
    """Return who lists the flashdisks that are in ``laptop`` now."""

    def listed() -> tuple[Drive, ...]:
        return tuple(Drive(one.folder, one.label, one.device) for one in sticks if one.holder == laptop)

    return listed
