"""keys.json: who opens what, what a wrong passphrase gets, and that the file is never half written."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidumba_field.core.errors import SidumbaError
from sidumba_field.seal.slots import (
    ALPHABET,
    ARGON,
    KdfParams,
    KeyFile,
    UserCard,
    key_id,
    new_data_key,
    new_recovery_code,
)

CHEAP = KdfParams(8, 1, 1)
KEY, SECRET = bytes(range(32)), bytes(range(32, 64))
SITI = UserCard("u-siti", "Siti Aminah", "Petugas", "Desa Mampari", "siti")
RUDI = UserCard("u-rudi", "Rudi", "Admin Desa", "Desa Mampari", "rudi")
GOOD = "rumah di tepi sungai"


@pytest.fixture
def keys(tmp_path: Path) -> KeyFile:
    made = KeyFile(tmp_path / "keys.json")
    made.create(KEY)
    made.add_user(SITI.user_id, SITI, GOOD, KEY, SECRET, CHEAP)
    return made


def _refused(code: str, call: object, *args: object) -> None:
    assert callable(call)
    with pytest.raises(SidumbaError) as refusal:
        call(*args)
    assert refusal.value.code == code


def test_a_passphrase_opens_its_own_slot_only(keys: KeyFile) -> None:
    keys.add_user(RUDI.user_id, RUDI, "kopi pahit pagi hari", KEY, b"r" * 32, CHEAP)
    assert keys.open_user(SITI.user_id, GOOD) == (KEY, SECRET)
    assert keys.open_user(RUDI.user_id, "kopi pahit pagi hari") == (KEY, b"r" * 32)
    _refused("auth.wrong_passphrase", keys.open_user, RUDI.user_id, GOOD)
    _refused("auth.unknown_user", keys.open_user, "u-nobody", GOOD)


def test_slots_cannot_be_exchanged_between_users(keys: KeyFile) -> None:
    """The user id is authenticated: Siti's passphrase must not open a slot that was renamed to Rudi."""
    content = json.loads(keys.path.read_bytes())
    content["users"][0]["user"] = RUDI.user_id
    keys.path.write_text(json.dumps(content), encoding="utf-8")
    _refused("auth.wrong_passphrase", keys.open_user, RUDI.user_id, GOOD)


@pytest.mark.parametrize("weak", ["", "123456789", "sembilan9"])
def test_a_short_passphrase_is_refused(keys: KeyFile, weak: str) -> None:
    _refused("auth.weak_passphrase", keys.add_user, SITI.user_id, SITI, weak, KEY, SECRET, CHEAP)
    assert keys.open_user(SITI.user_id, GOOD) == (KEY, SECRET)


def test_a_passphrase_is_replaced_and_the_old_one_stops(keys: KeyFile) -> None:
    keys.replace_passphrase(SITI.user_id, GOOD, "hujan di bulan juni", CHEAP)
    assert keys.open_user(SITI.user_id, "hujan di bulan juni") == (KEY, SECRET)
    _refused("auth.wrong_passphrase", keys.open_user, SITI.user_id, GOOD)
    _refused("auth.wrong_passphrase", keys.replace_passphrase, SITI.user_id, GOOD, "x" * 12, CHEAP)
    assert keys.cards() == [SITI]


def test_letters_with_marks_open_from_every_keyboard(keys: KeyFile) -> None:
    keys.add_user(SITI.user_id, SITI, "kaf\u00e9 di pasar", KEY, SECRET, CHEAP)
    assert keys.open_user(SITI.user_id, "kafe\u0301 di pasar") == (KEY, SECRET)


def test_the_recovery_code_opens_once_it_is_read_out_and_is_replaced(keys: KeyFile) -> None:
    code, following = new_recovery_code(), new_recovery_code()
    _refused("auth.wrong_recovery_code", keys.open_recovery, code)
    keys.add_recovery(code, KEY, CHEAP)
    assert keys.open_recovery(code) == KEY
    assert keys.open_recovery(code.lower().replace("-", " ")) == KEY
    keys.add_recovery(following, KEY, CHEAP)
    _refused("auth.wrong_recovery_code", keys.open_recovery, code)
    assert keys.open_recovery(following) == KEY
    assert keys.open_user(SITI.user_id, GOOD) == (KEY, SECRET)


def test_recovery_codes_are_long_and_readable_over_the_telephone() -> None:
    codes = {new_recovery_code() for _ in range(50)}
    assert len(codes) == 50
    for code in codes:
        groups = code.split("-")
        assert [len(group) for group in groups] == [5] * 5
        assert set("".join(groups)) <= set(ALPHABET)
    assert not set("ILOU01") & set(ALPHABET)


def test_a_foreign_data_key_is_never_wrapped_beside_ours(keys: KeyFile) -> None:
    _refused("store.damaged", keys.add_user, RUDI.user_id, RUDI, GOOD, new_data_key(), SECRET, CHEAP)
    _refused("store.damaged", keys.add_recovery, new_recovery_code(), new_data_key(), CHEAP)


def test_a_key_file_is_never_replaced_by_a_new_one(keys: KeyFile) -> None:
    with pytest.raises(FileExistsError):
        keys.create(KEY)
    keys.path.unlink()
    with pytest.raises(FileExistsError):
        keys.create(KEY)


def test_what_was_replaced_opens_no_copy_either(keys: KeyFile) -> None:
    """A code is read out over the telephone once; whoever overheard it may damage the file and find the twin."""
    code = new_recovery_code()
    keys.add_recovery(code, KEY, CHEAP)
    keys.add_recovery(new_recovery_code(), KEY, CHEAP)
    keys.replace_passphrase(SITI.user_id, GOOD, "hujan di bulan juni", CHEAP)
    keys.path.write_bytes(b"{")
    _refused("auth.wrong_recovery_code", keys.open_recovery, code)
    _refused("auth.wrong_passphrase", keys.open_user, SITI.user_id, GOOD)
    assert keys.open_user(SITI.user_id, "hujan di bulan juni") == (KEY, SECRET)


@pytest.mark.parametrize(
    "cost",
    [
        {"m_kib": 2**40},
        {"t": 2**31},
        {"p": 10_000},
        {"m_kib": 0},
        {"t": -1},
        {"m_kib": "8"},
        {"name": "none"},
    ],
)
def test_a_cost_nobody_could_pay_is_damage_and_is_not_tried(keys: KeyFile, cost: dict[str, object]) -> None:
    content = json.loads(keys.path.read_bytes())
    content["users"][0]["kdf"].update(cost)
    keys.path.write_text(json.dumps(content), encoding="utf-8")
    _refused("store.damaged", keys.open_user, SITI.user_id, GOOD)


def test_a_lowered_cost_opens_nothing(keys: KeyFile) -> None:
    content = json.loads(keys.path.read_bytes())
    assert content["users"][0]["kdf"]["t"] == 1
    content["users"][0]["kdf"]["m_kib"] += 8
    keys.path.write_text(json.dumps(content), encoding="utf-8")
    _refused("auth.wrong_passphrase", keys.open_user, SITI.user_id, GOOD)


@pytest.mark.parametrize(
    "users", [None, {}, [1], [{}], [{"user": 1, "card": {}}], [{"user": "a", "card": {"name": "A"}}]]
)
def test_slots_of_another_shape_are_damage_and_the_twin_is_read(keys: KeyFile, users: object) -> None:
    content = json.loads(keys.path.read_bytes())
    keys.path.write_text(json.dumps({**content, "users": users}), encoding="utf-8")
    assert keys.cards() == [SITI]
    assert keys.open_user(SITI.user_id, GOOD) == (KEY, SECRET)


@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\xff\xfe", b'{"v": 1}'])
def test_a_damaged_file_is_read_from_its_twin(keys: KeyFile, damage: bytes) -> None:
    keys.add_recovery(new_recovery_code(), KEY, CHEAP)
    keys.path.write_bytes(damage)
    assert keys.open_user(SITI.user_id, GOOD) == (KEY, SECRET)
    keys.add_user(RUDI.user_id, RUDI, GOOD, KEY, SECRET, CHEAP)
    assert len(keys.cards()) == 2
    backup = keys.path.with_name("keys.json.bak")
    keys.path.write_bytes(damage)
    backup.write_bytes(damage)
    _refused("store.damaged", keys.cards)
    assert keys.path.read_bytes() == damage


def test_a_newer_key_file_is_refused_kindly(keys: KeyFile) -> None:
    content = json.loads(keys.path.read_bytes())
    keys.path.write_text(json.dumps({**content, "v": 2}), encoding="utf-8")
    _refused("store.too_new", keys.cards)


def test_without_a_file_nobody_is_listed_and_nothing_opens(tmp_path: Path) -> None:
    keys = KeyFile(tmp_path / "keys.json")
    assert (keys.cards(), keys.exists) == ([], False)
    _refused("store.no_laptop", keys.open_user, SITI.user_id, GOOD)
    _refused("store.no_laptop", keys.open_recovery, new_recovery_code())


def test_the_file_gives_no_key_away(keys: KeyFile) -> None:
    text = keys.path.read_text("utf-8")
    for secret in (KEY, SECRET):
        assert secret.hex() not in text
    assert GOOD not in text
    assert key_id(KEY) in text


def test_the_default_cost_is_the_measured_one() -> None:
    assert (ARGON.m_kib, ARGON.t, ARGON.p) == (65_536, 3, 1)


@given(other=st.text(min_size=10, max_size=40))
def test_no_other_passphrase_opens(tmp_path_factory: pytest.TempPathFactory, other: str) -> None:
    keys = KeyFile(tmp_path_factory.getbasetemp() / "law" / "keys.json")
    if not keys.exists:
        keys.create(KEY)
        keys.add_user(SITI.user_id, SITI, GOOD, KEY, SECRET, CHEAP)
    if other != GOOD:
        _refused("auth.wrong_passphrase", keys.open_user, SITI.user_id, other)
