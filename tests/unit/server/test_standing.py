"""The server's word about what it holds: counted and hashed as the laptop does, signed, of what one may read alone."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.standing import Line, standings
from sidumba_field.seal.signing import verify
from tests.helpers.office import DESA, DESA_2, PROGRAM, Office
from tests.helpers.server import Laptop, threaded_server


@pytest.fixture
def url(office: Office, tmp_path: Path) -> Iterator[str]:
    with threaded_server(tmp_path, office.database.url, {PROGRAM: office.rules}, office.clock) as found:
        yield found


@pytest.fixture
def laptop(office: Office, url: str) -> Laptop:
    found = Laptop.enrol(url, office.accounts.issue_code(DESA, "Laptop desa"))
    found.sign_in({"role": "petugas", "username": "petugas", "passphrase": "kata sandi petugas"})
    return found


def lines(office: Office, vid: str) -> list[Line]:
    with office.database.read() as work:
        return work.records.contents(vid)


def test_what_it_says_is_what_it_holds_and_signed_by_it(office: Office, laptop: Laptop) -> None:
    for name in ("Keripik", "Kerupuk"):
        office.must(office.edit("petugas", office.new_id(), {"nama": name}))
    line = laptop.line("petugas")
    said = line.standing()
    [scope] = [one for one in said.scopes if one.vid == office.vid()]
    [form] = scope.forms
    mine = standings(lines(office, office.vid()))["umkm"]
    assert (form.form, form.records, form.digest) == ("umkm", 2, mine.digest)
    assert scope.seq == 2
    assert verify(line.hello().server_key, said.signed_bytes(), said.sig)
    bent = said.model_copy(update={"now": "2027-01-01T00:00:00.000Z"})
    assert not verify(line.hello().server_key, bent.signed_bytes(), bent.sig)


def test_the_hash_covers_revision_and_content_of_every_record(office: Office) -> None:
    rid = office.new_id()
    office.must(office.edit("petugas", rid, {"nama": "Keripik"}))
    found = lines(office, office.vid())
    assert found == [Line("umkm", rid, 1, office.stored(rid).content_sha256)]
    before = standings(found)["umkm"].digest
    for bent in ({"rev": 2}, {"sha": "f" * 64}, {"rid": office.new_id()}):
        assert standings([replace(found[0], **bent)])["umkm"].digest != before  # type: ignore[arg-type]
    office.must(office.edit("petugas", rid, {"nama": "Kerupuk"}, base=1))
    assert standings(lines(office, office.vid()))["umkm"].digest != before


def test_rows_name_every_record_and_a_foreign_feed_is_refused(office: Office, laptop: Laptop) -> None:
    rid = office.new_id()
    office.must(office.edit("petugas", rid, {"nama": "Keripik"}))
    line = laptop.line("petugas")
    [row] = line.standing_rows(office.vid()).rows
    assert (row.rid, row.rev, row.sha) == (rid, 1, office.stored(rid).content_sha256)
    assert {scope.vid for scope in line.standing().scopes} == {office.vid()}
    with pytest.raises(SidumbaError, match=r"auth\.not_permitted"):
        line.standing_rows(office.vid(DESA_2))
