"""Law: whatever becomes of sticks, lines and laptops, in the end both sides hold the same, nothing lost or doubled."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from server_stub.store import schema
from server_stub.store.database import Database
from sidumba_field.bundle import Found, gather
from sidumba_field.core.errors import SidumbaError
from tests.helpers.laptop import assert_equal_to_server, assert_nothing_lost
from tests.helpers.stick_village import StickLaptop, StickServer

#: Examples of the everyday run, and of the soak run.
EVERYDAY, SOAK = 12, 1_000
FIELDS = ("nama", "alamat", "jumlah")
LAPTOPS, STICKS = 2, 4

laptop, number = st.integers(0, LAPTOPS - 1), st.integers(0, STICKS - 1)
act = st.one_of(
    st.tuples(st.just("begin"), laptop),
    st.tuples(st.just("edit"), laptop, st.integers(0, 2), st.sampled_from(FIELDS)),
    st.tuples(st.just("photo"), laptop, st.integers(0, 2)),
    st.tuples(st.just("step"), laptop, st.integers(0, 2)),
    st.tuples(st.just("export"), laptop, number),
    st.tuples(st.just("hand in"), number),
    st.tuples(st.just("read"), laptop, number),
    st.tuples(st.just("sync"), laptop),
    st.tuples(st.just("lose"), number),
    st.tuples(st.just("copy"), number, number),
    st.tuples(st.just("restart"), laptop),
)


@dataclass
class World:
    """Two laptops of one village, a server, and a few sticks with whatever lies on them."""

    folder: Path
    office: StickServer
    laptops: list[StickLaptop]
    apart: bool
    work: dict[int, Found] = field(default_factory=dict)
    replies: dict[int, Found] = field(default_factory=dict)
    count: int = 0

    def do(self, name: str, *arguments: object) -> None:
        getattr(self, "_" + name.replace(" ", "_"))(*arguments)

    def _mine(self, who: int, which: int) -> str | None:
        """A record this laptop's person may type in."""
        laptop = self.laptops[who]
        mine = [one.rid for one in laptop.all() if one.owner == laptop.user and one.state == "draf"]
        return sorted(mine)[which % len(mine)] if mine else None

    def _begin(self, who: int) -> None:
        self.count += 1
        self.laptops[who].begin(nama=f"{who}.{self.count}")

    def _edit(self, who: int, which: int, path: str) -> None:
        rid = self._mine(who, which)
        if rid is not None:
            self.count += 1
            self.laptops[who].type(rid, **{path: f"{who}.{self.count}"})
            self.laptops[who].send(rid)

    def _photo(self, who: int, which: int) -> None:
        rid = self._mine(who, which)
        if rid is not None:
            self.count += 1
            self.laptops[who].photo(rid, "foto", b"\xff\xd8" + str(self.count).encode() * 999)
            self.laptops[who].send(rid)

    def _step(self, who: int, which: int) -> None:
        rid = self._mine(who, which)
        if rid is not None and not self.laptops[who].record(rid).predicted:
            self.laptops[who].step(rid, "serahkan", "diserahkan")

    def _export(self, who: int, stick: int) -> None:
        self.count += 1
        made = self.laptops[who].export(self.folder / f"stick{self.count}")
        (self.work[stick],) = gather(made.paths)

    def _hand_in(self, stick: int) -> None:
        if stick in self.work:
            self.replies[stick] = self.office.take(self.work[stick]).reply

    def _read(self, who: int, stick: int) -> None:
        if stick in self.replies:
            reply, reader = self.replies[stick], self.laptops[who]
            if reply.demand().device == reader.device:
                reader.read(reply)
            else:
                with pytest.raises(SidumbaError, match=r"bundle\.other_laptop"):
                    reader.read(reply)

    def _sync(self, who: int) -> None:
        self.laptops[who].sync()

    def _lose(self, stick: int) -> None:
        self.work.pop(stick, None)
        self.replies.pop(stick, None)

    def _copy(self, one: int, other: int) -> None:
        if one in self.work:
            self.work[other] = self.work[one]

    def _restart(self, who: int) -> None:
        self.laptops[who].restart()

    def rest(self) -> None:
        """Sticks go to and fro until nothing is left to do."""
        for turn in range(3):
            for who, laptop in enumerate(self.laptops):
                taken = laptop.by_stick(self.folder / f"rest{turn}{who}")
                assert taken.problems == ()

    def judge(self) -> None:
        office = self.office
        assert office.faults() == ()
        ops = office.feed_ops()
        assert len(ops) == len(set(ops))
        for laptop in self.laptops:
            assert laptop.store.outbox.unsent() == 0
            laptop.server = office  # type: ignore[assignment]  # it holds what the judges ask for
            assert_nothing_lost(laptop)
            assert_equal_to_server(laptop)
            assert laptop.store.files.unsent() == []
            if self.apart:
                waiting = [laptop.store.records.proposals(one.rid) for one in laptop.all()]
                assert not any(proposal.open for some in waiting for proposal in some), "clashed with himself"


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty server database of today's schema."""
    path = tmp_path_factory.mktemp("template") / "server.db"
    database = Database(path)
    schema.upgrade(database)
    raw = database.engine.raw_connection()
    raw.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()
    database.close()
    return path


@contextmanager
def world(template: Path, apart: bool) -> Iterator[World]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copy(template, folder / "server.db")
        database = Database(folder / "server.db")
        office = StickServer.at(folder / "server", database)
        laptops = [
            StickLaptop.join(folder / f"laptop{n}", office, f"orang{n if apart else 0}")
            for n in range(LAPTOPS)
        ]
        try:
            yield World(folder, office, laptops, apart)
        finally:
            for laptop in laptops:
                laptop.store.close()
            database.close()


@settings(
    max_examples=SOAK if settings().max_examples > 500 else EVERYDAY,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(acts=st.lists(act, max_size=24), apart=st.booleans())
def test_whatever_happens_both_sides_end_equal(
    template: Path, acts: list[tuple[str, ...]], apart: bool
) -> None:
    """``apart``: two people who type in records of their own; else one person with two laptops, who may clash."""
    with world(template, apart) as one:
        for name, *arguments in acts:
            one.do(name, *arguments)
        one.rest()
        one.judge()
