"""What a question finds before its words are looked up: kept in memory, narrowed letter by letter.

A list is searched while somebody types. The engine hands over everything the filters let through once, in order, as
two long texts of numbers (a tenth of the cost of a hundred thousand rows); every further letter only asks the full
text index and crosses records out. What is kept is forgotten as soon as one list row is written (``lines.write``), a
transaction fails, or another process writes the file.
"""

from __future__ import annotations

import json
from array import array
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from itertools import compress

import sqlalchemy as sa

#: Answers kept at once: the list in front, and the queues of the desks.
_KEPT = 4
_NAME = "found"
_WORDS = "SELECT group_concat(rowid) FROM record_text WHERE record_text MATCH ?"


@dataclass(frozen=True, slots=True)
class Ordered:
    """``order``: numbers of records (``RecordRow.n``) in order; ``states``: the word number of each one's state;
    ``highest``: no number among them is larger."""

    order: array[int]
    states: array[int]
    highest: int

    def among(self, numbers: array[int]) -> Ordered:
        """Return those that are among ``numbers``, still in order."""
        marks = bytearray(1 + max(self.highest, max(numbers, default=0)))
        for number in numbers:
            marks[number] = 1
        kept = bytes(map(marks.__getitem__, self.order))
        return Ordered(
            array("i", compress(self.order, kept)), array("i", compress(self.states, kept)), self.highest
        )

    def tally(self) -> Mapping[int, int]:
        """Return word number of a state -> how many stand there."""
        return Counter(self.states)

    def only(self, states: Iterable[int], present: Iterable[int]) -> array[int]:
        """Return the numbers of those in ``states``; ``present``: the states there are."""
        wanted = set(states)
        if wanted.issuperset(present):
            return self.order
        return array("i", compress(self.order, [state in wanted for state in self.states]))


def forget(connection: sa.Connection) -> None:
    """A list row is written anew: nothing found before is sure any more."""
    connection.info.pop(_NAME, None)


def kept(connection: sa.Connection, key: str, ask: Callable[[], sa.Select[tuple[int, int]]]) -> Ordered:
    """Return what the question ``key`` found since the last change, or what ``ask`` (number, state) finds now."""
    version = connection.exec_driver_sql("PRAGMA data_version").scalar_one()
    since, answers = connection.info.setdefault(_NAME, (version, {}))
    if since != version:
        answers = {}
        connection.info[_NAME] = (version, answers)
    if key not in answers:
        if len(answers) >= _KEPT:
            answers.pop(next(iter(answers)))
        answers[key] = _walk(connection, ask())
    found: Ordered = answers[key]
    return found


def _walk(connection: sa.Connection, asked: sa.Select[tuple[int, int]]) -> Ordered:
    rows = asked.subquery()
    number, state = rows.c
    texts = sa.select(sa.func.group_concat(number), sa.func.group_concat(state)).select_from(rows)
    orders, states = connection.execute(texts).one()
    order = _numbers(orders)
    return Ordered(order, _numbers(states), max(order, default=0))


def worded(connection: sa.Connection, words: str) -> array[int]:
    """Return the numbers of all records an FTS5 question fits, whoever may see them."""
    return _numbers(connection.exec_driver_sql(_WORDS, (words,)).scalar_one())


def _numbers(text: str | None) -> array[int]:
    # The parser of JSON reads a list of numbers several times faster than splitting and converting does.
    return array("i", json.loads(f"[{text or ''}]"))
