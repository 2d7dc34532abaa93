"""Deleting drafts: one at a time without a word, many only with a reason, all of it taken back with one Urungkan."""

from __future__ import annotations

import pytest

from sidumba_field.core.workflow.deleting import CEILING, MOST
from sidumba_field.services.entry.service import EntryService
from sidumba_field.services.lists.bulk import ListBulk
from sidumba_field.services.lists.views import Bulk
from sidumba_field.services.subjects import Subjects
from sidumba_field.services.views import Decided, Refusal
from sidumba_field.services.withdrawing import WHY
from sidumba_field.store import ListQuery
from tests.helpers.desk import VILLAGE, Office
from tests.helpers.told import Told

MINE, OTHER = "Nor Halimah", "Rahman"


def bulk(office: Office) -> ListBulk:
    desk = office.sit(MINE, "petugas", VILLAGE)
    return ListBulk(desk, Subjects(desk))


def numbers(office: Office, *rids: str) -> list[int]:
    query = ListQuery(office.program.id, [office.vid(VILLAGE)])
    found, _ = office.store.lists.first(query, 1_000)
    rows = office.store.lists.rows(found, [office.vid(VILLAGE)])
    return [row.n for row in rows if not rids or row.rid in rids]


def drafts(told: Told, count: int, others: int = 0) -> list[str]:
    """Drafts of one person among records of others that went on, so that a few are a small share."""
    mine = [told.business("draf") for _ in range(count)]
    for _ in range(others):
        told.business("terpilah")
    told.pull()
    return mine


def test_a_few_drafts_go_without_a_word_and_come_back_with_one_undo(office: Office, told: Told) -> None:
    mine = drafts(told, 2)
    service = bulk(office)
    done = service.discard(numbers(office, *mine))
    assert isinstance(done, Bulk), done
    assert (done.done, done.left_out, done.sentence) == (2, 0, "2 draf dihapus.")
    states = [office.store.records.get(rid).state for rid in mine]  # type: ignore[union-attr]
    assert states == ["tidak_berlaku"] * 2
    assert service.withdraw(done.undo) is not None
    assert [office.store.records.get(rid).state for rid in mine] == ["draf"] * 2  # type: ignore[union-attr]


def test_many_ask_why_and_change_nothing_until_it_is_said(office: Office, told: Told) -> None:
    mine = drafts(told, MOST + 1)
    service = bulk(office)
    asked = service.discard(numbers(office, *mine))
    assert isinstance(asked, Refusal)
    assert (asked.code, asked.sentence) == (
        WHY,
        f"{MOST + 1} draf Desa Halong akan dihapus. Pilih alasannya.",
    )
    assert office.store.outbox.unsent() == 0
    done = service.discard(numbers(office, *mine), "Data uji coba")
    assert isinstance(done, Bulk)
    ops = [office.store.outbox.get(token) for token in done.undo]
    assert {op.remark for op in ops if op is not None} == {"Data uji coba"}
    assert office.store.outbox.withdrawn(office.vid(VILLAGE), office.desk.seat().user.user_id, "") == MOST + 1


def test_one_after_the_other_is_counted_like_all_at_once(office: Office, told: Told) -> None:
    """Whoever deletes one by one is asked at the third of a small village, as the server would refuse it."""
    mine = drafts(told, 3, others=20)
    entry = EntryService(office.sit(MINE, "petugas", VILLAGE))
    for rid in mine[:2]:
        assert isinstance(entry.discard(rid), Decided)
    asked = entry.discard(mine[2])
    assert isinstance(asked, Refusal)
    assert asked.code == WHY
    assert isinstance(entry.discard(mine[2], "Tercatat ganda"), Decided)


def test_more_than_a_day_takes_is_refused_with_any_reason(
    office: Office, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sidumba_field.core.workflow.deleting.CEILING", 4)
    mine = drafts(told, 5)
    refused = bulk(office).discard(numbers(office, *mine), "Data uji coba")
    assert isinstance(refused, Refusal)
    assert refused.code == "op.mass_delete"
    assert f"{CEILING}" in refused.sentence
    assert office.store.outbox.unsent() == 0


def test_drafts_of_others_and_records_that_went_on_are_left_out(office: Office, told: Told) -> None:
    mine = drafts(told, 1, others=1)
    told.business("draf", by=OTHER)
    told.pull()
    service = bulk(office)
    done = service.discard(numbers(office))
    assert isinstance(done, Bulk)
    assert (done.done, done.left_out) == (1, 2)
    assert office.store.records.get(mine[0]).state == "tidak_berlaku"  # type: ignore[union-attr]
    again = service.discard(numbers(office))
    assert isinstance(again, Refusal)
    assert again.code == "workflow.wrong_state"


def test_the_tombstone_names_the_revision_the_laptops_own_edits_lead_to(office: Office, told: Told) -> None:
    [rid] = drafts(told, 1)
    entry = EntryService(office.sit(MINE, "petugas", VILLAGE))
    entry.open(rid)
    entry.answer(rid, "usaha/nama", "Belum jadi")
    before = office.store.records.get(rid)
    assert before is not None
    done = entry.discard(rid)
    assert isinstance(done, Decided)
    op = office.store.outbox.get(done.undo)
    assert op is not None
    assert op.expect_rev == before.rev + 1
