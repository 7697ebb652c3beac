"""Bytes from a mirror, by httpx.

Not the prober's own client: what a second, independent client reads through the same proxy is
what counts in a proof, not how fast.
"""

from __future__ import annotations

import asyncio
import contextlib
import zlib
from collections.abc import Mapping
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from wizard.detect.mirrors.dial import USER_AGENT, target_of
from wizard.detect.mirrors.http1 import Reply
from wizard.detect.mirrors.logins import Logins
from wizard.detect.mirrors.session import MOST_REDIRECTS, REDIRECTS
from wizard.detect.mirrors.trust import Trust
from wizard.detect.mirrors.verdict import ProbeError, from_exception, not_a_proxy
from wizard.facts.mirrors import Failure
from wizard.facts.proxy import GoProxyEnvironment
from wizard.rules.noproxy import proxy_for
from wizard.rules.proxy_url import ProxyUrl
from wizard.text import msg

if TYPE_CHECKING:
    import ssl

    import httpx


_MOST_PATIENCE_S = 2.0
_SHARE_OF_REST = 0.6


class Fetcher:
    """httpx clients, one for each proxy. Close it at the end."""

    def __init__(
        self,
        *,
        environment: GoProxyEnvironment,
        trust: Trust,
        logins: Logins,
        deadline: float,
    ) -> None:
        self._environment = environment
        self._deadline = deadline
        self._trust = trust
        self._logins = logins
        self._clients: dict[ProxyUrl | None, httpx.AsyncClient] = {}
        self._opening = asyncio.Lock()

    async def close(self) -> None:
        """Close every client."""
        for client in self._clients.values():
            await client.aclose()

    async def fetch(
        self, base: str, path: str, limit: int, hosts: list[str] | None = None
    ) -> Reply:
        """Get `path` below `base` along its redirects, noting their hosts. Raises ProbeError."""
        url = base + path
        here = target_of(urlsplit(base))
        login = self._logins.header(base)
        own = {} if login is None else {"Authorization": login.reveal()}
        for _ in range(MOST_REDIRECTS + 1):
            at_home = target_of(urlsplit(url)) == here
            if at_home:
                answer = await self._get(url, limit, own, None)
            else:
                answer = await self._get(url, limit, {}, self._patience())
            location = answer.header("location")
            if answer.status not in REDIRECTS or not location:
                return answer
            try:
                following = urljoin(url, location)
                target = target_of(urlsplit(following))
            except (ValueError, KeyError):
                raise not_a_proxy(answer.body, here.shown) from None
            if hosts is not None and (target.host, target.port) != (here.host, here.port):
                hosts.append(target.shown)
            if url.startswith("https:") and target.scheme != "https":
                raise ProbeError(
                    Failure.REDIRECT_BLOCKED,
                    msg(
                        "{where} redirects to http://{target}, which Go refuses",
                        where=here.shown,
                        target=target.shown,
                    ),
                )
            url = following
        raise ProbeError(
            Failure.NOT_A_MODULE_PROXY, msg("{where} redirects in a circle", where=here.shown)
        )

    def _patience(self) -> float:
        """Seconds until a download host must begin: a blocked one leaves time to say so."""
        left = self._deadline - asyncio.get_running_loop().time()
        return max(0.0, min(_MOST_PATIENCE_S, left * _SHARE_OF_REST))

    async def _get(
        self, url: str, limit: int, headers: Mapping[str, str], patience_s: float | None
    ) -> Reply:
        where = target_of(urlsplit(url)).shown
        body = bytearray()
        client = await self._client(url)
        import httpx  # by now the thread of `_client` has loaded it

        try:
            async with asyncio.timeout(patience_s):
                request = client.build_request("GET", url, headers=headers)
                answer = await client.send(request, stream=True)
            async with contextlib.aclosing(answer):
                packed = "gzip" in answer.headers.get("content-encoding", "").lower()
                unpack = zlib.decompressobj(wbits=31) if packed else None
                # As sent: httpx would unpack a whole bomb before its size could be looked at.
                async for chunk in answer.aiter_raw():
                    room = limit + 1 - len(body)
                    body += chunk if unpack is None else unpack.decompress(chunk, room)
                    if len(body) > limit:
                        raise ProbeError(
                            Failure.NOT_A_MODULE_PROXY,
                            msg("{where} sends more than {limit} bytes", where=where, limit=limit),
                        )
        except zlib.error:
            raise not_a_proxy(bytes(body), where) from None
        except httpx.ProxyError as error:
            raise _proxy_said(error, where) from None
        except httpx.RemoteProtocolError as error:
            raise ProbeError(
                Failure.TRUNCATED
                if body or "without sending complete" in str(error)
                else Failure.RESET,
                msg("{where} closed in the middle of its answer", where=where),
            ) from None
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            raise from_exception(error, where) from None
        return Reply(
            status=answer.status_code,
            reason=answer.reason_phrase,
            headers=tuple((k.lower(), v) for k, v in answer.headers.items()),
            body=bytes(body),
            first_byte=0.0,
            last_byte=0.0,
            keep=True,
        )

    async def _client(self, url: str) -> httpx.AsyncClient:
        """Return the client for the proxy that Go would use for `url`."""
        proxy = proxy_for(url, self._environment)
        async with self._opening:
            if proxy not in self._clients:
                await asyncio.to_thread(load)
                context = await asyncio.to_thread(self._trust.whole)
                self._clients[proxy] = _new_client(proxy, context)
            return self._clients[proxy]


def _new_client(proxy: ProxyUrl | None, context: ssl.SSLContext) -> httpx.AsyncClient:
    import httpx

    through = transport = None
    if proxy is not None and proxy.scheme.startswith("socks5"):
        from wizard.detect.mirrors.socks_transport import SocksTransport

        transport = SocksTransport(proxy, context)
    elif proxy is not None:
        login = None
        if proxy.username is not None:
            login = (proxy.username, "" if proxy.password is None else proxy.password.reveal())
        through = httpx.Proxy(
            str(proxy.without_credentials()),
            auth=login,
            ssl_context=context if proxy.scheme == "https" else None,
        )
    return httpx.AsyncClient(
        verify=context,
        proxy=through,
        transport=transport,
        trust_env=False,
        timeout=httpx.Timeout(None),  # one deadline for everything, none for a read
        headers={"User-Agent": USER_AGENT, "Accept-Encoding": "identity"},
    )


def load() -> None:
    """Import what the first request would import: 200 ms that belong into a thread."""
    import anyio._backends._asyncio  # noqa: F401
    import httpcore._backends.anyio  # noqa: F401
    import httpx  # noqa: F401


def _proxy_said(error: Exception, where: str) -> ProbeError:
    text = str(error)
    if text.startswith("407"):
        return ProbeError(Failure.PROXY_AUTH, msg("the proxy asks for a login"))
    if text[:3].isdigit():
        return ProbeError(
            Failure.PROXY_REFUSED,
            msg("the proxy answers {status} for {where}", status=text[:80], where=where),
        )
    return from_exception(error, where)
