"""A disk that fills (spec/sync.md failure 20): typing is told, nothing said to be saved is lost, sending goes on.

Real file systems: one of 8 MB in memory where the system lets us mount it, and a limit on the size of files in a
process of its own, which the engine meets as a broken disk.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import derived_id
from sidumba_field.core.time import FixedClock
from sidumba_field.seal.durable import disk_error
from sidumba_field.store import reserve
from tests.helpers.desk import NOW
from tests.helpers.laptop import (
    DESA,
    PROGRAM,
    VID,
    Laptop,
    assert_badge_is_true,
    assert_equal_to_server,
    assert_nothing_lost,
)
from tests.helpers.ledger import begin, clock
from tests.helpers.twin import TwinServer

SIZE = "8m"
TEXT = "panjang " * 400
ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 8 MB."""
    place = tmp_path / "disk"
    place.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", f"size={SIZE}", "tmpfs", str(place)]
    if (
        not hasattr(os, "geteuid")
        or os.geteuid() != 0
        or subprocess.run(command, capture_output=True).returncode
    ):
        pytest.skip("no right to mount a small disk here")
    yield place
    subprocess.run(["umount", "-l", str(place)], check=True)


def _laptop(folder: Path) -> Laptop:
    at = FixedClock(NOW)
    server = TwinServer(at)
    server.add_scope(VID, PROGRAM, DESA, "Halong")
    user = derived_id("user", "ani")
    return Laptop(folder, at, server, user)


def _type_until_full(laptop: Laptop) -> None:
    """Begin one record after the other, half of them handed over, until the disk refuses."""
    with pytest.raises(SidumbaError) as refusal:
        _type(laptop, 4_000)
    assert refusal.value.code == "store.disk_full"


def _type(laptop: Laptop, records: int) -> None:
    for n in range(records):
        rid = laptop.begin(nama=f"Usaha {n}", catatan=TEXT)
        if n % 2:
            laptop.type(rid, alamat=TEXT)


def test_a_full_disk_says_so_loses_nothing_and_still_sends(small_disk: Path) -> None:
    laptop = _laptop(small_disk / "laptop")
    assert not reserve.keep(laptop.folder), "so small a disk has nothing to spare by the rule"
    (laptop.folder / reserve.NAME).write_bytes(os.urandom(reserve.SIZE))
    _type_until_full(laptop)
    (small_disk / "rest").write_bytes(b"")
    _fill(small_disk / "rest")
    with pytest.raises(SidumbaError):
        _type(laptop, 400)
    waiting = laptop.store.outbox.unsent()
    assert waiting > 20
    report = laptop.sync()
    assert laptop.store.outbox.unsent() == 0, [problem.code for problem in report.problems]
    assert not (laptop.folder / reserve.NAME).exists()
    assert_nothing_lost(laptop)
    assert_badge_is_true(laptop)
    laptop.restart()
    laptop.store.check()
    assert_nothing_lost(laptop)
    (small_disk / "rest").unlink()
    laptop.begin(nama="Sesudah ada tempat")
    laptop.sync()
    assert_equal_to_server(laptop)
    laptop.store.close()


def _fill(file: Path) -> None:
    """Take what is left of the disk, to the last block."""
    with file.open("ab", buffering=0) as opened:
        for size in (65_536, 4_096):
            try:
                while opened.write(bytes(size)):
                    pass
            except OSError:
                continue


CHILD = """
import resource, signal, sys
from pathlib import Path
from sidumba_field.core.errors import SidumbaError
from tests.helpers.ledger import begin, clock, record

at = clock()
store = begin(Path(sys.argv[1]), at)
resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
rid = store.records.create(record(at)).rid
print(rid, flush=True)
for n in range(10_000):
    try:
        store.records.answer(rid, {f"p{n}": "panjang " * 50})
    except SidumbaError as refusal:
        print(refusal.code, flush=True)
        break
    print(n, flush=True)
"""


@pytest.mark.skipif(sys.platform != "linux", reason="RLIMIT_FSIZE")
def test_a_file_that_may_not_grow_is_a_full_disk_and_what_was_saved_is_there(tmp_path: Path) -> None:
    begin(tmp_path / "laptop").close()
    command = [sys.executable, "-c", CHILD, str(tmp_path / "laptop"), str(700_000)]
    said = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True).stdout.split()
    rid, saved, code = said[0], said[1:-1], said[-1]
    assert code == "store.disk_full"
    assert len(saved) > 10
    store = begin(tmp_path / "laptop", clock())
    found = store.records.get(rid)
    assert found is not None
    assert {path for path in found.draft if path != "@period"} >= {f"p{n}" for n in saved}
    store.check()
    store.records.answer(rid, {"sesudahnya": "ya"})
    store.close()


@pytest.mark.parametrize(
    ("number", "code"),
    [(28, "store.disk_full"), (27, "store.disk_full"), (122, "store.disk_full"), (30, "store.read_only")],
)
def test_what_the_system_says_of_a_disk_is_understood(number: int, code: str) -> None:
    known = disk_error(OSError(number, "x"))
    assert known is not None
    assert known.code == code
