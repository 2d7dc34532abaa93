"""A real server whose files lie in a real S3-compatible storage (rclone over a folder): put once, read back, healed."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from typer.testing import CliRunner

from server_stub.cli import app
from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.errors import SidumbaError
from tests.chaos.slow_line import PHOTO, ROLE, begin_whole, sample_laptop
from tests.helpers import scans
from tests.helpers.objects import ACCESS, SECRET, Rclone, rclone_storage
from tests.helpers.server import ServerProcess

CHUNK = 64 * 1024


@pytest.fixture
def storage(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Rclone]:
    """A storage, and its name and keys in the environment of every server this test starts."""
    with rclone_storage(tmp_path / "objects") as one:
        for name, value in one.storage.environment().items():
            monkeypatch.setenv(name, value)
        yield one


def operator(*words: str | Path) -> None:
    """Run one command of the operator; it must end well."""
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.output


def test_files_live_in_the_storage_through_the_death_of_either_side(storage: Rclone, tmp_path: Path) -> None:
    home = tmp_path / "server"
    server = ServerProcess.start(home)
    try:
        laptop = sample_laptop(server, tmp_path / "laptop")
        rid = begin_whole(laptop, 1, server.accounts[ROLE]["unit"])
        scan, cut = scans.scanned(1), os.urandom(3 * CHUNK)
        laptop.photo(rid, PHOTO, scan)
        laptop.send(rid)
        laptop.settle(server.url)
        laptop.judge_files()
        sha, line = sha256_hex(cut), laptop.line()
        for start in (0, CHUNK):
            line.att_write(sha, start, len(cut), cut[start : start + CHUNK])
        storage.kill()
        with pytest.raises(SidumbaError) as refusal:
            line.att_write(sha, 2 * CHUNK, len(cut), cut[2 * CHUNK :])
        assert refusal.value.code == "attachment.later"
        storage.start()
        server.kill()
        told = list(server.lines)
        server = ServerProcess.start(home, port=server.port)
        status = line.att_status(sha)
        assert (status.done, status.offset) == (True, len(cut)), "the start of the server finished it"
        line.close()
        laptop.store.close()
    finally:
        server.stop()
    names = {f"desa/{sha256_hex(data)[:2]}/{sha256_hex(data)}": data for data in (scan, cut)}
    assert storage.objects() == names
    assert not list((home / "blobs").glob("??/*")), "the disk keeps no second copy"
    _nothing_told(told + server.lines)
    operator("verify", "--data", home)


def _nothing_told(lines: list[str]) -> None:
    """What a server said holds no key, though its storage was away."""
    said = "\n".join(lines)
    assert "file storage away" in said
    assert SECRET not in said
    assert ACCESS not in said
