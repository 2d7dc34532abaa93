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
    with pytest.raises(SidumbaError) as caught:
        durable.write_file(tmp_path / "a", [b"new"])
    assert caught.value.code == "store.read_only"
    assert (tmp_path / "a").read_bytes() == b"old"


def test_a_folder_for_reading_only_and_a_file_in_use_are_told_apart() -> None:
    def code(errno: int, windows: int | None = None) -> str:
        error = OSError(errno, "refused")
        if windows is not None:
            error.winerror = windows  # type: ignore[attr-defined]
        known = durable.disk_error(error)
        return known.code if known is not None else ""

    assert [code(errno) for errno in (1, 13, 30, 28, 5)] == [
        *["store.read_only"] * 3,
        "store.disk_full",
        "",
    ]
    assert [code(13, windows) for windows in (5, 19, 32, 112)] == [
        "store.read_only",
        "store.read_only",
        "",
        "store.disk_full",
    ]


def test_a_full_disk_has_its_own_word(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(durable.os, "fsync", full)
    with pytest.raises(SidumbaError, match=r"store\.disk_full"):
        durable.write_file(tmp_path / "a", [b"new"])
    assert not (tmp_path / "a").exists()
