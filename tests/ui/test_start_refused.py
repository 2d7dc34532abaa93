"""A window that cannot open says why, in the words of its user, and leaves everything as it is."""

from __future__ import annotations

from pathlib import Path

import pytest
from PySide6.QtWidgets import QApplication, QMessageBox

from sidumba_field import bootstrap, programs
from sidumba_field.core.errors import SidumbaError
from sidumba_field.words import explain


@pytest.mark.parametrize(
    ("fault", "code"),
    [
        (SidumbaError("program.unreadable", file="program.toml", reason="line 1"), "program.unreadable"),
        (OSError(30, "Read-only file system"), "store.read_only"),
        (OSError(28, "No space left on device"), "store.disk_full"),
    ],
)
def test_the_box_says_what_is_wrong_and_what_to_do(
    themed: QApplication, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, fault: Exception, code: str
) -> None:
    said: list[tuple[str, str]] = []

    def refuse(*_: object, **__: object) -> None:
        raise fault

    monkeypatch.setattr(bootstrap, "log_to", lambda folder: None)
    monkeypatch.setattr(programs, "installed", refuse)
    monkeypatch.setattr(QMessageBox, "exec", lambda box: said.append((box.text(), box.informativeText())))
    assert bootstrap.run_desktop(tmp_path / "laptop") == 1
    ((sentence, shown),) = said
    assert shown == code
    assert explain(code).next_step in sentence
