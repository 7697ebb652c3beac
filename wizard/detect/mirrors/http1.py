"""HTTP/1.1 as much as timing a small answer needs: one connection, one request at a time.

Own code, because a pooling client distorts what is measured (its bookkeeping costs more than the
answer). Every size is bounded here; time is bounded by the caller's one deadline.
"""

from __future__ import annotations

import asyncio
import zlib
from dataclasses import dataclass
from typing import cast

from wizard.detect.mirrors.tcp_info import undelayed_s

HEAD_LIMIT = 64 * 1024
BODY_LIMIT = 64 * 1024
"""Of a `.info`, some hundred bytes long, or of the page that stands in its place."""
LARGE_BODY_LIMIT = 256 * 1024
"""Of a small module's zip."""
_BUFFER_LIMIT = 2 * (HEAD_LIMIT + LARGE_BODY_LIMIT)


class Truncated(ConnectionError):
    """The connection ended in the middle of an answer."""


class Closed(ConnectionError):
    """The connection ended before the first byte of an answer."""


class TooLarge(ConnectionError):
    """Head or body passed its limit."""


class Malformed(ConnectionError):
    """The answer is no HTTP/1.x."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """One answer. Times are seconds."""

    status: int
    reason: str
    headers: tuple[tuple[str, str], ...]
    """Names in lower case."""
    body: bytes
    first_byte: float
    """From the request's write to the first byte of the answer."""
    last_byte: float
    keep: bool
    """The connection can be used again."""

    def header(self, name: str) -> str:
        """Return the first header of that (lower case) name, or an empty text."""
        return next((value for key, value in self.headers if key == name), "")


class Channel(asyncio.Protocol):
    """One open connection, TLS or not."""

    def __init__(self) -> None:
        self.loop = asyncio.get_running_loop()
        self._transport: asyncio.Transport | None = None
        self._buffer = bytearray()
        self._ended = False
        self._error: BaseException | None = None
        self._waiter: asyncio.Future[None] | None = None
        self._asked = 0.0
        self._stamp: float | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    @property
    def transport(self) -> asyncio.Transport:
        """The open transport; TLS replaces it. Raises Closed before there is one."""
        if self._transport is None:
            raise Closed
        return self._transport

    @transport.setter
    def transport(self, transport: asyncio.Transport) -> None:
        self._transport = transport

    def data_received(self, data: bytes) -> None:
        if self._stamp is None:
            waited = self.loop.time() - self._asked
            sock = None if self._transport is None else self._transport.get_extra_info("socket")
            self._stamp = self._asked + undelayed_s(sock, waited)
        self._buffer += data
        if len(self._buffer) > _BUFFER_LIMIT:
            self._error = TooLarge()
            self._ended = True
            self.abort()
        self._wake()

    def eof_received(self) -> bool:
        self._ended = True
        self._wake()
        return False

    def connection_lost(self, exc: Exception | None) -> None:
        self._ended = True
        self._error = self._error or exc
        self._wake()

    def abort(self) -> None:
        """Close at once, without waiting for the other side."""
        if self._transport is not None:
            self._transport.abort()

    def _wake(self) -> None:
        if self._waiter is not None and not self._waiter.done():
            self._waiter.set_result(None)

    async def _more(self) -> None:
        """Wait until the buffer grew. Raises ConnectionError where it never will."""
        if self._ended:
            raise self._end()
        size = len(self._buffer)
        self._waiter = self.loop.create_future()
        try:
            await self._waiter
        finally:
            self._waiter = None
        if len(self._buffer) == size:
            raise self._end()

    def _end(self) -> BaseException:
        if isinstance(self._error, (TooLarge, OSError)):
            return self._error
        return Truncated() if self._stamp is not None else Closed()

    async def send(self, data: bytes) -> None:
        """Send `data` (for a SOCKS handshake)."""
        self.write(data)

    async def read_exactly(self, size: int) -> bytes:
        """Return the next `size` bytes (for a SOCKS handshake)."""
        while len(self._buffer) < size:
            await self._more()
        return self._take(size)

    def write(self, data: bytes) -> None:
        """Send `data`."""
        self.transport.write(data)

    async def ask(self, request: bytes, *, tunnel: bool = False, cut: bool = False) -> Reply:
        """Send one request and return its answer. Raises ConnectionError.

        `tunnel`: it is a CONNECT, whose 2xx has no body. `cut`: a body in chunks that passes the
        limit ends there, as one with a length does.
        """
        if self._ended:
            raise Closed
        self._stamp = None
        self._asked = start = self.loop.time()
        self.write(request)
        return await self._reply(start, tunnel=tunnel, cut=cut)

    async def ask_all(self, requests: list[bytes]) -> list[Reply]:
        """Send several requests in one flight and return their answers. Raises ConnectionError.

        Their times are those of the first. A server may end the connection after any answer.
        """
        if self._ended:
            raise Closed
        self._stamp = None
        self._asked = start = self.loop.time()
        self.write(b"".join(requests))
        replies: list[Reply] = []
        for _ in requests:
            if replies and not replies[-1].keep:
                raise Closed
            replies.append(await self._reply(start, limit=LARGE_BODY_LIMIT))
        return replies

    async def _reply(
        self, start: float, *, tunnel: bool = False, cut: bool = False, limit: int = BODY_LIMIT
    ) -> Reply:
        while True:
            head = await self._head()
            status, reason, headers = _parse_head(head)
            if status >= 200 or status == 101:
                break
        known = dict(reversed(headers))
        if tunnel and 200 <= status < 300:
            body, keep = b"", True
        else:
            body, keep = await self._body(status, known, cut, limit)
        if "gzip" in known.get("content-encoding", "").lower():
            body = _gunzip(body)
        last = self.loop.time() - start
        keep = keep and "close" not in known.get("connection", "").lower()
        if not head.startswith(b"HTTP/1.1"):
            keep = False
        first = last if self._stamp is None else self._stamp - start
        return Reply(
            status=status,
            reason=reason,
            headers=headers,
            body=body,
            first_byte=first,
            last_byte=last,
            keep=keep,
        )

    async def _head(self) -> bytes:
        while (end := self._buffer.find(b"\r\n\r\n", 0, HEAD_LIMIT)) < 0:
            if len(self._buffer) >= HEAD_LIMIT:
                raise TooLarge
            if len(self._buffer) >= 5 and not self._buffer.startswith(b"HTTP/"):
                raise Malformed
            await self._more()
        return self._take(end + 4)

    def _take(self, size: int) -> bytes:
        data = bytes(self._buffer[:size])
        del self._buffer[:size]
        return data

    async def _body(
        self, status: int, known: dict[str, str], cut: bool, limit: int
    ) -> tuple[bytes, bool]:
        if status in (204, 304):
            return b"", True
        if "chunked" in known.get("transfer-encoding", "").lower():
            return await self._chunked(cut, limit)
        length = known.get("content-length", "")
        if length.isascii() and length.isdigit():
            wanted = int(length[:18])
            while len(self._buffer) < min(wanted, limit):
                await self._more()
            return self._take(min(wanted, limit)), wanted <= limit
        while not self._ended and len(self._buffer) < limit:
            try:
                await self._more()
            except (Truncated, Closed):
                break
        return self._take(limit), False

    async def _chunked(self, cut: bool, limit: int) -> tuple[bytes, bool]:
        body = bytearray()
        while True:
            size_line = (await self._line()).partition(b";")[0].strip()
            try:
                size = int(size_line, 16)
            except ValueError:
                raise Malformed from None
            if size == 0:
                while await self._line():
                    pass
                return bytes(body), True
            if size < 0:
                raise Malformed
            if len(body) + size > limit:
                if cut:
                    left = limit - len(body)
                    return bytes(body + await self.read_exactly(left)), False
                raise TooLarge
            body += await self.read_exactly(size)
            await self._line()

    async def _line(self) -> bytes:
        while (end := self._buffer.find(b"\r\n")) < 0:
            if len(self._buffer) > HEAD_LIMIT:
                raise TooLarge
            await self._more()
        return self._take(end + 2)[:-2]


def _parse_head(head: bytes) -> tuple[int, str, tuple[tuple[str, str], ...]]:
    lines = head.decode("latin-1").split("\r\n")
    version, _, rest = lines[0].partition(" ")
    code, _, reason = rest.partition(" ")
    if not version.startswith("HTTP/1.") or not (code.isascii() and code.isdigit()):
        raise Malformed
    headers = tuple(
        (name.strip().lower(), value.strip())
        for name, colon, value in (line.partition(":") for line in lines[1:])
        if colon
    )
    return int(code[:3]), reason, headers


def _gunzip(body: bytes) -> bytes:
    decoder = zlib.decompressobj(wbits=31)
    try:
        return decoder.decompress(body, BODY_LIMIT)
    except zlib.error:
        return body
