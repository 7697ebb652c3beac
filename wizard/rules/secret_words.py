"""Where secrets stand in text that is no URL: what their name, header or shape gives away.

Lines of Dockerfiles, shells, logs and configuration, of whoever wrote them. A reference
(`$TOKEN`, `${{ secrets.X }}`, a path) is no secret; a name that only speaks of one is none either.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator

from wizard.rules.credentials import mask_credentials, url_secrets
from wizard.secret import MASK, Secret

_NAME = (
    r"(?:token|secret(?!name\b)|passw(?:or)?d(?!variable\b)|passphrase|pwd|api[_-]?key|access[_-]?key"
    r"|private[_-]?key|auth[_-]?key|credential(?!sid\b)|signature|accessid)"
)
"""Jenkins' `credentialsId` and `passwordVariable`, Kubernetes' `secretName` only refer to one."""
_VALUE = (
    r"(?:\"(?P<vq>[^\"\n]{3,4000})\"|'(?P<vs>[^'\n]{3,4000})'"
    r"|(?P<v>[^\s\"'&;|<>)\\]{3,4000}))"
)
_PATTERNS = tuple(
    re.compile(pattern.replace("VALUE", _VALUE))
    for pattern in (
        # GITHUB_TOKEN=x, _authToken=x, --password=x, "token": "x", PRIVATE-TOKEN: x, ENV X_TOKEN x
        rf"(?i){_NAME}[\w-]{{0,30}}[\"']?(?:\s{{0,3}}=\s{{0,3}}|\s?:\s{{0,3}}(?=\S))VALUE",
        rf"(?i)(?<![\w-])--?[\w-]{{0,40}}{_NAME}[ \t]{{1,4}}VALUE",
        rf"(?i)^\s*(?:ENV|ARG)\s+[\w.-]{{0,60}}{_NAME}[\w-]{{0,30}}\s+VALUE",
        r"(?i)(?:(?<![\w-])_auth\s?=\s?|[\"'][\w-]{0,60}auth[\"']\s{0,3}:\s{0,3})VALUE",
        # netrc, also within the quotes of a printf
        r"(?:\b|(?<=\\n)|(?<=\\t))(?:machine|login|account)\s+\S{1,300}(?:\s|\\n|\\t)+password(?:\s|\\n|\\t)+VALUE",
        r"^\s*password\s+(?P<v>[^\s\"'\\]{3,4000})\s*$",
        # curl -u user:pw, --proxy-user user:pw
        r"(?<![\w-])(?:-u|-U|--user|--proxy-user)(?:[ \t]{1,4}|=)?[\"']?"
        r"[^\s:\"'$/-][^\s:\"'$/]{0,100}:(?P<v>[^\s\"'|;&]{1,4000})",
        r"\b(?:sshpass|docker\s+login\b[^|;&\n]{0,200}?|mysql\b[^|;&\n]{0,80}?)\s-p\s?VALUE",
        # Authorization: Basic x
        r"(?i)\b(?:proxy-)?authorization[\"']?\s*[:=]\s*[\"']?(?:(?:basic|bearer|token|negotiate|digest)\s+)?(?!(?:basic|bearer|token|negotiate|digest)\s)(?P<v>[^\s\"',;*]{3,4000})",
        r"(?i)\b(?:bearer|basic)[ \t](?P<v>[A-Za-z0-9+/=_.~-]{8,4000})",
        r"(?i)\bx-(?:api|auth|goog|amz)[\w-]{0,40}(?:key|auth|security)[\w-]{0,10}\s?:\s?VALUE",
        # tokens that say so themselves
        r"\b(?P<v>gh[pousr]_[A-Za-z0-9]{16,255}|github_pat_\w{16,255}|glpat-[\w-]{16,255}"
        r"|npm_[A-Za-z0-9]{30,80}|xox[abprs]-[\w-]{10,255}|AKIA[A-Z0-9]{16}|dckr_pat_[\w-]{20,80}"
        r"|eyJ[\w-]{8,2000}\.[\w.-]+)",
    )
)
_GROUPS = ("v", "vq", "vs")
_NO_SECRET = re.compile(
    r"(?i)[`$%/.~<{*\[(]|(?:true|false|none|null|nil|yes|no|not|off|on|is|auto|netrc|git|required"
    r"|invalid|missing|found|expired|type|id|src|env|file|read|write)(?:$|[\s=,:])"
)
"""What a value begins with where it is a reference, a path, or a word about a secret."""
_KEY_BLOCK = re.compile(
    r"-----BEGIN [A-Z ]{0,30}PRIVATE KEY-----(.{0,20000}?)(?:-----END|\Z)", re.DOTALL
)
_PLAIN_WORD = re.compile(r"[a-z]+|[A-Z][a-z]+|.{,3}")
_LEAST = 3
_LONGEST = 20_000
"""Characters of a line that are searched for words; URLs are found in any."""


def mask_words(text: str) -> str:
    """Return a line with its secrets as `***`: those of URLs, and what is called one."""
    return _mask_named(mask_credentials(text))


def _mask_named(text: str) -> str:
    for pattern in _PATTERNS:
        text = pattern.sub(_mask, text)
    return text


def holds_secret(line: str) -> bool:
    """Whether a secret itself, and not only a reference to one, stands in a line."""
    if line.lstrip().startswith("#"):  # `# the token: see the wiki`
        return any(True for _ in line_secrets(line))
    return any(True for _ in url_secrets(line)) or _mask_named(line) != line


def secrets_in_text(text: str) -> Iterator[Secret]:
    """Yield every secret that stands in a text of the user's, so that it is masked elsewhere.

    A Basic login is yielded decoded as well: tools print the password of it by itself.
    """
    for block in _KEY_BLOCK.finditer(text):
        yield from (Secret(line) for line in block[1].split() if len(line) >= _LEAST)
    for line in text.splitlines():
        yield from line_secrets(line)


def line_secrets(line: str) -> Iterator[Secret]:
    """Yield the secrets of one line.

    A plain word (`password: vault`) is masked where it stands, and not hunted elsewhere.
    """
    if "@" in line or "=" in line:
        yield from url_secrets(line)
    line = line[:_LONGEST]
    for pattern in _PATTERNS:
        for found in pattern.finditer(line):
            value = _value(found)[1]
            if _is_literal(value) and not _PLAIN_WORD.fullmatch(value):
                yield Secret(value)
                yield from decoded_login(value)


def decoded_login(value: str) -> Iterator[Secret]:
    """Yield the password of a Basic login, `base64(user:password)`; nothing for another value."""
    if len(value) < 8 or len(value) > 4000:
        return
    try:
        text = base64.b64decode(value + "=" * (-len(value) % 4), validate=True).decode()
    except (binascii.Error, ValueError):
        return
    _, colon, password = text.partition(":")
    if colon and password.isprintable() and password:
        yield Secret(password)


def _value(found: re.Match[str]) -> tuple[str, str]:
    groups = found.groupdict()
    return next(((name, groups[name]) for name in _GROUPS if groups.get(name)), ("v", ""))


def _is_literal(value: str) -> bool:
    return len(value) >= _LEAST and _NO_SECRET.match(value) is None and not value.startswith(MASK)


def _mask(found: re.Match[str]) -> str:
    name, value = _value(found)
    if not _is_literal(value):
        return found.group()
    start = found.start(name) - found.start()
    whole = found.group()
    return whole[:start] + MASK + whole[start + len(value) :]
