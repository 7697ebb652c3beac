"""One authority for all tests here, a machine that trusts it, and the public function."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Protocol

import pytest

from tests.servers import QUOTE, SHOUT, Authority
from tests.servers.module import HasUrl
from wizard.detect.catalogue import mirrors_from_urls
from wizard.detect.mirrors import probe_mirrors
from wizard.detect.request import Event, MirrorAnswered, Request
from wizard.facts.mirrors import Canary, Mirror, MirrorProbe
from wizard.facts.proxy import GoProxyEnvironment
from wizard.rules.proxy_url import ProxyUrl, parse_proxy_url
from wizard.system import System

PATIENCE_S = 20.0
"""A deadline that no test should reach."""


@pytest.fixture(scope="session")
def authority() -> Iterator[Authority]:
    """The authority that `machine` trusts."""
    with Authority() as made:
        yield made


@pytest.fixture
def trusting(machine: System, authority: Authority, tmp_path: Path) -> System:
    """A machine like `machine`, whose own store holds the authority, where Debian keeps it."""
    there = replace(machine, root=tmp_path / "trusting")
    bundle = there.path("/etc/ssl/certs/ca-certificates.crt")
    bundle.parent.mkdir(parents=True)
    bundle.write_bytes(authority.bundle.read_bytes())
    return there


class Probe(Protocol):
    """Probes some mirrors and returns the table."""

    async def __call__(
        self,
        *mirrors: HasUrl | str | Mirror,
        system: System | None = None,
        proxy: str | None = None,
        no_proxy: str = "",
        canaries: tuple[Canary, ...] = ...,
        timeout_s: float = PATIENCE_S,
        prove_all: bool = True,
        whole_table: bool = False,
        listener: Callable[[MirrorProbe], None] | None = None,
    ) -> tuple[MirrorProbe, ...]: ...


@pytest.fixture
def probe(trusting: System) -> Probe:
    """The public function, with everything proved unless a test says otherwise."""

    async def run(
        *mirrors: HasUrl | str | Mirror,
        system: System | None = None,
        proxy: str | None = None,
        no_proxy: str = "",
        canaries: tuple[Canary, ...] = (QUOTE.canary, SHOUT.canary),
        timeout_s: float = PATIENCE_S,
        prove_all: bool = True,
        whole_table: bool = False,
        listener: Callable[[MirrorProbe], None] | None = None,
    ) -> tuple[MirrorProbe, ...]:
        url = None if proxy is None else parse_proxy_url(proxy)
        assert url is None or isinstance(url, ProxyUrl)

        def hear(event: Event) -> None:
            assert isinstance(event, MirrorAnswered)
            if listener is not None:
                listener(event.probe)

        facts = await probe_mirrors(
            system or trusting,
            Request(project=Path("/nowhere"), prove_all=prove_all),
            tuple(_mirror(mirror) for mirror in mirrors),
            GoProxyEnvironment(http=url, https=url, no_proxy=no_proxy),
            canaries,
            None,
            hear,
            asyncio.get_running_loop().time() + timeout_s,
            whole_table=whole_table,
        )
        assert facts.ranking.value is not None, facts.ranking.reason
        return facts.ranking.value

    return run


def _mirror(mirror: HasUrl | str | Mirror) -> Mirror:
    if isinstance(mirror, Mirror):
        return mirror
    url = mirror if isinstance(mirror, str) else mirror.url
    return mirrors_from_urls([url])[0]
