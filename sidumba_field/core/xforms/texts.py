"""Words of a form: labels and messages with values in them, in one language, and the engine's own few sentences.

A text is a row of plain pieces and expressions (``<output value="/data/x"/>``). ``sf:`` message columns are plain
attributes, so there a path between two blanks (what pyxform makes of ${x}) counts as an output.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sidumba_field.core.xforms.expression import Expression
from sidumba_field.core.xforms.refs import Names, Ref, Scope

_TEXT_ID = re.compile(r"jr:itext\(\s*['\"](.+?)['\"]\s*\)\Z")
_LANGUAGE_CODE = re.compile(r"\(([\w-]+)\)\s*\Z")

#: The engine's sentences for what it can see without the form's author (design/UI.md section 7: wrong + what to do).
SENTENCES: dict[str, dict[str, str]] = {
    "id": {
        "required": "Belum diisi. Isi dulu sebelum dikirim.",
        "int": "Bukan bilangan bulat. Tulis angka saja, tanpa koma.",
        "decimal": "Bukan angka. Tulis angka, koma untuk pecahan.",
        "date": "Bukan tanggal yang ada. Periksa hari, bulan, dan tahunnya.",
        "time": "Bukan jam yang ada. Tulis seperti 09.30.",
        "geopoint": "Koordinat tidak terbaca. Ambil ulang lokasinya.",
        "choice": "Tidak ada di daftar pilihan. Pilih ulang.",
        "constraint": "Isian ini tidak sesuai aturan formulir. Periksa lagi.",
        "warning": "Isian ini tidak biasa. Periksa, atau tulis alasannya dengan F2.",
        "max_rows": "Lebih dari {limit} baris. Hapus baris yang berlebih.",
        "min_rows": "Kurang dari {limit} baris. Tambah baris.",
    },
    "en": {
        "required": "Not answered yet. Answer it before sending.",
        "int": "Not a whole number. Write digits only.",
        "decimal": "Not a number. Write digits, with a comma for decimals.",
        "date": "No such date. Check day, month and year.",
        "time": "No such time. Write it like 09.30.",
        "geopoint": "These coordinates cannot be read. Take the location again.",
        "choice": "Not in the list of choices. Choose again.",
        "constraint": "This answer breaks a rule of the form. Check it.",
        "warning": "This answer is unusual. Check it, or write the reason with F2.",
        "max_rows": "More than {limit} rows. Remove the extra ones.",
        "min_rows": "Fewer than {limit} rows. Add some.",
    },
}


def language_code(language: str) -> str:
    """Return "id" of "Indonesia (id)"; a name without a code is taken as Indonesian."""
    match = _LANGUAGE_CODE.search(language)
    return match[1] if match else "id"


def sentence(code: str, language: str, **params: object) -> str:
    """Return one of the engine's own sentences in ``language`` (a code); Indonesian when we do not speak it."""
    return SENTENCES.get(language, SENTENCES["id"])[code].format(**params)


Show = Callable[[Names | None, Any], str]


@dataclass(frozen=True, slots=True)
class Text:
    """Plain pieces and expressions; an expression that is one bare path remembers it, so its value is shown well."""

    parts: tuple[str | tuple[Expression, Names | None], ...]

    @property
    def plain(self) -> str:
        """The text without its values: what lists and papers use as a label."""
        return " ".join("".join(part if isinstance(part, str) else " … " for part in self.parts).split())

    @property
    def refs(self) -> frozenset[Ref]:
        found: frozenset[Ref] = frozenset()
        for part in self.parts:
            if not isinstance(part, str):
                found |= part[0].refs
        return found

    def render(self, node: Any, show: Show) -> str:
        """Return the text with its values as they stand at ``node``; ``show`` spells a value."""
        if len(self.parts) == 1 and isinstance(self.parts[0], str):
            return self.parts[0]
        words = [p if isinstance(p, str) else show(p[1], p[0].value(node)) for p in self.parts]
        return re.sub(r"(?<=\() | (?=[,.;:)?!])", "", " ".join("".join(words).split()))


EMPTY = Text(("",))


def from_element(value: Any, scope: Scope) -> Text:
    """Return the text of a ``<value>`` or ``<label>`` element with ``<output value="..."/>`` inside."""
    parts: list[str | tuple[Expression, Names | None]] = [_squeeze(value.text or "")]
    for child in value:
        if isinstance(child.tag, str) and child.tag.endswith("}output"):
            parts.append(_output(child.get("value") or child.get("ref") or "''", scope))
        parts.append(_squeeze(child.tail or ""))
    kept = tuple(part for part in parts if part != "")
    if len(kept) == 1 and isinstance(kept[0], str):
        kept = (kept[0].strip(),)
    return Text(kept) if kept else EMPTY


def from_attribute(raw: str, scope: Scope) -> Text:
    """Return the text of an attribute in which paths of this form between blanks are outputs."""
    path = re.compile(rf"(?:(?<=\s)|^)(?:/{re.escape(scope.root)}|\.\.)(?:/[\w.\-]+)+(?=\s|$)")
    parts: list[str | tuple[Expression, Names | None]] = []
    at = 0
    for match in path.finditer(raw):
        parts.append(_squeeze(raw[at : match.start()]))
        parts.append(_output(match[0], scope))
        at = match.end()
    parts.append(_squeeze(raw[at:]))
    kept = tuple(part for part in parts if part != "")
    return Text(kept) if kept else EMPTY


def text_id(raw: str) -> str | None:
    """Return the id inside ``jr:itext('...')``, None for any other text."""
    match = _TEXT_ID.match(raw.strip())
    return match[1] if match else None


def _output(raw: str, scope: Scope) -> tuple[Expression, Names | None]:
    expression = Expression(raw, scope)
    whole = [ref.target for ref in expression.refs if not ref.subtree]
    bare = len(whole) == 1 and re.fullmatch(r"[\s/.\w\-]+", raw) is not None
    return expression, whole[0] if bare else None


def _squeeze(text: str) -> str:
    return re.sub(r"\s+", " ", text)
