"""Content-addressed files: SHA-256 names, atomic writes, chunk arithmetic, scan shrinking."""

from __future__ import annotations

from sidumba_field.attachments.blobs import BlobDir, BlobStatus, hash_of
from sidumba_field.attachments.images import Picture, check_image
from sidumba_field.attachments.shelf import Shelf, StoredFile

__all__ = ["BlobDir", "BlobStatus", "Picture", "Shelf", "StoredFile", "check_image", "hash_of"]
