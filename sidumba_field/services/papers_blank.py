"""A form as it is printed to be filled by pen: boxes, choices and lines from its definition, skips told in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace

from sidumba_field.core.xforms import FormDefinition, Question, Repeat
from sidumba_field.reports import BlankItem, BlankSection, BlankTable
from sidumba_field.words import say

#: Widget -> boxes and the groups people read them in.
BOXES: dict[str, tuple[int, tuple[int, ...]]] = {
    "nik": (16, (6, 6, 4)),
    "kk": (16, (6, 6, 4)),
    "npwp": (16, (4, 4, 4, 4)),
    "nib": (13, (4, 4, 5)),
    "phone": (13, (4, 4, 5)),
    "digits3": (3, (3,)),
    "year": (4, (4,)),
    "money": (12, (3, 3, 3, 3)),
    "number": (4, (4,)),
}
DATE = (8, (2, 2, 4))
MOST_CHOICES = 14
_PATHS = re.compile(r"/data/([\w/.-]+)")
TABLE_ROWS = 5
_SAID = re.compile(r"""(?:selected\(\s*)?/data/([\w/.-]+)\s*(?:,|(!=|=|>|<))\s*(?:'([^']*)'|(\d+))\s*\)?""")


def sections(form: FormDefinition) -> tuple[BlankSection, ...]:
    """Return the form's sections with everything a person writes; what the program works out itself is left out."""
    told = _Skips(form)
    found = []
    for section in form.sections:
        written = [item for item in section.items if _written(item)]
        parts = tuple(_merged([(item, _part(item, told)) for item in written]))
        if parts:
            skip = told.of(section.path)
            title = f"{section.label}  ({skip})" if skip else section.label
            found.append(BlankSection(title, parts))
    return tuple(found)


def _written(item: Question | Repeat) -> bool:
    if isinstance(item, Repeat):
        return True
    return not (item.hidden or item.has_calculate or item.kind in ("note", "binary", "calculate", "datetime"))


def _part(item: Question | Repeat, told: _Skips) -> BlankItem | BlankTable:
    skip = told.below_section(item)
    if isinstance(item, Repeat):
        columns = [column for column in item.columns if _written(column)]
        heads = tuple((column.label, 1.0 if column.kind in ("int", "decimal") else 1.7) for column in columns)
        rows = min(item.max_rows or TABLE_ROWS, TABLE_ROWS)
        return BlankTable(item.columns[0].sf.get("code", ""), item.label, heads, rows, skip)
    boxes, groups = _boxes(item)
    label = f"{item.group}: {item.label}" if item.group else item.label
    return BlankItem(
        code=item.sf.get("code", ""),
        question=label,
        hint=item.hint,
        boxes=boxes,
        grouping=groups,
        choices=tuple(choice.label for choice in item.choices) if len(item.choices) <= MOST_CHOICES else (),
        many=item.kind == "select_multiple",
        lines=3 if "multiline" in item.appearance.split() else 1,
        unit=item.sf.get("unit", ""),
        skip=skip,
    )


Asked = tuple[Question | Repeat, BlankItem | BlankTable]


def _merged(asked: list[Asked]) -> Iterator[BlankItem | BlankTable]:
    """Put short answers that belong together (one item number, one group) into one row."""
    run: list[Asked] = []
    for one in asked:
        if run and not _together(run[-1], one):
            yield _row(run)
            run = []
        run.append(one)
    if run:
        yield _row(run)


def _together(before: Asked, after: Asked) -> bool:
    first, second = before[1], after[1]
    if isinstance(first, BlankTable) or isinstance(second, BlankTable) or first.skip != second.skip:
        return False
    group = _group(before[0])
    if group and group == _group(after[0]):
        return True
    short = all(not one.choices and one.lines == 1 for one in (first, second))
    return short and bool(first.code) and first.code == second.code and _group(before[0]) == _group(after[0])


def _group(item: Question | Repeat) -> str:
    """The group inside the section an item stands in, "" for none."""
    names = item.path.split("/")
    return "/".join(names[:-1]) if len(names) > 2 else ""


def _row(run: list[Asked]) -> BlankItem | BlankTable:
    first = run[0][1]
    if len(run) == 1 or isinstance(first, BlankTable):
        return first
    parts = tuple(item for _, item in run if isinstance(item, BlankItem))
    named = isinstance(run[0][0], Question) and run[0][0].group
    title = named or first.question
    inside = tuple(replace(part, question=part.question.removeprefix(f"{named}: ")) for part in parts)
    return BlankItem(first.code, title if named else "", skip=first.skip, parts=inside)


def _boxes(item: Question) -> tuple[int, tuple[int, ...]]:
    if item.kind == "date":
        return DATE
    return BOXES.get(item.sf.get("widget", ""), (0, ())) if item.kind in ("text", "int") else (0, ())


class _Skips:
    """Puts the conditions of a form into words: item numbers and the words of choices instead of paths."""

    def __init__(self, form: FormDefinition) -> None:
        self._form = form

    def of(self, path: str) -> str:
        """When the thing at ``path`` itself is answered, "" for always."""
        bind = self._form.binds.get(tuple(path.split("/")))
        if bind is None or bind.relevant is None:
            return ""
        return self._words(bind.relevant.text)

    def below_section(self, item: Question | Repeat) -> str:
        """The condition of an item together with those of groups between it and its section."""
        names = item.path.split("/")
        steps = ["/".join(names[:n]) for n in range(2, len(names) + 1)]
        return " ".join(dict.fromkeys(told for step in steps if (told := self.of(step))))

    def _words(self, text: str) -> str:
        """Plain comparisons are told whole; of anything harder only which items it depends on."""
        rest = _SAID.sub("", text)
        paths = dict.fromkeys(_PATHS.findall(text))
        parts: dict[str, list[str]] = {}
        simple = not re.sub(r"\b(and|or)\b|[\s()]", "", rest)
        if (
            simple
            and all(self._is_asked(path) for path in paths)
            and not (" and " in text and " or " in text)
        ):
            for path, sign, word, number in _SAID.findall(text):
                parts.setdefault(path, []).append(self._part(path, sign or "=", word or number))
            between = say("papers.blank.and" if " and " in text else "papers.blank.or")
            told = between.join(
                say("papers.blank.is", item=self._name(path), words=between.join(dict.fromkeys(words)))
                for path, words in parts.items()
            )
            return say("papers.blank.only_if", condition=told)
        items = ", ".join(dict.fromkeys(self._name(path) for path in self._asked(paths)))
        return say("papers.blank.depends", items=items)

    def _is_asked(self, path: str) -> bool:
        question = self._form.questions.get(path)
        return question is not None and bool(question.label)

    def _asked(self, paths: Iterable[str]) -> Iterator[str]:
        """What people answer: a hidden result stands for the answers it is worked out from."""
        for path in paths:
            bind = self._form.binds.get(tuple(path.split("/")))
            if self._is_asked(path) or bind is None or bind.calculate is None:
                yield path
            else:
                yield from _PATHS.findall(bind.calculate.text)

    def _name(self, path: str) -> str:
        question = self._form.questions.get(path)
        if question is None:
            return path
        return question.sf.get("code", "") or question.label

    def _part(self, path: str, sign: str, word: str) -> str:
        question = self._form.questions.get(path)
        labels = {choice.value: choice.label for choice in question.choices} if question is not None else {}
        said = labels.get(word, word)
        if not word:
            return say("papers.blank.empty" if sign == "=" else "papers.blank.filled")
        if sign == "=":
            return said
        key = {"!=": "not", ">": "more", "<": "less"}[sign]
        return say(f"papers.blank.{key}", words=said)
