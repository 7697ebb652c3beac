"""The command line as a function: arguments in; exit code, stdout and stderr out."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.ended import Ended
from wizard.cli import run
from wizard.session import Session
from wizard.system import System

Command = Callable[..., Ended]


def _no_wizard(session: Session) -> int:
    raise AssertionError("the wizard must not start without a terminal")


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A small Go project with one public requirement."""
    folder = tmp_path / "project"
    folder.mkdir()
    (folder / "go.mod").write_text(
        "module example.org/app\n\ngo 1.25\n\nrequire rsc.io/quote v1.5.2\n"
    )
    (folder / "go.sum").write_text(
        "rsc.io/quote v1.5.2 h1:w5fcysjrx7yqtD/aO+QwRjYZOKnaM9Uh2b40tElTs3Y=\n"
        "rsc.io/quote v1.5.2/go.mod h1:LzX7hefJvL54yjefDEDHNONDjII0t9xZLPXsUe+TKr0=\n"
    )
    (folder / "main.go").write_text("package main\n\nfunc main() {}\n")
    return folder


@pytest.fixture
def offline_catalogue(home: Path) -> Path:
    """The user's catalogue says: no mirror at all, so that no test leaves this machine."""
    path = home / ".config" / "gomod-wizard" / "mirrors.toml"
    path.parent.mkdir(parents=True)
    path.write_text('shipped = false\n\n[[mirror]]\nname = "closed"\nurl = "https://127.0.0.1:9"\n')
    return path


@pytest.fixture
def command(
    machine: System, project: Path, capfd: pytest.CaptureFixture[str], offline_catalogue: Path
) -> Command:
    """Run one command on the empty machine, in the small project, with a short deadline."""
    quiet = replace(machine, env={**machine.env, "GOPROXY": "https://127.0.0.1:9"})

    def invoke(*argv: str, system: System = quiet, where: Path | None = None) -> Ended:
        capfd.readouterr()
        folder = ["--project", str(where or project)] if argv and "--project" not in argv else []
        deadline = ["--timeout", "1.5"] if argv and "--timeout" not in argv else []
        head = [word for word in argv if word in {"--help", "--version"}]
        code = run(
            list(argv) if head else [*argv, *folder, *deadline],
            start_wizard=_no_wizard,
            system=system,
        )
        out, err = capfd.readouterr()
        return Ended(code, out, err)

    return invoke
