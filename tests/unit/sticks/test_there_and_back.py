"""A village that never goes online: everything there and back by stick."""

from __future__ import annotations

from pathlib import Path

from sidumba_field.core.records import OutboxState
from sidumba_field.store import FileState, Mark
from tests.helpers.stick_village import StickLaptop, StickServer


def states(laptop: StickLaptop) -> list[OutboxState]:
    return [row.state for row in laptop.store.outbox.rows(1000)]


def test_what_was_typed_reaches_the_server_and_the_answer_comes_home(
    village: StickLaptop, office: StickServer, tmp_path: Path
) -> None:
    rid = village.begin(nama="Keripik Acil")
    made = village.export(tmp_path / "stick")
    assert (made.ops, made.records, made.files) == (1, 1, 0)
    assert village.record(rid).mark is Mark.WAITING
    taken = village.read(office.take(made.paths).reply)
    assert taken.answered == {"applied": 1}
    assert taken.receipt == "TT-0001"
    assert taken.problems == ()
    assert village.record(rid).mark is Mark.RECEIVED
    assert office.records[rid].fields["nama"] == "Keripik Acil"
    scope = village.store.scopes.all()[0]
    assert (scope.seq, scope.hash) == (office.head(scope.vid).seq, office.head(scope.vid).hash)


def test_several_steps_of_one_record_travel_at_once(
    village: StickLaptop, office: StickServer, tmp_path: Path
) -> None:
    rid = village.begin(nama="satu")
    village.export(tmp_path / "lost")
    village.type(rid, nama="dua", jumlah="3")
    village.send(rid)
    village.step(rid, "serahkan", "diserahkan")
    taken = village.by_stick(tmp_path / "stick")
    assert taken.answered == {"applied": 3}
    record = office.records[rid]
    assert (record.state, record.fields["nama"], record.rev) == ("diserahkan", "dua", 3)
    assert set(states(village)) == {OutboxState.DONE}
    assert village.record(rid).mark is Mark.RECEIVED


def test_files_travel_with_their_record(village: StickLaptop, office: StickServer, tmp_path: Path) -> None:
    rid = village.begin(nama="x")
    name = village.photo(rid, "foto", b"\xff\xd8 a photo" * 5000)
    village.send(rid)
    taken = village.by_stick(tmp_path / "stick")
    assert taken.files_sent == 1
    assert office.server.blobs.read(name.partition(".")[0]) == b"\xff\xd8 a photo" * 5000
    assert [row.state for row in village.store.files.of(rid)] == [FileState.SENT]


def test_news_come_without_any_work(village: StickLaptop, office: StickServer, tmp_path: Path) -> None:
    other = StickLaptop.join(tmp_path / "other", office, "budi")
    rid = other.begin(nama="dari Budi")
    other.by_stick(tmp_path / "his")
    taken = village.by_stick(tmp_path / "mine")
    assert (taken.pulled, taken.answered) == (1, {})
    assert village.record(rid).fields["nama"] == "dari Budi"
    other.store.close()


def test_a_file_damaged_on_the_laptop_is_set_aside_and_the_rest_goes(
    village: StickLaptop, office: StickServer, tmp_path: Path
) -> None:
    rid = village.begin(nama="x")
    bad = village.photo(rid, "foto", b"rusak" * 5000).partition(".")[0]
    village.photo(rid, "denah", b"utuh" * 5000)
    village.send(rid)
    path = next((tmp_path / "laptop" / "attachments").rglob(f"{bad}.enc"))
    raw = bytearray(path.read_bytes())
    raw[100] ^= 1
    path.write_bytes(raw)
    made = village.export(tmp_path / "stick")
    assert (made.ops, made.files) == (1, 1)
    assert [file.name for file in (tmp_path / "stick").iterdir()] == [made.paths[0].name]
    assert [row.sha for row in village.store.files.troubled()] == [bad]
    assert village.read(office.take(made.paths).reply).files_sent == 1
