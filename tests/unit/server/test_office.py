"""The sample office is data that fits program and places; an operator's commands do what they say."""

from __future__ import annotations

import csv
import json
import re
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from server_stub import cli
from server_stub.app import build_server
from server_stub.auth.keys import open_keys
from server_stub.auth.office import read_sample
from server_stub.cli import tools
from server_stub.settings import Argon, Settings, from_environment
from sidumba_field import programs, words
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import derived_id
from sidumba_field.programs import Program
from sidumba_field.seal.box import seal_text
from tests.helpers.server import RECOVERY, Laptop, threaded_server

SAMPLES = sorted(path.parent.name for path in programs.shipped_folder().glob("*/sample.toml"))


@pytest.fixture(scope="module")
def shipped(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Program]:
    return programs.shipped(cache=tmp_path_factory.mktemp("cache"))


@pytest.mark.parametrize("name", SAMPLES)
def test_a_sample_office_has_one_account_per_role_and_units_that_exist(
    name: str, shipped: dict[str, Program]
) -> None:
    sample = read_sample(name, programs.shipped_folder() / name / "sample.toml")
    program = shipped[name]
    assert [person.role for person in sample.people] == list(program.roles)
    assert all(len(person.passphrase) >= 10 for person in sample.people)
    for person in sample.people:
        assert person.unit in sample.units
        assert len(person.unit.split(".")) == programs.program.LEVELS[program.roles[person.role].level]
    with (programs.shipped_folder() / "codebooks" / "wilayah.csv").open(encoding="utf-8", newline="") as file:
        official = {row["code"]: row["name"] for row in csv.DictReader(file)}
    assert {code: official[code] for code in sample.units} == sample.units
    assert sample.period == program.first_period
    assert len([code for code in sample.units if code.count(".") == 3]) >= 5


def test_officials_of_the_sample_are_those_who_sign_the_papers(shipped: dict[str, Program]) -> None:
    for name in SAMPLES:
        people = {
            p.role: p for p in read_sample(name, programs.shipped_folder() / name / "sample.toml").people
        }
        for role, official in shipped[name].office.signatories.items():
            assert (people[role].name, people[role].nip) == (official.name, official.nip)


def run(*arguments: str, code: int = 0) -> str:
    result: Result = CliRunner().invoke(cli.app, list(arguments))
    assert result.exit_code == code, (result.output, result.exception)
    return result.output


STATES = (
    ("suspend", "dinonaktifkan"),
    ("resume", "aktif"),
    ("revoke", "dicabut"),
    ("wipe", "diminta dikosongkan"),
    ("resume", "aktif"),
)


def test_an_operator_sets_up_an_office_by_hand(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    cheap = Argon(memory=8, time=1, lanes=1)
    monkeypatch.setattr(tools, "Settings", lambda *given, **named: Settings(*given, **named, argon=cheap))
    data = ("--data", str(tmp_path / "server"))
    run("init", *data)
    run("unit", "add", *data, "63.11.02.2005", "Halong")
    monkeypatch.setenv("SIDUMBA_PASSWORD", "kata sandi panjang")
    given = ("--name", "Siti", "--unit", "63.11.02.2005")
    run("user", "add", *data, "siti", *given)
    assert "sudah dipakai" in run("user", "add", *data, "siti", *given, code=1)
    right = ("--role", "petugas", "--program", "sidumba", "--unit", "63.11.02.2005")
    run("user", "grant", *data, "siti", *right)
    assert "belum dilayani" in run("user", "grant", *data, "siti", *right[:4], "--unit", "99", code=1)
    run("user", "grant", *data, "siti", "--role", "raja", *right[2:], code=1)
    assert "petugas\tsidumba\t63.11.02.2005" in run("user", "list", *data)
    code = re.search(r"(\w{4}-\w{4}-\w{4})", run("laptop", "code", *data, "--unit", "63.11.02.2005"))
    assert code is not None
    with threaded_server(tmp_path / "server") as url:
        laptop = Laptop.enrol(url, code[1])
        laptop.sign_in({"role": "petugas", "username": "siti", "passphrase": "kata sandi panjang"})
    assert "diakhiri" in run("user", "revoke", *data, "siti", *right)
    assert "tidak mempunyai" in run("user", "revoke", *data, "siti", *right, code=1)
    run("user", "revoke", *data, "siapa", *right, code=1)
    run("user", "grant", *data, "siti", *right)
    assert "diakhiri" in run("user", "revoke", *data, "siti", *right), "given anew, it was a right again"
    assert "ditutup" in run("user", "suspend", *data, "siti")
    assert "aktif" in run("user", "suspend", *data, "siti", "--lift")
    run("user", "suspend", *data, "siapa", code=1)
    device = laptop.identity.device
    assert device in run("device", "list", *data), "the name of earlier versions still works"
    assert RECOVERY in run("laptop", "recovery", *data, device)
    for number, (word, told) in enumerate(STATES, start=1):
        said = run("laptop", word, *data, device)
        assert told in said
        assert f"nomor {number} " in said
        assert f"\t{told}\t" in run("laptop", "list", *data)
        run("laptop", word, *data, "siapa", code=1)
    assert "aktif" in run("laptop", "suspend", *data, device, "--lift")
    run("laptop", "recovery", *data, "siapa", code=1)
    run("erase", *data, derived_id("x"), "--reason", "permintaan", code=1)
    assert "Rantai utuh" in run("verify", *data)


def test_preparing_twice_changes_nothing(tmp_path: Path) -> None:
    settings = Settings(tmp_path, argon=Argon(memory=8, time=1, lanes=1))
    first = build_server(settings, programs={})
    again = build_server(settings, programs={})
    assert first.epoch == again.epoch
    assert first.keys.signing.public_hex == again.keys.signing.public_hex
    sealed = seal_text(first.keys.age_recipient, "x")
    assert sealed
    assert json.loads(settings.keys.read_text(encoding="utf-8")).keys() == {"signing", "age"}
    assert open_keys(settings.keys).age_identity == first.keys.age_identity
    for server in (first, again):
        server.database.close()


def test_settings_reach_a_worker_unchanged(tmp_path: Path) -> None:
    settings = Settings(tmp_path, "postgresql+psycopg://x/y", 4, ("data.example",), Argon(9, 8, 7))
    assert from_environment(settings.environment()) == settings
    assert settings.allowed_hosts >= {"127.0.0.1", "data.example"}


def test_a_damaged_sample_is_told_by_name(tmp_path: Path) -> None:
    path = tmp_path / "sample.toml"
    with pytest.raises(SidumbaError, match=r"program\.unreadable"):
        read_sample("x", path)
    path.write_text('office = "x"', encoding="utf-8")
    with pytest.raises(SidumbaError, match=r"program\.bad_value"):
        read_sample("x", path)


def test_every_sentence_of_the_server_is_spoken_somewhere(repo_root: Path) -> None:
    commands = sorted((repo_root / "server_stub" / "cli").glob("*.py"))
    source = "".join(path.read_text(encoding="utf-8") for path in commands)
    unused = [
        key
        for key in words.keys("server")
        if f'"{key.removeprefix("server.")}"' not in source and key not in source
    ]
    assert unused == []
