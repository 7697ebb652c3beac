"""A static HTTPS server on loopback, whose files and faults a test changes while it runs."""

from __future__ import annotations

import socket
from dataclasses import dataclass

from tests.servers import Authority
from tests.servers.loop import Head, ThreadedServer


@dataclass(frozen=True, kw_only=True)
class Page:
    """What stands at a path."""

    body: bytes = b""
    status: int = 200
    location: str = ""
    cut: int = 0
    """Bytes that are announced and never sent."""
    endless: bool = False
    silent: bool = False


class Site(ThreadedServer):
    """Serves `pages`, path by path; what is not there is a 404."""

    def __init__(self, authority: Authority | None) -> None:
        super().__init__(None if authority is None else authority.context("good"))
        self.pages: dict[str, Page] = {}
        self.asked: list[str] = []
        scheme = "http" if authority is None else "https"
        self.url = f"{scheme}://127.0.0.1:{self.port}"

    def put(self, document: bytes, signature: bytes | None, suffix: str = ".minisig") -> None:
        """Publish a preset at /preset.toml."""
        self.pages["/preset.toml"] = Page(body=document)
        if signature is not None:
            self.pages[f"/preset.toml{suffix}"] = Page(body=signature)

    def handle(self, connection: socket.socket) -> None:
        head = Head(connection)
        while (request := head.next()) is not None:
            path = request[1]
            self.asked.append(path)
            page = self.pages.get(path.partition("?")[0], Page(status=404, body=b"not here"))
            if page.silent:
                self.stopping.wait(30)
                return
            length = len(page.body) + page.cut
            lines = [f"HTTP/1.1 {page.status} X"]
            if not page.endless:
                lines.append(f"Content-Length: {length}")
            if page.location:
                lines.append(f"Location: {page.location}")
            connection.sendall("\r\n".join((*lines, "", "")).encode() + page.body)
            while page.endless and not self.stopping.is_set():
                connection.sendall(b"# more\n" * 4096)
            if page.cut:
                return
