"""A module mirror on this host's own loopback, such as a local Athens: no build reaches it."""

from __future__ import annotations

import re

from wizard.facts import Facts
from wizard.plan.addresses_seen import host_of
from wizard.plan.container import host_address
from wizard.plan.types import BuildNetwork, Finding, ModuleSource, Severity
from wizard.rules.addresses import is_loopback as at_loopback
from wizard.rules.goproxy import GoProxyError, parse_goproxy
from wizard.text import msg

_LOOPBACK_URL = re.compile(
    r"(?i)(\bhttps?://(?:[^/@,|]*@)?)(?:localhost|127(?:\.\d{1,3}){3}|\[::1\])(?=[:/,|]|\Z)"
)


def loopback_mirrors(
    facts: Facts, goproxy: str | None, bip: str | None, network: BuildNetwork, source: ModuleSource
) -> tuple[Finding, ...]:
    """Return that a mirror on this host's loopback is out of a build's reach, as a local Athens.

    Its address as a build sees the host is named, not taken: nobody saw it listen there.
    """
    if goproxy is None or network is BuildNetwork.HOST or source is not ModuleSource.PROXY:
        return ()
    try:
        hosts = [host_of(hop.url) or "" for hop in parse_goproxy(goproxy) if hop.is_url]
    except GoProxyError:
        return ()
    here = [host for host in hosts if host.lower() == "localhost" or at_loopback(host)]
    if not here:
        return ()
    address = host_address(facts, bip)
    return (
        Finding(
            id="goproxy.loopback",
            severity=Severity.FAULT if len(here) == len(hosts) else Severity.WARNING,
            message=msg(
                "the mirror on {host} is on this host's loopback; in a build, loopback is the build"
                " itself",
                host=here[0],
            ),
            cure=msg(
                "let it listen on Docker's bridge and name it by that address, or take the host's"
                " network: --set build_network=host"
            )
            if address is None
            else msg(
                "let it listen on {address} as well and name it by that: --set goproxy={value};"
                " or take the host's network: --set build_network=host",
                address=address,
                value=_as_seen_inside(goproxy, address),
            ),
            decision="goproxy",
            facts=("mirrors.ranking", "go.settings"),
        ),
    )


def _as_seen_inside(goproxy: str, address: str) -> str:
    """Return the list with this host's loopback replaced by `address`; ports and paths stay."""
    return _LOOPBACK_URL.sub(lambda found: f"{found[1]}{address}", goproxy)
