"""Laws of damage: whatever happens to a file on a stick is found, before anything is believed of it."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from sidumba_field.bundle import Found, gather, verify
from sidumba_field.bundle.facts import HEAD
from sidumba_field.core.errors import SidumbaError
from tests.helpers import bundles
from tests.helpers.bundles import Basket, file_entry, opened, written

#: How many random mutations the everyday run tries, and the soak run (promise P9).
MUTATIONS, SOAK = 400, 10_000
#: What a reader may say of a damaged file.
SAID = {
    "bundle.bad_signature",
    "bundle.damaged",
    "bundle.parts_missing",
    "bundle.too_big",
    "bundle.truncated",
    "bundle.unknown_format",
    "seal.wrong_key",
}


def told(path: Path) -> str:
    """Return what a reader says of one file: the code of its refusal, "" when it was taken."""
    found = gather([path])[0]
    basket = Basket()
    try:
        opening = opened(found)
    except SidumbaError as error:
        assert basket.messages == []
        return error.code
    opening.walk(basket)
    return ""


@pytest.fixture
def whole(tmp_path: Path) -> Found:
    return written(
        tmp_path / "whole", [*bundles.entries(), file_entry(random.Random(7).randbytes(90_000), "bin")]
    )


def test_a_file_cut_anywhere_is_found(whole: Found, tmp_path: Path) -> None:
    raw, cut = whole.paths[0].read_bytes(), tmp_path / "cut.sidumba"
    for size in [*range(0, len(raw), 4096), 1, 16, 17, HEAD - 1, HEAD, HEAD + 1, len(raw) - 1]:
        cut.write_bytes(raw[:size])
        assert told(cut) in ("bundle.truncated", "bundle.damaged"), size


def test_every_byte_of_the_head_matters(whole: Found, tmp_path: Path) -> None:
    raw, spoilt = whole.paths[0].read_bytes(), tmp_path / "spoilt.sidumba"
    for place in range(HEAD):
        spoilt.write_bytes(raw[:place] + bytes([raw[place] ^ 0x01]) + raw[place + 1 :])
        assert gather([spoilt])[0].code in ("bundle.damaged", "bundle.unknown_format"), place


def mutated(raw: bytes, chance: random.Random) -> bytes:
    """Spoil some bytes as sticks, fingers and people do."""
    place = chance.randrange(len(raw))
    match chance.randrange(6):
        case 0:
            return raw[:place] + bytes([raw[place] ^ (1 << chance.randrange(8))]) + raw[place + 1 :]
        case 1:
            return raw[:place]
        case 2:
            size = chance.randrange(1, 5000)
            return raw[:place] + raw[place + size :]
        case 3:
            return raw[:place] + chance.randbytes(chance.randrange(1, 600)) + raw[place:]
        case 4:
            size = min(chance.randrange(1, 4097), len(raw) - place)
            return raw[:place] + b"\0" * size + raw[place + size :]
        case _:
            other, size = chance.randrange(len(raw)), chance.randrange(1, 2000)
            return raw[:place] + raw[other : other + size] + raw[place + size :]


def every_mutation_is_found(raw: bytes, folder: Path, number: int, seed: int) -> int:
    """Try ``number`` mutations; return how many really changed something."""
    chance, spoilt, changed = random.Random(seed), folder / "spoilt.sidumba", 0
    while changed < number:
        other = mutated(raw, chance)
        if other == raw:
            continue
        changed += 1
        spoilt.write_bytes(other)
        assert told(spoilt) in SAID, f"mutation {changed} of seed {seed}"
    return changed


def test_random_mutations_are_all_found(whole: Found, tmp_path: Path) -> None:
    raw = whole.paths[0].read_bytes()
    assert every_mutation_is_found(raw, tmp_path, MUTATIONS, 20261121) == MUTATIONS


@pytest.mark.soak
def test_ten_thousand_random_mutations_are_all_found(whole: Found, tmp_path: Path) -> None:
    raw = whole.paths[0].read_bytes()
    assert every_mutation_is_found(raw, tmp_path, SOAK, random.SystemRandom().randrange(10**9)) == SOAK


def test_a_part_of_another_bundle_does_not_pass_for_a_missing_one(tmp_path: Path) -> None:
    one = written(tmp_path / "one", part_bytes=HEAD + 900)
    two = written(tmp_path / "two", part_bytes=HEAD + 900)
    mixed = gather([one.paths[0], *two.paths[1:]])
    assert {found.code for found in mixed} == {"bundle.parts_missing"}


def test_a_part_whose_bytes_changed_is_named(tmp_path: Path) -> None:
    found = written(tmp_path, part_bytes=HEAD + 900)
    path = found.paths[1]
    raw = bytearray(path.read_bytes())
    raw[HEAD + 5] ^= 0x10
    path.write_bytes(raw)
    (again,) = gather(found.paths)
    assert again.whole
    with pytest.raises(SidumbaError, match=path.name):
        verify(again)
    with pytest.raises(SidumbaError, match=r"bundle\.damaged"):
        opened(again)
