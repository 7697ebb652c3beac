"""Takes known secrets out of text, in whatever encoding a tool prints them back.

A secret is known by its value. Tools show it percent-encoded in a URL, escaped in JSON, quoted for
a shell, with systemd's `%%`, or in the base64 of a Basic login; each of these is `***` here.
"""

from __future__ import annotations

import base64
import json
import re
import shlex
from collections.abc import Iterable, Iterator, Mapping
from urllib.parse import quote, quote_plus, unquote

from wizard.rules.proxy_url import mask_credentials
from wizard.secret import MASK, Secret

SHORTEST = 4
"""Characters; a shorter secret would mask half of every text. URLs are masked all the same."""
_SHORTEST_ENCODED = 6
"""Of the base64 that a secret gives for sure."""

_HEADER = re.compile(
    r"(?i)(\b(?:proxy-)?authorization[\"']?\s*[:=]\s*[\"']?(?:[a-z]+ )?)([^\s\"',;*]+)"
)
_URL_LOGIN = re.compile(r"://([^\s/@]+(?:@[^\s/@]+)*)@")
_SECRET_NAME = re.compile(r"(?i)(?:^|_)(?:token|secret|password|passwd|api_?key)$")
_NAMED = re.compile(
    r"(?i)[\w.-]{0,40}(?:token|secret|passw(?:or)?d|api_?key)[\w-]{0,20}[= ]([^\s\"'=]{8,})"
)
"""An argument in a GOAUTH or GOFLAGS: `--token=…`, `-X=main.token=…`."""
_LONG_ENOUGH = 8
"""Of a variable that is called a token: `USE_TOKEN=true` hides no `true`."""


class Redactor:
    """The secrets that were met so far, and the one pattern that finds them."""

    def __init__(self) -> None:
        self._forms: frozenset[str] = frozenset()
        self._pattern: re.Pattern[str] | None = None

    def add(self, secrets: Iterable[Secret]) -> None:
        """Know these secrets from now on."""
        values = (secret.reveal() for secret in secrets)
        new = {form for value in values if len(value) >= SHORTEST for form in encodings(value)}
        if new <= self._forms:
            return
        self._forms |= new
        longest_first = sorted(self._forms, key=lambda form: (-len(form), form))
        self._pattern = re.compile("|".join(map(re.escape, longest_first)))

    def redact(self, text: str) -> str:
        """Return `text` without known secrets, logins in URLs and values of Authorization."""
        if self._pattern is not None:
            text = self._pattern.sub(MASK, text)
        return _HEADER.sub(rf"\g<1>{MASK}", mask_credentials(text))


def encodings(value: str) -> frozenset[str]:
    """Return every form of `value` that is looked for."""
    escaped = quote(value, safe="")
    forms = {
        value,
        escaped,
        re.sub(r"%..", lambda code: code[0].lower(), escaped),
        quote(value),
        quote_plus(value),
        json.dumps(value)[1:-1],
        json.dumps(value, ensure_ascii=False)[1:-1],
        value.replace("\\", "\\\\"),
        value.replace("'", "'\"'\"'"),
        value.replace("'", "'\\''"),
        shlex.quote(value).strip("'"),
    }
    forms |= {form.replace("%", "%%") for form in forms}
    return frozenset(form for form in forms if len(form) >= SHORTEST) | frozenset(_base64(value))


def _base64(value: str) -> Iterator[str]:
    """Yield what stands for sure in the base64 of any text that holds `value`."""
    data = value.encode("utf-8", "surrogateescape")
    for shift in range(3):
        whole = base64.b64encode(b"\0" * shift + data).decode()
        inner = whole[-(-shift * 8 // 6) : (shift + len(data)) * 8 // 6]
        if len(inner) >= _SHORTEST_ENCODED:
            yield inner
            yield inner.translate(str.maketrans("+/", "-_"))


def environment_secrets(env: Mapping[str, str]) -> Iterator[Secret]:
    """Yield the passwords in the URLs of an environment, and what is called a token there."""
    for name, value in env.items():
        yield from url_secrets(value)
        yield from (Secret(found[1]) for found in _NAMED.finditer(value))
        if _SECRET_NAME.search(name) and len(value) >= _LONG_ENOUGH and value[0] not in "/~.":
            yield Secret(value)


def url_secrets(text: str) -> Iterator[Secret]:
    """Yield the passwords of the URLs in `text`, as written and decoded.

    A user without a password may be a token; the name alone of `user:password` is none.
    """
    for found in _URL_LOGIN.finditer(text):
        user, colon, password = found[1].partition(":")
        written = password if colon else user
        if not colon and len(user) < _LONG_ENOUGH:
            continue  # `ssh://git@host`
        yield Secret(written)
        yield Secret(unquote(written))
