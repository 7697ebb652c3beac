"""All servers of the emulated network in one process: the mirrors, and the resolver of their names.

    python -m bench.wan.servers CONFIG.json

Prints "ready" when everybody listens, and ends when stdin does. Each mirror is on its own
address, port 443, and speaks the module proxy protocol of the modules in CONFIG over TLS.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import gc
import json
import os
import resource
import socket
import ssl
import struct
import sys
from pathlib import Path
from typing import cast
from urllib.parse import unquote

from bench.wan.sites import RESOLVER, address_of

_LOGIN = b"<!doctype html><html><head><title>Sign in to the network</title></head></html>"
_BLOCKED = b"<html><head><title>Blocked by policy</title></head></html>"
_MOST_HEAD = 65536


def answer(status: int, reason: str, body: bytes, kind: str = "text/plain") -> bytes:
    """Return one HTTP answer."""
    head = f"HTTP/1.1 {status} {reason}\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n"
    return head.encode() + b"Cache-Control: public, max-age=60\r\n\r\n" + body


class Book:
    """What a mirror answers: path to answer, and one for every other path."""

    def __init__(self, files: dict[str, bytes]) -> None:
        self._answers = {path: answer(200, "OK", data) for path, data in files.items()}
        self._absent = answer(404, "Not Found", b"not found: no such module\n")

    def reply(self, kind: str, head: bytes) -> bytes:
        """Return the answer of a mirror of that kind to one request's head."""
        method, _, rest = head.partition(b" ")
        if kind == "403":
            whole = answer(403, "Forbidden", _BLOCKED, "text/html")
        elif kind == "captive":
            whole = answer(200, "OK", _LOGIN, "text/html")
        else:
            path = unquote(rest.partition(b" ")[0].partition(b"?")[0].decode("latin-1"))
            whole = self._answers.get(path, self._absent)
        return whole.partition(b"\r\n\r\n")[0] + b"\r\n\r\n" if method == b"HEAD" else whole


class Connection:
    """One client: the handshake, then one answer after the other."""

    def __init__(self, stream: ssl.SSLSocket, kind: str, book: Book) -> None:
        self._stream, self._kind, self._book = stream, kind, book
        self._loop = asyncio.get_running_loop()
        self._shaken = False
        self._buffer = b""

    def start(self) -> None:
        """Serve it from now on."""
        self._loop.add_reader(self._stream, self._readable)

    def _readable(self) -> None:
        try:
            self._serve()
        except (ssl.SSLWantReadError, ssl.SSLWantWriteError):
            return
        except OSError:
            self._end()

    def _serve(self) -> None:
        if not self._shaken:
            self._stream.do_handshake()
            self._shaken = True
        while True:
            data = self._stream.recv(16384)
            if not data:
                self._end()
                return
            self._buffer += data
            while b"\r\n\r\n" in self._buffer:
                head, _, self._buffer = self._buffer.partition(b"\r\n\r\n")
                self._stream.sendall(self._book.reply(self._kind, head))
            if len(self._buffer) > _MOST_HEAD:
                self._end()
                return

    def _end(self) -> None:
        self._loop.remove_reader(self._stream)
        self._stream.close()


class Mirrors:
    """The listeners of all mirrors, each with its kind."""

    def __init__(self, context: ssl.SSLContext, book: Book) -> None:
        self._context, self._book = context, book
        self._mute: list[socket.socket] = []
        self._loop = asyncio.get_running_loop()

    def add(self, number: int, kind: str) -> None:
        """Listen for one mirror."""
        if kind == "refuse":
            return  # nobody listens: the kernel refuses, a round trip later
        listener = socket.socket()
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((address_of(number), 443))
        listener.listen(128)
        listener.setblocking(False)
        self._loop.add_reader(listener, self._accept, listener, kind)

    def _accept(self, listener: socket.socket, kind: str) -> None:
        with contextlib.suppress(BlockingIOError):
            while True:
                connection, _ = listener.accept()
                connection.setblocking(False)
                connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
                if kind == "silent":
                    self._mute.append(connection)
                    continue
                stream = self._context.wrap_socket(
                    connection, server_side=True, do_handshake_on_connect=False
                )
                Connection(stream, kind, self._book).start()


class Resolver(asyncio.DatagramProtocol):
    """Answers `mNNNNN.lab.test` with the mirror's address, and nothing else."""

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.DatagramTransport, transport)

    def datagram_received(self, data: bytes, addr: tuple[str, int]) -> None:
        if reply := _dns_reply(data):
            self._transport.sendto(reply, addr)


def _dns_reply(query: bytes) -> bytes | None:
    """Return the answer to a question of RFC 1035's format, or None for what is none."""
    labels: list[str] = []
    at = 12
    try:
        while size := query[at]:
            labels.append(query[at + 1 : at + 1 + size].decode("latin-1").lower())
            at += size + 1
        (asked,) = struct.unpack_from("!H", query, at + 1)
    except (IndexError, struct.error):
        return None
    question = query[12 : at + 5]
    number = labels[0][1:] if labels else ""
    here = labels[1:] == ["lab", "test"] and labels[0][0] == "m" and number.isdigit()
    record = b""
    if here and asked == 1:  # A; an AAAA has no record, and no error
        address = socket.inet_aton(address_of(int(number)))
        record = b"\xc0\x0c" + struct.pack("!HHIH", 1, 1, 60, 4) + address
    flags = 0x8180 if here else 0x8183  # NXDOMAIN
    return query[:2] + struct.pack("!HHHHH", flags, 1, bool(record), 0, 0) + question + record


async def _serve(config: dict[str, object]) -> None:
    loop = asyncio.get_running_loop()
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(str(config["certificate"]))
    context.set_alpn_protocols(["http/1.1"])
    context.num_tickets = 0
    files = config["files"]
    assert isinstance(files, dict)  # noqa: S101
    mirrors = Mirrors(context, Book({k: base64.b64decode(v) for k, v in files.items()}))
    places = config["sites"]
    assert isinstance(places, list)  # noqa: S101
    for number, kind in places:
        mirrors.add(number, kind)
    await loop.create_datagram_endpoint(Resolver, local_addr=(address_of(RESOLVER), 53))
    gc.freeze()
    gc.disable()  # a pause of the collector would be measured as a slow mirror
    print("ready", flush=True)
    done = asyncio.Event()

    def heard() -> None:
        if not os.read(0, 1):
            done.set()

    loop.add_reader(0, heard)
    await done.wait()


if __name__ == "__main__":
    hard = resource.getrlimit(resource.RLIMIT_NOFILE)[1]
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    asyncio.run(_serve(json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))))
