"""TCP servers on loopback, a thread for each connection: what the played company stands on."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
from collections.abc import Mapping
from dataclasses import dataclass
from types import TracebackType
from typing import Self

HOST = "127.0.0.1"
_HEAD_LIMIT = 64 * 1024
_REASONS = {200: "OK", 302: "Found", 403: "Forbidden", 404: "Not Found", 502: "Bad Gateway"}


@dataclass(frozen=True, slots=True)
class Asked:
    """The head of one HTTP request; header names in lower case."""

    method: str
    target: str
    headers: Mapping[str, str]


class Server:
    """Accepts on a loopback port of its own and calls `serve` for each connection."""

    def __init__(self, context: ssl.SSLContext | None = None) -> None:
        self._context = context
        self._listener = socket.create_server((HOST, 0), backlog=64)
        self.port: int = self._listener.getsockname()[1]
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while True:
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._begin, args=(connection,), daemon=True).start()

    def _begin(self, connection: socket.socket) -> None:
        with contextlib.suppress(OSError, ValueError), contextlib.closing(connection):
            connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            if self._context is None:
                self.serve(connection)
            else:
                with self._context.wrap_socket(connection, server_side=True) as stream:
                    self.serve(stream)

    def serve(self, connection: socket.socket) -> None:
        """Serve one connection; an OSError or a ValueError ends it."""
        raise NotImplementedError


class Reader:
    """Reads one request head after the other."""

    def __init__(self, connection: socket.socket) -> None:
        self._connection = connection
        self._left = b""

    def next(self) -> Asked | None:
        """Return the next request, None at the end of the connection."""
        while b"\r\n\r\n" not in self._left:
            data = self._connection.recv(16 * 1024)
            if not data or len(self._left) > _HEAD_LIMIT:
                return None
            self._left += data
        head, self._left = self._left.split(b"\r\n\r\n", 1)
        first, *lines = head.decode("latin-1").split("\r\n")
        method, target, _ = first.split(" ", 2)
        pairs = (line.partition(":") for line in lines)
        return Asked(method, target, {name.strip().lower(): v.strip() for name, _, v in pairs})


def answer(
    connection: socket.socket,
    code: int,
    body: bytes = b"",
    kind: str = "text/plain; charset=utf-8",
    **more: str,
) -> None:
    """Send one whole answer; `more` are headers, `_` for `-`."""
    lines = [
        f"HTTP/1.1 {code} {_REASONS.get(code, 'Status')}",
        f"Content-Length: {len(body)}",
        f"Content-Type: {kind}",
        *(f"{name.replace('_', '-')}: {value}" for name, value in more.items()),
    ]
    connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode("latin-1") + body)


def refused_port() -> int:
    """Return a loopback port at which nobody listens."""
    with socket.create_server((HOST, 0)) as gone:
        port: int = gone.getsockname()[1]
        return port
