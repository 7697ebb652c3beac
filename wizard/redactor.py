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
from urllib.parse import quote, quote_plus

from wizard.rules.credentials import mask_credentials, url_secrets
from wizard.rules.secret_words import decoded_login, line_secrets, secrets_in_text
from wizard.secret import MASK, Secret

SHORTEST = 4
"""Characters; a shorter secret would mask half of every text. URLs are masked all the same."""
_SHORTEST_ENCODED = 6
"""Of the base64 that a secret gives for sure."""

_HEADER = re.compile(
    r"(?i)(\b(?:proxy-)?authorization[\"']?\s*[:=]\s*[\"']?(?:[a-z]+ )?)([^\s\"',;*]+)"
)
_SECRET_NAME = re.compile(r"(?i)(?:^|_)(?:token|secret|password|passwd|api_?key)$")
_NAMED = re.compile(
    r"(?i)[\w.-]{0,40}(?:token|secret|passw(?:or)?d|api_?key)[\w-]{0,20}[= ]([^\s\"'=]{8,})"
)
"""An argument in a GOAUTH or GOFLAGS: `--token=…`, `-X=main.token=…`."""
_LONG_ENOUGH = 8
"""Of a variable that is called a token: `USE_TOKEN=true` hides no `true`."""


_URLS = frozenset(
    {"GOPROXY", "GOSUMDB", "HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "DOCKER_HOST",
     "GOMOD_WIZARD_SET_GOPROXY", "GOMOD_WIZARD_SET_HTTP_PROXY", "GOMOD_WIZARD_SET_HTTPS_PROXY"}
)  # fmt: skip
"""Variables that are URLs as a whole."""


class Redactor:
    """The secrets that were met so far, and the one pattern that finds them.

    One belongs to each machine (`System.redactor`): who reads a file of the user's tells it what
    stands there, and from then on no face shows it. Threads may add while another one reads.
    """

    def __init__(self) -> None:
        self._forms: set[str] = set()
        self._pattern: re.Pattern[str] | None = None
        self._known = 0
        """How many forms the pattern was made of."""

    def add(self, secrets: Iterable[Secret]) -> None:
        """Know these secrets from now on."""
        for secret in secrets:
            for value in _lines_of(secret.reveal()):
                if value not in self._forms:
                    self._forms |= encodings(value)

    def read_text(self, text: str) -> str:
        """Know the secrets of a text of the user's from now on; returns the text."""
        self.add(secrets_in_text(text))
        return text

    def read_value(self, value: str) -> str:
        """Know the secrets of a value that is a URL or a list of them; returns the value."""
        self.add(url_secrets(value, whole=True))
        self.add(line_secrets(value))
        return value

    def redact(self, text: str) -> str:
        """Return `text` without known secrets, logins in URLs and values of Authorization."""
        if len(self._forms) != self._known:
            forms = set(self._forms)
            longest_first = sorted(forms, key=lambda form: (-len(form), form))
            self._pattern = re.compile("|".join(map(re.escape, longest_first)))
            self._known = len(forms)
        if self._pattern is not None:
            text = self._pattern.sub(MASK, text)
        return _HEADER.sub(rf"\g<1>{MASK}", mask_credentials(text))


def _lines_of(value: str) -> Iterator[str]:
    """Yield a secret, and each line of one that has several: tools print them line by line."""
    if len(value) >= SHORTEST:
        yield value
    if "\n" in value:
        yield from (line for line in value.splitlines() if len(line) >= _LONG_ENOUGH)


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
        if "://" in value or "@" in value:
            yield from url_secrets(value, whole=name.upper() in _URLS)
            yield from url_secrets(value)
        yield from line_secrets(value)
        yield from (Secret(found[1]) for found in _NAMED.finditer(value))
        if _SECRET_NAME.search(name) and len(value) >= _LONG_ENOUGH and value[0] not in "/~.":
            yield Secret(value)
            yield from decoded_login(value)
