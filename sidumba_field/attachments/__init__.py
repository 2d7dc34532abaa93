"""Content-addressed files: SHA-256 names, atomic writes, chunk arithmetic, scan shrinking."""

from __future__ import annotations

from sidumba_field.attachments.shelf import Shelf, StoredFile

__all__ = ["Shelf", "StoredFile"]
