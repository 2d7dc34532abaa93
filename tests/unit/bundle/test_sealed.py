"""Laws of a bundle: what was written is read, by whom it was meant, in whatever parts and order; nothing else is."""

from __future__ import annotations

import itertools
from dataclasses import replace
from pathlib import Path

import pytest

from sidumba_field.bundle import (
    Entry,
    Facts,
    Kind,
    Stopped,
    gather,
    keep,
    look,
    open_bundle,
    verify,
    write_bundle,
)
from sidumba_field.bundle.container import Bounds
from sidumba_field.bundle.facts import HEAD as HEAD_BYTES
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import derived_id
from sidumba_field.seal.box import laptop_identity, laptop_recipient, new_identity
from sidumba_field.seal.signing import SigningKey
from tests.helpers import bundles
from tests.helpers.bundles import Basket, entries, file_entry, opened, written


def test_what_was_written_is_read_whole_and_in_order(tmp_path: Path) -> None:
    opening = opened(written(tmp_path))
    basket = Basket()
    opening.walk(basket)
    assert basket.heads == [bundles.HEAD]
    assert basket.messages == [("ops", b"first message"), ("request", b"{}")]
    assert list(basket.files.values()) == [b"a photo" * 300]
    assert opening.manifest.signers == ((bundles.USER, bundles.PERSON.public_hex),)


def test_the_name_tells_village_and_day_and_no_person(tmp_path: Path) -> None:
    found = written(tmp_path)
    assert found.name == f"kirim_Kapul_2026-11-20_0007_{bundles.BUNDLE[-8:]}.sidumba"
    odd = replace(bundles.FACTS, place="Désa Añar/..\\x: 2?")
    assert odd.stem.split("_")[1] == "Desa-Anar-x-2"


@pytest.mark.parametrize("part_bytes", [HEAD_BYTES + 1000, HEAD_BYTES + 1024, HEAD_BYTES + 7000])
def test_parts_are_found_in_any_order_and_are_one_stream(tmp_path: Path, part_bytes: int) -> None:
    found = written(tmp_path, part_bytes=part_bytes)
    assert all(path.stat().st_size <= part_bytes for path in found.paths)
    for some in itertools.islice(itertools.permutations(found.paths), 24):
        (again,) = gather(some)
        assert again == found
    opened(found)
    verify(found)


def test_a_missing_part_is_named_whichever_it_is(tmp_path: Path) -> None:
    found = written(tmp_path, part_bytes=HEAD_BYTES + 700)
    for lost in range(len(found.paths)):
        rest = [path for at, path in enumerate(found.paths) if at != lost]
        (half,) = gather(rest)
        assert (half.code, half.missing, half.whole) == ("bundle.parts_missing", (lost + 1,), False)
        with pytest.raises(SidumbaError, match=r"bundle\.parts_missing"):
            opened(half)


def test_the_same_part_twice_counts_once_and_the_whole_copy_wins(tmp_path: Path) -> None:
    found = written(tmp_path / "a", part_bytes=HEAD_BYTES + 700)
    copy = keep(found, tmp_path / "a", part_bytes=HEAD_BYTES + 700)
    assert copy.whole
    (tmp_path / "b").mkdir()
    broken = tmp_path / "b" / "0.sidumba"
    broken.write_bytes(found.paths[0].read_bytes()[:-10])
    (both,) = gather([broken, *found.paths])
    assert both.whole
    assert both.paths == found.paths


def test_a_carrier_may_split_anew_and_the_stream_stays_the_same(tmp_path: Path) -> None:
    found = written(tmp_path, part_bytes=HEAD_BYTES + 700)
    (tmp_path / "shelf").mkdir()
    copy = keep(found, tmp_path / "shelf")
    assert len(copy.paths) == 1
    assert (copy.facts, copy.whole) == (found.facts, True)
    opened(copy)


def test_somebody_else_cannot_open_it(tmp_path: Path) -> None:
    found = written(tmp_path)
    with pytest.raises(SidumbaError, match=r"seal\.wrong_key"):
        opened(found, new_identity()[0])


def test_a_reply_is_sealed_to_the_key_a_laptop_already_has(tmp_path: Path) -> None:
    facts = replace(
        bundles.FACTS, kind=Kind.BALASAN, answers=bundles.BUNDLE, bundle=derived_id("test", "reply")
    )
    head = replace(bundles.HEAD, kind=Kind.BALASAN, bundle=facts.bundle, answers=bundles.BUNDLE)
    to = [laptop_recipient(bundles.LAPTOP.public_hex)]
    write_bundle(tmp_path, facts, head, entries(), key=bundles.SERVER, recipients=to)
    (found,) = look(tmp_path)
    server = bundles.SERVER.public_hex
    open_bundle(found, laptop_identity(bundles.LAPTOP.secret), lambda head: server)
    with pytest.raises(SidumbaError, match=r"seal\.wrong_key"):
        open_bundle(found, laptop_identity(bundles.PERSON.secret), lambda head: server)


def test_another_signature_is_refused_before_anything_is_handed_on(tmp_path: Path) -> None:
    found = written(tmp_path)
    stranger = SigningKey.generate().public_hex
    with pytest.raises(SidumbaError, match=r"bundle\.bad_signature"):
        open_bundle(found, bundles.IDENTITY, lambda head: stranger)


def test_outer_facts_that_say_something_else_than_the_inner_ones_are_refused(tmp_path: Path) -> None:
    for change in (
        {"number": 8},
        {"device": derived_id("x", "y")},
        {"server": "ab" * 32},
        {"bundle": derived_id("b", "2")},
    ):
        lied: Facts = replace(bundles.FACTS, **change)  # type: ignore[arg-type]  # one member at a time
        found = written(tmp_path / next(iter(change)), facts=lied)
        with pytest.raises(SidumbaError, match=r"bundle\.damaged"):
            opened(found)


def test_bounds_are_kept_before_anything_is_believed(tmp_path: Path) -> None:
    found = written(tmp_path, [file_entry(b"x" * 5000), file_entry(b"y" * 5000)])
    with pytest.raises(SidumbaError, match=r"bundle\.too_big"):
        opened(found, bounds=Bounds(file=4999))
    with pytest.raises(SidumbaError, match=r"bundle\.too_big"):
        opened(found, bounds=Bounds(total=9000))
    opened(found, bounds=Bounds(total=12_000, file=5000))


def test_a_file_that_is_not_what_its_name_says_stops_the_writing(tmp_path: Path) -> None:
    wrong = replace(file_entry(b"right"), pieces=(b"wrong",))
    with pytest.raises(SidumbaError, match=r"attachment\.damaged"):
        written(tmp_path, [wrong])
    assert list(tmp_path.iterdir()) == []


def test_stopping_leaves_nothing_behind(tmp_path: Path) -> None:
    with pytest.raises(Stopped):
        write_bundle(
            tmp_path,
            bundles.FACTS,
            bundles.HEAD,
            entries(),
            key=bundles.LAPTOP,
            recipients=[bundles.RECIPIENT],
            stop=lambda: True,
        )
    assert list(tmp_path.iterdir()) == []


def test_progress_ends_at_its_total(tmp_path: Path) -> None:
    told: list[tuple[int, int]] = []
    write_bundle(
        tmp_path,
        bundles.FACTS,
        bundles.HEAD,
        entries(),
        key=bundles.LAPTOP,
        recipients=[bundles.RECIPIENT],
        progress=lambda done, total: told.append((done, total)),
    )
    assert told[-1][0] == told[-1][1] == look(tmp_path)[0].sizes[0]
    assert [done for done, _ in told] == sorted(done for done, _ in told)


def test_a_look_tells_of_each_file_and_never_raises_for_one(tmp_path: Path) -> None:
    found = written(tmp_path)
    raw = found.paths[0].read_bytes()
    (tmp_path / "a.sidumba").write_bytes(b"")
    (tmp_path / "b.sidumba").write_bytes(b"something else entirely")
    (tmp_path / "c.sidumba").write_bytes(b"SIDUMBA-BUNDLE 2\n" + raw[17:])
    (tmp_path / "d.txt").write_bytes(raw)
    (tmp_path / "e.sidumba").mkdir()
    rows = {one.name: one.code for one in look(tmp_path)}
    assert rows == {
        found.name: "",
        "a.sidumba": "bundle.truncated",
        "b.sidumba": "bundle.damaged",
        "c.sidumba": "bundle.unknown_format",
    }


def test_a_stick_that_is_gone_says_so(tmp_path: Path) -> None:
    with pytest.raises(SidumbaError, match=r"bundle\.stick_gone"):
        look(tmp_path / "nowhere")
    with pytest.raises(SidumbaError, match=r"bundle\.stick_gone"):
        write_bundle(
            tmp_path / "nowhere",
            bundles.FACTS,
            bundles.HEAD,
            [Entry.message("ops", b"1")],
            key=bundles.LAPTOP,
            recipients=[bundles.RECIPIENT],
        )
