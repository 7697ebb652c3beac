"""Where an import path's code lives: Go's table of known hosts, and `?go-get=1` pages.

Rules: cmd/go `vcs.vcsPaths`, `parseMetaGoImports`, `matchGoImport`, `urlForImportPath`.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from html.parser import HTMLParser

from wizard.text import Text, msg


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownRepository:
    """What Go knows about an import path without asking anybody."""

    vcs: str
    root: str
    """The part of the import path that is the repository."""
    url: str
    """With its scheme, or without one where Go tries several (`pinged`)."""
    pinged: bool = False


_HOSTS = (
    ("github.com", r"(github\.com/[\w.\-]+/[\w.\-]+)(/[\w.\-]+)*"),
    ("bitbucket.org", r"(bitbucket\.org/[\w.\-]+/[\w.\-]+)(/[\w.\-]+)*"),
    ("hub.jazz.net/git", r"(hub\.jazz\.net/git/[a-z0-9]+/[\w.\-]+)(/[\w.\-]+)*"),
    ("git.apache.org", r"(git\.apache\.org/[a-z0-9_.\-]+\.git)(/[\w.\-]+)*"),
    ("git.openstack.org", r"(git\.openstack\.org/[\w.\-]+/[\w.\-]+)(\.git)?(/[\w.\-]+)*"),
)
_NO_SUFFIX = {"github.com", "bitbucket.org", "hub.jazz.net/git"}
_ANY = re.compile(
    r"(?P<root>(?P<repo>(?:[a-z0-9.\-]+\.)+[a-z0-9.\-]+(?::[0-9]+)?(?:/~?[\w.\-]+)+?)"
    r"\.(?P<vcs>fossil|git|hg|svn))(?:/~?[\w.\-]+)*",
    re.ASCII,
)


def known_repository(path: str) -> KnownRepository | Text | None:
    """Return the repository that Go's table names, why the table refuses, or None: ask the host."""
    for prefix, pattern in _HOSTS:
        if path != prefix and not path.startswith(f"{prefix}/"):
            continue
        found = re.fullmatch(pattern, path, re.ASCII)
        root = "" if found is None else found[1]
        suffix = root.rpartition(".")[2] if prefix in _NO_SUFFIX else ""
        if not root or suffix in ("git", "hg", "svn", "fossil", "bzr"):
            return msg("{path} is no path of {host}", path=path, host=prefix)
        return KnownRepository(vcs="git", root=root, url=f"https://{root}")
    if found := _ANY.fullmatch(path):
        return KnownRepository(vcs=found["vcs"], root=found["root"], url=found["repo"], pinged=True)
    return None


@dataclass(frozen=True, slots=True, kw_only=True)
class MetaImport:
    """One `<meta name="go-import">`."""

    prefix: str
    vcs: str
    """`mod` names a module proxy."""
    url: str
    subdir: str = ""


class _Head(HTMLParser):
    """Reads the meta tags up to the body, as Go does."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[MetaImport] = []
        self.over = False

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag == "body":
            self.over = True
        if self.over or tag != "meta":
            return
        values = {name: value or "" for name, value in reversed(attrs)}
        words = values.get("content", "").split()
        if values.get("name") == "go-import" and len(words) in (3, 4):
            prefix, vcs, url, *subdir = words
            self.found.append(MetaImport(prefix=prefix, vcs=vcs, url=url, subdir="".join(subdir)))

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)

    def handle_endtag(self, tag: str) -> None:
        self.over = self.over or tag == "head"


def meta_imports(page: bytes) -> tuple[MetaImport, ...]:
    """Return the imports of a page: module proxies first, and what they supersede left out."""
    head = _Head()
    # Python's parser asserts over a broken declaration; what stood before it counts, as for Go.
    with suppress(AssertionError):
        head.feed(page.decode("utf-8", "replace"))
    proxies = [one for one in head.found if one.vcs == "mod"]
    superseded = {one.prefix for one in proxies}
    others = [one for one in head.found if one.vcs != "mod" and one.prefix not in superseded]
    return (*proxies, *others)


def matching_import(imports: Iterable[MetaImport], path: str) -> MetaImport | Text:
    """Return the one import that covers `path`, or why there is none."""
    match: MetaImport | None = None
    for one in imports:
        if path != one.prefix and not path.startswith(f"{one.prefix.removesuffix('/')}/"):
            continue
        if match is not None:
            if match.vcs == "mod" and one.vcs != "mod":
                break
            return msg("several go-import tags cover {path}", path=path)
        match = one
    return match if match is not None else msg("no go-import tag covers {path}", path=path)


def discovery_url(path: str) -> str | None:
    """Return the address that Go asks about `path`, without its scheme; None: names no host."""
    host, _, rest = path.partition("/")
    return f"{host}/{rest}?go-get=1" if "." in host else None
