"""What a new version of a form changes: questions and choices added, removed, renamed, of another type."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sidumba_field.core.xforms import Choice, FormDefinition, Question
from sidumba_field.words import say


@dataclass(frozen=True, slots=True)
class Change:
    """``kind``: word of the catalogue (forms.change.<kind>); ``path``: the question; ``was`` / ``now``: what it says
    of them."""

    kind: str
    path: str
    was: str = ""
    now: str = ""

    def text(self, lang: str = "id") -> str:
        return say(f"forms.change.{self.kind}", lang, path=self.path, was=self.was, now=self.now)


def renamed(before: FormDefinition, after: FormDefinition) -> dict[str, str]:
    """Return old path -> new path of questions that kept their words and type in the same group, or their name in
    another group."""
    gone = {path: one for path, one in before.questions.items() if path not in after.questions}
    new = {path: one for path, one in after.questions.items() if path not in before.questions}
    found: dict[str, str] = {}
    for path, one in gone.items():
        for other, two in new.items():
            if other not in found.values() and _same_question(one, two):
                found[path] = other
                break
    return found


def _same_question(one: Question, two: Question) -> bool:
    if one.kind != two.kind or one.kind == "calculate":
        return False
    here = one.path.rpartition("/")[0] == two.path.rpartition("/")[0]
    return (here and bool(one.label) and one.label == two.label) or one.name == two.name


def compare(before: FormDefinition, after: FormDefinition) -> tuple[Change, ...]:
    """Return every change a person would want to know of, in form order."""
    return tuple(_changes(before, after))


def _changes(before: FormDefinition, after: FormDefinition) -> Iterator[Change]:
    moved = renamed(before, after)
    for path, one in before.questions.items():
        if path in moved:
            yield Change("renamed", path, one.label, moved[path])
        elif path not in after.questions:
            yield Change("removed", path, one.label)
    back = set(moved.values())
    for path, two in after.questions.items():
        if path not in before.questions and path not in back:
            yield Change("added", path, now=two.label)
    for path, one in before.questions.items():
        kept = after.questions.get(moved.get(path, path))
        if kept is not None:
            yield from _one(one, kept)


def _one(one: Question, two: Question) -> Iterator[Change]:
    if one.kind != two.kind:
        yield Change("retyped", two.path, one.kind, two.kind)
    elif one.path == two.path and one.label != two.label:
        yield Change("reworded", two.path, one.label, two.label)
    yield from _choices(two.path, one.choices, two.choices)


def _choices(path: str, was: tuple[Choice, ...], now: tuple[Choice, ...]) -> Iterator[Change]:
    before, after = {one.value: one.label for one in was}, {one.value: one.label for one in now}
    gone = {value: label for value, label in before.items() if value not in after}
    new = {value: label for value, label in after.items() if value not in before}
    for value, label in gone.items():
        other = _by_label(new, label)
        if other:
            del new[other]
            yield Change("choice_value", path, value, other)
        else:
            yield Change("choice_removed", path, label)
    for label in new.values():
        yield Change("choice_added", path, now=label)
    for value, label in before.items():
        if value in after and after[value] != label:
            yield Change("choice_renamed", path, label, after[value])


def _by_label(choices: Mapping[str, str], label: str) -> str:
    return next((value for value, words in choices.items() if words == label), "")
