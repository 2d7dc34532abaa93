"""Opens an SOP folder: program.toml and its XLSForms become one sealed Program with a content hash.

``open_program(folder)`` reads one folder, ``shipped()`` all that came with the product.
"""

from __future__ import annotations

from sidumba_field.programs.codebook import CsvCodebook
from sidumba_field.programs.kept import FormFile, FormShelf, KeptForm, version_key
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
from sidumba_field.programs.versions import installed, versions_of, with_kept

__all__ = [
    "CommandSpec",
    "CsvCodebook",
    "Form",
    "FormFile",
    "FormShelf",
    "Guard",
    "KeptForm",
    "LetterLine",
    "Letterhead",
    "Office",
    "Official",
    "PaperSpec",
    "Program",
    "RoleSpec",
    "StateSpec",
    "TwinKey",
    "installed",
    "open_program",
    "shipped",
    "shipped_folder",
    "version_key",
    "versions_of",
    "with_kept",
]
