"""Who sits where when something is decided, and what comes of it: short words for tests of the verifier's desk."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from sidumba_field.core.time import iso
from sidumba_field.services.review.service import ReviewService
from sidumba_field.services.views import Decided, Refusal
from tests.helpers.desk import VILLAGE, Office
from tests.helpers.told import DISTRICT, REGENCY


def verifier(office: Office) -> ReviewService:
    """Fauzi verifies for the whole district."""
    return ReviewService(office.sit("Fauzi Rahman", "admin_kecamatan", DISTRICT))


def regency(office: Office) -> ReviewService:
    return ReviewService(office.sit("Noor Laila", "verifikator_kabupaten", REGENCY))


def village_admin(office: Office) -> ReviewService:
    return ReviewService(office.sit("Siti Rahmah", "admin_desa", VILLAGE))


def head(office: Office, name: str = "Rahmat Hidayat") -> ReviewService:
    return ReviewService(office.sit(name, "kepala_dinas", REGENCY))


def decide(review: ReviewService, rid: str, command: str, **more: object) -> Decided | Refusal:
    seen = review.open(rid)
    return review.decide(rid, command, seen.rev, seen.sha, **more)  # type: ignore[arg-type]


def taken(result: Decided | Refusal) -> Decided:
    assert isinstance(result, Decided), result
    return result


def refused(result: Decided | Refusal) -> Refusal:
    assert isinstance(result, Refusal), result
    return result


def end_lease(office: Office) -> None:
    seat = office.desk.seat()
    seat.user = replace(seat.user, lease_until=iso(office.clock.now() - timedelta(seconds=1)))
