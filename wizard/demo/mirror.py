"""The module mirrors of the played company: good ones, and each of the common bad ones."""

from __future__ import annotations

import socket
import ssl
import time
from enum import StrEnum
from urllib.parse import unquote

from wizard.demo.modules import PUBLIC, packed
from wizard.demo.serving import Reader, Server, answer

_LOGIN = (
    b"<!doctype html><html><head><title>Demo Corp: please sign in</title></head>"
    b"<body><form action=/login></form></body></html>"
)
_BLOCKED = b"<html><head><title>Blocked by policy (demo)</title></head><body>no</body></html>"
_EVIL = b"package quote\n\n// not what the checksum database knows\n"


class Behaviour(StrEnum):
    """What a mirror does."""

    GOOD = "good"
    BLOCKED = "blocked"
    """403 and a page."""
    LOGIN = "login"
    """200 and a login page, whatever is asked."""
    ALTERED = "altered"
    """The right protocol, other bytes."""


class Mirror(Server):
    """One mirror; it thinks `delay_s` before each answer, as a far one does."""

    def __init__(
        self, behaviour: Behaviour, context: ssl.SSLContext | None, *, delay_s: float = 0.0
    ) -> None:
        super().__init__(context)
        self.behaviour = behaviour
        self.delay_s = delay_s
        self._files = {path: data for module in PUBLIC for path, data in module.files().items()}
        if behaviour is Behaviour.ALTERED:
            for module in PUBLIC:
                name = f"{module.path}@{module.version}"
                changed = packed(name, {"go.mod": module.mod, "evil.go": _EVIL})
                self._files[f"{module.wire}.zip"] = changed

    def serve(self, connection: socket.socket) -> None:
        reader = Reader(connection)
        while (asked := reader.next()) is not None:
            time.sleep(self.delay_s)
            if self.behaviour is Behaviour.BLOCKED:
                answer(connection, 403, _BLOCKED, "text/html")
            elif self.behaviour is Behaviour.LOGIN:
                answer(connection, 200, _LOGIN, "text/html")
            else:
                self._module(connection, unquote(asked.target))

    def _module(self, connection: socket.socket, path: str) -> None:
        data = self._files.get(path)
        if path == "/sumdb/sum.golang.org/supported":
            answer(connection, 200)
        elif data is None:
            answer(connection, 404, b"not found: the demo serves its own few modules")
        else:
            answer(connection, 200, data, "application/octet-stream")
