"""An office edits its form in Excel while work goes on: fifty drafts begun before stay whole and go their way under
their version; what begins afterwards has the new question."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from server_stub.store.database import Database
from sidumba_field.services.views import Decided
from sidumba_field.store import Mark
from tests.helpers.edited_form import Workbook, edited, next_version, raise_version
from tests.helpers.server import ROOT, ServerProcess, run_cli
from tests.helpers.umkm_answers import typed
from tests.tour.offices import OfficeLaptop
from tests.tour.people import photo
from tests.tour.stage import TourClock

DRAFTS = 50
DESA = "63.11.02.2005"
ADDED, CHOICE = "usaha/merek_dagang_baru", "Perempuan (pr)"


@pytest.fixture
def server(tmp_path: Path) -> Iterator[ServerProcess]:
    process = ServerProcess.start(tmp_path / "server")
    yield process
    process.stop()


def in_excel(version: str) -> Callable[[Workbook], None]:
    """Add one question, rename one choice, raise the version."""

    def edit(book: Workbook) -> None:
        at = book.row("survey", "nama", **{"bind::sf:code": "301"})
        book.insert(
            "survey",
            at + 1,
            {
                "type": "text",
                "name": ADDED.rsplit("/", 1)[-1],
                "label::Indonesia (id)": "Merek dagang baru",
                "label::English (en)": "New brand",
                "bind::sf:class": "umum",
            },
        )
        book.put("choices", book.row("choices", "2", list_name="jk"), {"label::Indonesia (id)": CHOICE})
        raise_version(book, version)

    return edit


def laptop_cli(*arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sidumba_field.cli", *arguments]
    return subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=60, cwd=ROOT)


def begin(laptop: OfficeLaptop, number: int, picture: Path) -> str:
    entry = laptop.services.entry
    rid = entry.new().rid
    entry.answer_all(rid, {path: text for path, text in typed(number, DESA).items() if path != "lokasi/foto"})
    entry.attach(rid, "lokasi/foto", picture)
    entry.leave(rid)
    return rid


def stored(server: ServerProcess) -> dict[str, tuple[str, str]]:
    """Return rid -> (form version, state) as the server's own database holds them."""
    database = Database(server.folder / "server.db")
    try:
        with database.read() as work:
            program = next(iter({scope.program for scope in work.scopes.all()}))
            found = work.records.subjects(program, "", "record")
            return {record.rid: (record.form_v, record.state) for record in found}
    finally:
        database.close()


def test_fifty_drafts_outlive_a_new_form(server: ServerProcess, tmp_path: Path) -> None:
    clock = TourClock()
    home = tmp_path / "laptops" / "desa"
    laptop = OfficeLaptop(server, home, "desa", DESA, ("petugas",), clock)
    laptop.set_up()
    laptop.sit("petugas")
    program = next(iter(laptop.services.session.desk.programs.values()))
    old, new = program.main_form[1], next_version(program)
    picture = tmp_path / "toko.jpg"
    picture.write_bytes(photo(160, 120))
    drafts = [begin(laptop, number, picture) for number in range(DRAFTS)]
    before = {rid: dict(laptop.services.session.desk.seat().store.records.get(rid).fields) for rid in drafts}
    file = edited(program, tmp_path / "formulir.xlsx", in_excel(new))

    # The office installs it on this laptop by hand; the running laptop opens its drafts as before, then restarts.
    done = laptop_cli("form", "install", str(file), "--folder", str(home))
    assert done.returncode == 0, done.stderr
    assert f"+ isian {ADDED}: Merek dagang baru" in done.stdout
    assert f'~ pilihan pemilik/jk: "Perempuan" menjadi "{CHOICE}"' in done.stdout
    assert f"versi {new} terpasang" in done.stdout
    laptop.services.session.lock()
    again = OfficeLaptop(server, home, "desa", DESA, ("petugas",), clock)
    again.cards, again.people = laptop.cards, laptop.people
    again.sit("petugas")
    desk, entry = again.services.session.desk, again.services.entry
    assert program.id in desk.programs
    assert desk.programs[program.id].versions == {program.main: (old, new)}

    # All fifty are whole, open on their version, without the new question and with the old words.
    for rid in drafts:
        record = desk.seat().store.records.get(rid)
        assert (record.form_v, dict(record.fields)) == (old, before[rid])
        view = entry.open(rid)
        assert ADDED not in view.items
        assert "Perempuan" in {choice.label for choice in view.items["pemilik/jk"].choices}
        assert isinstance(entry.finish(rid), Decided)

    # A new one has the question and the words of today.
    fresh = begin(again, DRAFTS, picture)
    view = entry.open(fresh)
    assert (desk.seat().store.records.get(fresh).form_v, view.items[ADDED].label) == (
        new,
        "Merek dagang baru",
    )
    assert CHOICE in {choice.label for choice in view.items["pemilik/jk"].choices}
    entry.answer(fresh, ADDED, "Sasirangan Halong")
    assert isinstance(entry.finish(fresh), Decided)

    # The server does not know the new version yet: it takes the fifty, and the new one waits, with a kind word.
    clock.advance(11)
    outcome = again.services.syncing.run()
    assert not outcome.ok
    assert "versi formulir" in outcome.sentence
    at_server = stored(server)
    assert {at_server[rid] for rid in drafts} == {(old, "diserahkan")}
    assert fresh not in at_server
    assert desk.seat().store.records.get(fresh).mark is Mark.WAITING

    # Installed at the server while it runs, the waiting record goes; nobody typed anything again.
    installed = run_cli("form", "install", "--data", str(server.folder), str(file))
    assert installed.returncode == 0, installed.stderr
    again.send(clock)
    again.send(clock)
    assert stored(server)[fresh] == (new, "diserahkan")
    assert desk.seat().store.records.get(fresh).mark is Mark.RECEIVED
    again.services.session.lock()

    # Another laptop has never seen the file: it learns the version from the server before it fetches the record.
    other = OfficeLaptop(server, tmp_path / "laptops" / "admin", "admin", DESA, ("admin_desa",), clock)
    other.set_up()
    other.sit("admin_desa")
    other.send(clock)
    assert other.services.review.open(fresh).posisi == "desa"
    assert other.services.session.desk.programs[program.id].versions == {program.main: (old, new)}
    assert (other.folder / "forms" / program.id / program.main / new / "source.xlsx").read_bytes() == (
        file.read_bytes()
    )
    assert other.services.review.open(drafts[0]).posisi == "desa"
    other.services.session.lock()
