"""Keeps what a laptop logged of views, prints and exports: in the name of people who work on it, and of nobody else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Protocol

from server_stub.store.accesses import Access
from server_stub.store.work import Work
from sidumba_field.core.ids import is_id


class Line(Protocol):
    """One line as it travelled (``wire.messages.AccessLine``)."""

    @property
    def n(self) -> int: ...
    @property
    def at(self) -> str: ...
    @property
    def user(self) -> str: ...
    @property
    def event(self) -> str: ...
    @property
    def rid(self) -> str: ...
    @property
    def unit(self) -> str: ...
    @property
    def detail(self) -> Mapping[str, str]: ...


def keep(work: Work, device: str, inc: str, lines: Iterable[Line], at: str) -> tuple[int, list[str]]:
    """Keep lines of a laptop; return the highest number among them, and the people named who never signed in there.

    Lines in such a name are not kept: a laptop can speak for its own people only. ``at``: server time.
    """
    mine = work.people.on_device(device)
    told = sorted(lines, key=lambda line: line.n)
    kept = [
        Access(
            device=device,
            inc=inc,
            n=line.n,
            at=line.at,
            user=line.user,
            event=line.event,
            rid=line.rid if is_id(line.rid) else "",
            unit=line.unit,
            detail=dict(line.detail),
            received_at=at,
        )
        for line in told
        if line.user == "" or line.user in mine
    ]
    work.accesses.keep(kept)
    strangers = sorted({line.user for line in told if line.user and line.user not in mine})
    return (told[-1].n if told else 0), strangers
