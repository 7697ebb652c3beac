"""What is written on request: a CI job, a cluster's job, a module proxy, a builder, a fleet."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from wizard.plan.types import Plan
from wizard.render.targets.options import Options
from wizard.render.types import Artifact
from wizard.text import Text


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """One thing that can be asked for by `--with NAME`."""

    name: str
    """As `--with` takes it: `gitlab-ci`, `athens-compose` …"""
    summary: Text
    render: Callable[[Plan, Options], tuple[Artifact, ...]]
    """Pure. Raises UsageError where the options cannot be used together."""
