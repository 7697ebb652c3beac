"""What a probe build is asked: values, made from the plan by `render.probe_build`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from wizard.facts.mirrors import Canary
from wizard.secret import Secret

CA_SECRET = "ca"  # noqa: S105 - the name of a secret


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A host and port that the build must reach by itself, not through a proxy."""

    host: str
    port: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyAsked:
    """The proxy as this host names it and as a RUN step names it."""

    host: Target | None
    """None: this host uses none."""
    build: Target


@dataclass(frozen=True, slots=True, kw_only=True)
class MirrorAsked:
    """A module mirror that the build would use."""

    url: str
    """Without credentials and trailing slash."""
    target: Target
    tls: bool
    through: Target | None
    """The proxy that a RUN step goes through; None: directly."""


@dataclass(frozen=True, slots=True, kw_only=True)
class InBuild:
    """One probe build."""

    base_image: str
    """One that the engine has already."""
    options: tuple[str, ...] = ()
    """Of `docker build`: network, hosts, proxies and secrets, as the plan's own command has them;
    file secrets of `files` are added by the caller of docker."""
    env: Mapping[str, str] = field(default_factory=dict)
    secret_env: Mapping[str, Secret] = field(default_factory=dict)
    """For build arguments without a value."""
    mounts: tuple[str, ...] = ()
    """Options of RUN, `--mount=…`."""
    prelude: str = ""
    """Shell lines that a step of the plan's Dockerfile runs first."""
    ca: str = ""
    """PEM to hand over as the secret `ca`; empty: none."""
    proxy: ProxyAsked | None = None
    mirrors: tuple[MirrorAsked, ...] = ()
    others: tuple[Target, ...] = ()
    """Hosts of private modules that the build fetches from directly."""
    canaries: tuple[Canary, ...] = ()
    step_seconds: int = 4
    """After which Go is given up in the step."""

    def targets(self) -> tuple[Target, ...]:
        """Return every host and port that a RUN step must reach by itself."""
        direct = (mirror.target for mirror in self.mirrors if mirror.through is None)
        proxy = () if self.proxy is None else (self.proxy.build,)
        return tuple(dict.fromkeys((*proxy, *direct, *self.others)))
