"""No byte of a person in clear: every file a laptop leaves anywhere is read through, while it works and afterwards.

Searched are the data folder with its logs, the temporary folder, and the home folder with caches and settings; for
words in UTF-8 and UTF-16, for windows of the photo's bytes, for keys as bytes and as hexadecimal.
"""

from __future__ import annotations

import random
import subprocess
import sys
from pathlib import Path

import pytest

from sidumba_field.attachments import Shelf
from tests.chaos.clear import files_under, key_spellings, leaks, windows
from tests.chaos.lives import KilledDesktop, Life, private_surroundings
from tests.chaos.photo import noisy_photo
from tests.helpers.laptop_folder import LaptopFolder, make_laptop
from tests.tour.people import BUSINESS, PRODUCTS

DRAFT_NIK = "6311021708010007"
PERSONAL = tuple(
    "pemilik/nik pemilik/no_kk pemilik/nama pemilik/alamat pemilik/hp usaha/nama usaha/kegiatan".split()
)


def keys_of(laptop: LaptopFolder) -> dict[str, list[bytes]]:
    keys = {"data key": laptop.data_key, "device key": laptop.device_secret, "user key": laptop.user_secret}
    return {name: sorted(key_spellings(key)) for name, key in keys.items()}


def words_of(laptop: LaptopFolder) -> dict[str, str]:
    plain = laptop.recovery_code.replace("-", "")
    return {"passphrase": laptop.passphrase, "recovery code": laptop.recovery_code, "its plain form": plain}


def photo_pieces(laptop: LaptopFolder, taken: Path) -> dict[str, list[bytes]]:
    """Windows of the picture as the camera made it, and as it was kept."""
    hand = random.Random(11)
    shelf = Shelf(laptop.folder / "attachments", laptop.data_key)
    kept = [shelf.open(path.stem) for path in files_under([shelf.folder])]
    assert kept
    pieces = {f"kept photo {n}": windows(picture, 40, hand) for n, picture in enumerate(kept)}
    return pieces | {"camera's photo": windows(taken.read_bytes(), 40, hand)}


def test_a_whole_form_with_its_photo_leaves_no_byte_in_clear(tmp_path: Path) -> None:
    laptop, home = make_laptop(tmp_path / "laptop"), tmp_path / "home"
    home.mkdir()
    taken = tmp_path / "kamera.jpg"
    taken.write_bytes(noisy_photo(7, f"Toko {BUSINESS['pemilik/nama']} {BUSINESS['pemilik/nik']}"))
    command = [sys.executable, "-m", "tests.chaos.whole_form", str(laptop.folder)]
    command += ["--user", laptop.user_id, "--passphrase", laptop.passphrase, "--draft-nik", DRAFT_NIK]
    command += ["--photo", str(taken), "--papers", str(tmp_path / "papers")]
    texts = {path: BUSINESS[path] for path in PERSONAL}
    texts |= {f"product {n}": cells[0] for n, cells in enumerate(PRODUCTS)}
    texts |= {"half of a name": BUSINESS["pemilik/nama"].split()[-1], "draft": DRAFT_NIK}
    texts |= words_of(laptop)
    with subprocess.Popen(
        command,
        cwd=home,
        env=private_surroundings(home),
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        said: list[str] = []
        while not said or said[-1] != "OPEN":
            line = process.stdout.readline()
            assert line, "the program ended: " + " | ".join(said)
            said.append(line.rstrip("\n"))
        pieces = photo_pieces(laptop, taken)
        searched = [laptop.folder, home]
        assert (laptop.folder / "laptop.db-wal").stat().st_size > 0
        at_work = leaks(searched, texts, keys_of(laptop) | pieces)
        process.stdin.write("\n")
        process.stdin.flush()
        said.append(process.stdout.readline().rstrip("\n"))
    assert process.returncode == 0
    assert said[-1] == "CLOSED"
    assert {"REFUSED auth.wrong_passphrase", "OFFLINE"} <= set(said)
    assert at_work == []
    assert leaks(searched, texts, keys_of(laptop) | pieces) == []
    assert not (laptop.folder / "laptop.db").read_bytes().startswith(b"SQLite format 3")


def test_a_killed_desktop_and_a_fault_that_quotes_an_answer_leave_no_byte_in_clear(tmp_path: Path) -> None:
    laptop = make_laptop(tmp_path / "laptop")
    desktop = KilledDesktop(laptop, tmp_path / "home", seed=5)
    desktop.run(kills=1, longest=1.5)
    life = Life(laptop, desktop.home, "--break-after", "2", "--seed", "6")
    assert life.end() == 0, life.complaint()
    for line in life.lines:
        desktop.book.hear(line)
    desktop.book.judge({})
    assert any(line.startswith("BROKEN ") for line in life.lines)
    logged = "".join(
        path.read_text(encoding="utf-8") for path in sorted((laptop.folder / "logs").glob("*.log*"))
    )
    # The fault can be found: kind and places in the code; what was typed cannot.
    assert "a command failed unexpectedly" in logged
    assert "ValueError" in logged
    assert "services/entry/" in logged.replace("\\", "/")
    searched = [laptop.folder, desktop.home]
    answers = desktop.answers()
    assert len(answers) >= 3
    pieces = photo_pieces(laptop, desktop.photo)
    assert leaks(searched, answers | words_of(laptop), keys_of(laptop) | pieces) == []


@pytest.mark.parametrize("code", ["utf-8", "utf-16-le"])
def test_the_search_sees_a_leak(tmp_path: Path, code: str) -> None:
    """The laws above could be kept by a search that sees nothing."""
    key, picture = bytes(range(32)), noisy_photo(3, "")
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "a.bin").write_bytes(b"\x00\x01" + "SITI Aminah, 6311 0245 0688 0003".encode(code))
    (tmp_path / "tmp").mkdir()
    (tmp_path / "tmp" / "b.bin").write_bytes(picture[len(picture) // 8 :] + key.hex().upper().encode(code))
    texts = {"name": "Siti Aminah", "nik": "6311024506880003", "phone": "081251347790"}
    exact = {"photo": windows(picture, 1, random.Random(1)), "raw key": [key]}
    found = {line.split(":")[0] for line in leaks([tmp_path], texts | {"key": key.hex()}, exact)}
    assert found == {"name", "nik", "photo", "key"}
