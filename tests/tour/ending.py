"""How the round ends (SOP steps 9 to 11): a late edit decided, report, sign-off, withdrawal, signed paper, backup."""

from __future__ import annotations

from pathlib import Path

from server_stub.cli import app
from sidumba_field.services.views import Refusal
from tests.tour.crowd import Crowd, Hands, seated
from tests.tour.people import signed_sheet

LATE_NOTE = "Kemasan baru mulai dipakai bulan lalu."


def edit_late(crowd: Crowd) -> str:
    """A clerk changes an answer and submits on the village's laptop without internet, while the same record is
    submitted at the sub-district. Return its rid; the edit leaves the village's laptop afterwards."""
    one = next(business for business in crowd.all if business.village == "63.11.02.2005")
    with seated(crowd.tour.windows["desa"], "admin_desa") as hands:
        hands.send(crowd.tour)
        entry = hands.services.entry
        hands.do(lambda: entry.open(one.rid))
        hands.do(lambda: entry.answer(one.rid, "pernyataan/catatan", LATE_NOTE))
        hands.do(lambda: entry.finish(one.rid))
    with seated(crowd.tour.windows["kecamatan"], "admin_desa") as hands:
        hands.send(crowd.tour)
        hands.move([one.rid], "ajukan_kecamatan")
        hands.send(crowd.tour)
    return one.rid


def late_edit_arrives(crowd: Crowd, rid: str) -> None:
    """The village is online again: the edit is held, nothing is lost, and the desk it lies on decides."""
    with seated(crowd.tour.windows["desa"], "admin_desa") as hands:
        hands.send(crowd.tour)
    with seated(crowd.tour.windows["kecamatan"], "admin_kecamatan") as hands:
        hands.send(crowd.tour)
        waiting = hands.do(lambda: hands.services.steps.differs(rid))
        if len(waiting) != 1:
            raise RuntimeError(f"{len(waiting)} late edits are shown instead of one")
        done = hands.do(lambda: hands.services.steps.settle(rid, waiting[0].op, True))
        if isinstance(done, Refusal):
            raise RuntimeError(done.sentence)
        hands.send(crowd.tour)


def take_back_and_sign_again(crowd: Crowd, batch: str) -> None:
    """The head withdraws his sign-off within 24 hours, with a reason, and signs again."""
    with seated(crowd.tour.windows["kabupaten"], "kepala_dinas") as hands:
        hands.send(crowd.tour)
        _decide(hands, batch, "batal_sahkan", "Nomor lembar pengesahan keliru.")
        hands.send(crowd.tour)
        _decide(hands, batch, "sahkan")
        hands.send(crowd.tour)


def upload_signed(crowd: Crowd, batch: str, folder: Path) -> None:
    """The sheet signed by hand comes back as a scan; until now it said "Menunggu TTE"."""
    scan = folder / "lembar-pengesahan.jpg"
    scan.write_bytes(signed_sheet())
    with seated(crowd.tour.windows["kabupaten"], "kepala_dinas") as hands:
        steps = hands.services.steps
        day = hands.do(
            lambda: hands.services.session.desk.local(hands.services.session.desk.clock.now()).date()
        )
        done = hands.do(
            lambda: steps.upload(
                batch, "lembar_pengesahan", scan, "Drs. H. Rahmat Hidayat, M.M.", day.isoformat()
            )
        )
        if isinstance(done, Refusal):
            raise RuntimeError(done.sentence)
        hands.send(crowd.tour)


def close_period(crowd: Crowd) -> str:
    """The regency closes the period; what is not signed off is listed. Return the period's rid."""
    with seated(crowd.tour.windows["kabupaten"], "verifikator_kabupaten") as hands:
        hands.send(crowd.tour)
        period = hands.do(hands.services.periods.view).periods[0]
        _move_period(hands, period.rid, "tutup", listed=period.listing)
        hands.send(crowd.tour)
        return str(period.rid)


def back_up(crowd: Crowd, period: str) -> None:
    """The operator makes a backup, proves it by restoring, and records that; then the period is presented."""
    tour = crowd.tour
    data, file = tour.server.folder, tour.out / "backup" / "sidumba.age"
    file.parent.mkdir(parents=True, exist_ok=True)
    for command in (
        ("backup", "--data", str(data), "--out", str(file)),
        ("backup", "--data", str(data), "prove", str(file)),
        (
            "restore",
            str(file),
            "--identity",
            str(data / "keys.json"),
            "--into",
            str(file.with_name("restored")),
        ),
    ):
        app(list(command), standalone_mode=False)
    with seated(tour.windows["kabupaten"], "operator_server") as hands:
        hands.send(tour)
        _move_period(hands, period, "cadangkan")
        hands.send(tour)
        _move_period(hands, period, "sajikan")
        hands.send(tour)


def _move_period(hands: Hands, rid: str, command: str, *, listed: bool = False) -> None:
    done = hands.do(lambda: hands.services.periods.step(rid, command, listed))
    if isinstance(done, Refusal):
        raise RuntimeError(f"{command}: {done.sentence}")


def _decide(hands: Hands, rid: str, command: str, remark: str = "") -> None:
    view = hands.do(lambda: hands.services.review.open(rid))
    done = hands.do(lambda: hands.services.review.decide(rid, command, view.rev, view.sha, remark))
    if isinstance(done, Refusal):
        raise RuntimeError(f"{command}: {done.sentence}")
