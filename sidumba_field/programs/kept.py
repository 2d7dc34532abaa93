"""The form versions a laptop or server keeps: one folder per version, written once and never changed or removed.

``<home>/<program>/<form>/<version>/`` holds ``form.xml`` (what is judged by), ``source.<suffix>`` (what the office
edits) and ``form.json`` (title and hash). A record stays on the version it was begun with for as long as it lives.
"""

from __future__ import annotations

import errno
import json
import os
import re
import shutil
from dataclasses import dataclass, field
from pathlib import Path

from sidumba_field.core.canonical import sha256_hex
from sidumba_field.core.errors import SidumbaError

#: What may be a folder of that name on every system, and an XLSForm's form_id or version.
NAME = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9._-]{0,58}[A-Za-z0-9])?")
_NOTE, _XML, _SOURCE = "form.json", "form.xml", "source"
_PARTS = re.compile(r"\d+|\D+")


def version_key(version: str) -> tuple[tuple[int, int, str], ...]:
    """Return what versions are ordered by, the same on every machine: numbers by value, words by letters."""
    parts = _PARTS.findall(version)
    return tuple((1, int(part), "") if part.isdecimal() else (0, 0, part) for part in parts)


@dataclass(frozen=True, slots=True)
class FormFile:
    """A form on its way to the shelf: what it says and the bytes it came from (``source_name``: for the suffix)."""

    form_id: str
    version: str
    title: str
    xml: str = field(repr=False)
    source_name: str
    source: bytes = field(repr=False)

    @property
    def sha256(self) -> str:
        """Return the hash of what is judged by, which is what must never differ under one version."""
        return sha256_hex(self.xml.encode("utf-8"))


@dataclass(frozen=True, slots=True)
class KeptForm:
    """A version on the shelf. ``damaged``: its bytes are no longer those that were installed."""

    form_id: str
    version: str
    title: str
    sha256: str
    folder: Path
    damaged: bool = False

    @property
    def xml(self) -> str:
        """Return the XForm. Raises SidumbaError form.damaged when it is not what was installed."""
        try:
            raw = (self.folder / _XML).read_bytes()
        except OSError as error:
            raise self._broken() from error
        if self.damaged or sha256_hex(raw) != self.sha256:
            raise self._broken()
        return raw.decode("utf-8")

    @property
    def source(self) -> Path:
        """Return the file the office edits. Raises SidumbaError form.damaged when it is gone."""
        found = sorted(self.folder.glob(f"{_SOURCE}.*"))
        if not found:
            raise self._broken()
        return found[0]

    def _broken(self) -> SidumbaError:
        return SidumbaError("form.damaged", form=self.form_id, version=self.version)


class FormShelf:
    """All kept versions below ``home``. Safe between threads and processes: a version appears whole or not at all."""

    def __init__(self, home: Path) -> None:
        self.home = home

    def all(self, program: str) -> tuple[KeptForm, ...]:
        """Return the versions of a program's forms, older first; a folder nobody can read counts as damaged."""
        home = self.home / program
        folders = [one for form in _folders(home) for one in _folders(form)]
        found = [_read(folder) for folder in folders if NAME.fullmatch(folder.name)]
        return tuple(sorted(found, key=lambda one: (one.form_id, version_key(one.version))))

    def find(self, program: str, form_id: str, version: str) -> KeptForm | None:
        return next(
            (one for one in self.all(program) if (one.form_id, one.version) == (form_id, version)), None
        )

    def stamp(self, program: str) -> tuple[str, ...]:
        """Return something that changes when a version is added: cheap enough to be asked often."""
        return tuple(str(one) for form in _folders(self.home / program) for one in _folders(form))

    def add(self, program: str, form: FormFile) -> KeptForm:
        """Keep a version; one that is here already with the same content stays as it is (and is healed).

        Raises SidumbaError form.version_taken (other content under this version), form.bad_version (no name for a
        version), store.disk_full, form.unwritable.
        """
        for name in (form.form_id, form.version):
            if not NAME.fullmatch(name):
                raise SidumbaError("form.bad_version", version=name)
        place = self.home / program / form.form_id / form.version
        known = _read(place) if place.is_dir() else None
        if known is not None and not known.damaged:
            return _same(known, form)
        part = place.parent / f".{form.version}.{os.getpid()}.part"
        try:
            _write(part, form)
            if known is not None:
                _same(known, form, trusted=bool(known.sha256))
                _heal(part, place)
            else:
                os.replace(part, place)
        except OSError as error:
            if place.is_dir() and not _read(place).damaged:
                # Somebody else was quicker; a version is a version, whoever wrote it.
                return _same(_read(place), form)
            code = "store.disk_full" if error.errno == errno.ENOSPC else "form.unwritable"
            raise SidumbaError(code, folder=place.parent.name) from error
        finally:
            shutil.rmtree(part, ignore_errors=True)
        return _read(place)


def _folders(home: Path) -> list[Path]:
    """Return the folders of ``home`` in order of their names; parts of an unfinished write are none."""
    try:
        return sorted(one for one in home.iterdir() if one.is_dir() and not one.name.startswith("."))
    except OSError:
        return []


def _read(folder: Path) -> KeptForm:
    form_id, version = folder.parent.name, folder.name
    try:
        note = json.loads((folder / _NOTE).read_text(encoding="utf-8"))
        title, sha = str(note["title"]), str(note["sha256"])
        damaged = sha256_hex((folder / _XML).read_bytes()) != sha
    except (OSError, ValueError, KeyError, TypeError):
        return KeptForm(form_id, version, form_id, "", folder, damaged=True)
    return KeptForm(form_id, version, title, sha, folder, damaged)


def _same(known: KeptForm, form: FormFile, trusted: bool = True) -> KeptForm:
    if trusted and known.sha256 != form.sha256:
        raise SidumbaError("form.version_taken", form=form.form_id, version=form.version)
    return known


def _write(part: Path, form: FormFile) -> None:
    part.mkdir(parents=True, exist_ok=True)
    note = {"title": form.title, "sha256": form.sha256, "source": form.source_name}
    suffix = Path(form.source_name).suffix.lower() or ".md"
    for name, data in (
        (_XML, form.xml.encode("utf-8")),
        (f"{_SOURCE}{suffix}", form.source),
        (_NOTE, json.dumps(note, ensure_ascii=False, indent=1).encode("utf-8")),
    ):
        with (part / name).open("wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())


def _heal(part: Path, place: Path) -> None:
    """Put the sound bytes in place of the damaged ones, the note last: killed before that, it is damaged still."""
    for file in sorted(part.iterdir(), key=lambda one: one.name == _NOTE):
        os.replace(file, place / file.name)
