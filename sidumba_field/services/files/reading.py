"""Reads a file a person chose: too big is said before a byte is read, and nothing is believed by its name."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from sidumba_field.attachments import check_image
from sidumba_field.attachments.documents import check_document
from sidumba_field.attachments.images import MAX_SOURCE
from sidumba_field.core.errors import SidumbaError
from sidumba_field.store import Store
from sidumba_field.sync.hello import MAX_FILE as SAID
from sidumba_field.wire.endpoints import MAX_FILE


@dataclass(frozen=True, slots=True)
class ReadFile:
    """A file somebody chose, checked: ``data`` as it will be kept, ``ext`` without dot."""

    data: bytes
    ext: str


def max_file(store: Store) -> int:
    """Return how many bytes a file may have: as the server last said, as the protocol says before any contact."""
    said = store.meta.get(SAID) or ""
    return int(said) if said.isdigit() else MAX_FILE


def read_document(file: Path, limit: int) -> ReadFile:
    """Read a PDF or a scanned picture, kept as it is. Raises ``attachment.missing``, ``attachment.too_big``,
    ``attachment.not_a_document``."""
    found = check_document(_bytes_of(file, limit), limit)
    return ReadFile(found.data, found.ext)


def read_photo(file: Path) -> ReadFile:
    """Read a photo, written anew with at most 2 MB. Raises ``attachment.missing``, ``attachment.too_big``,
    ``attachment.not_an_image``."""
    picture = check_image(_bytes_of(file, MAX_SOURCE))
    return ReadFile(picture.data, picture.ext)


def _bytes_of(file: Path, limit: int) -> bytes:
    try:
        size = file.stat().st_size
        if size > limit:
            raise SidumbaError("attachment.too_big", size=size, limit=limit)
        return file.read_bytes()
    except OSError:
        raise SidumbaError("attachment.missing", name=file.name) from None
