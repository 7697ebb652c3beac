"""What the user's own builder was seen to lack, and the decision that answers it."""

from __future__ import annotations

from wizard.facts import Facts
from wizard.facts.build import RowKind
from wizard.plan.types import Finding, ModuleSource, Severity
from wizard.text import Text, msg

_CURES: dict[RowKind, tuple[Text, str | None]] = {
    RowKind.RESOLVER: (msg("give the engine nameservers that its containers reach"), "dns"),
    RowKind.NAME: (msg("give the build that name's address, or the engine a nameserver "
                       "that knows it"), "hosts"),
    RowKind.MTU: (msg("lower the bridge's MTU to that of the path"), "mtu"),
    RowKind.PROXY_TCP: (msg("name the proxy by an address on which containers reach it"),
                        "container_proxy"),
    RowKind.TCP: (msg("let the build take this host's module cache, or have the firewall "
                      "let Docker's bridge through"), "module_source"),
    RowKind.PROXY: (msg("give the build a proxy, and a login, that lets it pass"),
                    "container_proxy"),
    RowKind.CLOCK: (msg("set the clock of the machine that the engine runs on"), None),
    RowKind.DISK: (msg("make room for the engine: docker builder prune, docker image prune"), None),
    RowKind.TLS: (msg("hand the authority that signed it to the build"), "ca"),
    RowKind.MODULE: (msg("choose a mirror that serves the build as well"), "goproxy"),
}  # fmt: skip


def in_build_findings(
    facts: Facts, source: ModuleSource = ModuleSource.PROXY
) -> tuple[Finding, ...]:
    """Return one finding for the first row that differs; none where nobody asked the builder.

    The rows after it follow from it. It is a warning where the step got a module from the first
    mirror all the same, and a note where the build, by `source`, asks no mirror.
    """
    build = facts.build
    cause = None if build is None else build.cause.value
    if build is None or cause is None:
        return ()
    cure, decision = _CURES.get(cause.kind, (msg("compare both sides"), None))
    fails = any(mirror.reason is not None for mirror in build.mirrors.or_else(())[:1])
    severity = Severity.FAULT if fails else Severity.WARNING
    return (
        Finding(
            id=f"build.{cause.kind}",
            severity=severity if source is ModuleSource.PROXY else Severity.NOTE,
            message=msg(
                "seen from inside the build, {what}: {build} (this host: {host})",
                what=cause.what,
                build=cause.build,
                host=cause.host,
            ),
            cure=cure,
            decision=decision,
            facts=("build.cause", "build.rows"),
        ),
    )
