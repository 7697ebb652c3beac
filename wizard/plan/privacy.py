"""GOPRIVATE and its relatives: which modules no mirror and no checksum database hears of."""

from __future__ import annotations

from dataclasses import dataclass

from wizard.facts import Facts
from wizard.plan import unsafe
from wizard.plan.answering import Case
from wizard.plan.types import Alternative, Decision, Finding, Severity
from wizard.rules.patterns import match_prefix_patterns, pattern_problem
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
    standing = _standing(facts, "GOPRIVATE")
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
    if found and standing:
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
        key="goprivate", value=value, because=because, facts=RESTS, alternatives=alternatives
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
