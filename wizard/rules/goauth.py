"""GOAUTH: who is asked for credentials, and what a command of it prints.

Rules: `go help goauth`; cmd/go `auth.runGoAuth`, `parseUserAuth`, `loadCredential` (Go 1.24 on).
"""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

from wizard.secret import Secret
from wizard.text import Text, msg


def methods_of(goauth: str) -> tuple[str, ...]:
    """Return the methods in order: `off`, `netrc`, `git DIR`, or a command."""
    return tuple(word.strip() for word in goauth.split(";"))


def goauth_problem(goauth: str) -> Text | None:
    """Return why Go gives up over the value, whatever it fetches, or None."""
    methods = methods_of(goauth)
    if not all(methods):
        return msg("GOAUTH holds an empty command")
    if "off" in methods and len(methods) > 1:
        return msg("GOAUTH=off cannot stand beside another method")
    for method in methods:
        name, *rest = method.split()
        if name == "git" and (len(rest) != 1 or not rest[0].startswith("/")):
            return msg("GOAUTH=git takes one absolute folder")
    return None


def commands_of(goauth: str) -> tuple[str, ...]:
    """Return the methods that are programs of the user's, in order."""
    return tuple(
        method
        for method in methods_of(goauth)
        if method and method.split()[0] not in ("off", "netrc", "git")
    )


def git_folder_of(goauth: str) -> str | None:
    """Return the folder of `git DIR`, in which Go asks git's credential helpers; None: not set."""
    for method in methods_of(goauth):
        name, *rest = method.split() or [""]
        if name == "git" and rest:
            return rest[0]
    return None


def parse_credentials(printed: str) -> Mapping[str, Secret] | None:
    """Return prefix → value of Authorization out of what a command printed; None: Go refuses it.

    Other headers are passed over. URLs stand first, an empty line, headers, an empty line.
    """
    found: dict[str, Secret] = {}
    lines = printed.split("\n")
    if lines and lines[-1] == "":
        lines.pop()
    while lines:
        blocks: list[list[str]] = []
        for _ in ("URLs", "headers"):
            if "" not in lines:
                return None
            end = lines.index("")
            blocks.append(lines[:end])
            lines = lines[end + 1 :]
        urls, headers = blocks
        if not all(_is_url(url) for url in urls):
            return None
        pairs = [header.partition(": ") for header in headers]
        if not all(name and colon for name, colon, _ in pairs):
            return None
        values = [value.strip() for name, _, value in pairs if name.lower() == "authorization"]
        for url in urls if values else ():
            found[url.removeprefix("https://").removesuffix("/")] = Secret(values[0])
    return found


def _is_url(text: str) -> bool:
    try:
        return bool(urlsplit(text).scheme) or text.startswith("/")
    except ValueError:  # an open bracket, a port that is none
        return False


def credential_for(url: str, known: Mapping[str, Secret]) -> Secret | None:
    """Return what Go sends to `url`: the longest prefix by path elements wins."""
    prefix = url.removeprefix("https://").removesuffix("/")
    while prefix not in known:
        prefix, slash, _ = prefix.rpartition("/")
        if not slash:
            return None
    return known[prefix]
