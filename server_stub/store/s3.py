"""Files in an S3-compatible storage: assembled and judged on our own disk, put once, read back, only then done.

A part lies under the data folder until the object was read back with the right size and hash; while it lies there the
file is not done, whatever the storage holds. So a crash between putting and noting is healed by asking again: the
laptop's empty chunk, or ``tidy``, meets the complete part, finds the object good and puts nothing a second time.
Files that lie whole on the disk count as well (a server that used the disk before, a backup restored); ``carry_over``
brings them to the bucket.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import boto3
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

from server_stub.settings import ObjectStorage
from server_stub.store.blobs import DiskBlobs, Tidied
from sidumba_field.attachments import BlobStatus, hash_of
from sidumba_field.attachments.shelf import demand_sha
from sidumba_field.core.errors import SidumbaError
from sidumba_field.seal.durable import write_file

log = logging.getLogger("sidumba_server.store")
# What boto3 tells at its finer levels holds signatures and addresses; nobody may switch that on by accident.
logging.getLogger("botocore").setLevel(logging.WARNING)
logging.getLogger("boto3").setLevel(logging.WARNING)

_ABSENT = frozenset({"404", "NoSuchKey", "NotFound"})
_TYPE = "application/octet-stream"
_BLOCK = 1024 * 1024
T = TypeVar("T")


class Bucket:
    """One bucket, or a prefix in one. Every call raises ``attachment.later`` when the storage does not answer or says
    no; what exactly it said stands in the log, by its code alone."""

    def __init__(self, said: ObjectStorage) -> None:
        self._bucket, self._prefix = said.bucket, said.prefix
        style = "path" if said.endpoint else "auto"
        self._s3: Any = boto3.client(
            "s3",
            endpoint_url=said.endpoint or None,
            region_name=said.region or "us-east-1",
            aws_access_key_id=said.access_key or None,
            aws_secret_access_key=said.secret_key or None,
            config=Config(
                # The laptop waits for this answer no longer than a minute.
                connect_timeout=5,
                read_timeout=20,
                retries={"mode": "standard", "max_attempts": 2},
                s3={"addressing_style": style},
                # Trailing checksums are an extension not every storage reads; we hash what we read back.
                request_checksum_calculation="when_required",
                response_checksum_validation="when_required",
            ),
        )

    def _key(self, sha: str) -> dict[str, str]:
        return {"Bucket": self._bucket, "Key": f"{self._prefix}{sha[:2]}/{sha}"}

    def size(self, sha: str) -> int | None:
        """Return the length of an object in bytes, None when there is none."""
        said = _asked(lambda: self._s3.head_object(**self._key(sha)))
        return None if said is None else int(said["ContentLength"])

    def put(self, sha: str, path: Path) -> None:
        """Put a file in one piece: it is there as a whole or not at all."""

        def whole() -> object:
            with path.open("rb") as body:
                return self._s3.put_object(
                    **self._key(sha), Body=body, ContentLength=path.stat().st_size, ContentType=_TYPE
                )

        if _asked(whole) is None:
            # To a writer "not there" means the bucket.
            log.error("file storage: no such bucket")
            raise SidumbaError("attachment.later")

    def read(self, sha: str, offset: int = 0, size: int | None = None) -> bytes:
        """Return bytes of an object; raise ``attachment.missing``."""
        if size == 0:
            return b""
        last = "" if size is None else str(offset + size - 1)
        ranged = {"Range": f"bytes={offset}-{last}"} if offset or size is not None else {}
        said = _asked(lambda: b"".join(_body(self._s3.get_object(**self._key(sha), **ranged))))
        if said is None:
            raise SidumbaError("attachment.missing", sha=sha)
        return said

    def holds(self, sha: str, size: int) -> bool:
        """Read an object back: tell whether it is there with this size and is what its name says."""
        if self.size(sha) != size:
            return False

        def hashed() -> str:
            found = hashlib.sha256()
            for block in _body(self._s3.get_object(**self._key(sha))):
                found.update(block)
            return found.hexdigest()

        return _asked(hashed) == sha

    def delete(self, sha: str) -> None:
        """Take an object away; nothing happens when there is none."""
        _asked(lambda: self._s3.delete_object(**self._key(sha)))


def _body(said: Any) -> Iterator[bytes]:
    """Yield a reply's bytes; boto3 raises when fewer come than were announced."""
    yield from said["Body"].iter_chunks(_BLOCK)


def _asked(call: Callable[[], T]) -> T | None:
    """Return what the storage said, None for "not there"; raise ``attachment.later`` for everything else."""
    try:
        return call()
    except ClientError as error:
        code = str(error.response.get("Error", {}).get("Code", ""))
        if code in _ABSENT:
            return None
        log.error("file storage refused: %s", code)
    except (BotoCoreError, HTTPClientError, OSError) as error:
        log.error("file storage away: %s", type(error).__name__)
    raise SidumbaError("attachment.later")


class S3Blobs(DiskBlobs):
    """Whole files in a bucket; parts, and what is not carried over yet, in the folder of ``DiskBlobs``."""

    def __init__(self, folder: Path, bucket: Bucket) -> None:
        super().__init__(folder)
        self._bucket = bucket

    def status(self, sha: str) -> BlobStatus:
        """A part on the disk goes before the object: nobody has read that back yet."""
        here = super().status(sha)
        if here.done or here.offset or self._gone(sha).exists():
            return here
        size = self._bucket.size(sha)
        return here if size is None else BlobStatus(True, size, size)

    def _keep(self, sha: str) -> None:
        """Put a judged part once, read it back, and only then forget it."""
        self._carry(sha, self._part(sha))
        self._record(sha).unlink(missing_ok=True)
        self._part(sha).unlink(missing_ok=True)
        self._gone(sha).unlink(missing_ok=True)

    def _carry(self, sha: str, path: Path) -> None:
        size = path.stat().st_size
        if self._bucket.holds(sha, size):
            return
        self._bucket.put(sha, path)
        if not self._bucket.holds(sha, size):
            log.error("file storage gave back something else than it was given")
            raise SidumbaError("attachment.later")

    def read(self, sha: str, offset: int = 0, size: int | None = None) -> bytes:
        """From the disk while it is still there, else from the bucket."""
        if self._whole(sha).exists():
            return super().read(sha, offset, size)
        if self._gone(sha).exists():
            raise SidumbaError("attachment.missing", sha=sha)
        return self._bucket.read(sha, offset, size)

    def remove(self, sha: str) -> None:
        """From both places. An object the storage does not let go of now is noted here, counts as gone at once and goes
        with the next ``tidy``: an erasure must not hang on a line."""
        with self._locked(sha):
            write_file(self._gone(sha), [])
        super().remove(sha)
        with self._locked(sha):
            self._let_go(sha)

    def _gone(self, sha: str) -> Path:
        return self._parts / f"{demand_sha(sha)}.gone"

    def _let_go(self, sha: str) -> bool:
        """Take a noted object away, and the note with it; False while the storage is away."""
        try:
            self._bucket.delete(sha)
        except SidumbaError:
            return False
        self._gone(sha).unlink(missing_ok=True)
        return True

    def tidy(self, now: datetime) -> Tidied:
        """As on the disk; besides, what was removed while the storage was away goes now, unless it is coming anew."""
        done = super().tidy(now)
        left = list(done.waiting)
        for note in sorted(self._parts.glob("*.gone")) if self._parts.exists() else ():
            with self._locked(note.stem):
                if not self._part(note.stem).exists() and not self._let_go(note.stem):
                    left.append(note.stem)
        return Tidied(done.finished, done.dropped, tuple(left))

    def carry_over(self) -> Tidied:
        """Whole files on the disk go over to the bucket; one that has rotted here is not handed on."""
        carried: dict[str, int] = {}
        left: list[str] = []
        for path in sorted(self.folder.glob("[0-9a-f][0-9a-f]/*")):
            if not _is_sha(path.name):
                continue
            with self._locked(path.name):
                size = path.stat().st_size
                if self._carried_over(path):
                    carried[path.name] = size
                else:
                    left.append(path.name)
        return Tidied(carried, (), tuple(left))

    def _carried_over(self, path: Path) -> bool:
        """Move a whole file to the bucket; False when it has rotted on the disk or the storage is away."""
        if hash_of(path) != path.name:
            return False
        try:
            self._carry(path.name, path)
        except SidumbaError:
            return False
        path.unlink(missing_ok=True)
        return True


def _is_sha(name: str) -> bool:
    return len(name) == 64 and not set(name) - set("0123456789abcdef")
