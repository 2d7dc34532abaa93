"""Opens an SOP folder: program.toml and its XLSForms become one sealed Program with a content hash.

``open_program(folder)`` reads one folder, ``shipped()`` all that came with the product.
"""

from __future__ import annotations

from sidumba_field.programs.codebook import CsvCodebook
from sidumba_field.programs.program import (
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
    StateSpec,
    TwinKey,
)
from sidumba_field.programs.reading import open_program, shipped, shipped_folder

__all__ = [
    "CommandSpec",
    "CsvCodebook",
    "Form",
    "Guard",
    "LetterLine",
    "Letterhead",
    "Office",
    "Official",
    "PaperSpec",
    "Program",
    "RoleSpec",
    "StateSpec",
    "TwinKey",
    "open_program",
    "shipped",
    "shipped_folder",
]
