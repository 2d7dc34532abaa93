"""keys.json: the laptop's data key, wrapped once per user and once under the recovery code (docs/spec/storage.md).

A user's slot also holds the secret of his own signing key, so a laptop without his passphrase cannot decide in his
name (spec/sync.md section 3 "Keys"). Cards (names of officials) stand in clear for the list at the door; no data of
citizens ever does. The file is replaced atomically; ``keys.json.bak`` is its twin, for a disk that rots. It follows at
once, so that a passphrase or recovery code that was replaced opens neither.
"""

from __future__ import annotations

import hmac
import json
import secrets
import unicodedata
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from argon2.exceptions import HashingError
from argon2.low_level import Type, hash_secret_raw
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from sidumba_field.core.canonical import canonical
from sidumba_field.core.errors import SidumbaError
from sidumba_field.seal.durable import shred, write_file

VERSION = 1
KEY_BYTES = 32
MIN_PASSPHRASE = 10
#: No I, L, O, U, 0 and 1: a code is read out over the telephone.
ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 25
#: Costs beyond these would only freeze or fill the machine that tries them: 2 GiB, passes, lanes.
_MOST = {"m_kib": 2 * 1024 * 1024, "t": 64, "p": 16}


@dataclass(frozen=True, slots=True)
class KdfParams:
    """Cost of Argon2id (RFC 9106): memory in KiB, passes, lanes. The default takes about 0.12 s on a field laptop."""

    m_kib: int = 64 * 1024
    t: int = 3
    p: int = 1


ARGON = KdfParams()


@dataclass(frozen=True, slots=True)
class UserCard:
    """What the door shows of a user before anybody has signed in."""

    user_id: str
    name: str
    role_label: str
    unit_name: str
    username: str


def new_data_key() -> bytes:
    """Return 32 random bytes: the key of one laptop's database and attachments."""
    return secrets.token_bytes(KEY_BYTES)


def new_recovery_code() -> str:
    """Return 25 characters in groups of five (about 122 bits): "7KQ2M-..."."""
    drawn = "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))
    return "-".join(drawn[i : i + 5] for i in range(0, CODE_LENGTH, 5))


def _normal_code(code: str) -> str:
    return "".join(character for character in code.upper() if character.isalnum())


def _normal_passphrase(passphrase: str) -> bytes:
    # Keyboards spell accented letters differently; NFC makes them one.
    return unicodedata.normalize("NFC", passphrase).encode()


def key_id(data_key: bytes) -> str:
    """Return 16 hexadecimal digits that tell two data keys apart and give nothing away."""
    return (
        HKDF(algorithm=SHA256(), length=8, salt=None, info=b"sidumba-field key id 1").derive(data_key).hex()
    )


def _derive(secret: bytes, kdf: dict[str, Any]) -> bytes:
    """Derive a wrapping key at the cost the slot names. A lowered cost opens nothing: it gives another key."""
    if kdf["name"] != "argon2id" or any(not 1 <= kdf[name] <= most for name, most in _MOST.items()):
        raise ValueError("cost")
    return hash_secret_raw(
        secret, bytes.fromhex(kdf["salt"]), kdf["t"], kdf["m_kib"], kdf["p"], KEY_BYTES, Type.ID
    )


def _wrap(secret: bytes, plain: bytes, aad: bytes, params: KdfParams) -> dict[str, Any]:
    kdf = {"name": "argon2id", **asdict(params), "salt": secrets.token_bytes(16).hex()}
    nonce = secrets.token_bytes(12)
    sealed = AESGCM(_derive(secret, kdf)).encrypt(nonce, plain, aad)
    return {"kdf": kdf, "nonce": nonce.hex(), "sealed": sealed.hex()}


def _unwrap(secret: bytes, slot: dict[str, Any], aad: bytes, refusal: str) -> bytes:
    try:
        wrapping = AESGCM(_derive(secret, slot["kdf"]))
        return wrapping.decrypt(bytes.fromhex(slot["nonce"]), bytes.fromhex(slot["sealed"]), aad)
    except InvalidTag:
        raise SidumbaError(refusal) from None
    except (KeyError, TypeError, ValueError, HashingError):
        raise SidumbaError("store.damaged", file="keys.json") from None


def _user_aad(user_id: str) -> bytes:
    return canonical({"v": VERSION, "slot": "user", "user": user_id})


_RECOVERY_AAD = canonical({"v": VERSION, "slot": "recovery"})


def seal_under(passphrase: str, plain: bytes, purpose: str, params: KdfParams = ARGON) -> dict[str, Any]:
    """Return ``plain`` wrapped under a passphrase as a JSON value, like a user's slot; ``purpose`` is bound to it."""
    aad = canonical({"v": VERSION, "slot": purpose})
    return _wrap(_normal_passphrase(passphrase), plain, aad, params)


def open_under(passphrase: str, slot: dict[str, Any], purpose: str) -> bytes:
    """Return what ``seal_under`` wrapped; raise ``auth.wrong_passphrase`` or ``store.damaged``."""
    aad = canonical({"v": VERSION, "slot": purpose})
    return _unwrap(_normal_passphrase(passphrase), slot, aad, "auth.wrong_passphrase")


class KeyFile:
    """The slots at ``path``. Every call reads the file anew, every change replaces it whole."""

    def __init__(self, path: Path) -> None:
        self.path = path

    @property
    def exists(self) -> bool:
        return self.path.exists() or self._backup.exists()

    @property
    def _backup(self) -> Path:
        return self.path.with_name(self.path.name + ".bak")

    def create(self, data_key: bytes) -> None:
        """Begin an empty key file for ``data_key``; raise ``FileExistsError`` rather than replace one."""
        if self.exists:
            raise FileExistsError(self.path)
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._write({"v": VERSION, "key_id": key_id(data_key), "users": [], "recovery": None})

    def cards(self) -> list[UserCard]:
        """Return who may sign in on this laptop, in the order they were added; [] before the first."""
        if not self.exists:
            return []
        return [UserCard(user_id=slot["user"], **slot["card"]) for slot in self._read()["users"]]

    def add_user(
        self,
        user_id: str,
        card: UserCard,
        passphrase: str,
        data_key: bytes,
        user_secret: bytes,
        params: KdfParams = ARGON,
    ) -> None:
        """Add or replace the slot of ``user_id``: wraps data key and the 32 secret bytes of his signing key.

        Raises ``auth.weak_passphrase`` below 10 characters, ``store.damaged`` when ``data_key`` is another laptop's.
        """
        if len(unicodedata.normalize("NFC", passphrase)) < MIN_PASSPHRASE:
            raise SidumbaError("auth.weak_passphrase", minimum=MIN_PASSPHRASE)
        content = self._read()
        self._demand(content, data_key)
        shown = {"name": card.name, "role_label": card.role_label, "unit_name": card.unit_name}
        slot = {
            "user": user_id,
            "card": {**shown, "username": card.username},
            **_wrap(_normal_passphrase(passphrase), data_key + user_secret, _user_aad(user_id), params),
        }
        users = [slot if other["user"] == user_id else other for other in content["users"]]
        if slot not in users:
            users.append(slot)
        self._write({**content, "users": users})

    def open_user(self, user_id: str, passphrase: str) -> tuple[bytes, bytes]:
        """Return (data key, user secret); raise ``auth.wrong_passphrase`` or ``auth.unknown_user``."""
        slot = next((slot for slot in self._read()["users"] if slot["user"] == user_id), None)
        if slot is None:
            raise SidumbaError("auth.unknown_user")
        plain = _unwrap(_normal_passphrase(passphrase), slot, _user_aad(user_id), "auth.wrong_passphrase")
        return plain[:KEY_BYTES], plain[KEY_BYTES:]

    def replace_passphrase(self, user_id: str, old: str, new: str, params: KdfParams = ARGON) -> None:
        """Wrap the slot anew under ``new``; raise as ``open_user`` and ``add_user`` do."""
        data_key, secret = self.open_user(user_id, old)
        card = next(card for card in self.cards() if card.user_id == user_id)
        self.add_user(user_id, card, new, data_key, secret, params)

    def add_recovery(self, code: str, data_key: bytes, params: KdfParams = ARGON) -> None:
        """Put ``data_key`` under a recovery code; the code before it stops working (used once, then replaced)."""
        content = self._read()
        self._demand(content, data_key)
        slot = _wrap(_normal_code(code).encode(), data_key, _RECOVERY_AAD, params)
        self._write({**content, "recovery": slot})

    def open_recovery(self, code: str) -> bytes:
        """Return the data key; raise ``auth.wrong_recovery_code``. Case, spaces and hyphens do not matter."""
        slot = self._read()["recovery"]
        if slot is None:
            raise SidumbaError("auth.wrong_recovery_code")
        return _unwrap(_normal_code(code).encode(), slot, _RECOVERY_AAD, "auth.wrong_recovery_code")

    def destroy(self) -> bool:
        """Make every slot unreadable for good; tell whether there was a key file. Safe to repeat after a crash."""
        names = (self.path, self._backup)
        parts = [one.with_name(one.name + ".part") for one in names]
        destroyed = [shred(one) for one in (*names, *parts)]
        return any(destroyed)

    def _demand(self, content: dict[str, Any], data_key: bytes) -> None:
        if len(data_key) != KEY_BYTES or not hmac.compare_digest(content["key_id"], key_id(data_key)):
            raise SidumbaError("store.damaged", file=self.path.name)

    def _read(self) -> dict[str, Any]:
        if not self.exists:
            raise SidumbaError("store.no_laptop")
        for path in (self.path, self._backup):
            content = _parsed(path)
            if content is not None:
                return content
        raise SidumbaError("store.damaged", file=self.path.name)

    def _write(self, content: dict[str, Any]) -> None:
        body = json.dumps(content, ensure_ascii=False, indent=1).encode()
        for path in (self.path, self._backup):
            write_file(path, [body])


def _parsed(path: Path) -> dict[str, Any] | None:
    """Return the content of a key file, or None when it is missing or not one; a newer version is refused."""
    try:
        content = json.loads(path.read_bytes())
    except (OSError, ValueError):
        return None
    if not isinstance(content, dict) or not {"v", "key_id", "users", "recovery"} <= content.keys():
        return None
    if content["v"] != VERSION:
        raise SidumbaError("store.too_new", found=content["v"], known=VERSION)
    return content if _is_whole(content) else None


def _is_whole(content: dict[str, Any]) -> bool:
    shown = {"name", "role_label", "unit_name", "username"}
    recovery, users = content["recovery"], content["users"]
    return (
        isinstance(content["key_id"], str)
        and (recovery is None or isinstance(recovery, dict))
        and isinstance(users, list)
        and all(
            isinstance(slot, dict)
            and isinstance(slot.get("user"), str)
            and isinstance(slot.get("card"), dict)
            and slot["card"].keys() == shown
            and all(isinstance(text, str) for text in slot["card"].values())
            for slot in users
        )
    )
