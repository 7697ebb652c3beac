"""A diagnosis beside what is true on this machine now: the guess checked, the cure made exact.

Pure: the facts and the plan were made by whoever asks. Where a log shows a failure, faults that it
cannot show yet are added: what overrides the cure, what would fail next.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from wizard.diagnose.table import Cause, load_table
from wizard.diagnose.types import Cure, Diagnosis, Evidence, Fault
from wizard.facts import Facts
from wizard.facts.mirrors import Failure, MirrorProbe, Origin
from wizard.plan.types import Finding, Plan, Severity
from wizard.rules.dockerfile import DockerfileError, assignments, parse_dockerfile
from wizard.rules.dockerfile_graph import with_parents
from wizard.rules.dockerfile_steps import go_stage
from wizard.rules.goproxy import GoProxyError, parse_goproxy
from wizard.text import Text, msg

_SEEN = 0.6
"""Confidence in what was seen here, and not in the log."""

_WITHOUT_A_PROXY = frozenset({"connection-refused", "connect-timeout", "dns-failure"})
"""How a network without a direct way out answers those who do not use its proxy."""

_DEFAULT_MTU = 1500
_DEFAULT_GOPROXY = "https://proxy.golang.org,direct"
_HOST = re.compile(r"(?:https?://|lookup |Host: )([A-Za-z0-9](?:[A-Za-z0-9.-]{0,250}[A-Za-z0-9])?)")

_CAUSE_OF_FINDING = {
    "proxy.loopback": "loopback-proxy",
    "proxy.unreachable": "proxy-unreachable",
    "dockerignore.hides": "dockerignore-excluded",
    "docker.no-masquerade": "connect-timeout",
    "registry.docker-hub": "base-image-pull",
    "dockerfile.syntax": "syntax-image-pull",
    "project.vendor": "vendor-inconsistent",
    "project.replace-outside": "replace-outside-context",
    "private.no-credentials": "private-auth-https",
    "ssh.no-agent": "ssh-agent-missing",
}
_CAUSE_OF_FAILURE = {
    Failure.DNS: "dns-failure",
    Failure.DNS_TIMEOUT: "dns-failure",
    Failure.CONNECT_TIMEOUT: "connect-timeout",
    Failure.REFUSED: "connection-refused",
    Failure.RESET: "connection-reset",
    Failure.TLS_UNTRUSTED: "tls-unknown-authority",
    Failure.HTTP_403: "mirror-forbidden",
    Failure.HTTP_404: "mirror-not-found",
    Failure.HTTP_410: "mirror-gone",
    Failure.HTTP_429: "rate-limited",
    Failure.HTTP_5XX: "mirror-server-error",
    Failure.NOT_A_MODULE_PROXY: "mirror-bad-content",
    Failure.HASH_MISMATCH: "checksum-mismatch",
    Failure.TIMEOUT: "connect-timeout",
}


def with_live_facts(
    diagnosis: Diagnosis, facts: Facts, plan: Plan, dockerfile: str | None = None
) -> Diagnosis:
    """Return `diagnosis` with what this machine says of it.

    `plan`: of these facts and of nobody's answers. `dockerfile`: the project's own text. A log
    without a fault stays without one.
    """
    if not diagnosis.faults:
        return diagnosis
    faults = [_checked(fault, facts, plan) for fault in diagnosis.faults]
    for seen in (*_overrides(facts, dockerfile, faults), *_standing_mirrors(facts),
                 *_mtu(facts, plan)):  # fmt: skip
        _add(faults, seen)
    for finding in plan.findings:
        cause = _CAUSE_OF_FINDING.get(finding.id)
        if cause is not None and finding.severity is Severity.FAULT:
            _add(faults, _found(cause, finding))
    return replace(diagnosis, faults=tuple(faults))


def _add(faults: list[Fault], seen: Fault) -> None:
    """Add a fault; one of the same cause that the log shows as well only gets its facts.

    What overrides a setting is a fault of its own, whatever it leads to.
    """
    for index, fault in enumerate(faults):
        if fault.cause != seen.cause or "env-override" in (seen.detail, fault.detail):
            continue
        decision = seen.cure.decision or fault.cure.decision
        vague = fault.detail == "cut-in-silence"
        faults[index] = replace(
            fault,
            live=(*fault.live, *seen.live),
            cure=replace(seen.cure, decision=decision) if vague else fault.cure,
        )
        return
    faults.append(seen)


def _checked(fault: Fault, facts: Facts, plan: Plan) -> Fault:
    """Add how the hosts of its evidence answer here, and the value that its decision would get."""
    said: list[Text] = []
    probes = {urlsplit(p.mirror.url).hostname: p for p in facts.mirrors.ranking.or_else(())}
    named = [host for e in fault.evidence for host in _HOST.findall(e.text)]
    if fault.cure.decision == "goproxy" and not any(host in probes for host in named):
        named += _mirrors_asked(facts)
    key = fault.cure.decision
    for host in dict.fromkeys(named):
        if (probe := probes.get(host)) is None:
            continue
        said.append(_answer(host, probe))
        if probe.ok and probe.through and fault.cause in _WITHOUT_A_PROXY:
            said.append(msg("that was through the proxy {proxy}: the build needs it as well",
                            proxy=probe.through))  # fmt: skip
            key = "container_proxy"
    decision = next((d for d in plan.decisions() if d.key == key), None)
    if decision is not None and decision.key == "goproxy":
        best = next((p for p in facts.mirrors.ranking.or_else(()) if p.proved), None)
        if best is not None:
            host = urlsplit(best.mirror.url).hostname or best.mirror.url
            said.append(msg("{answer}, so set goproxy={value}",
                            answer=_answer(host, best), value=decision.value))  # fmt: skip
    elif decision is not None and decision.value not in (None, ()) and decision.key in _SIMPLE:
        said.append(msg("here {key} would be {value}: {because}", key=decision.key,
                        value=_short(decision.value), because=decision.because))  # fmt: skip
    cure = fault.cure if key == fault.cure.decision else replace(fault.cure, decision=key)
    return replace(fault, cure=cure, live=(*fault.live, *said))


def _mirrors_asked(facts: Facts) -> list[str]:
    """Return the hosts that a build asks where nothing else is set: the log names none."""
    setting = facts.go.settings.or_else({}).get("GOPROXY")
    try:
        hops = parse_goproxy(setting.value if setting is not None else _DEFAULT_GOPROXY)
    except GoProxyError:
        return []
    return [urlsplit(hop.url).hostname or "" for hop in hops if hop.is_url]


_SIMPLE = frozenset({"mtu", "dns", "gosumdb", "gotoolchain", "base_image", "registry_mirrors"})
"""Decisions whose value is short and no secret."""


def _short(value: object) -> str:
    return ", ".join(str(one) for one in value) if isinstance(value, tuple) else str(value)


def _answer(host: str, probe: MirrorProbe) -> Text:
    if not probe.ok:
        return msg("{host} fails from this host too: {reason}", host=host, reason=probe.reason)
    ms = probe.latency.first_byte
    if ms is None:
        return msg("{host} answers here", host=host)
    return msg("{host} answers here in {ms} ms", host=host, ms=round(ms))


def _overrides(facts: Facts, text: str | None, faults: list[Fault]) -> Iterator[Fault]:
    """An ENV GOPROXY of the stage that downloads beats what `go env` and a secret's file say."""
    good = {urlsplit(p.mirror.url).hostname for p in facts.mirrors.ranking.or_else(()) if p.ok}
    for line, value in _env_goproxy(text or ""):
        try:
            hosts = [urlsplit(hop.url).hostname or "" for hop in parse_goproxy(value) if hop.is_url]
        except GoProxyError:
            hosts = []
        bad = [host for host in hosts if host not in good]
        if not bad:
            continue
        shown = {fault.cause for fault in faults for e in fault.evidence if bad[0] in e.text}
        cause = next(iter(shown), "mirror-not-found")
        yield _seen(
            cause,
            detail="env-override",
            title=msg("An ENV of the Dockerfile overrides every other setting"),
            live=msg("line {line} of the Dockerfile: ENV GOPROXY={value}", line=line, value=value),
            summary=msg("`gomod-wizard apply` comments the line out, and names it."),
            decision="dockerfile",
        )


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


def _standing_mirrors(facts: Facts) -> Iterator[Fault]:
    """A mirror that `go env` names and that fails from here fails in the build as well."""
    for probe in facts.mirrors.ranking.or_else(()):
        cause = _CAUSE_OF_FAILURE.get(probe.reason) if probe.reason is not None else None
        if probe.mirror.origin is Origin.GOPROXY and not probe.ok and cause is not None:
            yield _seen(
                cause,
                detail="standing-goproxy",
                title=msg("The module mirror of this host's own settings fails"),
                live=msg("GOPROXY names {url}: {reason}", url=probe.mirror.url,
                         reason=probe.reason),
                summary=msg("Let the wizard choose a mirror that was proved here."),
                decision="goproxy",
            )  # fmt: skip


def _mtu(facts: Facts, plan: Plan) -> Iterator[Fault]:
    if plan.mtu.value is None:
        return
    bridge = next((n for n in facts.docker.networks.or_else(()) if n.name == "bridge"), None)
    now = (None if bridge is None else bridge.mtu) or _DEFAULT_MTU
    if bridge is not None and now > plan.mtu.value:
        yield _seen(
            "mtu-blackhole",
            detail="mtu-of-the-bridge",
            title=None,
            live=msg("Docker's bridge has an MTU of {now}, it must be {mtu}: {because}",
                     now=now, mtu=plan.mtu.value, because=plan.mtu.because),
            summary=None,
            decision="mtu",
        )  # fmt: skip


def _found(cause: str, finding: Finding) -> Fault:
    return _seen(
        cause, detail=finding.id.replace(".", "-"), title=None, live=finding.message,
        summary=finding.cure or None, decision=finding.decision,
    )  # fmt: skip


def _seen(
    cause: str,
    *,
    detail: str,
    title: Text | None,
    live: Text,
    summary: Text | None,
    decision: str | None,
) -> Fault:
    known: Cause = load_table().causes[cause]
    evidence: tuple[Evidence, ...] = ()
    return Fault(
        cause=cause,
        fault_class=known.fault_class,
        detail=detail,
        title=msg(known.title) if title is None else title,
        reason=None,
        confidence=_SEEN,
        evidence=evidence,
        ruled_out=(),
        cure=Cure(
            summary=msg(known.cure) if summary is None else summary,
            command="gomod-wizard apply",
            decision=decision or known.decision,
        ),
        link=known.link,
        live=(live,),
    )
