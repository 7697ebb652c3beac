"""Kubernetes: an init container, a Job, and image builders."""

from __future__ import annotations

from wizard.render.targets.types import Target

TARGETS: tuple[Target, ...] = ()
