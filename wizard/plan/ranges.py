"""Docker's address ranges: bip, fixed-cidr and the pools, free of every route."""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any

from wizard.errors import UsageError
from wizard.facts import Facts
from wizard.plan.answering import Case
from wizard.plan.free_ranges import POOL_SIZE, FreeRanges, as_network, find_free, overlaps_any
from wizard.plan.range_clashes import (
    Clash,
    against_the_plan,
    busy_ranges,
    find_clashes,
    kept_bridge,
    planned_ranges,
)
from wizard.plan.rulebook import forbidden
from wizard.plan.types import AddressPool, Alternative, Decision, Finding, Severity
from wizard.text import msg

RESTS = (
    "network.routes",
    "network.interfaces",
    "network.resolvers",
    "network.answers",
    "docker.networks",
    "docker.engine",
    "docker.daemon_json",
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranges:
    """The decisions of this topic."""

    bip: Decision[str | None]
    fixed_cidr: Decision[str | None]
    address_pools: Decision[tuple[AddressPool, ...] | None]
    findings: tuple[Finding, ...]


def decide_ranges(case: Case) -> Ranges:
    """Decide bip, fixed-cidr and default-address-pools together: they must fit each other."""
    facts = case.facts
    clashes = find_clashes(facts)
    bridge = next((clash for clash in clashes if clash.network == "bridge"), None)
    movable = bridge or next((clash for clash in clashes if not clash.network), None)
    within = planned_ranges(facts)
    free = None
    if movable is not None:
        free = find_free(busy_ranges(facts), kept_bridge(facts, bridge), within)
    bip = case.decided(_bip(bridge, free))
    fixed_cidr = case.decided(_fixed_cidr(facts, bip.value))
    pools = case.decided(_pools(movable, free))
    _check_fit(bip.value, fixed_cidr, pools)
    _check_plan(case, bip, pools)
    findings = (
        *(_network_clash(clash) for clash in clashes if clash.network),
        *_pool_clash(tuple(clash for clash in clashes if not clash.network)),
    )
    if movable is not None and free is None:
        findings = (*findings, _nothing_free())
    return Ranges(bip=bip, fixed_cidr=fixed_cidr, address_pools=pools, findings=findings)


def _bip(clash: Clash | None, free: FreeRanges | None) -> Decision[str | None]:
    if clash is None:
        because = msg("Docker's bridge covers no route, resolver, proxy or mirror")
        return Decision(key="bip", value=None, because=because, facts=RESTS)
    value = None if free is None else free.bip
    return Decision(
        key="bip",
        value=value,
        because=msg(
            "Docker's bridge {docker} covers {what}; containers would look for it on the bridge",
            docker=clash.docker,
            what=clash.what,
        )
        if not clash.by_plan
        else msg("Docker's bridge is {docker}: {what}", docker=clash.docker, what=clash.what),
        facts=RESTS,
        alternatives=(Alternative(value=None, because=msg("the clash would stay")),),
    )


def _fixed_cidr(facts: Facts, bip: str | None) -> Decision[str | None]:
    daemon = facts.docker.daemon_json.value
    standing = None if daemon is None else daemon.values.get("fixed-cidr")
    if bip is not None and isinstance(standing, str):
        bridge, part = IPv4Network(bip, strict=False), as_network(standing)
        if part is None or not part.subnet_of(bridge):
            return Decision(
                key="fixed_cidr",
                value=str(bridge),
                because=msg(
                    "the fixed-cidr {old} lies outside of the new bip; dockerd would start, and"
                    " every container fail",
                    old=standing,
                ),
                facts=RESTS,
            )
    return Decision(
        key="fixed_cidr",
        value=None,
        because=msg("containers may have the whole of the bridge's range"),
        facts=RESTS,
    )


def _pools(
    clash: Clash | None, free: FreeRanges | None
) -> Decision[tuple[AddressPool, ...] | None]:
    if clash is None or free is None:
        return Decision(
            key="address_pools",
            value=None,
            because=msg("Docker's pools cover nothing that this machine reaches by a route")
            if clash is None
            else msg("no private range is free here"),
            facts=RESTS,
        )
    return Decision(
        key="address_pools",
        value=(AddressPool(base=str(free.pool), size=POOL_SIZE),),
        because=msg(
            "{docker} covers {what}; {pool} is used by nothing that is known here",
            docker=clash.docker,
            what=clash.what,
            pool=free.pool,
        )
        if not clash.by_plan
        else msg(
            "Docker's range is {docker}: {what}; {pool} is free",
            docker=clash.docker,
            what=clash.what,
            pool=free.pool,
        ),
        facts=RESTS,
        alternatives=(Alternative(value=None, because=msg("a new network could land on it")),),
    )


def _check_fit(
    bip: str | None,
    fixed_cidr: Decision[str | None],
    pools: Decision[tuple[AddressPool, ...] | None],
) -> None:
    """Refuse answers that dockerd accepts and that fail later (moby: no check at start)."""
    ranges = [IPv4Network(pool.base) for pool in pools.value or ()]
    for index, network in enumerate(ranges):
        if overlaps_any(network, ranges[:index]):
            raise UsageError(
                msg("address_pools: {network} overlaps another pool", network=network),
                where="address_pools",
            )
    if bip is None:
        return
    bridge = IPv4Network(bip, strict=False)
    if overlaps_any(bridge, ranges):
        raise UsageError(
            msg("bip {bip} lies in one of the address pools", bip=bip),
            where="bip",
            hint=msg("choose a bip outside of every pool"),
        )
    if fixed_cidr.value is not None and not IPv4Network(fixed_cidr.value).subnet_of(bridge):
        raise UsageError(
            msg("fixed_cidr {part} lies outside of bip {bip}", part=fixed_cidr.value, bip=bip),
            where="fixed_cidr",
            hint=msg("choose a part of {bridge}", bridge=bridge),
        )


def _check_plan(
    case: Case,
    bip: Decision[str | None],
    pools: Decision[tuple[AddressPool, ...] | None],
) -> None:
    """Refuse an answer that the organisation's address plan does not give to Docker."""
    preset = case.preset
    if preset is None:
        return
    ranges: list[tuple[Decision[Any], IPv4Network]] = [
        (pools, IPv4Network(pool.base)) for pool in pools.value or ()
    ]
    if bip.value is not None:
        ranges.append((bip, IPv4Network(bip.value, strict=False)))
    for decision, network in ranges:
        why = against_the_plan(case.facts, network)
        if why is not None:
            raise forbidden(
                preset, msg("{key}={part}", key=decision.key, part=network), why,
                where=preset.addresses.where, given=decision.source,
            )  # fmt: skip


def _network_clash(clash: Clash) -> Finding:
    moves = clash.network == "bridge"
    return Finding(
        id="docker.range-clash",
        # Where nothing real is covered, the build works, and the plan is broken all the same.
        severity=Severity.WARNING if clash.by_plan else Severity.FAULT,
        message=msg(
            "Docker's network {network} ({docker}) covers {what}",
            network=clash.network,
            docker=clash.docker,
            what=clash.what,
        )
        if not clash.by_plan
        else msg(
            "Docker's network {network} is {docker}: {what}",
            network=clash.network,
            docker=clash.docker,
            what=clash.what,
        ),
        cure=msg("move Docker's bridge to a free range")
        if moves
        else msg(
            "daemon.json cannot move it: docker network rm {network}, then create it again",
            network=clash.network,
        ),
        decision="bip" if moves else "address_pools",
        facts=RESTS,
    )


def _pool_clash(clashes: tuple[Clash, ...]) -> tuple[Finding, ...]:
    if not clashes:
        return ()
    return (
        Finding(
            id="docker.pool-clash",
            severity=Severity.WARNING,
            message=msg(
                "a new Docker network could land on {what} (from {pools})",
                what=clashes[0].what,
                pools=", ".join(str(clash.docker) for clash in clashes),
            )
            if not clashes[0].by_plan
            else msg(
                "a new Docker network could come from {pools}: {what}",
                what=clashes[0].what,
                pools=", ".join(str(clash.docker) for clash in clashes),
            ),
            cure=msg("give Docker pools that nothing else uses"),
            decision="address_pools",
            facts=RESTS,
        ),
    )


def _nothing_free() -> Finding:
    return Finding(
        id="docker.no-free-range",
        severity=Severity.FAULT,
        message=msg("no private range is free of this machine's routes"),
        cure=msg("ask the network team for a range, and give it as bip and address_pools"),
        decision="bip",
        facts=RESTS,
    )
