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


_USERINFO = re.compile(r"(?<=[A-Za-z0-9+.\-])://(?P<info>[^\s/]*)@")
"""One pass: what follows a `://` ends at the next `/`, so no two attempts read the same text."""

_WORD = re.compile(r"[^\s,|'\"(]+")
"""Where a URL without its scheme may stand; Go reads `user:password@host/path` as https."""

_QUERY_FIELD = re.compile(r"(?P<name>[?&][A-Za-z0-9_.%~\[\]\-]{1,60}=)(?P<value>[^\s&#|,\"<>]+)")
_CLOSING = "')]}`"
_SECRET_WORDS = (
    "token", "secret", "passw", "passphrase", "pwd", "credential", "signature", "apikey",
    "accesskey",
)  # fmt: skip
_SECRET_NAMES = {"auth", "authorization", "jwt", "key", "pass", "pat", "sas", "sig"}


def mask_credentials(text: str) -> str:
    """Return `text` with the user-info and the secret query fields of its URLs as `***`.

    A token is often written as the user, so the user is masked too where no password follows.
    Linear in the length of `text`, which may come from outside.
    """

    def _mask(match: re.Match[str]) -> str:
        if not _has_scheme(text, match.start()):
            return match.group()
        user, colon, _ = match["info"].partition(":")
        known = colon and user != "***" and "@" not in match["info"]
        return f"://{user}:***@" if known else "://***@"

    if "@" in text:
        text = _WORD.sub(_mask_bare, _USERINFO.sub(_mask, text))
    return _QUERY_FIELD.sub(_mask_field, text)


def holds_credentials(text: str) -> bool:
    """Return whether a URL in `text` has user-info or a secret in its query, masked or not."""
    return (
        any(_has_scheme(text, found.start()) for found in _USERINFO.finditer(text))
        or any(_bare_login(found.group()) for found in _WORD.finditer(text))
        or any(_is_secret(found["name"]) for found in _QUERY_FIELD.finditer(text))
    )


def _bare_login(word: str) -> tuple[int, int] | None:
    """Return where `user:password` stands in `[NAME=]user:password@host[/path]`."""
    authority = word.partition("/")[0]
    end = authority.rfind("@")
    colon = authority.find(":", 0, max(end, 0))
    after = authority[end + 1 :]
    if colon < 0 or not (after[:1].isalnum() or after[:1] == "["):
        return None
    # What follows the @ of an image is its digest.
    return None if after.startswith("sha256:") else (authority.rfind("=", 0, colon) + 1, end)


def _mask_bare(match: re.Match[str]) -> str:
    word = match.group()
    place = _bare_login(word)
    if place is None:
        return word
    start, end = place
    user = "***" if "@" in word[start:end] else f"{word[start:end].partition(':')[0]}:***"
    return f"{word[:start]}{user}{word[end:]}"


def _has_scheme(text: str, colon: int) -> bool:
    """Return whether a letter is in the run of scheme characters that ends before `colon`."""
    for index in range(colon - 1, -1, -1):
        char = text[index]
        if not char.isascii() or not (char.isalnum() or char in "+.-"):
            return False
        if char.isalpha():
            return True
    return False


def _mask_field(match: re.Match[str]) -> str:
    if not _is_secret(match["name"]):
        return match.group()
    value = match["value"]
    return f"{match['name']}***{value[len(value.rstrip(_CLOSING)) :]}"


def _is_secret(field: str) -> bool:
    """Return whether a query field, `?name=`, is one that carries a secret."""
    name = unquote(field[1:-1]).lower()
    plain = re.sub(r"[^a-z0-9]", "", name)
    words = re.split(r"[^a-z0-9]+", name)
    return any(word in plain for word in _SECRET_WORDS) or any(
        word in _SECRET_NAMES for word in (*words, plain)
    )
