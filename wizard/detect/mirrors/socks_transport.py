"""httpx over SOCKS5, by the prober's own handshake: httpx itself would need one package more."""

from __future__ import annotations

import ssl
from collections.abc import Iterable

import httpcore
import httpx

from wizard.detect.mirrors import socks
from wizard.rules.proxy_url import ProxyUrl


class SocksTransport(httpx.AsyncHTTPTransport):
    """An ordinary transport whose connections pass a SOCKS5 proxy."""

    def __init__(self, proxy: ProxyUrl, context: ssl.SSLContext) -> None:
        super().__init__(verify=context)
        # httpx offers no place to hand in a network backend; its pool takes one.
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=context, network_backend=_Backend(proxy)
        )


class _Backend(httpcore.AsyncNetworkBackend):
    def __init__(self, proxy: ProxyUrl) -> None:
        self._proxy = proxy
        self._inner = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the base class's signature
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        stream = await self._inner.connect_tcp(
            self._proxy.host, self._proxy.port, timeout, local_address, socket_options
        )
        try:
            await socks.connect(_Pipe(stream), host, port, self._proxy)
        except BaseException:
            await stream.aclose()
            raise
        return stream

    async def sleep(self, seconds: float) -> None:
        await self._inner.sleep(seconds)


class _Pipe:
    def __init__(self, stream: httpcore.AsyncNetworkStream) -> None:
        self._stream = stream

    async def send(self, data: bytes) -> None:
        await self._stream.write(data)

    async def read_exactly(self, size: int) -> bytes:
        data = b""
        while len(data) < size:
            more = await self._stream.read(size - len(data))
            if not more:
                raise ConnectionResetError
            data += more
        return data
