"""The server's own keys: Ed25519 for what it signs, age for what is sealed to it (recovery codes).

They lie in a file of their own beside the database, readable by the server's owner alone, so that a copy of the
database opens nothing.
"""

from __future__ import annotations

import json
import os
from dataclasses import dataclass
from pathlib import Path

from sidumba_field.seal.box import new_identity, recipient_of
from sidumba_field.seal.signing import SigningKey


@dataclass(frozen=True, slots=True)
class ServerKeys:
    signing: SigningKey
    age_identity: str

    @property
    def age_recipient(self) -> str:
        return recipient_of(self.age_identity)


def open_keys(path: Path) -> ServerKeys:
    """Return the keys in ``path``, made on first use; never written over."""
    if not path.exists():
        _make(path)
    raw = json.loads(path.read_text(encoding="utf-8"))
    return ServerKeys(SigningKey(bytes.fromhex(raw["signing"])), raw["age"])


def _make(path: Path) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    body = json.dumps({"signing": SigningKey.generate().secret.hex(), "age": new_identity()[0]})
    part = path.with_name(f"{path.name}.{os.getpid()}.part")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as out:
        out.write(body)
        out.flush()
        os.fsync(out.fileno())
    try:
        # A hard link refuses an existing name: of two processes starting at once, the first one's keys stay.
        os.link(part, path)
    except FileExistsError:
        pass
    finally:
        part.unlink()
