"""Writes down what was refused: who asked from which laptop for what, by ids alone."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from server_stub.api.deps import Server
from server_stub.auth.gate import Person
from server_stub.store.refusals import Refusal
from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.ids import is_id
from sidumba_field.core.records import OpAnswer
from sidumba_field.core.time import iso

#: Answers to an op that mean: not for you. Others are about what an op says, not about who may say it.
_NOT_FOR_YOU = frozenset({"op.outside_area", "op.wrong_role", "op.wrong_device", "op.bad_signature"})
_SHA = re.compile(r"[0-9a-f]{64}")


def note_refusal(server: Server, person: Person, what: str, target: str, code: str) -> None:
    """Write one refusal down in a transaction of its own. A ``target`` that is no id of ours is left out."""
    named = target if is_id(target) or _SHA.fullmatch(target) else ""
    _note(server, [Refusal(person.device, person.user.id, what, named, code, _now(server))])


@contextmanager
def refusals_noted(server: Server, person: Person, what: str, target: str) -> Iterator[None]:
    """Write down that the block was refused for want of a right, and let the refusal go on."""
    try:
        yield
    except SidumbaError as error:
        if error.code == "auth.not_permitted":
            note_refusal(server, person, what, target, error.code)
        raise


def note_answers(server: Server, device: str, sent: Iterable[tuple[Mapping[str, Any], OpAnswer]]) -> None:
    """Write down which ops of a push were refused because of who sent them."""
    at = _now(server)
    _note(
        server,
        [
            Refusal(device, _id(item, "by"), "op", _id(item, "rid"), answer.code, at)
            for item, answer in sent
            if answer.code in _NOT_FOR_YOU
        ],
    )


def note_strangers(server: Server, device: str, users: Iterable[str]) -> None:
    """Write down that a laptop spoke in the name of people who never signed in on it."""
    at = _now(server)
    named = [user if is_id(user) else "" for user in users]
    _note(server, [Refusal(device, user, "access", "", "op.wrong_device", at) for user in named])


def _note(server: Server, refusals: list[Refusal]) -> None:
    if refusals:
        with server.database.write() as work:
            for refusal in refusals:
                work.refusals.note(refusal)


def _now(server: Server) -> str:
    return iso(server.clock.now())


def _id(item: Mapping[str, Any], name: str) -> str:
    """Return an id as sent; anything else could be somebody's data."""
    value = item.get(name)
    return value if isinstance(value, str) and is_id(value) else ""
