"""buildkitd.toml, for a builder in a container and for one on another machine.

The keys are those of BuildKit's own `cmd/buildkitd/config/config.go` and
`util/resolver/config/config.go` (the same from 0.12 to 0.27).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from wizard.plan.types import BuildNetwork, Plan
from wizard.render.quoting import toml
from wizard.render.targets.builders.registries import asked_over_tls, ca_text, hub_mirrors
from wizard.rules.image_reference import DOCKER_HUB


def toml_list(values: Iterable[str]) -> str:
    """Return texts as an array of TOML."""
    return f"[{', '.join(toml(value) for value in values)}]"


def buildkitd_toml(plan: Plan, *, head: str, ca_file: str, grpc: str = "") -> str:
    """Return the whole file.

    `head` are comment lines, `grpc` tables of their own; `ca_file` is named where a CA is needed.
    """
    lines = [head.rstrip("\n")]
    if plan.build_network.value is BuildNetwork.HOST:
        lines += ["", 'insecure-entitlements = ["network.host"]']
    if grpc:
        lines += ["", grpc.rstrip("\n")]
    if plan.dns.value or plan.dns_search.value:
        lines += ["", "[dns]"]
        if plan.dns.value:
            lines.append(f"nameservers = {toml_list(plan.dns.value)}")
        if plan.dns_search.value:
            lines.append(f"searchDomains = {toml_list(plan.dns_search.value)}")
    lines += _registries(plan, ca_file if ca_text(plan) else "")
    return "\n".join(lines) + "\n"


def _registries(plan: Plan, ca_file: str) -> Iterator[str]:
    mirrors = hub_mirrors(plan)
    trusting = asked_over_tls(plan) if ca_file else ()
    plain = [one.host for one in mirrors if one.plain_http]
    for host in dict.fromkeys((DOCKER_HUB, *plain, *trusting)):
        settings = []
        if host == DOCKER_HUB and mirrors:
            settings.append(f"mirrors = {toml_list(one.location for one in mirrors)}")
        if host in plain:
            settings.append("http = true")
        if host in trusting:
            settings.append(f"ca = {toml_list((ca_file,))}")
        if settings:
            yield from ("", f"[registry.{toml(host)}]", *settings)
