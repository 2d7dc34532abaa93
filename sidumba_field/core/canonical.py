"""One spelling for every value that is hashed or signed: canonical JSON and the digests built on it.

Canonical JSON here is RFC 8785 narrowed to what we send: objects, arrays, strings, integers, booleans and null; keys
sorted by code point, no white space, UTF-8. Floating point numbers are refused: two languages spell them differently.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any

#: Most of what is hashed is texts by name: one look at the types of a whole mapping is all that costs.
_PLAIN = frozenset({str, int, bool, type(None)})
_SPELL = json.JSONEncoder(ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False).encode


class Spelled(dict[str, Any]):
    """A mapping that nobody changes any more. It is spelled once, however many documents it is a member of."""

    __slots__ = ("_text",)
    _text: str

    @property
    def text(self) -> str:
        """Its canonical JSON; raises ``TypeError`` on floats and foreign types."""
        try:
            return self._text
        except AttributeError:
            _refuse_floats(self)
            self._text = _SPELL(self)
            return self._text


def canonical(value: Any) -> bytes:
    """Return the canonical bytes of ``value``; raise ``TypeError`` on floats and foreign types."""
    if isinstance(value, Spelled):
        return value.text.encode()
    if isinstance(value, dict):
        for name, member in value.items():
            if type(member) is Spelled:
                return _around(value, name, member).encode()
    _refuse_floats(value)
    return _SPELL(value).encode()


def _around(value: dict[str, Any], name: str, member: Spelled) -> str:
    """Spell a mapping around a member that is spelled already."""
    before = {key: one for key, one in value.items() if key < name}
    after = {key: one for key, one in value.items() if key > name}
    _refuse_floats(before)
    _refuse_floats(after)
    parts = (_SPELL(before)[1:-1], f"{_SPELL(name)}:{member.text}", _SPELL(after)[1:-1])
    return f"{{{','.join(part for part in parts if part)}}}"


def _refuse_floats(value: Any) -> None:
    if isinstance(value, float):
        raise TypeError("a float has no canonical spelling; send it as text")
    if isinstance(value, Mapping):
        value = value.values()
    elif not isinstance(value, list | tuple):
        return
    if not _PLAIN.issuperset(map(type, value)):
        for item in value:
            _refuse_floats(item)


def sha256_hex(data: bytes) -> str:
    """Return the SHA-256 of ``data`` as 64 lower-case hexadecimal digits."""
    return hashlib.sha256(data).hexdigest()


def digest(value: Any) -> str:
    """Return the SHA-256 (hex) of the canonical JSON of ``value``."""
    return sha256_hex(canonical(value))
