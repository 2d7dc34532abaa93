"""On a shared laptop nobody sees a word outside his own grants: every list, search, figure, paper, file and export of
every service, for people whose grants are drawn; and answers of the class "spesifik" only with the right.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, example, given, settings
from hypothesis import strategies as st

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.time import iso
from sidumba_field.seal.signing import SigningKey
from sidumba_field.services.boards.dashboard import DashboardService
from sidumba_field.services.boards.home import HomeService
from sidumba_field.services.conflicts.service import ConflictService
from sidumba_field.services.desk import Desk, Seat
from sidumba_field.services.entry.service import EntryService
from sidumba_field.services.lists.exporting import Format
from sidumba_field.services.lists.service import ListService
from sidumba_field.services.lists.views import ListRequest
from sidumba_field.services.papers.service import ReportingService
from sidumba_field.services.papers.views import PaperChoice
from sidumba_field.services.review.service import ReviewService
from sidumba_field.services.steps.service import StepsService
from sidumba_field.store import LocalUser
from tests.helpers.desk import NOW, Office
from tests.helpers.told import PICTURE, Told, person

pytestmark = pytest.mark.hypothesis
SOAK = 200
#: Villages of two sub-districts; 63.1 is above none of them, though its letters begin their codes.
PLACES = ("63.11.02.2005", "63.11.02.2002", "63.11.01.2001")
STATES = ("terpilah", "diajukan_kecamatan", "tervalidasi")
TURNOVER = "81726354"
#: (role, unit, from, until) with bounds as in the server's law: -1 past, 0 open, 1 to come.
Drawn = tuple[str, str, int, int]


class Shop:
    """One business with words of its own. ``secret``: an answer of the class "spesifik"."""

    def __init__(self, number: int, rid: str, unit: str) -> None:
        self.rid, self.unit = rid, unit
        self.name, self.owner, self.secret = f"Toko{number}Xq", f"Pemilik{number}Zw", f"{TURNOVER}{number}"


@pytest.fixture(scope="module")
def town(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, list[Shop], str]]:
    """A laptop that has followed three villages; the photo of one record lies on its shelf."""
    office = Office(tmp_path_factory.mktemp("laptop") / "data")
    for code in (*PLACES, "63.11.01"):
        office.store.scopes.upsert(office.vid(code), office.program.id, code, f"Tempat {code}")
    told, shops = Told(office), []
    photo = office.shelf.add(PICTURE, "jpg").name
    for number, unit in enumerate(PLACES):
        shop = Shop(number, "", unit)
        answers = {"usaha/nama": shop.name, "pemilik/nama": shop.owner, "usaha/omzet": shop.secret}
        answers |= {"lokasi/foto": photo} if number == 0 else {}
        shop.rid = told.business(STATES[number], unit=unit, answers=answers)
        told.edit(shop.rid, "Nor Halimah", **{"@reason/usaha/omzet": f"sebab {shop.secret}"})
        shops.append(shop)
    told.pull()
    yield office, shops, photo
    office.close()


def sit(office: Office, drawn: tuple[Drawn, ...]) -> Desk:
    """Let somebody with these grants sit down."""
    bounds = {-1: iso(NOW - timedelta(days=30)), 0: "", 1: iso(NOW + timedelta(days=30))}
    program = office.program.id
    grants = tuple(
        {
            "role": role,
            "program": program,
            "unit": unit,
            "valid_from": bounds[since],
            "valid_to": bounds[until],
        }
        for role, unit, since, until in drawn
    )
    user = LocalUser(person("Orang"), "orang", "Orang", "", "", "63.11", "", grants, "")
    office.store.users.upsert(user)
    office.desk.seated = Seat(user, SigningKey.generate(), office.store, office.shelf, data_key=office.key)
    return office.desk


def covers(drawn: tuple[Drawn, ...], unit: str) -> set[str]:
    """Written apart from the product: the roles held over a unit now."""
    found = set()
    for role, above, since, until in drawn:
        begins = [part for part in above.split(".") if part]
        if unit.split(".")[: len(begins)] == begins and since != 1 and until != -1:
            found.add(role)
    return found


def gathered(desk: Desk, shops: list[Shop], folder: Path) -> str:
    """Ask every service everything, other people's records and words included; return all it said as one text."""
    lists, entry, review = ListService(desk), EntryService(desk), ReviewService(desk)
    steps, papers = StepsService(desk), ReportingService(desk)
    said: list[object] = []

    def tell(ask: Callable[[], object]) -> None:
        with suppress(SidumbaError):
            said.append(ask())

    tell(lists.frame)
    for text in ("", *(word for shop in shops for word in (shop.name, shop.owner, shop.secret))):
        tell(lambda text=text: (lists.open(ListRequest(text)), lists.search(text)))
    tell(lambda: lists.open(ListRequest(sort="usaha/omzet")))
    for path in ("@unit", "@district", "@owner", "usaha/skala", "@period"):
        tell(lambda path=path: lists.choices(ListRequest(), path))
    tell(lambda: (lists.rows(range(1, 20)), lists.bulk.rids(range(1, 20))))
    for number in range(1, 10):
        tell(lambda number=number: lists.peek(number))
    tell(
        lambda: Path(lists.bulk.export(list(range(1, 20)), Format.CSV, folder).run().path).read_text(
            "utf-8-sig"
        )
    )
    tell(HomeService(desk).home)
    for unit in ("", "63.11", "63.11.01", "63.11.02"):
        tell(lambda unit=unit: DashboardService(desk).board(unit))
    tell(lambda: (review.queue(), steps.piles(), steps.all_differs(), ConflictService(desk).items()))
    for shop in shops:
        asks: list[Callable[[str], Any]] = [entry.open, review.open, steps.look, steps.beside, steps.twins]
        asks += [entry.last_record, entry.commands, steps.differs, papers.papers, lists.where]
        for ask in asks:
            tell(lambda ask=ask, shop=shop: ask(shop.rid))
    for spec in desk.program(next(iter(desk.programs))).papers:
        for shop in shops:
            choice = PaperChoice(spec.id, subject=shop.rid if spec.subject == "record" else "", revealed=True)
            tell(lambda choice=choice: drawn_paper(papers, choice))
        tell(lambda spec=spec: papers.find(spec.id, "Toko"))
    tell(papers.catalogue)
    return "\n".join(repr(one) for one in said)


def drawn_paper(papers: ReportingService, choice: PaperChoice) -> str:
    """Return everything a paper is drawn from."""
    job = papers.prepare(choice)
    data = job.make(job.store, 0, lambda count: None)
    return repr((data.values, data.sections, list(data.rows), data.summaries, data.marks, len(data.photos)))


_units = st.sampled_from(["63", "63.1", "63.11", "63.11.01", "63.11.02", *PLACES, "63.11.0", "63.11.02.200"])
_roles = st.sampled_from(
    ["petugas", "admin_desa", "admin_kecamatan", "verifikator_kabupaten", "operator_server"]
)
_bounds = st.sampled_from([0, 0, 0, -1, 1])
_people = st.lists(st.tuples(_roles, _units, _bounds, _bounds), max_size=3).map(tuple)


@given(drawn=_people)
@example(drawn=())
@example(drawn=(("operator_server", "63.11", 0, 0), ("admin_desa", PLACES[0], 0, -1)))
@example(drawn=(("admin_kecamatan", "63.11.02", 0, 0), ("petugas", "63.1", 0, 0)))
@settings(
    max_examples=SOAK,
    phases=tuple(Phase) if settings().max_examples > 500 else (Phase.explicit,),
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
def test_no_service_tells_a_word_outside_the_grants(
    town: tuple[Office, list[Shop], str], tmp_path: Path, drawn: tuple[Drawn, ...]
) -> None:
    office, shops, photo = town
    desk = sit(office, drawn)
    text = gathered(desk, shops, tmp_path)
    trusted = office.program.trusted_roles
    for shop in shops:
        roles = covers(drawn, shop.unit)
        # What was asked for stands in the question that comes back with the list.
        found = {word for word in (shop.name, shop.owner) if text.count(word) > asked_for(word, text)}
        assert found == ({shop.name, shop.owner} if roles else set()), (shop.unit, found)
        if not roles & trusted:
            assert text.count(shop.secret) <= asked_for(shop.secret, text), shop.unit
            assert f"{int(shop.secret):,}".replace(",", ".") not in text
    opened = b""
    with suppress(SidumbaError):
        opened = EntryService(desk).photo(photo)
    assert opened == (PICTURE if covers(drawn, PLACES[0]) else b"")


def asked_for(word: str, text: str) -> int:
    """Return how often a word stands there only because the question itself is part of the answer."""
    return text.count(f"ListRequest(text='{word}'")


def test_what_is_withheld_is_told_as_such_and_cannot_be_edited(town: tuple[Office, list[Shop], str]) -> None:
    office, shops, _ = town
    desk = sit(office, (("operator_server", "63.11", 0, 0),))
    form = EntryService(desk).open(shops[0].rid)
    assert form.items["usaha/omzet"].shown == "(dirahasiakan)"
    assert form.items["usaha/nama"].shown == shops[0].name
    assert (form.editable, "usaha/omzet" in form.errors) == (False, False)
    row = next(row for row in ListService(desk).open(ListRequest()).rows if row.rid == shops[0].rid)
    assert "(dirahasiakan)" in row.cells


def test_a_laptop_the_answers_never_came_to_is_not_edited_either(
    town: tuple[Office, list[Shop], str],
) -> None:
    office, shops, _ = town
    desk = sit(office, (("admin_desa", PLACES[0], 0, 0),))
    assert EntryService(desk).open(shops[0].rid).editable
    office.store.scopes.set_withheld(office.vid(PLACES[0]), True)
    try:
        assert not EntryService(desk).open(shops[0].rid).editable
    finally:
        office.store.scopes.set_withheld(office.vid(PLACES[0]), False)
        office.store.meta.set("gaps/" + office.vid(PLACES[0]), "")
