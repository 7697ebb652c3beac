"""Proxy URLs as Go reads them, with the password split off on entry.

Rules: golang.org/x/net/http/httpproxy `parseProxy` - a value without a scheme is `http://`;
http, https and socks5 are spoken, socks5h since Go 1.23; anything that does not parse is
silently ignored by Go, which is why it is a problem worth a name here.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
from urllib.parse import quote, unquote, urlsplit

from wizard.secret import Secret
from wizard.text import Text, msg

SCHEMES = ("http", "https", "socks5", "socks5h")
_DEFAULT_PORT = {"http": 80, "https": 443, "socks5": 1080, "socks5h": 1080}
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")
_HOST = re.compile(r"[A-Za-z0-9._~\-]+|\[?[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*(?:%[\w.\-]+)?\]?")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyUrl:
    """A forward proxy. `str()` shows it with the password masked, and a user without one."""

    scheme: str
    host: str
    """Name or address, without brackets."""
    port: int
    username: str | None = None
    """Decoded."""
    password: Secret | None = None
    """Decoded."""

    @property
    def address(self) -> str:
        """`host:port`, with brackets around an IPv6 address."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{host}:{self.port}"

    def __str__(self) -> str:
        if self.username is None:
            return f"{self.scheme}://{self.address}"
        # A token is often written as the user, with no password after it.
        user = "***" if self.password is None else f"{quote(self.username, safe='')}:***"
        return f"{self.scheme}://{user}@{self.address}"

    def reveal(self) -> str:
        """Return the whole URL, percent-encoded, for the one reader that needs the password."""
        if self.username is None:
            return f"{self.scheme}://{self.address}"
        user = quote(self.username, safe="")
        if self.password is not None:
            user += ":" + quote(self.password.reveal(), safe="")
        return f"{self.scheme}://{user}@{self.address}"

    def without_credentials(self) -> ProxyUrl:
        """Return the same proxy without user and password."""
        return replace(self, username=None, password=None)

    def at(self, host: str) -> ProxyUrl:
        """Return the same proxy under another host name or address."""
        return replace(self, host=host)


def parse_proxy_url(value: str) -> ProxyUrl | Text:
    """Return the proxy that Go would use for `value`, or why Go would not use it."""
    text = value.strip()
    if not text:
        return msg("it is empty")
    if any(ord(c) <= 0x20 or ord(c) == 0x7F for c in text):
        return msg("it holds a space or a control character; write it percent-encoded")
    if "://" not in text:
        text = f"http://{text}"
    scheme, rest = text.split("://", 1)
    scheme = scheme.lower()
    if scheme not in SCHEMES:
        return msg("Go does not speak the proxy scheme {scheme}", scheme=scheme)
    authority = re.split(r"[/?#]", rest, maxsplit=1)[0]
    if "#" in rest and "@" in rest.split("#", 1)[1]:
        return msg("it holds a bare # before the @; write it as %23")
    if _BAD_ESCAPE.search(authority):
        return msg("it holds a % that starts no escape; write it as %25")
    userinfo, _, hostport = authority.rpartition("@")
    if "@" in userinfo:
        return msg("it holds more than one @; write the one of the password as %40")
    try:
        parts = urlsplit(f"//{hostport}")
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return msg("its host and port cannot be read")
    if not host or not _HOST.fullmatch(host):
        return msg("it names no host")
    username, colon, password = userinfo.partition(":")
    return ProxyUrl(
        scheme=scheme,
        host=host,
        port=port or _DEFAULT_PORT[scheme],
        username=unquote(username) if userinfo else None,
        password=Secret(unquote(password)) if colon else None,
    )
