"""Addresses where nothing good happens: dropped packets, and nobody at home."""

from __future__ import annotations

import contextlib
import socket
from types import TracebackType
from typing import Self


class BlackHole:
    """A port whose connections are neither accepted nor refused.

    Its queue of one is full, so Linux drops every further SYN.
    """

    def __init__(self, host: str = "127.0.0.1") -> None:
        self._listener = socket.socket()
        self._listener.bind((host, 0))
        self._listener.listen(0)
        self.port: int = self._listener.getsockname()[1]
        self._fill: list[socket.socket] = []
        self.url = f"https://{host}:{self.port}"
        for _ in range(4):
            filler = socket.socket()
            filler.setblocking(False)
            with contextlib.suppress(BlockingIOError):
                filler.connect((host, self.port))
            self._fill.append(filler)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        for filler in self._fill:
            filler.close()
        self._listener.close()


def refused_url() -> str:
    """Return a URL on loopback where nobody listens."""
    with socket.create_server(("127.0.0.1", 0)) as gone:
        return f"https://127.0.0.1:{gone.getsockname()[1]}"
