"""A period from opening to publication, corrections after sign-off, and the days on which somebody stands in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from typer.testing import CliRunner

from server_stub import cli
from server_stub.app import build_server
from server_stub.auth.keys import open_keys
from server_stub.backup.making import make
from server_stub.backup.proving import prove
from server_stub.settings import Argon, Settings
from server_stub.store.people import User
from sidumba_field.core.records import Op, OpStatus, Record
from sidumba_field.core.time import iso
from tests.helpers.office import DESA, DESA_2, KABUPATEN, Office


def opened(office: Office, label: str = "2026") -> Record:
    op = office.open_period(label)
    office.must(op)
    return office.stored(op.rid)


def close(office: Office, period: Record, *listed: Record) -> Op:
    members = tuple({"rid": r.rid, "vid": r.vid, "rev": r.rev, "sha": r.content_sha256} for r in listed)
    return office.step("verifikator_kabupaten", period.rid, "tutup", members=members)


def backed_up(office: Office, folder: Path) -> None:
    """A backup made now, and its proof."""
    kept = Settings(folder / "data", office.database.url)
    kept.data.mkdir(exist_ok=True)
    keys, out = open_keys(kept.keys), folder / f"{office.new_id()}.age"
    make(office.database, kept, keys, office.clock, out, ())
    assert prove(office.database, kept, keys, office.clock, out).result == ""


def test_a_period_goes_from_opening_to_publication(office: Office, tmp_path: Path) -> None:
    period = opened(office)
    ready = office.tell(office.at_state("tervalidasi"))
    assert office.do(close(office, period)).params["guard"] == "all_batches_signed_or_listed"
    report = office.batch("verifikator_kabupaten", "laporkan", [ready.rid])
    office.must(report)
    assert office.do(close(office, period)).params["guard"] == "all_batches_signed_or_listed"
    office.must(office.step("kepala_dinas", report.rid, "sahkan"))
    office.must(close(office, period))
    early = office.do(office.step("operator_server", period.rid, "sajikan"))
    assert early.code == "op.not_allowed"
    backed_up(office, tmp_path)
    office.must(office.step("operator_server", period.rid, "cadangkan"))
    office.must(office.step("operator_server", period.rid, "sajikan"))
    assert office.stored(period.rid).state == "disajikan"


def test_what_stays_unsigned_is_listed_by_name_or_the_period_stays_open(office: Office) -> None:
    period, ready = opened(office), office.at_state("tervalidasi")
    other = office.at_state("draf")
    assert office.do(close(office, period, other)).params["guard"] == "all_batches_signed_or_listed"
    office.must(close(office, period, ready))


def test_a_backup_counts_when_it_holds_the_close_and_was_proven(office: Office, tmp_path: Path) -> None:
    """Not by clocks: what counts is that the entry of the close lies in the backup."""
    period = opened(office)
    backed_up(office, tmp_path)
    office.must(close(office, period))
    step = office.step("operator_server", period.rid, "cadangkan")
    assert office.do(step).params["guard"] == "restore_proven"
    backed_up(office, tmp_path)
    office.must(office.step("operator_server", period.rid, "cadangkan"))
    fields = office.stored(period.rid).fields
    with office.database.read() as work:
        proof = work.proofs.all()[0]
        payload = work.feed.history(period.rid)[-1].payload
    assert (fields["backup_sha256"], fields["backup_records"]) == (proof.sha256, "1")
    assert payload is not None
    assert payload["set"] == {path: value for path, value in fields.items() if path.startswith("backup_")}


def test_no_laptop_writes_the_facts_of_a_backup_itself(office: Office, tmp_path: Path) -> None:
    period = opened(office)
    office.must(close(office, period))
    backed_up(office, tmp_path)
    forged = office.step("operator_server", period.rid, "cadangkan", set={"backup_sha256": "0" * 64})
    assert office.do(forged).code == "op.malformed"
    edit = office.edit(
        "operator_server",
        period.rid,
        {"backup_sha256": "0" * 64},
        base=2,
        vid=period.vid,
        subject="period",
        form="",
        form_v="",
    )
    assert office.do(edit).code == "op.not_allowed"
    assert office.stored(period.rid).fields == {"label": "2026"}


@pytest.mark.parametrize("by", ["petugas", "admin_kecamatan", "kepala_dinas", "verifikator_kabupaten"])
def test_only_the_operator_records_a_backup(office: Office, tmp_path: Path, by: str) -> None:
    period = opened(office)
    office.must(close(office, period))
    backed_up(office, tmp_path)
    assert office.do(office.step(by, period.rid, "cadangkan")).code in ("op.wrong_role", "op.outside_area")


# ------------------------------------------------------------------------------------------------ after sign-off


def test_a_correction_after_sign_off_is_a_new_record_in_the_next_period(office: Office) -> None:
    first = opened(office)
    signed = office.at_state("disahkan")
    office.must(close(office, first))
    office.clock.advance(1)
    opened(office, "2027")
    rid = office.new_id()
    office.must(
        office.edit("petugas", rid, {**signed.fields, "nama": "Keripik Baru", "@continues": signed.rid})
    )
    after = office.stored(rid)
    assert (after.period, after.state, after.rev) == ("2027", "draf", 1)
    assert after.fields["@continues"] == signed.rid
    assert office.stored(signed.rid) == signed


@pytest.mark.parametrize("state", ["draf", "tervalidasi", "dilaporkan", "tidak_berlaku"])
def test_only_what_was_signed_off_is_continued(office: Office, state: str) -> None:
    opened(office, "2027")
    before = office.at_state(state)
    answer = office.do(office.edit("petugas", office.new_id(), {"nama": "A", "@continues": before.rid}))
    assert (answer.st, answer.code) == (OpStatus.REJECTED, "op.unknown_record")


def test_nobody_continues_what_lies_elsewhere_or_in_the_same_period(office: Office) -> None:
    opened(office, "2027")
    foreign = office.at_state("disahkan", vid=office.vid(DESA_2))
    same = office.at_state("disahkan", period="2027")
    for before in (foreign.rid, same.rid, office.new_id()):
        op = office.edit("petugas", office.new_id(), {"nama": "A", "@continues": before})
        assert office.do(op).code == "op.unknown_record"


def test_a_record_for_a_closed_period_lands_in_the_open_one(office: Office) -> None:
    first = opened(office)
    office.must(close(office, first))
    late = office.new_id()
    office.must(office.edit("petugas", late, {"nama": "A", "@period": "2026"}))
    assert office.stored(late).period == "2026", (
        "no other period is open yet: nothing typed is refused for it"
    )
    office.clock.advance(1)
    opened(office, "2027")
    later = office.new_id()
    office.must(office.edit("petugas", later, {"nama": "B", "@period": "2026"}))
    assert office.stored(later).period == "2027"


# ------------------------------------------------------------------------------------------------ standing in


def stand_in(office: Office, **days: str) -> None:
    head = office.people["kepala_dinas"].id
    office.hire("plt", "kepala_dinas", KABUPATEN, acting_for=head, acting_as="Plt.", **days)


def test_both_names_and_the_quality_are_logged(office: Office) -> None:
    stand_in(office)
    ready = office.at_state("tervalidasi")
    report = office.batch("verifikator_kabupaten", "laporkan", [ready.rid])
    office.must(report)
    office.must(office.step("plt", report.rid, "sahkan"))
    with office.database.read() as work:
        said = [e.payload or {} for e in work.feed.history(report.rid)]
        member = (work.feed.history(ready.rid)[-1].payload) or {}
    named = ("by_name", "acting_for", "acting_for_name", "acting_as")
    wanted = ("Plt", office.people["kepala_dinas"].id, "Kepala_Dinas", "Plt.")
    assert tuple(said[-1][key] for key in named) == tuple(member[key] for key in named) == wanted
    assert tuple(said[0][key] for key in named[1:]) == ("", "", "")


def test_standing_in_ends_with_its_last_day(office: Office) -> None:
    now = office.clock.now()
    stand_in(office, valid_from=iso(now + timedelta(days=1)), valid_to=iso(now + timedelta(days=2)))
    ready = office.at_state("tervalidasi")
    report = office.batch("verifikator_kabupaten", "laporkan", [ready.rid])
    office.must(report)
    codes = []
    for _ in range(3):
        codes.append(office.do(office.step("plt", report.rid, "sahkan")).code)
        if office.stored(report.rid).state == "disahkan":
            office.must(office.step("kepala_dinas", report.rid, "batal_sahkan", remark="Ulang"))
        office.clock.advance(24 * 3600)
    assert codes == ["op.wrong_role", "", "op.wrong_role"]


def test_the_operator_names_quality_official_and_days_of_the_office(tmp_path: Path) -> None:
    settings = Settings(tmp_path / "server", argon=Argon(memory=8, time=1, lanes=1))
    server = build_server(settings)
    program, rules = next(iter(server.programs.items()))
    with server.database.write() as work:
        work.scopes.put_units({DESA: "Halong"})
        work.scopes.ensure(program, DESA)
    for name in ("wati", "budi"):
        server.accounts.add_user(_account(name), "kata sandi panjang")
    right = ("--role", rules.workflow.roles[0], "--program", program, "--unit", DESA)
    grant = ("user", "grant", "--data", str(settings.data), "wati", *right)
    days = ("--from", "2026-11-20", "--until", "2026-11-30")
    half = CliRunner().invoke(cli.app, [*grant, *days, "--as", "plt"])
    assert (half.exit_code, "--acting-for" in half.output) == (1, True)
    whole = CliRunner().invoke(cli.app, [*grant, *days, "--as", "plt", "--acting-for", "budi"])
    assert whole.exit_code == 0, whole.output
    with server.database.read() as work:
        wati, budi = work.people.by_username("wati"), work.people.by_username("budi")
        assert wati is not None
        assert budi is not None
        (found,) = work.people.grants(wati.id)
    assert (found.acting_as, found.acting_for) == ("Plt.", budi.id)
    # Days of WITA, the last one included.
    assert found.covers(program, DESA, datetime(2026, 11, 19, 16, 0, tzinfo=UTC))
    assert not found.covers(program, DESA, datetime(2026, 11, 19, 15, 59, tzinfo=UTC))
    assert found.covers(program, DESA, datetime(2026, 11, 30, 15, 59, tzinfo=UTC))
    assert not found.covers(program, DESA, datetime(2026, 11, 30, 16, 0, tzinfo=UTC))
    listed = CliRunner().invoke(cli.app, ["user", "list", "--data", str(settings.data)]).output
    assert "Plt. Budi" in listed
    server.database.close()


def _account(name: str) -> User:
    return User("", name, name.title(), "", "", DESA, "", True, "")
