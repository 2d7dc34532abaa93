"""Encrypted files with random access: AES-256-GCM frames of 64 KiB under a key of the file's own.

Layout (docs/spec/storage.md): header of 24 bytes = magic ``SFF1``, plain bytes per frame (u32, big endian), file id
(16 random bytes); then frames of ciphertext + 16 bytes tag. File key = HKDF-SHA256(data key, salt = file id,
info ``sidumba-field file 1``), so the frame number alone is a nonce that never repeats. The number and "this is the
last one" are authenticated: a file cut at a frame's edge, or with frames swapped, does not open.
"""

from __future__ import annotations

import secrets
import struct
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sidumba_field.core.errors import SidumbaError

MAGIC = b"SFF1"
FRAME = 64 * 1024
TAG = 16
_HEADER = struct.Struct(">4sI16s")
_MAX_FRAME = 16 * 1024 * 1024
_INFO = b"sidumba-field file 1"


def _file_key(data_key: bytes, file_id: bytes) -> AESGCM:
    return AESGCM(HKDF(algorithm=SHA256(), length=32, salt=file_id, info=_INFO).derive(data_key))


def _nonce(number: int) -> bytes:
    return number.to_bytes(12, "big")


def _aad(header: bytes, number: int, last: bool) -> bytes:
    return header + number.to_bytes(8, "big") + (b"\x01" if last else b"\x00")


def encrypt_frames(source: BinaryIO, data_key: bytes, frame: int = FRAME) -> Iterator[bytes]:
    """Yield header and frames of what ``source`` holds; an empty source still has its one, empty, last frame."""
    file_id = secrets.token_bytes(16)
    header = _HEADER.pack(MAGIC, frame, file_id)
    cipher = _file_key(data_key, file_id)
    yield header
    number, block = 0, source.read(frame)
    while True:
        following = source.read(frame) if len(block) == frame else b""
        yield cipher.encrypt(_nonce(number), block, _aad(header, number, not following))
        if not following:
            return
        number, block = number + 1, following


class FrameReader:
    """Reads an encrypted file: all of it, from an offset, or one frame. The caller closes the file.

    Raises ``seal.damaged`` for a wrong key, a cut, a flipped bit or a foreign file.
    """

    def __init__(self, file: BinaryIO, data_key: bytes) -> None:
        self._file = file
        file.seek(0, 2)
        body = file.tell() - _HEADER.size
        file.seek(0)
        self._header = file.read(_HEADER.size)
        if body < TAG or len(self._header) < _HEADER.size:
            raise SidumbaError("seal.damaged")
        magic, frame_size, file_id = _HEADER.unpack(self._header)
        if magic != MAGIC or not 0 < frame_size <= _MAX_FRAME:
            raise SidumbaError("seal.damaged")
        self.frame_size: int = frame_size
        self.frames: int = -(-body // (self.frame_size + TAG))
        #: Plain bytes in the file, as its length tells; believed only once the last frame has opened.
        self.size: int = body - self.frames * TAG
        self._cipher = _file_key(data_key, file_id)

    def frame(self, number: int) -> bytes:
        """Return the plain bytes of frame ``number`` (from 0)."""
        if not 0 <= number < self.frames:
            raise SidumbaError("seal.damaged")
        self._file.seek(_HEADER.size + number * (self.frame_size + TAG))
        sealed = self._file.read(self.frame_size + TAG)
        try:
            return self._cipher.decrypt(
                _nonce(number), sealed, _aad(self._header, number, number == self.frames - 1)
            )
        except (InvalidTag, ValueError):
            raise SidumbaError("seal.damaged") from None

    def read(self, offset: int = 0, size: int | None = None) -> bytes:
        """Return ``size`` plain bytes from ``offset`` (to the end when None); fewer at the end of the file."""
        end = self.size if size is None else min(self.size, offset + size)
        if offset >= end:
            self.frame(self.frames - 1)
            return b""
        first, last = offset // self.frame_size, (end - 1) // self.frame_size
        joined = b"".join(self.frame(number) for number in range(first, last + 1))
        start = offset - first * self.frame_size
        return joined[start : start + end - offset]

    def __iter__(self) -> Iterator[bytes]:
        for number in range(self.frames):
            yield self.frame(number)
