"""From a name to an open connection: addresses, TCP, the proxy's tunnel, TLS; each leg timed."""

from __future__ import annotations

import asyncio
import asyncio.sslproto
import base64
import contextlib
import socket
import ssl
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import SplitResult

from wizard.detect.mirrors import socks, trust
from wizard.detect.mirrors.certificate import anchor_of, describe, issuer_of_peer
from wizard.detect.mirrors.http1 import Channel, Reply
from wizard.detect.mirrors.resolve import Address, Names
from wizard.detect.mirrors.tcp_info import round_trip_ms
from wizard.detect.mirrors.verdict import (
    UNTRUSTED,
    Phase,
    ProbeError,
    from_exception,
    title,
)
from wizard.facts.mirrors import Failure
from wizard.rules.proxy_url import ProxyUrl
from wizard.text import Text, msg
from wizard.untrusted import clean_line

_STAGGER_S = 0.25
"""RFC 8305: the wait before the next address of a name is tried beside the first."""
_MOST_ADDRESSES = 6
# asyncio gives every TLS connection 256 KiB and clears them: 50 MB and 20 ms for two hundred
# mirrors, whose records are 16 KiB at most.
asyncio.sslproto.SSLProtocol.max_size = 16 * 1024
USER_AGENT = "Go-http-client/1.1 (gomod-wizard)"
"""Begins as Go's does: some filters let only Go's user agent through."""


class Progress:
    """What a probe is waiting for at this moment; read when the deadline cuts it off."""

    def __init__(self, host: str) -> None:
        self.phase = Phase.RESOLVE
        self.where: Text = host

    def at(self, phase: Phase, where: Text) -> None:
        """Note that the probe now waits for `where`."""
        self.phase, self.where = phase, where


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """Scheme, host and port of a URL."""

    scheme: str
    host: str
    port: int

    @property
    def authority(self) -> str:
        """`host:port`, with brackets around an IPv6 address."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    @property
    def shown(self) -> str:
        """The host, and the port where it is not the scheme's own."""
        return _shown(self)


@lru_cache(maxsize=512)
def _shown(target: Target) -> str:
    usual = {"http": 80, "https": 443}[target.scheme]
    return clean_line(target.host if target.port == usual else target.authority, 200)


def target_of(parts: SplitResult) -> Target:
    """Return the target of a split http(s) URL. Raises ValueError for a bad port."""
    port = parts.port or {"http": 80, "https": 443}[parts.scheme]
    return Target(scheme=parts.scheme, host=parts.hostname or "", port=port)


@dataclass(frozen=True, slots=True, kw_only=True)
class Connected:
    """A TCP connection, to the target or to its proxy. Milliseconds."""

    sock: socket.socket
    dns_ms: float
    connect_ms: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A connection that a request can be sent on."""

    channel: Channel
    ready_ms: float
    """Tunnel and TLS together."""
    tls_ms: float | None
    issuer: str | None
    anchor: bytes | None
    """DER of the authority at the end of the verified chain."""


async def connect(
    target: Target, proxy: ProxyUrl | None, names: Names, progress: Progress
) -> Connected:
    """Return a TCP connection to `target`, or to `proxy`. Raises ProbeError."""
    host, port = (target.host, target.port) if proxy is None else (proxy.host, proxy.port)
    where: Text = target.shown if proxy is None else _proxy_name(proxy)
    loop = asyncio.get_running_loop()
    progress.at(Phase.RESOLVE, clean_line(host, 200))
    resolved = await names.addresses(host, port)
    progress.at(Phase.CONNECT, where)
    start = loop.time()
    try:
        sock = await _first_of(resolved.addresses[:_MOST_ADDRESSES])
    except OSError as error:
        raise from_exception(error, where) from None
    elapsed = (loop.time() - start) * 1000
    kernel = round_trip_ms(sock)
    return Connected(
        sock=sock,
        dns_ms=resolved.seconds * 1000,
        connect_ms=elapsed if kernel is None else min(elapsed, kernel),
    )


def _proxy_name(proxy: ProxyUrl) -> Text:
    return msg("the proxy {address}", address=clean_line(proxy.address, 200))


async def _first_of(addresses: tuple[Address, ...]) -> socket.socket:
    """Connect to the addresses, a quarter of a second apart; the first one that answers wins."""
    if len(addresses) == 1:
        return await _connect(addresses[0])
    tasks: list[asyncio.Task[socket.socket]] = []
    left = list(addresses)
    failed: OSError | None = None
    try:
        while left or tasks:
            if left:
                tasks.append(asyncio.create_task(_connect(left.pop(0))))
            done, _ = await asyncio.wait(
                tasks,
                timeout=_STAGGER_S if left else None,
                return_when=asyncio.FIRST_COMPLETED,
            )
            for task in done:
                tasks.remove(task)
                error = task.exception()
                if error is None:
                    return task.result()
                failed = failed or (error if isinstance(error, OSError) else OSError(str(error)))
        raise failed or OSError(str(msg("the name has no address")))
    finally:
        for task in tasks:
            if not task.cancel() and not task.cancelled() and task.exception() is None:
                task.result().close()


async def _connect(address: Address) -> socket.socket:
    sock = socket.socket(address.family, socket.SOCK_STREAM)
    try:
        sock.setblocking(False)
        sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        await asyncio.get_running_loop().sock_connect(sock, address.sockaddr)
    except BaseException:
        sock.close()
        raise
    return sock


async def open_channel(
    connected: Connected,
    target: Target,
    proxy: ProxyUrl | None,
    context: ssl.SSLContext,
    progress: Progress,
) -> Opened:
    """Make a TCP connection speak to `target`: tunnel and TLS where they are needed.

    Raises ProbeError, and ssl.SSLCertVerificationError for the target's own certificate.
    """
    loop = asyncio.get_running_loop()
    channel = Channel()
    begin = start = loop.time()
    try:
        if proxy is None and target.scheme == "https":
            progress.at(Phase.TLS, target.shown)
            await loop.create_connection(
                lambda: channel, sock=connected.sock, ssl=context, server_hostname=target.host
            )
        else:
            await loop.create_connection(lambda: channel, sock=connected.sock)
            if proxy is not None:
                progress.at(Phase.PROXY, target.shown)
                await _through(channel, target, proxy, context)
            if target.scheme == "http":
                ready = (loop.time() - begin) * 1000
                return Opened(
                    channel=channel, ready_ms=ready, tls_ms=None, issuer=None, anchor=None
                )
            progress.at(Phase.TLS, target.shown)
            start = loop.time()
            await _start_tls(channel, context, target.host)
        return Opened(
            channel=channel,
            ready_ms=(loop.time() - begin) * 1000,
            tls_ms=(loop.time() - start) * 1000,
            issuer=issuer_of_peer(channel.transport.get_extra_info("peercert")),
            anchor=anchor_of(channel.transport.get_extra_info("ssl_object")),
        )
    except ssl.SSLCertVerificationError:
        channel.abort()
        connected.sock.close()
        raise
    except (OSError, UnicodeError) as error:
        channel.abort()
        connected.sock.close()
        raise from_exception(error, target.shown) from None
    except BaseException:
        channel.abort()
        raise


async def _start_tls(channel: Channel, context: ssl.SSLContext, host: str) -> None:
    raw = channel.transport
    try:
        upgraded = await asyncio.get_running_loop().start_tls(
            raw, channel, context, server_hostname=host
        )
    except BaseException:
        raw.abort()
        raise
    if upgraded is None:
        raise ConnectionResetError
    channel.transport = upgraded


async def _through(
    channel: Channel, target: Target, proxy: ProxyUrl, context: ssl.SSLContext
) -> None:
    """Open a tunnel to `target` through `proxy`; an HTTP proxy needs none for http://."""
    name = _proxy_name(proxy)
    try:
        if proxy.scheme.startswith("socks5"):
            await socks.connect(channel, target.host, target.port, proxy)
            return
        if proxy.scheme == "https":
            await _start_tls(channel, context, proxy.host)
        if target.scheme == "http":
            return
        reply = await channel.ask(_connect_request(target, proxy), tunnel=True)
    except (OSError, UnicodeError) as error:
        raise from_exception(error, name) from None
    if not 200 <= reply.status < 300:
        raise refused_by_proxy(reply, proxy)


def _connect_request(target: Target, proxy: ProxyUrl) -> bytes:
    lines = [f"CONNECT {target.authority} HTTP/1.1", f"Host: {target.authority}"]
    lines.append(f"User-Agent: {USER_AGENT}")
    if login := proxy_authorization(proxy):
        lines.append(f"Proxy-Authorization: {login}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8")


def proxy_authorization(proxy: ProxyUrl) -> str | None:
    """Return the Basic credentials of `proxy` for its header, as Go sends them, or None."""
    if proxy.username is None:
        return None
    password = "" if proxy.password is None else proxy.password.reveal()
    pair = f"{proxy.username}:{password}".encode()
    return "Basic " + base64.b64encode(pair).decode("ascii")


def refused_by_proxy(reply: Reply, proxy: ProxyUrl) -> ProbeError:
    """Return the failure that a proxy's own answer stands for."""
    name = _proxy_name(proxy)
    if reply.status == 407:
        asked = [value for key, value in reply.headers if key == "proxy-authenticate"]
        schemes = ", ".join(dict.fromkeys(clean_line(value.split(" ")[0], 40) for value in asked))
        if proxy.username is not None and "basic" in schemes.lower():
            detail = msg("{proxy} refuses this user name and password", proxy=name)
        elif schemes:
            detail = msg("{proxy} asks for a login: {schemes}", proxy=name, schemes=schemes)
        else:
            detail = msg("{proxy} asks for a login", proxy=name)
        return ProbeError(Failure.PROXY_AUTH, detail)
    status = clean_line(f"{reply.status} {reply.reason}".strip(), 120)
    said = title(reply.body)
    if said:
        detail = msg("{proxy} answers {status}: {title}", proxy=name, status=status, title=said)
    else:
        detail = msg("{proxy} answers {status}", proxy=name, status=status)
    return ProbeError(Failure.PROXY_REFUSED, detail)


def may_be_cured(error: ssl.SSLCertVerificationError) -> bool:
    """Return whether a larger set of authorities could make this certificate trusted."""
    return error.verify_code in UNTRUSTED


async def peek_issuer(
    target: Target, proxy: ProxyUrl | None, names: Names, context: ssl.SSLContext
) -> str | None:
    """Return who signed the certificate of `target`, believing nothing and asking for nothing."""
    quiet = Progress(target.host)
    channel = Channel()
    loop = asyncio.get_running_loop()
    with contextlib.suppress(OSError, UnicodeError, ProbeError):
        connected = await connect(target, proxy, names, quiet)
        try:
            await loop.create_connection(lambda: channel, sock=connected.sock)
            if proxy is not None:
                await _through(channel, target, proxy, context)
            await _start_tls(channel, trust.unchecked(), target.host)
            der = channel.transport.get_extra_info("ssl_object").getpeercert(binary_form=True)
            return describe(der).issuer if der else None
        finally:
            channel.abort()
            connected.sock.close()
    return None
