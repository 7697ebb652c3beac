"""A module mirror for one machine of the lab: HTTPS, and only for those who log in.

Run there as `python3 mirror_server.py FOLDER CERTIFICATE PORT USER:PASSWORD`.
"""

from __future__ import annotations

import base64
import functools
import ssl
import sys
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer


class Mirror(SimpleHTTPRequestHandler):
    """Files, for the one login."""

    login = ""

    def do_GET(self) -> None:
        """Answer 401 to anybody else."""
        if self.headers.get("Authorization") == self.login:
            super().do_GET()
        else:
            self.send_error(401)


class Server(ThreadingHTTPServer):
    """TLS in the connection's own thread, so that nobody waits for a silent client."""

    context: ssl.SSLContext

    def finish_request(self, request: object, client_address: object) -> None:
        """Shake hands, then answer."""
        wrapped = self.context.wrap_socket(request, server_side=True)  # type: ignore[arg-type]
        super().finish_request(wrapped, client_address)


def main(folder: str, certificate: str, port: str, login: str) -> None:
    """Serve until the machine ends."""
    Mirror.login = "Basic " + base64.b64encode(login.encode()).decode()
    handler = functools.partial(Mirror, directory=folder)
    server = Server(("0.0.0.0", int(port)), handler)
    server.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.context.load_cert_chain(certificate)
    server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
