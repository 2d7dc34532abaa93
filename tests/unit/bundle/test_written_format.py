"""docs/spec/bundle.md against the code: members, entries, and the program on the page reads a bundle."""

from __future__ import annotations

import re
import subprocess
import sys
from dataclasses import fields
from pathlib import Path

import pytest

from sidumba_field.bundle import Entry, Head, open_sealed
from sidumba_field.bundle.facts import HEAD, MOST_PARTS, Facts, PartHead
from sidumba_field.bundle.parts import PART
from sidumba_field.seal.box import open_stream
from sidumba_field.wire import packing, sticks
from tests.helpers import bundles
from tests.helpers.bundles import file_entry, written

PAGE = Path(__file__).resolve().parents[3] / "docs" / "spec" / "bundle.md"


@pytest.fixture(scope="module")
def page() -> str:
    return PAGE.read_text(encoding="utf-8")


def section(page: str, name: str) -> str:
    return page.partition(f"## {name}\n")[2].partition("\n## ")[0]


def test_every_member_of_a_head_is_on_the_page(page: str) -> None:
    told = set(re.findall(r"`(\w+)`", section(page, "Files")))
    members = {one.name for one in fields(Facts)} | {one.name for one in fields(PartHead)} - {"facts"}
    assert members <= told
    assert str(HEAD) in page
    assert str(MOST_PARTS) in page
    assert PART == 3_900_000_000


def test_every_member_of_the_inner_head_is_on_the_page(page: str) -> None:
    told = set(re.findall(r"`(\w+)`", section(page, "Container")))
    assert {one.name for one in fields(Head)} <= told


def test_every_message_is_on_the_page_with_its_model(page: str) -> None:
    rows = re.findall(r"^\| `(\w+)` \| \w+ \| (?:`(\w+)`|–) \|", section(page, "Messages"), re.M)
    names = {value for name, value in vars(sticks).items() if name.isupper() and isinstance(value, str)}
    assert {name for name, _ in rows} == names | {"file"}
    for _, model in rows:
        assert (
            not model or hasattr(sticks, model) or hasattr(sys.modules["sidumba_field.wire.messages"], model)
        )


def test_the_program_on_the_page_reads_a_bundle(page: str, tmp_path: Path) -> None:
    program = page.partition("```python\n")[2].partition("```")[0]
    inside = [Entry.message("ops", packing.pack(b'{"items":[]}')), file_entry(b"\x00\n{photo" * 999)]
    found = written(tmp_path / "stick", inside, part_bytes=HEAD + 900)
    pieces: list[bytes] = []
    with open_sealed(found) as source:
        open_stream(bundles.IDENTITY, source, pieces.append)
    (tmp_path / "plain").write_bytes(b"".join(pieces))
    (tmp_path / "read.py").write_text(program, encoding="utf-8")
    command = [sys.executable, str(tmp_path / "read.py"), str(tmp_path / "plain")]
    said = subprocess.run(command, capture_output=True, text=True, encoding="utf-8", timeout=60, check=True)
    lines = said.stdout.splitlines()
    assert lines[0].startswith("head {")
    assert lines[1] == "ops {'items': []}"
    assert lines[2].startswith("file {")
    assert lines[-1] == "whole"
