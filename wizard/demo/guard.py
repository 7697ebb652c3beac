"""The door of the demo's process: no connection, no name and no program of the real machine.

An audit hook cannot be taken out again, so whoever closes the door runs nothing but the demo.
"""

from __future__ import annotations

import errno
import socket
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from wizard.demo.serving import HOST


def close_the_door(room: Path, ports: Iterable[int], names: Iterable[str]) -> None:
    """Refuse from now on what does not belong to the demo in `room`, in the whole process.

    Connections: to `ports` of loopback and to sockets in `room`. Names: `names` are this
    machine, no other exists. Programs: those in `room`.
    """
    allowed, known = frozenset(ports), frozenset(names)
    here = str(room.resolve())

    def hook(event: str, args: tuple[Any, ...]) -> None:
        if event in ("socket.connect", "socket.sendto", "socket.sendmsg"):
            _check_address(args[1], allowed, here)
        elif event in ("subprocess.Popen", "os.posix_spawn", "os.exec"):
            program = str(args[0])
            if not (program.startswith(here) or program == sys.executable):
                raise PermissionError(errno.EACCES, "the demo starts no real program", program)

    def resolve(host: Any, port: Any, *more: Any, **options: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name in known:
            name = HOST
        elif not _is_loopback(name):
            raise socket.gaierror(socket.EAI_NONAME, "the demo knows no such name")
        return real(name, port, *more, **options)

    real = socket.getaddrinfo
    socket.getaddrinfo = resolve
    sys.addaudithook(hook)


def _is_loopback(name: object) -> bool:
    return name is None or name in (HOST, "localhost", "::1")


def _check_address(address: object, ports: frozenset[int], room: str) -> None:
    if isinstance(address, tuple):
        if _is_loopback(address[0]) and address[1] in ports:
            return
    elif isinstance(address, str | bytes):
        path = address.decode(errors="replace") if isinstance(address, bytes) else address
        if path.startswith(room):
            return
    elif address is None:  # sendmsg on a connected socket: that was looked at when it connected
        return
    raise ConnectionRefusedError(errno.ECONNREFUSED, "the demo speaks with its own servers alone")
