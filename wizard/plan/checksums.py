"""GOSUMDB and GOAUTH: carried on where somebody set them, never weakened."""

from __future__ import annotations

from wizard.facts import Facts
from wizard.plan.module_mirrors import needs_checksums
from wizard.plan.privacy import setting
from wizard.plan.types import Alternative, Decision, Finding, Severity
from wizard.rules.credentials import holds_credentials
from wizard.rules.goproxy import DEFAULT_GOSUMDB, GoProxyError, SumDb, parse_goproxy, parse_gosumdb
from wizard.text import Text, msg

RESTS = ("go.settings", "mirrors.ranking", "project.modules")

ALIAS = "sum.golang.google.cn"
"""Go rewrites it to a URL of its own, so no mirror's relay is used (cmd/go `dbDial`)."""

_OFF = Alternative(
    value="off",
    because=msg("would accept any bytes for a new module, and breaks toolchain downloads"),
)


def relays(facts: Facts, goproxy: str | None) -> str | None:
    """Return the first chosen mirror that serves the checksum database itself."""
    if goproxy is None:
        return None
    try:
        chosen = [hop.url for hop in parse_goproxy(goproxy)]
    except GoProxyError:
        return None
    serving = {
        probe.mirror.url.rstrip("/")
        for probe in facts.mirrors.ranking.or_else(())
        if probe.checksum_database
    }
    return next((url for url in chosen if url.rstrip("/") in serving), None)


def detected_gosumdb(facts: Facts, goproxy: str | None) -> Decision[str | None]:
    """Return the checksum database: the machine's own, else Go's default."""
    standing = setting(facts, "GOSUMDB")
    parsed = parse_gosumdb(standing) if standing else None
    relay = relays(facts, goproxy)
    value: str | None = None
    because: Text
    if standing == ALIAS and relay is not None:
        value = DEFAULT_GOSUMDB
        because = msg("{relay} relays it; the alias would go past the relay", relay=relay)
    elif isinstance(parsed, SumDb) and holds_credentials(standing):
        because = msg("the database that is set here has credentials in its URL: never copied")
    elif isinstance(parsed, SumDb) and standing != DEFAULT_GOSUMDB:
        value = standing
        because = msg("this machine has its own database {name}", name=parsed.name)
    elif relay is not None:
        because = msg("Go's default, which {relay} serves as well", relay=relay)
    elif not needs_checksums(facts):
        because = msg("Go's default; go.sum is complete, so it is not even asked")
    else:
        because = msg("Go's default; it must be reachable, because go.sum lacks entries")
    return Decision(key="gosumdb", value=value, because=because, facts=RESTS, alternatives=(_OFF,))


def gosumdb_findings(facts: Facts, goproxy: str | None) -> tuple[Finding, ...]:
    """Return what is wrong with the checksum database."""
    findings: list[Finding] = []
    standing = setting(facts, "GOSUMDB")
    parsed = parse_gosumdb(standing) if standing else None
    if parsed == "off":
        findings.append(
            Finding(
                id="gosumdb.off",
                severity=Severity.WARNING,
                message=msg("GOSUMDB=off is set here; the build does not get it"),
                cure=msg("go env -u GOSUMDB, and commit go.sum"),
                decision="gosumdb",
                facts=("go.settings",),
            )
        )
    elif parsed is not None and not isinstance(parsed, SumDb | str):
        findings.append(
            Finding(
                id="gosumdb.invalid",
                severity=Severity.FAULT,
                message=msg("Go refuses the GOSUMDB that is set here: {why}", why=parsed),
                cure=msg("go env -u GOSUMDB"),
                decision="gosumdb",
                facts=("go.settings",),
            )
        )
    if holds_credentials(standing):
        findings.append(
            Finding(
                id="gosumdb.credentials",
                severity=Severity.WARNING,
                message=msg("GOSUMDB holds credentials; go env and every error message show them"),
                cure=msg("move them into ~/.netrc, and name the database's URL without them"),
                decision="gosumdb",
                facts=("go.settings",),
            )
        )
    if needs_checksums(facts) and relays(facts, goproxy) is None and not standing:
        findings.append(
            Finding(
                id="gosumdb.not-relayed",
                severity=Severity.WARNING,
                message=msg(
                    "go.sum lacks entries, and no chosen mirror relays the checksum database"
                ),
                cure=msg("run go mod tidy where sum.golang.org can be reached, and commit go.sum"),
                decision="gosumdb",
                facts=("project.modules", "mirrors.ranking"),
            )
        )
    return tuple(findings)


def detected_goauth(facts: Facts) -> Decision[str | None]:
    """Return GOAUTH: Go's default reads netrc; a command of this host is not in the image."""
    standing = setting(facts, "GOAUTH")
    keeps = standing in ("netrc", "off")
    return Decision(
        key="goauth",
        value=standing if keeps else None,
        because=msg("you set it already")
        if keeps
        else msg("Go reads ~/.netrc by itself, and that is what the build gets"),
        facts=("go.settings",),
    )
