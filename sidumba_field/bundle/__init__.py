"""What travels on a stick: one sealed and signed file, or several, that carry work to the server and answers back.

The outer facts (which kind, whose, how many parts, whole or not) need no key; everything else is sealed with age.
docs/spec/bundle.md tells the format so that another program can read it.
"""

from __future__ import annotations

from sidumba_field.bundle.container import Entry, Head, Manifest, Signer
from sidumba_field.bundle.facts import Facts, Kind
from sidumba_field.bundle.faults import Progress, Stop, Stopped, go_on, ignore
from sidumba_field.bundle.finding import Found, gather, look, verify
from sidumba_field.bundle.parts import PART
from sidumba_field.bundle.sealed import (
    Opening,
    Taker,
    keep,
    open_bundle,
    open_sealed,
    write_bundle,
    write_sealed,
)

__all__ = [
    "PART",
    "Entry",
    "Facts",
    "Found",
    "Head",
    "Kind",
    "Manifest",
    "Opening",
    "Progress",
    "Signer",
    "Stop",
    "Stopped",
    "Taker",
    "gather",
    "go_on",
    "ignore",
    "keep",
    "look",
    "open_bundle",
    "open_sealed",
    "verify",
    "write_bundle",
    "write_sealed",
]
