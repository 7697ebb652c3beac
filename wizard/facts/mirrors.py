"""Facts about Go module mirrors: what each answered, and how fast."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from wizard.facts.base import Fact, unknown
from wizard.text import Text, msg


class Failure(StrEnum):
    """Why a mirror does not count; the names are part of the JSON contract."""

    DNS = "dns"
    DNS_TIMEOUT = "dns-timeout"
    CONNECT_TIMEOUT = "connect-timeout"
    REFUSED = "refused"
    RESET = "reset"
    TLS_UNTRUSTED = "tls-untrusted"
    TLS_HOSTNAME = "tls-hostname"
    TLS_EXPIRED = "tls-expired"
    PROXY_AUTH = "proxy-auth"
    PROXY_REFUSED = "proxy-refused"
    HTTP_403 = "http-403"
    HTTP_404 = "http-404"
    HTTP_410 = "http-410"
    HTTP_429 = "http-429"
    HTTP_4XX = "http-4xx"
    HTTP_5XX = "http-5xx"
    NOT_A_MODULE_PROXY = "not-a-module-proxy"
    HASH_MISMATCH = "hash-mismatch"
    REDIRECT_BLOCKED = "redirect-blocked"
    TRUNCATED = "truncated"
    TIMEOUT = "timeout"


class Origin(StrEnum):
    """Where a mirror's URL came from."""

    CATALOGUE = "catalogue"
    USER = "user-catalogue"
    PRESET = "preset"
    GOPROXY = "goproxy"
    FLAG = "flag"


@dataclass(frozen=True, slots=True, kw_only=True)
class Mirror:
    """A module mirror that may be probed: one entry of a catalogue."""

    url: str
    """Base URL without a trailing slash and without credentials."""
    name: str
    operator: str = ""
    region: str = ""
    notes: str = ""
    source: str = ""
    origin: Origin = Origin.CATALOGUE
    automatic: bool = True
    """False: listed for the user's own choice, never probed or chosen by itself."""

    @property
    def wanted(self) -> bool:
        """Whether it is waited for and proved in any case: in use here, or the organisation's."""
        return self.origin in (Origin.GOPROXY, Origin.PRESET)


@dataclass(frozen=True, slots=True, kw_only=True)
class Canary:
    """A module version whose bytes are known; a mirror proves itself with it."""

    path: str
    version: str
    zip_hash: str
    """`h1:` hash of the zip (x/mod/sumdb/dirhash)."""
    mod_hash: str
    """`h1:` hash of the go.mod."""
    source: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Latency:
    """Milliseconds of each leg; None where it could not be seen (a tunnel hides the first)."""

    dns: float | None = None
    connect: float | None = None
    tls: float | None = None
    first_byte: float | None = None
    """The fastest answer on a warm connection: what ranks."""
    total: float | None = None
    """The cold request from name look-up to the last byte."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorProbe:
    """What one mirror answered."""

    mirror: Mirror
    rank: int | None
    """1 is the best; None for a failed one."""
    ok: bool
    """It spoke the module protocol: a right `.info`, not only a 200."""
    proved: bool | None
    """`.mod` and `.zip` matched known hashes, redirect targets too; None: not tried."""
    reason: Failure | None
    detail: Text
    latency: Latency
    samples: int
    checksum_database: bool | None
    """It serves `/sumdb/<name>/supported`; None: not asked."""
    through: str | None
    """The proxy that was used, without its password; None: direct."""
    redirects: tuple[str, ...] = ()
    """Hosts that its downloads redirect to."""
    issuer: str | None = None
    """Issuer of the TLS certificate, as the host saw it."""
    at: str | None = None
    """When it answered or failed, ISO 8601; None: it has not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Authority:
    """A certificate authority that signed what was seen, and that no public image knows."""

    subject: str
    sha256: str
    """Fingerprint of the certificate, hex."""
    expires: str
    """ISO 8601 date."""
    pem: str
    source: str
    """The file of the host's store that holds it."""
    hosts: tuple[str, ...]
    """Hosts that showed a certificate signed by it."""


_NOT_LOOKED: Fact[tuple[Authority, ...]] = unknown(msg("not looked"), "TLS")


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorFacts:
    """The area `mirrors`."""

    ranking: Fact[tuple[MirrorProbe, ...]]
    """Good ones first, by rank; then failed ones in the catalogue's order."""
    authorities: Fact[tuple[Authority, ...]] = _NOT_LOOKED
    """Authorities of the host's own store behind intercepted or internal connections."""
