"""The token that a registry wants before it hands anything out to anybody.

Rule: distribution's token authentication: `WWW-Authenticate: Bearer realm=…,service=…`, then
`GET realm?service=…&scope=repository:NAME:pull`. The token's host is often another one, and as
often forgotten where a company opens the way to a registry.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING
from urllib.parse import quote, urlsplit

from wizard.secret import Secret

if TYPE_CHECKING:
    from wizard.detect.mirrors.http1 import Reply

_PARAMETER = re.compile(r'([a-z_]+)="([^"]*)"', re.IGNORECASE)
_LONGEST = 300
_TOKEN = re.compile(r"[\x21-\x7e]{1,16000}")


@dataclass(frozen=True, slots=True, kw_only=True)
class TokenHost:
    """Where a registry's tokens come from."""

    base: str
    """Scheme and host."""
    path: str
    service: str

    def request(self, repositories: Iterable[str]) -> str:
        """Return the path that asks for a token to pull from `repositories`."""
        scopes = (quote(f"repository:{name}:pull", safe="") for name in repositories)
        wanted = "".join(f"&scope={scope}" for scope in scopes)
        return f"{self.path}?service={quote(self.service, safe='')}{wanted}"


def token_host(reply: Reply) -> TokenHost | None:
    """Return where the answer to `GET /v2/` sends for a token; None where it wants none."""
    challenge = reply.header("www-authenticate")
    if reply.status != 401 or not challenge.lower().startswith("bearer "):
        return None
    said = {name.lower(): value for name, value in _PARAMETER.findall(challenge)}
    realm = said.get("realm", "")
    try:
        parts = urlsplit(realm)
        usable = parts.scheme == "https" and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return None
    if not usable or parts.query or "@" in parts.netloc or len(realm) > _LONGEST:
        return None
    return TokenHost(
        base=f"https://{parts.netloc}",
        path=parts.path or "/",
        service=said.get("service", "")[:_LONGEST],
    )


def token_in(reply: Reply) -> Secret | None:
    """Return the value of Authorization that the token host gives to anybody, or None."""
    try:
        value = json.loads(reply.body.decode("utf-8")) if reply.status == 200 else None
    except (ValueError, RecursionError):
        return None
    if not isinstance(value, dict):
        return None
    token = value.get("token") or value.get("access_token")
    if not isinstance(token, str) or not _TOKEN.fullmatch(token):
        return None
    return Secret(f"Bearer {token}")
