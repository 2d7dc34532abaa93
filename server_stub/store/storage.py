"""Opens the storage of files an operator has chosen: a folder, or an S3-compatible one."""

from __future__ import annotations

from server_stub.settings import Settings
from server_stub.store.blobs import Blobs, DiskBlobs


def open_blobs(settings: Settings) -> Blobs:
    """Return the storage the settings name; what only an S3-compatible one needs is loaded only for it."""
    if settings.objects is None:
        return DiskBlobs(settings.blobs)
    from server_stub.store.s3 import Bucket, S3Blobs

    return S3Blobs(settings.blobs, Bucket(settings.objects))
