"""One mirror, asked as Go would ask it: through the same proxy, along its redirects."""

from __future__ import annotations

import asyncio
import ssl
from contextlib import AbstractAsyncContextManager, nullcontext
from dataclasses import dataclass
from urllib.parse import quote, urljoin, urlsplit

from wizard.detect.mirrors.dial import (
    USER_AGENT,
    Opened,
    Progress,
    Target,
    connect,
    may_be_cured,
    open_channel,
    peek_issuer,
    proxy_authorization,
    refused_by_proxy,
    target_of,
)
from wizard.detect.mirrors.http1 import Channel, Closed, Reply
from wizard.detect.mirrors.places import Places
from wizard.detect.mirrors.resolve import Names
from wizard.detect.mirrors.trust import Trust
from wizard.detect.mirrors.verdict import (
    Phase,
    ProbeError,
    from_exception,
    not_a_proxy,
)
from wizard.facts.mirrors import Failure
from wizard.facts.proxy import GoProxyEnvironment
from wizard.rules.noproxy import proxy_for
from wizard.rules.proxy_url import ProxyUrl
from wizard.secret import Secret
from wizard.text import msg

MOST_REDIRECTS = 10
"""net/http's own limit."""
REDIRECTS = {301, 302, 303, 307, 308}
_PATH_SAFE = "/%!$&'()*+,;=:@~"


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """One question with its redirects, answered. Milliseconds."""

    reply: Reply
    first_byte_ms: float
    total_ms: float
    hosts: tuple[str, ...]
    """Hosts that it was redirected to, in order."""
    trail: tuple[str, ...] = ()
    """Addresses that it was redirected to, in order, queries left out."""


@dataclass(slots=True)
class Legs:
    """Milliseconds of the first connection; None: not seen from here."""

    dns: float | None = None
    connect: float | None = None
    tls: float | None = None


class Session:
    """The connections to one mirror and to where it redirects."""

    def __init__(
        self,
        url: str,
        *,
        environment: GoProxyEnvironment,
        names: Names,
        trust: Trust,
        places: Places | None = None,
        login: Secret | None = None,
        accept: str = "*/*",
    ) -> None:
        self.url = url
        self.target = target_of(urlsplit(url))
        self.proxy = proxy_for(url, environment)
        self.progress = Progress(self.target.shown)
        self.legs = Legs()
        self.issuer: str | None = None
        self.anchors: dict[str, bytes] = {}
        """Host to the authority that its verified connection ended at, as DER."""
        self._environment = environment
        self._names = names
        self._trust = trust
        self._places = places
        self._login = login
        self._accept = accept
        self._channels: dict[Target, Channel] = {}
        self._proxies: dict[Target, ProxyUrl | None] = {}
        self._last_request = ("", b"")

    def close(self) -> None:
        """Drop every connection at once."""
        for channel in self._channels.values():
            channel.abort()
        self._channels.clear()

    async def get(self, path: str, *, cut: bool = False) -> Exchange:
        """Ask the mirror for `path` below its base, following redirects. Raises ProbeError.

        `cut`: the beginning of a large answer is enough.
        """
        url, target = self.url + path, self.target
        first = total = 0.0
        hosts: list[str] = []
        trail: list[str] = []
        for _ in range(MOST_REDIRECTS):
            try:
                reply, waited = await self._ask(url, target, cut=cut)
            except ProbeError as error:
                lost = error if not hosts else _lost_on_the_way(error, url, target)
                lost.trail = tuple(trail)
                raise lost from None
            first += reply.first_byte * 1000
            total += reply.last_byte * 1000 + waited
            location = reply.header("location")
            if reply.status not in REDIRECTS or not location:
                return Exchange(
                    reply=reply,
                    first_byte_ms=first,
                    total_ms=total,
                    hosts=tuple(hosts),
                    trail=tuple(trail),
                )
            url = _next_url(url, location, reply)
            trail.append(url.partition("?")[0])
            target = target_of(urlsplit(url))
            if (host := target.shown) not in (self.target.shown, *hosts):
                hosts.append(host)
        circle = ProbeError(
            Failure.NOT_A_MODULE_PROXY,
            msg("{where} redirects in a circle", where=self.target.shown),
        )
        circle.trail = tuple(trail[:-1])
        raise circle

    async def get_all(self, paths: list[str]) -> list[Reply]:
        """Ask for all of `paths` at once on the connection that is open; none open: no answer.

        No redirect is followed. Raises ConnectionError.
        """
        channel = self._channels.pop(self.target, None)
        if channel is None:
            return []
        try:
            return await channel.ask_all([self._request(self.url + p, self.target) for p in paths])
        finally:
            channel.abort()

    async def _ask(self, url: str, target: Target, *, cut: bool) -> tuple[Reply, float]:
        """Return the answer to one request, and the milliseconds until it could be sent."""
        waited = 0.0
        for attempt in ("kept", "fresh"):
            channel = self._channels.pop(target, None) if attempt == "kept" else None
            reused = channel is not None
            try:
                if channel is None:
                    channel, waited = await self._open(target)
                self.progress.at(Phase.ANSWER, target.shown)
                reply = await channel.ask(self._request(url, target), cut=cut)
            except Closed as error:
                if reused:
                    continue  # the server closed an idle connection, which is its right
                raise from_exception(error, target.shown) from None
            except OSError as error:
                if channel is not None:
                    channel.abort()
                raise from_exception(error, target.shown) from None
            except asyncio.CancelledError:
                if channel is not None:
                    channel.abort()
                raise
            if reply.keep:
                self._channels[target] = channel
            else:
                channel.abort()
            proxy = self._proxy(target)
            if reply.status == 407 and proxy is not None:
                raise refused_by_proxy(reply, proxy)
            return reply, waited
        raise ProbeError(Failure.RESET, msg("{where} broke the connection", where=target.shown))

    def _proxy(self, target: Target) -> ProxyUrl | None:
        if target not in self._proxies:
            url = f"{target.scheme}://{target.authority}/"
            self._proxies[target] = proxy_for(url, self._environment)
        return self._proxies[target]

    async def _open(self, target: Target) -> tuple[Channel, float]:
        """Return a fresh connection and the milliseconds that its legs took."""
        try:
            return await self._open_with(target, None)
        except ssl.SSLCertVerificationError as error:
            failure: ssl.SSLCertVerificationError = error
        if may_be_cured(failure):
            whole = await asyncio.to_thread(self._trust.whole)
            if whole is not self._trust.ready:
                try:
                    return await self._open_with(target, whole)
                except ssl.SSLCertVerificationError as error:
                    failure = error
        verdict = from_exception(failure, target.shown)
        quick = await self._quick()
        signer = await peek_issuer(target, self._proxy(target), self._names, quick)
        if signer is not None:
            if target == self.target:
                self.issuer = signer
            raise ProbeError(
                verdict.reason,
                msg("{why}; it is signed by {issuer}", why=verdict.detail, issuer=signer),
            )
        raise verdict

    async def _quick(self) -> ssl.SSLContext:
        ready = self._trust.ready
        return await asyncio.to_thread(self._trust.quick) if ready is None else ready

    async def _open_with(
        self, target: Target, context: ssl.SSLContext | None
    ) -> tuple[Channel, float]:
        """Open a connection with `context`, or with the quick one, which is built meanwhile."""
        proxy = self._proxy(target)
        connected = await connect(target, proxy, self._names, self.progress)
        if target == self.target and proxy is None:
            self.legs = Legs(dns=connected.dns_ms, connect=connected.connect_ms)
        try:
            self.progress.at(Phase.TLS, target.shown)
            trusting = await self._quick() if context is None else context
            async with self._place(connected.connect_ms):
                opened = await open_channel(connected, target, proxy, trusting, self.progress)
        except BaseException:
            connected.sock.close()
            raise
        if opened.anchor is not None:
            self.anchors[target.shown] = opened.anchor
        if target == self.target:
            self._note(opened, connected.dns_ms, connected.connect_ms, proxy)
        return opened.channel, connected.dns_ms + connected.connect_ms + opened.ready_ms

    def _place(self, distance_ms: float) -> AbstractAsyncContextManager[None]:
        return nullcontext() if self._places is None else self._places.held(distance_ms)

    def _note(
        self, opened: Opened, dns_ms: float, connect_ms: float, proxy: ProxyUrl | None
    ) -> None:
        self.issuer = opened.issuer
        if proxy is None:
            self.legs = Legs(dns=dns_ms, connect=connect_ms, tls=opened.tls_ms)
        else:
            # Name and TCP are the proxy's; only what passes the tunnel is the mirror's.
            self.legs = Legs(tls=opened.tls_ms)

    def _request(self, url: str, target: Target) -> bytes:
        """Return the bytes of a request; of several samples they are the same."""
        if self._last_request[0] != url:
            self._last_request = (url, self._made(url, target))
        return self._last_request[1]

    def _made(self, url: str, target: Target) -> bytes:
        parts = urlsplit(url)
        path = quote(parts.path or "/", safe=_PATH_SAFE)
        if parts.query:
            path += "?" + quote(parts.query, safe=_PATH_SAFE + "?")
        usual = {"http": 80, "https": 443}[target.scheme]
        host = target.authority if target.port != usual else target.authority.rpartition(":")[0]
        lines = [f"Host: {host}", f"User-Agent: {USER_AGENT}", f"Accept: {self._accept}"]
        if self._login is not None and target == self.target:
            lines.append(f"Authorization: {self._login.reveal()}")
        proxy = self._proxy(target)
        if proxy is not None and target.scheme == "http" and proxy.scheme in ("http", "https"):
            path = f"http://{host}{path}"
            if login := proxy_authorization(proxy):
                lines.append(f"Proxy-Authorization: {login}")
        lines = [f"GET {path} HTTP/1.1", *lines, "Accept-Encoding: identity"]
        return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8")


def _next_url(url: str, location: str, reply: Reply) -> str:
    """Return where a redirect leads. Raises ProbeError where Go would not follow it."""
    here = urlsplit(url).hostname or ""
    try:
        following = urljoin(url, location)
        parts = urlsplit(following)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
        shown = target_of(parts).shown if usable else ""
    except (ValueError, KeyError):
        usable, shown = False, ""
    if not usable:
        raise not_a_proxy(reply.body, here)
    if url.startswith("https:") and parts.scheme == "http":
        raise ProbeError(
            Failure.NOT_A_MODULE_PROXY,
            msg("{where} redirects to http://{target}, which Go refuses", where=here, target=shown),
        )
    return following.partition("#")[0]


def _lost_on_the_way(error: ProbeError, url: str, target: Target) -> ProbeError:
    """Tell a blocked download host from a login host that cannot be reached from here."""
    module = "/@v/" in urlsplit(url).path
    return ProbeError(
        Failure.REDIRECT_BLOCKED if module else Failure.NOT_A_MODULE_PROXY,
        msg("it redirects to {target}: {why}", target=target.shown, why=error.detail),
    )
