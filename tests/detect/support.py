"""Machines in folders, and small real servers on loopback, for the tests of detection."""

from __future__ import annotations

import asyncio
import contextlib
import os
from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from pathlib import Path

from wizard.detect.deadline import Deadline, starting_now
from wizard.system import System


def write(root: Path, files: Mapping[str, str | bytes]) -> None:
    """Write `files` (path → content) below `root`."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())


def with_env(machine: System, **env: str) -> System:
    """Return the same machine with more environment."""
    return System(
        env={**machine.env, **env},
        home=machine.home,
        uid=machine.uid,
        root=machine.root,
        platform=machine.platform,
        clock=machine.clock,
    )


def program(folder: Path, name: str, script: str) -> Path:
    """Put a shell script named `name` into `folder`, as a stand-in on PATH."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / name
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def only(folder: Path) -> dict[str, str]:
    """Return an environment whose PATH is `folder` alone."""
    folder.mkdir(parents=True, exist_ok=True)
    return {"PATH": str(folder)}


def soon() -> Deadline:
    """Return a deadline that no test here should reach."""
    return starting_now(20.0)


@asynccontextmanager
async def serving(
    answer: bytes | None, host: str = "127.0.0.1"
) -> AsyncIterator[tuple[int, list[bytes]]]:
    """Run a server that reads one request head and writes `answer`; None: it stays silent.

    Yields its port and the heads that it read.
    """
    heads: list[bytes] = []

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(asyncio.IncompleteReadError, ConnectionError):
            heads.append(await reader.readuntil(b"\r\n\r\n"))
            if answer is None:
                await asyncio.Event().wait()
            else:
                writer.write(answer)
                await writer.drain()
        writer.close()

    server = await asyncio.start_server(handle, host, 0)
    try:
        yield server.sockets[0].getsockname()[1], heads
    finally:
        server.close()


def free_port() -> int:
    """Return a loopback port at which nothing listens."""
    import socket

    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def path_without(program_name: str) -> str:
    """Return PATH without the folders that hold `program_name`."""
    folders = os.environ["PATH"].split(os.pathsep)
    return os.pathsep.join(folder for folder in folders if not Path(folder, program_name).exists())
