"""What is wrong with the proxies of this machine."""

from __future__ import annotations

from wizard.facts import Facts
from wizard.facts.proxy import Reader
from wizard.plan.no_proxy_list import normalise
from wizard.plan.proxies import Proxies, endpoint_of, is_gone, no_proxy_texts
from wizard.plan.types import Finding, Severity
from wizard.rules.credentials import mask_credentials
from wizard.rules.proxy_url import ProxyUrl
from wizard.text import msg


def proxy_findings(facts: Facts, proxies: Proxies) -> tuple[Finding, ...]:
    """Return every finding of the topic, the gravest kinds first."""
    distinct = dict.fromkeys(
        proxy for proxy in (proxies.http.value, proxies.https.value) if proxy is not None
    )
    return (
        *_unreadable(facts),
        *(finding for proxy in distinct for finding in _endpoint(facts, proxy)),
        *_dead(facts),
        *_ignored(facts),
        *_normalised(facts),
    )


def _unreadable(facts: Facts) -> tuple[Finding, ...]:
    return tuple(
        Finding(
            id="proxy.unreadable",
            severity=Severity.FAULT,
            message=msg(
                "{name} in {source} is no proxy URL ({why}); Go ignores it silently",
                name=setting.spelled,
                source=setting.source,
                why=setting.problem.message,
            ),
            cure=msg("write it as http://user:password@host:port, percent-encoded"),
            decision="https_proxy" if setting.name != "HTTP_PROXY" else "http_proxy",
            facts=("proxy.settings",),
        )
        for setting in facts.proxy.settings.or_else(())
        if setting.problem is not None and setting.name != "NO_PROXY"
    )


def _endpoint(facts: Facts, proxy: ProxyUrl) -> tuple[Finding, ...]:
    endpoint = endpoint_of(facts, proxy)
    if endpoint is None:
        return ()
    schemes = {scheme.lower() for scheme in endpoint.auth_schemes}
    if endpoint.connect_status == 407 and schemes and "basic" not in schemes:
        return (
            Finding(
                id="proxy.scheme",
                severity=Severity.FAULT,
                message=msg(
                    "the proxy {proxy} accepts {schemes} alone; Go, git and docker speak Basic",
                    proxy=proxy,
                    schemes=", ".join(endpoint.auth_schemes),
                ),
                cure=msg(
                    "run a relay such as px or cntlm here, and set HTTPS_PROXY to its address"
                ),
                decision="https_proxy",
                facts=("proxy.endpoints",),
                stops=not any(probe.proved for probe in facts.mirrors.ranking.or_else(())),
            ),
        )
    if endpoint.connect_status == 407:
        return (
            Finding(
                id="proxy.credentials",
                severity=Severity.FAULT,
                message=msg("the proxy {proxy} wants a user and a password", proxy=proxy),
                cure=msg("put them into HTTPS_PROXY, percent-encoded, in your shell alone"),
                decision="https_proxy",
                facts=("proxy.endpoints",),
            ),
        )
    if endpoint.reachable is False:
        return (
            Finding(
                id="proxy.unreachable",
                severity=Severity.FAULT,
                message=msg("no connection to the proxy {proxy} could be made", proxy=proxy),
                cure=msg("correct or remove the proxy variables"),
                decision="https_proxy",
                facts=("proxy.endpoints",),
            ),
        )
    return ()


def _dead(facts: Facts) -> tuple[Finding, ...]:
    sources = [
        setting.source
        for setting in facts.proxy.settings.or_else(())
        if setting.url is not None and is_gone(facts, setting.url)
    ]
    if not sources:
        return ()
    return (
        Finding(
            id="proxy.gone",
            severity=Severity.WARNING,
            message=msg(
                "{sources} name a proxy that no longer answers, and mirrors answer without it",
                sources=", ".join(dict.fromkeys(sources)),
            ),
            cure=msg("remove it there, or unset the variable in this shell"),
            decision="https_proxy",
            facts=("proxy.settings", "proxy.endpoints", "mirrors.ranking"),
        ),
    )


def _ignored(facts: Facts) -> tuple[Finding, ...]:
    settings = facts.proxy.settings.or_else(())
    names = {setting.name for setting in settings if setting.reader is Reader.PROCESS}
    if "ALL_PROXY" not in names or "HTTPS_PROXY" in names:
        return ()
    return (
        Finding(
            id="proxy.all-proxy-ignored",
            severity=Severity.WARNING,
            message=msg("ALL_PROXY is set alone; Go ignores it, and docker's build drops it"),
            cure=msg("set HTTPS_PROXY and HTTP_PROXY as well"),
            decision="https_proxy",
            facts=("proxy.settings",),
        ),
    )


def _normalised(facts: Facts) -> tuple[Finding, ...]:
    changes = [change for text in no_proxy_texts(facts) for change in normalise(text).changes]
    if not changes:
        return ()
    return (
        Finding(
            id="no-proxy.disagreement",
            severity=Severity.NOTE,
            message=msg(
                "Go, git and curl read NO_PROXY differently; written so that they agree: {changes}",
                changes=mask_credentials(
                    ", ".join(f"{old} -> {new or '(dropped)'}" for old, new in changes)
                ),
            ),
            cure=msg("use bare domains, addresses and ranges, with commas between them"),
            decision="no_proxy",
            facts=("proxy.effective",),
        ),
    )
