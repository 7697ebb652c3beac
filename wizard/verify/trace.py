"""Reads what `go mod download -x` prints: which module was asked for, and what answered.

Source: cmd/go `internal/web` (`# get URL`, then `# get URL: STATUS (SECONDSs)`) and
`internal/modfetch/codehost` (`cd DIR; git …`, then `SECONDSs # cd DIR; git …`).
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Iterator
from typing import Any
from urllib.parse import unquote, urlsplit

from wizard.verify.types import Slow

SLOW_S = 5.0
"""Seconds after which what is waited for is named."""

_GET = re.compile(r"# get (\S+?)(?:: (.+?)(?: \((\d+\.\d+)s\))?)?$")
_GIT_DONE = re.compile(r"(\d+\.\d+)s # (cd .+; .+)$")
_GIT = re.compile(r"(?:cd|mkdir -p|unzip|rm -rf|mv) \S+.*$")
_DOWNLOADING = re.compile(r"go: downloading (\S+) (\S+)$")
_FILE = re.compile(r"(.+)/@v/([^/]+)\.(info|mod|zip)$")
_UPPER = re.compile(r"!([a-z])")
_MAX_PENDING = 4_096
_MAX_SLOW = 10


class DownloadTrace:
    """What one download has asked for so far; `expected` are `path@version` out of go.mod."""

    def __init__(self, expected: Iterable[str] = ()) -> None:
        self._expected = frozenset(expected)
        self._pending: dict[str, float] = {}
        self._begun: dict[str, float] = {}
        self._took: dict[str, float] = {}
        self.done: set[str] = set()
        self.module = ""

    def read(self, line: str, at: float) -> bool:
        """Take in one line, read at `at` seconds; return whether it is of the trace."""
        if match := _DOWNLOADING.match(line):
            self.module = f"{match[1]}@{match[2]}"
            self.done.add(self.module)
            return False
        if match := _GET.match(line):
            self._request(match[1], match[2], at)
            return True
        if match := _GIT_DONE.match(line):
            self._pending.pop(match[2], None)
            return True
        if _GIT.match(line):
            if line.startswith("cd ") and len(self._pending) < _MAX_PENDING:
                self._pending.setdefault(line, at)
            return True
        return False

    def _request(self, url: str, status: str | None, at: float) -> None:
        name, kind = self._file(url)
        if status is None:
            if len(self._pending) < _MAX_PENDING:
                self._pending.setdefault(url, at)
            if name:
                self._begun.setdefault(name, at)
                self.module = name
            return
        self._pending.pop(url, None)
        if kind == "zip" and status.startswith("200"):
            self.done.add(name)
            self._took[name] = at - self._begun.get(name, at)

    def _file(self, url: str) -> tuple[str, str]:
        """Return the module version and the suffix that a mirror is asked for; ("", "") for none.

        A mirror may lie below a path: what go.mod names tells where the module's own begins.
        """
        match = _FILE.match(_UPPER.sub(lambda m: m[1].upper(), unquote(_parts(url)[1])))
        if match is None:
            return "", ""
        path, version, kind = match[1].lstrip("/"), match[2], match[3]
        words = path.split("/")
        for start in range(len(words)):
            name = f"{'/'.join(words[start:])}@{version}"
            if name in self._expected:
                return name, kind
        return f"{path}@{version}", kind

    def counted(self) -> int:
        """Return how many modules came, of those that go.mod names where it could be read."""
        return len(self.done & self._expected) if self._expected else len(self.done)

    def waiting(self, at: float) -> tuple[Slow, ...]:
        """Return what has been waited for longer than SLOW_S, the longest first."""
        found = [
            Slow(what=self._named(what), seconds=round(at - since, 1))
            for what, since in self._pending.items()
            if at - since >= SLOW_S
        ]
        return tuple(sorted(found, key=lambda one: -one.seconds)[:_MAX_SLOW])

    def _named(self, what: str) -> str:
        name, _ = self._file(what)
        return f"{name} ({_parts(what)[0]})" if name else what[:200]

    def unanswered(self, at: float) -> tuple[str, ...]:
        """Return a line for each of the first requests that nothing answered, for the log."""
        waiting = [(url, at - since) for url, since in self._pending.items() if "://" in url]
        return tuple(
            f"gomod-wizard: no answer for {seconds:.0f} s: {url}"
            for url, seconds in waiting[:_MAX_SLOW]
            if seconds >= SLOW_S
        )

    def slowest(self) -> tuple[Slow, ...]:
        """Return the modules that took longer than SLOW_S, the slowest first."""
        found = [Slow(what=w, seconds=round(s, 1)) for w, s in self._took.items() if s >= SLOW_S]
        return tuple(sorted(found, key=lambda one: -one.seconds)[:_MAX_SLOW])


def _parts(url: str) -> tuple[str, str]:
    """Return host and path; nothing of what is no URL: a step may print whatever it likes."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return "", ""
    return parts.hostname or "", parts.path


def read_json(text: str) -> Iterator[dict[str, Any]]:
    """Yield the objects that `go mod download -json` printed one after another.

    Stops at the first thing that is no object: a program that was cut ends in the middle.
    """
    decoder = json.JSONDecoder()
    at = 0
    while at < len(text):
        while at < len(text) and text[at].isspace():
            at += 1
        if at >= len(text):
            return
        try:
            value, at = decoder.raw_decode(text, at)
        except (ValueError, RecursionError):
            return
        if not isinstance(value, dict):
            return
        yield value
