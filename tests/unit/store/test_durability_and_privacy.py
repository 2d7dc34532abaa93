"""What "Tersimpan" promises: it survives a kill, a full disk takes nothing back, and no file tells anything."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sidumba_field.attachments import Shelf
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import new_id
from sidumba_field.core.time import iso
from sidumba_field.seal.slots import KdfParams, KeyFile, UserCard
from sidumba_field.store import Store, open_store
from tests.helpers.ledger import ANI, KEY, Server, begin, clock, record

ROOT = Path(__file__).resolve().parents[3]
NIK = "6311024508790003"


def _type_until_killed(folder: Path, rid: str, first: int, seconds: float) -> list[int]:
    """Return the numbers the process acknowledged before it was killed (SIGKILL; TerminateProcess on Windows)."""
    command = [sys.executable, "-m", "tests.helpers.answerer", str(folder), rid, str(first)]
    said = folder / "said.txt"
    with said.open("wb") as output, subprocess.Popen(command, cwd=ROOT, stdout=output) as process:
        deadline = time.monotonic() + 30
        while said.stat().st_size == 0 and process.poll() is None and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(seconds)
        process.kill()
    # A line that was cut by the kill was not acknowledged.
    return [int(line) for line in said.read_bytes().split(b"\n")[:-1]]


def _kill_rounds(folder: Path, rounds: int) -> None:
    at = clock()
    store = begin(folder, at)
    rid = store.records.create(record(at)).rid
    store.close()
    expected: dict[str, str] = {}
    first = 1
    for n in range(rounds):
        acknowledged = _type_until_killed(folder, rid, first, seconds=0.05 + 0.03 * (n % 5))
        assert acknowledged, "the kill has to meet a process at work"
        expected |= {f"q{number % 40}": str(number) for number in acknowledged}
        store = open_store(folder, KEY, at)
        found = store.records.get(rid)
        assert found is not None
        kept = {path: int(value) for path, value in found.fields.items() if path.startswith("q")}
        for path, value in expected.items():
            # One more may be there than was acknowledged: durable, and killed before it could say so.
            assert kept[path] >= int(value), f"{path}: {value} was acknowledged, {kept[path]} is there"
        assert max(kept.values()) <= acknowledged[-1] + 1
        store.check()
        store.close()
        first = acknowledged[-1] + 2


def test_an_acknowledged_answer_survives_kills(tmp_path: Path) -> None:
    _kill_rounds(tmp_path, rounds=4)


@pytest.mark.soak
def test_acknowledged_answers_survive_fifty_kills(tmp_path: Path) -> None:
    _kill_rounds(tmp_path, rounds=50)


def test_a_kill_between_journal_and_outbox_leaves_one_of_both(tmp_path: Path) -> None:
    at = clock()
    store = begin(tmp_path, at)
    rid = store.records.create(record(at, {"nama": "Ani"})).rid
    store.records.answer(rid, {"omzet": "5"})

    def cut(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sidumba_field.store.queue._want_files", cut)
        with pytest.raises(KeyboardInterrupt):
            store.records.seal(rid, ANI, iso(at.now()), new_id(at))
    found = store.records.get(rid)
    assert found is not None
    assert (found.pending, found.draft) == (0, {"@period": "2026", "nama": "Ani", "omzet": "5"})
    store.close()


@pytest.mark.skipif(not hasattr(os, "fork"), reason="limits the size of files by setrlimit")
def test_a_full_disk_is_told_and_takes_nothing_back(tmp_path: Path) -> None:
    """RLIMIT_FSIZE makes the write-ahead log stop growing: SQLite says "disk I/O error" (spec/sync.md failure 20)."""
    script = """
import resource, signal, sys
from pathlib import Path
from sidumba_field.core.errors import SidumbaError
from tests.helpers.ledger import begin, clock, record
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
at = clock()
store = begin(Path(sys.argv[1]), at)
rid = store.records.create(record(at)).rid
size = max(path.stat().st_size for path in Path(sys.argv[1]).glob("laptop.db*"))
resource.setrlimit(resource.RLIMIT_FSIZE, (size + 40000, resource.RLIM_INFINITY))
kept = 0
try:
    for number in range(500):
        store.records.answer(rid, {f"q{number}": "x" * 200})
        kept = number + 1
except SidumbaError as error:
    print(error.code, kept)
resource.setrlimit(resource.RLIMIT_FSIZE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))
found = store.records.get(rid)
assert len(found.fields) == kept + 1, (len(found.fields), kept)
store.records.answer(rid, {"akhir": "ada tempat lagi"})
store.close()
"""
    done = subprocess.run(
        [sys.executable, "-c", script, str(tmp_path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    code, kept = done.stdout.split()
    assert code == "store.disk_full"
    assert int(kept) > 0


def _everything(folder: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(folder)): path.read_bytes()
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }


def _work(folder: Path, store: Store) -> list[bytes]:
    """Do a day's work with one person's data; return what must stand nowhere in clear."""
    at = clock()
    photo = b"\xff\xd8\xff\xe0" + b"FOTO-USAHA-WAHYUNI" * 4_000
    file = Shelf(folder / "attachments", KEY).add(photo, "jpg")
    rid = store.records.create(record(at, {"pemilik/nik": NIK, "pemilik/nama": "Wahyuni Rahmah"})).rid
    store.files.add(file, rid, "usaha/foto")
    store.records.answer(rid, {"usaha/foto": file.name})
    store.records.seal(rid, ANI, iso(at.now()), new_id(at))
    server = Server(at)
    server.exchange(store)
    server.pull(store)
    store.records.answer(rid, {"usaha/catatan": "Sungai Raya RT 04"})
    assert store.records.find("kopi", text="wahyuni")
    return [NIK.encode(), b"Wahyuni", b"Rahmah", b"Sungai Raya", b"FOTO-USAHA", photo[:64], b"pemilik/nik"]


def test_no_byte_of_a_person_stands_in_clear_in_any_file(tmp_path: Path) -> None:
    folder = tmp_path / "laptop"
    keys = KeyFile(folder / "keys.json")
    keys.create(KEY)
    card = UserCard(ANI, "Siti Aminah", "Petugas", "Desa Mampari", "siti")
    keys.add_user(ANI, card, "rumah di tepi sungai", KEY, bytes(32), KdfParams(8, 1, 1))
    store = begin(folder)
    secrets = _work(folder, store)
    while_open = _everything(folder)
    assert "laptop.db-wal" in while_open
    store.close()
    closed = _everything(folder)
    for files in (while_open, closed):
        for name, content in files.items():
            for secret in secrets:
                assert secret not in content, f"{secret!r} stands in {name}"
                assert secret not in name.encode()
        assert KEY.hex().encode() not in files["keys.json"]
    assert not closed["laptop.db"].startswith(b"SQLite format 3")


def test_two_threads_may_use_the_store_one_after_the_other(tmp_path: Path) -> None:
    from concurrent.futures import ThreadPoolExecutor

    at = clock()
    store = begin(tmp_path, at)
    rid = store.records.create(record(at)).rid
    with ThreadPoolExecutor(max_workers=1) as one, ThreadPoolExecutor(max_workers=1) as two:
        for n in range(10):
            (one if n % 2 else two).submit(store.records.answer, rid, {"nama": str(n)}).result()
    found = store.records.get(rid)
    assert found is not None
    assert found.fields["nama"] == "9"
    store.close()


def test_answers_are_kept_within_the_time_a_person_notices_nothing(tmp_path: Path) -> None:
    """The promise is p99 <= 15 ms on a quiet laptop; here the median must stay far below what a keystroke takes."""
    at = clock()
    store = begin(tmp_path, at)
    rid = store.records.create(record(at, {f"q{n}": "isi" for n in range(80)})).rid
    times = []
    for n in range(60):
        before = time.perf_counter()
        store.records.answer(rid, {f"q{n}": "jawaban"})
        times.append(time.perf_counter() - before)
    store.close()
    assert sorted(times)[30] < 0.1


def test_damaged_pages_are_noticed(tmp_path: Path) -> None:
    store = begin(tmp_path)
    store.close()
    path = tmp_path / "laptop.db"
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    path.write_bytes(content)
    store = open_store(tmp_path, KEY, clock())
    with pytest.raises(SidumbaError) as refusal:
        store.check()
    assert refusal.value.code == "store.damaged"
    store.close()
