"""A private module proxy: Athens by Compose or in a cluster, or plain goproxy."""

from __future__ import annotations

from wizard.render.targets.module_proxy.compose import athens_compose, goproxy_compose
from wizard.render.targets.module_proxy.in_cluster import athens_kubernetes
from wizard.render.targets.types import Target
from wizard.text import msg

TARGETS: tuple[Target, ...] = (
    Target(
        name="athens-compose",
        summary=msg("a module proxy for the company: Athens, by Compose"),
        render=athens_compose,
    ),
    Target(
        name="athens-kubernetes",
        summary=msg("the same in a cluster, with a volume of its own"),
        render=athens_kubernetes,
    ),
    Target(
        name="goproxy-compose",
        summary=msg("a smaller module proxy: goproxy, by Compose"),
        render=goproxy_compose,
    ),
)
