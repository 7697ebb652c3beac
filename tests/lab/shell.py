"""Run a command with a limit on its time, and keep what it printed."""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import time
from dataclasses import dataclass
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path


class LabError(Exception):
    """The lab itself failed: never a verdict about the program under test."""


@dataclass(frozen=True)
class Done:
    """A command that ended, or that was cut at its limit (`code` is None then)."""

    argv: tuple[str, ...]
    code: int | None
    stdout: str
    stderr: str
    seconds: float

    @property
    def cut(self) -> bool:
        return self.code is None

    @property
    def ok(self) -> bool:
        return self.code == 0

    @property
    def output(self) -> str:
        return self.stdout + self.stderr

    def must(self) -> Done:
        """Itself where it succeeded, else a `LabError` that shows what it said."""
        if not self.ok:
            how = "was cut" if self.cut else f"ended with {self.code}"
            raise LabError(f"{' '.join(self.argv)} {how}:\n{self.output[-4000:]}")
        return self


def run(
    argv: Sequence[str | Path],
    *,
    timeout: float = 120,
    env: Mapping[str, str] | None = None,
    cwd: Path | None = None,
    stdin: str | None = None,
    stdin_file: Path | None = None,
) -> Done:
    """Run `argv` to its end, or kill its whole process group at the limit."""
    words = tuple(str(word) for word in argv)
    started = time.monotonic()
    with contextlib.ExitStack() as stack:
        source: int | IO[bytes] = subprocess.DEVNULL if stdin is None else subprocess.PIPE
        if stdin_file is not None:
            source = stack.enter_context(stdin_file.open("rb"))
        process = subprocess.Popen(
            words,
            stdin=source,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=dict(env) if env is not None else None,
            cwd=cwd,
            start_new_session=True,
            text=True,
            errors="replace",
        )
    code: int | None
    try:
        stdout, stderr = process.communicate(stdin, timeout=timeout)
        code = process.returncode
    except subprocess.TimeoutExpired:
        kill_group(process)
        stdout, stderr = process.communicate()
        code = None
    except BaseException:
        kill_group(process)
        raise
    return Done(words, code, stdout, stderr, time.monotonic() - started)


def kill_group(process: subprocess.Popen[str]) -> None:
    """End a process that was started in a session of its own, with all that it started."""
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)


def must(argv: Sequence[str | Path], *, timeout: float = 120, stdin: str | None = None) -> str:
    """Run `argv`, insist on success, and return its stdout."""
    return run(argv, timeout=timeout, stdin=stdin).must().stdout
