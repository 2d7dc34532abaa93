"""What is installed here: the programs that came with the product, and every form version this machine has ever kept.

The newest version of a form is the one with the highest version number, on every machine alike; new records begin on
it. The forms of the product are kept too, so that a later product still opens what was begun on them.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

from sidumba_field.core.errors import SidumbaError
from sidumba_field.programs.kept import FormFile, FormShelf, KeptForm, version_key
from sidumba_field.programs.program import Form, Program
from sidumba_field.programs.reading import shipped

log = logging.getLogger(__name__)


def installed(home: Path, cache: Path | None = None, folder: Path | None = None) -> dict[str, Program]:
    """Open every program with all its kept form versions. ``home``: the shelf of versions; ``folder``: SOP folders,
    default those of the product.

    Raises as ``shipped``; a full or read-only disk does not keep anybody from working on what is here.
    """
    shelf = FormShelf(home)
    found = shipped(folder, cache)
    for program in found.values():
        keep_own(program, shelf)
    return {name: with_kept(program, shelf.all(program.id)) for name, program in found.items()}


def keep_own(program: Program, shelf: FormShelf) -> None:
    """Keep the versions a program came with. One that differs from what is kept under its number changes nothing."""
    known = {(one.form_id, one.version): one for one in shelf.all(program.id)}
    for form in program.forms.values():
        before = known.get((form.form_id, form.version))
        if form.source is None or (before is not None and not before.damaged and before.sha256):
            continue
        try:
            shelf.add(program.id, form_file(form))
        except SidumbaError as error:
            log.warning("form %s %s is not kept: %s", form.form_id, form.version, error.code)


def form_file(form: Form) -> FormFile:
    """Return a form with the bytes of its source; without a source the XML stands for it."""
    source = form.source
    raw = source.read_bytes() if source is not None else form.xml.encode("utf-8")
    name = source.name if source is not None else "form.xml"
    return FormFile(form.form_id, form.version, form.title, form.xml, name, raw)


def with_kept(program: Program, kept: Iterable[KeptForm]) -> Program:
    """Return ``program`` with these versions beside its own; what is kept under a number counts, whatever came with
    the product under the same one. Forms the program does not name stay out of it."""
    program = program.bare or program
    forms, damaged = dict(program.forms), set[tuple[str, str]]()
    earlier: dict[str, dict[str, Form]] = {form_id: {} for form_id in forms}
    extra: list[KeptForm] = []
    for one in kept:
        own = program.forms.get(one.form_id)
        if own is None:
            continue
        if one.damaged:
            damaged.add((one.form_id, one.version))
            continue
        if one.version == own.version and one.xml == own.xml:
            continue
        extra.append(one)
        earlier[one.form_id][one.version] = _form(one, own)
    for form_id, own in program.forms.items():
        versions = {own.version: own, **earlier[form_id]}
        ordered = sorted(versions, key=version_key)
        forms[form_id] = versions[ordered[-1]]
        earlier[form_id] = {version: versions[version] for version in ordered[:-1]}
    sound = frozenset(one for one in damaged if one[1] not in {forms[one[0]].version, *earlier[one[0]]})
    return replace(
        program,
        bare=program,
        forms=forms,
        earlier=earlier,
        damaged=sound,
        content_sha256=_sealed(program.content_sha256, extra),
        _guards={},
    )


def _form(one: KeptForm, own: Form) -> Form:
    return Form(one.form_id, one.version, one.title, one.xml, {}, own.zone, one.source)


def _sealed(own: str, extra: Iterable[KeptForm]) -> str:
    """Return the program's hash with what was installed beside it; nothing beside it changes nothing."""
    lines = [f"{one.form_id} {one.version} {one.sha256}" for one in extra]
    return hashlib.sha256("\n".join([own, *lines]).encode()).hexdigest() if lines else own


def versions_of(programs: Mapping[str, Program]) -> dict[str, dict[str, tuple[str, ...]]]:
    """Return program -> form -> versions that can be judged here."""
    return {name: dict(program.versions) for name, program in programs.items()}
