"""What is written on request, from the same plan as everything else."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from wizard.plan.types import Plan
from wizard.render.targets import builders, ci, cluster, fleet, module_proxy
from wizard.render.targets.options import Options
from wizard.render.targets.types import Target
from wizard.render.types import Artifact

TARGETS: Mapping[str, Target] = {
    target.name: target
    for family in (ci, cluster, module_proxy, builders, fleet)
    for target in family.TARGETS
}


def render_targets(plan: Plan, names: Sequence[str], options: Options) -> tuple[Artifact, ...]:
    """Return the artifacts of the targets, in the order of the names; each file once.

    Two targets may need the same file; both then render the same text. KeyError for an unknown
    name: a mistake of the programmer, `wizard.requested` checks them.
    """
    found: dict[str, Artifact] = {}
    for name in names:
        for artifact in TARGETS[name].render(plan, options):
            found.setdefault(artifact.name, artifact)
    return tuple(found.values())
