"""What an organisation says of its machines: one signed file, read, checked and frozen.

Each part knows where it stands (`file-or-URL:line`), so that a refusal can name the line.
"""

from __future__ import annotations

from dataclasses import dataclass

from wizard.facts.base import Fact
from wizard.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One `key = value` of a table that is passed on: an answer, or an option of a target."""

    key: str
    text: str
    """As `--set` or `--option` would give it."""
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetMirror:
    """A module mirror of the organisation's own."""

    url: str
    name: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedAuthority:
    """A certificate authority that the organisation stands for."""

    name: str
    sha256: str
    """Fingerprint of the certificate, 64 hex digits, lower case."""
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class AddressPlan:
    """Which IPv4 ranges Docker may use, and which it must not."""

    docker: tuple[str, ...] = ()
    """Empty: any that is free."""
    reserved: tuple[str, ...] = ()
    because: str = ""
    where: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """What one decision may be, by patterns of its parts (`*` stands for anything)."""

    decision: str
    allowed: tuple[str, ...] = ()
    """Empty: everything that is not forbidden."""
    forbidden: tuple[str, ...] = ()
    because: str
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SelfTest:
    """A host that every machine of the organisation must reach."""

    host: str
    port: int
    because: str
    where: str

    @property
    def address(self) -> str:
        """Return `host:port`, as it is dialled."""
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"


@dataclass(frozen=True, slots=True, kw_only=True)
class Preset:
    """One version of an organisation's preset."""

    organisation: str
    version: int
    source: str
    """The file or URL that it was read from; never holds a secret."""
    contact: str = ""
    """Whom to ask; a text for people."""
    answers: tuple[Line, ...] = ()
    targets: tuple[Line, ...] = ()
    mirrors: tuple[PresetMirror, ...] = ()
    patterns: tuple[str, ...] = ()
    """Module paths that are private in the whole organisation."""
    patterns_where: str = ""
    authorities: tuple[NamedAuthority, ...] = ()
    addresses: AddressPlan = AddressPlan()
    registry: str = ""
    """`host[:port][/path]` that base images come from; empty: Docker Hub."""
    registry_where: str = ""
    rules: tuple[Rule, ...] = ()
    self_test: tuple[SelfTest, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class HostAnswer:
    """Whether a self-test host answered."""

    host: str
    """`host:port`."""
    reachable: bool
    detail: Text
    through: str | None
    """The proxy that was asked, without its password; None: direct."""
    because: str
    """Why the organisation wants it reached."""
    where: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PresetFacts:
    """The area `preset`; there is none where no organisation speaks."""

    document: Fact[Preset]
    self_test: Fact[tuple[HostAnswer, ...]]
