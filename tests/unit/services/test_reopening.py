"""Re-opening with a PIN: only what locked itself in this run, only its own person, five tries, nothing on a disk."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.seal import pin as pin_module
from sidumba_field.seal.slots import KdfParams
from sidumba_field.services.exchange.sync_views import SyncView
from tests.helpers.post import PEOPLE, Office, Post, user_of

PIN, OTHER = "204518", "911820"
HALIMAH, RAHMAH = user_of("halimah"), user_of("rahmah")
PASSPHRASE = PEOPLE["halimah"][3]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Office]:
    """A laptop with two people, of whom one chose a PIN; each test works on a copy."""
    post = Post(tmp_path_factory.mktemp("made") / "laptop")
    post.activate()
    post.sit()
    post.add()
    post.session.set_pin(PASSPHRASE, PIN)
    post.session.lock()
    return post.desk.folder, post.office


@pytest.fixture
def post(made: tuple[Path, Office], tmp_path: Path) -> Iterator[Post]:
    shutil.copytree(made[0], tmp_path / "laptop")
    laptop = Post(tmp_path / "laptop", made[1])
    yield laptop
    laptop.session.lock()


def refusal(post: Post, pin: str, user: str = HALIMAH) -> str:
    with pytest.raises(SidumbaError) as refused:
        post.session.reopen(user, pin)
    return refused.value.code


def with_pin(post: Post) -> list[str]:
    return [card.user_id for card in post.session.login_view().accounts if card.pin]


def test_what_locked_itself_opens_again_with_the_pin_and_everything_is_there(post: Post) -> None:
    post.sit()
    rid, key = post.begin(), post.desk.seat().key.public_hex
    for _ in range(2):
        post.session.lock()
        assert with_pin(post) == [HALIMAH]
        view = post.session.reopen(HALIMAH, PIN)
        assert (view.name, view.has_pin) == ("Nor Halimah", True)
    assert post.entry.open(rid).title == "Warung Barokah"
    seat = post.desk.seat()
    assert (seat.key.public_hex, seat.passphrase) == (key, PASSPHRASE)
    assert ("reopen", HALIMAH) in [(line.event, line.user) for line in seat.store.logged()]
    assert post.syncing.run().ok


def test_after_a_start_of_the_application_the_passphrase_is_asked(post: Post) -> None:
    assert with_pin(post) == []
    assert refusal(post, PIN) == "auth.pin_spent"
    post.sit()
    post.session.lock()
    restarted = Post(post.desk.folder, post.office)
    assert refusal(restarted, PIN) == "auth.pin_spent"


def test_five_wrong_pins_ask_for_the_passphrase_and_that_arms_the_pin_again(post: Post) -> None:
    post.sit()
    post.session.lock()
    assert [refusal(post, OTHER) for _ in range(5)] == ["auth.wrong_pin"] * 4 + ["auth.pin_spent"]
    assert with_pin(post) == []
    assert refusal(post, PIN) == "auth.pin_spent"
    assert post.session.current() is None
    post.sit()
    post.session.lock()
    assert post.session.reopen(HALIMAH, PIN).has_pin


def test_the_pin_of_one_opens_nothing_of_another(post: Post) -> None:
    post.sit("rahmah")
    post.session.set_pin(PEOPLE["rahmah"][3], OTHER)
    post.session.lock()
    assert refusal(post, PIN, RAHMAH) == "auth.wrong_pin"
    assert refusal(post, OTHER, HALIMAH) == "auth.pin_spent"
    assert post.session.reopen(RAHMAH, OTHER).user_id == RAHMAH


def test_once_somebody_else_sat_down_the_passphrase_is_asked(post: Post) -> None:
    post.sit()
    post.session.lock()
    post.sit("rahmah")
    post.session.lock()
    assert with_pin(post) == []
    assert refusal(post, PIN) == "auth.pin_spent"


def test_the_end_of_the_lease_asks_for_the_passphrase(post: Post) -> None:
    post.sit()
    post.session.lock()
    post.clock.advance(14 * 24 * 3600)
    try:
        assert with_pin(post) == []
        assert refusal(post, PIN) == "auth.pin_spent"
        post.sit()
        post.session.lock()
        assert with_pin(post) == []
    finally:
        post.clock.advance(-14 * 24 * 3600)


def test_a_lock_writes_nothing_of_the_pin_or_of_the_keys_to_the_disk(post: Post) -> None:
    post.sit()
    seat = post.desk.seat()
    row = seat.store.meta.get(f"pin/{HALIMAH}") or ""
    assert len(row) == 96
    secret = [seat.data_key, seat.key.secret, bytes.fromhex(row)[16:]]
    before = {path for path in post.desk.folder.rglob("*") if path.is_file()}
    post.session.lock()
    parked = post.session._reopening._parked
    assert parked is not None
    secret += [parked._sealed, parked._secret]
    words = [PIN.encode(), PASSPHRASE.encode(), *secret, *(one.hex().encode() for one in secret)]
    after = {path for path in post.desk.folder.rglob("*") if path.is_file()}
    assert after <= before
    for path in after:
        held = path.read_bytes()
        assert not [word for word in words if word in held], path.name


def test_the_keys_leave_the_seat_with_the_lock(post: Post) -> None:
    post.sit()
    post.session.lock()
    parked = post.session._reopening._parked
    assert post.desk.seated is None
    assert parked is not None
    held = [value for value in vars(parked).values() if isinstance(value, bytes)]
    assert not any(PASSPHRASE.encode() in value for value in held)


def test_a_lock_in_the_middle_of_a_sync_stops_it_and_the_pin_opens_a_whole_store(post: Post) -> None:
    post.sit()
    rid = post.begin()
    post.send_later(rid)

    def lock(_: SyncView) -> None:
        post.session.lock()
        post.session.reopen(HALIMAH, PIN)

    with pytest.raises(SidumbaError) as ended:
        post.syncing.run(lock)
    assert ended.value.code == "auth.session_expired"
    assert post.entry.open(rid).title == "Warung Barokah"
    assert post.syncing.run().ok
    assert post.desk.seat().store.counts().waiting == 0


def test_a_pin_is_chosen_only_with_the_passphrase_and_only_a_good_one(post: Post) -> None:
    post.sit("rahmah")
    for passphrase, pin, code in (
        (PASSPHRASE, PIN, "auth.wrong_passphrase"),
        (PEOPLE["rahmah"][3], "111111", "auth.weak_pin"),
    ):
        with pytest.raises(SidumbaError) as refused:
            post.session.set_pin(passphrase, pin)
        assert refused.value.code == code
    assert not post.session.current().has_pin  # type: ignore[union-attr]
    post.session.lock()
    assert with_pin(post) == []


def test_a_pin_that_was_taken_away_opens_nothing(post: Post) -> None:
    post.sit()
    assert not post.session.drop_pin().has_pin
    post.session.lock()
    assert refusal(post, PIN) == "auth.pin_spent"


def test_a_wrong_passphrase_leaves_the_pin_waiting(post: Post) -> None:
    post.sit()
    post.session.lock()
    with pytest.raises(SidumbaError):
        post.session.unlock(HALIMAH, "bukan kata sandi")
    assert post.session.reopen(HALIMAH, PIN).has_pin


def test_the_remembered_key_costs_as_much_as_a_slot() -> None:
    """Cheap enough for a fifth of a second, and not cheaper than what guards the passphrase."""
    assert KdfParams() == pin_module.ARGON
