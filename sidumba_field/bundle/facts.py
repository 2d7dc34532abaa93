"""The outer facts of a bundle: one clear line at the head of each file on a stick, and the file's name.

They tell the kind, the village, the day and whether all parts are here, and nothing about any person. Nobody has to
believe them: the sealed inside repeats what matters, signed. A head is spelled in exactly one way, so that every
changed byte of it is found.
"""

from __future__ import annotations

import json
import re
import unicodedata
from dataclasses import asdict, dataclass
from enum import StrEnum

from sidumba_field.core.canonical import canonical, sha256_hex
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import is_id

#: First bytes of every file, and the number of its format.
MAGIC = b"SIDUMBA-BUNDLE 1\n"
_ANY = b"SIDUMBA-BUNDLE "
#: Bytes of a head, padded with spaces.
HEAD = 1024
SUFFIX = ".sidumba"
MOST_PARTS = 999
#: Bytes of the sealed stream nobody believes any more (1 TiB).
MOST_BYTES = 1 << 40
_SHA = re.compile(r"[0-9a-f]{64}")
_UNIT = re.compile(r"[0-9A-Za-z.-]{0,40}")
_AT = re.compile(r"(19|2\d)\d\d-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z")
#: Letters of a place's name in the head (it shares 1 KiB with the rest).
_PLACE = 60


class Kind(StrEnum):
    """``kirim``: work of a laptop for the server. ``balasan``: the server's reply to one laptop."""

    KIRIM = "kirim"
    BALASAN = "balasan"


@dataclass(frozen=True, slots=True)
class Facts:
    """What anybody may know of a bundle. ``bundle``: its id; ``number``: counted per laptop (kirim) or that of the
    kirim a balasan answers; ``device``: whose laptop; ``unit``/``place``: code and name of its village or office;
    ``server``: public key (hex) of the server it belongs to; ``made_at``: ISO; ``answers``: id of the kirim a balasan
    answers, "" otherwise; ``sha``/``size``: of the sealed stream over all parts."""

    kind: Kind
    bundle: str
    number: int
    device: str
    unit: str
    place: str
    server: str
    made_at: str
    answers: str = ""
    sha: str = ""
    size: int = 0

    @property
    def stem(self) -> str:
        """Return the name of its files without part and suffix: kind, place, day, number, a bit of the id."""
        place = _plain(self.place) or _plain(self.unit) or "kantor"
        return f"{self.kind.value}_{place}_{self.made_at[:10]}_{self.number:04d}_{self.bundle.replace('-', '')[-8:]}"

    def file_name(self, part: int, parts: int) -> str:
        """Return the name of one file: letters, digits, "-", "_" and ".", fit for FAT32."""
        return f"{self.stem}{SUFFIX}" if parts == 1 else f"{self.stem}_{part}-{parts}{SUFFIX}"


@dataclass(frozen=True, slots=True)
class PartHead:
    """The head of one file: the bundle's facts, which part this is (from 1), its bytes behind the head, their hash."""

    facts: Facts
    part: int
    parts: int
    part_size: int
    part_sha: str


def _plain(text: str) -> str:
    """Return letters and digits of ASCII, the rest as "-"."""
    bare = unicodedata.normalize("NFKD", text).encode("ascii", "ignore").decode()
    return re.sub(r"[^A-Za-z0-9]+", "-", bare).strip("-")[:40]


def write_head(head: PartHead) -> bytes:
    """Return the ``HEAD`` bytes of one file."""
    facts = asdict(head.facts)
    facts["place"] = head.facts.place[:_PLACE]
    said = {
        **facts,
        "part": head.part,
        "parts": head.parts,
        "part_size": head.part_size,
        "part_sha": head.part_sha,
    }
    line = MAGIC + canonical(said) + b"\n"
    line += sha256_hex(line).encode("ascii")
    return line.ljust(HEAD - 1, b" ") + b"\n"


def read_head(raw: bytes) -> PartHead:
    """Return what a head says.

    Raises ``bundle.truncated`` for fewer bytes, ``bundle.unknown_format`` for a newer or foreign kind of file,
    ``bundle.damaged`` for a head that is not exactly as it was written.
    """
    if not raw.startswith(MAGIC):
        if len(raw) < len(MAGIC) and MAGIC.startswith(raw):
            raise SidumbaError("bundle.truncated")
        raise SidumbaError("bundle.unknown_format" if raw.startswith(_ANY) else "bundle.damaged")
    if len(raw) < HEAD:
        raise SidumbaError("bundle.truncated")
    try:
        said = json.loads(raw[len(MAGIC) : raw.index(b"\n", len(MAGIC))])
        part = {name: said.pop(name) for name in ("part", "parts", "part_size", "part_sha")}
        head = PartHead(Facts(**{**said, "kind": Kind(said["kind"])}), **part)
        right = _is_sound(head) and write_head(head) == raw[:HEAD]
    except (ValueError, TypeError, KeyError, AttributeError, RecursionError):
        right = False
    if not right:
        raise SidumbaError("bundle.damaged")
    return head


def _is_sound(head: PartHead) -> bool:
    facts = head.facts
    texts = (
        facts.bundle,
        facts.device,
        facts.unit,
        facts.place,
        facts.server,
        facts.made_at,
        facts.answers,
        facts.sha,
    )
    numbers = (facts.number, facts.size, head.part, head.parts, head.part_size)
    if not all(isinstance(text, str) for text in (*texts, head.part_sha)):
        return False
    if not all(type(number) is int and 0 <= number <= MOST_BYTES for number in numbers):
        return False
    ids = is_id(facts.bundle) and is_id(facts.device) and (facts.answers == "" or is_id(facts.answers))
    hashes = all(_SHA.fullmatch(one) for one in (facts.sha, facts.server, head.part_sha))
    words = _UNIT.fullmatch(facts.unit) and _AT.fullmatch(facts.made_at) and facts.place.isprintable()
    counted = 1 <= head.part <= head.parts <= MOST_PARTS and head.part_size <= facts.size
    return bool(ids and hashes and words and counted)
