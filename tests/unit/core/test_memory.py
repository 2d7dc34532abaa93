"""Handing memory back: where it can be, and nowhere else."""

from __future__ import annotations

import ctypes
import sys

import pytest

from sidumba_field.core.memory import hand_back


@pytest.mark.skipif(not sys.platform.startswith("linux"), reason="another C library")
def test_what_was_freed_goes_back_to_the_system() -> None:
    pieces = [bytes(50_000) for _ in range(2_000)]
    kept = pieces[1::2]
    del pieces
    assert hand_back()
    assert kept[0] == bytes(50_000)


@pytest.mark.parametrize("platform", ["win32", "darwin"])
def test_elsewhere_nothing_happens(monkeypatch: pytest.MonkeyPatch, platform: str) -> None:
    monkeypatch.setattr(sys, "platform", platform)
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: pytest.fail("asked"))
    assert not hand_back()


def test_a_c_library_without_it_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ctypes, "CDLL", lambda _name: object())
    assert not hand_back()
