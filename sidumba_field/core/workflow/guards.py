"""The guard words of workflows.csv (workflows.md "guard"): what each demands, judged from a ``Situation``.

Words of one program alone (``kbli_coded``) are XPath conditions in its program.toml and arrive here already answered
in ``Situation.facts``; so do facts about other subjects (``all_in_batch``, ``list=sementara``).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sidumba_field.core.records import Record, Remark
from sidumba_field.core.time import parse_iso


@dataclass(frozen=True, slots=True)
class Situation:
    """Everything a guard may look at.

    ``errors``: paths of fields whose answers break a rule; ``unexplained``: soft warnings without a reason;
    ``missing_files``: names of referenced files not yet whole on the server; ``seen_rev``/``seen_sha``: what the
    decision names; ``decided_at``: instant of the sign-off a withdrawal speaks of; ``facts``: answered words.
    """

    record: Record | None
    user: str
    now: datetime
    errors: tuple[str, ...] = ()
    unexplained: tuple[str, ...] = ()
    missing_files: tuple[str, ...] = ()
    seen_rev: int = 0
    seen_sha: str = ""
    decided_at: str = ""
    facts: Mapping[str, bool] = field(default_factory=dict)


def _own(s: Situation) -> bool:
    return s.record is None or s.record.owner == s.user


def _not_author(s: Situation) -> bool:
    return s.record is not None and s.user not in s.record.authors


def _exact(s: Situation) -> bool:
    return s.record is not None and s.seen_rev == s.record.rev and s.seen_sha == s.record.content_sha256


def _within_24h(s: Situation) -> bool:
    return bool(s.decided_at) and s.now - parse_iso(s.decided_at) <= timedelta(hours=24)


def remark_is_answered(remark: Remark, record: Record) -> bool:
    """A remark is answered by a change of its field (or a field inside it) since, or by a written reply."""
    if record.fields.get(f"@answer/{remark.id}"):
        return True
    if not remark.path:
        return any(rev > remark.rev for path, rev in record.field_revs.items() if not path.startswith("@"))
    inside = (remark.path + "/", remark.path + "[")
    return any(
        rev > remark.rev
        and (path == remark.path or path.startswith(inside) or path == f"@reason/{remark.path}")
        for path, rev in record.field_revs.items()
    )


def _remarks_answered(s: Situation) -> bool:
    record = s.record
    return record is None or all(remark_is_answered(remark, record) for remark in record.remarks)


COMMON_GUARDS: Mapping[str, Callable[[Situation], bool]] = {
    "own": _own,
    "no_violations": lambda s: not s.errors,
    "warnings_explained": lambda s: not s.unexplained,
    "remarks_answered": _remarks_answered,
    "not_author": _not_author,
    "exact_content": _exact,
    "exact_digest": _exact,
    "attachments_complete": lambda s: not s.missing_files,
    "within_24h": _within_24h,
}


def holds(word: str, situation: Situation) -> bool:
    """Answer one guard word; a word nobody answers does not hold, so that a forgotten fact refuses, never allows."""
    common = COMMON_GUARDS.get(word)
    if common is not None:
        return common(situation)
    return bool(situation.facts.get(word, False))
