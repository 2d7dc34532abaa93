"""The guards of the tests: unannounced warnings fail, announced ones must come, other hosts are refused."""

from __future__ import annotations

import logging
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers.logfail import ExpectLog, LogLedger


def record(level: int, text: str, name: str = "sidumba_field.sync.http") -> logging.LogRecord:
    return logging.LogRecord(name, level, __file__, 1, text, None, None)


def test_an_unannounced_warning_is_a_complaint() -> None:
    ledger = LogLedger()
    ledger.judge(record(logging.WARNING, "gave up"))
    assert ledger.complaints() == ["logged, but not announced: WARNING sidumba_field.sync.http: gave up"]


def test_an_announced_warning_is_none() -> None:
    ledger = LogLedger()
    ledger.expect("sidumba_field.sync", "WARNING", "^gave")
    ledger.judge(record(logging.WARNING, "gave up"))
    assert ledger.complaints() == []


@pytest.mark.parametrize(
    ("logger", "level", "pattern"),
    [
        ("sidumba_field.store", "WARNING", "gave"),
        ("sidumba_field", "ERROR", "gave"),
        ("sidumba_field", "WARNING", "x"),
    ],
)
def test_logger_level_and_text_must_all_fit(logger: str, level: str, pattern: str) -> None:
    ledger = LogLedger()
    ledger.expect(logger, level, pattern)
    ledger.judge(record(logging.WARNING, "gave up"))
    assert len(ledger.complaints()) == 2


@pytest.mark.expects_log("sidumba_field.sync", "WARNING", "announced by marker")
def test_a_marker_announces() -> None:
    logging.getLogger("sidumba_field.sync").warning("announced by marker")


def test_a_fixture_announces(expect_log: ExpectLog) -> None:
    expect_log("sidumba_field.sync", "ERROR", "known only here")
    logging.getLogger("sidumba_field.sync.http").error("known only here")


def test_a_whole_test_run_fails_on_an_unannounced_warning(tmp_path: Path) -> None:
    inner = tmp_path / "test_inner.py"
    inner.write_text(
        "import logging, pytest\n"
        "def test_quiet(): pass\n"
        "def test_loud(): logging.getLogger('x').warning('odd')\n"
        "@pytest.fixture\n"
        "def loud_end():\n    yield\n    logging.getLogger('x').error('late')\n"
        "def test_loud_end(loud_end): pass\n"
        "@pytest.mark.expects_log('x', 'WARNING', 'never')\n"
        "def test_broken_promise(): pass\n",
        encoding="utf-8",
    )
    root = Path(__file__).resolve().parents[2]
    (tmp_path / "pytest.ini").write_text("[pytest]\nmarkers = expects_log: announces\n", encoding="utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-p", "tests.helpers.logfail", "-p", "no:pytestqt"]
    done = subprocess.run(
        [*command, str(inner)],
        cwd=tmp_path,
        env={**os.environ, "PYTHONPATH": str(root)},
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    assert "2 failed, 2 passed, 1 error" in done.stdout, done.stdout + done.stderr


def test_no_test_reaches_another_host() -> None:
    with pytest.raises(BaseException, match="may not reach"), socket.socket() as connection:
        connection.connect(("192.0.2.1", 80))
    with pytest.raises(BaseException, match="may not reach"):
        socket.getaddrinfo("example.org", 443)


def test_a_name_that_cannot_exist_does_not_resolve() -> None:
    with pytest.raises(socket.gaierror):
        socket.getaddrinfo("server.invalid", 443)
