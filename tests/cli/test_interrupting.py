"""Ctrl-C at a question means leave, on a real pseudo-terminal, and nothing is written."""

from __future__ import annotations

import os
import pty
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def _until(master: int, words: str, limit_s: float = 30) -> str:
    """Read the terminal until `words` appear."""
    seen, end = "", time.monotonic() + limit_s
    while words not in seen and time.monotonic() < end:
        ready, _, _ = select.select([master], [], [], 0.2)
        if ready:
            seen += os.read(master, 65536).decode("utf-8", "replace")
    return seen


@pytest.mark.parametrize(("argv", "prompt"), [(["apply"], "[y/N]"), (["--plain"], "Number")])
def test_ctrl_c_at_a_question_leaves_at_once(
    project: Path, tmp_path: Path, argv: list[str], prompt: str
) -> None:
    catalogue = tmp_path / ".config" / "gomod-wizard" / "mirrors.toml"
    catalogue.parent.mkdir(parents=True)
    catalogue.write_text('shipped = false\n[[mirror]]\nname = "x"\nurl = "https://127.0.0.1:9"\n')
    before = sorted(path.name for path in project.iterdir())
    env = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "GOPROXY": "off", "TERM": "xterm",
           "PYTHONPATH": str(ROOT), "DOCKER_HOST": f"unix://{tmp_path}/none"}  # fmt: skip
    master, slave = pty.openpty()
    process = subprocess.Popen(
        [sys.executable, "-m", "wizard", *argv, "--timeout", "2", "--project", str(project)],
        env=env, stdin=slave, stdout=slave, stderr=slave, start_new_session=True,
        preexec_fn=lambda: os.close(os.open(os.ttyname(0), os.O_RDWR)),
    )  # fmt: skip
    os.close(slave)
    try:
        assert prompt in _until(master, prompt)
        os.write(master, b"\x03")
        assert process.wait(timeout=10) == 130
    finally:
        process.kill()
        process.wait()
        os.close(master)
    assert sorted(path.name for path in project.iterdir()) == before


@pytest.mark.parametrize("by", [signal.SIGTERM, signal.SIGINT])
def test_whoever_ends_the_program_ends_what_it_started_too(
    project: Path, tmp_path: Path, by: signal.Signals
) -> None:
    """CI ends a job by SIGTERM; a go that hangs would run on for hours."""
    told = tmp_path / "go.pid"
    go = tmp_path / "bin" / "go"
    go.parent.mkdir()
    go.write_text(f'#!/bin/sh\necho $$ > "{told}.new"\nmv "{told}.new" "{told}"\nexec sleep 600\n')
    go.chmod(0o755)
    env = {"PATH": f"{go.parent}:/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONPATH": str(ROOT),
           "DOCKER_HOST": f"unix://{tmp_path}/none", "GOPROXY": "off"}  # fmt: skip
    process = subprocess.Popen(
        [sys.executable, "-m", "wizard", "plan", "--timeout", "60", "--project", str(project)],
        env=env, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE,
        # Who starts the tests in the background has had Ctrl-C ignored, for their children too.
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )  # fmt: skip
    try:
        _soon(told.exists)
        started = int(told.read_text())
        process.send_signal(by)
        assert process.wait(timeout=20) == 130
        _soon(lambda: not _runs(started))
    finally:
        process.kill()
        process.communicate()


def _soon(holds: Callable[[], bool], limit_s: float = 20) -> None:
    """Wait until `holds`; fails where it never does."""
    end = time.monotonic() + limit_s
    while not holds():
        assert time.monotonic() < end
        time.sleep(0.02)


def _runs(pid: int) -> bool:
    try:
        return "sleep" in Path(f"/proc/{pid}/cmdline").read_text()
    except OSError:
        return False
