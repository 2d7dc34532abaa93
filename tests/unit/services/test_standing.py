"""A Plt. is called one, with his last day; whoever sits on his own right is called by his role alone."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest

from sidumba_field.core.workflow import Grant
from sidumba_field.programs import shipped
from sidumba_field.services.account.standing import role_title

WITA = timezone(timedelta(hours=8))
PROGRAM = next(iter(shipped().values()))


def local(at: datetime) -> datetime:
    return at.astimezone(WITA)


@pytest.mark.parametrize(
    ("acting", "until", "wanted"),
    [
        ("", "", "Kepala dinas"),
        ("", "2026-11-30T16:00:00.000Z", "Kepala dinas"),
        ("Plt.", "", "Plt. Kepala dinas"),
        ("Plh.", "2026-11-30T16:00:00.000Z", "Plh. Kepala dinas s.d. 30 November 2026"),
        ("Plt.", "2026-12-01T15:00:00.000Z", "Plt. Kepala dinas s.d. 1 Desember 2026"),
    ],
)
def test_a_card_says_in_whose_place_and_until_when(acting: str, until: str, wanted: str) -> None:
    grant = Grant("kepala_dinas", PROGRAM.id, "63.11", "", until, "id" if acting else "", acting)
    assert role_title(PROGRAM, grant, local, "id") == wanted


def test_a_right_holds_to_its_last_moment_on_the_laptop_too() -> None:
    grant = Grant("kepala_dinas", "p", "63.11", "", "2026-11-30T16:00:00.000Z", "id", "Plt.")
    assert grant.covers("p", "63.11", datetime(2026, 11, 30, 15, 59, tzinfo=UTC))
    assert not grant.covers("p", "63.11", datetime(2026, 11, 30, 16, 0, tzinfo=UTC))
