"""A form as it is printed to be filled by pen: boxes, choices and lines from its definition, skips told in words."""

from __future__ import annotations

import re
from collections import Counter
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
_THIS_YEAR = re.compile(r"number\(format-date\(today\(\), '%Y'\)\)")
_RESULT = re.compile(r"/data/([\w/.-]+)\s*=\s*'([^']*)'")
_EITHER = re.compile(r"if\((.*),\s*'([^']*)',\s*'([^']*)'\)")
_SAID = re.compile(r"""(?:selected\(\s*)?/data/([\w/.-]+)\s*(?:,|(!=|=|>|<))\s*(?:'([^']*)'|(\d+))\s*\)?""")


def sections(form: FormDefinition) -> tuple[BlankSection, ...]:
    """Return the form's sections with everything a person writes; what the program works out itself is left out."""
    told = _Skips(form)
    found = []
    for section in form.sections:
        written = [item for item in section.items if _written(item) or _pictured(item, form)]
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


def _pictured(item: Question | Repeat, form: FormDefinition) -> bool:
    """Whether a picture is an item of its own, not the copy of what is written under the same number."""
    if isinstance(item, Repeat) or item.kind != "binary":
        return False
    code = item.sf.get("code", "")
    others = (one for one in form.questions.values() if one.kind != "binary")
    return bool(code) and all(one.sf.get("code", "") != code for one in others)


def _part(item: Question | Repeat, told: _Skips) -> BlankItem | BlankTable:
    skip = told.below_section(item)
    if isinstance(item, Repeat):
        columns = [column for column in item.columns if _written(column)]
        heads = tuple((column.label, 1.0 if column.kind in ("int", "decimal") else 1.7) for column in columns)
        rows = min(item.max_rows or TABLE_ROWS, TABLE_ROWS)
        return BlankTable(item.sf.get("code", ""), item.label, heads, rows, skip)
    boxes, groups = _boxes(item)
    label = f"{item.group}: {item.label}" if item.group else item.label
    return BlankItem(
        code=item.sf.get("code", ""),
        question=label,
        hint=item.hint,
        boxes=boxes,
        grouping=groups,
        choices=_choices(item),
        # Said once: a form's own hint usually tells it.
        many=item.kind == "select_multiple" and item.hint != say("papers.blank.many"),
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
    inside = tuple(
        replace(part, question=_capital(part.question.removeprefix(f"{named}: "))) for part in parts
    )
    return BlankItem(first.code, _capital(title) if named else "", skip=first.skip, parts=inside)


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _choices(item: Question) -> tuple[str, ...]:
    """What is ticked; a list too long for paper is written out instead, a picture is ticked as taken."""
    if item.kind == "binary":
        return (say("papers.blank.photo"),)
    return tuple(choice.label for choice in item.choices) if len(item.choices) <= MOST_CHOICES else ()


def _boxes(item: Question) -> tuple[int, tuple[int, ...]]:
    if item.kind == "date":
        return DATE
    return BOXES.get(item.sf.get("widget", ""), (0, ())) if item.kind in ("text", "int") else (0, ())


def _listed(words: list[str], between: str) -> str:
    """Conditions of one item in a row, numbers of choices in their order: "3, 4, atau 5"."""
    said = list(dict.fromkeys(words))
    if not all(word.isdecimal() for word in said):
        return between.join(said)
    *others, last = sorted(said, key=int)
    if not others:
        return last
    return ", ".join(others) + ("," if len(others) > 1 else "") + between + last


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

    def _words(self, text: str, told: str = "only_if") -> str:
        """Plain comparisons are told whole; of anything harder only which items it depends on."""
        hidden = self._unfolded(text)
        if hidden is not None:
            return self._words(*hidden)
        text = _THIS_YEAR.sub(f"'{say('papers.blank.this_year')}'", text)
        rest = _SAID.sub("", text)
        paths = dict.fromkeys(_PATHS.findall(text))
        parts: dict[str, list[str]] = {}
        simple = not re.sub(r"\b(and|or)\b|[\s()]", "", rest)
        if (
            simple
            and all(self._is_asked(path) for path in paths)
            and not (" and " in text and " or " in text)
        ):
            found = _SAID.findall(text)
            times = Counter(path for path, *_ in found)
            for path, sign, word, number in found:
                said = self._part(path, sign or "=", word or number, numbered=times[path] > 1)
                parts.setdefault(path, []).append(said)
            between = say("papers.blank.and" if " and " in text else "papers.blank.or")
            condition = between.join(
                say("papers.blank.is", item=self._name(path), words=_listed(words, between))
                for path, words in parts.items()
            )
            return say(f"papers.blank.{told}", condition=condition)
        items = ", ".join(dict.fromkeys(self._name(path) for path in self._asked(paths)))
        return say("papers.blank.depends", items=items)

    def _unfolded(self, text: str) -> tuple[str, str] | None:
        """A hidden result with two outcomes, put back into the condition it comes from: (condition, how it is told)."""
        asked = _RESULT.fullmatch(text.strip())
        bind = self._form.binds.get(tuple(asked[1].split("/"))) if asked is not None else None
        if asked is None or bind is None or bind.calculate is None or self._is_asked(asked[1]):
            return None
        made = _EITHER.fullmatch(bind.calculate.text.strip())
        if made is None or asked[2] not in (made[2], made[3]):
            return None
        return made[1], "only_if" if asked[2] == made[2] else "skip_if"

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
        if question.has_calculate:  # its number stands beside what it is added up from
            return question.label
        return question.sf.get("code", "") or question.label

    def _part(self, path: str, sign: str, word: str, *, numbered: bool) -> str:
        """One comparison; where several choices of a question are named, by the numbers they carry on paper."""
        question = self._form.questions.get(path)
        choices = question.choices if question is not None else ()
        labels = {choice.value: choice.label for choice in choices}
        if numbered and len(choices) <= MOST_CHOICES:
            labels = {choice.value: str(n) for n, choice in enumerate(choices, start=1)}
        said = labels.get(word, word)
        if not word:
            return say("papers.blank.empty" if sign == "=" else "papers.blank.filled")
        if sign == "=":
            return said
        key = {"!=": "not", ">": "more", "<": "less"}[sign]
        return say(f"papers.blank.{key}", words=said)
