"""Where the secrets of a URL stand: its login, and the fields of its query. The one rule for it.

A password that was pasted raw holds what ends a host elsewhere: `/`, `?`, `#`, `@`, `,`. Go, git
and docker read such a URL as something else, or not at all; the password in it is one all the
same. Where text alone cannot tell a password from a path, a value that was read as a URL
(`whole`) is taken for the worse, and a line of free text for what it mostly is.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from urllib.parse import unquote

from wizard.secret import MASK, Secret

_BLANK = (
    r"[^\s:/?#@'\"\[\]]{1,200}:(?![$<{(])(?!\d{1,5}[/\s])"
    r"(?:(?!://)[^\s@'\"<>]){1,200}(?:[ \t]{1,3}[^\s:@'\"<>]{1,200}){1,4}@(?=[\w\[])(?!v\d)"
)
"""A login whose password has blanks: no host has such a port, and nothing else ends in an `@`."""
_URL = re.compile(rf"(?<=[A-Za-z0-9+.\-])://(?P<rest>(?:{_BLANK})?(?:(?!://)\S)*)")
"""What follows a `://` ends at the next one, so no two attempts read the same text."""

_WORD = re.compile(r"[^\s,|'\"(]+")
"""Where a URL without its scheme may stand; Go reads `user:password@host/path` as https."""

_QUERY_FIELD = re.compile(r"(?P<name>[?&#;][A-Za-z0-9_.%~\[\]\-]{1,60}=)(?P<value>[^\s&#|,\"<>]+)")
_CLOSING = "')]}`"
_SECRET_WORDS = (
    "token", "secret", "passw", "passphrase", "pwd", "credential", "signature", "apikey",
    "accesskey",
)  # fmt: skip
_SECRET_NAMES = {"auth", "authorization", "jwt", "key", "pass", "pat", "sas", "sig"}

_HOST_PORT = re.compile(r"[^\s:@?#/\[\]]*(?::\d*)?|\[[^\]\s/@]*\](?::\d*)?")
"""What can be a host; anything else before the first `/` is a login that holds one."""
_CLOSED = re.compile(r"[?#'\"`)\]}>,;|\\].*", re.DOTALL)
"""What stands behind a host that no path follows."""
_DOTTED_HOST = re.compile(r"(?!v\d)[A-Za-z0-9-]+(?:(?:\.[A-Za-z0-9-]+)+|(?=:\d))(?=[:/]|$)")
_VERSION = re.compile(r"v\d|latest\b|upgrade\b|patch\b|none\b|sha256:|v/|latest$")
_SSH = re.compile(r"(?:git\+)?ssh(?:\+git)?$")
_LONG_ENOUGH = 8
"""Of a user without a password, to be taken for a token: `ssh://git@host` is none."""
_ENDS = re.compile(r"[/?#@:,|\s]")
_LEAST_PART, _MOST_PARTS = 5, 50
_SEPARATOR = re.compile(r"([,|])")


@dataclass(frozen=True, slots=True)
class Login:
    """A user-info, by where it stands in its text."""

    start: int
    end: int
    """Where its `@` stands."""
    text: str

    @property
    def shown(self) -> str:
        """What takes its place: the user stays where a password follows it."""
        user, colon, _ = self.text.partition(":")
        known = colon and user != MASK and "@" not in self.text and "/" not in user
        return f"{user}:{MASK}" if known else MASK


def mask_credentials(text: str) -> str:
    """Return `text` with the user-info and the secret query fields of its URLs as `***`.

    A token is often written as the user, so the user is masked too where no password follows.
    Linear in the length of `text`, which may come from outside.
    """
    return _masked(text, whole=False)


def mask_value(value: str) -> str:
    """Return a value that was read as a URL, or as a list of them, without its secrets.

    No `@` behind the first `/` is taken for part of a path here, unless a version follows it.
    """
    pieces = list_entries(value)
    return "".join(_without_half(_masked(piece, whole=True)) for piece in pieces)


def without_login(url: str) -> tuple[str, str | None]:
    """Return one whole URL without its login, and the login as written; None where it has none."""
    for login in _with_scheme(url, whole=True):
        return url[: login.start] + url[login.end + 1 :], login.text
    return url, None


def holds_credentials(text: str) -> bool:
    """Return whether a URL in `text` has user-info or a secret in its query, masked or not."""
    return (
        any(True for _ in _with_scheme(text, whole=False))
        or any(True for _ in _without_scheme(text, whole=False))
        or any(_is_secret(found["name"]) for found in _QUERY_FIELD.finditer(text))
    )


def value_holds_credentials(value: str) -> bool:
    """Return whether a value that was read as a URL holds any, written raw or not."""
    return holds_credentials(value) or mask_value(value) != value


def url_secrets(text: str, *, whole: bool = False) -> Iterator[Secret]:
    """Yield the passwords and secret query fields of the URLs in `text`, as written and decoded.

    A user without a password may be a token; the name alone of `user:password` is none.
    """
    for piece in list_entries(text) if whole else (text,):
        logins = (*_with_scheme(piece, whole=whole), *_without_scheme(piece, whole=whole))
        for login in logins:
            user, colon, password = login.text.partition(":")
            written = password if colon else user
            if colon or (len(user) >= _LONG_ENOUGH and not _SSH.search(piece[: login.start - 3])):
                yield from _both(written)
        for found in _QUERY_FIELD.finditer(piece):
            if _is_secret(found["name"]):
                yield from _both(found["value"].rstrip(_CLOSING))


def _both(written: str) -> Iterator[Secret]:
    if written and written != MASK:
        yield Secret(written)
        yield Secret(unquote(written))
        # A tool that reads a raw `/` as the end of the host speaks of the parts.
        for part in _ENDS.split(written)[: _MOST_PARTS if _ENDS.search(written) else 0]:
            if len(part) >= _LEAST_PART and not part.islower():
                yield Secret(part)


def _masked(text: str, *, whole: bool) -> str:
    if "@" in text:
        text = _replaced(text, _with_scheme(text, whole=whole))
        text = _replaced(text, _without_scheme(text, whole=whole))
    return _QUERY_FIELD.sub(_mask_field, text)


def _replaced(text: str, logins: Iterator[Login]) -> str:
    out, done = [], 0
    for login in logins:
        out += [text[done : login.start], login.shown]
        done = login.end
    return "".join((*out, text[done:]))


def _with_scheme(text: str, *, whole: bool) -> Iterator[Login]:
    for found in _URL.finditer(text):
        if "@" in found["rest"] and _has_scheme(text, found.start()):
            end = _login_end(found["rest"], whole=whole)
            if end is not None:
                start = found.start("rest")
                yield Login(start, start + end, found["rest"][:end])


def _login_end(rest: str, *, whole: bool) -> int | None:
    """Return where the `@` of a login stands in what follows the `://` of a URL."""
    authority = rest.partition("/")[0]
    inner, last = authority.rfind("@"), rest.rfind("@")
    if last > inner and _is_login(authority[inner + 1 :], rest, last, whole=whole):
        return last
    return inner if inner >= 0 else None


def _is_login(host: str, rest: str, last: int, *, whole: bool) -> bool:
    """Whether what stands before an `@` that follows a `/` is a login, and no path."""
    after = rest[last + 1 :]
    if not _HOST_PORT.fullmatch(_CLOSED.sub("", host)):
        return True  # `bob:zq7/bb@host`: Go could not take `zq7` for a port
    if rest[last - 1] == "/" or _VERSION.match(after):
        return False
    if whole:
        return True
    return "." not in host and host[:9] != "localhost" and _DOTTED_HOST.match(after) is not None


def _without_scheme(text: str, *, whole: bool) -> Iterator[Login]:
    for found in _WORD.finditer(text):
        place = _bare_login(found.group(), whole=whole)
        if place is not None:
            start, end = found.start() + place[0], found.start() + place[1]
            yield Login(start, end, text[start:end])


def _bare_login(word: str, *, whole: bool) -> tuple[int, int] | None:
    """Return where `user:password` stands in `[NAME=]user:password@host[/path]`."""
    if "://" in word or "@" not in word:
        return None
    authority = word.partition("/")[0]
    end = authority.rfind("@")
    colon = authority.find(":", 0, max(end, 0))
    if colon < 0:
        # `bob:zq7/bb@host.example`, but not `host:80/path@v1` and not `git@host:team/lib`.
        user, colon_, rest = authority.partition(":")
        last = word.rfind("@")
        raw = colon_ and rest and not rest.isdigit() and end < 0 and not user.count(".")
        follows = _DOTTED_HOST.match(word, last + 1)
        if not raw or _VERSION.match(word, last + 1) or not (whole or follows):
            return None
        colon, end = len(user), last
    elif whole and word.rfind("@") > end and not _VERSION.match(word, word.rfind("@") + 1):
        end = word.rfind("@")
    after = word[end + 1 :]
    if not (after[:1].isalnum() or after[:1] == "["):
        return None
    # What follows the @ of an image is its digest.
    return None if after.startswith("sha256:") else (word.rfind("=", 0, colon) + 1, end)


def list_entries(value: str) -> Iterator[str]:
    """Yield the entries of a list and what stands between; a login with a `,` in it is one entry.

    Joined again they are `value`.
    """
    parts = _SEPARATOR.split(value)
    last = max((index for index, part in enumerate(parts) if "@" in part), default=-1)
    held: list[str] = []
    broken = False
    for index, part in enumerate(parts):
        held.append(part)
        broken = "@" not in part and (broken or _breaks(part))
        if not broken or index >= last:
            yield "".join(held)
            held, broken = [], False
    if held:
        yield "".join(held)


def _breaks(part: str) -> bool:
    """Whether a URL is none up to here: `https://bob:pass`, of a `https://bob:pass,word@host`."""
    return part.endswith(":") or not _HOST_PORT.fullmatch(
        part.rpartition("://")[2].partition("/")[0]
    )


def _without_half(piece: str) -> str:
    """Return a URL whose port is none without it: a password that lost its `@` to a `,`."""
    head, scheme, rest = piece.partition("://")
    authority = rest.partition("/")[0]
    if not scheme or "@" in authority or _HOST_PORT.fullmatch(authority) or ":" not in authority:
        return piece
    return f"{head}://{authority.partition(':')[0]}:{MASK}"


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
    return f"{match['name']}{MASK}{value[len(value.rstrip(_CLOSING)) :]}"


def _is_secret(field: str) -> bool:
    """Return whether a query field, `?name=`, is one that carries a secret."""
    return is_secret_name(unquote(field[1:-1]))


def is_secret_name(name: str) -> bool:
    """Return whether a field of a query, or a key of JSON, is called as secrets are."""
    name = name.lower()
    plain = re.sub(r"[^a-z0-9]", "", name)
    words = re.split(r"[^a-z0-9]+", name)
    return any(word in plain for word in _SECRET_WORDS) or any(
        word in _SECRET_NAMES for word in (*words, plain)
    )
