"""What is wrong with an answer, as a value: where, of which kind, how serious, in which words."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """An error stops sending; a warning wants a reason (spec/domain.md: what no regulation fixes is a warning)."""

    ERROR = "error"
    WARNING = "warning"


@dataclass(frozen=True, slots=True)
class Violation:
    """One thing wrong. ``kind``: required constraint type warning. ``code`` is a key of texts.SENTENCES for the
    engine's own judgements, "" where the form's author wrote the message."""

    path: str
    kind: str
    severity: Severity
    message: str
    code: str = ""
