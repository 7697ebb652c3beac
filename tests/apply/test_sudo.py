"""The printed sudo command runs this installation as root, and nothing that a project brings."""

from __future__ import annotations

import asyncio
import os
import shlex
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

import wizard
from tests.apply.faults import answer_of
from tests.apply.hosts import Host, daemon_json, furnish, make_host
from wizard.apply import commit, plan_changes

NOBODY = 65534
PACKAGE = Path(wizard.__file__).parent
HOSTILE = """import os
with open({mark!r}, "a") as file:
    file.write(f"{{os.getuid()}} {{__name__}} {{__file__}}\\n")
"""


async def stage(host: Host) -> str:
    found = await plan_changes(host.system, host.project, (daemon_json({"mtu": 1400}),))
    receipt = await commit(host.system, host.project, found)
    return receipt.sudo_command or ""


@pytest.fixture
def nobodys() -> Iterator[Host]:
    """A host whose project and home belong to nobody; its /etc is root's."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        host = make_host(Path(name))
        furnish(host)
        (host.root / "etc/docker/daemon.json").chmod(0o644)
        for top in (host.root / "work", host.root / "home"):
            for path in (top, *top.rglob("*")):
                os.chown(path, NOBODY, NOBODY)
        yield replace(host, system=replace(host.system, uid=NOBODY))


def plant(folder: Path, mark: Path) -> None:
    """Put modules into `folder` that every careless start of Python would import."""
    for name in (
        "wizard/__init__.py",
        "wizard/__main__.py",
        "argparse.py",
        "json.py",
        "shlex.py",
        "sitecustomize.py",
        "usercustomize.py",
    ):
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(HOSTILE.format(mark=str(mark)))


@pytest.mark.root
@pytest.mark.skipif(
    not hasattr(os, "geteuid") or os.geteuid() != 0, reason="a user and root: that needs root"
)
def test_root_runs_the_printed_command_in_a_hostile_project_and_runs_no_code_of_it(
    nobodys: Host, tmp_path: Path
) -> None:
    def as_user() -> object:
        os.setgroups([])
        os.setgid(NOBODY)
        os.setuid(NOBODY)
        os.chdir(nobodys.project)
        return asyncio.run(stage(nobodys))

    command = shlex.split(str(answer_of(as_user)))
    mark = tmp_path / "ran"
    plant(nobodys.project, mark)
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    plant(nobodys.home / ".local" / "lib" / version / "site-packages", mark)
    done = subprocess.run(
        command[1:],
        cwd=nobodys.project,
        env={
            "HOME": str(nobodys.home),
            "PATH": ".:/nowhere",
            "PYTHONPATH": f".:{nobodys.project}",
            "XDG_STATE_HOME": str(tmp_path / "state"),
        },
        capture_output=True,
        text=True,
        check=False,
    )
    assert not mark.exists(), mark.read_text()
    assert done.returncode == 0, done.stderr
    assert b'"mtu": 1400' in (nobodys.root / "etc/docker/daemon.json").read_bytes()


async def test_the_program_on_the_path_is_not_what_root_is_told_to_run(host: Host) -> None:
    furnish(host)
    (host.root / "etc" / "docker").chmod(0o555)
    host.program("gomod-wizard", "")
    command = shlex.split(await stage(host.as_user(1234)))
    assert command[:5] == ["sudo", sys.executable, "-I", str(PACKAGE / "__main__.py"), "apply"]


def test_a_checkout_that_is_not_installed_runs_itself_when_it_is_isolated(tmp_path: Path) -> None:
    copy = tmp_path / "checkout" / "wizard"
    shutil.copytree(PACKAGE, copy, ignore=shutil.ignore_patterns("__pycache__"))
    (copy / "__init__.py").write_text('__version__ = "77.7"\n')
    done = subprocess.run(
        [sys.executable, "-I", copy / "__main__.py", "--version"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert "77.7" in done.stdout, done.stderr
