"""What a route is made of: the settings that decide it, one question, one answer, the end."""

from __future__ import annotations

from collections.abc import Generator
from dataclasses import dataclass, field
from enum import StrEnum

from wizard.facts.private import InsteadOf
from wizard.rules.goproxy import DEFAULT_GOSUMDB
from wizard.rules.gosum import ModuleSums
from wizard.text import Text

NOPROXY = "noproxy"
"""Go's own first entry wherever GONOPROXY is set: it fetches what matches, and nothing else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """Everything that decides which way Go fetches a module; no secret in it."""

    goproxy: str
    goprivate: str = ""
    gonoproxy: str | None = None
    """None: not set, so that GOPRIVATE counts."""
    gonosumdb: str | None = None
    gosumdb: str = DEFAULT_GOSUMDB
    goinsecure: str = ""
    govcs: str = ""
    goauth: str = "netrc"
    goflags: str = ""
    go_version: tuple[int, ...] = (1, 27)
    netrc: tuple[str, ...] = ()
    """Machines that have a login there, as they are written."""
    url_logins: tuple[str, ...] = ()
    """Mirrors of GOPROXY whose URL holds a login."""
    instead_of: tuple[InsteadOf, ...] = ()
    vendored: bool = False
    """The project has a vendor folder."""
    suspects: str = ""
    """Patterns of modules that look private, whatever GOPRIVATE says."""
    public: frozenset[str] = frozenset()
    """Hosts that everybody shares; they are never told of a suspect."""

    @property
    def noproxy(self) -> str:
        """GONOPROXY as it is in force."""
        return self.goprivate if self.gonoproxy is None else self.gonoproxy

    @property
    def nosumdb(self) -> str:
        """GONOSUMDB as it is in force."""
        return self.goprivate if self.gonosumdb is None else self.gonosumdb

    @property
    def repeats(self) -> bool:
        """Go asks again after a 4xx over https, with what GOAUTH then says (1.24 on)."""
        return self.go_version >= (1, 24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """One module, as a project wants it."""

    path: str
    version: str | None
    """None: the latest."""
    new_path: str | None = None
    """What a replace puts in its place."""
    new_version: str | None = None
    folder_exists: bool | None = None
    """The replacement is a folder (new_version None), which is there or not."""
    sums: ModuleSums = field(default_factory=ModuleSums)
    """Of what is fetched, so of the replacement."""


class Kind(StrEnum):
    """What a hop is; the names are part of the JSON contract."""

    MIRROR = "mirror"
    GO_GET = "go-get"
    GIT = "git"
    CHECKSUM = "checksum-database"
    REPLACE = "replace"
    VENDOR = "vendor"
    OFF = "off"
    REFUSED = "refused"
    """Go's own rules end here; nobody is asked."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Ask:
    """One question that Go would send now."""

    kind: Kind
    url: str
    """Without credentials."""
    rule: Text
    """Why Go asks here."""
    base: str = ""
    """The mirror whose login belongs to it; empty: the host's own."""
    insecure: bool = False
    """GOINSECURE: Go checks no certificate."""
    credentials: str | None = None
    """Where Go's credentials for it come from: `netrc`, `GOPROXY`; None: there are none."""
    given: str = ""
    """What git is called with, before its insteadOf makes `url` of it."""


class Said(StrEnum):
    """What an answer means to Go."""

    FOUND = "found"
    ABSENT = "absent"
    """404 and 410, a missing file: the next entry is tried."""
    FAILED = "failed"
    """Everything else: only `|` leads further."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What came back."""

    said: Said
    text: Text
    status: int | None = None
    reason: str | None = None
    """The reasons of `mirrors --json`, `no-credentials`, `no-git`, `not-asked`."""
    body: bytes | None = None
    """None: there is nothing to look into (a repository)."""
    whole: bool = True
    """`body` is all of it."""
    refs: frozenset[str] = frozenset()
    """A repository's references."""
    trail: tuple[str, ...] = ()
    """Where it was redirected to, in order, without queries."""
    credentials: str | None = None
    """The login that went with it: `netrc`, `GOPROXY`, `GOAUTH`; None: there was none."""
    times: int = 1
    """How often Go would send the question."""
    elapsed_ms: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Hop:
    """One stop of the way."""

    ask: Ask
    answer: Answer
    judged: Text = ""
    """What is wrong with an answer that looked right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How the way ends."""

    ok: bool
    way: str
    """`mirror`, `direct`, `folder`, `none`."""
    where: str
    """The mirror, repository or folder; empty for none."""
    reason: str | None
    """Why it fails."""
    detail: Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Got:
    """What one entry of the list gave for one file."""

    said: Said
    text: Text
    way: str
    where: str
    reason: str | None = None
    body: bytes | None = None
    whole: bool = True


Attempt = Generator[Ask, Answer, Got]
Walking = Generator[Ask, Answer, Outcome]
