"""A registry on loopback that has some images, or fails in one chosen way."""

from __future__ import annotations

import json
import socket
import ssl
from collections.abc import Mapping

import trustme

from tests.servers.loop import Head, ThreadedServer

HUB = "registry-1.docker.io"


class Registry(ThreadedServer):
    """Serves `images` (repository → tags); `host` is the name that its certificate is for.

    `page`: everything is answered with a login page; `status`: with that status. `realm`: it
    wants a token from there; the one that it gives out itself at /token is `letmein`.
    """

    def __init__(
        self,
        ca: trustme.CA,
        images: Mapping[str, tuple[str, ...]] | None = None,
        *,
        name: str = "mirror.example.test",
        page: bool = False,
        status: int | None = None,
        realm: str | None = None,
    ) -> None:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        ca.issue_cert(name, "127.0.0.1").configure_cert(context)
        super().__init__(context)
        self.images = dict(images or {})
        self.page, self.status, self.realm = page, status, realm
        self.asked: list[tuple[str, dict[str, str]]] = []

    @property
    def authority(self) -> str:
        return f"127.0.0.1:{self.port}"

    def handle(self, connection: socket.socket) -> None:
        head = Head(connection)
        while (asked := head.next()) is not None:
            _, target, headers = asked
            self.asked.append((target, headers))
            status, lines, body = self._answer(target, headers)
            lines = [f"HTTP/1.1 {status} Status", f"Content-Length: {len(body)}", *lines]
            connection.sendall(("\r\n".join(lines) + "\r\n\r\n").encode() + body)

    def _answer(self, target: str, headers: Mapping[str, str]) -> tuple[int, list[str], bytes]:
        if self.page:
            return 200, ["Content-Type: text/html"], b"<html><title>Sign in</title></html>"
        if self.status is not None:
            return self.status, [], b"no"
        if target.startswith("/token"):
            return 200, [], json.dumps({"token": "letmein"}).encode()
        lines = ["Docker-Distribution-Api-Version: registry/2.0"]
        if self.realm is not None and headers.get("authorization") != "Bearer letmein":
            wants = f'WWW-Authenticate: Bearer realm="{self.realm}",service="test"'
            return 401, [*lines, wants], b"{}"
        if target == "/v2/":
            return 200, lines, b"{}"
        for repository, tags in self.images.items():
            if target == f"/v2/{repository}/tags/list":
                return 200, lines, json.dumps({"name": repository, "tags": list(tags)}).encode()
            if target in {f"/v2/{repository}/manifests/{tag}" for tag in tags}:
                return 200, lines, b'{"schemaVersion": 2}'
        return 404, lines, b'{"errors": [{"code": "MANIFEST_UNKNOWN"}]}'
