"""Safe copies of a laptop: whole or not there, opened by a passphrase or the recovery code, restored as a new life."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest

from sidumba_field.attachments import Shelf
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import SystemClock
from sidumba_field.seal.slots import KeyFile
from sidumba_field.store import Store, open_store, safecopy
from sidumba_field.store.safecopy import KEPT, MAGIC, Stopped, write_copy
from sidumba_field.store.safereturn import look, restore
from tests.helpers.laptop_folder import LaptopFolder, make_laptop
from tests.helpers.ledger import clock, record
from tests.migrations.keep import told

PHOTO = os.urandom(300_000)


@pytest.fixture
def laptop(tmp_path: Path) -> LaptopFolder:
    """A laptop with an unsent record that has a photo, and a draft."""
    made = make_laptop(tmp_path / "laptop")
    store = made.open()
    shelf = Shelf(made.folder / "attachments", made.data_key)
    rid = store.records.create(record(clock(), {"nama": "Wahyuni"})).rid
    stored = shelf.add(PHOTO, "jpg")
    store.files.add(stored, rid, "foto")
    store.records.answer(rid, {"foto": stored.name})
    store.close()
    return made


def _copy(laptop: LaptopFolder, folder: Path, **options: Any) -> safecopy.SafeCopy:
    folder.mkdir(exist_ok=True)
    store = laptop.open()
    try:
        return write_copy(store, folder, SystemClock(), **options)
    finally:
        store.close()


def _told(store: Store, folder: Path, key: bytes) -> dict[str, Any]:
    return told(store, Shelf(folder / "attachments", key))


@pytest.mark.parametrize("way", ["passphrase", "recovery code"])
def test_a_copy_becomes_a_laptop_again_under_a_new_life(
    laptop: LaptopFolder, tmp_path: Path, way: str
) -> None:
    made = _copy(laptop, tmp_path / "stick")
    raw = made.path.read_bytes()
    assert not any(word in raw for word in (b"Wahyuni", b"Halimah", b"halimah", PHOTO[:64]))
    assert (look(made.path).number, look(made.path).records) == (1, 1)
    secret = laptop.passphrase if way == "passphrase" else laptop.recovery_code.lower()
    other = tmp_path / "other"
    restore(made.path, other, secret, SystemClock())
    before, after = laptop.open(), open_store(other, laptop.data_key, SystemClock())
    assert _told(after, other, laptop.data_key) == _told(before, laptop.folder, laptop.data_key)
    assert after.incarnation not in ("", before.incarnation)
    assert after.meta.get("device") == before.meta.get("device")
    before.close()
    after.close()
    assert KeyFile(other / "keys.json").cards() == KeyFile(laptop.folder / "keys.json").cards()
    assert {file.name for file in other.iterdir()} >= {"laptop.db", "keys.json", "incarnation"}
    assert not (other / "restoring.part").exists()


def test_a_wrong_secret_opens_nothing_and_leaves_the_folder_empty(
    laptop: LaptopFolder, tmp_path: Path
) -> None:
    made = _copy(laptop, tmp_path / "stick")
    with pytest.raises(SidumbaError) as refusal:
        restore(made.path, tmp_path / "other", "bukan kata sandinya", SystemClock())
    assert refusal.value.code == "auth.wrong_passphrase"
    assert list((tmp_path / "other").iterdir()) == []


def test_a_folder_with_a_laptop_is_never_restored_into(laptop: LaptopFolder, tmp_path: Path) -> None:
    made = _copy(laptop, tmp_path / "stick")
    with pytest.raises(SidumbaError) as refusal:
        restore(made.path, laptop.folder, laptop.passphrase, SystemClock())
    assert refusal.value.code == "copy.not_empty"


def test_every_cut_and_every_flipped_bit_is_noticed_before_anything_counts(
    laptop: LaptopFolder, tmp_path: Path
) -> None:
    raw = _copy(laptop, tmp_path / "stick").path.read_bytes()
    bad = tmp_path / "bad.cadangan"
    cuts = [raw[:length] for length in (0, 3, 7, 900, len(raw) // 2, len(raw) - 1)]
    flips = [raw[:at] + bytes([raw[at] ^ 1]) + raw[at + 1 :] for at in (0, 1_600, 5_000, len(raw) - 20)]
    for broken in (*cuts, *flips, raw + b"x"):
        bad.write_bytes(broken)
        with pytest.raises(SidumbaError) as refusal:
            restore(bad, tmp_path / "other", laptop.passphrase, SystemClock())
        assert refusal.value.code in ("copy.damaged", "copy.unknown_format", "auth.wrong_passphrase")
        assert not (tmp_path / "other" / "keys.json").exists()
    assert raw.startswith(MAGIC)


def test_what_reads_back_otherwise_is_no_copy(
    laptop: LaptopFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = _copy(laptop, tmp_path / "stick").path

    def spoil(path: Path) -> None:
        raw = bytearray(path.read_bytes())
        raw[-40] ^= 1
        path.write_bytes(raw)

    monkeypatch.setattr(safecopy, "_forget_cached", spoil)
    with pytest.raises(SidumbaError) as refusal:
        _copy(laptop, tmp_path / "stick")
    assert refusal.value.code == "copy.not_read_back"
    assert list((tmp_path / "stick").iterdir()) == [good]


def test_a_stopped_or_full_copy_leaves_nothing_and_the_older_one(
    laptop: LaptopFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = _copy(laptop, tmp_path / "stick").path
    with pytest.raises(Stopped):
        _copy(laptop, tmp_path / "stick", stop=lambda: True)

    def full(*_: object) -> int:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(safecopy, "replace", full)
    with pytest.raises(SidumbaError) as refusal:
        _copy(laptop, tmp_path / "stick")
    assert refusal.value.code == "store.disk_full"
    assert list((tmp_path / "stick").iterdir()) == [good]
    assert not list(laptop.folder.glob("*.part*"))


def test_a_laptop_whose_own_disk_is_full_is_copied_all_the_same(
    laptop: LaptopFolder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The stick has room; nothing can be written beside the database."""
    (tmp_path / "stick").mkdir()
    store = laptop.open()

    def full(*_: object) -> None:
        raise SidumbaError("store.disk_full")

    monkeypatch.setattr(store.meta, "set", full)
    names = [write_copy(store, tmp_path / "stick", SystemClock()).path.name for _ in range(2)]
    store.close()
    assert len(set(names)) == 2
    assert look(tmp_path / "stick" / names[-1]).number == 2
    restore(tmp_path / "stick" / names[-1], tmp_path / "other", laptop.passphrase, SystemClock())


def test_only_the_newest_copies_of_a_laptop_stay(laptop: LaptopFolder, tmp_path: Path) -> None:
    (tmp_path / "stick").mkdir()
    (tmp_path / "stick" / "cadangan-lain-0001.cadangan").write_bytes(b"somebody else's")
    made = [_copy(laptop, tmp_path / "stick").path.name for _ in range(KEPT + 2)]
    left = {file.name for file in (tmp_path / "stick").iterdir()}
    assert left == {*made[-KEPT:], "cadangan-lain-0001.cadangan"}


def test_progress_ends_at_its_total(laptop: LaptopFolder, tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    _copy(laptop, tmp_path / "stick", progress=lambda done, total: told.append((done, total)))
    assert told[-1][0] == told[-1][1] > len(PHOTO)
    assert told == sorted(told)
