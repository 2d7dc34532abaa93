"""What the written pages say is there: files, commands, accounts, keys, words on the screen, pictures."""

from __future__ import annotations

import re
import shlex
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import typer
from PIL import Image
from typer.exceptions import TyperException

import run
import server_stub.cli
import sidumba_field.cli
from tests.bench.__main__ import KNOWN
from tests.tour import pictures

ROOT = Path(__file__).resolve().parents[2]
README = ROOT / "README.md"
GUIDES = sorted((ROOT / "docs" / "panduan").glob("*.md"))
FIRST = ROOT / "docs" / "panduan" / "mulai.md"
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
KEYS = re.compile(r"(?:Ctrl|Alt|Shift)\+\S+|F\d{1,2}|[A-Z]")
#: Digits are bound in loops: Ctrl+1 ... by the navigation, Alt+1 ... by the ready remarks.
IN_LOOPS = re.compile(r"(?:Ctrl|Alt)\+\d")
COMMANDS: dict[str, Any] = {
    "sidumba-server": typer.main.get_command(server_stub.cli.app),
    "sidumba-field": typer.main.get_command(sidumba_field.cli.app),
}


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
    for named in ticked(page):
        # A test in a file is named as pytest names it; its own law looks for the function.
        word = named.partition("::")[0]
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


@cache
def bound_keys() -> set[str]:
    """Every combination of keys that some line of the window's code spells, and the letters and keys it compares."""
    found: set[str] = set()
    for path in (ROOT / "sidumba_field" / "ui").rglob("*.py"):
        code = text(path)
        found |= set(re.findall(r'"((?:(?:Ctrl|Alt|Shift)\+)+[^"\s{]+|F\d{1,2}|[A-Z])"', code))
        found |= set(re.findall(r"Key_([A-Z]|F\d{1,2})\b", code))
    return found


def named_keys(page: str) -> set[str]:
    """Keys a page names between backticks, without those that loops bind."""
    keys = {word for word in ticked(page) if KEYS.fullmatch(word)}
    return {key for key in keys if not IN_LOOPS.fullmatch(key)}


@pytest.mark.parametrize("guide", GUIDES, ids=lambda page: page.name)
def test_every_key_of_a_guide_is_bound(guide: Path) -> None:
    assert named_keys(text(guide)) - bound_keys() == set()


def test_the_guides_of_the_window_name_keys_and_a_key_nobody_binds_is_seen() -> None:
    assert all(len(named_keys(text(page))) >= 3 for page in guides_of_roles())
    assert named_keys("`Ctrl+F12` `Ctrl+1` `Q` `kata`") - bound_keys() == {"Ctrl+F12", "Q"}


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


@cache
def shown_words() -> set[str]:
    """Every text of the catalogue, the program, its papers and its form; a form's cells one by one."""
    shown = set(words_of(program_text()))
    for catalogue in (ROOT / "sidumba_field" / "words" / "catalogue").glob("*.id.toml"):
        shown |= set(words_of(tomllib.loads(text(catalogue))))
    for row in text(ROOT / "forms" / "sidumba" / "umkm.md").splitlines():
        shown |= {cell.strip() for cell in row.split("|")}
    return shown


def bold(page: str) -> set[str]:
    """What a page shows in bold: a word of a screen."""
    return {" ".join(word.split()) for word in re.findall(r"\*\*(.+?)\*\*", page, re.DOTALL)}


@pytest.mark.parametrize("guide", GUIDES, ids=lambda page: page.name)
def test_every_word_a_guide_shows_in_bold_stands_on_a_screen(guide: Path) -> None:
    assert bold(text(guide)) - shown_words() == set()


def test_a_bold_word_no_screen_says_is_seen() -> None:
    assert bold("**Kirim\nsekarang** dan **Kirim nanti saja**") - shown_words() == {"Kirim nanti saja"}


def guides_of_roles() -> list[Path]:
    """The guide of each role, in the order of the SOP: named as the role is."""
    return [FIRST.with_name(f"{role.replace('_', '-')}.md") for role in program_text()["roles"]]


def test_each_role_has_a_guide_that_the_first_page_and_the_readme_link() -> None:
    for page in (FIRST, README):
        assert set(guides_of_roles()) <= set(linked(page)), page
    for guide in GUIDES:
        assert guide in linked(FIRST) or guide in set(linked(FIRST.with_name("operator-server.md"))), guide


def test_each_guide_of_a_role_names_its_sample_account_and_its_steps() -> None:
    accounts = {account["role"]: account["username"] for account in sample()}
    for role, guide in zip(program_text()["roles"], guides_of_roles(), strict=True):
        page = text(guide)
        assert f"`{accounts[role]}`" in page, guide
        named = {int(number) for number in re.findall(r"langkah (\d+)", page.split("## ")[0])}
        mine = {row["sop_step"] for row in program_text()["transitions"] if row["role"] == role}
        steps = {int(step) for part in mine for step in part.split("-")}
        assert named <= steps, guide
        assert named, guide


def commands_of(page: str) -> Iterator[list[str]]:
    """Commands of the project a page spells out, in its blocks and between backticks."""
    blocks = re.findall(r"^[ ]*```\n(.*?)^[ ]*```", page, re.MULTILINE | re.DOTALL)
    lines = "\n".join(blocks).replace("\\\n", " ").splitlines() + [
        " ".join(word.split()) for word in ticked(page)
    ]
    for line in lines:
        name, _, rest = line.strip().partition(" ")
        if name in COMMANDS and rest:
            yield [name, *shlex.split(rest)]


def understood(words: list[str]) -> None:
    """Walk to the command and let it read its arguments; nothing is run.

    Raises LookupError where a command, TyperException where an option or an argument is unknown or missing.
    """
    command, rest = COMMANDS[words[0]], words[1:]
    while rest and rest[0] in getattr(command, "commands", {}):
        command, rest = command.commands[rest[0]], rest[1:]
    if rest and not rest[0].startswith("-") and hasattr(command, "commands"):
        raise LookupError(" ".join(words))
    if rest or not hasattr(command, "commands"):
        command.make_context(command.name, list(rest))


@pytest.mark.parametrize("guide", GUIDES, ids=lambda page: page.name)
def test_every_command_of_a_guide_is_understood(guide: Path) -> None:
    for words in commands_of(text(guide)):
        understood(words)


def test_a_command_that_is_not_there_is_seen() -> None:
    assert list(commands_of("```\nsidumba-server user list --data \\\n  DATA\n```")) == [
        ["sidumba-server", "user", "list", "--data", "DATA"]
    ]
    for words in (
        "sidumba-server user lists --data D",
        "sidumba-server user list",
        "sidumba-server run --date D",
    ):
        with pytest.raises((LookupError, TyperException)):
            understood(words.split())


def test_pictures_are_small_come_from_the_tour_and_each_is_shown() -> None:
    found = sorted((ROOT / "docs" / "pictures").glob("*.png"))
    assert {picture.stem for picture in found} == set(pictures.CHOSEN)
    shown = {target for page in (README, *GUIDES) for target in linked(page)}
    for picture in found:
        assert picture in shown, picture
        assert picture.stat().st_size < pictures.MOST_BYTES, picture
        with Image.open(picture) as image:
            assert image.width == pictures.WIDTH, picture


def test_each_guide_of_a_role_shows_a_picture() -> None:
    for guide in guides_of_roles():
        assert any(target.suffix == ".png" for target in linked(guide)), guide


def test_pictures_are_found_by_name_whatever_their_number(tmp_path: Path) -> None:
    screens, docs = tmp_path / "screens", tmp_path / "docs"
    screens.mkdir()
    docs.mkdir()
    (docs / "lama.png").write_bytes(b"")
    for number, name in enumerate(sorted(set(pictures.CHOSEN.values()))):
        Image.new("RGB", (1366, 696), (number, 99, 200)).save(screens / f"{number:02d}-{name}.png")
        Image.new("RGB", (1093, 543)).save(screens / f"{number:02d}-{name}-125.png")
    assert pictures.main([str(tmp_path), str(docs)]) == 0
    assert {path.stem for path in docs.iterdir()} == set(pictures.CHOSEN)
    (screens / f"00-{sorted(set(pictures.CHOSEN.values()))[0]}.png").unlink()
    kept = {path: path.read_bytes() for path in docs.iterdir()}
    assert pictures.main([str(tmp_path), str(docs)]) == 1
    assert {path: path.read_bytes() for path in docs.iterdir()} == kept


def test_the_changelog_begins_with_what_is_not_released_yet() -> None:
    titles = re.findall(r"^## (.+)$", text(ROOT / "CHANGELOG.md"), re.MULTILINE)
    assert titles[0] == "[Unreleased]"
    groups = set(re.findall(r"^### (.+)$", text(ROOT / "CHANGELOG.md"), re.MULTILINE))
    assert groups <= {"Added", "Changed", "Deprecated", "Removed", "Fixed", "Security"}
