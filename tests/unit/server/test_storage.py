"""Where files lie: a folder and an S3-compatible storage keep the same laws; an object is put once and read back."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from server_stub.auth.keys import open_keys
from server_stub.backup.making import make
from server_stub.backup.restoring import restore
from server_stub.cli import app
from server_stub.settings import ObjectStorage, Settings, from_environment
from server_stub.store.blobs import Blobs, DiskBlobs
from server_stub.store.holdings import file_faults
from server_stub.store.s3 import Bucket, S3Blobs
from server_stub.store.storage import open_blobs
from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.errors import SidumbaError
from tests.helpers.objects import ACCESS, SECRET, moto_storage
from tests.helpers.office import Office

DATA = bytes(range(256)) * 40
SHA = sha256_hex(DATA)
NOW = datetime(2026, 11, 21, 4, 0, tzinfo=UTC)


@pytest.fixture(scope="module")
def storage() -> Iterator[ObjectStorage]:
    with moto_storage() as said:
        yield said


@pytest.fixture(params=["disk", "s3"])
def blobs(request: pytest.FixtureRequest, tmp_path: Path) -> DiskBlobs:
    if request.param == "disk":
        return DiskBlobs(tmp_path / "blobs")
    said: ObjectStorage = request.getfixturevalue("storage")
    return S3Blobs(tmp_path / "blobs", Bucket(_own(said, tmp_path)))


def _own(said: ObjectStorage, tmp_path: Path) -> ObjectStorage:
    """One prefix per test: what another test put there is none of its business."""
    return ObjectStorage(
        said.bucket, said.endpoint, said.region, f"{tmp_path.name}/", said.access_key, said.secret_key
    )


class Watched(Bucket):
    """A bucket that notes what is asked of it, and fails where a test says so."""

    def __init__(self, said: ObjectStorage) -> None:
        super().__init__(said)
        self.calls: list[str] = []
        self.dies_after = ""
        self.stores_instead: bytes | None = None
        self.keeps = False

    def put(self, sha: str, path: Path) -> None:
        self.calls.append("put")
        if self.stores_instead is not None:
            path = path.with_name("wrong")
            path.write_bytes(self.stores_instead)
        super().put(sha, path)
        self._die("put")

    def holds(self, sha: str, size: int) -> bool:
        found = super().holds(sha, size)
        self.calls.append(f"holds {found}")
        self._die(f"holds {found}")
        return found

    def delete(self, sha: str) -> None:
        if self.keeps:
            raise SidumbaError("attachment.later")
        super().delete(sha)

    def _die(self, what: str) -> None:
        if self.dies_after == what:
            raise KeyboardInterrupt


@pytest.fixture
def watched(storage: ObjectStorage, tmp_path: Path) -> Watched:
    return Watched(_own(storage, tmp_path))


def write(blobs: Blobs, start: int, end: int) -> tuple[bool, int]:
    piece = DATA[start:end]
    status = blobs.write_chunk(SHA, start, len(DATA), piece, sha256_hex(piece))
    return status.done, status.offset


# ------------------------------------------------------------------------------------------------ both keep the laws


def test_chunks_make_the_file_and_nothing_of_the_way_there_is_left(blobs: DiskBlobs) -> None:
    assert write(blobs, 0, 4_000) == (False, 4_000)
    with pytest.raises(SidumbaError) as refusal:
        blobs.read(SHA)
    assert refusal.value.code == "attachment.missing", "half a file is no file"
    assert write(blobs, 4_000, len(DATA)) == (True, len(DATA))
    assert (blobs.read(SHA), blobs.read(SHA, 10, 5), blobs.read(SHA, 10)) == (DATA, DATA[10:15], DATA[10:])
    assert blobs.read(SHA, 10, 0) == b""
    assert write(blobs, 0, 4_000) == (True, len(DATA)), "once whole, always whole"
    assert {path.suffix for path in (blobs.folder / "parts").iterdir()} == {".lock"}


def test_another_file_under_this_hash_is_refused_and_begins_anew(blobs: DiskBlobs) -> None:
    wrong = b"\0" * len(DATA)
    with pytest.raises(SidumbaError) as refusal:
        blobs.write_chunk(SHA, 0, len(wrong), wrong, sha256_hex(wrong))
    assert refusal.value.code == "attachment.damaged"
    assert (blobs.status(SHA).done, blobs.status(SHA).offset) == (False, 0)
    assert write(blobs, 0, len(DATA)) == (True, len(DATA))


def test_a_file_from_a_stick_counts_like_one_from_the_line(blobs: DiskBlobs) -> None:
    write(blobs, 0, 4_000)
    for pieces, total in (([DATA[:-1], b"?"], len(DATA)), ([DATA], 17), ([DATA[:100]], len(DATA))):
        with pytest.raises(SidumbaError) as refusal:
            blobs.take(SHA, total, pieces)
        assert refusal.value.code == "attachment.damaged"
        assert blobs.status(SHA).offset == 4_000, "what the line had brought stays"
    assert blobs.take(SHA, len(DATA), iter([DATA[:5_000], DATA[5_000:]])).done
    assert blobs.take(SHA, len(DATA), []).done, "the stick read twice costs nothing"
    assert blobs.read(SHA) == DATA
    assert blobs.take(sha256_hex(b""), 0, []).done


def test_removing_takes_everything_and_may_be_repeated(blobs: DiskBlobs) -> None:
    write(blobs, 0, len(DATA))
    for _ in range(2):
        blobs.remove(SHA)
        assert blobs.status(SHA) == blobs.status("0" * 64)
    write(blobs, 0, 10)
    blobs.remove(SHA)
    assert blobs.status(SHA).offset == 0


def test_parts_nobody_came_back_for_go_after_thirty_days_and_nothing_else(blobs: DiskBlobs) -> None:
    whole, under_way = b"utuh", b"sedang jalan"
    blobs.take(sha256_hex(whole), len(whole), [whole])
    blobs.write_chunk(sha256_hex(under_way), 0, 50, under_way[:5], sha256_hex(under_way[:5]))
    write(blobs, 0, 4_000)
    for path in (blobs.folder / "parts").glob(f"{SHA}*"):
        os.utime(path, (NOW.timestamp(), NOW.timestamp()))
    (blobs.folder / "parts" / f"{'0' * 64}.lock").touch()
    os.utime(blobs.folder / "parts" / f"{'0' * 64}.lock", (0, 0))
    assert blobs.tidy(NOW + timedelta(days=29, hours=23)).dropped == ()
    assert blobs.status(SHA).offset == 4_000
    assert blobs.tidy(NOW + timedelta(days=30, seconds=1)).dropped == (SHA,)
    assert blobs.status(SHA).offset == 0
    assert blobs.status(sha256_hex(under_way)).offset == 5
    assert blobs.read(sha256_hex(whole)) == whole
    assert not (blobs.folder / "parts" / f"{'0' * 64}.lock").exists()


def test_a_part_a_crash_left_complete_is_finished_without_its_laptop(
    blobs: DiskBlobs, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(DiskBlobs, "_finish", killed)
        with pytest.raises(KeyboardInterrupt):
            write(blobs, 0, len(DATA))
    assert not blobs.status(SHA).done
    assert blobs.tidy(NOW).finished == {SHA: len(DATA)}
    assert blobs.read(SHA) == DATA


def test_a_backup_and_verify_read_either_storage(
    office: Office, tmp_path: Path, storage: ObjectStorage
) -> None:
    for number, objects in enumerate((None, _own(storage, tmp_path))):
        kept = Settings(tmp_path / f"data{number}", office.database.url, objects=objects)
        with office.database.write() as work:
            work.scopes.put_fact_once("epoch", "e1")
        blobs = open_blobs(kept)
        rid = office.new_id()
        office.must(office.edit("petugas", rid, {"nama": "Keripik", "foto": f"{SHA}.jpg"}))
        blobs.take(SHA, len(DATA), [DATA])
        office.service.file_whole(SHA, len(DATA))
        assert file_faults(office.database, blobs) == (1, ())
        keys = open_keys(kept.keys)
        made = make(office.database, kept, keys, office.clock, tmp_path / f"cadangan{number}.age", ())
        assert (made.manifest.files, made.manifest.missing) == (2, [])
        into = tmp_path / f"pulih{number}"
        restore(made.path, keys.age_identity, into)
        assert (into / "blobs" / SHA[:2] / SHA).read_bytes() == DATA
        blobs.remove(SHA)
        assert file_faults(office.database, blobs) == (1, (f"{SHA}: missing",))
        (kept.blobs / SHA[:2]).mkdir(exist_ok=True)
        (kept.blobs / SHA[:2] / SHA).write_bytes(DATA[:-1])
        assert file_faults(office.database, blobs) == (1, (f"{SHA}: damaged",))


# ------------------------------------------------------------------------------------------------ the object storage


def test_an_object_is_put_once_and_done_only_when_it_was_read_back(tmp_path: Path, watched: Watched) -> None:
    blobs = S3Blobs(tmp_path / "blobs", watched)
    write(blobs, 0, 4_000)
    assert watched.calls == [], "parts are assembled here"
    write(blobs, 4_000, len(DATA))
    assert watched.calls == ["holds False", "put", "holds True"]
    assert watched.read(SHA) == DATA
    assert not (blobs.folder / SHA[:2]).exists(), "the disk keeps no second copy"


@pytest.mark.parametrize("moment", ["put", "holds True"])
def test_a_crash_between_put_and_done_is_healed_without_putting_again(
    tmp_path: Path, watched: Watched, moment: str
) -> None:
    watched.dies_after = moment
    with pytest.raises(KeyboardInterrupt):
        write(S3Blobs(tmp_path / "blobs", watched), 0, len(DATA))
    watched.dies_after = ""
    again = S3Blobs(tmp_path / "blobs", watched)
    assert (again.status(SHA).done, again.status(SHA).offset) == (False, len(DATA)), "nobody has read it back"
    assert write(again, len(DATA), len(DATA)) == (True, len(DATA)), "the laptop has no byte left to send"
    assert watched.calls.count("put") == 1
    assert again.read(SHA) == DATA


def test_the_server_heals_by_itself_what_no_laptop_asks_about(tmp_path: Path, watched: Watched) -> None:
    watched.dies_after = "put"
    with pytest.raises(KeyboardInterrupt):
        write(S3Blobs(tmp_path / "blobs", watched), 0, len(DATA))
    watched.dies_after = ""
    assert S3Blobs(tmp_path / "blobs", watched).tidy(NOW).finished == {SHA: len(DATA)}
    assert watched.calls.count("put") == 1


@pytest.mark.expects_log("sidumba_server.store", "ERROR", "gave back something else")
def test_an_object_that_comes_back_changed_is_not_done_and_is_put_again(
    tmp_path: Path, watched: Watched
) -> None:
    blobs = S3Blobs(tmp_path / "blobs", watched)
    watched.stores_instead = DATA[:-1] + b"?"
    with pytest.raises(SidumbaError) as refusal:
        write(blobs, 0, len(DATA))
    assert refusal.value.code == "attachment.later"
    assert (blobs.status(SHA).done, blobs.status(SHA).offset) == (False, len(DATA))
    watched.stores_instead = None
    assert write(blobs, len(DATA), len(DATA)) == (True, len(DATA))
    assert blobs.read(SHA) == DATA


def test_files_that_lay_on_the_disk_count_and_move_over(tmp_path: Path, watched: Watched) -> None:
    DiskBlobs(tmp_path / "blobs").take(SHA, len(DATA), [DATA])
    rotten = sha256_hex(b"busuk")
    (tmp_path / "blobs" / rotten[:2]).mkdir(exist_ok=True)
    (tmp_path / "blobs" / rotten[:2] / rotten).write_bytes(b"lain")
    blobs = S3Blobs(tmp_path / "blobs", watched)
    assert blobs.status(SHA).done
    assert blobs.read(SHA) == DATA
    assert blobs.tidy(NOW).finished == {}, "the start of a server does not wait for a move"
    done = blobs.carry_over()
    assert (done.finished, done.waiting) == ({SHA: len(DATA)}, (rotten,))
    assert watched.read(SHA) == DATA
    assert watched.size(rotten) is None, "what has rotted is not handed on"
    assert not (tmp_path / "blobs" / SHA[:2] / SHA).exists()
    assert blobs.status(SHA).done
    assert blobs.read(SHA) == DATA


def test_what_is_erased_while_the_storage_is_away_is_gone_at_once_and_for_good_later(
    tmp_path: Path, watched: Watched
) -> None:
    blobs = S3Blobs(tmp_path / "blobs", watched)
    blobs.take(SHA, len(DATA), [DATA])
    watched.keeps = True
    blobs.remove(SHA)
    assert not blobs.status(SHA).done
    with pytest.raises(SidumbaError) as refusal:
        blobs.read(SHA)
    assert refusal.value.code == "attachment.missing"
    assert blobs.tidy(NOW).waiting == (SHA,)
    assert watched.size(SHA) is not None
    watched.keeps = False
    assert blobs.tidy(NOW).waiting == ()
    assert watched.size(SHA) is None
    assert write(blobs, 0, len(DATA)) == (True, len(DATA)), "the same file may come again"


def test_a_file_that_comes_again_is_not_taken_away_with_the_one_that_was_erased(
    tmp_path: Path, watched: Watched
) -> None:
    blobs = S3Blobs(tmp_path / "blobs", watched)
    blobs.take(SHA, len(DATA), [DATA])
    watched.keeps = True
    blobs.remove(SHA)
    watched.keeps = False
    write(blobs, 0, 4_000)
    blobs.tidy(NOW)
    write(blobs, 4_000, len(DATA))
    blobs.tidy(NOW)
    assert (blobs.status(SHA).done, blobs.read(SHA)) == (True, DATA)


def _shut() -> ObjectStorage:
    return ObjectStorage("sidumba", "http://127.0.0.1:9", "", "", ACCESS, SECRET)


@pytest.mark.expects_log("sidumba_server.store", "ERROR", "file storage away: EndpointConnectionError")
def test_a_storage_that_is_away_changes_nothing_and_is_told_by_its_kind_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    monkeypatch.setattr("botocore.endpoint.time.sleep", lambda s: None)
    shut = _shut()
    write(DiskBlobs(tmp_path / "blobs"), 0, 4_000)
    blobs = S3Blobs(tmp_path / "blobs", Bucket(shut))
    for call in (lambda: write(blobs, 4_000, len(DATA)), lambda: blobs.status("0" * 64)):
        with pytest.raises(SidumbaError) as refusal:
            call()
        assert refusal.value.code == "attachment.later"
    assert blobs.status(SHA).offset == len(DATA), "every byte the laptop sent is kept"
    assert blobs.tidy(NOW).waiting == (SHA,)
    told = caplog.text + repr(shut) + repr(Settings(tmp_path, objects=shut)) + repr(refusal.value)
    assert "file storage away: EndpointConnectionError" in told
    assert SECRET not in told
    assert ACCESS not in told


@pytest.mark.expects_log("sidumba_server.store", "ERROR", "file storage refused: NoSuchBucket")
def test_a_wrong_bucket_is_a_storage_that_is_away(tmp_path: Path, storage: ObjectStorage) -> None:
    other = ObjectStorage("tidak-ada", "", "us-east-1", "", ACCESS, SECRET)
    with pytest.raises(SidumbaError) as refusal:
        S3Blobs(tmp_path / "blobs", Bucket(other)).take(SHA, len(DATA), [DATA])
    assert refusal.value.code == "attachment.later"


# ------------------------------------------------------------------------------------------------ settings


def test_settings_reach_the_workers_and_keys_are_never_written_down(tmp_path: Path) -> None:
    said = ObjectStorage("sidumba", "https://s3.balangan.go.id", "id-1", "desa/", ACCESS, SECRET)
    assert from_environment(Settings(tmp_path, objects=said).environment()).objects == said
    assert from_environment(Settings(tmp_path).environment()).objects is None
    runner = CliRunner()
    words = ["init", "--data", str(tmp_path), "--s3-bucket", "sidumba", "--s3-endpoint", "http://127.0.0.1:9"]
    keys = {"SIDUMBA_SERVER_S3_ACCESS_KEY": ACCESS, "SIDUMBA_SERVER_S3_SECRET_KEY": SECRET}
    result = runner.invoke(app, words, env=keys)
    assert result.exit_code == 0, result.output
    noted = json.loads((tmp_path / "server.json").read_text(encoding="utf-8"))
    assert noted["s3"] == {"bucket": "sidumba", "endpoint": "http://127.0.0.1:9"}
    assert ObjectStorage.read(noted["s3"], keys) == ObjectStorage(
        "sidumba", "http://127.0.0.1:9", "", "", ACCESS, SECRET
    )
    assert ObjectStorage.read({}, {}) is None
    assert SECRET not in result.output


def test_only_the_server_carries_what_the_object_storage_needs() -> None:
    locks = Path(__file__).parents[3] / "requirements"
    held = {
        name: "boto3==" in (locks / f"{name}.lock").read_text(encoding="utf-8")
        for name in ("desktop", "server")
    }
    assert held == {"desktop": False, "server": True}
