"""The door to the machine: environment, files, programs, clock. Tests pass another one.

Nothing below `wizard/` reads `os.environ` or starts a program by itself; it asks a `System`.
`root` is `/` on a real machine; a test gives a folder that stands for it, so that
`/etc/docker/daemon.json` can be played with.
"""

from __future__ import annotations

import os
import shutil
import stat
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from wizard.redactor import Redactor
from wizard.text import msg

READ_LIMIT = 8 * 1024 * 1024
"""Bytes read of any configuration file; a larger one is reported, not read."""

_AT_ONCE = getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)

_BLOCK = 64 * 1024

OUTPUT_LIMIT = 4 * 1024 * 1024
"""Bytes kept of a program's output."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Completed:
    """A program that ended by itself. Its output is decoded, bad bytes replaced."""

    code: int
    out: str
    err: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Failed:
    """A program or file that gave nothing: `missing`, `timeout`, `denied`, `unreadable`."""

    kind: str
    detail: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class System:
    """One machine as one user sees it."""

    env: Mapping[str, str]
    home: Path | None
    """None: there is no HOME."""
    uid: int
    root: Path = Path("/")
    platform: str = sys.platform
    clock: Callable[[], datetime] = field(default=lambda: datetime.now(UTC))
    redactor: Redactor = field(default_factory=Redactor, compare=False, repr=False)
    """Knows every secret that was read here; both faces show their texts through it."""
    demo: bool = False
    """A played machine (`wizard.demo`): the faces say so."""

    def stamp(self) -> str:
        """Return what the clock says, as ISO 8601 to the second."""
        return self.clock().isoformat(timespec="seconds")

    def path(self, absolute: str) -> Path:
        """Return the path that stands for the machine's `absolute`."""
        return Path(absolute) if self.root == Path("/") else self.root / absolute.lstrip("/")

    def which(self, program: str) -> str | None:
        """Return the program that the user's PATH finds, or None."""
        return shutil.which(program, path=self.env.get("PATH", os.defpath))

    def config_home(self) -> Path | None:
        """Return the folder of the user's configuration (XDG), or None without a HOME."""
        if base := self.env.get("XDG_CONFIG_HOME"):
            return Path(base)
        return None if self.home is None else self.home / ".config"

    def state_home(self) -> Path | None:
        """Return the folder of the user's program state (XDG), or None without a HOME."""
        if base := self.env.get("XDG_STATE_HOME"):
            return Path(base)
        return None if self.home is None else self.home / ".local" / "state"

    def read(
        self, path: Path, limit: int = READ_LIMIT, *, inside: Path | None = None
    ) -> bytes | Failed:
        """Return at most `limit` bytes of a regular file, or why it cannot be read.

        `inside`: a folder that no link may lead out of.
        """
        data = self.read_head(path, limit + 1, inside=inside)
        if not isinstance(data, Failed) and len(data) > limit:
            return Failed(kind="unreadable", detail=str(msg("larger than {n} bytes", n=limit)))
        return data

    def read_head(self, path: Path, size: int, *, inside: Path | None = None) -> bytes | Failed:
        """Return the first `size` bytes of a regular file, or why it cannot be read.

        What stands there is judged before it is opened, since opening alone sets a device off, and
        again after it, without waiting: a FIFO that takes a file's place between a look and the
        read would hold the program for ever.
        """
        try:
            if other := not_a_file(os.stat(path).st_mode):
                return Failed(kind="unreadable", detail=other)
            handle = os.open(path, os.O_RDONLY | _AT_ONCE)
            with os.fdopen(handle, "rb") as file:
                opened = os.fstat(handle)
                if inside is not None and not _lies_inside(path, inside, opened):
                    return Failed(
                        kind="unreadable", detail=str(msg("a link that leads out of the project"))
                    )
                if other := not_a_file(opened.st_mode):
                    return Failed(kind="unreadable", detail=other)
                return _up_to(file, size)
        except FileNotFoundError:
            return Failed(kind="missing", detail=str(DANGLING) if _is_link(path) else "")
        except NotADirectoryError:
            return Failed(kind="missing")
        except PermissionError as error:
            return Failed(kind="denied", detail=error.strerror or "")
        except (OSError, ValueError) as error:
            return Failed(kind="unreadable", detail=getattr(error, "strerror", "") or str(error))

    def read_text(
        self, path: Path, limit: int = READ_LIMIT, *, inside: Path | None = None
    ) -> str | Failed:
        """Return a file as UTF-8 text, bad bytes replaced, or why it cannot be read."""
        data = self.read(path, limit, inside=inside)
        return data if isinstance(data, Failed) else data.decode("utf-8", "replace")

    async def run(
        self,
        argv: tuple[str, ...],
        *,
        timeout_s: float,
        env: Mapping[str, str] | None = None,
        cwd: Path | None = None,
    ) -> Completed | Failed:
        """Run a program without a shell and without input, and wait at most `timeout_s`.

        `env` replaces the user's environment. The program is killed, with all that it started,
        when time is up or the caller is cancelled.
        """
        import asyncio  # 90 ms that `--help` and `plan --profile` need not pay

        from wizard.ending import kill_process

        program = self.which(argv[0])
        if program is None:
            return Failed(kind="missing", detail=argv[0])
        try:
            process = await asyncio.create_subprocess_exec(
                program,
                *argv[1:],
                stdin=asyncio.subprocess.DEVNULL,
                stdout=asyncio.subprocess.PIPE,
                stderr=asyncio.subprocess.PIPE,
                env=dict(self.env if env is None else env),
                cwd=cwd,
                # A wrapper's child holds the pipes, and asyncio waits for their end: end both.
                start_new_session=True,
            )
        except OSError as error:
            return Failed(kind="denied", detail=error.strerror or str(error))
        try:
            async with asyncio.timeout(timeout_s):
                out, err = await process.communicate()
        except TimeoutError:
            return Failed(kind="timeout", detail=str(msg("no answer in {n} s", n=f"{timeout_s:g}")))
        finally:
            await kill_process(process)
        return Completed(
            code=process.returncode or 0,
            out=out[:OUTPUT_LIMIT].decode("utf-8", "replace"),
            err=err[:OUTPUT_LIMIT].decode("utf-8", "replace"),
        )


_OTHERS = (
    (stat.S_ISDIR, msg("it is a folder, not a file")),
    (stat.S_ISFIFO, msg("it is a FIFO, not a file")),
    (stat.S_ISSOCK, msg("it is a socket, not a file")),
    (stat.S_ISREG, ""),
)
DANGLING = msg("it is a link that leads nowhere")


def not_a_file(mode: int) -> str:
    """Return what stands there by its mode, if it is no regular file; else an empty text."""
    device = msg("it is a device, not a file")
    return str(next((said for kind, said in _OTHERS if kind(mode)), device))


def _up_to(file: BinaryIO, size: int) -> bytes:
    """Return the first `size` bytes: by blocks, since `read` takes memory for all that it may."""
    blocks: list[bytes] = []
    # None: a file of the kernel's that has nothing to say at the moment.
    while size > 0 and (block := file.read(min(size, _BLOCK)) or b""):
        blocks.append(block)
        size -= len(block)
    return b"".join(blocks)


def _is_link(path: Path) -> bool:
    try:
        return path.is_symlink()
    except OSError:
        return False


def _lies_inside(path: Path, folder: Path, opened: os.stat_result) -> bool:
    """Whether the open file is the one that stands, links followed, in `folder`.

    Compared by its identity, so that a swap between the opening and this look is seen.
    """
    real = path.resolve(strict=True)
    return real.is_relative_to(folder.resolve()) and os.path.samestat(real.stat(), opened)


def this_machine() -> System:
    """Return the real machine, as the current user sees it."""
    home = os.environ.get("HOME") or os.environ.get("USERPROFILE")
    return System(
        env=dict(os.environ),
        home=Path(home) if home and Path(home).is_absolute() else None,
        uid=os.getuid() if hasattr(os, "getuid") else -1,
    )
