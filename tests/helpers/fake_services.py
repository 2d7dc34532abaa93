"""Services of one invented laptop, hand-written: people and usaha of Kecamatan Halong as in the design pictures.

Tests of screens and the picture maker use them in place of the real ones; every value is of ``services.views``, every
call is noted in ``calls`` so that a test can ask what reached the services and in which order.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from sidumba_field.core.errors import SidumbaError
from sidumba_field.services import views as v
from sidumba_field.services.exchange import sync_views
from sidumba_field.services.exchange.comparing import Comparison
from tests.helpers import fake_home, fake_review
from tests.helpers.fake_care import FakeCare
from tests.helpers.fake_conflicts import FakeConflicts
from tests.helpers.fake_dashboard import FakeDashboard
from tests.helpers.fake_files import FakeFiles
from tests.helpers.fake_form import FILLED, KBLI, REMARK, FakeForm
from tests.helpers.fake_lists import FakeLists
from tests.helpers.fake_orders import FakeOrders
from tests.helpers.fake_reports import FakeReports
from tests.helpers.fake_steps import FakePeriods, FakeSteps
from tests.helpers.fake_sticks import FakeSticks
from tests.helpers.fake_supplies import FakeSupplies

PASSPHRASE = "sawah luas berkabut pagi"
PIN = "204518"
PEOPLE = (
    v.AccountCard("u1", "nor", "Nor Halimah", "NH", "Petugas pendata", "Desa Kapul", "4 draf"),
    v.AccountCard("u2", "ramadhani", "Ramadhani", "RM", "Petugas pendata", "Desa Kapul", "1 dikembalikan"),
    v.AccountCard("u3", "hidayati", "Hidayati", "HD", "Petugas pendata", "Desa Tabuan"),
    v.AccountCard("u4", "rizani", "M. Rizani", "MR", "Verifikator kecamatan", "Kecamatan Halong"),
    v.AccountCard("u5", "ratna", "Hj. Ratna Melati", "RM", "Kepala dinas", "Kabupaten Balangan"),
)
#: Sits down only where a test lets her: five fit the list of Masuk in the pictures.
ADMIN_DESA = v.SessionView(
    "u6", "Akhmad Fauzi", "Akhmad", "AF", "admin_desa", "Admin desa", "Desa Kapul", "Kecamatan Halong",
    True, True, "Sidumba Field · Desa Kapul", may_move=True,
)  # fmt: skip
REGENCY = v.SessionView(
    "u7", "Noor Laila", "Noor", "NL", "verifikator_kabupaten", "Verifikator kabupaten", "Kabupaten Balangan", "",
    False, True, "Sidumba Field · Kabupaten Balangan", may_move=True, may_round=True,
)  # fmt: skip
OPERATOR = v.SessionView(
    "u8", "Fahrul Razi, S.Kom.", "Fahrul", "FR", "operator_server", "Operator server", "Kabupaten Balangan", "",
    False, False, "Sidumba Field · Kabupaten Balangan", oversees=True,
)  # fmt: skip
SESSIONS = {
    "u1": v.SessionView(
        "u1", "Nor Halimah", "Nor", "NH", "petugas", "Petugas pendata", "Desa Kapul", "Kecamatan Halong",
        True, False, "Sidumba Field · Desa Kapul",
    ),
    "u4": v.SessionView(
        "u4", "M. Rizani", "Rizani", "MR", "verifikator_kecamatan", "Verifikator kecamatan",
        "Kecamatan Halong", "Kabupaten Balangan", False, True, "Sidumba Field · Kecamatan Halong", oversees=True,
    ),
    "u5": v.SessionView(
        "u5", "Hj. Ratna Melati", "Ratna", "RM", "kepala_dinas", "Kepala dinas", "Kabupaten Balangan", "",
        False, True, "Sidumba Field · Kabupaten Balangan", oversees=True, signs=True,
    ),
}  # fmt: skip
TASKS = (
    (
        "k1",
        "Keripik Singkong Bu Siti",
        "Siti Aminah",
        "Omzet lebih besar dari nilai produksi.",
        "2 isian",
        "kemarin",
    ),
    ("k2", "Bengkel Las Mandiri", "Syahrani", "Foto tempat usaha buram.", "1 isian", "18 Nov"),
    ("k3", "Depot Air Tirta Kapul", "Mariatul Hasanah", "NIK tidak sama dengan KTP.", "1 isian", "18 Nov"),
)
DRAFTS = (
    ("d1", "Anyaman Rotan Kapul", "Norhayati", 25, "sisa 6 isian", "09.31"),
    ("d2", "Gula Aren Pak Utuh", "Akhmad Utuh", 28, "sisa 3 isian", "09.02"),
    ("d3", "Warung Barokah", "Rusmini", 19, "sisa 12 isian", "kemarin"),
    ("d4", "Ternak Itik Alabio", "Fahriansyah", 30, "kurang foto", "kemarin"),
)
VISITS = (
    ("Madu Kelulut Berkah", "RT 01", True), ("Pentol Bakar Amang", "RT 01", True),
    ("Amplang Bunda", "RT 02", True), ("Sasirangan Melati", "RT 02", True), ("Kios Pulsa Rizki", "RT 02", True),
    ("Anyaman Rotan Kapul", "RT 03", False), ("Jahit Sederhana", "RT 03", False),
    ("Kue Basah Acil Inur", "RT 04", False),
)  # fmt: skip
TRUTH = v.TruthView("09.41.12", 4, 23, 155, 3, 0, 0, v.Link.OFFLINE, "Luring sejak 07.12")


@dataclass
class Office:
    """What the fakes share: who sits there, what was called, how slow and how broken the world is."""

    calls: list[tuple[Any, ...]] = field(default_factory=list)
    who: v.SessionView | None = None
    truth: v.TruthView = TRUTH
    delay: float = 0.0
    slow: frozenset[str] = frozenset()
    broken: dict[str, SidumbaError] = field(default_factory=dict)
    gate: threading.Event | None = None
    met_late: set[str] = field(default_factory=set)  # records whose beginning is not on this laptop

    def note(self, *call: Any) -> None:
        """Write a call down, take its time, break if told so."""
        self.calls.append(call)
        if self.gate is not None:
            self.gate.wait(10)
        if self.delay and (not self.slow or call[0] in self.slow):
            time.sleep(self.delay)
        if call[0] in self.broken:
            raise self.broken[call[0]]

    def named(self, name: str) -> list[tuple[Any, ...]]:
        """The calls of one name."""
        return [call for call in self.calls if call[0] == name]


class FakeSession:
    """services.session."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.people = PEOPLE
        self.activated = True
        self.parked, self.wrong = "", 0
        self.begun: v.SetupBegun | None = None
        self.wiped = ""
        self.fresh = False  # the next who sits down is led through the set-up
        self.sample: tuple[tuple[str, str, str, str], ...] = ()

    def login_view(self) -> v.LoginView:
        self.office.note("login_view")
        people = self.people if self.activated else ()
        people = tuple(replace(one, pin=one.user_id == self.parked) for one in people)
        return v.LoginView(
            "Kabupaten Balangan",
            "1.0.0",
            people,
            23,
            "4 Desember 2026",
            self.activated,
            self.sample,
            self.begun,
            self.wiped,
        )

    def unlock(self, user_id: str, passphrase: str) -> v.SessionView:
        self.office.note("unlock", user_id)
        if passphrase != PASSPHRASE:
            raise SidumbaError("auth.wrong_passphrase")
        who = {**SESSIONS, "u6": ADMIN_DESA, "u7": REGENCY, "u8": OPERATOR}[user_id]
        self.office.who = replace(who, setting_up=self.fresh)
        return self.office.who

    def current(self) -> v.SessionView | None:
        return self.office.who

    def lock(self) -> None:
        self.office.note("lock")
        if self.office.who is not None:
            self.parked = self.office.who.user_id if self.office.who.has_pin else ""
        self.office.who = None

    def truth(self) -> v.TruthView:
        self.office.note("truth")
        return self.office.truth

    def activate(
        self, server_url: str, code: str, username: str, password: str, laptop_name: str
    ) -> v.AccountCard:
        self.office.note("activate", server_url, code, username, laptop_name)
        self.activated = self.fresh = True
        return PEOPLE[0]

    def add_person(self, username: str, password: str) -> v.AccountCard:
        self.office.note("add_person", username)
        return PEOPLE[0]

    def reopen(self, user_id: str, pin: str) -> v.SessionView:
        self.office.note("reopen", user_id)
        if pin == PIN:
            self.office.who = replace({**SESSIONS, "u6": ADMIN_DESA, "u7": REGENCY}[user_id], has_pin=True)
            self.parked, self.wrong = "", 0
            return self.office.who
        self.wrong += 1
        if self.wrong < 5:
            raise SidumbaError("auth.wrong_pin", left=5 - self.wrong)
        self.parked = ""
        raise SidumbaError("auth.pin_spent")

    def set_pin(self, passphrase: str, pin: str) -> v.SessionView:
        self.office.note("set_pin")
        return self._with_pin(passphrase == PASSPHRASE, chosen=True)

    def drop_pin(self) -> v.SessionView:
        self.office.note("drop_pin")
        return self._with_pin(True, chosen=False)

    def _with_pin(self, allowed: bool, *, chosen: bool) -> v.SessionView:
        if not allowed:
            raise SidumbaError("auth.wrong_passphrase")
        assert self.office.who is not None
        self.office.who = replace(self.office.who, has_pin=chosen)
        return self.office.who

    def recover(self, user_id: str, code: str, new_passphrase: str) -> v.SessionView:
        self.office.note("recover", user_id)
        if code != "KPL7-2Q9F":
            raise SidumbaError("auth.wrong_recovery_code")
        self.office.who = SESSIONS[user_id]
        return self.office.who


class FakeHome:
    """services.home."""

    def __init__(self, office: Office) -> None:
        self.office = office

    def home(self) -> v.HomeView:
        self.office.note("home")
        tasks = [
            v.TaskRow(rid, "returned", t, s, remark, count, when, 29, 31, "", "Perbaiki", v.Mark.LAPTOP)
            for rid, t, s, remark, count, when in TASKS
        ]
        tasks += [
            v.TaskRow(rid, "draft", t, s, "", "", when, n, 31, missing, "Lanjutkan", v.Mark.LAPTOP)
            for rid, t, s, n, missing, when in DRAFTS
        ]
        visits = tuple(
            v.VisitRow(
                f"v{i}", title, place, done, i == 5, v.Mark.WAITING, "Lanjutkan draf" if i == 5 else ""
            )
            for i, (title, place, done) in enumerate(VISITS)
        )
        who = self.office.who
        if who is not None and not who.may_enter:
            tasks = []
        week = (("Sn", 8, False), ("Sl", 6, False), ("Rb", 8, False), ("Km", 0, False), ("Jm", 5, True))
        return v.HomeView(
            greeting="Selamat pagi, Nor",
            date_line="Jumat, 20 November 2026 · Desa Kapul, Kecamatan Halong",
            today_done=5,
            today_target=8,
            week=week,
            week_done=27,
            week_target=40,
            village_title="Desa Kapul",
            village_done=182,
            village_target=240,
            minutes_per_form="4.10",
            tasks=tuple(tasks),
            visits=visits,
            visits_done=5,
            visits_left=3,
            laptop=4,
            waiting=23,
            received=155,
            last_sync="kemarin 16.20",
            shipping_note="Tidak ada internet. Data aman di laptop dan terkirim sendiri nanti.",
            deadline="tenggat 30 Nov",
            head=fake_home.head() if who is not None and who.role == "kepala_dinas" else None,
            pace=fake_home.pace() if who is not None and who.role == "verifikator_kecamatan" else None,
            period=fake_home.period() if who is not None and who.role == "operator_server" else None,
        )


class FakeEntry:
    """services.entry over ``FakeForm``."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.forms: dict[str, FakeForm] = {
            "k1": FakeForm(
                "k1", dict(FILLED), (REMARK,), "versi 3", ("dikembalikan", "Dikembalikan"), "09.41.12"
            ),
            "d1": FakeForm("d1", {"pemilik/nama": "Norhayati", "usaha/nama_usaha": "Anyaman Rotan Kapul"}),
        }
        self.made = 0
        self.rows_made = 0

    def _form(self, rid: str) -> FakeForm:
        if rid not in self.forms:
            raise SidumbaError("store.unknown_record")
        return self.forms[rid]

    def new(self, program: str | None = None) -> v.FormView:
        self.office.note("new", program)
        self.made += 1
        rid = f"n{self.made}"
        self.forms[rid] = FakeForm(rid)
        return self.forms[rid].view()

    def begin_again(self, rid: str) -> v.FormView:
        self.office.note("begin_again", rid)
        return self.new()

    def open(self, rid: str) -> v.FormView:
        self.office.note("open", rid)
        return self._form(rid).view()

    def answer(self, rid: str, path: str, value: str) -> v.FormDelta:
        self.office.note("answer", rid, path, value)
        return self._form(rid).change({path: value})

    def add_row(self, rid: str, repeat_path: str) -> tuple[str, v.FormDelta]:
        self.office.note("add_row", rid, repeat_path)
        form = self._form(rid)
        self.rows_made += 1
        row = f"n{self.rows_made}"
        return row, form.change({f"{repeat_path}[{row}]": str(len(form.rows()) + 1)})

    def remove_row(self, rid: str, repeat_path: str, row_id: str) -> v.FormDelta:
        self.office.note("remove_row", rid, repeat_path, row_id)
        return self._form(rid).change({f"{repeat_path}[{row_id}]": None})

    def choices(self, rid: str, path: str, typed: str) -> tuple[v.ChoiceView, ...]:
        self.office.note("choices", rid, path, typed)
        words = typed.lower().split()
        found = [
            v.ChoiceView(code, label)
            for code, label in KBLI.items()
            if all(word in f"{code} {label}".lower() for word in words)
        ]
        return tuple(found)

    def attach(self, rid: str, path: str, file: Path) -> v.FormDelta:
        self.office.note("attach", rid, path, file)
        return self._form(rid).change({path: "a" * 64 + ".jpg"})

    def photo(self, name: str) -> bytes:
        self.office.note("photo", name)
        return fake_review.house_photo()

    def explain(self, rid: str, path: str, reason: str) -> v.FormDelta:
        self.office.note("explain", rid, path, reason)
        return self._form(rid).change({f"@reason/{path}": reason})

    def copy_last_year(self, rid: str) -> v.FormDelta | None:
        self.office.note("copy_last_year", rid)
        form = self._form(rid)
        items = form.view().items.values()
        return form.change({item.path: item.previous for item in items if item.previous and not item.value})

    def refuse(self, rid: str, path: str, why: str) -> v.FormDelta:
        self.office.note("refuse", rid, path, why)
        return self._form(rid).change({path: "", f"@why/{path}": why})

    def reply(self, rid: str, remark_id: str, text: str) -> v.FormDelta:
        self.office.note("reply", rid, remark_id, text)
        return self._form(rid).change({f"@answer/{remark_id}": text})

    def undo(self, rid: str) -> v.FormDelta | None:
        self.office.note("undo", rid)
        form = self._form(rid)
        return form.step_back(form.history, form.ahead)

    def redo(self, rid: str) -> v.FormDelta | None:
        self.office.note("redo", rid)
        form = self._form(rid)
        return form.step_back(form.ahead, form.history)

    def finish(self, rid: str, command: str = "") -> v.Decided | v.Refusal:
        self.office.note("finish", rid, command)
        view = self._form(rid).view()
        stuck = view.errors + view.empty
        if stuck:
            return v.Refusal(
                "workflow.guard", f"Belum bisa diserahkan: {len(stuck)} isian perlu dilihat.", stuck
            )
        changes = v.Changes(frozenset({rid}), lists=True, counts=True)
        return v.Decided(rid, f"{view.title} diserahkan ke admin desa.", "undo-1", 10, changes)

    def discard(self, rid: str) -> v.Decided:
        self.office.note("discard", rid)
        return v.Decided(rid, "Draf dibuang.", "undo-2", 10, v.Changes(frozenset({rid}), lists=True))


class FakeReview:
    """services.review."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.rows = list(fake_review.QUEUE)
        self.offers: tuple[v.BatchOffer, ...] = ()
        self.done = 4
        self.decided: list[v.QueueRow] = []

    def queue(self, order: str = v.OLDEST, unit: str = "", lane: Sequence[str] = ()) -> v.QueueView:
        self.office.note("queue", *([order, unit] if order != v.OLDEST or unit else []))
        count = 52 + len(self.rows) if self.rows else 0
        village = {row.rid: row.subtitle.split(" ")[0] for row in self.rows}
        names = sorted(set(village.values()))
        units = tuple(v.QueueUnit(name, f"Desa {name}", list(village.values()).count(name)) for name in names)
        rows = [row for row in self.rows if unit in ("", village[row.rid])]
        if order == v.NEWEST:
            rows.reverse()
        elif order == v.TWINS:
            rows.sort(key=lambda row: row.duplicates == 0)
        waiting = {row.rid: row for row in self.rows}
        left = tuple(rid for rid in lane if rid in waiting)
        rows = [waiting[rid] for rid in left] or rows
        return v.QueueView(
            "Verifikasi tahap I", f"{count} antre", tuple(rows), self.done,
            f"Antrean kosong. {self.done} selesai hari ini.", self.offers, order=order, unit=unit, units=units,
            lane=left,
        )  # fmt: skip

    def open(self, rid: str) -> v.ReviewView:
        self.office.note("open_review", rid)
        row = next(row for row in self.rows if row.rid == rid)
        view = fake_review.review(row, head=self.office.who is not None and self.office.who.user_id == "u5")
        return replace(view, history_whole=rid not in self.office.met_late)

    def decide(
        self,
        rid: str,
        command: str,
        rev: int,
        sha: str,
        remark: str = "",
        remarks: dict[str, str] | None = None,
        given: dict[str, str] | None = None,
    ) -> v.Decided | v.Refusal:
        self.office.note("decide", rid, command, rev, sha, remark, dict(remarks or {}))
        if given:
            self.office.note("given", rid, dict(given))
        row = next(row for row in self.rows if row.rid == rid)
        self.rows.remove(row)
        self.decided.append(row)
        self.done += 1
        verb = "dikembalikan ke petugas" if command == "kembalikan" else "diteruskan ke kabupaten"
        changes = v.Changes(frozenset({rid}), lists=True, counts=True)
        return v.Decided(rid, f"{row.title} {verb}.", f"undo-{rid}", 10, changes)

    def withdraw(self, undo: str) -> v.Changes | None:
        self.office.note("withdraw", undo)
        if not self.decided:
            return None
        row = self.decided.pop()
        self.rows.insert(0, row)
        self.done -= 1
        return v.Changes(frozenset({row.rid}), lists=True, counts=True)

    def reply(self, rid: str, remark_id: str, text: str) -> v.Decided | v.Refusal:
        self.office.note("reply_review", rid, remark_id, text)
        return v.Decided(rid, "Jawaban tersimpan.", f"u-{remark_id}", 10, v.Changes(frozenset({rid})))

    def report_batch(self, offer: v.BatchOffer) -> v.Decided | v.Refusal:
        self.office.note("report_batch", offer.unit)
        self.offers = ()
        return v.Decided("b1", f"{offer.count} usaha dilaporkan.", "undo-b1", 10, v.Changes(lists=True))


class FakeSyncing:
    """services.syncing."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.paused = False
        self.is_online = False
        self.steps = 3
        self.outcome = sync_views.SyncOutcome(
            23, 23, 4, 2, "TT-0913", "23 data diterima server.", True, v.Changes(counts=True, connection=True)
        )

    def view(self) -> sync_views.SyncView:
        self.office.note("sync_view")
        return fake_review.sync_view(running=False)

    def run(
        self, progress: Callable[[sync_views.SyncView], None], stop: Callable[[], bool]
    ) -> sync_views.SyncOutcome:
        self.office.note("run")
        for step in range(self.steps):
            if stop():
                return replace(self.outcome, ok=False, sentence="Dijeda. Kiriman dilanjutkan nanti.")
            progress(fake_review.sync_view(running=True, percent=14 + step))
            time.sleep(0.02)
        return self.outcome

    def fetch_history(self, rid: str) -> v.Changes:
        self.office.note("fetch_history", rid)
        self.office.met_late.discard(rid)
        return v.Changes(records=frozenset({rid}))

    def pause(self) -> None:
        self.office.note("pause")
        self.paused = True

    def resume(self) -> None:
        self.office.note("resume")
        self.paused = False

    def compare(self) -> Comparison:
        self.office.note("compare")
        if not self.is_online:
            raise SidumbaError("wire.unreachable")
        return Comparison("2026-11-20T01:41:12.000Z", "e", "0" * 128)

    def online(self) -> bool:
        self.office.note("online")
        return self.is_online


class FakeReporting(FakeReports):
    """services.reporting."""

    def paper_about(self, subject: str) -> str:
        self.office.note("paper_about", subject)
        return "rekapitulasi"

    def papers(self, rid: str) -> list[tuple[str, str]]:
        self.office.note("papers", rid)
        return [("formulir", "Formulir terisi")]

    def print(self, paper_id: str, rid: str, folder: Path) -> v.PaperMade:
        self.office.note("print", paper_id, rid)
        return v.PaperMade(str(folder / "formulir.pdf"), 2, "ab" * 32, "Formulir terisi tersimpan.")


class FakeServices:
    """The six services of one laptop, and the office they share."""

    def __init__(self) -> None:
        self.office = Office()
        self.session = FakeSession(self.office)
        self.entry = FakeEntry(self.office)
        self.review = FakeReview(self.office)
        self.home = FakeHome(self.office)
        self.dashboard = FakeDashboard(self.office)
        self.syncing = FakeSyncing(self.office)
        self.reporting = FakeReporting(self.office)
        self.lists = FakeLists(self.office)
        self.steps = FakeSteps(self.office)
        self.periods = FakePeriods(self.office)
        self.care = FakeCare(self.office)
        self.conflicts = FakeConflicts(self.office)
        self.sticks = FakeSticks(self.office)
        self.files = FakeFiles(self.office, self.entry.answer)
        self.supplies = FakeSupplies(self.office)
        self.orders = FakeOrders(self.office, self.session)


def sample_office(services: FakeServices) -> FakeServices:
    """The first run of ``run.py``: sample accounts are shown with their passphrases."""
    services.session.sample = tuple((p.name, p.role_label, p.username, PASSPHRASE) for p in PEOPLE)
    return services
