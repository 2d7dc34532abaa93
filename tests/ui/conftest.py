"""Fixtures of every window test (see tests/helpers/qt.py)."""

from __future__ import annotations

from tests.helpers.qt import jobs, themed

__all__ = ["jobs", "themed"]
