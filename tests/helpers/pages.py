"""Decrypts a SQLCipher file page by page, free pages and the log included: what a thief with the key sees."""

from __future__ import annotations

from pathlib import Path

from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

PAGE, RESERVED, SALT = 4096, 80, 16
_WAL_HEADER, _FRAME_HEADER = 32, 24


def _open(page: bytes, key: bytes, first: bool) -> bytes:
    """SQLCipher 4, raw key: AES-256-CBC; the IV stands at the end, the salt before page 1."""
    begin = SALT if first else 0
    iv = page[PAGE - RESERVED : PAGE - RESERVED + 16]
    decryptor = Cipher(algorithms.AES(key), modes.CBC(iv)).decryptor()
    return decryptor.update(page[begin : PAGE - RESERVED]) + decryptor.finalize()


def clear_bytes(database: Path, key: bytes) -> bytes:
    """Return everything in the file and its log, decrypted with the data key."""
    raw = database.read_bytes()
    found = [_open(raw[at : at + PAGE], key, at == 0) for at in range(0, len(raw), PAGE)]
    log = database.with_name(database.name + "-wal")
    frames = log.read_bytes()[_WAL_HEADER:] if log.exists() else b""
    size = _FRAME_HEADER + PAGE
    for at in range(0, len(frames) - size + 1, size):
        number = int.from_bytes(frames[at : at + 4], "big")
        found.append(_open(frames[at + _FRAME_HEADER : at + size], key, number == 1))
    return b"".join(found)
