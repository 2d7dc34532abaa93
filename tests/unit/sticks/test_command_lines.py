"""``bundle`` on both command lines: saved, looked at, handed in, read; damage is a sentence and an exit code."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from server_stub.cli import app as server_app
from server_stub.store import schema
from server_stub.store.database import Database
from sidumba_field.bundle.facts import HEAD
from sidumba_field.cli import app as laptop_app
from sidumba_field.cli_bundle import bundle_app
from sidumba_field.core.errors import SidumbaError
from sidumba_field.services.desk import Desk, Seat
from tests.helpers.stick_village import StickLaptop, StickServer


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "data").mkdir()
    return tmp_path


@pytest.fixture
def office(folder: Path) -> Iterator[StickServer]:
    """A server whose database lies where the command line looks for it."""
    database = Database(folder / "data" / "server.db")
    schema.upgrade(database)
    yield StickServer.at(folder / "data", database)
    database.close()


@pytest.fixture
def village(folder: Path, office: StickServer) -> Iterator[StickLaptop]:
    laptop = StickLaptop.join(folder / "laptop", office, "ani")
    yield laptop
    laptop.store.close()


def laptop_says(laptop: StickLaptop, *arguments: object) -> Result:
    """Run a command as somebody who has typed his passphrase."""
    user = laptop.store.users.get(laptop.user)
    assert user is not None
    desk = Desk(laptop.folder, {}, laptop.clock)
    desk.seated = Seat(user, laptop.user_key, laptop.store, laptop.shelf)
    services: Any = SimpleNamespace(
        session=SimpleNamespace(desk=desk, lock=lambda: None), orders=SimpleNamespace(heed=lambda: "")
    )
    return CliRunner().invoke(bundle_app(lambda data, name: services), [str(one) for one in arguments])


def server_says(*arguments: object) -> Result:
    return CliRunner().invoke(server_app, [str(one) for one in arguments])


def test_there_and_back_with_commands_alone(village: StickLaptop, folder: Path) -> None:
    stick, data = folder / "stick", folder / "data"
    stick.mkdir()
    village.begin(nama="lewat perintah")
    saved = laptop_says(village, "export", stick, "--user", "ani")
    assert saved.exit_code == 0
    assert "Aman dicabut." in saved.stdout
    assert server_says("bundle", "inspect", stick, "--data", data).exit_code == 0
    taken = server_says("bundle", "import", stick, "--reply", stick, "--data", data)
    assert (taken.exit_code, len(list(stick.glob("balasan_*")))) == (0, 1)
    again = server_says("bundle", "import", stick, "--reply", stick, "--data", data)
    assert "sudah pernah diterima" in again.stdout
    assert len(list(stick.iterdir())) == 2
    assert "answered" in server_says("bundle", "list", "--data", data).stdout
    looked = laptop_says(village, "inspect", stick, "--as", "ani")
    assert "push 1" in looked.stdout
    read = laptop_says(village, "import", stick, "--user", "ani")
    assert read.exit_code == 0
    assert "1 jawaban" in read.stdout
    assert "sudah pernah dibaca" in laptop_says(village, "import", stick, "--user", "ani").stdout


def test_looking_needs_no_passphrase_and_says_what_is_wrong(village: StickLaptop, folder: Path) -> None:
    village.begin(nama="x")
    made = village.export(folder / "stick", part_bytes=HEAD + 600)
    assert CliRunner().invoke(laptop_app, ["bundle", "inspect", str(folder / "stick")]).exit_code == 0
    made.paths[1].unlink()
    told = CliRunner().invoke(laptop_app, ["bundle", "inspect", str(folder / "stick")])
    assert told.exit_code == 1
    assert "belum lengkap" in told.stdout


def test_one_damaged_bundle_keeps_no_other_back(village: StickLaptop, folder: Path) -> None:
    stick, data = folder / "stick", folder / "data"
    village.begin(nama="x")
    bad = village.export(stick).paths[0]
    village.export(stick)
    raw = bytearray(bad.read_bytes())
    raw[-10] ^= 1
    bad.write_bytes(raw)
    taken = server_says("bundle", "import", stick, "--reply", stick, "--data", data)
    assert taken.exit_code == 1
    assert "rusak" in taken.stderr
    assert len(list(stick.glob("balasan_*"))) == 1


def test_an_empty_folder_is_told(folder: Path) -> None:
    told = server_says("bundle", "inspect", folder, "--data", folder / "data")
    assert isinstance(told.exception, SidumbaError)
    assert told.exception.code == "bundle.nothing_found"
