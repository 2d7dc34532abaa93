"""Fails a test that makes the product log a warning or worse which the test did not announce.

A log line at WARNING or above is either a bug or something a user would be told; both deserve a test that says so.
Announce it with the marker ``@pytest.mark.expects_log("sidumba_field.sync", "WARNING", "gave up after")`` or, when the
text is only known inside the test, with the fixture ``expect_log``. An announced line that never comes fails as well.
The idea is qutebrowser's ``tests/helpers/logfail.py``.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

import pytest

ExpectLog = Callable[[str, str, str], None]


@dataclass
class Expectation:
    """One announced line: logger name (it or anything below it), exact level name, pattern found in the message."""

    logger: str
    level: str
    pattern: str
    seen: int = 0

    def matches(self, record: logging.LogRecord) -> bool:
        below = record.name == self.logger or record.name.startswith(self.logger + ".")
        found = re.search(self.pattern, record.getMessage()) is not None
        return below and record.levelname == self.level and found


@dataclass
class LogLedger:
    """What was announced and what came, for one test."""

    expectations: list[Expectation] = field(default_factory=list)
    unexpected: list[str] = field(default_factory=list)

    def expect(self, logger: str, level: str, pattern: str) -> None:
        self.expectations.append(Expectation(logger, level, pattern))

    def judge(self, record: logging.LogRecord) -> None:
        for expectation in self.expectations:
            if expectation.matches(record):
                expectation.seen += 1
                return
        self.unexpected.append(f"{record.levelname} {record.name}: {record.getMessage()}")

    def complaints(self) -> list[str]:
        missing = [
            f"announced, but never logged: {e.level} {e.logger} /{e.pattern}/"
            for e in self.expectations
            if not e.seen
        ]
        return [f"logged, but not announced: {line}" for line in self.unexpected] + missing


class LedgerHandler(logging.Handler):
    """Writes every record at WARNING or above into the ledger, whatever thread it comes from."""

    def __init__(self, ledger: LogLedger) -> None:
        super().__init__(level=logging.WARNING)
        self.ledger = ledger

    def emit(self, record: logging.LogRecord) -> None:
        self.ledger.judge(record)


_ledger_key = pytest.StashKey[LogLedger]()


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Listen from before the first fixture to after the last."""
    ledger = LogLedger()
    for marker in item.iter_markers("expects_log"):
        ledger.expect(*marker.args, **marker.kwargs)
    handler = LedgerHandler(ledger)
    item.stash[_ledger_key] = ledger
    logging.getLogger().addHandler(handler)
    try:
        return (yield)
    finally:
        logging.getLogger().removeHandler(handler)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_call(item: pytest.Item) -> Iterator[None]:
    """Judge after the test's own lines, so that its own failure is the one reported."""
    result = yield
    _fail_on(item.stash[_ledger_key])
    return result


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(item: pytest.Item) -> Iterator[None]:
    """Fixtures may log while closing; the same law holds there."""
    result = yield
    ledger = item.stash[_ledger_key]
    if ledger.unexpected:
        _fail_on(LogLedger(unexpected=ledger.unexpected))
    return result


def _fail_on(ledger: LogLedger) -> None:
    complaints = ledger.complaints()
    ledger.unexpected.clear()
    if complaints:
        pytest.fail("\n".join(complaints), pytrace=False)


@pytest.fixture
def expect_log(request: pytest.FixtureRequest) -> ExpectLog:
    """``expect_log(logger, level, pattern)``: announce a line that this test provokes."""
    ledger: LogLedger = request.node.stash[_ledger_key]
    return ledger.expect
