"""Which flashdisks a machine has: mount tables of Linux, letters of Windows, volumes of macOS; taking one out."""

from __future__ import annotations

import ctypes
import sys
from pathlib import Path
from typing import Any

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.services.exchange import drives
from sidumba_field.services.exchange.drives import Drive

TABLE = """\
sysfs /sys sysfs rw,nosuid 0 0
/dev/sda2 / ext4 rw,relatime 0 0
/dev/sda1 /boot/efi vfat rw 0 0
/dev/sdb1 /media/akhmad/KINGSTON vfat rw,nosuid,nodev 0 0
/dev/sdc1 /run/media/akhmad/DATA\\040DESA exfat rw 0 0
/dev/sdd1 /mnt/stik vfat ro 0 0
C:\\134 /mnt/c 9p rw 0 0
//kantor/bersama /mnt/bersama cifs rw 0 0
tmpfs /media/ram tmpfs rw 0 0
torn line
"""


def test_linux_lists_what_was_plugged_in_and_nothing_else() -> None:
    found = drives.from_mounts(TABLE)
    assert [(str(one.path), one.label, one.device) for one in found] == [
        ("/media/akhmad/KINGSTON", "KINGSTON", "/dev/sdb1"),
        ("/mnt/stik", "stik", "/dev/sdd1"),
        ("/run/media/akhmad/DATA DESA", "DATA DESA", "/dev/sdc1"),
    ]


def test_a_mount_table_nobody_can_read_shows_no_flashdisk(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(drives, "MOUNTS", tmp_path / "not there")
    assert drives.removable() == ()


def test_macos_lists_every_volume_but_the_one_it_started_from(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "KINGSTON").mkdir()
    (tmp_path / "Macintosh HD").symlink_to("/", target_is_directory=True)
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(drives, "VOLUMES", tmp_path)
    assert [one.label for one in drives.removable()] == ["KINGSTON"]


class Kernel:
    """Windows' answers for a machine with a fixed C:, a flashdisk E: with a name and an empty card reader F:."""

    def __init__(self) -> None:
        self.codes: list[int] = []
        self.refuses = 0

    def GetLogicalDrives(self) -> int:
        return 1 << 2 | 1 << 4 | 1 << 5

    def GetDriveTypeW(self, root: str) -> int:
        return 3 if root == "C:\\" else 2

    def GetVolumeInformationW(self, root: str, name: Any, *_: object) -> int:
        if root != "E:\\":
            return 0
        name.value = "KINGSTON"
        return 1

    class _Open:
        restype: Any = None

        def __call__(self, name: str, *_: object) -> int:
            return 7 if name == "\\\\.\\E:" else int(ctypes.c_void_p(-1).value or 0)

    CreateFileW = _Open()

    def DeviceIoControl(self, _handle: object, code: int, *_: object) -> int:
        self.codes.append(code)
        return int(len(self.codes) != self.refuses)

    def CloseHandle(self, _handle: object) -> int:
        self.codes.append(0)
        return 1


@pytest.fixture
def windows(monkeypatch: pytest.MonkeyPatch) -> Kernel:
    kernel = Kernel()
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(drives, "_kernel", lambda: kernel)
    return kernel


def test_windows_lists_removable_letters_by_their_names(windows: Kernel) -> None:
    assert [one.label for one in drives.removable()] == ["KINGSTON (E:)", "F:"]


def test_windows_locks_unmounts_and_ejects_in_this_order(windows: Kernel) -> None:
    (stick, empty) = drives.removable()
    assert drives.eject(stick)
    assert windows.codes == [0x00090018, 0x00090020, 0x002D4808, 0]
    assert not drives.eject(empty)


def test_windows_does_not_unmount_what_it_could_not_lock(windows: Kernel) -> None:
    windows.refuses = 1
    assert not drives.eject(drives.removable()[0])
    assert windows.codes == [0x00090018, 0]


def test_linux_asks_the_desktop_first_and_believes_its_answer(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    def done(command: list[str]) -> bool:
        asked.append(command[0])
        return command[0] == "gio"

    monkeypatch.setattr(sys, "platform", "linux")
    monkeypatch.setattr(drives, "_done", done)
    assert drives.eject(Drive(Path("/media/a/K"), "K", "/dev/sdb1"))
    assert asked == ["udisksctl", "gio"]


def test_a_folder_chosen_by_hand_is_never_unmounted(tmp_path: Path) -> None:
    assert not drives.eject(drives.chosen(tmp_path))


def test_a_program_that_is_not_there_or_fails_is_no_success() -> None:
    assert not drives._done(["tidak-ada-program-ini"])
    assert not drives._done([sys.executable, "-c", "raise SystemExit(1)"])
    assert drives._done([sys.executable, "-c", ""])


def test_room_is_told_and_a_drive_pulled_out_is_named(tmp_path: Path) -> None:
    drive = drives.chosen(tmp_path)
    assert drives.room(drive) > 0
    assert drives.writable(drive)
    with pytest.raises(SidumbaError) as caught:
        drives.room(drives.chosen(tmp_path / "dicabut"))
    assert caught.value.code == "bundle.stick_gone"
