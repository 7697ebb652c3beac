"""Builders: buildkitd in a container or elsewhere, podman, and what bake and compose build."""

from __future__ import annotations

from wizard.render.targets.builders.bake import BAKE
from wizard.render.targets.builders.buildkitd import BUILDKITD
from wizard.render.targets.builders.compose import COMPOSE
from wizard.render.targets.builders.podman import PODMAN
from wizard.render.targets.builders.remote import BUILDKITD_REMOTE
from wizard.render.targets.types import Target

TARGETS: tuple[Target, ...] = (BUILDKITD, BUILDKITD_REMOTE, PODMAN, BAKE, COMPOSE)
