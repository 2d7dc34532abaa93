"""Many records moved together: offered, gathered whole, judged before anything is kept, signed by digest."""

from __future__ import annotations

from dataclasses import replace

from sidumba_field.core.records import members_digest
from sidumba_field.services.views import Refusal, ReviewView
from tests.helpers.chairs import decide, end_lease, head, refused, regency, taken, verifier
from tests.helpers.desk import Office
from tests.helpers.told import DISTRICT, Told

NEXT_VILLAGE = "63.11.02.2002"


def test_a_batch_is_offered_per_district_and_gathers_all_that_is_ready(office: Office, told: Told) -> None:
    rids = [told.business("tervalidasi"), told.business("tervalidasi", unit=NEXT_VILLAGE)]
    told.business("diajukan_kabupaten")
    told.pull()
    review = regency(office)
    offer = review.queue().offers[0]
    assert (offer.unit, offer.period, offer.command, offer.count) == (DISTRICT, "2026", "laporkan", 2)
    assert offer.unit_name == "Kecamatan Halong"
    done = taken(review.report_batch(offer))
    op = office.store.outbox.get(done.undo)
    assert op is not None
    assert [member["rid"] for member in op.members] == sorted(rids)
    record = office.store.records.get(done.rid)
    assert record is not None
    assert record.fields["digest"] == members_digest(op.members)
    for member in op.members:
        held = office.store.records.get(str(member["rid"]))
        assert held is not None
        assert held.base is not None
        assert (member["rev"], member["sha"]) == (held.base.rev, held.base.content_sha256)
    assert review.queue().offers == ()


def test_a_batch_waits_for_what_is_still_on_its_way(office: Office, told: Told) -> None:
    """A record validated a moment ago is not yet so on the server: a batch without it would be refused there."""
    told.business("tervalidasi")
    late = told.business("diajukan_kabupaten")
    told.pull()
    review = regency(office)
    taken(decide(review, late, "validasi"))
    offer = review.queue().offers[0]
    assert offer.count == 1
    stopped = refused(review.report_batch(offer))
    assert stopped.details.endswith("guard=all_in_batch")
    assert office.store.records.find(office.program.id, subject="batch") == []


def test_a_batch_that_is_refused_leaves_nothing_behind(office: Office, told: Told) -> None:
    told.business("tervalidasi")
    told.pull()
    offer = regency(office).queue().offers[0]
    fauzi = verifier(office)
    assert fauzi.queue().offers == ()
    assert refused(fauzi.report_batch(offer)).code == "workflow.wrong_role"
    laila = regency(office)
    end_lease(office)
    assert refused(laila.report_batch(offer)).code == "auth.lease_expired"
    assert office.store.records.find(office.program.id, subject="batch") == []
    assert office.store.outbox.rows() == []


def test_a_batch_the_head_sent_back_is_reported_again_under_its_own_id(office: Office, told: Told) -> None:
    rids = [told.business("tervalidasi")]
    told.pull()
    batch = told.batch(rids)
    told.step(batch, "kembalikan_kabupaten", "Rahmat Hidayat", {"": "Kurang satu desa."})
    told.move(rids, "tervalidasi", batch)
    rids.append(told.business("tervalidasi"))
    told.pull()
    review = regency(office)
    offer = review.queue().offers[0]
    assert offer.count == 2
    done = taken(review.report_batch(offer))
    assert done.rid == batch
    op = office.store.outbox.get(done.undo)
    assert op is not None
    assert [member["rid"] for member in op.members] == sorted(rids)
    assert len(office.store.records.find(office.program.id, subject="batch")) == 1


def test_an_offer_of_another_district_finds_nothing(office: Office, told: Told) -> None:
    told.business("tervalidasi")
    told.pull()
    review = regency(office)
    offer = review.queue().offers[0]
    assert isinstance(review.report_batch(replace(offer, period="2025")), Refusal)
    assert isinstance(review.report_batch(replace(offer, command="sahkan")), Refusal)


def reported(told: Told) -> str:
    rids = [told.business("tervalidasi") for _ in range(2)]
    told.pull()
    return told.batch(rids)


def test_the_head_signs_the_digest_of_the_batch(office: Office, told: Told) -> None:
    batch = reported(told)
    review = head(office)
    assert [row.rid for row in review.queue().rows] == [batch]
    view: ReviewView = review.open(batch)
    assert [line.current for line in view.all_lines if line.label == "Jumlah data"] == ["2"]
    assert refused(review.decide(batch, "sahkan", view.rev, "0" * 64)).details.endswith("guard=exact_digest")
    done = taken(review.decide(batch, "sahkan", view.rev, view.sha))
    op = office.store.outbox.get(done.undo)
    assert op is not None
    assert op.content_sha256 == view.sha


def test_nobody_signs_a_batch_of_records_he_helped_to_fill_in(office: Office, told: Told) -> None:
    batch = reported(told)
    view = head(office, "Nor Halimah").open(batch)
    stopped = refused(head(office, "Nor Halimah").decide(batch, "sahkan", view.rev, view.sha))
    assert stopped.details.endswith("guard=not_author")


def test_a_sign_off_is_taken_back_within_a_day_only(office: Office, told: Told) -> None:
    rids = [told.business("tervalidasi")]
    told.pull()
    batch = told.batch(rids, "disahkan")
    review = head(office)
    office.clock.advance(24 * 3600 + 60)
    assert refused(decide(review, batch, "batal_sahkan", remark="Salah.")).details.endswith(
        "guard=within_24h"
    )
    office.clock.advance(-120)
    taken(decide(review, batch, "batal_sahkan", remark="Salah."))
