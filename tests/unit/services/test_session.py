"""Sitting down and getting up: set-up that may be cut anywhere, passphrases, recovery, and what stays to be seen."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.seal.box import open_text
from sidumba_field.seal.slots import KeyFile
from sidumba_field.services.account import setup
from sidumba_field.services.exchange import status as status_module
from sidumba_field.services.views import SetupBegun
from tests.helpers.faulty_transport import Fault, once
from tests.helpers.post import PEOPLE, URL, Office, Post, user_of
from tests.helpers.told import person

WRONG = "bukan kata sandi"
HALIMAH, RAHMAH = user_of("halimah"), user_of("rahmah")


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Office]:
    """A laptop set up once, with two people; each test works on a copy."""
    folder = tmp_path_factory.mktemp("made") / "laptop"
    post = Post(folder)
    post.activate()
    post.sit()
    post.add()
    post.session.lock()
    return folder, post.office


@pytest.fixture
def post(made: tuple[Path, Office], tmp_path: Path) -> Iterator[Post]:
    shutil.copytree(made[0], tmp_path / "laptop")
    laptop = Post(tmp_path / "laptop", made[1])
    yield laptop
    laptop.session.lock()


def files(folder: Path) -> dict[str, bytes]:
    return {str(p.relative_to(folder)): p.read_bytes() for p in sorted(folder.rglob("*")) if p.is_file()}


def code_of(error: pytest.ExceptionInfo[SidumbaError]) -> str:
    return error.value.code


# ---- set-up ----------------------------------------------------------------------------------------------------------


def test_a_laptop_that_is_set_up_shows_who_works_on_it(post: Post) -> None:
    view = post.session.login_view()
    assert view.activated
    assert view.office == "Dinas"
    assert view.lease_text == "4 Desember 2026"
    assert [(one.name, one.role_label, one.unit_name, one.initials) for one in view.accounts] == [
        ("Nor Halimah", "Petugas pendata", "Desa Halong", "NH"),
        ("Siti Rahmah, S.Pd.", "Admin desa", "Desa Halong", "SR"),
    ]


def test_before_the_set_up_nobody_is_listed(tmp_path: Path) -> None:
    view = Post(tmp_path / "new").session.login_view()
    assert (view.activated, view.accounts, view.unsent) == (False, (), 0)


@pytest.mark.parametrize("method", ["hello", "enrol", "session"])
@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.OVERLOADED, Fault.TIMEOUT_AFTER])
def test_a_set_up_cut_on_the_line_is_begun_again_with_the_same_code(
    tmp_path: Path, method: str, fault: Fault
) -> None:
    post = Post(tmp_path / "laptop")
    post.plan = lambda name, nth: fault if name == method and nth <= 3 else None
    with pytest.raises(SidumbaError):
        post.activate()
    assert not post.session.login_view().activated
    post.plan = lambda name, nth: None
    post.activate()
    post.sit()
    assert post.desk.seat().user.name == "Nor Halimah"


@pytest.mark.parametrize(
    ("owner", "step"),
    [
        (setup, "open_store"),
        (setup, "write_status"),
        (KeyFile, "create"),
        (KeyFile, "add_recovery"),
        (KeyFile, "add_user"),
    ],
    ids=["store", "status", "key file", "recovery slot", "first person"],
)
@pytest.mark.parametrize("restart", [False, True], ids=["same run", "after a restart"])
def test_a_set_up_cut_on_the_disk_is_begun_again_and_nothing_is_deleted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, owner: object, step: str, restart: bool
) -> None:
    """The same code is welcome, in the same run and after a restart."""
    post = Post(tmp_path / "laptop")

    def full(*_: object, **__: object) -> None:
        raise SidumbaError("store.disk_full")

    with monkeypatch.context() as cut:
        cut.setattr(owner, step, full)
        with pytest.raises(SidumbaError):
            post.activate()
    assert not post.session.login_view().activated
    left = files(post.desk.folder)
    if restart:
        post = Post(tmp_path / "laptop", post.office)
    post.activate()
    assert not (post.desk.folder / "setup.json").exists()
    post.sit()
    assert post.desk.seat().user.name == "Nor Halimah"
    kept = set(files(post.desk.folder).values())
    assert all(content in kept for name, content in left.items() if name not in ("status.json", "setup.json"))
    post.session.lock()


@pytest.mark.parametrize("method", ["hello", "enrol", "session"])
@pytest.mark.parametrize("fault", [Fault.REFUSED, Fault.TIMEOUT_AFTER])
def test_a_set_up_killed_on_the_line_goes_on_after_a_restart_without_the_code(
    tmp_path: Path, method: str, fault: Fault
) -> None:
    """Killed before, in or after the enrolment: the fields are there again and the passphrase is enough."""
    killed = Post(tmp_path / "laptop")
    killed.plan = lambda name, nth: fault if name == method else None
    with pytest.raises(SidumbaError):
        killed.activate()
    post = Post(tmp_path / "laptop", killed.office)
    begun = post.session.login_view().begun
    assert begun == SetupBegun(URL, "halimah", "Laptop Halong")
    post.activate(code="")
    assert post.session.login_view().begun is None
    assert len(killed.office.twin.codes) <= 1
    post.sit()
    assert KeyFile(post.desk.folder / "keys.json").open_recovery(escrowed(post)) == post.desk.seat().data_key
    post.session.lock()


def test_a_set_up_killed_before_its_first_fetch_fetches_after_a_restart(tmp_path: Path) -> None:
    killed = Post(tmp_path / "laptop")
    killed.activate()
    killed.sit()
    killed.plan = lambda name, nth: Fault.REFUSED if name == "pull" else None
    assert not killed.syncing.run().ok
    killed.session.lock()
    post = Post(tmp_path / "laptop", killed.office)
    post.sit()
    assert post.syncing.run().ok
    assert post.session.link_text() == "Daring"
    post.session.lock()


def test_another_passphrase_does_not_open_a_set_up_that_was_cut(tmp_path: Path) -> None:
    killed = Post(tmp_path / "laptop")
    killed.plan = lambda name, nth: Fault.REFUSED if name == "session" else None
    with pytest.raises(SidumbaError):
        killed.activate()
    post = Post(tmp_path / "laptop", killed.office)
    with pytest.raises(SidumbaError) as refused:
        post.session.activate(URL, "", "halimah", WRONG, "Laptop Halong")
    assert code_of(refused) == "auth.wrong_passphrase"
    post.activate(code="")
    assert post.session.login_view().activated


def test_what_a_cut_set_up_leaves_on_the_disk_tells_no_secret(tmp_path: Path) -> None:
    post = Post(tmp_path / "laptop")
    post.plan = lambda name, nth: Fault.REFUSED if name == "session" else None
    with pytest.raises(SidumbaError):
        post.activate()
    text = (post.desk.folder / "setup.json").read_text(encoding="utf-8")
    (drawn,) = post.session._set_up._begun.values()
    for secret in ("ABCD-2345", PEOPLE["halimah"][3], drawn.recovery_code, drawn.key.secret.hex()):
        assert secret not in text


def test_a_torn_note_of_a_set_up_is_none(tmp_path: Path) -> None:
    post = Post(tmp_path / "laptop")
    post.desk.folder.mkdir()
    for torn in ("", "[]", '{"v": 1}', '{"v": 1, "shown": {"x": 1}, "slot": {}}', '{"v": 2, "shown": {}}'):
        (post.desk.folder / "setup.json").write_text(torn, encoding="utf-8")
        assert post.session.login_view().begun is None
    post.activate()
    assert post.session.login_view().activated


def test_a_mistyped_password_does_not_waste_the_code(tmp_path: Path) -> None:
    post = Post(tmp_path / "laptop")
    with pytest.raises(SidumbaError) as refused:
        post.session.activate(URL, "ABCD-2345", "halimah", WRONG, "Laptop Halong")
    assert code_of(refused) == "auth.wrong_passphrase"
    assert set(files(post.desk.folder)) == {"setup.json"}
    post.activate()
    assert post.session.login_view().activated


def test_a_password_too_short_for_a_slot_is_refused_before_the_code_is_spent(tmp_path: Path) -> None:
    post = Post(tmp_path / "laptop")
    with pytest.raises(SidumbaError) as refused:
        post.session.activate(URL, "ABCD-2345", "halimah", "pendek", "Laptop Halong")
    assert code_of(refused) == "auth.weak_passphrase"
    assert not post.calls


def test_a_laptop_is_set_up_once(post: Post) -> None:
    before = files(post.desk.folder)
    with pytest.raises(SidumbaError) as refused:
        post.activate("WXYZ-2345")
    assert code_of(refused) == "auth.not_permitted"
    assert files(post.desk.folder) == before
    assert not post.calls


def test_adding_a_person_that_was_cut_can_be_done_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    post = Post(tmp_path / "laptop")
    post.activate()
    post.sit()
    post.plan = once("session", Fault.TIMEOUT_AFTER, post.calls["session"] + 1)
    with pytest.raises(SidumbaError):
        post.add()
    with monkeypatch.context() as cut:

        def full(*_: object, **__: object) -> None:
            raise SidumbaError("store.disk_full")

        cut.setattr(KeyFile, "add_user", full)
        with pytest.raises(SidumbaError):
            post.add()
    assert [one.username for one in post.session.login_view().accounts] == ["halimah"]
    post.add()
    post.sit("rahmah")
    assert post.desk.seat().user.user_id == RAHMAH
    post.session.lock()


def test_a_person_is_added_only_by_somebody_who_sits_here(post: Post) -> None:
    with pytest.raises(SidumbaError) as refused:
        post.add()
    assert code_of(refused) == "auth.session_expired"


# ---- unlocking and locking -------------------------------------------------------------------------------------------


def test_five_wrong_passphrases_open_nothing_and_change_nothing(post: Post) -> None:
    before = files(post.desk.folder)
    for _ in range(5):
        with pytest.raises(SidumbaError) as refused:
            post.session.unlock(RAHMAH, WRONG)
        assert code_of(refused) == "auth.wrong_passphrase"
    assert files(post.desk.folder) == before
    assert post.session.current() is None
    post.sit("rahmah")
    assert post.desk.seat().user.user_id == RAHMAH


def test_a_colleague_with_his_own_passphrase_does_not_open_the_verifiers_slot(post: Post) -> None:
    post.sit("halimah")
    rid = post.begin()
    for passphrase in (PEOPLE["halimah"][3], "", WRONG):
        with pytest.raises(SidumbaError) as refused:
            post.session.unlock(RAHMAH, passphrase)
        assert code_of(refused) == "auth.wrong_passphrase"
    assert post.desk.seat().user.user_id == HALIMAH
    assert post.entry.open(rid).title == "Warung Barokah"


def test_nobody_unknown_sits_down(post: Post) -> None:
    with pytest.raises(SidumbaError) as refused:
        post.session.unlock(person("Orang Lain"), WRONG)
    assert code_of(refused) == "auth.unknown_user"


def test_each_person_has_a_signing_key_of_his_own(post: Post) -> None:
    post.sit("halimah")
    first = post.desk.seat().key.public_hex
    post.sit("rahmah")
    assert post.desk.seat().key.public_hex != first


def test_locking_closes_the_store_and_forgets_every_key(post: Post) -> None:
    post.sit()
    rid = post.begin()
    post.session.lock()
    assert post.desk.seated is None
    assert post.session.current() is None
    assert not (post.desk.folder / "laptop.db-wal").exists()
    for call in (post.entry.new, lambda: post.entry.open(rid), post.syncing.view, post.session.transport):
        with pytest.raises(SidumbaError) as refused:
            call()
        assert code_of(refused) == "auth.session_expired"
    assert post.session.truth().saved_at == ""


@pytest.mark.expects_log(
    "sidumba_field.services.account.session", "WARNING", "status file could not be written"
)
@pytest.mark.parametrize(
    "fault",
    [OSError(28, "No space left on device"), SidumbaError("store.damaged"), SidumbaError("store.read_only")],
)
def test_a_full_or_damaged_disk_does_not_keep_the_laptop_open(
    post: Post, monkeypatch: pytest.MonkeyPatch, fault: Exception
) -> None:
    def failing(*_: object) -> None:
        raise fault

    post.sit()
    monkeypatch.setattr(status_module, "write_status", failing)
    post.session.lock()
    assert post.desk.seated is None
    assert not (post.desk.folder / "laptop.db-wal").exists()


def test_sitting_down_is_logged_by_name(post: Post) -> None:
    post.sit("halimah")
    post.sit("rahmah")
    lines = [(line.event, line.user) for line in post.desk.seat().store.logged(2)]
    assert lines == [("unlock", RAHMAH), ("unlock", HALIMAH)]


def test_the_status_file_holds_counts_and_dates_only(post: Post) -> None:
    """It is read while everything is locked: no answer, no name of a citizen, no number of one."""
    post.sit("halimah")
    post.begin("Keripik Bu Siti")
    sent = post.begin("Warung Barokah")
    post.send_later(sent)
    post.session.lock()
    text = (post.desk.folder / "status.json").read_text(encoding="utf-8")
    said = json.loads(text)
    assert set(said) == {"office", "lease_until", "unsent", "notes", "at"}
    assert (said["office"], said["unsent"], said["notes"][HALIMAH]) == ("Dinas", 1, "1 draf")
    for word in ("Keripik", "Barokah", "6311024506880003", "Halong", "Halimah"):
        assert word not in text
    view = post.session.login_view()
    assert (view.unsent, {one.username: one.note for one in view.accounts}) == (
        1,
        {"halimah": "1 draf", "rahmah": ""},
    )


def test_the_note_beside_a_name_counts_that_persons_work(post: Post) -> None:
    post.sit("halimah")
    post.begin()
    post.sit("rahmah")
    post.session.lock()
    notes = {one.username: one.note for one in post.session.login_view().accounts}
    assert notes == {"halimah": "1 draf", "rahmah": ""}


def test_a_torn_status_file_is_no_news(post: Post) -> None:
    (post.desk.folder / "status.json").write_text('{"unsent": 3, "no', encoding="utf-8")
    view = post.session.login_view()
    assert (view.unsent, view.office, len(view.accounts)) == (0, "", 2)


def test_the_lease_is_told_when_it_has_run_out(post: Post) -> None:
    post.sit()
    view = post.session.current()
    assert view is not None
    assert not view.lease_expired
    post.clock.advance(14 * 24 * 3600)
    later = post.session.current()
    assert later is not None
    assert later.lease_expired
    post.clock.advance(-14 * 24 * 3600)


# ---- recovery --------------------------------------------------------------------------------------------------------


def escrowed(post: Post) -> str:
    """The code the district reads out over the telephone: the newest one it holds."""
    twin = post.office.twin
    sealed = post.office.sealed[-1] if post.office.sealed else next(iter(twin.sealed_codes.values()))
    return open_text(twin.age[0], sealed)


@pytest.fixture
def forgetful(tmp_path: Path) -> Iterator[Post]:
    """A laptop with a server of its own, so that codes handed in do not mix."""
    laptop = Post(tmp_path / "laptop")
    laptop.activate()
    yield laptop
    laptop.session.lock()


def test_a_wrong_recovery_code_changes_nothing(post: Post) -> None:
    before = files(post.desk.folder)
    for code in ("", "AAAAA-BBBBB-CCCCC-DDDDD-EEEEE"):
        with pytest.raises(SidumbaError) as refused:
            post.session.recover(HALIMAH, code, "kata sandi yang baru")
        assert code_of(refused) == "auth.wrong_recovery_code"
    assert files(post.desk.folder) == before


def test_after_recovery_the_old_passphrase_is_dead_and_the_code_is_used_up(forgetful: Post) -> None:
    code, new = escrowed(forgetful), "kata sandi yang baru"
    forgetful.sit()
    rid, key = forgetful.begin(), forgetful.desk.seat().key.public_hex
    forgetful.session.lock()
    forgetful.session.recover(HALIMAH, code.lower(), new)
    assert forgetful.entry.open(rid).title == "Warung Barokah"
    assert forgetful.desk.seat().key.public_hex != key
    assert ("recover", HALIMAH) in [(line.event, line.user) for line in forgetful.desk.seat().store.logged()]
    forgetful.session.lock()
    with pytest.raises(SidumbaError) as dead:
        forgetful.sit()
    assert code_of(dead) == "auth.wrong_passphrase"
    with pytest.raises(SidumbaError) as used:
        forgetful.session.recover(HALIMAH, code, "sekali lagi yang baru")
    assert code_of(used) == "auth.wrong_recovery_code"
    assert forgetful.session.unlock(HALIMAH, new).name == "Nor Halimah"


def test_a_weak_new_passphrase_spends_nothing(forgetful: Post) -> None:
    code = escrowed(forgetful)
    with pytest.raises(SidumbaError) as refused:
        forgetful.session.recover(HALIMAH, code, "pendek")
    assert code_of(refused) == "auth.weak_passphrase"
    forgetful.sit()
    forgetful.session.lock()
    assert forgetful.session.recover(HALIMAH, code, "kata sandi yang baru").name == "Nor Halimah"


@pytest.mark.parametrize("crash", [False, True], ids=["whole", "cut before the slot changed"])
def test_the_district_gets_a_code_that_opens_this_laptop(
    forgetful: Post, crash: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever was cut, the code it can read out is the one in the slot."""
    new = "kata sandi yang baru"

    def dead(*_: object, **__: object) -> None:
        raise SidumbaError("store.disk_full")

    with monkeypatch.context() as cut:
        if crash:
            cut.setattr(KeyFile, "add_recovery", dead)
            with pytest.raises(SidumbaError):
                forgetful.session.recover(HALIMAH, escrowed(forgetful), new)
        else:
            forgetful.session.recover(HALIMAH, escrowed(forgetful), new)
    forgetful.office.twin.passwords["halimah"] = (new, HALIMAH)
    forgetful.session.lock()
    forgetful.session.unlock(HALIMAH, new)
    assert forgetful.syncing.run().ok
    assert len(forgetful.office.sealed) == 1
    keys = KeyFile(forgetful.desk.folder / "keys.json")
    assert keys.open_recovery(escrowed(forgetful)) == forgetful.desk.seat().data_key
    forgetful.desk.seat().token = ""
    assert forgetful.syncing.run().ok
    assert len(forgetful.office.sealed) == 1


def test_a_code_that_did_not_reach_the_district_is_told_and_sent_again(forgetful: Post) -> None:
    new = "kata sandi yang baru"
    forgetful.session.recover(HALIMAH, escrowed(forgetful), new)
    forgetful.office.twin.passwords["halimah"] = (new, HALIMAH)
    forgetful.plan = once("escrow", Fault.TIMEOUT_AFTER, 1)
    first = forgetful.syncing.run()
    assert not first.ok
    assert forgetful.syncing.view().problem == first.sentence
    forgetful.desk.seat().token = ""
    assert forgetful.syncing.run().ok
    assert forgetful.calls["escrow"] == 2
