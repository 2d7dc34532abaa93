"""Which flashdisks are in this machine now, how much room they have, and taking one out safely.

Owns the three systems' ways of saying so: mount table on Linux, drive letters on Windows, ``/Volumes`` on macOS.
Nothing is written here and nothing is remembered; a disk that calls itself fixed is not listed, and any folder may be
chosen by hand instead. Every question here may wait for a slow device: never ask on the window's thread.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sidumba_field.core.errors import SidumbaError

#: Where Linux desktops put what somebody plugs in. ``/mnt`` holds whatever an operator mounted by hand.
PLACES = ("/media/", "/run/media/", "/mnt/")
MOUNTS = Path("/proc/self/mounts")
VOLUMES = Path("/Volumes")
#: File systems that are no device somebody could carry away.
_NO_DEVICE = {
    "autofs",
    "9p",
    "drvfs",
    "nfs",
    "nfs4",
    "cifs",
    "tmpfs",
    "overlay",
    "fuse.gvfsd-fuse",
    "fuse.portal",
}
_ESCAPED = re.compile(r"\\([0-7]{3})")
_REMOVABLE = 2  # GetDriveTypeW: DRIVE_REMOVABLE
_EJECT_S = 30.0


@dataclass(frozen=True, slots=True)
class Drive:
    """A flashdisk as the system shows it. ``label``: its own name or that of its folder; ``device``: what the system
    calls the device behind it, "" when it does not say or the folder was chosen by hand.
    """

    path: Path
    label: str
    device: str = ""


#: Lists the flashdisks of this machine; bootstrap hands ``removable`` in, tests their own.
Drives = Callable[[], Sequence[Drive]]


def removable() -> tuple[Drive, ...]:
    """Return the removable volumes, in the order of their places. A system that does not answer shows none."""
    try:
        if sys.platform == "win32":
            return _windows()
        if sys.platform == "darwin":
            return _macos(VOLUMES)
        return from_mounts(MOUNTS.read_text(encoding="utf-8", errors="surrogateescape"))
    except OSError:
        return ()


def from_mounts(table: str) -> tuple[Drive, ...]:
    """Read a Linux mount table (``/proc/self/mounts``): what lies under ``PLACES`` and is a device of this machine."""
    found = []
    for line in table.splitlines():
        fields = line.split(" ")
        if len(fields) < 4 or fields[2] in _NO_DEVICE:
            continue
        place = _ESCAPED.sub(lambda match: chr(int(match[1], 8)), fields[1])
        if place.startswith(PLACES):
            found.append(
                Drive(Path(place), Path(place).name, fields[0] if fields[0].startswith("/dev/") else "")
            )
    return tuple(sorted(found, key=lambda drive: str(drive.path)))


def _macos(volumes: Path) -> tuple[Drive, ...]:
    """The start volume stands there as a link to the root; everything else was put in."""
    places = sorted(place for place in volumes.iterdir() if place.is_dir() and not place.is_symlink())
    return tuple(Drive(place, place.name, str(place)) for place in places)


def _windows() -> tuple[Drive, ...]:
    kernel = _kernel()
    letters = [chr(ord("A") + bit) for bit in range(26) if kernel.GetLogicalDrives() >> bit & 1]
    roots = [f"{letter}:\\" for letter in letters]
    found = [root for root in roots if kernel.GetDriveTypeW(root) == _REMOVABLE]
    return tuple(Drive(Path(root), _label(kernel, root), root[:2]) for root in found)


def _label(kernel: Any, root: str) -> str:
    """Return "KINGSTON (E:)", or the letter alone when the volume has no name or no medium is in."""
    import ctypes

    name = ctypes.create_unicode_buffer(261)
    if kernel.GetVolumeInformationW(root, name, 261, None, None, None, None, 0) and name.value:
        return f"{name.value} ({root[:2]})"
    return root[:2]


def _kernel() -> Any:
    """Windows' own library; asked for only there."""
    import ctypes

    return ctypes.WinDLL("kernel32", use_last_error=True)  # type: ignore[attr-defined,unused-ignore]


def chosen(folder: Path) -> Drive:
    """Return a folder somebody chose by hand as a drive."""
    return Drive(folder, folder.name or str(folder))


def room(drive: Drive) -> int:
    """Return the free bytes; raise ``bundle.stick_gone`` when it is not there any more."""
    try:
        return shutil.disk_usage(drive.path).free
    except OSError:
        raise SidumbaError("bundle.stick_gone") from None


def writable(drive: Drive) -> bool:
    """Tell whether it can be written as far as the system knows; a lock on the housing shows at the first write."""
    return os.access(drive.path, os.W_OK)


# ---- taking out


def eject(drive: Drive) -> bool:
    """Let the system take a flashdisk out; tell whether it did. A chosen folder stays where it is."""
    if not drive.device:
        return False
    if sys.platform == "win32":
        return _eject_windows(drive.device)
    asked = [["diskutil", "eject", str(drive.path)]] if sys.platform == "darwin" else _linux_ways(drive)
    return any(_done(command) for command in asked)


def _linux_ways(drive: Drive) -> list[list[str]]:
    """Unmounting is what makes it safe; the desktop's own tools need no password for what they mounted."""
    return [
        ["udisksctl", "unmount", "--no-user-interaction", "-b", drive.device],
        ["gio", "mount", "-u", str(drive.path)],
        ["umount", str(drive.path)],
    ]


def _done(command: list[str]) -> bool:
    if shutil.which(command[0]) is None:
        return False
    try:
        return subprocess.run(command, capture_output=True, timeout=_EJECT_S, check=False).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


#: CreateFileW and DeviceIoControl: read and write, shared; open what exists; lock, unmount, eject.
_ACCESS, _SHARED, _EXISTING = 0xC0000000, 0x3, 3
_LOCK, _DISMOUNT, _EJECT = 0x00090018, 0x00090020, 0x002D4808


def _eject_windows(letter: str) -> bool:
    """Lock, unmount and eject the volume, as the tray's own button does; a file open anywhere refuses the lock."""
    import ctypes

    kernel = _kernel()
    kernel.CreateFileW.restype = ctypes.c_void_p
    handle = ctypes.c_void_p(
        kernel.CreateFileW(f"\\\\.\\{letter}", _ACCESS, _SHARED, None, _EXISTING, 0, None)
    )
    if handle.value in (None, ctypes.c_void_p(-1).value):
        return False
    told = ctypes.c_ulong()
    try:
        return all(
            kernel.DeviceIoControl(handle, code, None, 0, None, 0, ctypes.byref(told), None)
            for code in (_LOCK, _DISMOUNT, _EJECT)
        )
    finally:
        kernel.CloseHandle(handle)
