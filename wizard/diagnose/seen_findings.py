"""What the plan found, as faults: each finding's cause, and the symptoms that it explains."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterator
from urllib.parse import urlsplit

from wizard.diagnose.seen import SILENCE, WITHOUT_A_PROXY, Seen, seen_fault
from wizard.diagnose.types import Fault
from wizard.facts import Facts
from wizard.plan.types import Finding, Plan
from wizard.text import Text, msg

_NO_CONNECTION = frozenset({"connection-refused", "connect-timeout"})
_PATHLIKE = re.compile(r"[\w@-][\w@./-]*[./][\w./-]*\w")
_RANGE = re.compile(r"\d{1,3}(?:\.\d{1,3}){3}/\d{1,2}")
_ADDRESS = re.compile(r"(?<![\d.])\d{1,3}(?:\.\d{1,3}){3}(?![\d.])")

_OF_FINDING: dict[str, tuple[str, frozenset[str]]] = {
    "proxy.loopback": ("loopback-proxy", frozenset({"connection-refused"})),
    "proxy.unreachable": ("proxy-unreachable", _NO_CONNECTION),
    "proxy.gone": ("proxy-unreachable", frozenset()),
    "proxy.scheme": ("proxy-auth-required", WITHOUT_A_PROXY),
    "proxy.credentials": ("proxy-auth-required", WITHOUT_A_PROXY),
    "docker.no-masquerade": ("connect-timeout", frozenset()),
    "daemon-json.broken": ("daemon-config-invalid", frozenset()),
    "dns.not-in-builds": ("dns-failure", frozenset()),
    "tls.unknown-to-images": ("tls-unknown-authority", frozenset()),
    "registry.docker-hub": ("base-image-pull", frozenset()),
    "dockerfile.syntax": ("syntax-image-pull", frozenset()),
    "project.vendor": ("vendor-inconsistent", frozenset()),
    "project.replace-outside": ("replace-outside-context", frozenset({"gomod-not-found"})),
    "project.go-sum": ("gosum-missing-entry", frozenset()),
    "toolchain.too-old": ("go-version-too-old", frozenset()),
    "private.no-credentials": ("private-auth-https", frozenset()),
    "ssh.no-agent": ("ssh-agent-missing", frozenset()),
    "ssh.no-known-hosts": ("ssh-host-key", frozenset()),
}
"""Finding → its cause, and the symptoms of a log that it explains."""

_BESIDE: dict[str, frozenset[str]] = {
    "goprivate.undeclared": frozenset({"private-auth-https", "private-auth-ssh",
                                       "mirror-not-found", "mirror-gone", "sumdb-unreachable"}),
    "private.no-git": frozenset({"git-missing"}),
    "builder.legacy": frozenset({"cache-mount-unsupported", "dockerfile-syntax"}),
}  # fmt: skip
"""Finding → the causes beside which it is worth a line; a build does not fail of it alone."""

_DECIDING = frozenset({"project.replace-outside", "docker.no-masquerade"})


def of_finding(
    finding: Finding, facts: Facts, plan: Plan, shown: tuple[Fault, ...]
) -> Iterator[Seen]:
    """Yield the fault of one finding; `shown`: the faults of the log, which name the symptoms."""
    if finding.id == "proxy.not-in-builds":
        yield from _proxy(finding, facts, shown)
    elif finding.id == "hosts.not-in-builds":
        hosts = tuple(name for name, _ in plan.hosts.value)
        fault = _found("dns-failure", finding, title=msg("Only this machine's own hosts file "
                                                         "knows the name"))  # fmt: skip
        yield Seen(fault=fault, hosts=hosts, decides=True)
    elif finding.id == "goproxy.loopback":
        title = msg("In a build, this host's loopback is the build itself: no mirror is there")
        fault = _found("loopback-proxy", finding, title=title)
        yield Seen(fault=fault, hosts=("localhost", "127.0.0.1"), decides=True)
    elif finding.id == "dockerignore.hides":
        paths = set(_PATHLIKE.findall(str(finding.message)))
        words = paths | {path.rsplit("/", 1)[-1] for path in paths} - {".dockerignore"}
        yield Seen(
            fault=_found("dockerignore-excluded", finding),
            explains=frozenset({"copy-source-missing"}),
            words=tuple(sorted(words)),
        )
    elif finding.id == "docker.range-clash":
        yield _clash(finding, shown)
    elif finding.id == "private.login-stays-here":
        cause = "private-auth-ssh" if finding.decision == "ssh" else "private-auth-https"
        yield Seen(fault=_found(cause, finding))
    elif beside := _BESIDE.get(finding.id):
        yield Seen(fault=_found(min(beside), finding), only_beside=beside)
    elif known := _OF_FINDING.get(finding.id):
        cause, explains = known
        yield Seen(fault=_found(cause, finding), explains=explains, decides=finding.id in _DECIDING)


def _proxy(finding: Finding, facts: Facts, shown: tuple[Fault, ...]) -> Iterator[Seen]:
    """A proxy that only the shell knows is a fault where something is reached by it alone."""
    through = [
        urlsplit(probe.mirror.url).hostname or ""
        for probe in facts.mirrors.ranking.or_else(())
        if probe.ok and probe.through is not None
    ]
    if not through:
        return
    causes = [fault.cause for fault in shown if fault.cause in WITHOUT_A_PROXY
              and any(host in e.text for host in through for e in fault.evidence)]  # fmt: skip
    fault = _found(
        causes[0] if causes else "connect-timeout",
        finding,
        title=msg("The only way out of here is a proxy, and a build is not told of it"),
    )
    explains = frozenset({SILENCE})
    if "loopback-proxy" in {fault.cause for fault in shown}:
        yield Seen(fault=fault, only_beside=frozenset({"loopback-proxy"}))
    else:
        yield Seen(fault=fault, hosts=tuple(through), explains=explains, decides=True)


def _clash(finding: Finding, shown: tuple[Fault, ...]) -> Seen:
    """Docker's own range swallows the way to a host: whoever asks it gets no route, or silence."""
    ranges = [ipaddress.ip_network(text, strict=False)
              for text in _RANGE.findall(str(finding.message))]  # fmt: skip
    met = {
        address
        for fault in shown
        for evidence in fault.evidence
        for address in _ADDRESS.findall(evidence.text)
        if any(_within(address, one) for one in ranges)
    }
    return Seen(
        fault=_found("subnet-overlap", finding),
        explains=_NO_CONNECTION if met else frozenset({SILENCE}),
        words=tuple(sorted(met)),
    )


def _within(address: str, network: ipaddress.IPv4Network | ipaddress.IPv6Network) -> bool:
    try:
        return ipaddress.ip_address(address) in network
    except ValueError:
        return False


def _found(cause: str, finding: Finding, *, title: Text | None = None) -> Fault:
    # Where no decision answers it, or nothing that is written cures it, only a person can.
    written = finding.decision is not None and not finding.stops
    return seen_fault(
        cause, detail=finding.id.replace(".", "-"), title=title, live=finding.message,
        summary=finding.cure or None, decision=finding.decision,
        command="gomod-wizard apply" if written else None,
    )  # fmt: skip
