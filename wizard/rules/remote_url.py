"""Git remotes in their three spellings: URL, `user@host:path`, local path."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

from wizard.rules.addresses import is_host_name, parse_address
from wizard.rules.credentials import without_login

_SCP = re.compile(r"(?:(?P<user>[^@/:\s]+)@)?(?P<host>\[[^\]]+\]|[^:/\s]+):(?!//)(?P<path>.*)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Remote:
    """Where a repository is fetched from; credentials left out."""

    host: str
    path: str
    """Without a leading slash and `.git`."""
    ssh: bool
    port: int | None


def parse_remote(url: str) -> Remote | None:
    """Return the host behind a git URL, or None where it names none (a folder, a file://)."""
    text = without_login(url.strip())[0]
    if "://" in text:
        try:
            parts = urlsplit(text)
            host, port = parts.hostname, parts.port
        except ValueError:
            return None
        if parts.scheme not in {"https", "http", "ssh", "git", "git+ssh", "ssh+git"} or not host:
            return None
        ssh = "ssh" in parts.scheme
        return _remote(host, parts.path, ssh=ssh, port=port)
    match = _SCP.fullmatch(text)
    # A single letter before the colon is a Windows drive.
    if match is None or len(match["host"]) == 1:
        return None
    return _remote(match["host"].strip("[]"), match["path"], ssh=True, port=None)


def _remote(host: str, path: str, *, ssh: bool, port: int | None) -> Remote | None:
    if not is_host_name(host) and parse_address(host) is None:
        return None
    bare = path.strip("/").removesuffix(".git")
    return Remote(host=host.lower(), path=bare, ssh=ssh, port=port)
