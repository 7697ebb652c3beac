"""What of the organisation's preset does not hold on this machine and this network. Pure."""

from __future__ import annotations

from collections.abc import Iterator

from wizard.facts import Facts
from wizard.facts.preset import Preset
from wizard.plan.answering import preset_of
from wizard.plan.credentials import named_authorities
from wizard.plan.module_mirrors import preset_mirrors
from wizard.plan.types import Finding, Severity
from wizard.text import msg


def preset_findings(facts: Facts) -> tuple[Finding, ...]:
    """Return what the organisation wants and this machine does not see."""
    preset = preset_of(facts)
    if preset is None:
        return ()
    return (*_strangers(facts, preset), *_mirrors(facts, preset), *_unreached(facts, preset))


def _strangers(facts: Facts, preset: Preset) -> Iterator[Finding]:
    named = named_authorities(preset)
    if not named:
        return
    for one in facts.mirrors.authorities.or_else(()):
        if one.sha256 in named:
            continue
        yield Finding(
            id="preset.unknown-authority",
            severity=Severity.FAULT,
            message=msg(
                "{subject} signs for {hosts}, and {organisation} does not name its fingerprint"
                " {sha256} ({where})",
                subject=one.subject,
                hosts=", ".join(one.hosts),
                organisation=preset.organisation,
                sha256=one.sha256,
                where=preset.authorities[0].where,
            ),
            cure=msg(
                "somebody else may read this connection: ask {contact}; a build is not given this"
                " authority unless you answer `ca` yourself",
                contact=preset.contact or preset.organisation,
            ),
            decision="ca",
            facts=("mirrors.authorities", "preset.document"),
        )


def _mirrors(facts: Facts, preset: Preset) -> Iterator[Finding]:
    own = preset_mirrors(facts)
    for probe in facts.mirrors.ranking.or_else(()):
        place = own.get(probe.mirror.url.rstrip("/").lower())
        if place is None or (probe.ok and probe.proved):
            continue
        yield Finding(
            id="preset.mirror",
            severity=Severity.WARNING,
            message=msg(
                "the mirror {url} of {organisation} did not prove itself: {why}",
                url=probe.mirror.url,
                organisation=preset.organisation,
                why=probe.detail or probe.reason or msg("it was not asked for known bytes"),
            ),
            cure=msg("ask {contact}", contact=preset.contact or preset.organisation),
            decision="goproxy",
            facts=("mirrors.ranking", "preset.document"),
        )


def _unreached(facts: Facts, preset: Preset) -> Iterator[Finding]:
    tested = () if facts.preset is None else facts.preset.self_test.or_else(())
    for one in tested:
        if one.reachable:
            continue
        yield Finding(
            id="preset.self-test",
            severity=Severity.WARNING,
            message=msg(
                "{host}, which every machine of {organisation} must reach, is out of reach: {why}",
                host=one.host,
                organisation=preset.organisation,
                why=one.detail,
            ),
            cure=msg(
                "{because} ({where})",
                because=one.because or msg("ask {contact}", contact=preset.contact or "IT"),
                where=one.where,
            ),
            facts=("preset.self_test",),
        )
