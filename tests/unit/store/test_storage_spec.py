"""docs/spec/storage.md is true: every table, column and word stands there, and its recipe opens a laptop."""

from __future__ import annotations

import re
import subprocess
import sys
from enum import StrEnum
from pathlib import Path

import pytest

from sidumba_field.core.ids import new_id
from sidumba_field.core.records import OutboxState
from sidumba_field.core.time import iso
from sidumba_field.seal.slots import ALPHABET, ARGON, KdfParams, KeyFile, UserCard
from sidumba_field.store import FileState, Mark
from sidumba_field.store.database import _PRAGMAS
from sidumba_field.store.tables import Base
from tests.helpers.ledger import ANI, KEY, begin, clock, record

SPEC = (Path(__file__).resolve().parents[3] / "docs" / "spec" / "storage.md").read_text("utf-8")


@pytest.mark.parametrize("name", sorted(Base.metadata.tables))
def test_every_table_lists_exactly_its_columns(name: str) -> None:
    columns = {column.name for column in Base.metadata.tables[name].columns}
    if name == "record":
        part = SPEC.split("| column | meaning |")[1].split("\n`record_text`")[0]
        listed = {word for row in re.findall(r"^\| ([a-z_, ]+) \|", part, re.M) for word in row.split(", ")}
    else:
        [row] = re.findall(rf"^\| {name} \| ([a-z0-9_, ]+) \|", SPEC, re.M)
        listed = set(row.split(", "))
    assert listed == columns


@pytest.mark.parametrize("words", [Mark, FileState, OutboxState])
def test_every_word_of_a_state_is_named(words: type[StrEnum]) -> None:
    assert [word for word in words if f"`{word.value}`" not in SPEC] == []


def test_every_pragma_and_constant_is_named() -> None:
    assert [pragma for pragma in _PRAGMAS if f"{pragma};" not in SPEC] == []
    assert ALPHABET in SPEC
    assert f'"m_kib": {ARGON.m_kib}, "t": {ARGON.t}, "p": {ARGON.p}' in SPEC


def test_the_recipe_opens_a_laptop_without_our_code(tmp_path: Path) -> None:
    folder, at = tmp_path / "laptop", clock()
    keys = KeyFile(folder / "keys.json")
    keys.create(KEY)
    card = UserCard(ANI, "Ani", "Petugas", "Desa Mampari", "ani")
    keys.add_user(ANI, card, "rumah di tepi sungai", KEY, bytes(32), KdfParams(8, 1, 1))
    store = begin(folder, at)
    for _ in range(3):
        rid = store.records.create(record(at)).rid
        store.records.seal(rid, ANI, iso(at.now()), new_id(at))
    store.outbox.next_batch(1, 10_000)
    store.close()
    [recipe] = re.findall(r"```python\n(.*?)```", SPEC, re.S)
    command = [sys.executable, "-I", "-c", recipe, str(folder), "ani", "rumah di tepi sungai"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False, cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout.split() == ["inflight", "1", "queued", "2"]
