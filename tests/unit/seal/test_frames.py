"""Encrypted files: what went in comes out, from any place; whatever was changed does not open."""

from __future__ import annotations

import io
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sidumba_field.core.errors import SidumbaError
from sidumba_field.seal.frames import FRAME, FrameReader, encrypt_frames

KEY = bytes(range(32))


def sealed(plain: bytes, frame: int = FRAME) -> bytes:
    return b"".join(encrypt_frames(io.BytesIO(plain), KEY, frame))


def opened(content: bytes, key: bytes = KEY) -> bytes:
    return b"".join(FrameReader(io.BytesIO(content), key))


@given(plain=st.binary(max_size=300), frame=st.integers(1, 64))
def test_what_went_in_comes_out(plain: bytes, frame: int) -> None:
    content = sealed(plain, frame)
    assert opened(content) == plain
    assert FrameReader(io.BytesIO(content), KEY).size == len(plain)


@given(plain=st.binary(max_size=200), offset=st.integers(0, 220), size=st.integers(0, 220))
def test_any_piece_can_be_read_alone(plain: bytes, offset: int, size: int) -> None:
    reader = FrameReader(io.BytesIO(sealed(plain, 16)), KEY)
    assert reader.read(offset, size) == plain[offset : offset + size]
    assert reader.read(offset) == plain[offset:]


@given(plain=st.binary(max_size=100), cut=st.integers(1, 400))
def test_a_cut_is_always_noticed_also_at_the_edge_of_a_frame(plain: bytes, cut: int) -> None:
    content = sealed(plain, 16)
    with pytest.raises(SidumbaError) as refusal:
        opened(content[:-cut] if cut < len(content) else b"")
    assert refusal.value.code == "seal.damaged"


@given(plain=st.binary(min_size=1, max_size=100), bit=st.integers(0, 10_000))
def test_a_flipped_bit_is_always_noticed(plain: bytes, bit: int) -> None:
    content = bytearray(sealed(plain, 16))
    bit %= len(content) * 8
    content[bit // 8] ^= 1 << (bit % 8)
    with pytest.raises(SidumbaError) as refusal:
        opened(bytes(content))
    assert refusal.value.code == "seal.damaged"


def test_frames_cannot_be_exchanged_repeated_or_appended() -> None:
    content = sealed(b"a" * 16 + b"b" * 16 + b"c" * 16, 16)
    header, body = content[:24], content[24:]
    frames = [body[n : n + 32] for n in range(0, len(body), 32)]
    for order in itertools.product(range(3), repeat=3):
        if order != (0, 1, 2):
            with pytest.raises(SidumbaError):
                opened(header + b"".join(frames[n] for n in order))
    with pytest.raises(SidumbaError):
        opened(content + frames[2])


def test_another_key_opens_nothing_and_no_two_files_look_alike() -> None:
    with pytest.raises(SidumbaError):
        opened(sealed(b"rahasia"), bytes(32))
    assert sealed(b"sama") != sealed(b"sama")
    assert b"rahasia" not in sealed(b"rahasia" * 100)
