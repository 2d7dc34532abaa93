"""A set-up that is under way: kept before the one-time code is spent, so that a power cut does not cost the code.

Owns ``setup.json`` in the laptop's folder: address, user name and laptop name in clear, for the fields of the screen;
what the laptop drew for itself and the code wrapped under the passphrase being set (docs/spec/storage.md). The file is
gone as soon as the set-up is finished.
"""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sidumba_field.core.errors import SidumbaError
from sidumba_field.seal.durable import write_file
from sidumba_field.seal.signing import SigningKey
from sidumba_field.seal.slots import open_under, seal_under
from sidumba_field.services.views import SetupBegun
from sidumba_field.sync.activation import NewLaptop

_VERSION = 1
_PURPOSE = "setup"


class Unfinished:
    """The file of one laptop folder. A missing or torn one is no set-up under way."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "setup.json"

    def begun(self) -> SetupBegun | None:
        """Return what the screen may show of a set-up that was cut, None when none was."""
        content = self._read()
        try:
            return None if content is None else SetupBegun(**content["shown"])
        except (KeyError, TypeError):
            return None

    def keep(self, shown: SetupBegun, code: str, drawn: NewLaptop, passphrase: str) -> None:
        """Write it down before the code is spent; raise ``store.disk_full`` and kin."""
        secret = {
            "code": code,
            "device": drawn.device,
            "inc": drawn.inc,
            "key": drawn.key.secret.hex(),
            "recovery_code": drawn.recovery_code,
        }
        slot = seal_under(passphrase, json.dumps(secret).encode(), _PURPOSE)
        body = json.dumps({"v": _VERSION, "shown": asdict(shown), "slot": slot}, ensure_ascii=False)
        write_file(self._file, [body.encode()])

    def open(self, passphrase: str) -> tuple[str, NewLaptop] | None:
        """Return (code, what the laptop drew); None when nothing is kept or another passphrase was typed then."""
        content = self._read()
        if content is None:
            return None
        try:
            secret = json.loads(open_under(passphrase, content["slot"], _PURPOSE))
            key = SigningKey(bytes.fromhex(secret["key"]))
            drawn = NewLaptop(secret["device"], secret["inc"], key, secret["recovery_code"])
            return str(secret["code"]), drawn
        except (SidumbaError, KeyError, TypeError, ValueError):
            return None

    def done(self) -> None:
        """Forget it: the set-up is finished, and the recovery code must not lie here any longer."""
        self._file.unlink(missing_ok=True)

    def _read(self) -> dict[str, Any] | None:
        try:
            content = json.loads(self._file.read_text(encoding="utf-8"))
        except (OSError, ValueError):
            return None
        return content if isinstance(content, dict) and content.get("v") == _VERSION else None
