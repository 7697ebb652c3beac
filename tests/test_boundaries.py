"""The walls of the house: who may import whom, and what a light command must not load."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
HEAVY = (
    "textual",
    "rich",
    "httpx",
    "dns",
    "docker",
    "requests",
    "tomlkit",
    "truststore",
    "asyncio",
)


def _loaded(code: str) -> set[str]:
    """Run `code` in a fresh interpreter and return the top-level modules it loaded."""
    tell = "print(*sorted({m.partition('.')[0] for m in sys.modules}))"
    done = subprocess.run(
        [sys.executable, "-c", f"import sys\n{code}\n{tell}"],
        capture_output=True, text=True, check=True, cwd=ROOT,
    )  # fmt: skip
    return set(done.stdout.splitlines()[-1].split())


def test_the_import_contracts_hold() -> None:
    done = subprocess.run(
        [Path(sys.executable).with_name("lint-imports"), "--no-cache"],
        capture_output=True, text=True, cwd=ROOT, check=False,
    )  # fmt: skip
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("module", ["wizard.cli", "wizard.__main__", "wizard.cli.parser"])
def test_starting_the_command_line_loads_nothing_heavy(module: str) -> None:
    assert not _loaded(f"import {module}") & set(HEAVY)


def test_help_and_version_load_nothing_heavy() -> None:
    code = (
        "import io, contextlib\nfrom wizard.__main__ import main\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        "    main(['--version']); main(['plan', '--help'])"
    )
    assert not _loaded(code) & {*HEAVY, "typing", "dataclasses", "pathlib", "shutil"}


def test_deciding_and_rendering_load_nothing_heavy() -> None:
    code = "from wizard.plan import decide\nfrom wizard.render import render"
    assert not _loaded(code) & set(HEAVY)


def test_detecting_without_an_engine_loads_neither_textual_nor_dockers_sdk(tmp_path: Path) -> None:
    code = (
        "import os, io, contextlib\n"
        f"os.environ.update(HOME={str(tmp_path)!r}, DOCKER_HOST='unix://{tmp_path}/none.sock')\n"
        "from wizard.__main__ import main\n"
        "with contextlib.redirect_stdout(io.StringIO()):\n"
        f"    main(['detect', '--json', '--timeout', '1', '--project', {str(tmp_path)!r}])"
    )
    assert not _loaded(code) & {"textual", "rich", "docker", "requests"}
