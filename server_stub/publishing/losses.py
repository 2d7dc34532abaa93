"""What lay on a laptop that is lost: every record it could read since it was enrolled, and what it sent itself.

More rather than less: a right that has ended since counts, and so does everybody who ever signed in there.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from server_stub.auth.sight import Confidence
from server_stub.store.devices import Device
from server_stub.store.scopes import Scope
from server_stub.store.work import Work
from sidumba_field.core.workflow import Grant
from sidumba_field.core.workflow.roles import is_under
from sidumba_field.core.xforms import template_path

_PAGE = 500


@dataclass(frozen=True, slots=True)
class Lying:
    """One record that lay there. ``specific``: answers of that class were among what the laptop was sent; ``fields``:
    as they stand now."""

    rid: str
    program: str
    unit: str
    fields: Mapping[str, str]
    specific: bool


@dataclass(frozen=True, slots=True)
class Loss:
    """``people``: ids of everybody who worked there; ``records`` by unit and id."""

    device: Device
    people: tuple[str, ...]
    records: tuple[Lying, ...]

    def by_unit(self) -> dict[tuple[str, str], tuple[int, int]]:
        """Return (program, unit) -> (records, those with specific answers)."""
        found: dict[tuple[str, str], tuple[int, int]] = {}
        for one in self.records:
            count, specific = found.get((one.program, one.unit), (0, 0))
            found[one.program, one.unit] = (count + 1, specific + one.specific)
        return found


def loss_of(work: Work, programs: Mapping[str, Confidence], device: Device) -> Loss:
    """Return what lay on a laptop when it was last heard of. Records erased since are not among it: nobody can be told
    about them any more."""
    people = tuple(sorted(work.people.on_device(device.id)))
    grants = [grant for user in people for grant in work.people.grants(user) if _held(grant, device)]
    sent = work.ops.records_from(device.id)
    found: dict[str, Lying] = {}
    for scope in work.scopes.all():
        reads = any(_above(grant, scope) for grant in grants)
        program = programs.get(scope.program)
        trusted = program.trusted_roles if program is not None else frozenset()
        specific = program.specific if program is not None else frozenset()
        knows = any(_above(grant, scope) and grant.role in trusted for grant in grants)
        after = ""
        while page := work.records.page(scope.vid, after, _PAGE):
            after = page[-1].rid
            for record in page:
                was_there = record.rid in sent or (reads and record.created_at <= device.seen_at)
                if was_there and record.form and record.fields:
                    has = knows and not specific.isdisjoint(_templates(record.fields))
                    found[record.rid] = Lying(record.rid, scope.program, scope.unit, record.fields, has)
    ordered = sorted(found.values(), key=lambda one: (one.program, one.unit, one.rid))
    return Loss(device, people, tuple(ordered))


def _held(grant: Grant, device: Device) -> bool:
    """Tell whether a right held at any time between enrolment and the last contact."""
    begun = not grant.valid_from or grant.valid_from <= device.seen_at
    return begun and (not grant.valid_to or grant.valid_to > device.enrolled_at)


def _above(grant: Grant, scope: Scope) -> bool:
    return grant.program == scope.program and is_under(scope.unit, grant.unit)


def _templates(fields: Mapping[str, str]) -> set[str]:
    return {template_path(path) for path in fields if not path.startswith("@")}
