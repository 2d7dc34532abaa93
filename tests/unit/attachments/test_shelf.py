"""The laptop's shelf: encrypted, whole or absent, readable from anywhere."""

from __future__ import annotations

from pathlib import Path

import pytest

from sidumba_field.attachments import Shelf
from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.errors import SidumbaError

KEY = bytes(range(32))
PHOTO = b"FOTO RAHASIA " * 20_000


@pytest.fixture
def shelf(tmp_path: Path) -> Shelf:
    return Shelf(tmp_path / "attachments", KEY)


def test_a_file_is_kept_under_its_hash_and_comes_back(shelf: Shelf) -> None:
    kept = shelf.add(PHOTO, ".JPG")
    assert (kept.sha, kept.name, kept.size) == (sha256_hex(PHOTO), f"{sha256_hex(PHOTO)}.jpg", len(PHOTO))
    assert shelf.has(kept.sha)
    assert shelf.open(kept.sha) == PHOTO
    assert shelf.size(kept.sha) == len(PHOTO)
    [path] = [found for found in shelf.folder.rglob("*") if found.is_file()]
    assert path == shelf.folder / kept.sha[:2] / f"{kept.sha}.enc"
    assert b"RAHASIA" not in path.read_bytes()


def test_the_same_file_twice_is_one_file(shelf: Shelf, tmp_path: Path) -> None:
    source = tmp_path / "IMG_0001.jpg"
    source.write_bytes(PHOTO)
    assert shelf.add(source, "jpg") == shelf.add(PHOTO, "jpg")
    assert source.read_bytes() == PHOTO, "the user's own file stays"
    assert len([found for found in shelf.folder.rglob("*") if found.is_file()]) == 1


@pytest.mark.parametrize("offset", [0, 1, 65_535, 65_536, 200_000, len(PHOTO), len(PHOTO) + 9])
def test_an_upload_may_go_on_from_any_byte(shelf: Shelf, offset: int) -> None:
    kept = shelf.add(PHOTO, "jpg")
    pieces = list(shelf.iter_chunks(kept.sha, offset, 50_000))
    assert b"".join(pieces) == PHOTO[offset:]
    assert all(len(piece) == 50_000 for piece in pieces[:-1])


@pytest.mark.parametrize("how", ["cut", "flip", "other"])
def test_damage_is_told_and_never_handed_out(shelf: Shelf, how: str) -> None:
    kept = shelf.add(PHOTO, "jpg")
    path = shelf.folder / kept.sha[:2] / f"{kept.sha}.enc"
    content = bytearray(path.read_bytes())
    if how == "cut":
        del content[-100:]
    elif how == "flip":
        content[70_000] ^= 1
    else:
        other = shelf.add(b"lain", "jpg")
        content = bytearray((shelf.folder / other.sha[:2] / f"{other.sha}.enc").read_bytes())
    path.write_bytes(content)
    with pytest.raises(SidumbaError) as refusal:
        shelf.open(kept.sha)
    assert refusal.value.code == "attachment.damaged"
    assert path.exists()


def test_a_write_that_was_cut_leaves_no_file_behind_its_name(shelf: Shelf) -> None:
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sidumba_field.seal.durable.os.replace", _cut)
        with pytest.raises(KeyboardInterrupt):
            shelf.add(PHOTO, "jpg")
    assert not shelf.has(sha256_hex(PHOTO))
    assert shelf.open(shelf.add(PHOTO, "jpg").sha) == PHOTO


def _cut(*_: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize(
    "sha", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 64 + "/x", "a" * 64 + "\n"]
)
def test_only_a_hash_is_ever_looked_for(shelf: Shelf, sha: str) -> None:
    with pytest.raises(SidumbaError) as refusal:
        shelf.open(sha)
    assert refusal.value.code == "attachment.missing"


@pytest.mark.parametrize("ext", ["", "../x", "j pg", "very-long-extension"])
def test_an_extension_is_letters_and_digits(shelf: Shelf, ext: str) -> None:
    with pytest.raises(ValueError, match="extension"):
        shelf.add(b"x", ext)


def test_a_missing_file_is_told(shelf: Shelf) -> None:
    with pytest.raises(SidumbaError) as refusal:
        shelf.open("a" * 64)
    assert refusal.value.code == "attachment.missing"


def test_a_full_disk_is_told(shelf: Shelf) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("sidumba_field.seal.durable.os.fsync", full)
        with pytest.raises(SidumbaError) as refusal:
            shelf.add(PHOTO, "jpg")
    assert refusal.value.code == "store.disk_full"
    assert not shelf.has(sha256_hex(PHOTO))
