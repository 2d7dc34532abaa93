"""Sidumba Field: offline-first village data collection, the laptop side and the shelf it shares with the server."""

from __future__ import annotations

__version__ = "0.1.0"
