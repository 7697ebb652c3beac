"""A DNS server on loopback with chosen answers, UDP and TCP on one port."""

from __future__ import annotations

import contextlib
import socket
import struct
import threading
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

Answer = str | tuple[str, ...]
"""Addresses, or one of `nxdomain`, `servfail`, `refused`, `silence`, `no-data`."""

_CODES = {
    "nxdomain": dns.rcode.NXDOMAIN,
    "servfail": dns.rcode.SERVFAIL,
    "refused": dns.rcode.REFUSED,
    "no-data": dns.rcode.NOERROR,
}


class Resolver:
    """Answers for the given names; every other name gets `default`. `asked` lists the names."""

    def __init__(
        self,
        answers: Mapping[str, Answer],
        *,
        default: Answer = "nxdomain",
        host: str = "127.0.0.1",
        port: int = 0,
    ) -> None:
        self.answers = {name.rstrip(".").lower(): answer for name, answer in answers.items()}
        self.default = default
        self.asked: list[str] = []
        self.host = host
        self._udp, self._tcp = _pair(host, port)
        self.port: int = self._udp.getsockname()[1]
        self._threads = [
            threading.Thread(target=target, daemon=True)
            for target in (self._serve_udp, self._serve_tcp)
        ]

    def __enter__(self) -> Self:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        at: TracebackType | None,
    ) -> None:
        for sock in (self._udp, self._tcp):
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
            sock.close()
        for thread in self._threads:
            thread.join(5)

    def _serve_udp(self) -> None:
        while True:
            try:
                data, peer = self._udp.recvfrom(4096)
            except OSError:
                return
            if not data:  # the socket was shut down
                return
            if reply := self._reply(data):
                with contextlib.suppress(OSError):
                    self._udp.sendto(reply, peer)

    def _serve_tcp(self) -> None:
        while True:
            try:
                connection, _ = self._tcp.accept()
            except OSError:
                return
            with contextlib.suppress(OSError, struct.error), connection:
                connection.settimeout(2)
                (size,) = struct.unpack("!H", connection.recv(2))
                if reply := self._reply(connection.recv(size)):
                    connection.sendall(struct.pack("!H", len(reply)) + reply)

    def _reply(self, data: bytes) -> bytes | None:
        query = dns.message.from_wire(data)
        question = query.question[0]
        name = question.name.to_text().rstrip(".").lower()
        self.asked.append(name)
        answer = self.answers.get(name, self.default)
        if answer == "silence":
            return None
        reply = dns.message.make_response(query)
        reply.flags |= dns.flags.RA
        if isinstance(answer, str) and answer in _CODES:
            reply.set_rcode(_CODES[answer])
            return reply.to_wire()
        addresses = (answer,) if isinstance(answer, str) else answer
        six = question.rdtype == dns.rdatatype.AAAA
        fitting = [a for a in addresses if (":" in a) == six]
        if fitting and question.rdtype in (dns.rdatatype.A, dns.rdatatype.AAAA):
            kind = "AAAA" if six else "A"
            reply.answer.append(dns.rrset.from_text(question.name, 60, "IN", kind, *fitting))
        return reply.to_wire()


def _pair(host: str, port: int) -> tuple[socket.socket, socket.socket]:
    """Return a UDP and a TCP socket on one port."""
    while True:
        tcp = socket.create_server((host, port))
        udp = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        try:
            udp.bind((host, tcp.getsockname()[1]))
        except OSError:
            udp.close()
            tcp.close()
            if port:
                raise
            continue
        return udp, tcp
