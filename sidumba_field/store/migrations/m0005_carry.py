"""Migration 5: what a person said of how a file is to travel ('' by the rule over sizes, 'usb', 'line')."""

from __future__ import annotations

NUMBER = 5
NAME = "carry"
STATEMENTS: tuple[str, ...] = ("ALTER TABLE file ADD COLUMN carry TEXT NOT NULL DEFAULT ''",)
