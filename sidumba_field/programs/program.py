"""A program as everybody uses it: the SOP's workflow, forms, lists, words and papers, sealed under one content hash."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, timedelta, timezone, tzinfo
from pathlib import Path

from sidumba_field.core.errors import SidumbaError
from sidumba_field.core.merge import row_of
from sidumba_field.core.time import Clock
from sidumba_field.core.withheld import SPECIFIC
from sidumba_field.core.workflow import WorkCalendar, Workflow
from sidumba_field.core.xforms import FormDefinition, Interview, template_path
from sidumba_field.core.xforms.expression import Expression
from sidumba_field.core.xforms.refs import Scope
from sidumba_field.core.xforms.texts import language_code
from sidumba_field.programs.codebook import CsvCodebook
from sidumba_field.programs.dashboard import DashboardSpec
from sidumba_field.programs.listed import ListColumn, ListFilter, answers, question_of
from sidumba_field.words.formats import Zone

_PLACES = re.compile(r"\{([^}]+)\}")
#: Where a record can stand for the people (design/UI.md section 1); every state names one of these.
POSISI = ("draf", "desa", "kecamatan", "kabupaten", "kadis", "disahkan", "dikembalikan", "tidak_berlaku")
#: Administrative levels and how many segments their codes have.
LEVELS = {"provinsi": 1, "kabupaten": 2, "kecamatan": 3, "desa": 4}
#: Papers about persons' own rights (UU 27/2022): a copy of one's data, the notice of a failure to protect it, the
#: minutes of its destruction.
PRIVACY_PAPERS = ("copy", "notice", "destruction")
#: What a command does to a record's way, for colours and order of buttons.
KINDS = ("forward", "return", "plain", "remove")


@dataclass(frozen=True, slots=True)
class Said:
    """Words in both languages."""

    id: str
    en: str = ""

    def in_(self, lang: str) -> str:
        return self.en if lang == "en" and self.en else self.id


@dataclass(frozen=True, slots=True)
class StateSpec:
    """A state: its posisi (one of POSISI) and its words."""

    name: str
    posisi: str
    words: Said

    def label(self, lang: str = "id") -> str:
        return self.words.in_(lang)


@dataclass(frozen=True, slots=True)
class CommandSpec:
    """A step: button text, words in a history ("diverifikasi kecamatan"), kind (one of KINDS).

    ``short``: its word beside a digit key; ``reasons``: language -> ready words where it wants a remark; ``fields``:
    paths of answers who takes the step may give with it.
    """

    name: str
    kind: str
    words: Said
    done: Said
    short: Said = Said("")
    reasons: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    fields: tuple[str, ...] = ()

    def label(self, lang: str = "id") -> str:
        return self.words.in_(lang)

    def past(self, lang: str = "id") -> str:
        return self.done.in_(lang)

    def key_label(self, lang: str = "id") -> str:
        """Return the word beside its digit key, the whole label when it has none."""
        return self.short.in_(lang) or self.label(lang)

    def templates(self, lang: str = "id") -> tuple[str, ...]:
        return self.reasons.get(lang) or self.reasons.get("id", ())


@dataclass(frozen=True, slots=True)
class RoleSpec:
    """A role: level of its unit, whether it judges others' records, whether it sees personal data unmasked, and whether
    it sees specific personal data at all (UU 27/2022 article 4)."""

    name: str
    level: str
    words: Said
    queue: Said
    reviews: bool = False
    reveals: bool = False
    #: Answers a record begins with when this role begins it (an admin desa types from paper).
    prefill: Mapping[str, str] = field(default_factory=dict)
    specific: bool = False


@dataclass(frozen=True, slots=True)
class Guard:
    """A guard word of this program alone: an XPath on the filled form, and why it does not hold."""

    name: str
    xpath: str
    words: Said


@dataclass(frozen=True, slots=True)
class TwinKey:
    """Answers that make two records perhaps the same business when all of them agree, and the words for it."""

    paths: tuple[str, ...]
    words: Said


@dataclass(frozen=True, slots=True)
class PaperSpec:
    """A paper that can be printed of a subject in these states (none named: in all). ``signed``: a scan of the paper
    with signature and stamp belongs to the subject once it is decided."""

    id: str
    label: str
    file: str
    subject: str
    states: tuple[str, ...] = ()
    signed: bool = False


@dataclass(frozen=True, slots=True)
class LetterLine:
    """One line of the letterhead; size in points."""

    text: str
    size: float


@dataclass(frozen=True, slots=True)
class Letterhead:
    """Kop surat (spec/domain.md 6.2). ``emblem``: picture bytes."""

    lines: tuple[LetterLine, ...]
    address: str = ""
    emblem: bytes | None = None


@dataclass(frozen=True, slots=True)
class Official:
    """Who signs. ``prefix``: "Plt.", "Plh.", "a.n." or ""."""

    position: str
    name: str
    nip: str = ""
    rank: str = ""
    prefix: str = ""

    @property
    def full_position(self) -> str:
        return f"{self.prefix} {self.position}".strip()


@dataclass(frozen=True, slots=True)
class Office:
    """The office whose SOP this is; ``place`` stands before dates on papers."""

    name: str
    place: str
    zone: Zone
    kop: Letterhead
    signatories: Mapping[str, Official]

    @property
    def tz(self) -> timezone:
        return timezone(timedelta(minutes=self.zone.minutes), self.zone.name)


@dataclass(frozen=True, slots=True)
class Form:
    """One version of a form; ``definitions`` by language code, each read when it is first asked for. ``zone``: what
    "today" means in it; ``source``: the file an office edits, None when this machine has only the XML."""

    form_id: str
    version: str
    title: str
    xml: str = field(repr=False)
    definitions: dict[str, FormDefinition] = field(default_factory=dict, repr=False)
    zone: tzinfo = UTC
    source: Path | None = None
    known: dict[str, frozenset[str]] = field(default_factory=dict, repr=False, compare=False)

    def definition(self, lang: str = "id") -> FormDefinition:
        """Return the form in a language, Indonesian when it does not speak that one."""
        found = self.definitions.get(lang)
        if found is None:
            first = self.definitions.get("id") or self._first()
            spoken = any(language_code(name) == lang for name in first.languages)
            found = self.definitions[lang] = first.in_language(lang) if spoken else first
        return found

    @property
    def specific(self) -> frozenset[str]:
        """Return the template paths of questions of the class "spesifik"."""
        if "specific" not in self.known:
            questions = self.definition().questions
            self.known["specific"] = frozenset(
                path for path, question in questions.items() if question.sf.get("class") == SPECIFIC
            )
        return self.known["specific"]

    def _first(self) -> FormDefinition:
        """Read the form; an older version costs nothing until a record of it is opened."""
        first = FormDefinition.from_xml(self.xml, zone=self.zone)
        self.definitions[first.language_code] = first
        return self.definitions.setdefault("id", first)


@dataclass(frozen=True, slots=True)
class Program:
    """One SOP, opened. ``content_sha256`` covers every file it was read from, lists included: the same hash on laptop
    and server means the same judgement."""

    id: str
    title: str
    sop_number: str
    office: Office
    forms: Mapping[str, Form]
    main: str
    lookups: Mapping[str, CsvCodebook]
    place_list: str
    workflow: Workflow
    roles: Mapping[str, RoleSpec]
    states: Mapping[str, StateSpec]
    commands: Mapping[str, CommandSpec]
    guards: Mapping[str, Guard]
    posisi: Mapping[str, Said]
    station_names: Mapping[str, Said]
    messages: Mapping[str, Said]
    remarks: Mapping[str, tuple[str, ...]]
    papers: tuple[PaperSpec, ...]
    paper_texts: Mapping[str, str]
    title_path: str
    subtitle_path: str
    number_path: str
    search_paths: tuple[str, ...]
    visit: str
    prefill: Mapping[str, str]
    targets: Mapping[str, int]
    batch_level: str
    first_period: str
    laptop_days: int
    calendar: WorkCalendar
    place_path: str
    content_sha256: str
    #: Where it was read from.
    folder: Path = Path()
    #: The program as it came, when form versions were installed beside it.
    bare: Program | None = field(default=None, repr=False, compare=False)
    #: Form id -> version -> form: every kept version but the newest, the oldest first.
    earlier: Mapping[str, Mapping[str, Form]] = field(default_factory=dict)
    #: (form id, version) of kept forms whose file is damaged: their records cannot be opened until it is sent again.
    damaged: frozenset[tuple[str, str]] = frozenset()
    #: Paths that tell whether two records of different periods speak of the same subject; () = none is offered.
    last_year: tuple[str, ...] = ()
    #: Paths of groups and questions whose answers are never taken over from an earlier period.
    asked_anew: tuple[str, ...] = ()
    _guards: dict[tuple[str, str], Expression] = field(default_factory=dict, repr=False, compare=False)
    #: Commands of the digit keys on the selection screen, in order.
    selection: tuple[str, ...] = ()
    #: Steps that end a record because another one is the same business.
    twin_steps: tuple[str, ...] = ()
    #: Paper that lists what was handed over, "" for none.
    receipt: str = ""
    twins: tuple[TwinKey, ...] = ()
    #: Unit code -> WhatsApp number of the officer there; "" or absent: the sender picks the person himself.
    contacts: Mapping[str, str] = field(default_factory=dict)
    dashboard: DashboardSpec = field(default_factory=DashboardSpec)
    list_columns: tuple[ListColumn, ...] = ()
    list_filters: tuple[ListFilter, ...] = ()
    #: Papers about persons' own rights, by what they are for (``PRIVACY_PAPERS``) -> text of the file.
    privacy_papers: Mapping[str, str] = field(default_factory=dict)
    #: Years a closed record is kept on the server, 0 = nobody has said; and the states that close one.
    keep_years: int = 0
    closed_states: tuple[str, ...] = ()

    # -- forms -----------------------------------------------------------------------------------------------------

    @property
    def main_form(self) -> tuple[str, str]:
        """Return (form id, version) of the form a new record begins with."""
        return self.main, self.forms[self.main].version

    @property
    def versions(self) -> Mapping[str, tuple[str, ...]]:
        """Return form id -> versions that can be judged here, the newest last."""
        return {
            form_id: (*self.earlier.get(form_id, {}), form.version) for form_id, form in self.forms.items()
        }

    def form(self, form_id: str, version: str = "", lang: str = "id") -> FormDefinition:
        """Return a definition, the newest without ``version``.

        Raises SidumbaError op.unknown_form for a form or version not installed here, form.damaged when its file is.
        """
        return self.edition(form_id, version).definition(lang)

    def edition(self, form_id: str, version: str = "") -> Form:
        """Return one version of a form, the newest without ``version``. Raises as ``form``."""
        found = self.forms.get(form_id)
        if found is not None and version and version != found.version:
            found = self.earlier.get(form_id, {}).get(version)
        if found is None:
            code = "form.damaged" if (form_id, version) in self.damaged else "op.unknown_form"
            raise SidumbaError(code, form=form_id, version=version)
        return found

    def interview(
        self, form_id: str, version: str, fields: Mapping[str, str | None], clock: Clock, lang: str = "id"
    ) -> Interview:
        """Return a saved record opened for judging or typing; a record without answers is not made a new one."""
        return Interview(self.form(form_id, version, lang), fields, self.lookups, clock, new=False)

    def group_of(self, form_id: str, path: str) -> str | None:
        """Return the merge group (sf:merge) a field belongs to: its fields are merged or clash together. In a repeat
        every row has its own. What the form works out follows from the rest and decides nothing."""
        found = self.forms.get(form_id)
        question = None if found is None else found.definition().questions.get(template_path(path))
        if question is None or question.has_calculate or not question.sf.get("merge"):
            return None
        return f"{row_of(path) or ''}:{question.sf['merge']}"

    def facts(self, interview: Interview) -> dict[str, bool]:
        """Answer every guard word of this program on one filled form."""
        form = interview.definition
        with interview.running():
            return {name: self._guard(form, name).true(interview.instance.root) for name in self.guards}

    def _guard(self, form: FormDefinition, name: str) -> Expression:
        key = (f"{form.form_id} {form.version}", name)
        found = self._guards.get(key)
        if found is None:
            found = self._guards[key] = Expression(self.guards[name].xpath, Scope(form.root))
        return found

    # -- words -----------------------------------------------------------------------------------------------------

    def state(self, name: str) -> StateSpec:
        """Return a state's words; what does not exist yet ("-") is shown as a draft. Raises program.bad_value."""
        found = self.states.get(name)
        if found is None and name in ("", "-"):
            return StateSpec(name, POSISI[0], self.posisi[POSISI[0]])
        if found is None:
            raise SidumbaError("program.bad_value", where="states", field=name, value="")
        return found

    def posisi_label(self, state: str, lang: str = "id") -> str:
        """Return the word of a state's posisi ("Di kecamatan"): whose desk the record is on."""
        return self.posisi[self.state(state).posisi].in_(lang)

    def command(self, name: str) -> CommandSpec:
        """Return a command's words. Raises SidumbaError workflow.unknown_command."""
        found = self.commands.get(name)
        if found is None:
            raise SidumbaError("workflow.unknown_command", command=name)
        return found

    def role_label(self, role: str, lang: str = "id") -> str:
        found = self.roles.get(role)
        return role if found is None else found.words.in_(lang)

    def reviews(self, role: str) -> bool:
        return role in self.roles and self.roles[role].reviews

    def signs(self, role: str) -> bool:
        """Tell whether a role vouches for whole batches by their digest."""
        return any(row.role == role and "exact_digest" in row.guards for row in self.workflow.transitions)

    def oversees(self, role: str) -> bool:
        """Tell whether a role answers for more than one of the lowest units."""
        return role in self.roles and LEVELS[self.roles[role].level] < max(LEVELS.values())

    def reveals(self, role: str) -> bool:
        """Tell whether a role holds the right to see personal data unmasked."""
        return role in self.roles and self.roles[role].reveals

    @property
    def trusted_roles(self) -> frozenset[str]:
        """Return the roles that hold the right to see specific personal data."""
        return frozenset(name for name, spec in self.roles.items() if spec.specific)

    @property
    def untrusted_workers(self) -> tuple[str, ...]:
        """Return the roles that take steps on records without the right to see specific personal data."""
        working = {row.role for row in self.workflow.transitions if row.subject == "record"}
        return tuple(sorted(working - self.trusted_roles))

    @property
    def finding(self) -> frozenset[str]:
        """Return the questions records are named, searched and filtered by: whoever does so learns the answers."""
        named = (self.title_path, self.subtitle_path, self.number_path, *self.search_paths)
        return frozenset(map(question_of, (*filter(None, named), *answers(self.list_filters))))

    @property
    def specific(self) -> frozenset[str]:
        """Return the template paths of questions whose answers are specific personal data, of every version kept here:
        what a form classed so once stays withheld."""
        forms = [*self.forms.values(), *(form for kept in self.earlier.values() for form in kept.values())]
        return frozenset().union(*(form.specific for form in forms))

    def queue_title(self, role: str, lang: str = "id") -> str:
        return self.roles[role].queue.in_(lang) if role in self.roles else ""

    def guard_sentence(self, guard: str, lang: str = "id") -> str:
        """Return why one of this program's own guards does not hold, "" for the common ones."""
        return self.guards[guard].words.in_(lang) if guard in self.guards else ""

    def stations(self, lang: str = "id") -> list[tuple[str, str]]:
        """Return (posisi, label) of the chain a record passes."""
        return [(name, words.in_(lang)) for name, words in self.station_names.items()]

    def message(self, state: str, lang: str = "id", **params: object) -> str:
        """Return the ready text for the records standing in ``state``, "" when the SOP has none."""
        return self.messages[state].in_(lang).format(**params) if state in self.messages else ""

    def contact(self, unit: str, posisi: str) -> str:
        """Return the number of the officer at ``posisi`` (a level) over ``unit``, "" when none is written."""
        segments = unit.split(".")[: LEVELS.get(posisi, 0)]
        return self.contacts.get(".".join(segments), "")

    def remark_templates(self, lang: str = "id") -> tuple[str, ...]:
        return self.remarks.get(lang) or self.remarks.get("id", ())

    def paper_text(self, paper_id: str) -> str:
        """Return the file of a paper. Raises SidumbaError report.unknown."""
        found = self.paper_texts.get(paper_id)
        if found is None:
            raise SidumbaError("report.unknown", name=paper_id)
        return found

    # -- places and figures ------------------------------------------------------------------------------------------

    def place_name(self, unit: str) -> str | None:
        """Return the official name of a unit code."""
        found = self.lookups.get(self.place_list)
        return None if found is None else found.label(unit)

    def batch_unit(self, unit: str) -> str:
        """Return the unit whose records are moved together with those of ``unit``."""
        return ".".join(unit.split(".")[: LEVELS[self.batch_level]])

    def target(self, span: str) -> int:
        """Return how many records are wanted per "day", "week" or "village"; 0 = the SOP names none."""
        return self.targets.get(span, 0)

    def visit_place(self, fields: Mapping[str, str]) -> str:
        """Return where a record was taken, as the program words it; codes of places become names."""

        def word(match: re.Match[str]) -> str:
            value = fields.get(match[1], "")
            return self.place_name(value) or value

        told = [
            part for part in self.visit.split(",") if any(fields.get(path) for path in _PLACES.findall(part))
        ]
        return ", ".join(_PLACES.sub(word, part).strip() for part in told)
