"""Each distinct proxy, looked at from this host: address, TCP, and what a CONNECT answers."""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
import ssl
from collections.abc import Iterable
from dataclasses import dataclass

from wizard.detect.sockets import CONNECT_S, addresses_of, connected, connection_failure
from wizard.facts.proxy import ProxyEndpoint, ProxySetting
from wizard.rules.addresses import is_loopback, is_unspecified
from wizard.rules.proxy_url import ProxyUrl
from wizard.text import Text, msg
from wizard.untrusted import clean_line

_HEAD_LIMIT = 32 * 1024
_ANSWER_S = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Answer:
    reachable: bool
    status: int | None = None
    schemes: tuple[str, ...] = ()
    detail: Text = ""


def distinct_proxies(settings: Iterable[ProxySetting]) -> tuple[ProxyUrl, ...]:
    """Return each proxy once, with its credentials where one of the readers has them."""
    found: dict[tuple[str, str, int], ProxyUrl] = {}
    for item in settings:
        if item.url is None:
            continue
        key = (item.url.scheme, item.url.host.lower(), item.url.port)
        if key not in found or (found[key].password is None and item.url.password is not None):
            found[key] = item.url
    return tuple(found.values())


async def look_at(proxy: ProxyUrl, target: str) -> ProxyEndpoint:
    """Resolve and try one proxy; `target` is the `host:port` that a CONNECT asks for."""
    addresses = await addresses_of(proxy.host)
    # By address, not by name: `localhost`, 127.0.1.1 and a name in /etc/hosts are all loopback.
    loopback = any(is_loopback(item) or is_unspecified(item) for item in addresses)
    if not addresses:
        return ProxyEndpoint(
            url=proxy,
            addresses=(),
            loopback=None,
            reachable=False,
            connect_status=None,
            auth_schemes=(),
            detail=msg("{host} does not resolve", host=proxy.host),
        )
    answer = await _try_addresses(proxy, addresses, target)
    return ProxyEndpoint(
        url=proxy,
        addresses=addresses,
        loopback=loopback,
        reachable=answer.reachable,
        connect_status=answer.status,
        auth_schemes=answer.schemes,
        detail=answer.detail,
    )


async def _try_addresses(proxy: ProxyUrl, addresses: tuple[str, ...], target: str) -> _Answer:
    tries = [asyncio.create_task(_ask(proxy, address, target)) for address in addresses[:4]]
    try:
        failed: _Answer | None = None
        for attempt in asyncio.as_completed(tries):
            answer = await attempt
            if answer.status is not None:
                return answer
            if failed is None or (answer.reachable and not failed.reachable):
                failed = answer
        return failed or _Answer(reachable=False)
    finally:
        for task in tries:
            task.cancel()


async def _ask(proxy: ProxyUrl, address: str, target: str) -> _Answer:
    try:
        async with connected(address, proxy.port) as (reader, writer):
            if proxy.scheme.startswith("socks"):
                return _Answer(
                    reachable=True, detail=msg("it takes connections; SOCKS was not spoken")
                )
            try:
                async with asyncio.timeout(_ANSWER_S):
                    if proxy.scheme == "https":
                        await _start_tls(writer, proxy.host)
                    return await _connect(proxy, target, reader, writer)
            except TimeoutError:
                return _Answer(
                    reachable=True,
                    detail=msg("no answer to CONNECT in {seconds} s", seconds=f"{_ANSWER_S:g}"),
                )
            except ssl.SSLError as error:
                return _Answer(
                    reachable=True,
                    detail=msg("TLS to the proxy failed: {why}", why=error.reason or "TLS"),
                )
            except (OSError, asyncio.IncompleteReadError, ValueError):
                return _Answer(
                    reachable=True, detail=msg("it closed the connection without an HTTP answer")
                )
    except TimeoutError:
        detail = msg(
            "no answer from {address} in {seconds} s", address=address, seconds=f"{CONNECT_S:g}"
        )
        return _Answer(reachable=False, detail=detail)
    except OSError as error:
        return _Answer(reachable=False, detail=connection_failure(address, proxy.port, error))


async def _start_tls(writer: asyncio.StreamWriter, host: str) -> None:
    import truststore  # only for the rare https:// proxy

    await writer.start_tls(truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT), server_hostname=host)


async def _connect(
    proxy: ProxyUrl, target: str, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
) -> _Answer:
    head = f"CONNECT {target} HTTP/1.1\r\nHost: {target}\r\n"
    if proxy.username is not None:
        password = proxy.password.reveal() if proxy.password is not None else ""
        token = base64.b64encode(f"{proxy.username}:{password}".encode()).decode()
        head += f"Proxy-Authorization: Basic {token}\r\n"
    writer.write(f"{head}\r\n".encode())
    with contextlib.suppress(ConnectionError):
        await writer.drain()
    lines: list[str] = []
    size = 0
    while True:
        raw = await reader.readline()
        size += len(raw)
        line = raw.decode("latin-1").rstrip("\r\n")
        if not line or size > _HEAD_LIMIT:
            break
        lines.append(line)
    status = re.match(r"HTTP/1\.[01] (\d{3})(?: (.*))?$", lines[0] if lines else "")
    if status is None:
        return _Answer(reachable=True, detail=msg("it does not answer like an HTTP proxy"))
    code = int(status[1])
    return _Answer(
        reachable=True,
        status=code,
        schemes=auth_schemes(lines[1:]),
        detail=_meaning(code, clean_line(status[2] or "", 80), target, proxy),
    )


def _meaning(code: int, reason: str, target: str, proxy: ProxyUrl) -> Text:
    if 200 <= code < 300:
        return msg("it opens tunnels to {target}", target=target)
    if code == 407 and proxy.password is not None:
        return msg("it refuses these credentials")
    if code == 407:
        return msg("it wants credentials")
    return msg("it refuses {target}: {code} {reason}", target=target, code=code, reason=reason)


_SCHEME = re.compile(r"^\s*([A-Za-z][A-Za-z0-9-]*)(?=\s|$)")
_COMMA = re.compile(r',(?=(?:[^"]*"[^"]*")*[^"]*$)')


def auth_schemes(headers: Iterable[str]) -> tuple[str, ...]:
    """Return the schemes of every Proxy-Authenticate header, each once, in order.

    One header may list several, and a scheme's own parameters are separated by commas too
    (RFC 9110, section 11.6.1): a part that is `name=value` belongs to the scheme before it.
    """
    found: dict[str, str] = {}
    for header in headers:
        name, _, value = header.partition(":")
        if name.strip().lower() != "proxy-authenticate":
            continue
        for part in _COMMA.split(value[:2000]):
            match = _SCHEME.match(part)
            if match is not None:
                found.setdefault(match[1].lower(), clean_line(match[1], 40))
    return tuple(found.values())
