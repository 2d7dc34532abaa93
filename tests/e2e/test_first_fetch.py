"""The first fetch of a new laptop over a line that breaks: what came stays, what lacks is told, a restart goes on."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from sidumba_field.bootstrap import build_services
from sidumba_field.core.errors import SidumbaError
from sidumba_field.services import Services
from sidumba_field.services.account.supply_views import SuppliesView, Supply
from sidumba_field.services.exchange.drives import Drive
from sidumba_field.services.views import Decided
from tests.helpers.edited_form import edited, next_version, raise_version
from tests.helpers.proxy import CLEAN, Way, proxy_to
from tests.helpers.server import ServerProcess, run_cli
from tests.helpers.umkm_answers import typed
from tests.tour.offices import OfficeLaptop
from tests.tour.people import photo
from tests.tour.stage import TourClock

DESA = "63.11.02.2005"
#: Enough for a hello and a page of the feed, not for a form.
CUT = Way(cut_reply=12_000)


@dataclass(frozen=True)
class Waiting:
    """A server at which work of others and a newer form lie; ``version``: of that form."""

    server: ServerProcess
    version: str

    @property
    def person(self) -> dict[str, str]:
        return self.server.accounts["petugas"]


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Waiting]:
    folder = tmp_path_factory.mktemp("office")
    process = ServerProcess.start(folder / "server")
    yield Waiting(process, work_of_others(process, folder))
    process.stop()


def work_of_others(server: ServerProcess, folder: Path) -> str:
    """Two businesses of the village are at the server, and a newer form; return its version."""
    clock = TourClock()
    other = OfficeLaptop(server, folder / "other", "lain", DESA, ("petugas",), clock)
    other.set_up()
    other.sit("petugas")
    picture = folder / "toko.jpg"
    picture.write_bytes(photo(160, 120))
    entry = other.services.entry
    for number in range(2):
        rid = entry.new().rid
        answers = {path: text for path, text in typed(number, DESA).items() if path != "lokasi/foto"}
        entry.answer_all(rid, answers)
        entry.attach(rid, "lokasi/foto", picture)
        assert isinstance(entry.finish(rid), Decided)
    other.send(clock)
    program = next(iter(other.services.session.desk.programs.values()))
    version = next_version(program)
    file = edited(program, folder / "formulir.xlsx", lambda book: raise_version(book, version))
    installed = run_cli("form", "install", "--data", str(server.folder), str(file))
    assert installed.returncode == 0, installed.stderr
    other.services.session.lock()
    return version


def stands(view: SuppliesView) -> dict[str, Supply]:
    return {row.name: row.stand for row in view.rows}


def sit(services: Services, person: dict[str, str]) -> bool:
    """Sign in; tell whether one is led to the set-up."""
    card = services.session.login_view().accounts[0]
    return services.session.unlock(card.user_id, person["passphrase"]).setting_up


def test_a_cut_first_fetch_goes_on_after_a_restart_and_loses_nothing(office: Waiting, tmp_path: Path) -> None:
    server, person = office.server, office.person
    folder = tmp_path / "new"
    way = [CLEAN]
    with proxy_to(server.port, lambda n: way[0]) as line:
        services = build_services(folder)
        services.session.activate(
            line.url, server.code(), person["username"], person["passphrase"], "Laptop baru"
        )
        assert sit(services, person)
        assert services.supplies.view().lacking == -1, "no server has told yet which forms there are"
        with pytest.raises(SidumbaError, match=r"auth\.forms_missing"):
            services.supplies.go_on()

        way[0] = CUT
        assert not services.syncing.run().ok
        view = services.supplies.view()
        broken = next(row for row in view.rows if row.stand is Supply.FAILED)
        assert office.version in broken.name
        assert broken.trouble
        assert view.lacking == 1
        assert stands(view)["Data Desa Halong"] is Supply.HERE, "what else comes is not kept back by one item"
        assert not view.whole
        kept = view.kept
        services.session.lock()

        again = build_services(folder)
        assert sit(again, person), "as long as something is missing one is led back"
        view = again.supplies.view()
        assert (view.kept, view.lacking) == (kept, 1), "what came is still here, without asking anybody"
        assert stands(view)["Data Desa Halong"] is Supply.HERE

        way[0] = CLEAN
        received = line.received
        assert again.syncing.run().ok
        assert line.received - received > CUT.cut_reply, "the form came"  # type: ignore[operator]
        view = again.supplies.view()
        assert view.whole
        assert not [row for row in view.rows if row.stand is not Supply.HERE]
        assert not again.session.current_or_raise().setting_up
        again.session.lock()
        assert not sit(again, person)
        again.session.lock()


def test_a_laptop_without_a_line_is_fed_from_a_flashdisk(office: Waiting, tmp_path: Path) -> None:
    server, person = office.server, office.person
    stick = tmp_path / "KINGSTON"
    stick.mkdir()
    services = build_services(tmp_path / "new", drives=lambda: (Drive(stick, "KINGSTON"),))
    with proxy_to(server.port) as line:
        services.session.activate(
            line.url, server.code(), person["username"], person["passphrase"], "Laptop baru"
        )
    assert sit(services, person)
    assert not services.syncing.run().ok, "the line is gone"

    asked = services.sticks.save(str(stick), lambda _progress: None, lambda: False)
    assert asked.ok, asked.sentence
    answered = run_cli("bundle", "import", "--data", str(server.folder), str(stick), "--reply", str(stick))
    assert answered.returncode == 0, answered.stderr

    read = services.sticks.read(str(stick), lambda _progress: None, lambda: False)
    assert (read.ok, read.replies, read.notes) == (True, 1, ()), read.sentence
    view = services.supplies.took_stick()
    assert view.whole, [row for row in view.rows if row.stand is not Supply.HERE]
    assert any(office.version in row.name for row in view.rows)
    assert not services.session.current_or_raise().setting_up
    services.session.lock()
