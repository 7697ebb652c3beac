"""GOPROXY: which mirrors, in which order, with which separators."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from wizard.facts import Facts
from wizard.facts.mirrors import MirrorProbe
from wizard.plan.addresses_seen import addresses_of, host_of
from wizard.plan.answering import preset_of
from wizard.plan.free_ranges import as_network
from wizard.plan.privacy import Privacy, setting
from wizard.plan.proxies import bypassed_hosts
from wizard.plan.range_clashes import find_clashes
from wizard.plan.types import (
    Alternative,
    Decision,
    Finding,
    ModuleSource,
    Origin,
    Severity,
)
from wizard.rules.credentials import holds_credentials
from wizard.rules.goproxy import GoProxyError, Hop, format_goproxy, parse_goproxy
from wizard.text import msg

MOST = 3
"""Mirrors in the list: each more one only adds waiting where all of them fail."""

RESTS = ("mirrors.ranking", "go.settings", "private.hosts")


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """GOPROXY as somebody set it on this machine."""

    text: str
    """Without credentials, and without the entries that hold a secret in their query; empty where
    nobody set one, or where Go refuses it."""
    hops: tuple[Hop, ...]
    error: GoProxyError | None
    credentials: bool


def standing_goproxy(facts: Facts) -> Standing:
    """Return the machine's own GOPROXY."""
    text = setting(facts, "GOPROXY")
    if not text:
        return Standing(text="", hops=(), error=None, credentials=False)
    try:
        hops = parse_goproxy(text)
    except GoProxyError as error:
        return Standing(text="", hops=(), error=error, credentials=False)
    clean = tuple(hop for hop in hops if not holds_credentials(hop.url))
    named = any(hop.is_url for hop in clean) or len(clean) == len(hops)
    return Standing(
        text=format_goproxy(clean) if named else "",
        hops=clean,
        error=None,
        credentials=len(clean) < len(hops) or any(hop.username is not None for hop in hops),
    )


def needs_checksums(facts: Facts) -> bool:
    """Return whether Go will ask the checksum database: go.sum does not say everything."""
    modules = facts.project.modules.or_else(())
    return any(not one.has_sum or one.missing_sums for one in modules if one.mod.requires)


def proved_mirrors(facts: Facts) -> tuple[MirrorProbe, ...]:
    """Return the mirrors that proved themselves, best first.

    Where go.sum is incomplete, one that relays the checksum database beats a faster one.
    """
    proved = [
        probe
        for probe in facts.mirrors.ranking.or_else(())
        if probe.ok
        and probe.proved is True
        and probe.mirror.automatic
        and not holds_credentials(probe.mirror.url)
    ]
    own = preset_mirrors(facts)
    proved.sort(key=lambda probe: (own.get(_key(probe.mirror.url), len(own)), probe.rank or 0))
    if needs_checksums(facts):
        proved.sort(key=lambda probe: probe.checksum_database is not True)
    return tuple(proved)


def preset_mirrors(facts: Facts) -> Mapping[str, int]:
    """Return the organisation's own mirrors, and the order in which its preset names them."""
    preset = preset_of(facts)
    mirrors = () if preset is None else preset.mirrors
    return {_key(mirror.url): place for place, mirror in enumerate(mirrors)}


def _of_preset(facts: Facts, proved: tuple[MirrorProbe, ...]) -> Decision[str | None] | None:
    """Return the organisation's mirrors where they proved themselves; None: they did not."""
    preset = preset_of(facts)
    own = preset_mirrors(facts)
    good = [probe for probe in proved if _key(probe.mirror.url) in own]
    if preset is None or not good:
        return None
    good.sort(key=lambda probe: own[_key(probe.mirror.url)])
    first = preset.mirrors[own[_key(good[0].mirror.url)]]
    standing = standing_goproxy(facts)
    value = _listed(probe.mirror.url for probe in good[:MOST])
    lost: tuple[Alternative, ...] = ()
    if standing.text and standing.text != value:
        lost = (Alternative(value=standing.text, because=msg("it is set on this machine alone")),)
    return Decision(
        key="goproxy",
        value=value,
        because=msg(
            "{organisation} names it in its preset ({where}), and it served the right bytes",
            organisation=preset.organisation,
            where=first.where,
        ),
        facts=RESTS,
        alternatives=(*lost, *_alternatives(facts, proved)),
        origin=Origin.PRESET,
        source=first.where,
    )


def detected_goproxy(facts: Facts) -> Decision[str | None]:
    """Return the list that this machine calls for."""
    standing = standing_goproxy(facts)
    proved = proved_mirrors(facts)
    if (named := _of_preset(facts, proved)) is not None:
        return named
    urls = {_key(probe.mirror.url) for probe in proved}
    own = [hop for hop in standing.hops if hop.is_url]
    alternatives = _alternatives(facts, proved)
    if own and all(_key(hop.url) in urls for hop in own):
        return Decision(
            key="goproxy",
            value=standing.text,
            because=msg("you set it already, and every mirror in it proved itself"),
            facts=RESTS,
            alternatives=alternatives,
        )
    good = [hop for hop in own if _key(hop.url) in urls]
    if good:
        return Decision(
            key="goproxy",
            value=_listed(hop.url for hop in good),
            because=msg("these of your own mirrors proved themselves; the others did not"),
            facts=RESTS,
            alternatives=(
                Alternative(value=standing.text, because=msg("some of it did not answer well")),
            ),
        )
    cured = [hop for hop in own if _is_cured(facts, hop)]
    if cured:
        return Decision(
            key="goproxy",
            value=standing.text,
            because=msg(
                "your own mirror {host} will be reached once this plan is applied",
                host=host_of(cured[0].url),
            ),
            facts=(*RESTS, "docker.networks", "network.answers"),
            alternatives=alternatives,
        )
    if proved:
        return Decision(
            key="goproxy",
            value=_listed(probe.mirror.url for probe in proved[:MOST]),
            because=msg(
                "{best} served the right bytes; best first, of {n} that did",
                best=host_of(proved[0].mirror.url) or proved[0].mirror.url,
                n=len(proved),
            )
            if len(proved) > 1
            else msg(
                "{best} is the one mirror that served the right bytes",
                best=host_of(proved[0].mirror.url) or proved[0].mirror.url,
            ),
            facts=RESTS,
            alternatives=(*_lost(standing), *alternatives),
        )
    return Decision(
        key="goproxy",
        value=standing.text or None,
        because=msg("no mirror proved itself, so what is set stays")
        if facts.mirrors.ranking.value is not None
        else msg("no mirror was looked at, so what is set stays"),
        facts=RESTS,
        alternatives=alternatives,
    )


def _key(url: str) -> str:
    return url.rstrip("/").lower()


def _listed(urls: Iterable[str]) -> str:
    return ",".join(dict.fromkeys(urls))


def _lost(standing: Standing) -> tuple[Alternative, ...]:
    if not standing.text:
        return ()
    return (Alternative(value=standing.text, because=msg("what is set here did not prove itself")),)


def _alternatives(facts: Facts, proved: tuple[MirrorProbe, ...]) -> tuple[Alternative, ...]:
    others = [
        Alternative(
            value=probe.mirror.url,
            because=msg("proved too, rank {rank}", rank=probe.rank or 0),
        )
        for probe in proved
    ]
    direct = [
        Alternative(
            value=",".join((*(probe.mirror.url for probe in proved[:MOST]), "direct")),
            because=msg(
                "direct sends Go to git hosts for what the mirrors lack; behind a firewall a clean"
                " 404 becomes a time-out"
            ),
        )
    ]
    return (*others[:MOST], *(direct if proved else []))


def _is_cured(facts: Facts, hop: Hop) -> bool:
    """Return whether the mirror failed for a reason that this plan takes away."""
    host = host_of(hop.url)
    if host in bypassed_hosts(facts):
        return True
    covered = [clash.docker for clash in find_clashes(facts) if clash.network]
    networks = (as_network(address) for address in addresses_of(facts, host))
    return any(
        network is not None and network.overlaps(docker)
        for network in networks
        for docker in covered
    )


def goproxy_findings(
    facts: Facts,
    decision: Decision[str | None],
    privacy: Privacy,
    source: ModuleSource = ModuleSource.PROXY,
) -> tuple[Finding, ...]:
    """Return what is wrong with the mirrors."""
    return (
        *_invalid(facts),
        *_credentials(facts),
        *_none_proved(facts, source),
        *_overridden(facts, decision),
        *_direct(decision, privacy),
    )


def _invalid(facts: Facts) -> tuple[Finding, ...]:
    error = standing_goproxy(facts).error
    if error is None:
        return ()
    return (
        Finding(
            id="goproxy.invalid",
            severity=Severity.FAULT,
            message=msg(
                "Go refuses the entry {entry} of GOPROXY: {why}",
                entry=error.entry,
                why=error.message,
            ),
            cure=msg("replace the whole list by one that Go accepts"),
            decision="goproxy",
            facts=("go.settings",),
        ),
    )


def _credentials(facts: Facts) -> tuple[Finding, ...]:
    if not standing_goproxy(facts).credentials:
        return ()
    return (
        Finding(
            id="goproxy.credentials",
            severity=Severity.WARNING,
            message=msg("GOPROXY holds credentials; go env and every error message show them"),
            cure=msg("move them into ~/.netrc, which Go reads by itself and a build gets safely"),
            decision="goproxy",
            facts=("go.settings",),
        ),
    )


def _none_proved(facts: Facts, source: ModuleSource) -> tuple[Finding, ...]:
    ranking = facts.mirrors.ranking.value
    if ranking is None or proved_mirrors(facts):
        return ()
    reasons = ", ".join(
        f"{host_of(probe.mirror.url) or probe.mirror.url}: {probe.reason or 'not proved'}"
        for probe in ranking[:5]
    )
    return (
        Finding(
            id="goproxy.none-proved",
            severity=Severity.FAULT,
            message=msg("no module mirror proved itself from here ({reasons})", reasons=reasons),
            cure=msg("the build takes the modules out of this host's module cache")
            if source is ModuleSource.BRIDGE
            else msg("name your company's mirror, or build from vendor/ or the module cache"),
            decision="goproxy",
            facts=("mirrors.ranking",),
        ),
    )


def _overridden(facts: Facts, decision: Decision[str | None]) -> tuple[Finding, ...]:
    found = facts.go.settings.or_else({}).get("GOPROXY")
    if found is None or found.origin != "process" or decision.value is None:
        return ()
    if standing_goproxy(facts).text == decision.value:
        return ()
    return (
        Finding(
            id="goproxy.variable-wins",
            severity=Severity.WARNING,
            message=msg("this shell exports GOPROXY, which beats whatever go env -w writes"),
            cure=msg("remove the export from your shell's profile"),
            decision="goproxy",
            facts=("go.settings",),
        ),
    )


def _direct(decision: Decision[str | None], privacy: Privacy) -> tuple[Finding, ...]:
    if decision.value is None or not decision.value.endswith(("off", "direct")):
        return ()
    if decision.value in ("off", "direct"):
        return (
            Finding(
                id="goproxy.no-mirror",
                severity=Severity.WARNING,
                message=msg("GOPROXY is {value}: no mirror is asked at all", value=decision.value),
                cure=msg("name a mirror that proved itself"),
                decision="goproxy",
                facts=("go.settings",),
            ),
        )
    return ()
