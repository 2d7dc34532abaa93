"""A PIN that re-opens a window which locked itself: keys parked in the memory of this process, never on a disk.

Six digits are far too few to guard a file that can be copied. So what they open never leaves the process: it is wrapped
under the PIN (Argon2id) together with a secret drawn at that moment, and thrown away after five wrong tries. After a
start of the application nothing is parked, and only the passphrase opens (design/UI.md section 12 "10 Masuk").
"""

from __future__ import annotations

import re
import secrets
from dataclasses import dataclass, field

from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sidumba_field.core.errors import SidumbaError
from sidumba_field.seal.slots import ARGON, KEY_BYTES, KdfParams

PIN_DIGITS = 6
#: Wrong tries after which what was parked is gone.
TRIES = 5
_SALT_BYTES = 16
_DIGITS = re.compile(rf"[0-9]{{{PIN_DIGITS}}}")
_UP = "0123456789"
_INFO = b"sidumba-field pin 1"


@dataclass(frozen=True, slots=True)
class PinKey:
    """What is remembered of a PIN, inside the encrypted database only: salt (16 bytes) and derived key (32 bytes)."""

    salt: bytes
    key: bytes = field(repr=False)
    params: KdfParams = ARGON

    @classmethod
    def of(cls, pin: str, params: KdfParams = ARGON) -> PinKey:
        """Derive the key of a new PIN; raise ``auth.weak_pin`` unless it is six digits, not all one, not a run."""
        if not _DIGITS.fullmatch(pin) or len(set(pin)) == 1 or pin in _UP or pin in _UP[::-1]:
            raise SidumbaError("auth.weak_pin", digits=PIN_DIGITS)
        salt = secrets.token_bytes(_SALT_BYTES)
        return cls(salt, _derive(pin, salt, params), params)

    def text(self) -> str:
        """Return salt and key as hexadecimal digits, for one row of the encrypted database."""
        return (self.salt + self.key).hex()

    @classmethod
    def from_text(cls, text: str) -> PinKey | None:
        """Return what ``text`` wrote, or None for anything else: then the passphrase is asked, nothing is lost."""
        try:
            raw = bytes.fromhex(text)
        except ValueError:
            return None
        return cls(raw[:_SALT_BYTES], raw[_SALT_BYTES:]) if len(raw) == _SALT_BYTES + KEY_BYTES else None


def _derive(pin: str, salt: bytes, params: KdfParams) -> bytes:
    return hash_secret_raw(pin.encode(), salt, params.t, params.m_kib, params.p, KEY_BYTES, Type.ID)


class Parked:
    """Secrets of one person, wrapped in memory until his PIN takes them out or five wrong ones are tried."""

    def __init__(self, user_id: str, pin: PinKey, plain: bytes) -> None:
        self.user_id = user_id
        self._salt, self._params = pin.salt, pin.params
        self._secret = secrets.token_bytes(KEY_BYTES)
        self._nonce = secrets.token_bytes(12)
        self._sealed = AESGCM(self._wrapping(pin.key)).encrypt(self._nonce, plain, user_id.encode())
        self.left = TRIES

    def __repr__(self) -> str:
        return f"Parked({self.user_id!r}, left={self.left})"

    def _wrapping(self, pin_key: bytes) -> bytes:
        return HKDF(algorithm=SHA256(), length=KEY_BYTES, salt=self._secret, info=_INFO).derive(pin_key)

    def open(self, pin: str) -> bytes:
        """Return what was parked; raise ``auth.wrong_pin`` (``left`` tries remain) or ``auth.pin_spent``.

        The fifth wrong PIN throws the wrapped secrets away; no PIN opens them afterwards.
        """
        if self.left == 0:
            raise SidumbaError("auth.pin_spent")
        wrapping = AESGCM(self._wrapping(_derive(pin, self._salt, self._params)))
        try:
            return wrapping.decrypt(self._nonce, self._sealed, self.user_id.encode())
        except InvalidTag:
            self.left -= 1
        if self.left:
            raise SidumbaError("auth.wrong_pin", left=self.left)
        self._sealed = self._secret = b""
        raise SidumbaError("auth.pin_spent")
