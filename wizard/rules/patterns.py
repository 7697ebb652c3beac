"""The pattern lists of GOPRIVATE, GONOPROXY, GONOSUMDB and GOINSECURE.

Rule: golang.org/x/mod/module `MatchPrefixPatterns` over Go's `path.Match`. Nothing is trimmed
(a space after a comma is part of the next pattern), case counts, malformed patterns match nothing.
"""

from __future__ import annotations

from string import ascii_lowercase, digits


def match_prefix_patterns(globs: str, path: str) -> bool:
    """Return whether a pattern of the comma-separated `globs` matches a prefix of `path`."""
    elements = path.split("/")
    for raw in globs.split(","):
        glob = raw.removesuffix("/")
        if not glob:
            continue
        wanted = glob.count("/") + 1
        if wanted <= len(elements) and match(glob, "/".join(elements[:wanted])):
            return True
    return False


class _BadPattern(Exception):
    pass


def match(pattern: str, name: str) -> bool:
    """Return what Go's path.Match says; False for a malformed pattern."""
    try:
        return _match(pattern, name)
    except _BadPattern:
        return False


def _match(pattern: str, name: str) -> bool:
    while pattern:
        star, chunk, pattern = _scan(pattern)
        if star and not chunk:
            return "/" not in name
        rest = _match_chunk(chunk, name)
        if rest is not None and (not rest or pattern):
            name = rest
            continue
        if not star:
            return False
        for start in range(len(name)):
            if name[start] == "/":
                return False
            rest = _match_chunk(chunk, name[start + 1 :])
            if rest is not None and (pattern or not rest):
                name = rest
                break
        else:
            return False
    return not name


def _scan(pattern: str) -> tuple[bool, str, str]:
    """Split off leading stars and the text up to the next star outside of brackets."""
    text = pattern.lstrip("*")
    in_range = False
    index = 0
    while index < len(text):
        char = text[index]
        if char == "\\":
            index += 1
        elif char == "[":
            in_range = True
        elif char == "]":
            in_range = False
        elif char == "*" and not in_range:
            break
        index += 1
    return len(text) < len(pattern), text[:index], text[index:]


def _match_chunk(chunk: str, name: str) -> str | None:
    """Return what is left of `name` after `chunk` matched its start, or None."""
    while chunk:
        if not name:
            return None
        head, chunk = chunk[0], chunk[1:]
        if head == "[":
            matched, chunk = _match_class(chunk, name[0])
            if not matched:
                return None
        elif head == "?":
            if name[0] == "/":
                return None
        else:
            if head == "\\":
                if not chunk:
                    raise _BadPattern
                head, chunk = chunk[0], chunk[1:]
            if head != name[0]:
                return None
        name = name[1:]
    return name


def _match_class(chunk: str, char: str) -> tuple[bool, str]:
    negated = chunk.startswith("^")
    chunk = chunk[1:] if negated else chunk
    matched = False
    ranges = 0
    while not (chunk.startswith("]") and ranges):
        low, chunk = _escaped(chunk)
        high = low
        if chunk[0] == "-":
            high, chunk = _escaped(chunk[1:])
        matched = matched or low <= char <= high
        ranges += 1
    return matched != negated, chunk[1:]


def _escaped(chunk: str) -> tuple[str, str]:
    if not chunk or chunk[0] in "-]":
        raise _BadPattern
    if chunk[0] == "\\":
        chunk = chunk[1:]
    if len(chunk) < 2:
        raise _BadPattern
    return chunk[0], chunk[1:]


_STRANGERS = (
    *(
        f"{first}none-such.{top}/a/b/c/d/e/f"
        for first in ascii_lowercase + digits
        for top in ("com", "org", "net", "io", "dev", "in")
    ),
    *(
        f"{host}/none-such/a/b/c/d/e"
        for host in ("github.com", "gitlab.com", "golang.org", "go.uber.org", "gopkg.in", "k8s.io")
    ),
    "google.golang.org/none-such",
)
"""Modules that are nobody's own; a wildcard that takes in one of them takes in strangers'."""


def takes_strangers(pattern: str) -> bool:
    """Whether a pattern with a wildcard for its host matches modules of the public: `*`, `*.*`."""
    if not any(char in pattern.partition("/")[0] for char in "*?["):
        return False
    return any(match_prefix_patterns(pattern, path) for path in _STRANGERS)


def pattern_problem(pattern: str) -> str | None:
    """Return the id of what keeps `pattern` from ever matching a module path, or None.

    One of `space`, `scheme`, `port`, `separator`, `malformed`.
    """
    if any(c.isspace() for c in pattern):
        return "space"
    if "://" in pattern:
        return "scheme"
    if any(c in pattern for c in ";|"):
        return "separator"
    if ":" in pattern and "[" not in pattern:
        return "port"
    try:
        _validate(pattern)
    except _BadPattern:
        return "malformed"
    return None


def _validate(pattern: str) -> None:
    while pattern:
        head, pattern = pattern[0], pattern[1:]
        if head == "\\":
            if not pattern:
                raise _BadPattern
            pattern = pattern[1:]
        elif head == "[":
            _, pattern = _match_class(pattern, "a")
