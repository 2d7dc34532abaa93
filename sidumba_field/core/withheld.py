"""What is left of a record, an entry or a proposal for somebody without the right to specific personal data.

A form says of each question what kind of personal data its answer is (``sf:class``, UU 27/2022 article 4). Answers of
the class "spesifik" go only to who holds the right; this module takes them out, and everything that repeats them:
reasons, words about a remark, flags. Pure; asked by the server before anything leaves, and by the laptop before it is
shown.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any

from sidumba_field.core.records import Record, Remark
from sidumba_field.core.xforms.parts import template_path

#: The class of a question whose answer is specific personal data.
SPECIFIC = "spesifik"
#: Meta fields about one question, and those of free words about a remark: they may repeat what was answered.
_ABOUT = ("@reason/", "@why/")
_WORDS = ("@answer/",)


def is_specific(path: str, specific: Collection[str]) -> bool:
    """Tell whether a path of a record belongs to what is withheld. ``specific``: template paths of questions."""
    if not specific:
        return False
    if not path.startswith("@"):
        return template_path(path) in specific
    if path.startswith(_WORDS):
        return True
    about = next((path.removeprefix(begin) for begin in _ABOUT if path.startswith(begin)), "")
    return bool(about) and template_path(about) in specific


def open_fields(fields: Mapping[str, Any], specific: Collection[str]) -> dict[str, Any]:
    """Return what may be shown of answers, of a change, or of anything else that is named by paths."""
    return {path: value for path, value in fields.items() if not is_specific(path, specific)}


def open_record(record: Record, specific: Collection[str]) -> Record:
    """Return a record without its specific answers; the very same record when nothing is withheld."""
    if not specific:
        return record
    return replace(
        record,
        fields=open_fields(record.fields, specific),
        field_revs=open_fields(record.field_revs, specific),
        remarks=tuple(_remark(one, specific) for one in record.remarks),
    )


def open_payload(payload: Mapping[str, Any], specific: Collection[str]) -> Mapping[str, Any]:
    """Return what may be shown of an entry's payload; the very same mapping when nothing of it is withheld."""
    if not specific:
        return payload
    left: dict[str, Any] = dict(payload)
    for name in ("set", "was"):
        if isinstance(payload.get(name), Mapping):
            left[name] = open_fields(payload[name], specific)
    if payload.get("flags"):
        left["flags"] = [path for path in payload["flags"] if not is_specific(str(path), specific)]
    if payload.get("remarks"):
        left["remarks"] = [
            {**one, "text": ""} if is_specific(str(one.get("path", "")), specific) else one
            for one in payload["remarks"]
        ]
    return payload if left == payload else left


def _remark(remark: Remark, specific: Collection[str]) -> Remark:
    return replace(remark, text="") if is_specific(remark.path, specific) else remark


def withheld_files(fields: Mapping[str, str], specific: Collection[str]) -> frozenset[str]:
    """Return the names of files only answers that are withheld refer to."""
    hidden = {value for path, value in fields.items() if is_specific(path, specific)}
    return frozenset(hidden - set(open_fields(fields, specific).values()))
