"""An HTTPS module mirror on loopback that behaves well, or badly in one chosen way."""

from __future__ import annotations

import base64
import socket
import time
from collections.abc import Iterable
from urllib.parse import unquote

from tests.servers.authority import Authority
from tests.servers.loop import Head, ThreadedServer, reset
from tests.servers.module import QUOTE, SHOUT, Module

CERTIFICATES = ("good", "expired", "wrong-host", "untrusted", "self-signed", "none")
"""`none` speaks plain http."""

BEHAVIOURS = {
    "good": "serves its modules and relays the checksum database",
    "no-sumdb": "serves its modules, 404 for /sumdb/",
    "sumdb-403": "serves its modules, 403 for /sumdb/",
    "status-NNN": "answers every request with that status and a page",
    "login-page": "200 and a login page for everything",
    "login-redirect": "302 to /login of itself, a page",
    "login-elsewhere": "302 to `elsewhere`, which is another server's URL",
    "wrong-json": "200 and JSON that is no .info",
    "wrong-version": "the .info of another version",
    "wrong-bytes": "right .info and .mod, a zip with other content",
    "wrong-mod": "right .info, another .mod",
    "zip-page": "right .info and .mod, a block page for the zip",
    "zip-endless": "right .info and .mod, a zip without an end",
    "zip-403": "right .info and .mod, 403 for the zip",
    "zip-elsewhere": "right .info and .mod, the zip redirects to `elsewhere` + its path",
    "no-percent-21": "404 for every path with an upper-case module",
    "only-info": "404 for .mod and .zip",
    "truncated": "closes in the middle of its answer",
    "drip": "one byte of its answer in a while",
    "endless": "a body without an end",
    "endless-head": "headers without an end",
    "redirect-loop": "redirects to itself for ever",
    "reset": "resets every connection after the request",
    "reset-hello": "resets every connection before TLS",
    "silent": "takes the request and never answers",
    "silent-hello": "accepts the connection and stays silent",
    "not-http": "answers with something that is not HTTP",
    "closing": "right answers, one for each connection",
    "chunked": "right answers in chunks, without a length",
}

_LOGIN = b"<!doctype html><html><head><title>Sign in &amp; accept \x1b[31m</title></head></html>"
_BLOCKED = b"<html><head><title>Blocked by policy</title></head><body>no</body></html>"


class Mirror(ThreadedServer):
    """A module mirror; `url` is its base, `requests` what it was asked, in order.

    With `raw` it sends those bytes to everybody, and closes.
    """

    def __init__(
        self,
        authority: Authority,
        behaviour: str = "good",
        *,
        delay_s: float = 0.0,
        certificate: str = "good",
        modules: Iterable[Module] = (QUOTE, SHOUT),
        elsewhere: str = "",
        host: str = "127.0.0.1",
        base: str = "",
        login: tuple[str, str] | None = None,
        raw: bytes | None = None,
    ) -> None:
        known = behaviour in BEHAVIOURS or behaviour.startswith("status-")
        if not known or certificate not in CERTIFICATES:
            raise ValueError(behaviour)
        plain = certificate == "none"
        super().__init__(None if plain else authority.context(certificate), host)
        self.behaviour = behaviour
        self.delay_s = delay_s
        self.elsewhere = elsewhere
        self.requests: list[str] = []
        self.headers: list[dict[str, str]] = []
        self._base = base
        self.raw = raw
        pair = ":".join(login).encode() if login else b""
        self._wants = f"Basic {base64.b64encode(pair).decode()}" if login else None
        self._scheme = "http" if plain else "https"
        self._files: dict[str, bytes] = {}
        for module in modules:
            for suffix, data in (("info", module.info), ("mod", module.mod), ("zip", module.zip)):
                self._files[f"{module.wire}.{suffix}"] = data

    @property
    def url(self) -> str:
        """Base URL, without a trailing slash."""
        return f"{self._scheme}://{self.host}:{self.port}{self._base}"

    def before_tls(self, connection: socket.socket) -> bool:
        if self.behaviour == "reset-hello":
            connection.recv(1)
            reset(connection)
            return True
        if self._scheme == "http" and connection.recv(1, socket.MSG_PEEK) == b"\x16":
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n")
            return True
        if self.behaviour == "silent-hello":
            self.stopping.wait(60)
            return True
        return False

    def handle(self, connection: socket.socket) -> None:
        head = Head(connection)
        while (asked := head.next()) is not None:
            _, target, headers = asked
            self.requests.append(target)
            self.headers.append(headers)
            if self.delay_s:
                time.sleep(self.delay_s)
            if self._wants is not None and headers.get("authorization") != self._wants:
                _send(connection, 401, b"", "text/plain")
                continue
            if self.raw is not None:
                connection.sendall(self.raw)
                return
            if not self._answer(connection, target.removeprefix(self._base)):
                return

    def _answer(self, connection: socket.socket, target: str) -> bool:
        """Answer one request; False: the connection is done."""
        path = unquote(target)
        behave = self.behaviour
        if behave.startswith("status-"):
            code = int(behave.removeprefix("status-"))
            return _send(connection, code, _BLOCKED, "text/html")
        if behave == "login-page":
            return _send(connection, 200, _LOGIN, "text/html")
        if behave in ("login-redirect", "login-elsewhere"):
            if path == "/login":
                return _send(connection, 200, _LOGIN, "text/html")
            return _send(connection, 302, b"", location=self.elsewhere or f"{self.url}/login")
        if behave == "redirect-loop":
            return _send(connection, 302, b"", location=f"{self.url}{target}")
        if behave == "not-http":
            connection.sendall(b"SSH-2.0-OpenSSH_9.2\r\n")
            return False
        if behave == "reset":
            # A TLS socket cannot linger by itself: the close of the raw one sends the RST.
            reset(connection)
            return False
        if behave == "silent":
            self.stopping.wait(60)
            return False
        if behave in ("truncated", "drip", "endless", "endless-head"):
            return self._badly(connection, behave)
        if path.startswith("/sumdb/"):
            code = {"no-sumdb": 404, "sumdb-403": 403}.get(behave, 200)
            return _send(connection, code, b"")
        return self._module(connection, path, target)

    def _module(self, connection: socket.socket, path: str, target: str) -> bool:
        behave = self.behaviour
        data = self._files.get(path)
        suffix = path.rpartition(".")[2]
        if behave == "wrong-json":
            return _send(connection, 200, b'{"ok": true}')
        if behave == "wrong-version" and suffix == "info":
            return _send(connection, 200, b'{"Version": "v9.9.9"}')
        if behave == "no-percent-21" and "!" in path:
            data = None
        if behave == "only-info" and suffix != "info":
            data = None
        if behave == "wrong-mod" and suffix == "mod":
            data = b"module example.test/evil\n"
        if suffix == "zip":
            if behave == "wrong-bytes":
                data = Module("example.test/quote", "v1.5.2", {"evil.go": "package evil\n"}).zip
            elif behave == "zip-endless":
                return self._badly(connection, "endless")
            elif behave == "zip-page":
                return _send(connection, 200, _BLOCKED, "text/html")
            elif behave == "zip-403":
                return _send(connection, 403, _BLOCKED, "text/html")
            elif behave == "zip-elsewhere":
                return _send(connection, 302, b"", location=f"{self.elsewhere}{target}")
        if data is None:
            return _send(connection, 404, b"not found: no such module")
        if behave == "chunked":
            half = len(data) // 2
            chunks = b"".join(b"%x\r\n%s\r\n" % (len(p), p) for p in (data[:half], data[half:]))
            connection.sendall(
                b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + chunks + b"0\r\n\r\n"
            )
            return True
        return _send(connection, 200, data, close=behave == "closing")

    def _badly(self, connection: socket.socket, how: str) -> bool:
        info = QUOTE.info
        start = b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % len(info)
        if how == "truncated":
            connection.sendall(start + info[:10])
            return False
        if how == "drip":
            for byte in start + info:
                connection.sendall(bytes([byte]))
                if self.stopping.wait(0.2):
                    break
            return False
        if how == "endless-head":
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while not self.stopping.is_set():
                connection.sendall(b"X-Filler: %s\r\n" % (b"y" * 4000))
            return False
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
        while not self.stopping.is_set():
            connection.sendall(b"x" * 65536)
        return False


def _send(
    connection: socket.socket,
    code: int,
    body: bytes,
    kind: str = "application/octet-stream",
    *,
    location: str = "",
    close: bool = False,
) -> bool:
    reason = {200: "OK", 302: "Found", 403: "Forbidden", 404: "Not Found"}.get(code, "Status")
    lines = [f"HTTP/1.1 {code} {reason}", f"Content-Length: {len(body)}", f"Content-Type: {kind}"]
    if location:
        lines.append(f"Location: {location}")
    if close:
        lines.append("Connection: close")
    connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode() + body)
    return not close
