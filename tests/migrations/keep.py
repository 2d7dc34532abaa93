"""Keeps a laptop of the present schema for ever: ``python -m tests.migrations.keep``.

Each release that brings a migration adds one folder to ``fixtures``: an encrypted database with every kind of unsent
work in it, its files, and ``held.json``, which says in plain words what every later release has to find in it. A folder
that is there is never written again.
"""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import Any

from sidumba_field.attachments import Shelf
from sidumba_field.core.ids import new_id
from sidumba_field.core.records import OpAnswer, OpKind, OpStatus
from sidumba_field.core.time import FixedClock, iso
from sidumba_field.store import LocalRecord, Store
from sidumba_field.store.migrations import MIGRATIONS
from tests.helpers.ledger import ANI, BUDI, KEY, Server, begin, clock, record, transition

FIXTURES = Path(__file__).parent / "fixtures"
PHOTO = b"\xff\xd8 seorang perajin di depan warungnya \xff\xd9" * 50
SCAN = b"%PDF-1.7 surat keterangan usaha" * 80


class Maker:
    """Fills one laptop with one record for each state an op, a draft or a file can be in."""

    def __init__(self, folder: Path) -> None:
        self.clock: FixedClock = clock()
        self.store: Store = begin(folder, self.clock)
        self.shelf = Shelf(folder / "attachments", KEY)
        self.server = Server(clock=self.clock, steps={"kirim": "terkirim"})

    def new(self, **answers: str) -> str:
        self.clock.advance(1)
        return self.store.records.create(record(self.clock, answers)).rid

    def seal(self, rid: str, **answers: str) -> str:
        self.clock.advance(1)
        if answers:
            self.store.records.answer(rid, dict(answers))
        sealed = self.store.records.seal(rid, ANI, iso(self.clock.now()), new_id(self.clock))
        assert sealed is not None
        return sealed.op

    def file(self, rid: str, path: str, data: bytes, kind: str) -> None:
        stored = self.shelf.add(data, kind)
        self.store.files.add(stored, rid, path)
        self.store.records.answer(rid, {path: stored.name})

    def step(self, rid: str, command: str, to: str) -> None:
        self.clock.advance(1)
        self.store.records.queue(transition(self.clock, seen_here(self.store, rid), command), to)

    def foreign(self, rid: str, **answers: str) -> None:
        """Somebody else's edit reaches the server first."""
        old = self.server.records[rid]
        shape = transition(self.clock, seen_here(self.store, rid), "")
        edit = shape.with_(kind=OpKind.EDIT, by=BUDI, base_rev=old.rev, set=dict(answers), expect_state="")
        self.server.push(edit)

    def fill(self) -> None:
        """Done, clashed, held and refused first, because they need the server; then what never reached it."""
        done, clash, held, refused = (
            self.new(nama=name) for name in ("Selesai", "Bentrok", "Tertahan", "Ditolak")
        )
        for rid in (done, clash, held):
            self.seal(rid)
        self.server.exchange(self.store)
        self.server.pull(self.store)
        self.foreign(clash, omzet="7000000")
        self.seal(clash, omzet="5000000")
        self.server.step(held, "terkirim", new_id(self.clock))
        self.seal(held, omzet="1500000")
        self.server.exchange(self.store)
        self.server.pull(self.store)
        self._refuse(self.seal(refused))
        self.store.records.answer(done, {"catatan": "belum diserahkan"})
        self._unsent()

    def _refuse(self, op: str) -> None:
        self.store.outbox.next_batch(50, 1 << 20)
        answer = OpAnswer(op, OpStatus.REJECTED, code="op.outside_area")
        self.store.outbox.apply_answers([answer], {}, "TT-0002")

    def _unsent(self) -> None:
        inflight = self.new(nama="Di jalan")
        self.file(inflight, "foto", PHOTO, "jpg")
        self.seal(inflight)
        assert [op.rid for op in self.store.outbox.next_batch(50, 1 << 20)] == [inflight]
        self.seal(inflight, omzet="900000")
        queued = self.new(nama="Menunggu", omzet="250000")
        self.seal(queued)
        self.step(queued, "kirim", "terkirim")
        self.new(nama="Draf dengan huruf: Ñ, é, 中, dan \u2019kutip\u2019")
        draft = self.new(nama="Draf dengan berkas")
        self.file(draft, "pindaian", SCAN, "pdf")
        self.store.meta.set("device_secret", "11" * 32)


def seen_here(store: Store, rid: str) -> LocalRecord:
    """Return a record as this laptop sees it."""
    found = store.records.get(rid)
    assert found is not None
    return found


def told(store: Store, shelf: Shelf) -> dict[str, Any]:
    """Return in plain values what a laptop holds of people's work."""
    rows = store.outbox.rows(10_000)
    records = [store.records.get(row.rid) for row in store.records.find("kopi", limit=10_000)]
    found = [one for one in records if one is not None]
    payloads = {row.op: store.outbox.get(row.op) for row in rows}
    return {
        "ops": {
            row.op: {"state": row.state.value, "payload": op.payload()}
            for row in rows
            if (op := payloads[row.op]) is not None
        },
        "drafts": {one.rid: dict(one.draft) for one in found if one.draft},
        "fields": {one.rid: dict(one.fields) for one in found},
        "marks": {one.rid: one.mark.value for one in found},
        "proposals": sorted(p.op for one in found for p in store.records.proposals(one.rid)),
        "files": {
            file.sha: {"state": file.state.value, "size": len(shelf.open(file.sha))}
            for one in found
            for file in store.files.of(one.rid)
        },
    }


def keep(folder: Path) -> None:
    """Make the laptop of the present schema in ``folder``."""
    with tempfile.TemporaryDirectory() as made:
        maker = Maker(Path(made))
        maker.fill()
        held = told(maker.store, maker.shelf)
        maker.store.close()
        # Written whole and small: without the empty pages a young database has.
        again = begin(Path(made), clock())
        folder.mkdir(parents=True)
        again._db.copy_to(folder / "laptop.db")
        again.close()
        shutil.copytree(Path(made) / "attachments", folder / "attachments")
        shutil.copy(Path(made) / "incarnation", folder / "incarnation")
    (folder / "held.json").write_text(
        json.dumps(held, ensure_ascii=False, indent=1, sort_keys=True) + "\n", encoding="utf-8"
    )


def main() -> int:
    folder = FIXTURES / f"v{MIGRATIONS[-1].number}"
    if folder.exists():
        print(f"{folder.name} is kept already", file=sys.stderr)
        return 1
    keep(folder)
    print(folder)
    return 0


if __name__ == "__main__":
    sys.exit(main())
