"""Attachments from a person's chair: what is taken how, a smaller twin never forced, and the way files travel."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.services.files.service import MB, FilesService
from sidumba_field.services.views import Mark
from sidumba_field.wire.endpoints import MAX_FILE
from tests.helpers import scans
from tests.helpers.post import Post
from tests.helpers.told import PICTURE

SCAN = "legalitas/nib_surat/pindai"


@pytest.fixture
def post(tmp_path: Path) -> Iterator[Post]:
    made = Post(tmp_path / "laptop")
    made.activate()
    made.sit()
    yield made
    made.session.lock()


@pytest.fixture
def files(post: Post) -> FilesService:
    return FilesService(post.desk, post.entry)


def scanned(post: Post, tmp_path: Path, content: bytes) -> tuple[str, str]:
    """A business with a scan of its NIB: record and the file's name."""
    rid = post.begin()
    post.entry.answer(rid, "legalitas/nib_ada", "ada")
    file = tmp_path / "nib.pdf"
    file.write_bytes(content)
    delta = post.entry.attach(rid, SCAN, file)
    return rid, delta.items[SCAN].value


def test_a_paper_stays_as_it_is_and_a_photo_is_written_anew(post: Post, tmp_path: Path) -> None:
    content = scans.letter(padding=3 * MB)
    rid, name = scanned(post, tmp_path, content)
    assert post.desk.seat().shelf.open(name[:64]) == content
    photo = tmp_path / "toko.jpg"
    photo.write_bytes(PICTURE)
    kept = post.entry.attach(rid, "lokasi/foto", photo).items["lokasi/foto"].value
    assert kept.endswith(".jpg")
    with pytest.raises(SidumbaError) as refusal:
        post.entry.attach(rid, "lokasi/foto", tmp_path / "nib.pdf")
    assert refusal.value.code == "attachment.not_an_image"


def test_too_big_is_told_before_a_byte_is_read_by_what_the_server_last_said(
    post: Post, files: FilesService, tmp_path: Path
) -> None:
    rid = post.begin()
    post.entry.answer(rid, "legalitas/nib_ada", "ada")
    assert files.limit() == MAX_FILE, "known before the first contact"
    assert post.syncing.run().ok
    file = tmp_path / "besar.pdf"
    with file.open("wb") as sparse:
        sparse.truncate(MAX_FILE + 1)
    for limit in (MAX_FILE, 1_000):
        post.desk.seat().store.meta.set("limits/max_file", str(limit))
        with pytest.raises(SidumbaError) as refusal:
            post.entry.attach(rid, SCAN, file)
        assert (refusal.value.code, refusal.value.params["limit"]) == ("attachment.too_big", limit)
    assert post.desk.seat().store.files.of(rid) == []


def test_a_twin_is_an_answer_like_any_other_and_the_original_is_never_away(
    post: Post, files: FilesService, tmp_path: Path
) -> None:
    rid, name = scanned(post, tmp_path, scans.scanned(1))
    offer = files.offer(rid, SCAN, name)
    assert offer is not None
    assert offer.before_text in offer.sentence
    assert offer.after_text in offer.sentence
    shelf = post.desk.seat().shelf
    assert post.entry.open(rid).items[SCAN].value == name, "asking changes nothing"
    taken = files.take(offer).items[SCAN].value
    assert taken != name
    assert shelf.size(taken[:64]) < shelf.size(name[:64]) * 0.8
    assert shelf.has(name[:64])
    assert files.preview(taken).picture.startswith(b"\xff\xd8")
    with pytest.raises(SidumbaError):
        files.take(offer)
    undone = post.entry.undo(rid)
    assert undone is not None
    assert undone.items[SCAN].value == name
    post.send_later(rid)
    assert [row.name for row in post.desk.seat().store.files.unsent()] == [name], (
        "only what is linked travels"
    )


def test_an_offer_belongs_to_who_sat_there(post: Post, files: FilesService, tmp_path: Path) -> None:
    rid, name = scanned(post, tmp_path, scans.scanned(1))
    offer = files.offer(rid, SCAN, name)
    assert offer is not None
    post.session.lock()
    post.sit()
    with pytest.raises(SidumbaError) as refusal:
        files.take(offer)
    assert refusal.value.code == "attachment.missing"


def test_a_record_whose_file_waits_for_the_stick_has_gone_and_says_that_it_is_not_complete(
    post: Post, files: FilesService, tmp_path: Path
) -> None:
    rid, name = scanned(post, tmp_path, scans.letter(padding=2 * MB))
    sha = name[:64]
    files.carry(sha, by_stick=True)
    post.send_later(rid)
    assert post.syncing.run().files == 0
    view = post.syncing.view()
    [row] = [row for row in view.rows if row.is_file]
    assert (row.by_stick, row.title, row.subtitle) == (True, "Pindaian NIB", "Warung Barokah")
    assert (view.waiting_files, view.usb_files) == (1, 1)
    opened = post.entry.open(rid)
    assert (opened.mark, opened.mark_text) == (Mark.RECEIVED, "Diterima server, lampiran belum lengkap")
    files.carry(sha, by_stick=False)
    assert post.syncing.run().files == 1
    assert post.entry.open(rid).mark_text == "Diterima server"


def test_a_size_is_chosen_for_all_and_one_file_may_stand_against_it(
    post: Post, files: FilesService, tmp_path: Path
) -> None:
    rid, name = scanned(post, tmp_path, scans.letter(padding=2 * MB))
    post.send_later(rid)
    assert [rule.limit for rule in files.rules() if rule.chosen] == [0]
    files.carry_over(1 * MB)
    assert [rule.limit for rule in files.rules() if rule.chosen] == [1 * MB]
    store = post.desk.seat().store
    assert [row.name for row in store.files.postponed()] == [name]
    files.carry(name[:64], by_stick=False)
    assert store.files.postponed() == []
    files.carry_over(0)
    assert [rule.limit for rule in files.rules() if rule.chosen] == [0]
