"""A SOCKS5 proxy on loopback, with a password if wanted (RFC 1928, RFC 1929)."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Mapping

from tests.servers.loop import ThreadedServer
from tests.servers.proxy import copy


class SocksProxy(ThreadedServer):
    """A proxy; `names` maps a host to where it is, `tunnels` lists what was asked for."""

    def __init__(
        self, *, login: tuple[str, str] | None = None, names: Mapping[str, str] | None = None
    ) -> None:
        super().__init__()
        self.login = login
        self.names = dict(names or {})
        self.tunnels: list[str] = []

    @property
    def address(self) -> str:
        """`host:port`."""
        return f"{self.host}:{self.port}"

    def handle(self, connection: socket.socket) -> None:
        with connection.makefile("rb") as stream:
            _, count = stream.read(2)
            methods = stream.read(count)
            wanted = 0 if self.login is None else 2
            if wanted not in methods:
                connection.sendall(b"\x05\xff")
                return
            connection.sendall(bytes([5, wanted]))
            if self.login is not None:
                stream.read(1)
                user, password = (stream.read(stream.read(1)[0]).decode() for _ in range(2))
                right = (user, password) == self.login
                connection.sendall(bytes([1, 0 if right else 1]))
                if not right:
                    return
            _, _, _, kind = stream.read(4)
            if kind != 3:
                connection.sendall(b"\x05\x08\0\x01" + bytes(6))
                return
            host = stream.read(stream.read(1)[0]).decode()
            port = int.from_bytes(stream.read(2), "big")
        self.tunnels.append(f"{host}:{port}")
        where, _, at = self.names.get(host, f"{host}:{port}").rpartition(":")
        try:
            upstream = socket.create_connection((where, int(at)), timeout=5)
        except OSError:
            connection.sendall(b"\x05\x05\0\x01" + bytes(6))
            return
        upstream.settimeout(None)
        with contextlib.closing(upstream):
            connection.sendall(b"\x05\0\0\x01" + bytes(6))
            threading.Thread(target=copy, args=(connection, upstream), daemon=True).start()
            copy(upstream, connection)
