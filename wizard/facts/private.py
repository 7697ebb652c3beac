"""Facts about private repositories: which hosts, by what evidence, with which credentials."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from wizard.facts.base import Fact
from wizard.text import Text


class Authentication(StrEnum):
    """How this user can prove who they are to a host."""

    NETRC = "netrc"
    SSH_AGENT = "ssh-agent"
    SSH_KEY = "ssh-key"
    GIT_CREDENTIAL_HELPER = "git-credential-helper"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One thing that says "this host is private", and where it stands."""

    what: Text
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateHost:
    """A host that serves private modules."""

    host: str
    modules: tuple[str, ...]
    """Module paths of this project on that host; may be empty."""
    patterns: tuple[str, ...]
    """The narrowest GOPRIVATE patterns that cover them."""
    evidence: tuple[Evidence, ...]
    authentication: tuple[Authentication, ...]
    ssh: bool
    """git reaches it over SSH (a remote or an insteadOf says so)."""
    resolvable: bool | None
    addresses: tuple[str, ...]
    reachable: bool | None
    """A TCP connection to its git port (443 or 22) was made; None: not tried."""
    detail: Text
    at: str | None = None
    """When it was tried, ISO 8601; None: it was not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class NetrcFile:
    """The user's netrc: for which machines, never with what."""

    path: str
    machines: tuple[str, ...]
    problem: Text = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class SshSetup:
    """What SSH has to offer here."""

    agent_socket: str | None
    keys: tuple[str, ...]
    """Private key files, by path."""
    known_hosts: tuple[str, ...]
    """Host names of the known_hosts file that are not hashed."""
    known_hosts_path: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class InsteadOf:
    """A `url.<base>.insteadOf` of the user's git configuration, credentials removed."""

    base: str
    instead_of: str
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PrivateFacts:
    """The area `private`."""

    hosts: Fact[tuple[PrivateHost, ...]]
    netrc: Fact[NetrcFile]
    ssh: Fact[SshSetup]
    instead_of: Fact[tuple[InsteadOf, ...]]
