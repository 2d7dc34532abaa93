"""Reads XForm XML into plain parts: the rules of the model here, the body in body.py, over one opened source.py."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, tzinfo
from typing import Any

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.xforms.body import Body
from sidumba_field.core.xforms.graph import Graph, build
from sidumba_field.core.xforms.itemset import ItemFilter
from sidumba_field.core.xforms.parts import Bind, FirstLoad, Itemset, Question, Repeat, Section
from sidumba_field.core.xforms.refs import Names
from sidumba_field.core.xforms.source import JR, SF, XF, XHTML, Source, names_of
from sidumba_field.core.xforms.texts import Text

_RULES = ("relevant", "required", "readonly", "constraint", "calculate")
#: Rules that are ours: attribute (after sf:) -> rule. A message or reading may have a twin per language (".en").
_SF_RULES = {
    "warning": "warning",
    "suggest": "suggest",
    "reading": "reading",
    "constraintText": "constraint_text",
    "warningText": "warning_text",
}


@dataclass(slots=True)
class FormReading:
    """All that the XML of a form says, in one language. ``questions``: template path -> Question in form order,
    calculates at the end. ``zone``: the office's time zone, in which "today" is meant."""

    form_id: str
    version: str
    title: str
    root: str
    language: str
    languages: tuple[str, ...]
    sections: tuple[Section, ...]
    questions: Mapping[str, Question]
    repeats: Mapping[str, Repeat]
    binds: Mapping[Names, Bind]
    itemsets: Mapping[Names, Itemset]
    labels: Mapping[Names, Text]
    hints: Mapping[Names, Text]
    template: Any
    secondary: Mapping[str, Any]
    external: frozenset[str]
    itexts: Mapping[str, Text]
    filters: Mapping[str, ItemFilter]
    first_loads: tuple[FirstLoad, ...]
    graph: Graph
    zone: tzinfo = UTC
    xml: str = ""


def read(xml: str, language: str, zone: tzinfo) -> FormReading:
    """Return what the form says; arguments and errors as FormDefinition.from_xml."""
    source = Source(xml, language)
    binds = {bind.names: bind for bind in (_bind(source, e) for e in source.model.findall(f"{XF}bind"))}
    body = Body(source, binds)
    sections = body.sections()
    paths = _bind_all(source, binds)
    return FormReading(
        form_id=source.instance.get("id") or source.root,
        version=source.instance.get("version") or "",
        title=(source.html.findtext(f"{XHTML}head/{XHTML}title") or "").strip(),
        root=source.root,
        language=source.language,
        languages=source.languages,
        sections=sections,
        questions=body.questions | _hidden_questions(source, binds, body.questions),
        repeats=body.repeats,
        binds=binds,
        itemsets=body.itemsets,
        labels=body.labels,
        hints=body.hints,
        template=source.template,
        secondary=source.secondary,
        external=frozenset(source.external),
        itexts=source.itexts,
        filters={
            key: rows for bind in binds.values() for _, e in bind.rules() for key, rows in e.filters.items()
        },
        first_loads=tuple(_first_loads(source)),
        graph=build(binds, body.itemsets, paths, source.root),
        zone=zone,
        xml=xml,
    )


def _bind(source: Source, element: Any) -> Bind:
    names = source.names(element.get("nodeset") or "")
    bind = Bind(names, source.types[names])
    for rule in _RULES:
        setattr(bind, rule, source.expression(element.get(rule), names, rule))
    sf = {key[len(SF) :]: str(value) for key, value in element.attrib.items() if str(key).startswith(SF)}
    for attribute, rule in _SF_RULES.items():
        raw = source.spoken(sf, attribute)
        setattr(bind, rule, source.expression(raw, names, f"sf:{attribute}"))
    bind.sf = sf
    bind.constraint_message = source.text(element.get(f"{JR}constraintMsg"), names)
    bind.required_message = source.text(element.get(f"{JR}requiredMsg"), names)
    bind.warning_message = source.text(source.spoken(sf, "warningMsg"), names)
    bind.preload = element.get(f"{JR}preload") or ""
    bind.preload_params = element.get(f"{JR}preloadParams") or ""
    if bind.relevant is not None and bind.relevant.is_constant and bind.relevant.constant is True:
        bind.relevant = None
    return bind


def _bind_all(source: Source, binds: dict[Names, Bind]) -> list[Names]:
    """Give every node of the instance its bind and return all their names. Raises form.unknown_path for a bind or a
    control without a node."""
    paths = [names_of(element) for element in source.template.iter() if element is not source.template]
    for names in paths:
        binds.setdefault(names, Bind(names))
    known = set(paths)
    unknown = [names for names in binds if names not in known]
    if unknown:
        raise SidumbaError("form.unknown_path", path="/".join(unknown[0]))
    return paths


def _first_loads(source: Source) -> Iterator[FirstLoad]:
    for action in source.html.iter(f"{XF}setvalue"):
        if "first-load" not in (action.get("event") or ""):
            continue
        names = source.names(action.get("ref") or "")
        value = source.expression(action.get("value") or f"'{action.text or ''}'", names, "default")
        if value is not None:
            yield FirstLoad(names, value, action.get("event") or "")


def _hidden_questions(
    source: Source, binds: Mapping[Names, Bind], shown: Mapping[str, Question]
) -> dict[str, Question]:
    """Return the questions of nodes that no control shows: calculates and hidden answers."""
    found: dict[str, Question] = {}
    for element in source.template.iter():
        names = names_of(element)
        path = "/".join(names)
        if len(element) == 0 and path not in shown and names and names[0] != "meta":
            found[path] = Question(
                path=path,
                name=names[-1],
                kind="calculate",
                sf=binds[names].sf,
                has_calculate=binds[names].calculate is not None,
                section=names[0] if len(names) > 1 else "",
            )
    return found
