"""The company's proxy: it wants a login, and leads only to the servers of the demo."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
from collections.abc import Mapping
from urllib.parse import urlsplit

from wizard.demo.serving import HOST, Asked, Reader, Server, answer

USER, PASSWORD = "demo", "no-secret-at-all"


class Proxy(Server):
    """A forward proxy. `names` says which port of this machine plays which host."""

    def __init__(self, names: Mapping[str, int]) -> None:
        super().__init__()
        self._names = dict(names)
        self._wants = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()

    def serve(self, connection: socket.socket) -> None:
        reader = Reader(connection)
        while (asked := reader.next()) is not None:
            if asked.headers.get("proxy-authorization") != f"Basic {self._wants}":
                answer(connection, 407, b"login", Proxy_Authenticate='Basic realm="Demo Corp"')
            elif not self._lead(connection, asked):
                return

    def _lead(self, connection: socket.socket, asked: Asked) -> bool:
        """Lead one request on; False: the connection is used up."""
        tunnel = asked.method == "CONNECT"
        authority = asked.target if tunnel else urlsplit(asked.target).netloc
        port = self._names.get(authority.partition(":")[0])
        if port is None:
            answer(connection, 403, b"the demo's proxy leads to no real host")
            return True
        try:
            upstream = socket.create_connection((HOST, port), timeout=5)
        except OSError:
            answer(connection, 502, b"nobody listens there")
            return True
        upstream.settimeout(None)
        with contextlib.closing(upstream):
            if tunnel:
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                path = urlsplit(asked.target).path or "/"
                head = f"GET {path} HTTP/1.1\r\nHost: {authority}\r\nConnection: close\r\n\r\n"
                upstream.sendall(head.encode("latin-1"))
            threading.Thread(target=_copy, args=(connection, upstream), daemon=True).start()
            _copy(upstream, connection)
        return False


def _copy(source: socket.socket, sink: socket.socket) -> None:
    """Pass bytes on until one side ends, then end both."""
    with contextlib.suppress(OSError):
        while data := source.recv(64 * 1024):
            sink.sendall(data)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
