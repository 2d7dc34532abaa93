"""Periods and what follows a sign-off: opened once, closed with what is left named, papers signed by people alone."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.records import content_sha256
from sidumba_field.core.time import iso
from sidumba_field.seal.signing import verify
from sidumba_field.services.review.signoff import SIGNED, SIGNED_AT, SIGNED_BY
from sidumba_field.services.steps.rounds import PeriodService
from sidumba_field.services.steps.service import StepsService
from sidumba_field.services.views import Decided, Refusal
from tests.helpers import scans
from tests.helpers.chairs import decide, end_lease, head, refused, regency, taken
from tests.helpers.desk import Office
from tests.helpers.told import PICTURE, REGENCY, Told, _Known

PDF = scans.letter()


def periods(office: Office, role: str = "verifikator_kabupaten") -> PeriodService:
    return PeriodService(office.sit("Noor Laila", role, REGENCY))


def running(told: Told, state: str = "berjalan") -> str:
    """A period of the server's that has come to ``state``."""
    rid = told.office.new_id()
    told.known[rid] = _Known(told.office.vid(REGENCY), "period", "-", "")
    told.step(rid, "buka", "Noor Laila", set={"label": "2026"})
    for command, who in (("tutup", "Noor Laila"), ("cadangkan", "Fahrul"), ("sajikan", "Fahrul")):
        if told.known[rid].state == state:
            break
        told.step(rid, command, who)
    told.pull()
    return rid


# ---- periods ---------------------------------------------------------------------------------------------------------


def test_a_period_begins_with_its_label_signed(office: Office) -> None:
    service = periods(office)
    done = taken(service.open("  2027 "))
    op = office.store.outbox.get(done.undo)
    assert op is not None
    assert (op.command, op.expect_state, dict(op.set)) == ("buka", "-", {"label": "2027"})
    assert op.content_sha256 == content_sha256("", "", {"label": "2027"})
    assert verify(office.desk.seat().key.public_hex, op.decision_bytes(), op.sig)
    assert [(p.title, p.state_label) for p in service.view().periods] == [
        ("Periode 2027", "Periode berjalan")
    ]
    assert service.withdraw(done.undo) is not None
    assert service.view().periods == ()


@pytest.mark.parametrize("label", ["", "   ", "x" * 41, "2026"])
def test_a_period_wants_a_name_of_its_own(office: Office, told: Told, label: str) -> None:
    running(told)
    assert isinstance(periods(office).open(label), Refusal)
    assert office.store.outbox.rows() == []


@pytest.mark.parametrize(
    "role", ["petugas", "admin_desa", "admin_kecamatan", "kepala_dinas", "operator_server"]
)
def test_only_the_regency_opens_and_closes(office: Office, told: Told, role: str) -> None:
    rid = running(told)
    service = periods(office, role)
    assert not service.view().may_open
    assert isinstance(service.open("2027"), Refusal)
    assert refused(service.step(rid, "tutup")).code == "workflow.wrong_role"
    assert office.store.outbox.rows() == []


def test_what_is_not_signed_is_listed_and_named_when_it_is_closed_all_the_same(
    office: Office, told: Told
) -> None:
    rid = running(told)
    loose = told.business("tervalidasi")
    gathered = told.business("tervalidasi")
    told.pull()
    batch = told.batch([gathered])
    service = periods(office)
    view = service.view().periods[0]
    assert len(view.open_items) == 2
    assert view.listing
    stopped = refused(service.step(rid, "tutup"))
    assert stopped.details.endswith("guard=all_batches_signed_or_listed")
    done = taken(service.step(rid, "tutup", listing=True))
    op = office.store.outbox.get(done.undo)
    assert op is not None
    assert {member["rid"] for member in op.members} == {loose, batch}


def test_a_period_with_everything_signed_closes_without_a_list(office: Office, told: Told) -> None:
    rid = running(told)
    gathered = told.business("tervalidasi")
    told.pull()
    told.batch([gathered], "disahkan")
    service = periods(office)
    view = service.view().periods[0]
    assert view.open_items == ()
    assert ("Disahkan", "1") in view.facts
    op = office.store.outbox.get(taken(service.step(rid, "tutup")).undo)
    assert op is not None
    assert op.members == ()


def test_the_operator_records_the_backup_and_presents(office: Office, told: Told) -> None:
    rid = running(told, "ditutup")
    service = periods(office, "operator_server")
    view = service.view().periods[0]
    assert [step.command for step in view.steps] == ["cadangkan"]
    assert "server" in view.steps[0].note
    assert "langkah 11" in view.clock_text
    taken(service.step(rid, "cadangkan"))
    assert [step.command for step in service.view().periods[0].steps] == ["sajikan"]


def test_the_proof_the_server_kept_is_shown(office: Office, told: Told) -> None:
    rid = running(told, "ditutup")
    proof = {"backup_file": "sidumba-2026.age", "backup_sha256": "ab" * 32, "backup_records": "1204"}
    told.step(rid, "cadangkan", "Fahrul", set={**proof, "backup_proven_at": iso(office.clock.now())})
    told.pull()
    facts = dict(periods(office, "operator_server").view().periods[0].facts)
    assert facts["Berkas cadangan"] == "sidumba-2026.age"
    assert facts["Data dalam cadangan"] == "1204"
    assert facts["Sidik cadangan"] == "ab" * 16


def test_without_a_lease_no_period_moves(office: Office, told: Told) -> None:
    rid = running(told)
    service = periods(office)
    end_lease(office)
    assert refused(service.step(rid, "tutup")).code == "auth.lease_expired"
    assert refused(service.open("2027")).code == "auth.lease_expired"


# ---- sign-off --------------------------------------------------------------------------------------------------------


def signed(told: Told) -> str:
    rids = [told.business("tervalidasi")]
    told.pull()
    return told.batch(rids, "disahkan")


def test_a_sign_off_says_until_when_it_may_be_withdrawn_and_waits_for_its_paper(
    office: Office, told: Told
) -> None:
    batch = signed(told)
    review = head(office)
    assert [row.rid for row in review.queue().signed] == [batch]
    view = StepsService(office.desk).beside(batch).signoff
    assert view is not None
    assert 0 < view.left_seconds <= 24 * 3600
    assert "sisa" in view.left_text
    assert {paper.state_text for paper in view.papers} == {"Menunggu TTE"}
    office.clock.advance(25 * 3600)
    late = StepsService(office.desk).beside(batch).signoff
    assert late is not None
    assert (late.left_text, late.left_seconds) == ("", 0)
    stopped = refused(decide(review, batch, "batal_sahkan", remark="Keliru."))
    assert stopped.details.endswith("guard=within_24h")


def test_a_sign_off_is_withdrawn_within_its_day_and_with_words(office: Office, told: Told) -> None:
    batch = signed(told)
    review = head(office)
    assert refused(decide(review, batch, "batal_sahkan")).code == "workflow.remark_required"
    done = taken(decide(review, batch, "batal_sahkan", remark="Satu desa kurang."))
    assert review.open(batch).posisi == "kadis"
    assert StepsService(office.desk).beside(batch).signoff is None
    assert review.withdraw(done.undo) is not None


@pytest.mark.parametrize(("name", "content"), [("lembar.pdf", PDF), ("lembar.jpg", PICTURE)])
def test_a_signed_paper_shows_name_day_and_hash(
    office: Office, told: Told, tmp_path: Path, name: str, content: bytes
) -> None:
    batch = signed(told)
    service = StepsService(office.sit("Noor Laila", "verifikator_kabupaten", REGENCY))
    file = tmp_path / name
    file.write_bytes(content)
    paper = _paper(service, batch)
    day = office.desk.local(office.clock.now()).date().isoformat()
    done = service.upload(batch, paper, file, "  Rahmat  Hidayat ", day)
    assert isinstance(done, Decided), done
    view = service.beside(batch).signoff
    assert view is not None
    shown = next(one for one in view.papers if one.paper == paper)
    assert (shown.signer, shown.state_text) == ("Rahmat Hidayat", "Berkas bertanda tangan sudah diterima")
    assert shown.digest == shown.file[:16]
    op = office.store.outbox.get(done.undo)
    assert op is not None
    assert set(op.set) == {SIGNED + paper, SIGNED_BY + paper, SIGNED_AT + paper}
    if name.endswith("pdf"):
        assert office.shelf.open(shown.file.split(".")[0]) == PDF
    assert service.withdraw((done.undo,)) is not None
    again = service.beside(batch).signoff
    assert again is not None
    assert all(not one.file for one in again.papers)


def _paper(service: StepsService, batch: str) -> str:
    view = service.beside(batch).signoff
    assert view is not None
    return view.papers[0].paper


def test_no_signature_without_a_signer_a_day_and_a_real_file(
    office: Office, told: Told, tmp_path: Path
) -> None:
    batch = signed(told)
    service = StepsService(office.sit("Noor Laila", "verifikator_kabupaten", REGENCY))
    paper, file = _paper(service, batch), tmp_path / "lembar.pdf"
    file.write_bytes(PDF)
    today = office.desk.local(office.clock.now())
    tomorrow = (today + timedelta(days=1)).date().isoformat()
    for signer, day in (("", today.date().isoformat()), ("Rahmat", ""), ("Rahmat", tomorrow)):
        assert isinstance(service.upload(batch, paper, file, signer, day), Refusal)
    torn = tmp_path / "torn.pdf"
    torn.write_bytes(PDF[:10])
    for wrong, code in ((torn, "attachment.not_a_document"), (tmp_path / "gone.pdf", "attachment.missing")):
        with pytest.raises(SidumbaError) as stopped:
            service.upload(batch, paper, wrong, "Rahmat", today.date().isoformat())
        assert stopped.value.code == code
    assert office.store.outbox.rows() == []


def test_before_the_sign_off_there_is_no_paper_to_take_in(office: Office, told: Told, tmp_path: Path) -> None:
    rids = [told.business("tervalidasi")]
    told.pull()
    batch = told.batch(rids)
    service = StepsService(office.sit("Noor Laila", "verifikator_kabupaten", REGENCY))
    assert service.beside(batch).signoff is None
    file = tmp_path / "lembar.pdf"
    file.write_bytes(PDF)
    paper = next(spec.id for spec in office.program.papers if spec.subject == "batch" and spec.signed)
    day = iso(office.clock.now())[:10]
    assert isinstance(service.upload(batch, paper, file, "Rahmat", day), Refusal)


def test_a_batch_signed_long_ago_with_its_paper_is_nobodys_business_any_more(
    office: Office, told: Told
) -> None:
    batch = signed(told)
    for paper in [spec.id for spec in office.program.papers if spec.subject == "batch" and spec.signed]:
        told.edit(batch, "Noor Laila", **{SIGNED + paper: "a" * 64 + ".pdf", SIGNED_AT + paper: "2026-11-20"})
    told.pull()
    office.clock.advance(25 * 3600)
    assert head(office).queue().signed == ()
    assert regency(office).queue().signed == ()
