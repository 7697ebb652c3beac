"""The HTTPS servers of the lab, as one program: `python3 webserver.py CONFIGURATION.json`.

It runs on a machine of the lab, with that machine's Python and nothing else. Each site has an
address and a certificate of its own; what a site does is in `sites.py`. Every request is written to
the log, one JSON object a line: what a mirror was asked is evidence.
"""

from __future__ import annotations

import json
import socket
import ssl
import struct
import sys
import threading
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import IO, Any

sys.path.insert(0, str(Path(__file__).parent))  # on a lab machine there is no package
from sites import HANDLERS, Answer, Request  # type: ignore[import-not-found]

log_lock = threading.Lock()


class Server(HTTPServer):
    """One site. TLS is spoken in the connection's own thread, or one dead client would stop all."""

    address_family = socket.AF_INET
    allow_reuse_address = True
    request_queue_size = 64

    def __init__(self, site: dict[str, Any], log: IO[str]) -> None:
        self.site, self.log = site, log
        self.handle = HANDLERS[site["serves"]](site)
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(site["certificate"])
        super().__init__((site["address"], site.get("port", 443)), Handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        threading.Thread(target=self._serve, args=(request, client_address), daemon=True).start()

    def _serve(self, connection: socket.socket, client: tuple[str, int]) -> None:
        try:
            if self.site.get("behaviour") == "reset":
                self._reset(connection)
                return
            connection.settimeout(60)
            if not self.site.get("plain"):
                connection = self.context.wrap_socket(connection, server_side=True)
            self.finish_request(connection, client)
        except OSError as error:
            self.record({"tls": str(error)}, client[0])
        finally:
            self.shutdown_request(connection)

    @staticmethod
    def _reset(connection: socket.socket) -> None:
        """Read what the client says first, then send a reset instead of an answer."""
        connection.recv(1024)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        connection.close()

    def record(self, what: dict[str, Any], client: str) -> None:
        line = json.dumps(
            {"at": round(time.time(), 3), "host": self.site["host"], "client": client, **what}
        )
        with log_lock:
            self.log.write(line + "\n")
            self.log.flush()


class Handler(BaseHTTPRequestHandler):
    """Hands a request to its site, sends the answer, and writes both down."""

    server: Server
    protocol_version = "HTTP/1.1"
    server_version, sys_version = "nginx", ""

    def do_GET(self) -> None:
        length = int(self.headers.get("Content-Length") or 0)
        body = (
            self._chunks()
            if "chunked" in self.headers.get("Transfer-Encoding", "")
            else self.rfile.read(length)
        )
        headers = {name.lower(): value for name, value in self.headers.items()}
        answer = self.server.handle(Request(self.command, self.path, headers, body))
        self.server.record(
            {"method": self.command, "path": self.path, "status": answer.status},
            self.client_address[0],
        )
        self._send(answer)

    do_POST = do_GET
    do_HEAD = do_GET

    def _chunks(self) -> bytes:
        body = b""
        while size := int(self.rfile.readline().split(b";")[0], 16):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body

    def _send(self, answer: Answer) -> None:
        time.sleep(self.server.site.get("delay", 0))
        self.send_response(answer.status)
        for name, value in answer.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, *_: object) -> None:
        """Nothing on stderr: `record` keeps what matters."""


def main(configuration: str) -> None:
    settings = json.loads(Path(configuration).read_text())
    log = Path(settings["log"]).open("a", encoding="utf-8")  # noqa: SIM115  (open while it serves)
    for site in settings["sites"]:
        server = Server(site, log)
        threading.Thread(target=server.serve_forever, args=(0.1,), daemon=True).start()
    Path(settings["ready"]).touch()
    threading.Event().wait()


if __name__ == "__main__":
    main(sys.argv[1])
