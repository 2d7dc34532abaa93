"""Installs a form an office has edited: everything is checked first, and what is not sound changes nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.xforms import FormDefinition
from sidumba_field.core.xforms.expression import Expression
from sidumba_field.core.xforms.refs import Scope
from sidumba_field.programs.checking import Checker
from sidumba_field.programs.comparing import Change, compare, renamed
from sidumba_field.programs.faults import Fault, Unsound, of_error
from sidumba_field.programs.fitting import uncovered, unmet
from sidumba_field.programs.kept import FormFile, FormShelf, version_key
from sidumba_field.programs.program import Form, Program
from sidumba_field.programs.reading import FILE, audit
from sidumba_field.programs.sheets import Book, read_book, write_workbook
from sidumba_field.programs.toml import Table
from sidumba_field.programs.xlsform import convert
from sidumba_field.words import say


@dataclass(frozen=True, slots=True)
class Prepared:
    """A sound form, not installed yet. ``before``: the version it follows; ``again``: it is installed already."""

    form: FormFile
    before: str
    changes: tuple[Change, ...]
    again: bool


def prepare(program: Program, file: Path) -> Prepared:
    """Check ``file`` as the next version of a form of ``program``.

    Raises Unsound (code form.not_sound) with every fault that was found, each with its place.
    """
    try:
        book = read_book(file)
    except SidumbaError as error:
        raise Unsound(file.name, (of_error(error, file.name),)) from error
    before = program.forms.get(book.setting("form_id"))
    checker = Checker(book, program.lookups, program.forms, _book_of(before))
    faults = checker.run()
    if faults or before is None:
        raise Unsound(file.name, tuple(faults))
    form, definition = _converted(file, program, checker)
    known = program.earlier[before.form_id].get(form.version) if form.version != before.version else before
    if known is not None and known.xml == form.xml:
        return Prepared(form, before.version, (), again=True)
    faults += _version(book, form, before, known)
    moved = renamed(before.definition(), definition)
    faults += unmet(program.folder, before.definition(), definition, file.name, moved)
    faults += uncovered(program, definition, file.name)
    faults += _guards(program, definition, file.name)
    if faults:
        raise Unsound(file.name, tuple(faults))
    return Prepared(form, before.version, compare(before.definition(), definition), again=False)


def install(program: Program, file: Path, shelf: FormShelf) -> Prepared:
    """Check ``file`` and keep it as a new version. Raises as ``prepare`` and ``FormShelf.add``."""
    prepared = prepare(program, file)
    shelf.add(program.id, prepared.form)
    return prepared


def chosen(programs: Mapping[str, Program], wanted: str = "") -> Program:
    """Return the program named ``wanted``, or the only one there is. Raises SidumbaError program.unknown."""
    if not wanted and len(programs) == 1:
        return next(iter(programs.values()))
    if wanted not in programs:
        raise SidumbaError("program.unknown", program=wanted or "-")
    return programs[wanted]


def told(prepared: Prepared, lang: str = "id") -> list[str]:
    """Return what an installation says: what changed and what stays."""
    words = {"form": prepared.form.form_id, "version": prepared.form.version, "before": prepared.before}
    if prepared.again:
        return [say("forms.already", lang, **words)]
    head = say("forms.changed" if prepared.changes else "forms.unchanged", lang, **words)
    lines = [f"  {change.text(lang)}" for change in prepared.changes]
    return [head, *lines, say("forms.installed", lang, **words), say("forms.kept", lang)]


def listed(program: Program, shelf: FormShelf, lang: str = "id") -> list[str]:
    """Return one line per kept version: form, version, title, newest or older or damaged."""
    newest = {(form.form_id, form.version) for form in program.forms.values()}
    lines = []
    for one in shelf.all(program.id):
        word = "damaged" if one.damaged else "newest" if (one.form_id, one.version) in newest else "older"
        words = {"form": one.form_id, "version": one.version, "title": one.title}
        lines.append(say("forms.row", lang, state=say(f"forms.{word}", lang), **words))
    return lines


def export(program: Program, out: Path, form_id: str = "", version: str = "") -> Form:
    """Write a version of a form (default: the newest of the main one) as a workbook to edit.

    Raises SidumbaError op.unknown_form, form.damaged, form.unreadable, report.unwritable.
    """
    form = program.edition(form_id or program.main, version)
    if form.source is None:
        raise SidumbaError("form.damaged", form=form.form_id, version=form.version)
    write_workbook(read_book(form.source), out)
    return form


def inspect(folder: Path) -> tuple[Fault, ...]:
    """Return everything that is wrong with an SOP folder: its program.toml, its forms, its lists and papers."""
    faults = [of_error(error, FILE) for error in audit(folder)]
    try:
        data = Table.read(folder / FILE).data
    except SidumbaError:
        return tuple(faults)
    forms, lists = data.get("forms"), data.get("lists")
    for name in forms.values() if isinstance(forms, dict) else ():
        try:
            book = read_book(folder / str(name))
        except SidumbaError:
            # The audit has tried to open it too, and said why it cannot.
            continue
        rows = Checker(book, lists if isinstance(lists, dict) else ()).run()
        if rows:
            faults = [one for one in faults if one.file != book.file] + rows
    return tuple(faults)


def _book_of(form: Form | None) -> Book | None:
    if form is None or form.source is None:
        return None
    try:
        return read_book(form.source)
    except SidumbaError:
        # Only its extra columns and values would be known from it; the form itself is judged without.
        return None


def _converted(file: Path, program: Program, checker: Checker) -> tuple[FormFile, FormDefinition]:
    """Convert and read the form in every language it speaks."""
    try:
        xml = convert(file)
        first = FormDefinition.from_xml(xml, zone=program.office.tz)
        for language in first.languages:
            first.in_language(language)
    except SidumbaError as error:
        fault = of_error(error, file.name)
        row = checker.rows.get(fault.name)
        if row is not None and not fault.row:
            fault = Fault(
                fault.kind, fault.file, "survey", row.number, fault.column, fault.name, fault.params
            )
        raise Unsound(file.name, (fault,)) from error
    made = FormFile(first.form_id, first.version, first.title, xml, file.name, file.read_bytes())
    return made, first


def _version(book: Book, form: FormFile, before: Form, known: Form | None) -> Iterator[Fault]:
    if known is not None:
        kind = "version_taken"
    elif version_key(form.version) < version_key(before.version):
        kind = "version_older"
    else:
        return
    params = {"value": form.version, "newest": before.version}
    yield Fault(kind, book.file, "settings", 2, "version", params=params)


def _guards(program: Program, definition: FormDefinition, file: str) -> Iterator[Fault]:
    for name, guard in program.guards.items():
        try:
            Expression(guard.xpath, Scope(definition.root))
        except SidumbaError as error:
            yield Fault("guard", file, params={"guard": name, "reason": str(error.params.get("reason", ""))})
