"""Two hundred more UMKM of five villages (SOP steps 1 to 8), done by their officers through the services, no window.

Villages without a laptop of their own type at the sub-district's. Always the same businesses
(``tests/helpers/umkm_answers``); a few of them are incomplete, twins, not coded, returned and corrected, as in life.
"""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from PIL import Image, ImageDraw

from sidumba_field.services import Services
from sidumba_field.services.steps.views import Glance
from sidumba_field.services.views import Refusal
from tests.helpers.umkm_answers import VILLAGES, typed
from tests.tour.hiring import HALONG, clerk_of, enumerator_of
from tests.tour.window import DrivenWindow

if TYPE_CHECKING:
    from tests.tour.story import Tour

COUNT = 200
#: Which of the two hundred are not like the others.
INCOMPLETE = frozenset({11, 57, 123})
NO_UMKM = frozenset({38})
UNCODED = frozenset(range(3, COUNT, 25))
DOUBTED = frozenset(range(7, COUNT, 40))
BACK_TO_KECAMATAN = frozenset({64, 149})
TWIN_OF = {171: 21}
DOUBT = "Omzet belum cocok dengan catatan penjualan. Mohon diperiksa lagi."
T = TypeVar("T")


@dataclass
class Business:
    """The n-th business and the record it became."""

    n: int
    village: str
    rid: str = ""


@dataclass
class Crowd:
    """The two hundred, and who still is on the way."""

    tour: Tour
    all: list[Business] = field(default_factory=list)

    def of(self, village: str) -> list[Business]:
        return [one for one in self.all if one.village == village]

    def rids(self, numbers: Iterable[int]) -> list[str]:
        return [self.all[n].rid for n in sorted(numbers)]

    def laptop_of(self, village: str) -> DrivenWindow:
        return self.tour.windows["desa" if village == HALONG else "kecamatan"]


@contextmanager
def seated(window: DrivenWindow, person: str) -> Iterator[Hands]:
    """Let somebody work at a laptop whose window is locked."""
    hands = Hands(window)
    hands.do(lambda: window.laptop.sit(person))
    try:
        yield hands
    finally:
        hands.do(window.laptop.services.session.lock)


class Hands:
    """The services of one laptop, used where its store lives."""

    def __init__(self, window: DrivenWindow) -> None:
        self.window = window

    @property
    def services(self) -> Services:
        return self.window.laptop.services

    def do(self, work: Callable[[], T]) -> T:
        return self.window.jobs.database_worker.submit(work).result()

    def send(self, tour: Tour, wait_s: int = 60) -> None:
        """Let the undo time of a whole round pass, then send and fetch until nothing waits any more."""
        tour.clock.advance(wait_s)
        for _ in range(20):
            outcome = self.services.syncing.run()
            if not outcome.ok:
                raise RuntimeError(outcome.sentence)
            if not self.do(self.services.session.truth).waiting:
                return
        raise RuntimeError("sending does not come to an end")

    def move(self, rids: Iterable[str], command: str, remark: str = "") -> None:
        """One step on many records at once; each of them must go."""
        wanted = [self.glance(rid) for rid in rids]
        done = self.do(lambda: self.services.steps.move(wanted, command, remark))
        if isinstance(done, Refusal):
            raise RuntimeError(done.sentence)
        if done.refused:
            raise RuntimeError(f"{command}: {done.refused[0]}, {len(done.refused)} of {len(wanted)}")

    def glance(self, rid: str) -> Glance:
        view = self.do(lambda: self.services.review.open(rid))
        return Glance(rid, view.rev, view.sha)

    def decide(
        self,
        rid: str,
        command: str,
        remarks: dict[str, str] | None = None,
        given: dict[str, str] | None = None,
    ) -> None:
        """One decision on exactly what lies there."""
        seen = self.glance(rid)
        done = self.do(
            lambda: self.services.review.decide(
                rid, command, seen.rev, seen.sha, remarks=remarks or {}, given=given or {}
            )
        )
        if isinstance(done, Refusal):
            raise RuntimeError(f"{command}: {done.sentence}")


def small_photo(n: int) -> bytes:
    """A photo no other business has."""
    image = Image.new("RGB", (320, 240), (90 + n % 120, 120 + n % 90, 150))
    draw = ImageDraw.Draw(image)
    draw.rectangle((60, 80, 260, 200), fill=(220 - n % 80, 190, 150))
    draw.text((70, 90), f"Toko {n}", fill="black")
    out = io.BytesIO()
    image.save(out, "JPEG", quality=80)
    return out.getvalue()


def collect(crowd: Crowd, folder: Path) -> None:
    """Step 1 and 2: five enumerators fill two hundred forms and hand them on."""
    crowd.all = [Business(n, tuple(VILLAGES)[n % len(VILLAGES)]) for n in range(COUNT)]
    for village in VILLAGES:
        with seated(crowd.laptop_of(village), enumerator_of(village)) as hands:
            for one in crowd.of(village):
                _fill(hands, one, folder)
            hands.send(crowd.tour)


def _fill(hands: Hands, one: Business, folder: Path) -> None:
    entry = hands.services.entry
    answers = typed(TWIN_OF.get(one.n, one.n), one.village)
    files = [path for path, value in answers.items() if value.endswith(".jpg")]
    # Who asked is the person at the laptop.
    answers.pop("pernyataan/petugas", None)
    if one.n in UNCODED:
        answers.pop("usaha/kbli")
    one.rid = hands.do(entry.new).rid
    hands.do(lambda: entry.answer_all(one.rid, {p: v for p, v in answers.items() if p not in files}))
    for number, path in enumerate(files):
        photo = folder / f"{one.n}-{number}.jpg"
        photo.write_bytes(small_photo(one.n * 10 + number))
        hands.do(lambda path=path, photo=photo: entry.attach(one.rid, path, photo))  # type: ignore[misc]
    done = hands.do(lambda: entry.finish(one.rid))
    if isinstance(done, Refusal):
        raise RuntimeError(f"business {one.n} of {one.village}: {done.sentence}")


def select(crowd: Crowd) -> None:
    """Step 3 to 5: the village clerks sort what came in; what is not complete goes back and comes again."""
    for village in VILLAGES:
        with seated(crowd.laptop_of(village), clerk_of(village)) as hands:
            hands.send(crowd.tour)
            mine = crowd.of(village)
            incomplete = [one.rid for one in mine if one.n in INCOMPLETE]
            strange = [one.rid for one in mine if one.n in NO_UMKM]
            for rid in incomplete:
                hands.move([rid], "pilah_tidak_lengkap", "Foto tempat usaha kurang jelas. Mohon diulang.")
            if strange:
                hands.move(strange, "pilah_bukan_umkm", "Kantor koperasi, bukan usaha sendiri.")
            whole = [one.rid for one in mine if one.rid not in (*incomplete, *strange)]
            hands.move(whole, "pilah_lengkap")
            hands.send(crowd.tour)
    for n in sorted(INCOMPLETE):
        _complete(crowd, crowd.all[n])


def _complete(crowd: Crowd, one: Business) -> None:
    """The enumerator mends what was missing; the clerk finds it complete."""
    window = crowd.laptop_of(one.village)
    with seated(window, enumerator_of(one.village)) as hands:
        hands.send(crowd.tour)
        hands.do(
            lambda: hands.services.entry.answer(one.rid, "pernyataan/catatan", "Foto sudah diambil ulang.")
        )
        done = hands.do(lambda: hands.services.entry.finish(one.rid))
        if isinstance(done, Refusal):
            raise RuntimeError(done.sentence)
        hands.send(crowd.tour)
    with seated(window, clerk_of(one.village)) as hands:
        hands.send(crowd.tour)
        hands.move([one.rid], "pilah_lengkap")
        hands.send(crowd.tour)


def submit(crowd: Crowd, numbers: Iterable[int] | None = None) -> None:
    """Step 5: submitted to the sub-district, village by village."""
    chosen = set(range(COUNT)) - NO_UMKM if numbers is None else set(numbers)
    for village in VILLAGES:
        rids = [one.rid for one in crowd.of(village) if one.n in chosen]
        if rids:
            with seated(crowd.laptop_of(village), clerk_of(village)) as hands:
                hands.send(crowd.tour)
                hands.move(rids, "ajukan_kecamatan")
                hands.send(crowd.tour)


def verify(crowd: Crowd) -> None:
    """Step 6 and 7: some go back with a remark on one answer, are corrected and come again; all are handed up."""
    window = crowd.tour.windows["kecamatan"]
    whole = set(range(COUNT)) - NO_UMKM - DOUBTED
    with seated(window, "admin_kecamatan") as hands:
        hands.send(crowd.tour)
        for rid in crowd.rids(DOUBTED):
            hands.decide(rid, "kembalikan", {"usaha/omzet": DOUBT})
        hands.move(crowd.rids(whole), "verifikasi")
        hands.send(crowd.tour)
    for n in sorted(DOUBTED):
        _correct(crowd, crowd.all[n])
    submit(crowd, DOUBTED)
    with seated(window, "admin_kecamatan") as hands:
        hands.send(crowd.tour)
        hands.move(crowd.rids(DOUBTED), "verifikasi")
        hands.send(crowd.tour)
        hands.move(crowd.rids(whole | DOUBTED), "ajukan_kabupaten")
        hands.send(crowd.tour)


def _correct(crowd: Crowd, one: Business) -> None:
    with seated(crowd.laptop_of(one.village), clerk_of(one.village)) as hands:
        hands.send(crowd.tour)
        omzet = int(typed(one.n, one.village)["usaha/omzet"])
        entry = hands.services.entry
        hands.do(lambda: entry.answer(one.rid, "usaha/omzet", str(omzet + 50_000)))
        hands.do(lambda: entry.leave(one.rid))


def validate(crowd: Crowd) -> None:
    """Step 8: codes are given where the village gave none, a twin is struck out, two go back one step and return."""
    with seated(crowd.tour.windows["kabupaten"], "verifikator_kabupaten") as hands:
        hands.send(crowd.tour)
        for rid in crowd.rids(BACK_TO_KECAMATAN):
            hands.decide(
                rid, "kembalikan_kecamatan", {"usaha/kegiatan": "Kegiatan kurang jelas. Mohon dicek."}
            )
        for n, other in TWIN_OF.items():
            seen = hands.glance(crowd.all[n].rid)
            reason = f"Sama dengan usaha nomor {other + 1} di desa yang sama."
            done = hands.do(
                lambda seen=seen, reason=reason: hands.services.review.decide(  # type: ignore[misc]
                    seen.rid, "tandai_ganda", seen.rev, seen.sha, reason
                )
            )
            if isinstance(done, Refusal):
                raise RuntimeError(done.sentence)
        for n in sorted(UNCODED - set(TWIN_OF) - BACK_TO_KECAMATAN):
            code = typed(n, crowd.all[n].village)["usaha/kbli"]
            hands.decide(crowd.all[n].rid, "validasi", given={"usaha/kbli": code})
        hands.send(crowd.tour)
    with seated(crowd.tour.windows["kecamatan"], "admin_kecamatan") as hands:
        hands.send(crowd.tour)
        for rid in crowd.rids(BACK_TO_KECAMATAN):
            hands.do(lambda rid=rid: _reply(hands.services, rid))  # type: ignore[misc]
        hands.send(crowd.tour)
        hands.move(crowd.rids(BACK_TO_KECAMATAN), "verifikasi")
        hands.send(crowd.tour)
        hands.move(crowd.rids(BACK_TO_KECAMATAN), "ajukan_kabupaten")
        hands.send(crowd.tour)
    with seated(crowd.tour.windows["kabupaten"], "verifikator_kabupaten") as hands:
        hands.send(crowd.tour)
        rest = set(range(COUNT)) - NO_UMKM - (UNCODED - BACK_TO_KECAMATAN) - set(TWIN_OF)
        for n in sorted(rest & UNCODED):
            code = typed(n, crowd.all[n].village)["usaha/kbli"]
            hands.decide(crowd.all[n].rid, "validasi", given={"usaha/kbli": code})
        hands.move(crowd.rids(rest - UNCODED), "validasi")
        hands.send(crowd.tour)


def _reply(services: Services, rid: str) -> None:
    record = services.review.open(rid)
    for remark in record.remarks:
        services.review.reply(rid, remark.id, "Sudah ditanyakan lagi ke pemilik, isian sudah benar.")
