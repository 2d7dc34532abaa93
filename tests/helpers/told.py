"""What a server has told a laptop: feed entries of businesses that have come as far as a test needs.

No rule is judged here; who may do what is the server's business and tested there. ``Told`` only writes the entries an
honest server would have written, through the store's own door.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from sidumba_field.core.canonical import canonical, sha256_hex
from sidumba_field.core.ids import derived_id, new_id
from sidumba_field.core.records import GENESIS, FeedEntry, FeedKind, link_hash, members_digest, payload_digest
from sidumba_field.core.time import iso
from sidumba_field.services.entry.service import EntryService
from sidumba_field.wire.messages import HeadMessage
from tests.helpers.desk import VILLAGE, Office
from tests.helpers.typist import fill
from tests.tour.people import photo

DISTRICT, REGENCY = "63.11.02", "63.11"
#: The way of a record that nobody sends back: step, who takes it.
WAY = (
    ("serahkan", "Nor Halimah"),
    ("pilah_lengkap", "Siti Rahmah"),
    ("ajukan_kecamatan", "Siti Rahmah"),
    ("verifikasi", "Fauzi Rahman"),
    ("ajukan_kabupaten", "Fauzi Rahman"),
    ("validasi", "Noor Laila"),
)
PICTURE = photo(96, 72)


def person(name: str) -> str:
    """Return the user id ``Office.sit`` gives to somebody of this name."""
    return derived_id("user", name)


@cache
def business() -> Mapping[str, str]:
    """Return the answers of one business, complete and without a fault, as the form engine keeps them."""
    with tempfile.TemporaryDirectory() as folder:
        office = Office(Path(folder) / "laptop")
        entry = EntryService(office.sit("Nor Halimah", "petugas"))
        rid = entry.new().rid
        fill(entry, rid, PICTURE, Path(folder))
        record = office.store.records.get(rid)
        assert record is not None
        office.close()
        return {path: value for path, value in record.fields.items() if value}


@dataclass
class _Known:
    """What the told-of server holds of one subject."""

    vid: str
    subject: str
    state: str
    owner: str
    rev: int = 0
    fields: dict[str, str] = field(default_factory=dict)


@dataclass
class Told:
    """Writes entries for ``office``; ``pull`` hands what is new to its store."""

    office: Office
    known: dict[str, _Known] = field(default_factory=dict)
    feeds: dict[str, list[FeedEntry]] = field(default_factory=dict)

    def business(
        self,
        state: str = "draf",
        *,
        unit: str = VILLAGE,
        by: str = "Nor Halimah",
        whole: bool = True,
        answers: Mapping[str, str] | None = None,
    ) -> str:
        """Tell of a business that has come to ``state`` on the straight way; ``whole``: its photo is on the server."""
        rid = self.office.new_id()
        self.office.clock.advance(1)
        self.known[rid] = _Known(self.office.vid(unit), "record", "draf", person(by))
        self.edit(rid, by, **{**business(), **(answers or {})})
        for command, who in WAY:
            if self.known[rid].state == state:
                break
            self.step(rid, command, who)
        assert self.known[rid].state == state
        if whole:
            self.file(rid, self.known[rid].fields["lokasi/foto"])
        return rid

    def edit(self, rid: str, by: str, **change: str) -> None:
        """Tell of answers somebody gave; names of paths are written with "/" as they are."""
        known = self.known[rid]
        known.rev += 1
        known.fields.update(change)
        form, version = self.office.program.main_form
        payload: dict[str, Any] = {
            "command": "buat" if known.rev == 1 else "ubah",
            "program": self.office.program.id,
            "subject": known.subject,
            "form": form,
            "form_v": version,
            "set": change,
            "state": known.state,
            "owner": known.owner,
            "period": "2026",
            "authors_add": person(by),
            "by_name": by,
            "at": self._now,
            "flags": [],
        }
        self._link(rid, FeedKind.EDIT, by, payload)

    def step(
        self, rid: str, command: str, by: str, remarks: Mapping[str, str] | None = None, **more: Any
    ) -> None:
        """Tell of a step; where it leads is read from the program's table."""
        known = self.known[rid]
        row = self.office.program.workflow.rows(known.subject, known.state, command)[0]
        before, known.state = known.state, row.to
        known.rev += 1
        op = new_id(self.office.clock)
        told = [
            {"id": f"{op}.{n}", "path": path, "text": text, "by": person(by), "by_name": by, "at": self._now}
            for n, (path, text) in enumerate(sorted((remarks or {}).items()))
        ]
        payload = {
            "command": command,
            "program": self.office.program.id,
            "subject": known.subject,
            "from": before,
            "to": row.to,
            "role": row.role,
            "remarks": [{**one, "rev": known.rev} for one in told],
            "owner": known.owner,
            "period": "2026",
            "by_name": by,
            "at": self._now,
            **more,
        }
        self._link(rid, FeedKind.TRANSITION, by, payload, op)

    def file(self, rid: str, name: str) -> None:
        """Tell that a picture is whole on the server."""
        payload = {"name": name, "sha": name.partition(".")[0], "size": len(PICTURE)}
        self._link(rid, FeedKind.FILE, "", payload)

    def batch(self, rids: Iterable[str], state: str = "dilaporkan", unit: str = DISTRICT) -> str:
        """Tell that the regency gathered these records into a batch, which has come to ``state``."""
        batch, members = self.office.new_id(), []
        for rid in sorted(rids):
            record = self.office.store.records.get(rid)
            assert record is not None
            assert record.base is not None
            base = record.base
            members.append({"rid": rid, "vid": base.vid, "rev": base.rev, "sha": base.content_sha256})
        self.known[batch] = _Known(self.office.vid(unit), "batch", "tervalidasi", "")
        content = {
            "period": "2026",
            "unit": unit,
            "members": canonical(members).decode(),
            "digest": members_digest(tuple(members)),
        }
        self.step(batch, "laporkan", "Noor Laila", set=content)
        if state == "disahkan":
            self.step(batch, "sahkan", "Rahmat Hidayat")
        self.move(rids, state, batch)
        self.pull()
        return batch

    def move(self, rids: Iterable[str], state: str, batch: str) -> None:
        """Tell that the members moved with their batch, each with an entry of its own."""
        for rid in rids:
            known = self.known[rid]
            known.rev += 1
            payload: dict[str, Any] = {
                "program": self.office.program.id,
                "subject": "record",
                "from": known.state,
                "to": state,
                "command": "laporkan",
                "batch": batch,
                "by_name": "Noor Laila",
                "owner": known.owner,
            }
            known.state = state
            self._link(rid, FeedKind.TRANSITION, "Noor Laila", payload)

    def pull(self) -> None:
        """Hand the store every entry it does not have."""
        for vid, entries in self.feeds.items():
            scope = self.office.store.scopes.get(vid)
            assert scope is not None
            if scope.seq < len(entries):
                head = HeadMessage(seq=len(entries), hash=entries[-1].hash)
                self.office.store.feed.apply_page(vid, entries[scope.seq :], head)

    @property
    def _now(self) -> str:
        return iso(self.office.clock.now())

    def _link(self, rid: str, kind: FeedKind, by: str, payload: dict[str, Any], op: str = "") -> None:
        known = self.known[rid]
        feed = self.feeds.setdefault(known.vid, [])
        self.office.clock.advance(1)
        seq, salt = len(feed) + 1, sha256_hex(f"{known.vid}{len(feed)}".encode())[:32]
        prev = feed[-1].hash if feed else GENESIS
        actor, told = person(by) if by else "server", payload_digest(salt, payload)
        op = op or new_id(self.office.clock)
        hashed = link_hash(prev, seq, rid, known.rev, kind.value, op, actor, self._now, told)
        feed.append(
            FeedEntry(
                known.vid, seq, prev, hashed, rid, known.rev, kind, op, actor, self._now, told, payload, salt
            )
        )
