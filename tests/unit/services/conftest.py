"""A laptop without a window and what a server has told it.

Slots of these tests are cheap to open: they are about who may open them, not about guessing (tests/unit/seal is).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from sidumba_field.seal.slots import KdfParams, KeyFile
from tests.helpers.desk import Office
from tests.helpers.told import Told


@pytest.fixture(autouse=True, scope="module")
def cheap_slots() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        for method in (KeyFile.add_user, KeyFile.add_recovery):
            patch.setattr(method, "__defaults__", (KdfParams(m_kib=64, t=1),))
        yield


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "laptop")
    yield made
    made.close()


@pytest.fixture
def told(office: Office) -> Told:
    return Told(office)
