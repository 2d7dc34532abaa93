"""Officers of the tour beside the sample office's: enumerators and a clerk of the villages without a laptop."""

from __future__ import annotations

import os
from pathlib import Path

from server_stub.cli import app
from tests.helpers.umkm_answers import VILLAGES

HALONG = "63.11.02.2005"
OTHERS = tuple(unit for unit in VILLAGES if unit != HALONG)
#: One clerk looks after the villages that have no laptop of their own.
CLERK = "admin_empat_desa"
NAMES = ("Rahmawati", "Muhammad Arifin", "Siti Maisarah", "Hairul Anam")


def enumerator_of(village: str) -> str:
    """The key of a village's enumerator among the people of a laptop."""
    return "petugas" if village == HALONG else f"petugas_{VILLAGES[village].lower().replace(' ', '_')}"


def clerk_of(village: str) -> str:
    """The key of who sorts and submits a village's forms."""
    return "admin_desa" if village == HALONG else CLERK


def extra_people() -> dict[str, dict[str, str]]:
    """Return key -> account of everybody the sample office does not have, as its note would list them."""
    people = {
        enumerator_of(unit): {
            "username": f"petugas{number}",
            "name": name,
            "role": "petugas",
            "unit": unit,
            "passphrase": f"tur-petugas-{number}-desa",
        }
        for number, (unit, name) in enumerate(zip(OTHERS, NAMES, strict=True), start=2)
    }
    people[CLERK] = {
        "username": "gusti",
        "name": "Gusti Noor Aida",
        "role": "admin_desa",
        "unit": "63.11.02",
        "passphrase": "tur-admin-empat-desa",
    }
    return people


def hire(data: Path, program: str) -> dict[str, dict[str, str]]:
    """Create them with the operator's own commands; return ``extra_people()``."""
    people = extra_people()
    for key, one in people.items():
        os.environ["SIDUMBA_PASSWORD"] = one["passphrase"]
        where = ["--data", str(data)]
        _run("user", "add", one["username"], *where, "--name", one["name"], "--unit", one["unit"])
        for unit in OTHERS if key == CLERK else (one["unit"],):
            right = ["--role", one["role"], "--program", program, "--unit", unit]
            _run("user", "grant", one["username"], *where, *right)
    os.environ.pop("SIDUMBA_PASSWORD", None)
    return people


def _run(*arguments: str) -> None:
    app(list(arguments), standalone_mode=False)
