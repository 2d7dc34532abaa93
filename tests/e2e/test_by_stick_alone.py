"""A village that never goes online: every step of the SOP travels by flashdisk, by a laptop that cannot read it."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sidumba_field.bundle import Kind, look, open_bundle
from sidumba_field.core.errors import SidumbaError
from sidumba_field.seal.box import laptop_identity
from sidumba_field.seal.slots import KdfParams, KeyFile
from sidumba_field.services.exchange.stick_views import StickOutcome
from sidumba_field.services.views import Decided, Mark
from tests.helpers.proxy import Proxy, Way, proxy_to
from tests.helpers.server import ServerProcess
from tests.helpers.typist import fill
from tests.tour.flashdisk import Flashdisk, drives_of, truncated
from tests.tour.offices import LAPTOPS, OfficeLaptop
from tests.tour.people import BUSINESS, CORRECTED, RETURN_PATH, RETURN_TEXT, photo
from tests.tour.stage import TourClock


class Village:
    """Three laptops, two flashdisks; the village's line to the server is cut after its laptop was set up."""

    def __init__(self, server: ServerProcess, line: Proxy, folder: Path) -> None:
        self.folder, self.clock, self.line = folder, TourClock(), line
        self.stick = Flashdisk(folder / "flashdisk")
        self.other = Flashdisk(folder / "flashdisk lain", "KANTOR (F:)", "F:")
        both = (self.stick, self.other)
        self.laptops = {
            name: OfficeLaptop(
                server,
                folder / "laptops" / name,
                name,
                unit,
                roles,
                self.clock,
                url=line.url if name == "desa" else "",
                drives=drives_of(both, name),
            )
            for name, unit, roles in LAPTOPS
        }
        for laptop in self.laptops.values():
            laptop.set_up()
        line.plan = lambda n: Way(refuse=True)
        self.before = (line.sent, line.received)

    def done(self, laptop: str, what: str, stick: Flashdisk | None = None) -> StickOutcome:
        """Plug a flashdisk in, do it there, take it out."""
        stick = stick or self.stick
        stick.holder = laptop
        outcome = getattr(self.laptops[laptop].services.sticks, what)(
            stick.key, lambda _p: None, lambda: False
        )
        stick.holder = ""
        assert isinstance(outcome, StickOutcome)
        return outcome

    def save(self) -> StickOutcome:
        self.clock.advance(11)
        outcome = self.done("desa", "save")
        assert outcome.ok, outcome.sentence
        assert outcome.safe
        return outcome

    def carry(self, stick: Flashdisk | None = None) -> None:
        """The kecamatan takes along what lies there, sends it, and writes the reply back."""
        kecamatan = self.laptops["kecamatan"]
        assert self.done("kecamatan", "read", stick).taken
        kecamatan.send(self.clock)
        assert self.done("kecamatan", "read", stick).put_back

    def travel(self) -> StickOutcome:
        """Village, kecamatan, village."""
        self.save()
        self.carry()
        outcome = self.done("desa", "read")
        assert outcome.ok, outcome.sentence
        assert outcome.replies == 1
        return outcome


@pytest.fixture
def village(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Village]:
    for method in (KeyFile.add_user, KeyFile.add_recovery):
        # Who may open a slot is somebody else's test.
        monkeypatch.setattr(method, "__defaults__", (KdfParams(m_kib=64, t=1),))
    server = ServerProcess.start(tmp_path / "server")
    try:
        with proxy_to(server.port) as line:
            yield Village(server, line, tmp_path)
    finally:
        server.stop()


def cannot_be_read(village: Village) -> bool:
    """The carrier tries with every key it has, and looks for what was typed in the bytes themselves."""
    found = look(village.stick.folder)[0]
    raw = b"".join(path.read_bytes() for path in found.paths)
    seat = village.laptops["kecamatan"].services.session.desk.seat()
    secret = bytes.fromhex(seat.store.meta.get("device_secret") or "")
    for key in (secret, seat.key.secret):
        with pytest.raises(SidumbaError) as caught:
            open_bundle(found, laptop_identity(key), lambda head: found.facts.server if found.facts else "")
        assert caught.value.code == "seal.wrong_key"
    return not any(BUSINESS[path].encode() in raw for path in ("pemilik/nik", "pemilik/nama", "usaha/nama"))


def test_a_village_goes_the_whole_way_by_flashdisk_alone(village: Village) -> None:
    desa, kecamatan, kabupaten = (village.laptops[name] for name in ("desa", "kecamatan", "kabupaten"))
    kecamatan.sit("admin_kecamatan")
    # Typed with its photo, handed on, written; amber until the reply is read.
    desa.sit("petugas")
    entry = desa.services.entry
    rid = entry.new().rid
    fill(entry, rid, photo(640, 480), village.folder)
    assert isinstance(entry.finish(rid), Decided)
    saved = village.save()
    assert (saved.records, saved.files) == (1, 1)
    truth = desa.services.session.truth()
    assert (truth.waiting, truth.on_stick, truth.received) == (1, 1, 0)
    assert desa.services.sticks.view().history[0].mark is Mark.WAITING
    village.stick.holder = "kecamatan"
    assert "tidak bisa dibaca" in kecamatan.services.sticks.view().carried_text
    assert cannot_be_read(village)

    # A copy pulled out early is named and left; the whole one is carried, twice, and counts once.
    (kirim,) = village.stick.bundles(Kind.KIRIM)
    village.other.lay(kirim.name, truncated(kirim.read_bytes()))
    refused = village.done("kecamatan", "read", village.other)
    assert (refused.ok, refused.taken) == (False, 0)
    assert kirim.name in refused.sentence
    village.carry()
    village.other.lay(kirim.name, kirim.read_bytes())
    kabupaten.sit("verifikator_kabupaten")
    assert village.done("kabupaten", "read", village.other).taken == 1
    kabupaten.send(village.clock)
    read = village.done("desa", "read")
    assert (read.records, read.replies) == (1, 1)
    assert village.done("desa", "read").sentence == "Balasan ini sudah pernah dibaca. Tidak ada yang berubah."
    assert desa.services.session.truth().received == 1
    assert desa.services.sticks.view().history[0].mark is Mark.RECEIVED

    # Sorted and submitted; the kecamatan returns it with a remark, which travels back.
    desa.sit("admin_desa")
    for command in ("pilah_lengkap", "ajukan_kecamatan"):
        view = desa.services.review.open(rid)
        assert isinstance(desa.services.review.decide(rid, command, view.rev, view.sha), Decided)
        village.clock.advance(11)
    village.travel()
    kecamatan.send(village.clock)
    kecamatan.decide(rid, "kembalikan", village.clock, {RETURN_PATH: RETURN_TEXT})
    assert village.travel().returned == 1
    task = desa.services.home.home().tasks[0]
    assert (task.kind, task.remark) == ("returned", RETURN_TEXT)

    # Corrected and submitted again; a second bundle overtakes the first, their replies are read the newest first.
    desa.services.entry.answer(rid, RETURN_PATH, CORRECTED)
    assert isinstance(desa.services.entry.finish(rid), Decided)
    village.save()
    village.other.copy_of(village.stick)
    village.save()
    for path in village.stick.bundles(Kind.KIRIM):
        if (village.other.folder / path.name).exists():
            path.unlink()
    village.carry()
    village.carry(village.other)
    assert village.done("desa", "read").ok
    assert village.done("desa", "read", village.other).ok
    assert desa.services.session.truth().waiting == 0

    # Verified, validated, signed off on the line; the village learns of it and prints.
    kecamatan.send(village.clock)
    for command in ("verifikasi", "ajukan_kabupaten"):
        kecamatan.decide(rid, command, village.clock)
    kabupaten.send(village.clock)
    kabupaten.decide(rid, "validasi", village.clock)
    assert isinstance(
        kabupaten.services.review.report_batch(kabupaten.services.review.queue().offers[0]), Decided
    )
    kabupaten.send(village.clock)
    kabupaten.sit("kepala_dinas")
    kabupaten.send(village.clock)
    kabupaten.decide(kabupaten.services.review.queue().rows[0].rid, "sahkan", village.clock)
    village.travel()
    view = desa.services.entry.open(rid)
    assert (view.posisi, view.mark) == ("disahkan", Mark.RECEIVED)
    assert Path(
        desa.services.reporting.print("formulir_terisi", rid, village.folder / "papers").path
    ).exists()
    assert (village.line.sent, village.line.received) == village.before
