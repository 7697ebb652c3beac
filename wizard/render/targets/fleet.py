"""A fleet of machines: an Ansible role."""

from __future__ import annotations

from wizard.render.targets.types import Target

TARGETS: tuple[Target, ...] = ()
