"""The rest: uuid, random, digest, base64, property."""

from __future__ import annotations

import base64
import binascii
import hashlib
import secrets
import uuid as _uuid
from typing import Any

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.xforms.functions.registry import odk
from sidumba_field.core.xforms.values import RUNTIME, to_number, to_text

_DIGESTS = {"MD5": "md5", "SHA-1": "sha1", "SHA-256": "sha256", "SHA-384": "sha384", "SHA-512": "sha512"}


@odk("uuid")
def uuid(_ctx: Any, length: Any = None) -> str:
    if length is None:
        return str(_uuid.uuid4())
    letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    return "".join(secrets.choice(letters) for _ in range(int(to_number(length))))


@odk("random")
def random(_ctx: Any) -> float:
    return secrets.randbits(53) / (1 << 53)


@odk("digest")
def digest(_ctx: Any, value: Any, algorithm: Any, encoding: Any = "base64") -> str:
    """Return a hash as check value, in base64 or hex; never used to protect anything."""
    name = _DIGESTS.get(to_text(algorithm))
    if name is None:
        raise SidumbaError("form.unsupported", what=f"digest({to_text(algorithm)})")
    raw = hashlib.new(name, to_text(value).encode(), usedforsecurity=False).digest()
    return raw.hex() if to_text(encoding) == "hex" else base64.b64encode(raw).decode("ascii")


@odk("base64-decode")
def base64_decode(_ctx: Any, value: Any) -> str:
    try:
        return base64.b64decode(to_text(value)).decode("utf-8")
    except (binascii.Error, UnicodeDecodeError):
        return ""


@odk("property")
def property_(_ctx: Any, word: Any) -> str:
    return RUNTIME.get().session.get(to_text(word), "")
