"""A forward proxy on loopback: CONNECT tunnels and plain http, with a password if wanted."""

from __future__ import annotations

import base64
import contextlib
import socket
import threading
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from tests.servers.authority import Authority
from tests.servers.loop import Head, ThreadedServer


class Proxy(ThreadedServer):
    """A proxy; `url` is without the login, `url_with_login` with it, percent-encoded.

    `names` maps a host to where it is, `host:port`, so that tests can use any name; `forbidden`
    hosts get 403; `tunnels` lists every authority that was asked for.
    """

    def __init__(
        self,
        *,
        login: tuple[str, str] | None = None,
        scheme: str = "Basic",
        forbidden: tuple[str, ...] = (),
        names: Mapping[str, str] | None = None,
        host: str = "127.0.0.1",
        authority: Authority | None = None,
    ) -> None:
        super().__init__(None if authority is None else authority.context("good"), host)
        self._scheme = "http" if authority is None else "https"
        self.login = login
        self.scheme = scheme
        self.forbidden = forbidden
        self.names = dict(names or {})
        self.tunnels: list[str] = []

    @property
    def url(self) -> str:
        """`http://host:port`, or `https://` where it has an authority."""
        return f"{self._scheme}://{self.host}:{self.port}"

    @property
    def url_with_login(self) -> str:
        """`http://user:password@host:port`."""
        if self.login is None:
            return self.url
        user, password = (quote(part, safe="") for part in self.login)
        return f"{self._scheme}://{user}:{password}@{self.host}:{self.port}"

    def handle(self, connection: socket.socket) -> None:
        head = Head(connection)
        while (asked := head.next()) is not None:
            method, target, headers = asked
            if not self._may(headers):
                page = b"<html><title>Proxy login</title></html>"
                connection.sendall(
                    b"HTTP/1.1 407 Proxy Authentication Required\r\n"
                    + f"Proxy-Authenticate: {self.scheme}\r\n".encode()
                    + b"Content-Length: %d\r\n\r\n" % len(page)
                    + page
                )
                continue
            plain = method != "CONNECT"
            authority = urlsplit(target).netloc if plain else target
            self.tunnels.append(authority)
            host = authority.rpartition(":")[0] or authority
            if host in self.forbidden or authority in self.forbidden:
                page = b"<html><title>Denied by proxy policy</title></html>"
                connection.sendall(
                    b"HTTP/1.1 403 Forbidden\r\nContent-Length: %d\r\n\r\n" % len(page) + page
                )
                continue
            self._relay(connection, authority, host, target if plain else None, headers)
            return

    def _may(self, headers: dict[str, str]) -> bool:
        if self.login is None:
            return self.scheme == "Basic"
        pair = base64.b64encode(":".join(self.login).encode()).decode()
        return headers.get("proxy-authorization") == f"Basic {pair}"

    def _relay(
        self,
        connection: socket.socket,
        authority: str,
        host: str,
        plain: str | None,
        headers: dict[str, str],
    ) -> None:
        address, _, port = self.names.get(host, authority).rpartition(":")
        try:
            upstream = socket.create_connection((address, int(port)), timeout=5)
        except (OSError, ValueError):
            connection.sendall(b"HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\n\r\n")
            return
        upstream.settimeout(None)
        with contextlib.closing(upstream):
            if plain is None:
                connection.sendall(b"HTTP/1.1 200 Connection established\r\n\r\n")
            else:
                path = urlsplit(plain).path
                head = (
                    f"GET {path} HTTP/1.1\r\nHost: {headers['host']}\r\nConnection: close\r\n\r\n"
                )
                upstream.sendall(head.encode())
            threading.Thread(target=copy, args=(connection, upstream), daemon=True).start()
            copy(upstream, connection)


def copy(source: socket.socket, sink: socket.socket) -> None:
    """Pass bytes on until either side ends, then end both."""
    with contextlib.suppress(OSError):
        while data := source.recv(65536):
            sink.sendall(data)
    for end in (source, sink):
        with contextlib.suppress(OSError):
            end.shutdown(socket.SHUT_RDWR)
