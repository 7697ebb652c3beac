"""What this machine's facts show: settings that override, mirrors that fail, packets too large."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import urlsplit

from wizard.diagnose.seen import SILENCE, Seen, seen_fault
from wizard.diagnose.types import Fault
from wizard.facts import Facts
from wizard.facts.mirrors import Failure, MirrorProbe, Origin
from wizard.plan.types import ModuleSource, Plan
from wizard.rules.dockerfile import DockerfileError, assignments, parse_dockerfile
from wizard.rules.dockerfile_graph import with_parents
from wizard.rules.dockerfile_steps import go_stage
from wizard.rules.goproxy import GoProxyError, parse_goproxy
from wizard.text import msg

_DEFAULT_MTU = 1500
_DEFAULT_GOPROXY = "https://proxy.golang.org,direct"
_CAUSE_OF_FAILURE = {
    Failure.DNS: "dns-failure",
    Failure.DNS_TIMEOUT: "dns-failure",
    Failure.CONNECT_TIMEOUT: "connect-timeout",
    Failure.REFUSED: "connection-refused",
    Failure.RESET: "connection-reset",
    Failure.TLS_UNTRUSTED: "tls-unknown-authority",
    Failure.TLS_HOSTNAME: "tls-hostname-mismatch",
    Failure.TLS_EXPIRED: "tls-expired-or-clock",
    Failure.PROXY_AUTH: "proxy-auth-required",
    Failure.HTTP_403: "mirror-forbidden",
    Failure.HTTP_404: "mirror-not-found",
    Failure.HTTP_410: "mirror-gone",
    Failure.HTTP_429: "rate-limited",
    Failure.HTTP_4XX: "mirror-forbidden",
    Failure.HTTP_5XX: "mirror-server-error",
    Failure.NOT_A_MODULE_PROXY: "mirror-bad-content",
    Failure.HASH_MISMATCH: "checksum-mismatch",
    Failure.TRUNCATED: "mirror-bad-content",
    Failure.TIMEOUT: "connect-timeout",
}
_BEHIND_A_REDIRECT = ("connection-refused", "connection-reset", "dns-failure", "connect-timeout")


def first_asked(facts: Facts) -> list[str]:
    """Return the hosts that a build asks where nothing else is set, in their order."""
    setting = facts.go.settings.or_else({}).get("GOPROXY")
    try:
        hops = parse_goproxy(setting.value if setting is not None else _DEFAULT_GOPROXY)
    except GoProxyError:
        return []
    return [urlsplit(hop.url).hostname or "" for hop in hops if hop.is_url]


def overrides(
    facts: Facts, plan: Plan, text: str | None, shown: tuple[Fault, ...]
) -> Iterator[Seen]:
    """An ENV GOPROXY of the stage that downloads beats what `go env` and a secret's file say."""
    probes = {urlsplit(p.mirror.url).hostname: p for p in facts.mirrors.ranking.or_else(())}
    for line, value in _env_goproxy(text or ""):
        try:
            hosts = [urlsplit(hop.url).hostname or "" for hop in parse_goproxy(value) if hop.is_url]
        except GoProxyError:
            hosts = []
        bad = [host for host in hosts if host not in probes or not probes[host].ok]
        if not bad or value == plan.goproxy.value:
            continue
        probe = probes.get(bad[0])
        named = {fault.cause for fault in shown for e in fault.evidence if bad[0] in e.text}
        known = _CAUSE_OF_FAILURE.get(probe.reason) if probe and probe.reason else None
        yield Seen(
            hosts=tuple(bad),
            decides=True,
            fault=seen_fault(
                known or next(iter(sorted(named)), "mirror-not-found"),
                detail="env-override",
                title=msg("An ENV of the Dockerfile overrides every other setting"),
                live=msg("line {line} of the Dockerfile: ENV GOPROXY={value}",
                         line=line, value=value),
                summary=msg("`gomod-wizard apply` comments the line out, and names it."),
                decision="dockerfile",
            ),
        )  # fmt: skip


def _env_goproxy(text: str) -> Iterator[tuple[int, str]]:
    try:
        file = parse_dockerfile(text)
    except DockerfileError:
        return
    stage = go_stage(file)
    for one in with_parents(file, stage) if stage is not None else ():
        for item in file.of_stage(one.index):
            if item.keyword == "ENV":
                for name, value in assignments(item.text, old_form=True):
                    if name == "GOPROXY" and value:
                        yield item.first_line, value


def failing_mirrors(facts: Facts, plan: Plan, shown: tuple[Fault, ...]) -> Iterator[Seen]:
    """A mirror that a build asks first, and that fails from here, fails in the build as well."""
    found = {finding.id for finding in plan.findings}
    elsewhere = plan.module_source.value is not ModuleSource.PROXY
    first = first_asked(facts)[:1] if found & {"goproxy.first-fails", "goproxy.none-proved"} else []
    for probe in facts.mirrors.ranking.or_else(()):
        standing = probe.mirror.origin is Origin.GOPROXY
        host = urlsplit(probe.mirror.url).hostname or ""
        if (probe.ok and probe.proved is not False) or not (standing or host in first):
            continue
        if probe.reason is Failure.REDIRECT_BLOCKED:
            yield _redirect(probe, shown)
        elif probe.reason is not None and (cause := _CAUSE_OF_FAILURE.get(probe.reason)):
            content = probe.reason is Failure.NOT_A_MODULE_PROXY
            title = (
                msg("The module mirror of this host's own settings fails")
                if standing
                else msg("The module mirror that Go asks first by default fails")
            )
            live = (
                msg("GOPROXY names {url}: {reason}", url=probe.mirror.url, reason=probe.reason)
                if standing
                else msg(
                    "Go asks {url} first: {reason}",
                    url=probe.mirror.url,
                    reason=probe.detail or probe.reason,
                )
            )
            yield Seen(
                hosts=(host,),
                explains=frozenset({"checksum-mismatch"} if content else ()),
                fault=seen_fault(
                    cause,
                    detail="standing-goproxy" if standing else "default-goproxy",
                    title=title,
                    live=live,
                    summary=msg("Let the wizard choose a mirror that was proved here."),
                    decision=plan.module_source.key if elsewhere else "goproxy",
                ),
            )  # fmt: skip


def _redirect(probe: MirrorProbe, shown: tuple[Fault, ...]) -> Seen:
    causes = {fault.cause for fault in shown}
    cause = next((one for one in _BEHIND_A_REDIRECT if one in causes), "connect-timeout")
    return Seen(
        decides=True,
        fault=seen_fault(
            cause,
            detail="redirect-blocked",
            title=msg("The mirror sends every zip to a host that is blocked here"),
            live=msg("{url} answers, but {detail}", url=probe.mirror.url, detail=probe.detail),
            summary=msg("Let the wizard choose a mirror that was proved here."),
            decision="goproxy",
        ),
    )


def too_large_packets(facts: Facts, plan: Plan) -> Iterator[Seen]:
    if plan.mtu.value is None:
        return
    bridge = next((n for n in facts.docker.networks.or_else(()) if n.name == "bridge"), None)
    now = (None if bridge is None else bridge.mtu) or _DEFAULT_MTU
    if bridge is not None and now > plan.mtu.value:
        yield Seen(
            explains=frozenset({SILENCE}),
            fault=seen_fault(
                "mtu-blackhole",
                detail="mtu-of-the-bridge",
                title=None,
                live=msg("Docker's bridge has an MTU of {now}, it must be {mtu}: {because}",
                         now=now, mtu=plan.mtu.value, because=plan.mtu.because),
                summary=None,
                decision="mtu",
            ),
        )  # fmt: skip
