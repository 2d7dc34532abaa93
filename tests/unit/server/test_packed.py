"""Laws of packed bodies: whole streams of known kinds and modest appetite are unpacked, all else is refused."""

from __future__ import annotations

import gzip
import lzma

import pytest

from server_stub.api.deps import unpack
from sidumba_field.core.errors import SidumbaError
from sidumba_field.wire import packing

#: Every way a body may be packed.
PACKED = {"gzip": gzip.compress, packing.XZ: packing.pack}


@pytest.mark.parametrize("name", PACKED)
def test_half_a_packed_stream_and_two_in_one_are_refused(name: str) -> None:
    whole = PACKED[name](b"hello" * 100)
    assert unpack(whole, name, 1000) == b"hello" * 100
    for wrong in (whole[:-4], whole + whole, whole + b"x"):
        with pytest.raises(SidumbaError, match=r"wire\.malformed"):
            unpack(wrong, name, 1000)


def test_a_stream_that_wants_more_memory_than_ours_is_refused() -> None:
    greedy = lzma.compress(
        b"hello" * 100, filters=[{"id": lzma.FILTER_LZMA2, "preset": 9, "dict_size": 2**26}]
    )
    with pytest.raises(SidumbaError, match=r"wire\.malformed"):
        unpack(greedy, "xz", 1000)
