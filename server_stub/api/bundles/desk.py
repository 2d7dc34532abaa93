"""The desk where bundles are handed in: checks one whole, has its work taken, keeps the reply for whoever fetches it.

Killed anywhere, the same bundle simply comes again: ops and files are known by their ids and hashes, the receipt is
drawn once, and a reply counts only when it lies whole under its name. A bundle that was answered gets the very same
reply, for as long as that lies here.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from server_stub.api.bundles.replying import Reply
from server_stub.api.bundles.taking import Taking, highest
from server_stub.api.deps import Server
from server_stub.auth.gate import READING, SENDING, Person
from server_stub.auth.permissions import rights
from server_stub.store.blobs import DiskBlobs
from server_stub.store.bundles import BundleState, CarriedBundle
from server_stub.store.devices import Device, DeviceState
from sidumba_field.attachments.locks import locked, try_locked
from sidumba_field.bundle import (
    Entry,
    Facts,
    Found,
    Head,
    Kind,
    Opening,
    look,
    open_bundle,
    open_sealed,
    write_bundle,
    write_sealed,
)
from sidumba_field.bundle.container import Bounds
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import new_id
from sidumba_field.core.time import iso
from sidumba_field.seal.box import laptop_recipient

#: How long a reply lies ready, and how long what is known of a bundle is kept.
REPLY_LIFE = timedelta(days=90)
_BLOCK = 1024 * 1024
#: Refusals that may be over tomorrow; anything else about a bundle stays as it is.
PASSING = frozenset({"wire.overloaded", "attachment.later", "store.disk_full", "bundle.stick_full"})


@dataclass(frozen=True, slots=True)
class Handled:
    """What became of one bundle. ``again``: it had been answered before."""

    row: CarriedBundle
    reply: Found
    again: bool


class BundleDesk:
    """One per call; safe to use from several processes: a bundle is handled under a lock of its own."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self._folder = server.settings.data / "bundles"
        #: Sealed streams on their way in, by chunks.
        self.coming = DiskBlobs(self._folder / "coming")

    # ---- handing in -----------------------------------------------------------------------------------------------

    def handle(self, found: Found, carrier: str = "", admit: frozenset[DeviceState] = SENDING) -> Handled:
        """Take in a kirim and return its reply; one answered before gets the same reply again.

        ``admit``: states of laptops whose work is taken. An operator who opens the sealed work of an emptied laptop
        names more of them than a carrier may; then an earlier answer, an order alone, does not count.
        Raises ``bundle.*`` for what is not whole, not ours, of an unknown laptop or not a kirim: nothing was applied.
        """
        facts = found.demand()
        if facts.kind is not Kind.KIRIM:
            raise SidumbaError("bundle.wrong_kind")
        if facts.server != self.server.keys.signing.public_hex:
            raise SidumbaError("bundle.foreign_server")
        with self._turn(facts.sha):
            before = self._answered(facts.sha) if admit == SENDING else None
            return before or self._handle(found, facts.sha, facts.size, carrier, admit)

    def handle_sent(self, sha: str) -> bool:
        """Take in a stream a carrier has sent whole; False when somebody else is at it right now.

        A refusal is written into the bundle's row, where the carrier reads it.
        """
        self._folder.mkdir(parents=True, exist_ok=True)
        with try_locked(self._folder / f"{sha}.lock") as mine:
            if not mine:
                return False
            row = self._row(sha)
            if row is None or row.state is not BundleState.RECEIVED:
                return True
            found = Found.bare(self.coming.folder / sha[:2] / sha, row.size)
            try:
                self._handle(found, sha, row.size, row.carrier)
            except SidumbaError as error:
                if error.code in PASSING:
                    raise
                self._save(replace(row, state=BundleState.REFUSED, code=error.code))
            found.paths[0].unlink(missing_ok=True)
            return True

    @contextmanager
    def _turn(self, sha: str) -> Iterator[None]:
        self._folder.mkdir(parents=True, exist_ok=True)
        with locked(self._folder / f"{sha}.lock"):
            yield

    def _handle(
        self, found: Found, sha: str, size: int, carrier: str, admit: frozenset[DeviceState] = SENDING
    ) -> Handled:
        devices: list[Device] = []
        opening = self._opened(found, devices)
        head, device = opening.head, devices[0]
        row = self._begun(sha, size, carrier, head)
        if device.state not in admit:
            if device.state is DeviceState.WIPE:
                self._set_aside(found, sha, size, head, device)
            reply = self._write(row, head, device, self._order_alone(device))
            return self._done(row, reply)
        with self.server.database.read() as work:
            people = work.people.on_device(device.id)
        taking = Taking(self.server, device, people)
        opening.walk(taking)
        taking.flush()
        receipt = self._receipt(row, head, taking)
        reader = self._reader(opening, device) if device.state in READING else None
        said = Reply(self.server, device, reader, taking, receipt)
        row = replace(row, ops=len(taking.answers), files=len(taking.files), receipt=receipt)
        return self._done(row, self._write(row, head, device, said.entries()))

    @property
    def sealed(self) -> Path:
        """Where the sealed work of emptied laptops lies until an operator opens it."""
        return self.server.settings.data / "titipan"

    def _set_aside(self, found: Found, sha: str, size: int, head: Head, device: Device) -> None:
        """Keep the sealed work of a laptop that is being emptied: nobody else has it."""
        self.sealed.mkdir(parents=True, exist_ok=True)
        if any(one.facts is not None and one.facts.sha == sha for one in look(self.sealed)):
            return
        with self.server.database.read() as work:
            place = work.scopes.unit_names([device.unit]).get(device.unit, "")
        given = (head.bundle, head.number, head.device, device.unit, place, head.server, head.made_at)
        facts = Facts(Kind.KIRIM, *given, sha=sha, size=size)
        with open_sealed(found) if found.facts is not None else found.paths[0].open("rb") as source:
            write_sealed(self.sealed, facts, iter(lambda: source.read(_BLOCK), b""))

    def _opened(self, found: Found, devices: list[Device]) -> Opening:
        own = self.server.keys.signing.public_hex

        def key_of(head: Head) -> str:
            if head.kind is not Kind.KIRIM:
                raise SidumbaError("bundle.wrong_kind")
            if head.server != own:
                raise SidumbaError("bundle.foreign_server")
            with self.server.database.read() as work:
                device = work.devices.get(head.device)
            if device is None:
                raise SidumbaError("bundle.unknown_laptop")
            devices.append(device)
            return device.key

        try:
            return open_bundle(found, self.server.keys.age_identity, key_of, bounds=self._bounds)
        except SidumbaError as error:
            if error.code == "seal.wrong_key":
                raise SidumbaError("bundle.foreign_server") from None
            raise

    @property
    def _bounds(self) -> Bounds:
        limits = self.server.settings.limits
        return Bounds(total=limits.max_bundle, file=4 * limits.max_file)

    def _order_alone(self, device: Device) -> Iterator[Entry]:
        yield from Reply(self.server, device, None, Taking(self.server, device, frozenset()), 0).order()

    def _reader(self, opening: Opening, device: Device) -> Person | None:
        """Return who may read by his signature under this kirim: the first whose key on this laptop it is."""
        now = self.server.clock.now()
        with self.server.database.read() as work:
            for user, key in opening.manifest.signers:
                account = work.people.get(user)
                if account is not None and work.people.signs(user, device.id, key):
                    grants = work.people.grants(user)
                    return Person(account, grants, rights(grants, now), device.id)
        return None

    def _receipt(self, row: CarriedBundle, head: Head, taking: Taking) -> int:
        """Draw the number of the receipt, once for each bundle that brought ops."""
        if not taking.answers:
            return 0
        at = iso(self.server.clock.now())
        with self.server.database.write() as work:
            known = work.bundles.lock(row.sha)
            if known is not None and known.receipt:
                return known.receipt
            drawn, _ = work.devices.next_receipt(head.device, highest(taking.answers), head.inc, at)
            if known is not None:
                work.bundles.save(replace(known, receipt=drawn))
            return drawn

    # ---- rows -----------------------------------------------------------------------------------------------------

    def _row(self, sha: str) -> CarriedBundle | None:
        with self.server.database.read() as work:
            return work.bundles.get(sha)

    def _save(self, row: CarriedBundle) -> None:
        with self.server.database.write() as work:
            work.bundles.save(row)

    def _begun(self, sha: str, size: int, carrier: str, head: Head) -> CarriedBundle:
        """Return the row of a bundle that was found sound, written down before anything of it is applied."""
        at = iso(self.server.clock.now())
        with self.server.database.write() as work:
            work.bundles.begin(CarriedBundle(sha, size, BundleState.RECEIVED, carrier, at))
            known = work.bundles.lock(sha)
            assert known is not None
            row = replace(
                known,
                state=BundleState.RECEIVED,
                code="",
                bundle=head.bundle,
                device=head.device,
                number=head.number,
                made_at=head.made_at,
            )
            work.bundles.save(row)
        return row

    def _done(self, row: CarriedBundle, reply: Found) -> Handled:
        facts = reply.demand()
        done = replace(
            row,
            state=BundleState.ANSWERED,
            answered_at=facts.made_at,
            reply=facts.bundle,
            reply_sha=facts.sha,
            reply_size=facts.size,
        )
        self._save(done)
        for other in look(reply.paths[0].parent):
            if other.facts != facts:
                for path in other.paths:
                    path.unlink(missing_ok=True)
        self._sweep()
        return Handled(done, reply, again=False)

    def _sweep(self) -> None:
        """Forget bundles whose replies have lain here long enough; a laptop that comes later sends its work anew."""
        before = iso(self.server.clock.now() - REPLY_LIFE)
        with self.server.database.write() as work:
            gone = work.bundles.older(before)
            for row in gone:
                work.bundles.forget(row.sha)
        for row in gone:
            shutil.rmtree(self._shelf(row.sha), ignore_errors=True)
            self.coming.remove(row.sha)
        # What a carrier began to send and never finished goes as parts of files do.
        self.coming.tidy(self.server.clock.now())

    # ---- replies --------------------------------------------------------------------------------------------------

    def _shelf(self, sha: str) -> Path:
        return self._folder / "replies" / sha

    def _answered(self, sha: str) -> Handled | None:
        row = self._row(sha)
        reply = self.reply_of(row) if row is not None else None
        return Handled(row, reply, again=True) if row is not None and reply is not None else None

    def reply_of(self, row: CarriedBundle) -> Found | None:
        """Return the reply that lies ready for a bundle, None when there is none any more."""
        if row.state is not BundleState.ANSWERED or not self._shelf(row.sha).exists():
            return None
        return next(
            (one for one in look(self._shelf(row.sha)) if one.whole and one.demand().sha == row.reply_sha),
            None,
        )

    def _write(self, row: CarriedBundle, head: Head, device: Device, entries: Iterator[Entry]) -> Found:
        server = self.server
        bundle, made_at = new_id(server.clock), iso(server.clock.now())
        with server.database.read() as work:
            place = work.scopes.unit_names([device.unit]).get(device.unit, "")
        own = server.keys.signing.public_hex
        facts = Facts(
            Kind.BALASAN,
            bundle,
            head.number,
            device.id,
            device.unit,
            place,
            own,
            made_at,
            answers=head.bundle,
        )
        inner = Head(
            Kind.BALASAN,
            bundle,
            head.number,
            device.id,
            head.inc,
            own,
            server.epoch,
            made_at,
            answers=head.bundle,
            asked_epoch=head.epoch,
            asked_at=head.made_at,
        )
        shelf = self._shelf(row.sha)
        shelf.mkdir(parents=True, exist_ok=True)
        to = [laptop_recipient(device.key)]
        write_bundle(shelf, facts, inner, entries, key=server.keys.signing, recipients=to)
        return next(one for one in look(shelf) if one.facts is not None and one.facts.bundle == bundle)
