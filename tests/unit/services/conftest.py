"""Slots of these tests are cheap to open: they are about who may open them, not about guessing (tests/unit/seal is)."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from sidumba_field.seal.slots import KdfParams, KeyFile


@pytest.fixture(autouse=True, scope="module")
def cheap_slots() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for method in (KeyFile.add_user, KeyFile.add_recovery):
            patch.setattr(method, "__defaults__", (KdfParams(m_kib=64, t=1),))
        yield
