"""A patched client cannot decide in another person's name: without the verifier's passphrase nothing is approved.

The worst case is played: somebody who works on the very laptop on which the verifier is activated, has opened its
database with his own passphrase, holds the laptop's device key, and sends whatever he likes. Only the verifier's own
key is missing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from server_stub.settings import Settings
from server_stub.store.database import Database
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import derived_id, new_id
from sidumba_field.core.records import Op, OpAnswer, OpKind, OpStatus, Record
from sidumba_field.core.time import iso
from sidumba_field.seal.signing import SigningKey
from sidumba_field.seal.slots import KeyFile
from sidumba_field.services.views import Decided
from sidumba_field.sync.http import HttpTransport
from sidumba_field.sync.transport import DeviceIdentity
from sidumba_field.wire.messages import PushRequest, SessionRequest
from tests.helpers.server import ServerProcess
from tests.helpers.typist import fill
from tests.tour.offices import OfficeLaptop
from tests.tour.people import photo
from tests.tour.stage import TourClock

VILLAGE, DISTRICT, FOREIGN = "63.11.02.2005", "63.11.02", "63.11.02.2001"
STATE = "diajukan_kecamatan"


@dataclass
class Stage:
    """A record that waits for the verifier, and everything an insider of that laptop can lay hands on.

    ``old``: decisions the verifier really signed and took back, before the content changed.
    """

    server: ServerProcess
    laptop: OfficeLaptop
    clock: TourClock
    rid: str
    old: list[Op]
    device: DeviceIdentity
    epoch: str
    keys: dict[str, SigningKey]
    dseq: int = 1_000

    def user(self, role: str) -> str:
        return self.laptop.cards[role].user_id

    def stored(self) -> Record:
        """The record as the server's own database has it."""
        database = Database(Settings(self.server.folder).database)
        try:
            with database.read() as work:
                found = work.records.get(self.rid)
        finally:
            database.close()
        assert found is not None
        return found

    def approval(self, by: str, **changes: object) -> Op:
        """An approval as the patched client writes it: everything right but the signature."""
        record = self.stored()
        self.dseq += 1
        op = Op(
            op=new_id(self.clock),
            vid=record.vid,
            rid=record.rid,
            kind=OpKind.TRANSITION,
            program=record.program,
            subject=record.subject,
            form=record.form,
            form_v=record.form_v,
            by=by,
            at=iso(self.clock.now()),
            dseq=self.dseq,
            command="verifikasi",
            expect_state=record.state,
            expect_rev=record.rev,
            content_sha256=record.content_sha256,
        )
        return op.with_(**changes)

    def signed(self, op: Op, role: str) -> Op:
        return op.with_(sig=self.keys[role].sign(op.decision_bytes()))

    def push(self, op: Op, device: DeviceIdentity | None = None) -> OpAnswer:
        line = HttpTransport(self.server.url, device or self.device)
        try:
            reply = line.push(
                PushRequest(
                    proto=1,
                    epoch=self.epoch,
                    device=self.device.device,
                    inc=self.device.inc,
                    items=[op.payload()],
                )
            )
        finally:
            line.close()
        return reply.results[0].to_answer()


def decided(result: object) -> Decided:
    assert isinstance(result, Decided), result
    return result


def waiting_for_the_verifier(laptop: OfficeLaptop, clock: TourClock, folder: Path) -> str:
    """A petugas types a business, admin desa submits it to the district; return its id."""
    laptop.sit("petugas")
    view = laptop.services.entry.new()
    fill(laptop.services.entry, view.rid, photo(640, 480), folder)
    decided(laptop.services.entry.finish(view.rid))
    laptop.send(clock)
    laptop.sit("admin_desa")
    laptop.decide(view.rid, "pilah_lengkap", clock)
    laptop.decide(view.rid, "ajukan_kecamatan", clock)
    return view.rid


def decisions_taken_back(laptop: OfficeLaptop, clock: TourClock, rid: str, number: int) -> list[Op]:
    """The verifier approves and thinks better of it, again and again; somebody kept the ops."""
    laptop.sit("admin_kecamatan")
    laptop.send(clock)
    review = laptop.services.review
    seen = review.open(rid)
    kept = []
    for _ in range(number):
        done = decided(review.decide(rid, "verifikasi", seen.rev, seen.sha))
        op = review.desk.seat().store.outbox.get(done.undo)
        assert op is not None
        kept.append(op)
        assert review.withdraw(done.undo) is not None
    return kept


def content_changes(laptop: OfficeLaptop, clock: TourClock, rid: str) -> None:
    """Admin desa takes the record back, changes one answer and submits it again."""
    laptop.sit("admin_desa")
    laptop.decide(rid, "tarik", clock)
    laptop.services.entry.answer(rid, "pernyataan/catatan", "Ditemui lagi di pasar.")
    decided(laptop.services.entry.finish(rid))
    laptop.send(clock)


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    folder = tmp_path_factory.mktemp("forged")
    clock = TourClock()
    server = ServerProcess.start(folder / "server")
    try:
        roles = ("petugas", "admin_desa", "admin_kecamatan")
        laptop = OfficeLaptop(server, folder / "laptop", "desa", VILLAGE, roles, clock)
        laptop.set_up()
        rid = waiting_for_the_verifier(laptop, clock, folder)
        old = decisions_taken_back(laptop, clock, rid, 5)
        content_changes(laptop, clock, rid)
        keys = {}
        for role in ("admin_desa", "petugas"):
            laptop.sit(role)
            keys[role] = laptop.services.review.desk.seat().key
        meta = laptop.services.review.desk.seat().store.meta
        secret = SigningKey(bytes.fromhex(meta.get("device_secret") or ""))
        device = DeviceIdentity(meta.get("device") or "", meta.get("incarnation") or "", secret)
        yield Stage(server, laptop, clock, rid, old, device, meta.get("epoch") or "", keys)
        laptop.services.session.lock()
    finally:
        server.stop()


def as_verifier(**changes: object) -> Callable[[Stage], Op]:
    return lambda stage: stage.approval(stage.user("admin_kecamatan"), **changes)


def as_verifier_with_key_of(role: str) -> Callable[[Stage], Op]:
    return lambda stage: stage.signed(stage.approval(stage.user("admin_kecamatan")), role)


def in_own_name(role: str, **changes: object) -> Callable[[Stage], Op]:
    return lambda stage: stage.signed(stage.approval(stage.user(role), **changes), role)


def old_decision(*today: str, **changes: object) -> Callable[[Stage], Op]:
    """The verifier's true signature, with what an insider would like it to say; ``today``: members taken from now."""

    def written(stage: Stage) -> Op:
        now = stage.approval("")
        stage.dseq += 1
        named = {name: getattr(now, name) for name in today}
        return stage.old.pop().with_(dseq=stage.dseq, **{**named, **changes})

    return written


def not_on_this_laptop(stage: Stage) -> Op:
    """The regency's verifier never sat down here; another laptop knows him."""
    account = stage.server.accounts["verifikator_kabupaten"]
    database = Database(Settings(stage.server.folder).database)
    try:
        with database.read() as work:
            user = work.people.by_username(account["username"])
    finally:
        database.close()
    assert user is not None
    return stage.signed(stage.approval(user.id), "petugas")


def village_of(unit: str) -> Callable[[Stage], str]:
    return lambda stage: derived_id("scope", stage.stored().program, unit)


def elsewhere(role: str, unit: str) -> Callable[[Stage], Op]:
    return lambda stage: in_own_name(role, vid=village_of(unit)(stage))(stage)


R, C = OpStatus.REJECTED, OpStatus.CONFLICT
ATTACKS: dict[str, tuple[Callable[[Stage], Op], OpStatus, str]] = {
    "no signature": (as_verifier(), R, "op.bad_signature"),
    "zeros for a signature": (as_verifier(sig="00" * 64), R, "op.bad_signature"),
    "words for a signature": (as_verifier(sig="disetujui"), R, "op.malformed"),
    "signed by the petugas": (as_verifier_with_key_of("petugas"), R, "op.bad_signature"),
    "signed by admin desa": (as_verifier_with_key_of("admin_desa"), R, "op.bad_signature"),
    "petugas in his own name": (in_own_name("petugas"), R, "op.wrong_role"),
    "admin desa in his own name": (in_own_name("admin_desa"), R, "op.wrong_role"),
    "somebody of another laptop": (not_on_this_laptop, R, "op.wrong_device"),
    "in a village not his": (elsewhere("petugas", FOREIGN), R, "op.outside_area"),
    "in the district's own feed": (elsewhere("admin_desa", DISTRICT), R, "op.outside_area"),
    "as a batch": (in_own_name("admin_desa", subject="batch"), R, "op.outside_area"),
    "a true decision, sent after the content changed": (old_decision(), C, "op.stale_review"),
    "a true decision with today's revision": (old_decision("expect_rev"), R, "op.bad_signature"),
    "a true decision with today's content": (old_decision("content_sha256"), R, "op.bad_signature"),
    "a true decision with both": (
        old_decision("expect_rev", "content_sha256"),
        R,
        "op.bad_signature",
    ),
    "a true decision turned round": (
        old_decision("expect_rev", "content_sha256", command="kembalikan", remark="Salah."),
        R,
        "op.bad_signature",
    ),
}


def test_nothing_is_approved_in_another_persons_name(stage: Stage) -> None:
    before = stage.stored()
    assert before.state == STATE
    answers = {}
    for attack, (write, _, _) in ATTACKS.items():
        answer = stage.push(write(stage))
        answers[attack] = (answer.st, answer.code)
        assert stage.stored() == before, attack
    assert answers == {attack: (status, code) for attack, (_, status, code) in ATTACKS.items()}


def test_an_edit_is_no_way_round(stage: Stage) -> None:
    """Content that claims to be a state, an edit in the verifier's name: neither moves the record or its answers."""
    before = stage.stored()
    for role in ("petugas", "admin_desa", "admin_kecamatan"):
        edit = stage.approval(
            stage.user(role), kind=OpKind.EDIT, command="", expect_state="", content_sha256=""
        )
        edit = edit.with_(
            base_rev=before.rev, expect_rev=0, set={"@state": "tervalidasi", "usaha/nama": "Lain"}
        )
        answer = stage.push(edit)
        assert answer.st in (OpStatus.HELD, OpStatus.REJECTED)
        assert stage.stored() == before


def test_without_the_laptops_key_nothing_is_even_read(stage: Stage) -> None:
    before = stage.stored()
    op = in_own_name("admin_desa")(stage)
    stranger = DeviceIdentity(new_id(stage.clock), new_id(stage.clock), SigningKey.generate())
    for device in (DeviceIdentity(stage.device.device, stage.device.inc, SigningKey.generate()), stranger):
        with pytest.raises(SidumbaError) as refused:
            stage.push(op, device)
        assert refused.value.code in ("seal.bad_signature", "auth.device_unknown")
    assert stage.stored() == before


def test_a_slot_forged_by_a_colleague_opens_a_chair_but_signs_nothing(stage: Stage) -> None:
    """Whoever knows the data key can write a slot in the verifier's name; the key in it is nobody's."""
    laptop, verifier = stage.laptop, stage.user("admin_kecamatan")
    before = stage.stored()
    laptop.sit("petugas")
    seat = laptop.services.review.desk.seat()
    keys = KeyFile(seat.store.folder / "keys.json")
    card = next(card for card in keys.cards() if card.user_id == verifier)
    true_slots = keys.path.read_bytes()
    keys.add_user(verifier, card, "kata sandi palsu", seat.data_key, SigningKey.generate().secret)
    try:
        laptop.services.session.unlock(verifier, "kata sandi palsu")
        view = laptop.services.review.open(stage.rid)
        decided(laptop.services.review.decide(stage.rid, "verifikasi", view.rev, view.sha))
        stage.clock.advance(11)
        outcome = laptop.services.syncing.run()
        assert not outcome.ok
        assert stage.stored() == before
        rows = laptop.services.review.desk.seat().store.outbox.rows()
        assert [row.code for row in rows if row.command == "verifikasi"] == ["op.bad_signature"]
    finally:
        keys.path.write_bytes(true_slots)


def test_a_password_that_is_not_his_registers_no_key(stage: Stage) -> None:
    account = stage.server.accounts["admin_kecamatan"]
    own = SigningKey.generate()
    line = HttpTransport(stage.server.url, stage.device)
    request = SessionRequest(
        proto=1, username=account["username"], password="kata sandi palsu", user_key=own.public_hex
    )
    with pytest.raises(SidumbaError) as refused:
        line.session(request)
    line.close()
    assert refused.value.code == "auth.wrong_passphrase"
    op = stage.approval(stage.user("admin_kecamatan"))
    answer = stage.push(op.with_(sig=own.sign(op.decision_bytes())))
    assert (answer.st, answer.code) == (R, "op.bad_signature")


def test_the_verifier_himself_approves(stage: Stage) -> None:
    """What all the attempts above lacked was nothing but his passphrase."""
    laptop = stage.laptop
    laptop.sit("admin_kecamatan")
    laptop.send(stage.clock)
    laptop.decide(stage.rid, "verifikasi", stage.clock)
    assert stage.stored().state == "terverifikasi_kecamatan"
