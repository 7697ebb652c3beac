"""GOPRIVATE and its relatives: which modules no mirror and no checksum database hears of."""

from __future__ import annotations

from dataclasses import dataclass, replace

from wizard.facts import Facts
from wizard.plan import unsafe
from wizard.plan.answering import Case, preset_of
from wizard.plan.types import Alternative, Decision, Finding, Origin, Severity
from wizard.rules.goproxy import DEFAULT_GOSUMDB, GoProxyError, parse_goproxy
from wizard.rules.patterns import match_prefix_patterns, pattern_problem
from wizard.rules.public_hosts import GO_MIRROR, is_public_mirror
from wizard.text import Text, msg

RESTS = ("private.hosts", "go.settings")


@dataclass(frozen=True, slots=True, kw_only=True)
class Privacy:
    """The decisions of this topic."""

    goprivate: Decision[tuple[str, ...]]
    gonoproxy: Decision[tuple[str, ...]]
    gonosumdb: Decision[tuple[str, ...]]
    goinsecure: Decision[tuple[str, ...]]
    findings: tuple[Finding, ...]

    def is_covered(self, pattern: str) -> bool:
        """Return whether no mirror is asked for modules of `pattern`."""
        return match_prefix_patterns(
            ",".join(self.gonoproxy.value or self.goprivate.value), pattern
        )


def kept_from_strangers(
    facts: Facts, privacy: Privacy, goproxy: str | None, gosumdb: str | None
) -> Privacy:
    """Return it without a `none` that suits the user's own mirror, where another one is asked.

    `none` sends private modules to whatever GOPROXY names, and their names to the checksum
    database: only an answer may keep that.
    """
    gonoproxy, gonosumdb = privacy.gonoproxy, privacy.gonosumdb
    if _is_detected_none(gonoproxy) and (other := _not_the_users(facts, goproxy)):
        gonoproxy = _follows_again(
            gonoproxy, msg("yours would tell {other} of private modules", other=other)
        )
    if _is_detected_none(gonosumdb) and gosumdb in (None, DEFAULT_GOSUMDB):
        gonosumdb = _follows_again(
            gonosumdb, msg("yours would tell the checksum database of private modules")
        )
    return replace(privacy, gonoproxy=gonoproxy, gonosumdb=gonosumdb)


def _is_detected_none(decision: Decision[tuple[str, ...]]) -> bool:
    return decision.value == ("none",) and decision.origin is Origin.DETECTED


def _follows_again(decision: Decision[tuple[str, ...]], why: Text) -> Decision[tuple[str, ...]]:
    return replace(
        decision,
        value=(),
        because=msg("it follows GOPRIVATE, because {why}", why=why),
        alternatives=(Alternative(value=decision.value, because=why), *decision.alternatives),
    )


def _not_the_users(facts: Facts, goproxy: str | None) -> str:
    """Return the first mirror of the list that the user's own GOPROXY does not start with."""
    try:
        own = {hop.url for hop in parse_goproxy(setting(facts, "GOPROXY") or "off")}
        asked = [hop.url for hop in parse_goproxy(goproxy or GO_MIRROR) if hop.is_url]
    except GoProxyError:
        return goproxy or GO_MIRROR
    strange = (url for url in asked if url not in own or is_public_mirror(url))
    return next(strange, "")


def decide_privacy(case: Case) -> Privacy:
    """Decide which modules are private."""
    facts = case.facts
    goprivate = case.decided(_goprivate(facts))
    gonoproxy = case.decided(_follower(facts, "gonoproxy", goprivate.value))
    gonosumdb = case.decided(_follower(facts, "gonosumdb", goprivate.value))
    goinsecure = case.decided(_goinsecure(facts))
    return Privacy(
        goprivate=goprivate,
        gonoproxy=gonoproxy,
        gonosumdb=gonosumdb,
        goinsecure=goinsecure,
        findings=(*_broken_patterns(facts), *_carried_not(facts)),
    )


def setting(facts: Facts, name: str) -> str:
    """Return a go variable that somebody set; empty for a default and for an unknown one."""
    found = facts.go.settings.or_else({}).get(name)
    return "" if found is None or found.origin == "default" else found.value


def _repaired(text: str) -> tuple[str, ...]:
    """Return the patterns that `text` was meant to hold: Go trims nothing and knows no `;`."""
    found: list[str] = []
    for raw in text.replace(";", ",").replace("|", ",").split(","):
        for word in raw.split():
            pattern = word.partition("://")[2] or word
            head, slash, rest = pattern.partition("/")
            pattern = head.partition(":")[0] + slash + rest if "[" not in head else pattern
            if pattern and pattern_problem(pattern) is None:
                found.append(pattern)
    return tuple(dict.fromkeys(found))


def _standing(facts: Facts, name: str) -> tuple[str, ...]:
    patterns = _repaired(setting(facts, name))
    return () if unsafe.goprivate(patterns) else patterns


def _goprivate(facts: Facts) -> Decision[tuple[str, ...]]:
    preset = preset_of(facts)
    own = _standing(facts, "GOPRIVATE")
    named = () if preset is None else preset.patterns
    standing = tuple(dict.fromkeys((*own, *named)))
    found: list[str] = []
    hosts: list[str] = []
    for host in facts.private.hosts.or_else(()):
        new = [
            pattern
            for pattern in host.patterns
            if not match_prefix_patterns(",".join((*standing, *found)), pattern)
        ]
        found += new
        if new:
            hosts.append(host.host)
    value = tuple(dict.fromkeys((*standing, *found)))
    because: Text
    if preset is not None and named:
        because = msg(
            "the preset of {organisation} names {patterns} ({where})",
            organisation=preset.organisation,
            patterns=", ".join(named),
            where=preset.patterns_where,
        )
        if found:
            because = msg(
                "{because}; private modules come from {hosts}",
                because=because,
                hosts=", ".join(hosts),
            )
    elif found and standing:
        because = msg(
            "private modules come from {hosts}; your own patterns stay", hosts=", ".join(hosts)
        )
    elif found:
        because = msg("private modules come from {hosts}", hosts=", ".join(hosts))
    elif standing:
        because = msg("you set it already, and it covers every private host that was found")
    else:
        because = msg("no private host was found in go.mod, git's configuration or netrc")
    wider = tuple(dict.fromkeys(pattern.partition("/")[0] for pattern in value))
    alternatives = (
        (
            Alternative(
                value=wider,
                because=msg("the whole host: also takes its public modules past the mirrors"),
            ),
        )
        if wider != value
        else ()
    )
    return Decision(
        key="goprivate",
        value=value,
        because=because,
        facts=RESTS,
        alternatives=alternatives,
        origin=Origin.PRESET if preset is not None and named else Origin.DETECTED,
        source=preset.patterns_where if preset is not None and named else "",
    )


def _follower(facts: Facts, key: str, goprivate: tuple[str, ...]) -> Decision[tuple[str, ...]]:
    """GONOPROXY or GONOSUMDB: where it is set, it replaces GOPRIVATE for its purpose."""
    standing = _standing(facts, key.upper())
    follows = not standing or standing == _standing(facts, "GOPRIVATE")
    if follows:
        because = msg("it follows GOPRIVATE, which Go takes for its default")
        return Decision(key=key, value=(), because=because, facts=RESTS)
    if standing == ("none",):
        because = msg("you sent private modules to your own mirror; that stays")
        return Decision(key=key, value=standing, because=because, facts=RESTS)
    missing = tuple(p for p in goprivate if not match_prefix_patterns(",".join(standing), p))
    if missing:
        return Decision(
            key=key,
            value=(*standing, *missing),
            because=msg(
                "yours replaces GOPRIVATE for this purpose and left out {missing}",
                missing=", ".join(missing),
            ),
            facts=RESTS,
            alternatives=(
                Alternative(value=standing, because=msg("would tell outsiders of these modules")),
            ),
        )
    return Decision(key=key, value=standing, because=msg("you set it already"), facts=RESTS)


def _goinsecure(facts: Facts) -> Decision[tuple[str, ...]]:
    return Decision(
        key="goinsecure",
        value=(),
        because=msg("no module is fetched without TLS checks unless you ask for it"),
        facts=RESTS,
    )


def _broken_patterns(facts: Facts) -> tuple[Finding, ...]:
    findings: list[Finding] = []
    for name in ("GOPRIVATE", "GONOPROXY", "GONOSUMDB"):
        text = setting(facts, name)
        broken = [p for p in text.split(",") if p and pattern_problem(p) is not None]
        if broken:
            findings.append(
                Finding(
                    id=f"{name.lower()}.never-matches",
                    severity=Severity.WARNING,
                    message=msg(
                        "{name} holds {patterns}, which never match: Go trims nothing",
                        name=name,
                        patterns=", ".join(repr(p) for p in broken),
                    ),
                    cure=msg("write it without spaces, schemes and ports"),
                    decision=name.lower(),
                    facts=("go.settings",),
                )
            )
    return tuple(findings)


def _carried_not(facts: Facts) -> tuple[Finding, ...]:
    """Name unsafe settings of this machine; they stay here and never enter a build."""
    findings: list[Finding] = []
    for name in ("GOPRIVATE", "GONOPROXY", "GONOSUMDB", "GOINSECURE"):
        patterns = _repaired(setting(facts, name))
        why = (unsafe.goinsecure if name == "GOINSECURE" else unsafe.goprivate)(patterns)
        if why is not None:
            findings.append(
                Finding(
                    id=f"{name.lower()}.unsafe",
                    severity=Severity.WARNING,
                    message=msg(
                        "{name}={value} is set here: {why}",
                        name=name,
                        value=",".join(patterns),
                        why=why,
                    ),
                    cure=msg("remove it with go env -u {name}", name=name),
                    decision=name.lower(),
                    facts=("go.settings",),
                )
            )
    return tuple(findings)
