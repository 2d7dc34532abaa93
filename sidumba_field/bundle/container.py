"""What lies inside a sealed bundle: a head, entries with size and SHA-256, and last a signed manifest over all of it.

Lines of JSON and bytes, one after the other, so that both sides stream: neither writing nor reading needs memory that
grows with the files. ``Walk`` takes such a stream piece by piece, checks every bound before it believes a number, and
calls its taker only with entries whose hash was right. docs/spec/bundle.md says the same for other programs.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, fields
from typing import Any, Protocol

from sidumba_field.bundle.facts import Kind
from sidumba_field.core.canonical import canonical, sha256_hex
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import is_id
from sidumba_field.seal.signing import SigningKey, verify

FORMAT = 1
#: The name of an entry that is a file of the user's; every other entry is a message.
FILE = "file"
#: Bytes of one message as it lies in the bundle, and of one line.
MOST_MESSAGE = 8 * 1024 * 1024
_LINE = 64 * 1024
MOST_ENTRIES = 200_000
_SIGN = b"sidumba-bundle-1\n"
_SHA = re.compile(r"[0-9a-f]{64}")
_NAME = re.compile(r"[a-z_]{1,24}")
_FILE_NAME = re.compile(r"[0-9a-f]{64}\.[a-z0-9]{1,8}")


@dataclass(frozen=True, slots=True)
class Head:
    """The first line. ``device``: whose laptop; ``inc``: its incarnation; ``server``: public key (hex); ``epoch``: as
    the writer knew it; ``previous``: the kirim before this one. A balasan also names what it answers: ``answers``, and
    as that kirim said them ``asked_epoch`` and ``asked_at``. ``dseq_from``/``dseq_to``: numbers of a kirim's ops."""

    kind: Kind
    bundle: str
    number: int
    device: str
    inc: str
    server: str
    epoch: str
    made_at: str
    previous: str = ""
    answers: str = ""
    asked_epoch: str = ""
    asked_at: str = ""
    dseq_from: int = 0
    dseq_to: int = 0
    format: int = FORMAT


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing inside: a message, or a file named "<sha256>.<ext>". ``pieces``: its bytes, when writing."""

    name: str
    size: int
    sha: str
    file: str = ""
    pieces: Iterable[bytes] = field(default=(), compare=False, repr=False)

    @classmethod
    def message(cls, name: str, body: bytes) -> Entry:
        """Return a message as an entry."""
        return cls(name, len(body), sha256_hex(body), pieces=(body,))


@dataclass(frozen=True, slots=True)
class Signer:
    """A person who asks to read, by the key of his own slot."""

    user: str
    key: SigningKey


@dataclass(frozen=True, slots=True)
class Manifest:
    """The last line: ``sha256`` of every byte before it, how many entries and bytes these are. ``sig``: by the laptop
    (kirim) or the server (balasan); ``signers``: (user id, public key) of people whose signatures are right."""

    entries: int
    size: int
    sha256: str
    sig: str = ""
    signers: tuple[tuple[str, str], ...] = ()

    def signed_bytes(self) -> bytes:
        return _SIGN + canonical({"entries": self.entries, "bytes": self.size, "sha256": self.sha256})


#: Returns the public key (hex) whose owner must have signed a bundle with this head.
KeyOf = Callable[[Head], str]


class Taker(Protocol):
    """Whoever takes what is inside, in its order."""

    def head(self, head: Head) -> None: ...

    def message(self, name: str, body: bytes) -> None:
        """Take one message; its hash was right."""
        ...

    def file(self, name: str, size: int) -> None:
        """The bytes of this file ("<sha256>.<ext>") follow."""
        ...

    def piece(self, data: bytes) -> None: ...

    def file_end(self) -> None:
        """All bytes of the file were handed over and their hash is the one in its name."""
        ...


class Nobody:
    """A taker that only lets everything be checked."""

    def head(self, head: Head) -> None:
        """Nothing is kept."""

    def message(self, name: str, body: bytes) -> None:
        """Nothing is kept."""

    def file(self, name: str, size: int) -> None:
        """Nothing is kept."""

    def piece(self, data: bytes) -> None:
        """Nothing is kept."""

    def file_end(self) -> None:
        """Nothing is kept."""


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a reader is ready to take: bytes of all entries, of one file."""

    total: int = 1 << 36
    file: int = 64 * 1024 * 1024


BOUNDS = Bounds()


def _line(value: Any) -> bytes:
    return canonical(value) + b"\n"


def write(
    head: Head, entries: Iterable[Entry], key: SigningKey, signers: Sequence[Signer] = ()
) -> Iterator[bytes]:
    """Yield the plain stream. Raises ``attachment.damaged`` when a file is not what its name says."""
    seen, count, size = hashlib.sha256(), 0, 0

    def passed(piece: bytes) -> bytes:
        nonlocal size
        seen.update(piece)
        size += len(piece)
        return piece

    yield passed(_line({**asdict(head), "kind": head.kind.value}))
    for entry in entries:
        count += 1
        said: dict[str, Any] = {"entry": entry.name, "size": entry.size, "sha256": entry.sha}
        yield passed(_line({**said, "file": entry.file} if entry.file else said))
        own, left = hashlib.sha256(), entry.size
        for piece in entry.pieces:
            own.update(piece)
            left -= len(piece)
            yield passed(piece)
        if left or own.hexdigest() != entry.sha:
            raise SidumbaError("attachment.damaged", sha=entry.sha)
    manifest = Manifest(count, size, seen.hexdigest())
    by = [
        {"user": one.user, "key": one.key.public_hex, "sig": one.key.sign(manifest.signed_bytes())}
        for one in signers
    ]
    said = {"entries": count, "bytes": size, "sha256": manifest.sha256}
    yield _line({"manifest": said, "sig": key.sign(manifest.signed_bytes()), "signers": by})


def damaged(where: str) -> SidumbaError:
    return SidumbaError("bundle.damaged", file=where)


class Walk:
    """Takes the plain stream (``feed``) and hands on what it finds; ``close`` demands that it came to its end.

    ``key_of``: the public key that must have signed, asked once the head is known; it may raise. ``trail``: what an
    earlier walk over the same bundle noted; with it, an entry that is not the one seen then is refused before it is
    handed on. Raises ``bundle.damaged``, ``bundle.unknown_format``, ``bundle.too_big``, ``bundle.bad_signature``.
    """

    def __init__(
        self, taker: Taker, key_of: KeyOf, bounds: Bounds = BOUNDS, trail: Sequence[bytes] | None = None
    ) -> None:
        self._taker, self._key_of, self._bounds = taker, key_of, bounds
        self._expected = None if trail is None else list(trail)
        self.trail: list[bytes] = []
        self.head: Head | None = None
        self.manifest: Manifest | None = None
        self._key = ""
        self._buffer = bytearray()
        self._seen, self._size = hashlib.sha256(), 0
        self._entry: Entry | None = None
        self._own: Any = None
        self._left = 0
        self._message = bytearray()

    def feed(self, data: bytes) -> None:
        """Take the next bytes of the stream."""
        self._buffer += data
        while self._buffer:
            if self._entry is not None:
                self._eat()
            elif not self._eat_line():
                return

    def close(self) -> Manifest:
        """Return the manifest; raise ``bundle.damaged`` when the stream ended before it."""
        if self.manifest is None:
            raise damaged("end")
        return self.manifest

    def _eat_line(self) -> bool:
        end = self._buffer.find(b"\n")
        if end < 0:
            if len(self._buffer) > _LINE:
                raise damaged("line")
            return False
        raw = bytes(self._buffer[: end + 1])
        del self._buffer[: end + 1]
        if self.manifest is not None or len(raw) > _LINE:
            raise damaged("line")
        self._take_line(raw, _read(raw))
        return True

    def _take_line(self, raw: bytes, said: Mapping[str, Any]) -> None:
        if self.head is None:
            self._count(raw)
            self._take_head(said)
        elif "manifest" in said:
            self.manifest = self._judged(said)
        else:
            self._count(raw)
            self._take_entry(raw, said)

    def _count(self, data: bytes) -> None:
        self._seen.update(data)
        self._size += len(data)

    def _take_head(self, said: Mapping[str, Any]) -> None:
        if said.get("format") != FORMAT:
            raise SidumbaError("bundle.unknown_format")
        try:
            head = Head(
                **{one.name: said[one.name] for one in fields(Head) if one.name in said}
                | {"kind": Kind(said["kind"])}
            )
        except (KeyError, TypeError, ValueError):
            raise damaged("head") from None
        numbers = (head.number, head.dseq_from, head.dseq_to)
        texts = (
            head.inc,
            head.server,
            head.epoch,
            head.made_at,
            head.previous,
            head.answers,
            head.asked_epoch,
            head.asked_at,
        )
        sound = all(isinstance(text, str) and len(text) <= 120 for text in texts)
        sound = sound and all(type(number) is int and 0 <= number < 1 << 53 for number in numbers)
        if not (sound and is_id(head.bundle) and is_id(head.device)):
            raise damaged("head")
        self.head = head
        self._key = self._key_of(head)
        self._taker.head(head)

    def _take_entry(self, raw: bytes, said: Mapping[str, Any]) -> None:
        name, size, sha, file = said.get("entry"), said.get("size"), said.get("sha256"), said.get("file", "")
        if not (
            isinstance(name, str) and _NAME.fullmatch(name) and isinstance(sha, str) and _SHA.fullmatch(sha)
        ):
            raise damaged("entry")
        if type(size) is not int or size < 0 or not isinstance(file, str):
            raise damaged("entry")
        if (name == FILE) != bool(file) or (
            file and not (_FILE_NAME.fullmatch(file) and file.startswith(sha))
        ):
            raise damaged("entry")
        too_many = len(self.trail) >= MOST_ENTRIES or self._size + size > self._bounds.total
        if too_many or size > (self._bounds.file if file else MOST_MESSAGE):
            raise SidumbaError("bundle.too_big")
        mark = hashlib.sha256(raw).digest()
        if self._expected is not None and self._expected[len(self.trail) : len(self.trail) + 1] != [mark]:
            raise damaged("entry")
        self.trail.append(mark)
        self._entry, self._own, self._left = Entry(name, size, sha, file), hashlib.sha256(), size
        if file:
            self._taker.file(file, size)
        if size == 0:
            self._end_entry()

    def _eat(self) -> None:
        assert self._entry is not None
        data = bytes(self._buffer[: self._left])
        del self._buffer[: len(data)]
        self._left -= len(data)
        self._own.update(data)
        self._count(data)
        if self._entry.file:
            self._taker.piece(data)
        else:
            self._message += data
        if self._left == 0:
            self._end_entry()

    def _end_entry(self) -> None:
        entry, self._entry = self._entry, None
        assert entry is not None
        if self._own.hexdigest() != entry.sha:
            raise damaged("entry")
        if entry.file:
            self._taker.file_end()
        else:
            body = bytes(self._message)
            self._message.clear()
            self._taker.message(entry.name, body)

    def _judged(self, said: Mapping[str, Any]) -> Manifest:
        """Return the manifest when it tells of exactly what came and the right key signed it."""
        found, sig, by = said.get("manifest"), said.get("sig"), said.get("signers", [])
        right = {"entries": len(self.trail), "bytes": self._size, "sha256": self._seen.hexdigest()}
        if found != right or not isinstance(sig, str) or not isinstance(by, list) or len(by) > 20:
            raise damaged("manifest")
        manifest = Manifest(len(self.trail), self._size, self._seen.hexdigest(), sig)
        if not verify(self._key, manifest.signed_bytes(), sig):
            raise SidumbaError("bundle.bad_signature")
        people = tuple(person for one in by if (person := _signer(one, manifest)) is not None)
        return Manifest(manifest.entries, manifest.size, manifest.sha256, sig, people)


def _signer(said: Any, manifest: Manifest) -> tuple[str, str] | None:
    """Return (user, key) when that key signed; whether it is that user's key, the server knows."""
    if not isinstance(said, dict):
        return None
    user, key, sig = (said.get(name) for name in ("user", "key", "sig"))
    if not (isinstance(user, str) and isinstance(key, str) and isinstance(sig, str) and is_id(user)):
        return None
    return (user, key) if verify(key, manifest.signed_bytes(), sig) else None


def _read(raw: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(raw)
    except (ValueError, RecursionError):
        raise damaged("line") from None
    if not isinstance(said, dict):
        raise damaged("line")
    return said
