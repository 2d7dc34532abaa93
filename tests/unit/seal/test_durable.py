"""Laws of files that are whole or not there at all."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from sidumba_field.core.errors import SidumbaError
from sidumba_field.seal import durable


def test_a_scanner_that_holds_the_file_for_a_blink_does_not_cost_a_save(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows refuses to replace an open file; so do virus scanners, for milliseconds."""
    refusals = [PermissionError(13, "in use")] * 3
    real = os.replace

    def busy(source: Path, target: Path) -> None:
        if refusals:
            raise refusals.pop()
        real(source, target)

    monkeypatch.setattr(durable, "_TRIES", 20)
    monkeypatch.setattr(durable, "_PAUSE_S", 0.0)
    monkeypatch.setattr(durable.os, "replace", busy)
    durable.write_file(tmp_path / "a", [b"new"])
    assert (tmp_path / "a").read_bytes() == b"new"


def test_a_refusal_that_stays_is_told_and_the_file_before_stays(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "a").write_bytes(b"old")

    def refuse(source: Path, target: Path) -> None:
        raise PermissionError(13, "in use")

    monkeypatch.setattr(durable, "_TRIES", 3)
    monkeypatch.setattr(durable, "_PAUSE_S", 0.0)
    monkeypatch.setattr(durable.os, "replace", refuse)
    with pytest.raises(PermissionError):
        durable.write_file(tmp_path / "a", [b"new"])
    assert (tmp_path / "a").read_bytes() == b"old"


def test_a_full_disk_has_its_own_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(durable.os, "fsync", full)
    with pytest.raises(SidumbaError, match=r"store\.disk_full"):
        durable.write_file(tmp_path / "a", [b"new"])
    assert not (tmp_path / "a").exists()
