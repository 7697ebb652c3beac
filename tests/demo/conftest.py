"""`gomod-wizard demo` as a process of its own, with a home that must stay as it is."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from tests.ended import Ended

ROOT = Path(__file__).parents[2]
Demo = Callable[..., Ended]


@pytest.fixture
def temporary() -> Iterator[Path]:
    """The folder for temporary files; the demo must leave it empty.

    Not below pytest's own: a socket in it has to fit into about 100 bytes.
    """
    with tempfile.TemporaryDirectory() as folder:
        yield Path(folder)


@pytest.fixture
def environment(tmp_path: Path, temporary: Path) -> Mapping[str, str]:
    """A user with files of their own, no program on PATH, and a Docker that must not be asked."""
    home = tmp_path / "home"
    (home / ".docker").mkdir(parents=True)
    (home / ".docker" / "config.json").write_text('{"auths": {}}')
    (home / ".netrc").write_text("machine example.org login me password mine\n")
    (tmp_path / "empty").mkdir()
    return {
        "HOME": str(home),
        "PATH": str(tmp_path / "empty"),
        "TMPDIR": str(temporary),
        "PYTHONPATH": str(ROOT),
        "DOCKER_HOST": f"unix://{home}/never.sock",
        "HTTPS_PROXY": "http://never.example:3128",
        "LC_ALL": "C.UTF-8",
    }


@pytest.fixture
def argv() -> tuple[str, ...]:
    """How the demo is started."""
    return (sys.executable, "-m", "wizard", "demo")


@pytest.fixture
def demo(environment: Mapping[str, str], argv: tuple[str, ...], tmp_path: Path) -> Demo:
    """Run a demo to its end; with `input` on its standard input."""

    def play(*words: str, input: str = "") -> Ended:
        done = subprocess.run(
            (*argv, *words), env=dict(environment), cwd=tmp_path, input=input,
            capture_output=True, text=True, timeout=120, check=False,
        )  # fmt: skip
        return Ended(done.returncode, done.stdout, done.stderr)

    return play


def tree(folder: Path) -> dict[str, tuple[bytes, int]]:
    """Return every file below `folder` with its bytes and its time of change."""
    return {
        str(path.relative_to(folder)): (path.read_bytes(), os.stat(path).st_mtime_ns)
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
