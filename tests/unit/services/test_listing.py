"""Daftar data: what is found is what a walk over all records by hand finds, in that order, and nothing of others."""

from __future__ import annotations

import csv
import random
from collections.abc import Iterator
from datetime import timedelta
from functools import cache
from pathlib import Path
from zipfile import ZipFile

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sidumba_field.core.records import NOTHING
from sidumba_field.core.time import iso
from sidumba_field.services.lists.exporting import Format, TableFile, harmless
from sidumba_field.services.lists.service import VOID, ListService
from sidumba_field.services.lists.views import Bulk, ListRequest
from sidumba_field.services.views import Link, Refusal
from sidumba_field.store import LocalRecord
from sidumba_field.wire.messages import RecordMessage, RemarkMessage, SnapshotReply
from sidumba_field.words import mask_nik, number
from tests.helpers.desk import NOW, VILLAGE, Office

OTHER, FAR = "63.11.02.2002", "63.11.03.2001"
UNITS = (VILLAGE, OTHER, FAR)
NAMES = ("Keripik Pisang", "keripik tempe", "Warung Berkah", "Anyaman Rotan", "Ésaü Kopi", "Madu Kelulut", "")
OWNERS = ("Siti Aminah", "Hamidah", "Ali Rahman")
PRODUCTS = ("Keripik pisang", "Tikar purun", "Kopi bubuk")
SCALES = ("mikro", "kecil", "")
AMOUNTS = ("4500000", "12750000", "900", "")
SHOWN = ("usaha/nama", "pemilik/nama", "usaha/omzet")


def states(office: Office) -> list[str]:
    return sorted(s for s in office.program.workflow.record_states() if s != NOTHING)


def message(office: Office, draw: random.Random, unit: str, n: int) -> RecordMessage:
    """One invented record as a snapshot brings it."""
    row = f"usaha/produk[{n:08d}-0000-4000-8000-000000000000]"
    fields = {
        "usaha/nama": draw.choice(NAMES),
        "pemilik/nama": draw.choice(OWNERS),
        "pemilik/nik": f"6311021010{draw.randint(100_000, 999_999)}",
        "usaha/skala": draw.choice(SCALES),
        "usaha/kelompok": draw.choice(("kuliner", "kriya")),
        "usaha/omzet": draw.choice(AMOUNTS),
        row: "1",
        f"{row}/nama": draw.choice(PRODUCTS),
    }
    fields = {path: value for path, value in fields.items() if value}
    at = iso(NOW - timedelta(minutes=draw.randint(0, 5_000)))
    state = draw.choice(states(office))
    remark = RemarkMessage(
        id=office.new_id(), path="usaha/omzet", text="Periksa.", by="u", by_name="Rizani", at=at, rev=1
    )
    return RecordMessage(
        rid=office.new_id(),
        vid=office.vid(unit),
        program=office.program.id,
        subject="record",
        form=office.program.main_form[0],
        form_v=office.program.main_form[1],
        state=state,
        rev=2,
        fields=fields,
        field_revs=dict.fromkeys(fields, 1),
        owner=f"owner-{draw.randint(1, 2)}",
        authors=[],
        remarks=[remark] if "kembali" in state else [],
        period=draw.choice(("2025", "2026")),
        created_at=at,
        changed_at=at,
    )


def fill(office: Office, seed: int = 1, each: int = 25) -> None:
    """Records of three villages, by snapshot as a first sync brings them."""
    draw = random.Random(seed)
    office.store.scopes.upsert(office.vid(FAR), office.program.id, FAR, "Desa Juai")
    for unit in UNITS:
        made = [message(office, draw, unit, n) for n in range(each)]
        page = SnapshotReply(
            vid=office.vid(unit), epoch="e", seq=2 * each, hash="0" * 64, records=made, files=[], after=""
        )
        office.store.feed.apply_snapshot(page)


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    made = Office(tmp_path_factory.mktemp("laptop"))
    made.sit("Rizani", "admin_kecamatan", "63.11.02")
    ListService(made.desk).frame()
    fill(made)
    yield made
    made.close()


@cache
def everything(office: Office) -> list[LocalRecord]:
    """Every record of this laptop, decoded one by one (nobody writes here meanwhile)."""
    rids = [row.rid for row in office.store.records.find(office.program.id, limit=10_000)]
    return [record for rid in rids if (record := office.store.records.get(rid)) is not None]


def product(record: LocalRecord) -> str:
    return next(
        (
            v
            for p, v in sorted(record.fields.items())
            if p.startswith("usaha/produk[") and p.endswith("/nama")
        ),
        "",
    )


def searched(record: LocalRecord) -> list[str]:
    """The words a record is found by, small and without accents, as the search reads them."""
    paths = (
        "usaha/nama",
        "pemilik/nama",
        "pemilik/nik",
        "usaha/omzet",
        "usaha/skala",
        "usaha/kbli",
        "pernyataan/nomor",
    )
    text = " ".join([*(record.fields.get(path, "") for path in paths), product(record)]).lower()
    return text.replace("é", "e").replace("ü", "u").split()


def by_hand(office: Office, request: ListRequest, units: tuple[str, ...]) -> list[str]:
    """The rids a request finds, filtered and ordered over decoded records."""
    program = office.program
    unit_of = {office.vid(unit): unit for unit in UNITS}
    found = []
    for record in everything(office):
        unit = unit_of[record.vid]
        posisi = program.state(record.state).posisi
        words = searched(record)
        told = {
            "@unit": unit,
            "@district": unit[:8],
            "@period": record.period,
            "@owner": record.owner,
            "@mark": record.mark.value,
            "usaha/skala": record.fields.get("usaha/skala", ""),
            "usaha/kelompok": record.fields.get("usaha/kelompok", ""),
        }
        if (
            unit in units
            and posisi != VOID
            and request.posisi in ("", posisi)
            and all(any(word.startswith(one) for word in words) for one in request.text.lower().split())
            and all(told[path] in values for path, values in request.filters.items())
        ):
            found.append(record)
    numbers = {r.rid: r.n for r in office.store.records.find(program.id, limit=10_000, columns=())}
    found.sort(key=lambda r: (r.changed_at, numbers[r.rid]), reverse=True)
    if request.sort == "@changed":
        return [r.rid for r in (found if request.descending else reversed(found))]
    filled = [r for r in found if r.fields.get(request.sort)]
    if request.sort == "usaha/omzet":
        filled.sort(key=lambda r: float(r.fields[request.sort]), reverse=request.descending)
    else:
        filled.sort(key=lambda r: r.fields[request.sort].lower().encode(), reverse=request.descending)
    return [r.rid for r in [*filled, *(r for r in found if r not in filled)]]


def rids(office: Office, service: ListService, request: ListRequest) -> list[str]:
    view = service.open(request)
    return [row.rid for row in service.rows(view.numbers)]


requests = st.builds(
    ListRequest,
    text=st.sampled_from(
        ["", "ker", "keripik", "KERIPIK PIS", "siti", "esau", "6311", "kopi", "zz", '"', "a OR b"]
    ),
    posisi=st.sampled_from(["", "desa", "kecamatan", "dikembalikan", "disahkan"]),
    filters=st.dictionaries(
        st.sampled_from(["@district", "@unit", "@period", "@owner", "@mark", "usaha/skala"]),
        st.none(),
        max_size=2,
    ).flatmap(
        lambda keys: st.fixed_dictionaries(
            {
                key: st.sampled_from(
                    {
                        "@district": [("63.11.02",), ("63.11.03",), ("63.11.02", "63.11.03")],
                        "@unit": [(VILLAGE,), (OTHER, FAR)],
                        "@period": [("2025",), ("2025", "2026"), ("1999",)],
                        "@owner": [("owner-1",), ("nobody",)],
                        "@mark": [("terima",), ("tunggu",)],
                        "usaha/skala": [("mikro",), ("", "kecil")],
                    }[key]
                )
                for key in keys
            }
        )
    ),
    sort=st.sampled_from(["@changed", "usaha/nama", "usaha/omzet"]),
    descending=st.booleans(),
)
people = st.sampled_from(
    [
        ("admin_kecamatan", "63.11.02", (VILLAGE, OTHER)),
        ("admin_desa", OTHER, (OTHER,)),
        ("verifikator_kabupaten", "63.11", UNITS),
        ("petugas", FAR, (FAR,)),
    ]
)


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(request=requests, person=people)
def test_a_list_is_what_a_walk_over_all_records_finds(
    office: Office, request: ListRequest, person: tuple[str, str, tuple[str, ...]]
) -> None:
    role, unit, units = person
    service = ListService(office.sit(f"{role} {unit}", role, unit))
    view = service.open(request)
    assert rids(office, service, request) == by_hand(office, request, units)
    every = {tab.posisi: tab.count for tab in view.tabs}
    for posisi, count in every.items():
        other = ListRequest(request.text, posisi, request.filters)
        assert count == len(by_hand(office, other, units)), posisi
    assert view.total == len(by_hand(office, ListRequest(), units))


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    request=requests,
    person=people,
    path=st.sampled_from(["@unit", "@district", "@period", "usaha/skala", "@owner"]),
)
def test_a_filter_counts_what_choosing_it_alone_would_find(
    office: Office, request: ListRequest, person: tuple[str, str, tuple[str, ...]], path: str
) -> None:
    role, unit, units = person
    service = ListService(office.sit(f"{role} {unit}", role, unit))
    for choice in service.choices(request, path):
        alone = ListRequest(request.text, request.posisi, {**request.filters, path: (choice.value,)})
        assert choice.count == len(by_hand(office, alone, units)), choice


def test_nothing_outside_the_grants_is_listed_looked_at_found_or_exported(
    office: Office, tmp_path: Path
) -> None:
    office.sit("kab", "verifikator_kabupaten", "63.11")
    whole = ListService(office.desk).open(ListRequest()).numbers
    desk = office.sit("far", "petugas", FAR)
    service = ListService(desk)
    mine = set(service.open(ListRequest()).numbers)
    foreign = [n for n in whole if n not in mine]
    assert foreign
    assert service.rows(foreign) == ()
    assert all(service.peek(n) is None for n in foreign[:5])
    assert service.bulk.rids(foreign) == ()
    made = service.bulk.export(whole, Format.CSV, tmp_path).run()
    assert made.count == len(mine)
    seen = {row.rid for row in service.rows(service.open(ListRequest()).numbers)}
    assert {found.value for found in service.search("ker") if found.kind == "record"} <= seen
    assert [found for found in service.search("halong") if found.kind == "place"] == []


def test_a_row_is_read_as_people_write(office: Office) -> None:
    service = ListService(office.sit("kab", "verifikator_kabupaten", "63.11"))
    frame = service.frame()
    view = service.open(ListRequest("keripik", sort="usaha/omzet"))
    first = view.rows[0]
    cells = dict(zip((column.path for column in frame.columns), first.cells, strict=True))
    record = office.store.records.get(first.rid)
    assert record is not None
    assert cells["usaha/omzet"] == number(int(record.fields["usaha/omzet"])) == "12.750.000"
    assert cells["pemilik/nik"] == mask_nik(record.fields["pemilik/nik"])
    assert "••" in cells["pemilik/nik"]
    assert cells["usaha/produk[]/nama"] == product(record)
    assert "diterima server" in first.spoken
    assert record.fields["pemilik/nik"] not in first.spoken


def test_a_word_nobody_wrote_is_answered_with_its_neighbour(office: Office) -> None:
    service = ListService(office.sit("kab", "verifikator_kabupaten", "63.11"))
    assert service.open(ListRequest("keripk")).hint == "keripik"
    assert service.open(ListRequest("zzzzzz")).hint == ""


def test_digits_in_groups_are_one_number(office: Office) -> None:
    service = ListService(office.sit("kab", "verifikator_kabupaten", "63.11"))
    record = everything(office)[0]
    nik = record.fields["pemilik/nik"]
    grouped = " ".join(nik[at : at + 4] for at in range(0, 16, 4))
    if office.program.state(record.state).posisi != VOID:
        assert record.rid in rids(office, service, ListRequest(grouped))


def test_without_a_connection_the_copy_has_its_age(office: Office) -> None:
    service = ListService(office.sit("kab", "verifikator_kabupaten", "63.11"))
    office.store.meta.set("last_sync", iso(NOW - timedelta(minutes=2)))
    office.desk.set_link(Link.OFFLINE)
    assert service.open(ListRequest()).copy_age == "09.39"
    office.desk.set_link(Link.ONLINE)
    assert service.open(ListRequest()).copy_age == ""


@pytest.mark.parametrize(
    ("role", "unit", "shown"), [("verifikator_kabupaten", "63.11", True), ("petugas", FAR, False)]
)
def test_an_export_masks_unless_the_right_is_held_and_is_logged(
    office: Office, tmp_path: Path, role: str, unit: str, shown: bool
) -> None:
    service = ListService(office.sit(f"x {role}", role, unit))
    numbers = service.open(ListRequest()).numbers
    made = service.bulk.export(numbers, Format.CSV, tmp_path).run()
    with Path(made.path).open(encoding="utf-8-sig", newline="") as file:
        head, *rows = list(csv.reader(file))
    column = head.index("NIK")
    assert len(rows) == len(numbers) == made.count
    assert made.masked is not shown
    assert {("•" in row[column]) for row in rows} == {not shown}
    line = office.store.logged(1)[0]
    assert (line.event, line.detail["count"], line.detail["masked"]) == ("export", len(numbers), not shown)


def test_an_excel_file_holds_numbers_as_numbers(office: Office, tmp_path: Path) -> None:
    service = ListService(office.sit("kab", "verifikator_kabupaten", "63.11"))
    made = service.bulk.export(service.open(ListRequest("keripik")).numbers, Format.XLSX, tmp_path).run()
    with ZipFile(made.path) as book:
        assert b"<v>12750000</v>" in book.read("xl/worksheets/sheet1.xml")


def test_a_cancelled_export_leaves_nothing(office: Office, tmp_path: Path) -> None:
    service = ListService(office.sit("kab", "verifikator_kabupaten", "63.11"))
    service.bulk.export(service.open(ListRequest()).numbers, Format.CSV, tmp_path).cancel()
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["=1+1", "+62", "-5", "@SUM(A1)", "\tx"])
def test_no_cell_is_a_formula(tmp_path: Path, text: str) -> None:
    table = TableFile(tmp_path, "t", Format.CSV, ["a"])
    table.write([[text]])
    assert list(csv.reader(table.finish().read_text("utf-8-sig").splitlines()))[1] == [f"'{text}"]
    assert harmless(-5) == -5


def test_records_sent_back_are_passed_on_with_their_remarks_and_taken_back_together(tmp_path: Path) -> None:
    office = Office(tmp_path)
    fill(office, seed=3)
    service = ListService(office.sit("Aminah", "admin_desa", VILLAGE))
    numbers = service.open(ListRequest()).numbers
    could = [r for r in everything(office) if r.vid == office.vid(VILLAGE) and r.state == "dikembalikan_desa"]
    people = service.bulk.assignees(numbers)
    assert could
    assert {person.user_id for person in people} >= {record.owner for record in could}
    done = service.bulk.assign(numbers, "owner-1")
    assert isinstance(done, Bulk)
    assert done.done == len(could)
    assert done.done + done.left_out == len(numbers)
    after = [office.store.records.get(record.rid) for record in could]
    assert {record.state for record in after if record is not None} == {"dikembalikan_petugas"}
    op = office.store.outbox.get(done.undo[0])
    assert op is not None
    assert op.assignee == "owner-1"
    assert op.remarks == {"usaha/omzet": "Periksa."}
    assert service.bulk.withdraw(done.undo) is not None
    assert {office.store.records.get(r.rid).state for r in could} == {"dikembalikan_desa"}  # type: ignore[union-attr]
    assert isinstance(service.bulk.assign([], "owner-1"), Refusal)
    office.close()


def test_only_what_the_person_judges_is_verified_in_turn(office: Office) -> None:
    service = ListService(office.sit("Rizani", "admin_kecamatan", "63.11.02"))
    numbers = service.open(ListRequest()).numbers
    chosen = service.bulk.to_review(numbers)
    found = {record.rid: record.state for record in everything(office)}
    judged = set(ListService(office.desk)._subjects.judged_states(office.program))
    assert {found[rid] for rid in chosen} == judged & set(found.values()) & {
        found[row.rid] for row in service.rows(numbers)
    }


def test_the_columns_somebody_chose_are_his_and_stay(office: Office) -> None:
    lists = ListService(office.sit("M. Rizani", "admin_kecamatan", "63.11.02"))
    before = {column.path: column.hidden for column in lists.frame().columns}
    path = next(path for path, hidden in before.items() if hidden)
    lists.keep_columns({path: True})
    lists.keep_columns({"usaha/nama": False})
    office.sit("Nor Halimah", "petugas")
    assert {column.path: column.hidden for column in lists.frame().columns} == before, (
        "another's list is his own"
    )
    office.sit("M. Rizani", "admin_kecamatan", "63.11.02")
    after = {column.path: column.hidden for column in lists.frame().columns}
    assert after == {**before, path: False, "usaha/nama": True}
    lists.keep_columns(dict.fromkeys(before, False))
    assert {column.path: column.hidden for column in lists.frame().columns} == before, "a list has columns"
