"""Berita Acara Sinkronisasi: both sides are counted and hashed, differences have names, offline it says as of when."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import openpyxl
import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.standing import Line, standings
from sidumba_field.core.time import iso
from sidumba_field.seal.signing import SigningKey
from sidumba_field.services.exchange.comparing import compare, kept
from sidumba_field.services.papers.service import ReportingService
from sidumba_field.services.papers.views import PaperChoice
from sidumba_field.wire.messages import FormStanding, ScopeStanding, StandingReply, StandingRow, StandingRows
from tests.helpers.desk import VILLAGE, Office
from tests.helpers.papers import read
from tests.helpers.told import Told

PAPER = "berita_acara_sinkronisasi"


class Server:
    """A server that says of each village what it is given."""

    def __init__(self, office: Office, lines: list[Line], seq: int) -> None:
        self.office, self.lines, self.seq = office, lines, seq
        self.key = SigningKey.generate()
        self.asked = 0
        office.store.meta.set("server_key", self.key.public_hex)

    def standing(self) -> StandingReply:
        found = standings(self.lines)
        forms = [
            FormStanding(form=form, records=one.records, digest=one.digest) for form, one in found.items()
        ]
        scope = ScopeStanding(vid=self.office.vid(VILLAGE), seq=self.seq, hash="0" * 64, forms=forms)
        said = StandingReply(epoch="e", now=iso(self.office.clock.now()), scopes=[scope], sig="")
        return said.model_copy(update={"sig": self.key.sign(said.signed_bytes())})

    def standing_rows(self, vid: str) -> StandingRows:
        self.asked += 1
        rows = [StandingRow(rid=one.rid, rev=one.rev, sha=one.sha) for one in self.lines]
        return StandingRows(vid=vid, rows=rows)


@pytest.fixture
def village(office: Office, told: Told) -> list[Line]:
    """Three businesses on laptop and server alike; what the server would say of them."""
    for _ in range(3):
        told.business("terpilah")
    told.pull()
    office.sit("Siti Rahmah", "admin_desa", VILLAGE)
    return office.store.standings.lines(office.vid(VILLAGE))


def seq(office: Office) -> int:
    scope = office.store.scopes.get(office.vid(VILLAGE))
    assert scope is not None
    return scope.seq


def printed(office: Office, tmp_path: Path, ending: str = ".pdf") -> Path:
    service = ReportingService(office.desk)
    job = service.prepare(PaperChoice(PAPER))
    path = tmp_path / f"ba{ending}"
    job.save(path, lambda _done: True)
    return path


def words(path: Path) -> str:
    return " ".join(" ".join(read(path.read_bytes())).split())


def test_equal_sides_have_equal_counts_and_hashes(
    office: Office, village: list[Line], tmp_path: Path
) -> None:
    line = Server(office, village, seq(office))
    found = compare(office.desk, line, None)  # type: ignore[arg-type]  # all of a line this needs
    assert found.same
    assert (found.pairs[0].here, found.pairs[0].there, line.asked) == (3, 3, 0)
    said = words(printed(office, tmp_path))
    assert "Sama: jumlah dan sidik jari kedua sisi sama" in said
    assert said.count(found.pairs[0].here_digest[:16]) == 2
    assert "menurut jam server" in said


def test_a_difference_is_named(office: Office, village: list[Line], tmp_path: Path) -> None:
    other = [replace(village[0], rev=village[0].rev + 1, sha="f" * 64), *village[1:-1]]
    found = compare(office.desk, Server(office, other, seq(office) + 2), None)  # type: ignore[arg-type]
    assert not found.same
    assert {(one.rid, one.here, one.there) for one in found.differences} == {
        (village[0].rid, village[0].rev, village[0].rev + 1),
        (village[-1].rid, village[-1].rev, 0),
    }
    said = words(printed(office, tmp_path))
    for part in ("Data yang berbeda", "tidak ada di server", "versi atau isi berbeda", "2 catatan server"):
        assert part in said


def test_a_word_that_is_not_the_pinned_servers_is_not_believed(office: Office, village: list[Line]) -> None:
    line = Server(office, village, seq(office))
    line.key = SigningKey.generate()
    with pytest.raises(SidumbaError, match=r"seal\.bad_signature"):
        compare(office.desk, line, None)  # type: ignore[arg-type]
    assert kept(office.desk.seat()) is None


def test_what_was_found_stays_and_says_as_of_when(
    office: Office, village: list[Line], tmp_path: Path
) -> None:
    compare(office.desk, Server(office, village, seq(office)), None)  # type: ignore[arg-type]
    at = office.clock.now()
    office.clock.advance(3 * 24 * 3600)
    found = kept(office.desk.seat())
    assert found is not None
    assert found.at == iso(at)
    assert "20 November 2026" in words(printed(office, tmp_path))


def test_before_the_first_comparison_the_servers_side_is_empty_and_says_so(
    office: Office, village: list[Line], tmp_path: Path
) -> None:
    said = words(printed(office, tmp_path))
    assert "belum pernah dicocokkan" in said
    assert "Belum dicocokkan" in said


def test_own_unsent_work_is_told_apart_and_changes_no_hash(
    office: Office, village: list[Line], tmp_path: Path
) -> None:
    before = standings(village)
    office.store.records.answer(village[0].rid, {"usaha/nama": "Belum dikirim"})
    assert standings(office.store.standings.lines(office.vid(VILLAGE))) == before
    assert office.store.standings.waiting(office.vid(VILLAGE)).laptop == 1


def test_the_spreadsheet_holds_the_same_tables(office: Office, village: list[Line], tmp_path: Path) -> None:
    compare(office.desk, Server(office, village, seq(office)), None)  # type: ignore[arg-type]
    book = openpyxl.load_workbook(printed(office, tmp_path, ".xlsx"))
    cells = [
        str(cell.value)
        for sheet in book
        for row in sheet.iter_rows()
        for cell in row
        if cell.value is not None
    ]
    assert any("Sidik jari laptop" in cell for cell in cells)
    assert any("Menunggu dikirim" in cell for cell in cells)
