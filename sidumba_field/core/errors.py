"""The one registry of error codes and the one exception that carries them.

A code is a stable word (``auth.wrong_passphrase``); its sentence and next step live in ``words`` and its HTTP number
in ``wire.problems``. Retired codes stay listed in ``RETIRED`` and are never given to something else.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Blame(StrEnum):
    """Whose turn it is: the user mends it, the world is at fault, or it is a bug of ours (goes to the log)."""

    USER = "user"
    WORLD = "world"
    BUG = "bug"


@dataclass(frozen=True, slots=True)
class CodeSpec:
    """What is known of a code without its sentence: may the same call be repeated, and who is to blame."""

    code: str
    retryable: bool
    blame: Blame


CODES: dict[str, CodeSpec] = {}
RETIRED: frozenset[str] = frozenset()


def _add(blame: Blame, *codes: str, retryable: bool = False) -> None:
    for code in codes:
        if code in CODES or code in RETIRED:
            raise ValueError(f"error code registered twice: {code}")
        CODES[code] = CodeSpec(code, retryable, blame)


# Forms and programs: the office wrote something we cannot read.
_add(
    Blame.USER,
    "form.unreadable",
    "form.bad_expression",
    "form.cycle",
    "form.unknown_path",
    "form.unknown_lookup",
    "form.unsupported",
    "form.version_taken",
    "form.bad_version",
    "form.not_sound",
    "program.unreadable",
    "program.bad_value",
    "program.unknown",
    "report.unreadable",
    "report.unknown",
    "report.stopped",
    "report.unwritable",
)
# Identity numbers (domain.md 1.4).
_add(
    Blame.USER,
    "identity.length",
    "identity.digits",
    "identity.date",
    "identity.serial",
    "identity.shape",
    "identity.sex",
    "region.shape",
)
# Workflow: a step that the SOP does not allow (spec/workflows.csv).
_add(
    Blame.USER,
    "workflow.not_allowed",
    "workflow.wrong_role",
    "workflow.wrong_state",
    "workflow.guard",
    "workflow.remark_required",
    "workflow.outside_area",
    "workflow.unknown_command",
    "workflow.locked",
)
# The laptop's store, keys and files.
_add(
    Blame.USER,
    "auth.wrong_passphrase",
    "auth.weak_passphrase",
    "auth.wrong_recovery_code",
    "auth.wrong_pin",
    "auth.pin_spent",
    "auth.weak_pin",
    "auth.unknown_user",
    "auth.locked_out",
    "auth.lease_expired",
    "auth.forms_missing",
    "auth.session_expired",
    "auth.not_permitted",
    "auth.enrolment_code",
    "auth.device_suspended",
    "auth.device_revoked",
    "auth.device_wipe",
    "auth.device_unknown",
    "store.too_new",
    "store.no_laptop",
    "store.unknown_record",
    "attachment.too_big",
    "attachment.not_an_image",
    "attachment.not_a_document",
    "attachment.missing",
    "review.remark_missing",
)
_add(
    Blame.WORLD,
    "form.damaged",
    "form.unwritable",
    "store.damaged",
    "store.disk_full",
    "store.read_only",
    "store.migration_failed",
    "store.old_engine",
    "attachment.damaged",
    "seal.damaged",
    "seal.bad_signature",
    "seal.wrong_key",
    "backup.damaged",
    "backup.foreign",
)
# Backups of the server: what its operator mends.
_add(
    Blame.USER,
    "backup.exists",
    "backup.missing",
    "backup.no_key",
    "backup.not_empty",
    "backup.unknown_format",
    "backup.wrong_key",
)
# Persons' rights and retention: what the operator has to do first.
_add(
    Blame.USER,
    "privacy.no_paper",
    "privacy.request_closed",
    "privacy.request_unknown",
    "retention.decided",
    "retention.done",
    "retention.no_period",
    "retention.undecided",
    "retention.unknown",
)
# Bundles on sticks: a lost or damaged one costs nothing, and says so.
_add(
    Blame.WORLD,
    "bundle.bad_signature",
    "bundle.damaged",
    "bundle.foreign_server",
    "bundle.gap",
    "bundle.not_read_back",
    "bundle.older_server",
    "bundle.other_laptop",
    "bundle.parts_missing",
    "bundle.stick_gone",
    "bundle.truncated",
    "bundle.unknown_format",
    "bundle.unknown_laptop",
    "bundle.wrong_kind",
)
_add(
    Blame.USER,
    "bundle.nothing_found",
    "bundle.stick_full",
    "bundle.stick_read_only",
    "bundle.too_big",
)
# Safe copies of a laptop, and what is saved from one that does not open.
_add(Blame.USER, "copy.not_empty", "copy.unknown_format", "rescue.nobody", "rescue.nothing")
_add(Blame.WORLD, "copy.damaged", "copy.gone", "copy.not_read_back")
_add(Blame.WORLD, "store.busy", retryable=True)
# The wire: faults of transport change nothing locally and may be repeated at any point (spec/sync.md 3).
_add(
    Blame.WORLD,
    "wire.unreachable",
    "wire.timeout",
    "wire.cut_short",
    "wire.not_our_server",
    "wire.bad_digest",
    "wire.server_fault",
    "wire.overloaded",
    "wire.too_many",
    "wire.offset",
    "wire.chunk_hash",
    "attachment.later",
    retryable=True,
)
_add(
    Blame.WORLD,
    "wire.insecure",
    "wire.protocol_unknown",
    "wire.body_too_big",
    "wire.rewound",
    "wire.malformed",
    "wire.replayed",
    "wire.not_found",
    "wire.chain_broken",
    "wire.history_changed",
)
# Answers to single ops (status "rejected" or "conflict" carries one of these).
_add(
    Blame.USER,
    "op.id_reused",
    "op.malformed",
    "op.outside_area",
    "op.wrong_role",
    "op.not_allowed",
    "op.bad_signature",
    "op.unknown_record",
    "op.unknown_form",
    "op.unknown_program",
    "op.stale_review",
    "op.stale_state",
    "op.guard",
    "op.remark_required",
    "op.wrong_user",
    "op.wrong_device",
    "op.batch_mismatch",
    "op.proposal_mismatch",
    "op.foreign_place",
    "op.assignee_missing",
    "op.corrected",
    "op.mass_delete",
)
_add(Blame.BUG, "bug.unexpected")


class SidumbaError(Exception):
    """The one exception that crosses rooms: a registered code and the values its sentence needs.

    Raises ``KeyError`` at once for a code nobody registered, so that a missing sentence is found by the first test.
    """

    def __init__(self, code: str, **params: Any) -> None:
        self.spec = CODES[code]
        self.params: Mapping[str, Any] = params
        super().__init__(code, dict(params))

    @property
    def code(self) -> str:
        return self.spec.code

    @property
    def retryable(self) -> bool:
        return self.spec.retryable

    @property
    def blame(self) -> Blame:
        return self.spec.blame

    def __str__(self) -> str:
        listed = ", ".join(f"{key}={value!r}" for key, value in sorted(self.params.items()))
        return f"{self.code}({listed})"
