"""What the written pages say is there: files, commands, accounts, keys, words on the screen, pictures."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

import run
from tests.bench.__main__ import KNOWN

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
GUIDE = ROOT / "docs" / "panduan" / "mulai.md"
PAGES = [
    README,
    ROOT / "ARCHITECTURE.md",
    ROOT / "CHANGELOG.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "forms").rglob("*.md")),
]
#: Where a shortened path of the text may begin: `core/time.py` is in the laptop's room.
ROOTS = (ROOT, ROOT / "sidumba_field", ROOT / "server_stub", ROOT / "forms" / "sidumba")
SOURCES = (".py", ".md", ".toml", ".csv", ".png", ".lock", ".in")
OF_THE_TREE = ("forms", "sidumba_field", "server_stub", "tests", "docs", "requirements")
PICTURE_BYTES, PICTURE_WIDTH = 80_000, 960
KEYS = re.compile(r"(?:Ctrl|Alt|Shift)\+\S+|F\d{1,2}|Enter")


def text(page: Path) -> str:
    return page.read_text(encoding="utf-8")


def unfenced(page: str) -> str:
    """The page without its blocks of code."""
    return re.sub(r"^```.*?^```", "", page, flags=re.MULTILINE | re.DOTALL)


def ticked(page: str) -> list[str]:
    """What stands between backticks, except in blocks of code."""
    return re.findall(r"`([^`\n]+)`", unfenced(page))


def named_files(page: str) -> Iterator[str]:
    """Names in backticks that claim to be a file or folder of this tree."""
    for word in ticked(page):
        if re.search(r"[\s<>{}|%~=]|://", word) or word.startswith(("/", ".", "-")):
            continue
        folder = word.split("/")[0] in OF_THE_TREE and "/" in word
        if folder or (word.endswith(SOURCES) and len(word) > len(Path(word).suffix)):
            yield word


def is_there(name: str) -> bool:
    """Whether a file, a folder or a pattern of files is in the tree; a bare name may lie anywhere in it."""
    for root in ROOTS:
        if any(root.glob(name.rstrip("/"))):
            return True
    return "/" not in name and any(any((ROOT / folder).rglob(name)) for folder in OF_THE_TREE)


def linked(page: Path) -> Iterator[Path]:
    """Files that links and pictures of a page point to."""
    for target in re.findall(r"\]\(([^)#\s]+)[^)]*\)", unfenced(text(page))):
        if "://" not in target:
            yield (page.parent / target).resolve()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_every_file_a_page_names_is_there(page: Path) -> None:
    assert [name for name in named_files(text(page)) if not is_there(name)] == []
    assert [target for target in linked(page) if not target.exists()] == []


def test_a_file_that_is_not_there_is_seen() -> None:
    names = list(
        named_files("`core/times.py` `forms/sipkat/` `run.py` `pull` `/v1/push` `laptop.db` `a b.py`")
    )
    assert names == ["core/times.py", "forms/sipkat/", "run.py"]
    assert [name for name in names if is_there(name)] == ["run.py"]
    assert is_there("core/time.py")
    assert is_there("reports/*.toml")
    assert is_there("test_docs.py")


def test_the_readme_names_every_command_and_no_other() -> None:
    named = set(re.findall(r"run\.py ([a-z]+)", text(README)))
    assert named == set(run.COMMANDS)


def test_the_readme_starts_the_project_with_two_lines() -> None:
    block = re.search(r"## Start\n+```\n(.*?)```", text(README), re.DOTALL)
    assert block is not None
    commands = [line.split("#")[0].strip() for line in block[1].splitlines()]
    assert commands == ["python3 run.py", "py run.py"]


def test_figures_named_in_the_readme_are_measured() -> None:
    named = re.findall(r"run\.py bench ([a-z0-9_ ]+)`", text(README))
    assert named
    assert {name for words in named for name in words.split()} <= KNOWN


def sample() -> list[dict[str, Any]]:
    return list(tomllib.loads(text(ROOT / "forms" / "sidumba" / "sample.toml"))["accounts"])


def test_the_readme_shows_exactly_the_sample_accounts() -> None:
    rows = re.findall(
        r"^\| `(\w+)` \| (.+?) \| `(\w+)` \| ([\d.]+) \| `(.+?)` \|$", text(README), re.MULTILINE
    )
    members = ("username", "name", "role", "unit", "passphrase")
    assert [dict(zip(members, row, strict=True)) for row in rows] == [
        {member: account[member] for member in members} for account in sample()
    ]


def program_text() -> dict[str, Any]:
    return tomllib.loads(text(ROOT / "forms" / "sidumba" / "program.toml"))


def test_the_readme_names_every_role() -> None:
    table = text(README).split("## Who does what")[1].split("##")[0]
    named = re.findall(r"^\| ([A-Z][a-z ]+?) \|", table, re.MULTILINE)
    assert named == [role["id"] for role in program_text()["roles"].values()]


def bound_keys() -> set[str]:
    """Every combination of keys that some line of the window's code spells."""
    found: set[str] = set()
    for path in (ROOT / "sidumba_field" / "ui").rglob("*.py"):
        found |= set(re.findall(r'"((?:(?:Ctrl|Alt|Shift)\+)+[^"\s{]+|F\d{1,2})"', text(path)))
    return found


def test_every_key_of_the_guide_is_bound() -> None:
    keys = {word for word in ticked(text(GUIDE)) if KEYS.fullmatch(word)} - {"Enter"}
    # Digits are bound in a loop: Ctrl+1 ... by the navigation, Alt+1 ... by the ready remarks.
    keys = {key for key in keys if not re.fullmatch(r"(Ctrl|Alt)\+\d", key)}
    assert len(keys) > 15
    assert keys - bound_keys() == set()


def words_of(table: object) -> Iterator[str]:
    """Every text in a nested table."""
    if isinstance(table, str):
        yield table
    elif isinstance(table, dict):
        for value in table.values():
            yield from words_of(value)
    elif isinstance(table, list):
        for value in table:
            yield from words_of(value)


def test_every_word_the_guide_shows_in_bold_stands_on_a_screen() -> None:
    shown = set(words_of(program_text()))
    for catalogue in (ROOT / "sidumba_field" / "words" / "catalogue").glob("*.id.toml"):
        shown |= set(words_of(tomllib.loads(text(catalogue))))
    bold = {" ".join(word.split()) for word in re.findall(r"\*\*(.+?)\*\*", text(GUIDE), re.DOTALL)}
    assert len(bold) > 10
    assert bold - shown == set()


def test_pictures_are_small_and_each_is_shown() -> None:
    pictures = sorted((ROOT / "docs" / "pictures").glob("*.png"))
    assert len(pictures) == 5
    shown = {target for page in (README, GUIDE) for target in linked(page)}
    for picture in pictures:
        assert picture in shown, picture
        assert picture.stat().st_size < PICTURE_BYTES, picture
        with Image.open(picture) as image:
            assert image.width == PICTURE_WIDTH, picture


def test_the_changelog_begins_with_what_is_not_released_yet() -> None:
    titles = re.findall(r"^## (.+)$", text(ROOT / "CHANGELOG.md"), re.MULTILINE)
    assert titles[0] == "[Unreleased]"
    groups = set(re.findall(r"^### (.+)$", text(ROOT / "CHANGELOG.md"), re.MULTILINE))
    assert groups <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
