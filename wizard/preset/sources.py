"""Where a preset may come from: a file, a git repository, an HTTPS URL. Nothing else.

What names a source comes from a chat, a wiki or a variable: no transport that starts a program,
no word that git could take for an option, no login in a URL.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from urllib.parse import urlsplit, urlunsplit

from wizard.errors import UnsafeError, UsageError
from wizard.rules.credentials import mask_value, value_holds_credentials
from wizard.system import System
from wizard.text import Text, msg
from wizard.untrusted import clean_line

_EXAMPLE = "https://intranet.corp.example/gomod-wizard/preset.toml"
_GIT = re.compile(r"git\+(?P<url>(?P<scheme>https?|ssh|file)://(?P<rest>[^#]*))(?:#(?P<at>.*))?")
_REF = re.compile(r"[A-Za-z0-9][A-Za-z0-9._/+-]{0,199}")
_ODD = re.compile(r"[\x00-\x20\x7f-\x9f\\'\"`$;|<>]")
_LOOPBACK = {"localhost", "127.0.0.1", "::1"}


@dataclass(frozen=True, slots=True)
class FileSource:
    """A file of this machine."""

    path: Path

    def __str__(self) -> str:
        return str(self.path)

    def beside(self, suffix: str) -> str:
        """Return the name of the signature that belongs to it."""
        return f"{self.path}{suffix}"


@dataclass(frozen=True, slots=True)
class HttpsSource:
    """An HTTPS URL; http:// on loopback alone."""

    url: str

    def __str__(self) -> str:
        return self.url

    def beside(self, suffix: str) -> str:
        """Return the URL of the signature that belongs to it; a query stays behind it."""
        parts = urlsplit(self.url)
        return urlunsplit(parts._replace(path=parts.path + suffix))


@dataclass(frozen=True, slots=True, kw_only=True)
class GitSource:
    """A file in a git repository."""

    url: str
    ref: str
    """A branch, tag or commit; HEAD where none was named."""
    path: str

    def __str__(self) -> str:
        return f"git+{self.url}#{self.ref}:{self.path}"

    def beside(self, suffix: str) -> str:
        """Return what names the signature that belongs to it."""
        return f"{self}{suffix}"


Source = FileSource | HttpsSource | GitSource


def parse_source(system: System, text: str, *, where: str, folder: Path) -> Source:
    """Return the source that `text` names; a relative path starts at `folder`.

    Raises UsageError for what names none, UnsafeError for what must not be asked.
    """
    text = text.strip()
    if not text or text.startswith("-"):
        raise UsageError(
            msg("{text} names no preset", text=clean_line(text, 100) or "-"),
            where=where,
            hint=msg("a file, or for example {example}", example=_EXAMPLE),
        )
    if found := _GIT.fullmatch(text):
        return _git(found, where)
    if text.startswith(("https://", "http://")):
        _check_url(text, where, user=False)
        return HttpsSource(text.partition("#")[0])
    if re.match(r"[A-Za-z0-9+.-]{2,}:(?://|:)", text):
        raise _refused(msg("no preset is fetched by {how}", how=clean_line(text, 40)), where)
    path = Path(text)
    if text.startswith("~/") and system.home is not None:
        path = system.home / text[2:]
    return FileSource(Path(os.path.normpath(folder / path)))


def _git(found: re.Match[str], where: str) -> GitSource:
    url, scheme = found["url"], found["scheme"]
    if scheme != "file":
        _check_url(url, where, user=scheme == "ssh")
    elif _ODD.search(url) or not found["rest"].startswith("/"):
        raise _refused(msg("it is no repository of this machine"), where)
    ref, colon, path = (found["at"] or "").partition(":")
    if not colon:
        path = "preset.toml"
    ref = ref or "HEAD"
    if not _REF.fullmatch(ref) or ".." in ref or ref.endswith((".lock", "/")):
        raise _refused(msg("{ref} is no name of a branch, tag or commit",
                           ref=clean_line(ref, 100)), where)  # fmt: skip
    parts = PurePosixPath(path).parts
    if not parts or path.startswith(("/", ":")) or ".." in parts or _ODD.search(path):
        raise _refused(msg("{path} is no path in a repository", path=clean_line(path, 100)), where)
    return GitSource(url=url, ref=ref, path=path)


def _check_url(url: str, where: str, *, user: bool) -> None:
    """Refuse a URL with a login, with anything odd, or without TLS beyond loopback."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise _refused(msg("the URL cannot be read"), where) from None
    if not host or not re.match(r"[A-Za-z0-9:]", host) or _ODD.search(url):
        raise _refused(msg("the URL cannot be read"), where)
    only_user = user and parts.password is None and not parts.query
    named = re.fullmatch(r"[A-Za-z0-9][A-Za-z0-9._-]{0,31}", parts.username or "x")
    holds_login = value_holds_credentials(url) if not only_user else named is None
    if holds_login or (parts.username is not None and not user):
        raise _refused(
            msg("the URL {url} holds a login; a preset's address is read by everybody",
                url=mask_value(clean_line(url, 200))), where,
            hint=msg("put it into your netrc, or into git's credential helper"),
        )  # fmt: skip
    if parts.scheme == "http" and host not in _LOOPBACK:
        raise _refused(
            msg("whoever sits on the way could change it: http:// has no TLS"), where,
            hint=msg("give an https:// URL"),
        )  # fmt: skip


def _refused(message: Text, where: str, hint: Text = "") -> UnsafeError:
    return UnsafeError(
        message,
        where=where,
        hint=hint or msg("a file, git+https:// or git+ssh://, or {example}", example=_EXAMPLE),
    )
