"""The SOCKS5 handshake (RFC 1928, RFC 1929), since Go takes socks5:// from HTTPS_PROXY.

Names are sent to the proxy, as Go does for socks5 and socks5h alike.
"""

from __future__ import annotations

from typing import Protocol

from wizard.detect.mirrors.verdict import ProbeError
from wizard.facts.mirrors import Failure
from wizard.rules.proxy_url import ProxyUrl
from wizard.text import Text, msg

_NO_LOGIN, _PASSWORD = 0, 2


class Pipe(Protocol):
    """A connection to the proxy."""

    async def send(self, data: bytes) -> None:
        """Send all of `data`."""

    async def read_exactly(self, size: int) -> bytes:
        """Return the next `size` bytes. Raises OSError at the end."""


_REFUSALS = {
    1: msg("general failure"),
    2: msg("not allowed by its rules"),
    3: msg("network unreachable"),
    4: msg("host unreachable"),
    5: msg("connection refused"),
    6: msg("time to live expired"),
    7: msg("command not supported"),
    8: msg("address type not supported"),
}


async def connect(channel: Pipe, host: str, port: int, proxy: ProxyUrl) -> None:
    """Open a tunnel to `host` on `channel`. Raises ProbeError, ConnectionError."""
    methods = bytes([_NO_LOGIN] if proxy.username is None else [_NO_LOGIN, _PASSWORD])
    await channel.send(bytes([5, len(methods)]) + methods)
    version, method = await channel.read_exactly(2)
    if version != 5:
        raise _refused(proxy, msg("it does not speak SOCKS5"))
    if method == _PASSWORD and proxy.username is not None:
        await _log_in(channel, proxy)
    elif method != _NO_LOGIN:
        raise ProbeError(
            Failure.PROXY_AUTH, msg("the proxy {proxy} asks for a login", proxy=proxy.address)
        )
    try:
        name = host.encode("idna") if not host.isascii() else host.encode("ascii")
    except UnicodeError:
        raise _refused(proxy, msg("the name cannot be written for it")) from None
    if not 0 < len(name) < 256:
        raise _refused(proxy, msg("the name cannot be written for it"))
    await channel.send(bytes([5, 1, 0, 3, len(name)]) + name + port.to_bytes(2, "big"))
    version, code, _, kind = await channel.read_exactly(4)
    if version != 5 or code != 0:
        raise _refused(proxy, _REFUSALS.get(code, str(code)))
    length = {1: 4, 4: 16}.get(kind)
    if length is None:
        length = (await channel.read_exactly(1))[0]
    await channel.read_exactly(length + 2)


async def _log_in(channel: Pipe, proxy: ProxyUrl) -> None:
    user = (proxy.username or "").encode()[:255]
    password = ("" if proxy.password is None else proxy.password.reveal()).encode()[:255]
    await channel.send(bytes([1, len(user)]) + user + bytes([len(password)]) + password)
    _, status = await channel.read_exactly(2)
    if status != 0:
        raise ProbeError(
            Failure.PROXY_AUTH,
            msg("the proxy {proxy} refuses this user name and password", proxy=proxy.address),
        )


def _refused(proxy: ProxyUrl, why: Text) -> ProbeError:
    return ProbeError(
        Failure.PROXY_REFUSED, msg("the proxy {proxy}: {why}", proxy=proxy.address, why=why)
    )
