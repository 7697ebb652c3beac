"""Builders: buildkitd, podman, bake and compose files."""

from __future__ import annotations

from wizard.render.targets.types import Target

TARGETS: tuple[Target, ...] = ()
