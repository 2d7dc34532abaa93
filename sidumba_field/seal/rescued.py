"""Opens what was saved from a broken laptop, or handed over from a quarantine (docs/spec/storage.md "Rescue").

Inside the box lie lines of JSON; the line of a file is followed by its bytes. The lines go into ``isi.jsonl``, every
file beside it under the name of its content.
"""

from __future__ import annotations

import io
import json
import re
from pathlib import Path

from sidumba_field.core.errors import SidumbaError
from sidumba_field.seal.box import open_stream
from sidumba_field.seal.durable import write_file

LINES = "isi.jsonl"
_NAME = re.compile(r"[0-9a-f]{64}\.[a-z0-9]{1,8}")


def open_rescue(file: Path, identity: str, into: Path) -> tuple[int, int]:
    """Write what ``file`` holds into ``into``; return (lines, files).

    Raises ``seal.wrong_key``, ``seal.damaged`` (also: no such box), ``store.disk_full``.
    """
    pieces: list[bytes] = []
    with file.open("rb") as sealed:
        open_stream(identity, sealed, pieces.append)
    source = io.BytesIO(b"".join(pieces))
    lines: list[bytes] = []
    files = 0
    into.mkdir(parents=True, exist_ok=True)
    while line := source.readline():
        said = _read(line)
        lines.append(line)
        name = str(said.get("file", ""))
        if name:
            if _NAME.fullmatch(name) is None:
                raise SidumbaError("seal.damaged")
            write_file(into / name, [source.read(int(str(said["size"])))])
            files += 1
    write_file(into / LINES, lines)
    return len(lines), files


def _read(line: bytes) -> dict[str, object]:
    try:
        said = json.loads(line)
    except ValueError:
        raise SidumbaError("seal.damaged") from None
    if not isinstance(said, dict):
        raise SidumbaError("seal.damaged")
    return said
