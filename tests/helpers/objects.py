"""S3-compatible storages for tests: one inside the process (moto), one as a process of its own (rclone)."""

from __future__ import annotations

import socket
import subprocess
import sysconfig
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import boto3
from moto import mock_aws

from server_stub.settings import ObjectStorage

ACCESS, SECRET = "AKUJICOBA00000000001", "rahasia/yang+tidak/boleh/tercatat/0001"


@contextmanager
def moto_storage(prefix: str = "balangan/") -> Iterator[ObjectStorage]:
    """Answer every call of boto3 in this process for the length of the block; the bucket is there."""
    with mock_aws():
        keys = {"aws_access_key_id": ACCESS, "aws_secret_access_key": SECRET}
        boto3.client("s3", region_name="us-east-1", **keys).create_bucket(Bucket="sidumba")
        yield ObjectStorage("sidumba", "", "us-east-1", prefix, ACCESS, SECRET)


@dataclass
class Rclone:
    """``rclone serve s3`` over a folder; killed and started again on the same port."""

    folder: Path
    port: int = 0
    process: subprocess.Popen[bytes] | None = field(default=None, repr=False)

    @property
    def storage(self) -> ObjectStorage:
        return ObjectStorage("sidumba", f"http://127.0.0.1:{self.port}", "", "desa/", ACCESS, SECRET)

    def start(self) -> None:
        (self.folder / "sidumba").mkdir(parents=True, exist_ok=True)
        if not self.port:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
        program = next(Path(sysconfig.get_path("scripts")).glob("rclone*"))
        config = self.folder / "rclone.conf"
        config.touch()
        words = ["serve", "s3", "--config", str(config), "--auth-key", f"{ACCESS},{SECRET}"]
        command = [str(program), *words, "--addr", f"127.0.0.1:{self.port}", str(self.folder)]
        with (self.folder / "rclone.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        limit = time.monotonic() + 30
        while time.monotonic() < limit:
            with suppress(OSError), socket.create_connection(("127.0.0.1", self.port), 1):
                return
            time.sleep(0.05)
        raise RuntimeError("rclone did not start")

    def kill(self) -> None:
        if self.process is not None:
            self.process.kill()
            self.process.wait(timeout=30)
            self.process = None

    def objects(self) -> dict[str, bytes]:
        """Return what lies in the bucket, by name."""
        home = self.folder / "sidumba"
        return {str(p.relative_to(home)): p.read_bytes() for p in home.rglob("*") if p.is_file()}


@contextmanager
def rclone_storage(folder: Path) -> Iterator[Rclone]:
    """Run an S3 storage of its own for the length of the block."""
    storage = Rclone(folder)
    storage.start()
    try:
        yield storage
    finally:
        storage.kill()
