"""What an operator may set: where the data lies, which database, how many workers, which limits.

Worker processes receive the same values through environment variables, since each of them builds its own app.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sidumba_field.wire import endpoints

_PREFIX = "SIDUMBA_SERVER_"
_S3 = _PREFIX + "S3_"
#: Where an S3-compatible storage is; the two keys are not among them.
PLACE = ("bucket", "endpoint", "region", "prefix")


@dataclass(frozen=True, slots=True)
class Limits:
    """Bytes and counts beyond which a request is refused before it is read."""

    max_ops: int = endpoints.MAX_OPS
    max_batch_bytes: int = endpoints.MAX_BATCH_BYTES
    max_body: int = endpoints.MAX_BODY
    max_file: int = endpoints.MAX_FILE
    max_chunk: int = endpoints.MAX_CHUNK
    max_bundle: int = endpoints.MAX_BUNDLE


@dataclass(frozen=True, slots=True)
class Argon:
    """Argon2id cost: kibibytes, passes, lanes. Tests hand in cheaper ones."""

    memory: int = 65_536
    time: int = 3
    lanes: int = 1


@dataclass(frozen=True, slots=True)
class ObjectStorage:
    """An S3-compatible storage for files. ``endpoint``: "" = Amazon's own; ``prefix``: put before every name.

    Keys come from the environment alone and are never printed or written down; empty = what the machine offers (a
    profile, a role of the machine).
    """

    bucket: str
    endpoint: str = ""
    region: str = ""
    prefix: str = ""
    access_key: str = field(default="", repr=False)
    secret_key: str = field(default="", repr=False)

    @classmethod
    def read(cls, said: Mapping[str, str], environ: Mapping[str, str] = os.environ) -> ObjectStorage | None:
        """Return the storage that ``said`` (names without prefix: bucket, endpoint, region, prefix) and the environment
        name together, the environment going first; None when neither names a bucket."""
        named = {name: environ.get(_S3 + name.upper(), said.get(name, "")) for name in PLACE}
        if not named["bucket"]:
            return None
        keys = {name: environ.get(_S3 + name.upper(), "") for name in ("access_key", "secret_key")}
        return cls(**named, **keys)

    def environment(self) -> dict[str, str]:
        return {_S3 + name.upper(): getattr(self, name) for name in (*PLACE, "access_key", "secret_key")}


@dataclass(frozen=True, slots=True)
class Settings:
    """``data``: folder of the server; ``database_url``: "" = SQLite inside it, else ``postgresql+psycopg://...``.

    ``hosts``: names a request may be addressed to; empty = loopback names only. ``objects``: where files lie; None = on
    the disk.
    """

    data: Path
    database_url: str = ""
    workers: int = 1
    hosts: tuple[str, ...] = ()
    argon: Argon = Argon()
    limits: Limits = Limits()
    objects: ObjectStorage | None = None

    @property
    def database(self) -> Path:
        return self.data / "server.db"

    @property
    def blobs(self) -> Path:
        return self.data / "blobs"

    @property
    def keys(self) -> Path:
        return self.data / "keys.json"

    @property
    def allowed_hosts(self) -> frozenset[str]:
        return frozenset({"127.0.0.1", "localhost", "[::1]", *self.hosts})

    def environment(self) -> dict[str, str]:
        """Return the variables ``from_environment`` reads; limits are no operator's business."""
        return {
            _PREFIX + "DATA": str(self.data),
            _PREFIX + "DATABASE_URL": self.database_url,
            _PREFIX + "WORKERS": str(self.workers),
            _PREFIX + "HOSTS": ",".join(self.hosts),
            _PREFIX + "ARGON": f"{self.argon.memory},{self.argon.time},{self.argon.lanes}",
            **(self.objects.environment() if self.objects else {}),
        }


def from_environment(environ: Mapping[str, str] = os.environ) -> Settings:
    """Rebuild the settings a parent process wrote down; raise ``KeyError`` when there are none."""
    memory, passes, lanes = (int(part) for part in environ[_PREFIX + "ARGON"].split(","))
    return Settings(
        data=Path(environ[_PREFIX + "DATA"]),
        database_url=environ[_PREFIX + "DATABASE_URL"],
        workers=int(environ[_PREFIX + "WORKERS"]),
        hosts=tuple(host for host in environ[_PREFIX + "HOSTS"].split(",") if host),
        argon=Argon(memory, passes, lanes),
        objects=ObjectStorage.read({}, environ),
    )
