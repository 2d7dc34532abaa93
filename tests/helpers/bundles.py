"""Bundles for tests: small ones with a server, a laptop and a person of their own, and ways to spoil them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from sidumba_field.bundle import Entry, Facts, Found, Head, Kind, Opening, gather, open_bundle, write_bundle
from sidumba_field.bundle.container import BOUNDS, FILE, Bounds, Signer
from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.ids import derived_id
from sidumba_field.seal.box import new_identity
from sidumba_field.seal.signing import SigningKey

LAPTOP = SigningKey(bytes(range(32)))
SERVER = SigningKey(bytes(range(32, 64)))
PERSON = SigningKey(bytes(range(64, 96)))
IDENTITY, RECIPIENT = new_identity()
DEVICE, BUNDLE, USER = (derived_id("test", name) for name in ("device", "bundle", "user"))
AT = "2026-11-20T01:41:12.345Z"

FACTS = Facts(Kind.KIRIM, BUNDLE, 7, DEVICE, "63.11.02.2005", "Kapul", SERVER.public_hex, AT)
HEAD = Head(Kind.KIRIM, BUNDLE, 7, DEVICE, derived_id("test", "inc"), SERVER.public_hex, "epoch", AT)


def file_entry(data: bytes, ext: str = "jpg") -> Entry:
    sha = sha256_hex(data)
    return Entry(FILE, len(data), sha, f"{sha}.{ext}", (data,))


def entries() -> list[Entry]:
    return [
        Entry.message("ops", b"first message"),
        file_entry(b"a photo" * 300),
        Entry.message("request", b"{}"),
    ]


def written(
    folder: Path,
    inside: Iterable[Entry] | None = None,
    part_bytes: int = 10_000_000,
    facts: Facts = FACTS,
    head: Head = HEAD,
) -> Found:
    """Write a bundle and return it as a look at the folder finds it."""
    folder.mkdir(parents=True, exist_ok=True)
    _, paths = write_bundle(
        folder,
        facts,
        head,
        entries() if inside is None else inside,
        key=LAPTOP,
        recipients=[RECIPIENT],
        signers=[Signer(USER, PERSON)],
        part_bytes=part_bytes,
    )
    (found,) = gather(paths)
    return found


def opened(found: Found, identity: str = IDENTITY, bounds: Bounds = BOUNDS) -> Opening:
    return open_bundle(found, identity, lambda head: LAPTOP.public_hex, bounds=bounds)


@dataclass
class Basket:
    """A taker that keeps everything."""

    heads: list[Head] = field(default_factory=list)
    messages: list[tuple[str, bytes]] = field(default_factory=list)
    files: dict[str, bytes] = field(default_factory=dict)
    open: str = ""

    def head(self, head: Head) -> None:
        self.heads.append(head)

    def message(self, name: str, body: bytes) -> None:
        self.messages.append((name, body))

    def file(self, name: str, size: int) -> None:
        self.open = name
        self.files[name] = b""

    def piece(self, data: bytes) -> None:
        self.files[self.open] += data

    def file_end(self) -> None:
        self.open = ""
