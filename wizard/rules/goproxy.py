"""GOPROXY and GOSUMDB as the go command reads them.

Rules: cmd/go `modfetch/proxy.go:proxyList` (a separator belongs to the entry before it, entries
are trimmed, `off` and `direct` end the list) and `modfetch/sumdb.go:dbDial`. Differences between
Go 1.21 and 1.27: none.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import unquote, urlsplit, urlunsplit

from wizard.rules.credentials import list_entries, mask_value, without_login
from wizard.secret import Secret
from wizard.text import Text, msg

Separator = Literal[",", "|", ""]

OFF = "off"
DIRECT = "direct"
DEFAULT_GOSUMDB = "sum.golang.org"
_KNOWN_KEYS = {
    "sum.golang.org": "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
}
_ALIASES = {"sum.golang.google.cn": "sum.golang.org https://sum.golang.google.cn"}


class GoProxyError(ValueError):
    """Go refuses the list: which entry, and why; credentials are masked."""

    def __init__(self, entry: str, message: Text) -> None:
        self.entry = mask_goproxy(entry)
        super().__init__(f"{self.entry}: {message}")
        self.message = message


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One entry of a GOPROXY list, and the separator that follows it.

    After `|` any error leads to the next entry, after `,` only 404 and 410.
    """

    url: str
    """`direct`, `off`, or a URL with its scheme, without credentials and trailing slash."""
    separator: Separator = ""
    username: str | None = None
    """Decoded; a token is often written here, so it is as secret as the password."""
    password: Secret | None = None

    @property
    def is_url(self) -> bool:
        """It names a module proxy, not one of the words `direct` and `off`."""
        return self.url not in (DIRECT, OFF)


_SEPARATORS = re.compile(r"[,|]")
_CONTROL = re.compile(r"[\x00-\x1f\x7f]")
_HOST = re.compile(r"[^\s<>\"#%/?@\\^`{|}\[\]]+|[0-9a-fA-F:.]+(?:%[\w.~-]+)?")
_END = re.compile(r"[/\s]+\Z")
_BAD_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def parse_goproxy(value: str) -> tuple[Hop, ...]:
    """Return the entries that Go would use, in order. Raises GoProxyError where Go refuses."""
    hops: list[Hop] = []
    rest = value
    while rest:
        found = _SEPARATORS.search(rest)
        if found is None:
            entry, separator, rest = rest, "", ""
        else:
            entry, separator, rest = rest[: found.start()], found[0], rest[found.end() :]
        entry = entry.strip()
        if not entry:
            continue
        if entry in (OFF, DIRECT):
            hops.append(Hop(url=entry))
            break
        hops.append(_hop(entry, separator))
    if not hops:
        raise GoProxyError(value, msg("GOPROXY is set and holds no entry"))
    return (*hops[:-1], _last(hops[-1]))


def _last(hop: Hop) -> Hop:
    return Hop(url=hop.url, username=hop.username, password=hop.password)


def _hop(entry: str, separator: str) -> Hop:
    url = entry
    if _lacks_scheme(entry):
        url = f"https://{entry}"
    if _CONTROL.search(url):
        raise GoProxyError(entry, msg("it holds a control character"))
    login = without_login(url)[1]
    if login is not None and any(char in login for char in "/?#"):
        raise GoProxyError(
            entry, msg("its login holds a raw / ? or #; write them as %2F %3F and %23")
        )
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise GoProxyError(entry, msg("it cannot be read as a URL")) from None
    if not parts.scheme:
        raise GoProxyError(entry, msg("it has no scheme; write https:// before it"))
    if parts.scheme not in ("http", "https", "file"):
        raise GoProxyError(
            entry, msg("its scheme {scheme} is not https, http or file", scheme=parts.scheme)
        )
    if parts.scheme == "file":
        if parts.netloc or parts.query or parts.fragment:
            raise GoProxyError(entry, msg("a file:// entry is a path alone: file:///folder"))
        return Hop(url=url, separator=_separator(separator))
    if any(_BAD_ESCAPE.search(part) for part in (parts.netloc, parts.path, parts.fragment)):
        raise GoProxyError(entry, msg("it holds a % that starts no escape; write it as %25"))
    if not host or not _HOST.fullmatch(host):
        raise GoProxyError(entry, msg("it names no host"))
    userinfo, at, hostport = parts.netloc.rpartition("@")
    username, colon, password = userinfo.partition(":")
    # A space that stood before a fragment is the end of the entry now.
    path, query = _END.sub("", parts.path), parts.query.rstrip()
    bare = urlunsplit((parts.scheme, hostport, path, query, ""))
    return Hop(
        url=bare,
        separator=_separator(separator),
        username=unquote(username) if at else None,
        password=Secret(unquote(password)) if colon else None,
    )


def _lacks_scheme(entry: str) -> bool:
    return any(c in entry for c in ".:/") and ":/" not in entry and not entry.startswith("/")


def mask_goproxy(value: str) -> str:
    """Return a GOPROXY list without its secrets; `user@host/path` is a URL there."""
    shown = []
    for entry in list_entries(value):
        # Go trims an entry; to the mask a space behind a port would be the rest of a password.
        inner = entry.strip()
        bare = "@" in entry and _lacks_scheme(inner)
        whole = mask_value(f"https://{inner}" if bare else inner)
        masked = whole.removeprefix("https://") if bare else whole
        shown.append(entry.replace(inner, masked) if inner else entry)
    return "".join(shown)


def _separator(text: str) -> Separator:
    return "," if text == "," else "|" if text == "|" else ""


def format_goproxy(hops: Iterable[Hop]) -> str:
    """Return the list as text, without credentials: those belong into netrc, not into GOPROXY."""
    entries = tuple(hops)
    return "".join(
        hop.url + ((hop.separator or ",") if index < len(entries) - 1 else "")
        for index, hop in enumerate(entries)
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class SumDb:
    """A checksum database as GOSUMDB names it."""

    name: str
    """The name that signs, `host[/path]`: `/sumdb/<name>/supported`."""
    key: str
    """The whole verifier key, `name+hash+key`."""
    url: str | None = None
    """Where it is asked; then no module proxy is asked for it (`dbDial`)."""


def parse_gosumdb(value: str) -> SumDb | Literal["off"] | Text:
    """Return the database, `off`, or why Go refuses the value (a Msg)."""
    value = _ALIASES.get(value, value)
    if value == OFF:
        return OFF
    fields = value.split()
    if not fields:
        return msg("GOSUMDB is empty")
    if len(fields) > 2:
        return msg("GOSUMDB takes a name or key, and at most one URL after it")
    key = _KNOWN_KEYS.get(fields[0], fields[0])
    name, _, rest = key.partition("+")
    key_hash, _, material = rest.partition("+")
    if not name or not re.fullmatch(r"[0-9a-f]{8}", key_hash) or not _is_base64(material):
        return msg("GOSUMDB names no database that Go knows; an own one is name+hash+key")
    if not re.fullmatch(r"[A-Za-z0-9.\-_~:\[\]]+(?:/[A-Za-z0-9.\-_~/]*[A-Za-z0-9.\-_~])?", name):
        return msg("the name in GOSUMDB must be a host, or a host and a path")
    return SumDb(name=name, key=key, url=fields[1] if len(fields) == 2 else None)


def _is_base64(text: str) -> bool:
    return len(text) > 4 and re.fullmatch(r"[A-Za-z0-9+/]+={0,2}", text) is not None


def sumdb_name(gosumdb: str | None) -> str | None:
    """Return the name to ask a module proxy for; None for `off` and for a URL of its own.

    An unreadable or absent value counts as Go's default.
    """
    parsed = parse_gosumdb(gosumdb or DEFAULT_GOSUMDB)
    if isinstance(parsed, SumDb):
        return parsed.name
    return None if parsed == OFF else DEFAULT_GOSUMDB
