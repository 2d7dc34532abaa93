"""What holds for every test: no window on a screen, no network beyond this machine, no unannounced log line.

Sets the offscreen platform before anything can import Qt, closes the way to every host but this one, and names the
hypothesis profiles: ``everyday`` (small, repeatable) and ``soak`` (large, only by ``run.py soak``).
"""

from __future__ import annotations

import atexit
import os
import shutil
import socket
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ["QT_QPA_PLATFORM"] = "offscreen"
os.environ["PYTEST_QT_API"] = "pyside6"
if "SIDUMBA_TEST_RUNTIME" not in os.environ:
    # One private folder for sockets and locks, shared with the workers: without it Qt and the PostgreSQL of the tests
    # complain, and two users of one machine would fight over one lock file. As root the PostgreSQL process belongs to
    # another user, who could not enter the folder: there it keeps to the temporary folder.
    os.environ["SIDUMBA_TEST_RUNTIME"] = os.environ["XDG_RUNTIME_DIR"] = tempfile.mkdtemp(prefix="sf-")
    if hasattr(os, "geteuid") and os.geteuid() != 0:
        os.mkdir(os.path.join(os.environ["XDG_RUNTIME_DIR"], "python_PostgresServer"), 0o700)
    atexit.register(shutil.rmtree, os.environ["SIDUMBA_TEST_RUNTIME"], ignore_errors=True)
for _name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "http_proxy", "https_proxy", "all_proxy"):
    os.environ.pop(_name, None)

import pytest  # noqa: E402 - Qt reads the platform above when pytest-qt is imported
from hypothesis import HealthCheck, settings  # noqa: E402

pytest_plugins = ["tests.helpers.logfail"]

ROOT = Path(__file__).resolve().parent.parent

settings.register_profile(
    "everyday",
    max_examples=40,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.too_slow],
)
settings.register_profile("soak", max_examples=2000, deadline=None, print_blob=True)
settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", "everyday"))


class ForbiddenNetwork(BaseException):
    """A test reached for a host other than this machine; not an Exception, so that no product code can absorb it."""


def _is_loopback(address: Any) -> bool:
    """Path sockets, 127.0.0.0/8, ::1 and the name localhost stay on this machine."""
    if not isinstance(address, tuple):
        return True
    host = address[0]
    if isinstance(host, bytes):
        host = host.decode("ascii", "replace")
    return host in ("", "localhost", "::1") or str(host).startswith("127.")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Long runs wait for ``run.py soak``; a test named on the command line is always run."""
    asked = "soak" in (config.option.markexpr or "") or any("::" in word for word in config.args)
    if asked or os.environ.get("HYPOTHESIS_PROFILE") == "soak":
        return
    long = [item for item in items if item.get_closest_marker("soak")]
    if long:
        config.hook.pytest_deselected(items=long)
        items[:] = [item for item in items if item not in long]


@pytest.fixture(autouse=True, scope="session")
def only_this_machine() -> Iterator[None]:
    """This process connects to the loopback only; the reserved ending .invalid never resolves (RFC 6761)."""
    patch = pytest.MonkeyPatch()
    real_connect, real_connect_ex, real_lookup = (
        socket.socket.connect,
        socket.socket.connect_ex,
        socket.getaddrinfo,
    )

    def guard(address: Any) -> None:
        if not _is_loopback(address):
            raise ForbiddenNetwork(f"a test may not reach {address!r}")

    def connect(self: socket.socket, address: Any) -> None:
        guard(address)
        real_connect(self, address)

    def connect_ex(self: socket.socket, address: Any) -> int:
        guard(address)
        return real_connect_ex(self, address)

    def getaddrinfo(host: Any, *args: Any, **kwargs: Any) -> Any:
        if isinstance(host, str) and host.endswith(".invalid"):
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if host is not None:
            guard((host,))
        return real_lookup(host, *args, **kwargs)

    patch.setattr(socket.socket, "connect", connect)
    patch.setattr(socket.socket, "connect_ex", connect_ex)
    patch.setattr(socket, "getaddrinfo", getaddrinfo)
    yield
    patch.undo()


@pytest.fixture(scope="session")
def repo_root() -> Path:
    """The folder that holds pyproject.toml."""
    return ROOT
