"""Laws of backups: whole or not there, opened only whole, proven before they count; every database into every other."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from typer.testing import CliRunner

from server_stub.auth.keys import ServerKeys, open_keys
from server_stub.backup import making, restoring
from server_stub.backup.container import Walk, is_safe_path, line
from server_stub.backup.making import Made, make
from server_stub.backup.proving import prove
from server_stub.backup.restoring import check, restore
from server_stub.backup.sealed import read_identity, seal_pieces
from server_stub.cli import app
from server_stub.settings import Settings
from server_stub.store import schema
from server_stub.store.audit import audit
from server_stub.store.copying import counts
from server_stub.store.database import Database
from server_stub.store.work import Work
from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.records import OpStatus
from sidumba_field.seal.box import new_identity, recipient_of
from tests.helpers.databases import Postgres
from tests.helpers.office import PROGRAM, Office

PHOTO = b"\xff\xd8" + bytes(range(256)) * 300
SHA = sha256_hex(PHOTO)


@pytest.fixture
def kept(office: Office, tmp_path: Path) -> Settings:
    """A data folder with some records, one of them with a photo that is whole."""
    data = tmp_path / "data"
    found = Settings(data, office.database.url)
    with office.database.write() as work:
        work.scopes.put_fact_once("epoch", "e1")
    (data / "blobs" / SHA[:2]).mkdir(parents=True)
    (data / "blobs" / SHA[:2] / SHA).write_bytes(PHOTO)
    for number in range(4):
        rid = office.new_id()
        office.must(office.edit("petugas", rid, {"nama": f"Keripik {number}", "foto": f"{SHA}.jpg"}))
    office.must(office.step("petugas", rid, "serahkan"))
    office.service.file_whole(SHA, len(PHOTO))
    return found


def keys_of(kept: Settings) -> ServerKeys:
    return open_keys(kept.keys)


def made(office: Office, kept: Settings, name: str = "cadangan.age", to: tuple[str, ...] = ()) -> Made:
    return make(office.database, kept, keys_of(kept), office.clock, kept.data.parent / name, to)


def state(work: Work) -> tuple[object, ...]:
    """Everything a restore has to bring back. Facts of the server are its own: a restored one draws a new epoch and
    notes when that was."""
    heads = [(scope.vid, scope.seq, scope.hash) for scope in work.scopes.all()]
    records = [work.records.page(vid, "", 1000) for vid, _, _ in heads]
    rows = {name: number for name, number in counts(work).items() if name != "meta"}
    return rows, heads, records, work.people.all(), work.files.is_whole(SHA)


# ------------------------------------------------------------------------------------------------ whole and elsewhere


def test_what_was_kept_stands_in_the_restored_folder(office: Office, kept: Settings, tmp_path: Path) -> None:
    backup = made(office, kept)
    target = tmp_path / "lain" / "server"
    manifest = restore(backup.path, keys_of(kept).age_identity, target)
    restored = Database(target / "server.db")
    with office.database.read() as before, restored.read() as after:
        assert state(after) == state(before)
        assert after.scopes.fact("epoch")
        assert after.scopes.fact("epoch") != before.scopes.fact("epoch")
    assert audit(restored).faults == ()
    restored.close()
    assert (target / "blobs" / SHA[:2] / SHA).read_bytes() == PHOTO
    assert json.loads((target / "keys.json").read_text()) == json.loads(kept.keys.read_text())
    assert manifest.counts["record"] == 4
    assert sorted(path.name for path in target.parent.iterdir()) == ["server"]


def test_a_backup_goes_into_the_other_kind_of_database(
    office: Office, kept: Settings, tmp_path: Path, postgres: Postgres
) -> None:
    backup = made(office, kept)
    url = postgres.empty()
    restore(backup.path, keys_of(kept).age_identity, tmp_path / "pg", url)
    restored = Database(Path(), url)
    with office.database.read() as before, restored.read() as after:
        assert state(after) == state(before)
    restored.close()
    with pytest.raises(SidumbaError, match=r"backup\.not_empty"):
        restore(backup.path, keys_of(kept).age_identity, tmp_path / "pg2", url)
    assert not (tmp_path / "pg2").exists()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_another_process_with_another_key_opens_it(office: Office, kept: Settings, tmp_path: Path) -> None:
    identity, recipient = new_identity()
    backup = made(office, kept, to=(recipient,))
    key = tmp_path / "kunci.txt"
    key.write_text(f"# kunci cadangan\n{identity}\n", encoding="utf-8")
    assert read_identity(key) == identity
    target = tmp_path / "lain"
    command = [sys.executable, "-m", "server_stub.cli", "restore", str(backup.path)]
    command += ["--identity", str(key), "--into", str(target)]
    done = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", check=False)
    assert (done.returncode, done.stderr) == (0, "")
    with_epoch = Database(target / "server.db")
    with with_epoch.read() as work, office.database.read() as before:
        assert state(work) == state(before)
    with_epoch.close()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_installed_forms_and_keys_travel_along(office: Office, kept: Settings, tmp_path: Path) -> None:
    folder = kept.data / "forms" / PROGRAM / "umkm" / "2027010100"
    folder.mkdir(parents=True)
    (folder / "form.xml").write_text("<h:html/>", encoding="utf-8")
    unfinished = folder.with_name(".2027010200.77.part")
    unfinished.mkdir()
    (unfinished / "form.xml").write_text("<h:", encoding="utf-8")
    backup = made(office, kept)
    restore(backup.path, keys_of(kept).age_identity, tmp_path / "lain")
    found = sorted(path.name for path in (tmp_path / "lain" / "forms").rglob("*") if path.is_file())
    assert found == ["form.xml"]
    assert (tmp_path / "lain" / "keys.json").read_bytes() == kept.keys.read_bytes()
    assert backup.manifest.missing == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_restore_cut_in_its_middle_leaves_nothing_under_the_name(
    office: Office, kept: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    backup, target = made(office, kept), tmp_path / "lain"

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patch:
        patch.setattr(restoring.os, "fsync", full)
        with pytest.raises(SidumbaError, match=r"store\.disk_full"):
            restore(backup.path, keys_of(kept).age_identity, target)
    assert not target.exists()
    assert [one.name for one in tmp_path.iterdir() if one.name.endswith(".part")] == []
    restore(backup.path, keys_of(kept).age_identity, target)
    assert target.exists()


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_backup_of_an_older_schema_is_brought_to_todays(tmp_path: Path, database: Database) -> None:
    old = Database(tmp_path / "alt.db")
    schema.build(old, "0001")
    with old.write() as work:
        work.scopes.put_fact("office", "Dinas")
    target = Database(tmp_path / "neu.db")
    schema.build(target, "0001")
    with target.write() as work:
        filler = restoring.Filler(work.connection)
        filler.begin("meta", ("key", "value"))
        filler.add(["office", "Dinas"])
        filler.flush()
    schema.upgrade(target)
    assert schema.current(target) == schema.newest()
    with target.read() as work:
        assert work.scopes.fact("office") == "Dinas"
    old.close()
    target.close()


# ------------------------------------------------------------------------------------------------ damage


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str, bytes]:
    """A backup of a small office, its key and its bytes."""
    home = tmp_path_factory.mktemp("small")
    database = Database(home / "data" / "server.db")
    schema.upgrade(database)
    office = Office.set_up(database)
    office.must(office.edit("petugas", office.new_id(), {"nama": "Keripik"}))
    kept = Settings(home / "data")
    backup = make(database, kept, open_keys(kept.keys), office.clock, home / "cadangan.age", ())
    database.close()
    return backup.path, open_keys(kept.keys).age_identity, backup.path.read_bytes()


@given(data=st.data())
@settings(max_examples=150, deadline=None)
def test_one_damaged_byte_is_refused_before_anything_is_touched(
    small: tuple[Path, str, bytes], data: st.DataObject
) -> None:
    path, identity, whole = small
    place = data.draw(st.one_of(st.integers(0, 400), st.integers(0, len(whole) - 1)))
    bent = bytearray(whole)
    bent[place] ^= data.draw(st.integers(1, 255))
    copy, target = path.with_name("rusak.age"), path.with_name("tujuan")
    copy.write_bytes(bytes(bent))
    with pytest.raises(SidumbaError) as refused:
        restore(copy, identity, target)
    assert refused.value.code in ("backup.damaged", "backup.wrong_key")
    assert not target.exists()
    assert sorted(one.name for one in path.parent.iterdir()) == ["cadangan.age", "data", "rusak.age"]


@given(data=st.data())
@settings(max_examples=40, deadline=None)
def test_a_file_cut_short_or_with_something_behind_it_is_refused(
    small: tuple[Path, str, bytes], data: st.DataObject
) -> None:
    path, identity, whole = small
    bent = (
        whole[: data.draw(st.integers(0, len(whole) - 1))] if data.draw(st.booleans()) else whole + b"lebih"
    )
    copy = path.with_name("rusak.age")
    copy.write_bytes(bent)
    with pytest.raises(SidumbaError, match=r"backup\.(damaged|wrong_key)"):
        check(copy, identity)


def test_a_wrong_key_and_a_missing_file_are_told_apart(
    small: tuple[Path, str, bytes], tmp_path: Path
) -> None:
    path, identity, _ = small
    with pytest.raises(SidumbaError, match=r"backup\.wrong_key"):
        check(path, new_identity()[0])
    with pytest.raises(SidumbaError, match=r"backup\.missing"):
        check(tmp_path / "tidak_ada.age", identity)
    (tmp_path / "kosong.txt").write_text("bukan kunci", encoding="utf-8")
    with pytest.raises(SidumbaError, match=r"backup\.no_key"):
        read_identity(tmp_path / "kosong.txt")


def test_a_folder_with_something_in_it_is_never_restored_into(
    small: tuple[Path, str, bytes], tmp_path: Path
) -> None:
    path, identity, _ = small
    (tmp_path / "milik_orang.txt").write_text("x", encoding="utf-8")
    with pytest.raises(SidumbaError, match=r"backup\.not_empty"):
        restore(path, identity, tmp_path)
    assert [one.name for one in tmp_path.iterdir()] == ["milik_orang.txt"]


@pytest.mark.parametrize(
    "bent",
    [
        [{"table": "record", "columns": ["rid"]}],
        [{"file": "../../etc/passwd", "sha256": SHA, "size": 1}],
        [{"file": "keys.json", "sha256": "x", "size": 1}],
        [["eine", "zeile"]],
        [{"manifest": {}, "sig": ""}],
        ["text"],
    ],
)
def test_a_stream_somebody_made_up_is_refused(
    small: tuple[Path, str, bytes], tmp_path: Path, bent: list[object]
) -> None:
    _, identity, _ = small
    head = {"schema": "0001", "made_at": "", "epoch": "", "server_key": "00" * 32, "format": 1}
    forged = tmp_path / "palsu.age"
    pieces = making._packed(iter([line(head), *(line(one) for one in bent)]))
    with forged.open("wb") as out:
        seal_pieces(pieces, [recipient_of(identity)], out)
    with pytest.raises(SidumbaError, match=r"backup\.damaged"):
        restore(forged, identity, tmp_path / "tujuan")
    assert not (tmp_path / "tujuan").exists()


def test_a_newer_format_asks_for_a_newer_server() -> None:
    walk = Walk()
    packed = b"".join(making._packed(iter([line({"format": 2})])))
    with pytest.raises(SidumbaError, match=r"backup\.unknown_format"):
        walk.feed(packed)


@pytest.mark.parametrize(
    "path", ["blobs/ab/x", "forms/../x", "forms//x", "/etc/passwd", "server.db", "forms/.x"]
)
def test_no_path_leads_out_of_the_folder(path: str) -> None:
    assert not is_safe_path(path)


# ------------------------------------------------------------------------------------------------ making


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_an_old_backup_is_never_replaced(office: Office, kept: Settings) -> None:
    first = made(office, kept)
    before = first.path.read_bytes()
    with pytest.raises(SidumbaError, match=r"backup\.exists"):
        made(office, kept)
    assert first.path.read_bytes() == before


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_full_disk_leaves_no_half_file(
    office: Office, kept: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(making, "seal_pieces", full)
    with pytest.raises(SidumbaError, match=r"store\.disk_full"):
        made(office, kept)
    assert [one.name for one in kept.data.parent.iterdir() if one.name.startswith("cadangan")] == []


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_a_killed_backup_leaves_nothing_under_its_name_and_the_next_one_works(
    office: Office, kept: Settings, tmp_path: Path
) -> None:
    """A real process, killed while it writes: only its own ``.part`` is left."""
    big = bytes(range(256)) * 4096 * 60
    sha = sha256_hex(big)
    (kept.blobs / sha[:2]).mkdir(exist_ok=True)
    (kept.blobs / sha[:2] / sha).write_bytes(big)
    with office.database.write() as work:
        work.files.complete(sha, len(big), "2026-11-21T00:00:00.000Z")
    office.database.close()
    code = (
        "import sys; from pathlib import Path\n"
        "from server_stub.auth.keys import open_keys; from server_stub.backup.making import make\n"
        "from server_stub.settings import Settings; from server_stub.store.database import Database\n"
        "from sidumba_field.core.time import SystemClock\n"
        "data, base, out = map(Path, sys.argv[1:])\n"
        "keys = open_keys(data / 'keys.json')\n"
        "make(Database(base), Settings(data), keys, SystemClock(), out, ())\n"
    )
    out = tmp_path / "cadangan.age"
    process = subprocess.Popen(
        [sys.executable, "-c", code, str(kept.data), str(office.database.path), str(out)]
    )
    part = out.with_name(out.name + ".part")
    while process.poll() is None and not (part.exists() and part.stat().st_size > 0):
        time.sleep(0.001)
    process.kill()
    process.wait(30)
    assert not out.exists()
    backup = made(office, kept)
    assert check(backup.path, keys_of(kept).age_identity)[1].files == 3
    assert not part.exists()


# ------------------------------------------------------------------------------------------------ proof


def test_a_good_backup_is_proven_and_the_proof_written_down(office: Office, kept: Settings) -> None:
    backup = made(office, kept)
    proof = prove(office.database, kept, keys_of(kept), office.clock, backup.path)
    assert (proof.result, proof.sha256, proof.records, proof.files) == ("", backup.sha256, 4, 2)
    with office.database.read() as work:
        assert work.proofs.all() == [proof]
        assert proof.entries == sum(scope.seq for scope in work.scopes.all())
    assert list(kept.data.glob("scratch-*")) == []


def test_what_happened_since_does_not_spoil_a_proof(office: Office, kept: Settings) -> None:
    backup = made(office, kept)
    office.must(office.edit("petugas", office.new_id(), {"nama": "Nanti"}))
    assert prove(office.database, kept, keys_of(kept), office.clock, backup.path).result == ""


def test_a_damaged_backup_is_not_proven_and_the_attempt_is_written_down(
    office: Office, kept: Settings
) -> None:
    backup = made(office, kept)
    raw = bytearray(backup.path.read_bytes())
    raw[len(raw) // 2] ^= 1
    backup.path.write_bytes(bytes(raw))
    proof = prove(office.database, kept, keys_of(kept), office.clock, backup.path)
    assert proof.result == "backup.damaged"
    with office.database.read() as work:
        assert [one.result for one in work.proofs.all()] == ["backup.damaged"]


def test_a_file_that_rotted_on_the_servers_disk_is_found_by_the_proof(office: Office, kept: Settings) -> None:
    (kept.blobs / SHA[:2] / SHA).write_bytes(PHOTO[:-1] + b"!")
    backup = made(office, kept)
    assert backup.manifest.missing == [f"blobs/{SHA[:2]}/{SHA}"]
    assert prove(office.database, kept, keys_of(kept), office.clock, backup.path).result == "backup.damaged"


@pytest.mark.parametrize("database", ["sqlite"], indirect=True)
def test_the_backup_of_another_server_proves_nothing_here(
    office: Office, kept: Settings, small: tuple[Path, str, bytes]
) -> None:
    proof = prove(office.database, kept, keys_of(kept), office.clock, small[0])
    assert proof.result == "backup.wrong_key"


def test_a_feed_that_was_rewritten_is_not_ours(office: Office, kept: Settings) -> None:
    backup = made(office, kept)
    with office.database.write() as work:
        work.connection.execute(text("UPDATE feed SET hash = :hash"), {"hash": "0" * 64})
    proof = prove(office.database, kept, keys_of(kept), office.clock, backup.path)
    assert proof.result == "backup.foreign"


def test_the_office_stays_usable_while_it_is_copied(office: Office, kept: Settings) -> None:
    with office.database.read():
        assert office.do(office.edit("petugas", office.new_id(), {"nama": "A"})).st is OpStatus.APPLIED


def test_the_operators_commands_make_prove_and_list(tmp_path: Path) -> None:
    def run(*arguments: str, code: int = 0) -> str:
        done = CliRunner().invoke(app, list(arguments))
        assert done.exit_code == code, (done.output, done.exception)
        return str(done.output)

    data, out, key = tmp_path / "server", tmp_path / "cadangan.age", tmp_path / "kunci.txt"
    run("init", "--data", str(data))
    told = re.search(r"(age1[0-9a-z]+)", run("backup", "key", "--out", str(key)))
    assert told is not None
    assert "SHA-256" in run("backup", "--data", str(data), "--out", str(out), "--to", told[1])
    assert "terbukti utuh" in run("backup", "prove", str(out), "--data", str(data))
    bent = bytearray(out.read_bytes())
    bent[-1] ^= 1
    (tmp_path / "rusak.age").write_bytes(bytes(bent))
    assert "tidak terbukti" in run(
        "backup", "prove", str(tmp_path / "rusak.age"), "--data", str(data), code=1
    )
    listed = run("backup", "list", "--data", str(data)).splitlines()
    assert [line.split("\t")[1] for line in listed] == ["backup.damaged", "utuh"]
    target = ("--into", str(tmp_path / "lain"))
    assert "Dipulihkan" in run("restore", str(out), "--identity", str(key), *target)
    assert "Rantai utuh" in run("verify", "--data", str(tmp_path / "lain"))
    run("backup", "--data", str(data), code=2)
    assert read_identity(key).startswith("AGE-SECRET-KEY-")
