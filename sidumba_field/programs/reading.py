"""From folder to Program: reads program.toml, its forms, lists and papers, and refuses what does not fit together."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping
from pathlib import Path
from typing import Any

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.workflow import WorkCalendar, Workflow
from sidumba_field.core.xforms import FormDefinition
from sidumba_field.core.xforms.expression import Expression
from sidumba_field.core.xforms.refs import Scope
from sidumba_field.core.xforms.texts import language_code
from sidumba_field.programs.calendar import work_calendar
from sidumba_field.programs.codebook import CsvCodebook
from sidumba_field.programs.dashboard_reading import dashboard_of
from sidumba_field.programs.listed import answers, question_of
from sidumba_field.programs.listed_reading import columns_of, filters_of
from sidumba_field.programs.program import (
    KINDS,
    LEVELS,
    POSISI,
    PRIVACY_PAPERS,
    CommandSpec,
    Form,
    Guard,
    Letterhead,
    LetterLine,
    Office,
    Official,
    PaperSpec,
    Program,
    RoleSpec,
    Said,
    StateSpec,
    TwinKey,
)
from sidumba_field.programs.toml import Table
from sidumba_field.programs.xlsform import convert, keep, kept
from sidumba_field.words.formats import Zone

FILE = "program.toml"
ROW_COLUMNS = ("subject", "state", "command", "role", "to", "guard", "remark", "sop_step", "clock", "note")
_TOP = (
    "id title sop_number first_period dashboard stations forms lists office calendar list prefill targets batch "
    "retention guards roles states posisi commands messages contacts selection duplicates last_year remarks papers "
    "transitions privacy"
).split()


def open_program(folder: Path, cache: Path | None = None) -> Program:
    """Open one SOP folder. ``cache``: folder for converted forms, so that a second start needs no pyxform.

    Raises SidumbaError program.unreadable / program.bad_value (file, table, key) and form.* (file, sheet, row, field).
    """
    return _Reader(folder, cache).program()


def shipped_folder() -> Path:
    """Return where the product keeps its SOP folders: beside the package in a checkout, inside it when installed."""
    package = Path(__file__).resolve().parents[1]
    inside = package / "_forms"
    return inside if inside.is_dir() else package.parent / "forms"


def shipped(folder: Path | None = None, cache: Path | None = None) -> dict[str, Program]:
    """Open every SOP folder that came with the product, in the order of their names."""
    home = folder or shipped_folder()
    found: dict[str, Program] = {}
    for one in sorted(home.iterdir()):
        if not (one / FILE).is_file():
            continue
        program = open_program(one, cache)
        if program.id in found:
            raise SidumbaError("program.bad_value", where=f"{one.name}/{FILE}", field="id", value=program.id)
        found[program.id] = program
    return found


def audit(folder: Path) -> tuple[SidumbaError, ...]:
    """Return what is wrong with an SOP folder: one error per part of program.toml; when its parts are sound, what
    opening the whole says; () when it opens."""
    try:
        reader = _Reader(folder, None)
    except SidumbaError as error:
        return (error,)
    found: list[SidumbaError] = []

    def tried(part: Callable[[], object]) -> None:
        try:
            part()
        except SidumbaError as error:
            found.append(error)

    for part in (
        reader.office,
        reader.lists,
        reader.roles,
        reader.states,
        reader.commands,
        reader.listed_papers,
    ):
        tried(part)
    if not found:
        tried(lambda: open_program(folder))
    return tuple(found)


class _Reader:
    def __init__(self, folder: Path, cache: Path | None) -> None:
        self.folder, self.cache = folder, cache
        self.toml = Table.read(folder / FILE)
        self.toml.only(*_TOP)
        self.files: list[Path] = [folder / FILE]

    def program(self) -> Program:
        toml = self.toml
        office = self.office()
        lookups, place_list = self.lists()
        forms, main = self.forms(office)
        guards = self.guards(forms)
        workflow = self.workflow(guards)
        posisi = {name: table.said() for name, table in toml.each("posisi").items()}
        roles, states, commands = self.roles(), self.states(), self.commands()
        self.fits(workflow, roles, states, commands, posisi)
        self.lists_there(forms, lookups)
        papers = tuple(self.papers())
        listed = toml.table("list")
        messages = {name: table.said() for name, table in toml.each("messages", needed=False).items()}
        self.known(messages, states, "messages")
        remarks, contacts = toml.table("remarks", needed=False), toml.table("contacts", needed=False)
        program = Program(
            id=toml.text("id"),
            title=toml.text("title"),
            sop_number=toml.text("sop_number", ""),
            office=office,
            forms=forms,
            main=main,
            lookups=lookups,
            place_list=place_list,
            workflow=workflow,
            roles=roles,
            states=states,
            commands=commands,
            guards=guards,
            posisi=posisi,
            station_names={name: table.said() for name, table in toml.each("stations").items()},
            messages=messages,
            remarks={lang: remarks.texts(lang) for lang in remarks.data},
            papers=papers,
            paper_texts={paper.id: self.read(paper.file) for paper in papers},
            title_path=listed.text("title"),
            subtitle_path=listed.text("subtitle", ""),
            number_path=listed.text("number", ""),
            search_paths=listed.texts("search"),
            visit=listed.text("visit", ""),
            prefill={
                path: toml.table("prefill").text(path) for path in toml.table("prefill", needed=False).data
            },
            targets={
                span: toml.table("targets").number(span) for span in toml.table("targets", needed=False).data
            },
            batch_level=toml.table("batch", needed=False).data.get("level", "kecamatan"),
            first_period=toml.text("first_period", ""),
            laptop_days=toml.table("retention", needed=False).number("laptop_days", 90),
            keep_years=toml.table("retention", needed=False).number("years", 0),
            closed_states=self.closed(states),
            privacy_papers=self.privacy(),
            calendar=self.calendar(office),
            place_path=listed.text("place", ""),
            content_sha256=self.sealed(),
            folder=self.folder,
            last_year=toml.table("last_year", needed=False).texts("match"),
            asked_anew=toml.table("last_year", needed=False).texts("ask_anew"),
            selection=self.selection("commands", commands),
            receipt=self.receipt(papers),
            twin_steps=self.selection("twins", commands),
            twins=tuple(self.twins()),
            contacts={unit: contacts.text(unit) for unit in contacts.data},
            dashboard=dashboard_of(toml.table("dashboard", needed=False)),
            list_columns=columns_of(listed),
            list_filters=filters_of(listed),
        )
        self.paths_there(program)
        self.trusted(program)
        return program

    # -- parts -------------------------------------------------------------------------------------------------------

    def office(self) -> Office:
        table = self.toml.table("office")
        zone = table.table("zone")
        lines = tuple(
            LetterLine(line.text("text"), float(line.number("size", 12))) for line in table.tables("kop")
        )
        emblem = table.text("emblem", "")
        officials = {
            role: Official(*(one.text(key, "") for key in ("position", "name", "nip", "rank", "prefix")))
            for role, one in table.each("signatories", needed=False).items()
        }
        picture = self.bytes(emblem) if emblem else None
        return Office(
            table.text("name"),
            table.text("place"),
            Zone(zone.text("name"), zone.number("minutes")),
            Letterhead(lines, table.text("address", ""), picture),
            officials,
        )

    def calendar(self, office: Office) -> WorkCalendar:
        table = self.toml.table("calendar", needed=False)
        table.only("hours", "holidays")
        file = table.text("holidays", "")
        return work_calendar(table, office.tz, self.read(file) if file else "", file)

    def lists(self) -> tuple[dict[str, CsvCodebook], str]:
        table = self.toml.table("lists", needed=False)
        found: dict[str, CsvCodebook] = {}
        for name in table.data:
            if name == "place":
                continue
            one = table.table(name)
            path = self.path(one.text("file"))
            found[name] = CsvCodebook(path, one.text("key", ""), one.text("label", ""), one.text("title", ""))
        place = table.text("place", "")
        if place and place not in found:
            raise table.wrong("place", place)
        return found, place

    def forms(self, office: Office) -> tuple[dict[str, Form], str]:
        table = self.toml.table("forms")
        found: dict[str, Form] = {}
        main = ""
        for key in table.data:
            path = self.path(table.text(key))
            form = self.form(path, office)
            if form.form_id in found:
                raise table.wrong(key, form.form_id)
            found[form.form_id] = form
            main = form.form_id if key == "main" else main
        if not main:
            raise table.wrong("main")
        return found, main

    def form(self, path: Path, office: Office) -> Form:
        """Read one form; a form met for the first time is read in all its languages before it is kept."""
        xml = None if self.cache is None else kept(path, self.cache)
        fresh = xml is None
        if xml is None:
            xml = convert(path)
        try:
            first = FormDefinition.from_xml(xml, zone=office.tz)
            names = [name for name in first.languages if fresh and name != first.language]
            definitions = {language_code(name): first.in_language(name) for name in names}
        except SidumbaError as error:
            raise SidumbaError(
                error.code, **{"file": path.name, "sheet": "survey", **error.params}
            ) from error
        if fresh and self.cache is not None:
            keep(path, self.cache, xml)
        definitions[first.language_code] = first
        definitions.setdefault("id", first)
        return Form(first.form_id, first.version, first.title, xml, definitions, office.tz, path)

    def guards(self, forms: Mapping[str, Form]) -> dict[str, Guard]:
        found: dict[str, Guard] = {}
        roots = {form.definition().root for form in forms.values()}
        for name, table in self.toml.each("guards", needed=False).items():
            table.only("xpath", "id", "en")
            for root in roots:
                try:
                    Expression(table.text("xpath"), Scope(root))
                except SidumbaError as error:
                    raise SidumbaError(
                        error.code, **{"file": FILE, "path": table.where, **error.params}
                    ) from error
            found[name] = Guard(name, table.text("xpath"), table.said())
        return found

    def workflow(self, guards: Iterable[str]) -> Workflow:
        rows = self.toml.tables("transitions")
        for row in rows:
            row.only(*ROW_COLUMNS)
        return Workflow.from_rows([{key: row.text(key, "") for key in ROW_COLUMNS} for row in rows], guards)

    def roles(self) -> dict[str, RoleSpec]:
        return {name: self.role(name, table) for name, table in self.toml.each("roles").items()}

    def role(self, name: str, table: Table) -> RoleSpec:
        prefill = table.table("prefill", needed=False)
        return RoleSpec(
            name,
            table.one_of("level", LEVELS),
            table.said(),
            table.table("queue").said() if "queue" in table.data else Said(""),
            table.flag("reviews"),
            table.flag("reveals"),
            {path: prefill.text(path) for path in prefill.data},
            table.flag("specific"),
        )

    def states(self) -> dict[str, StateSpec]:
        return {
            name: StateSpec(name, table.one_of("posisi", POSISI), table.said())
            for name, table in self.toml.each("states").items()
        }

    def commands(self) -> dict[str, CommandSpec]:
        return {name: self.command(name, table) for name, table in self.toml.each("commands").items()}

    def command(self, name: str, table: Table) -> CommandSpec:
        reasons = table.table("reasons", needed=False)
        return CommandSpec(
            name,
            table.one_of("kind", KINDS),
            table.said(),
            table.table("past").said(),
            table.table("short").said() if "short" in table.data else Said(""),
            {lang: reasons.texts(lang) for lang in reasons.data},
            table.texts("fields"),
        )

    def selection(self, key: str, commands: Mapping[str, CommandSpec]) -> tuple[str, ...]:
        """Return the commands of one line of [selection]; each has to be one of the table's."""
        table = self.toml.table("selection", needed=False)
        table.only("commands", "twins", "receipt")
        for name in table.texts(key):
            if name not in commands:
                raise table.wrong(key, name)
        return table.texts(key)

    def receipt(self, papers: Iterable[PaperSpec]) -> str:
        table = self.toml.table("selection", needed=False)
        name = table.text("receipt", "")
        if name and name not in {paper.id for paper in papers}:
            raise table.wrong("receipt", name)
        return name

    def twins(self) -> Iterable[TwinKey]:
        for table in self.toml.tables("duplicates"):
            table.only("paths", "id", "en")
            yield TwinKey(table.texts("paths"), table.said())

    def papers(self) -> Iterable[PaperSpec]:
        for table in self.toml.tables("papers"):
            table.only("id", "label", "file", "subject", "states", "signed")
            yield PaperSpec(
                id=table.text("id"),
                label=table.text("label"),
                file=table.text("file"),
                subject=table.text("subject"),
                states=table.texts("states"),
                signed=table.flag("signed"),
            )

    def privacy(self) -> dict[str, str]:
        """Return the papers of [privacy]: what each is for -> its text."""
        table = self.toml.table("privacy", needed=False)
        table.only(*PRIVACY_PAPERS)
        return {name: self.read(table.text(name)) for name in PRIVACY_PAPERS if name in table.data}

    def closed(self, states: Mapping[str, StateSpec]) -> tuple[str, ...]:
        """Return the states of [retention] in which a record's case is closed."""
        table = self.toml.table("retention", needed=False)
        table.only("laptop_days", "years", "closed")
        for name in table.texts("closed"):
            if name not in states:
                raise table.wrong("closed", name)
        return table.texts("closed")

    def listed_papers(self) -> tuple[PaperSpec, ...]:
        """Return all papers, each with a file that is there."""
        papers = tuple(self.papers())
        for paper in papers:
            self.read(paper.file)
        return papers

    # -- what must fit together --------------------------------------------------------------------------------------

    def fits(
        self,
        workflow: Workflow,
        roles: Mapping[str, RoleSpec],
        states: Mapping[str, StateSpec],
        commands: Mapping[str, CommandSpec],
        posisi: Mapping[str, Said],
    ) -> None:
        """Every word of the table has its words for people, and every word for people stands in the table."""
        used = {state for subject in workflow.subjects for state in workflow.states(subject)} - {"-"}
        self.same("states", states, used)
        self.same("commands", commands, set(workflow.commands))
        self.same("roles", roles, set(workflow.roles))
        for name in (*(spec.posisi for spec in states.values()), *self.toml.each("stations")):
            if name not in posisi or name not in POSISI:
                raise self.toml.wrong("posisi", name)
        if self.toml.table("batch", needed=False).data.get("level", "kecamatan") not in LEVELS:
            raise self.toml.table("batch").wrong("level", self.toml.table("batch").data["level"])

    def same(self, table: str, written: Mapping[str, Any], used: set[str]) -> None:
        for name in sorted(used - set(written)):
            raise self.toml.table(table).wrong(name, "missing")
        for name in sorted(set(written) - used):
            raise self.toml.table(table).wrong(name, "unused")

    def known(self, written: Mapping[str, Any], states: Mapping[str, Any], table: str) -> None:
        for name in written:
            if name not in states:
                raise self.toml.table(table).wrong(name, "unknown state")

    def lists_there(self, forms: Mapping[str, Form], lookups: Mapping[str, CsvCodebook]) -> None:
        """Every list a form chooses from is installed, with the columns the form names."""
        for form in forms.values():
            definition = form.definition()
            for name in sorted(definition.external):
                if name not in lookups:
                    raise self.toml.table("lists", needed=False).wrong(name, f"needed by {form.form_id}")
            for names, itemset in definition.itemsets.items():
                if itemset.lookup is None:
                    continue
                have = lookups[itemset.lookup].columns
                for column in (itemset.value_ref, itemset.label_ref):
                    if column not in have:
                        raise SidumbaError(
                            "form.unknown_lookup", name=itemset.lookup, field=column, path="/".join(names)
                        )

    def paths_there(self, program: Program) -> None:
        """Every path program.toml names is a question of the main form."""
        questions = program.form(program.main).questions
        named = [
            ("list", path)
            for path in (
                program.title_path,
                program.subtitle_path,
                program.number_path,
                *program.search_paths,
            )
        ]
        shown = answers((*program.list_columns, *program.list_filters))
        named += [("list", question_of(path)) for path in shown]
        named += [("roles", path) for spec in program.roles.values() for path in spec.prefill]
        named += [("duplicates", path) for key in program.twins for path in key.paths]
        named += [("commands", path) for spec in program.commands.values() for path in spec.fields]
        named += [("last_year", path) for path in program.last_year]
        for table, path in [*named, *(("prefill", path) for path in program.prefill)]:
            if path and path not in questions:
                raise self.toml.table(table).wrong(path, "no such question")

    def trusted(self, program: Program) -> None:
        """Who takes steps on records sees all of them: nobody types, clears or vouches for what is kept from him."""
        for role in program.untrusted_workers if program.specific else ():
            raise self.toml.table("roles").wrong(f"{role}.specific", "false")
        for path in sorted(program.finding & program.specific):
            raise self.toml.table("list").wrong(path, "specific personal data")

    # -- files -------------------------------------------------------------------------------------------------------

    def path(self, name: str) -> Path:
        """Return a file of this folder or of the shared codebooks beside it, and remember it for the seal."""
        path = (self.folder / name).resolve()
        if not path.is_relative_to(self.folder.resolve().parent):
            raise SidumbaError("program.bad_value", where=FILE, field="file", value=name)
        self.files.append(path)
        return path

    def bytes(self, name: str) -> bytes:
        try:
            return self.path(name).read_bytes()
        except OSError as error:
            raise SidumbaError("program.unreadable", file=name, reason=str(error)) from error

    def read(self, name: str) -> str:
        try:
            return self.bytes(name).decode("utf-8")
        except UnicodeDecodeError as error:
            raise SidumbaError("program.unreadable", file=name, reason=str(error)) from error

    def sealed(self) -> str:
        """Return SHA-256 over names and bytes of all files, line ends of texts made equal (git on Windows)."""
        whole = hashlib.sha256()
        home = self.folder.resolve().parent
        for path in sorted(set(self.files)):
            data = path.read_bytes()
            if path.suffix in (".toml", ".md", ".csv"):
                data = data.replace(b"\r\n", b"\n")
            digest = hashlib.sha256(data).hexdigest()
            resolved = path.resolve()
            name = resolved.relative_to(home).as_posix() if resolved.is_relative_to(home) else path.name
            whole.update(f"{name}\0{digest}\n".encode())
        return whole.hexdigest()
