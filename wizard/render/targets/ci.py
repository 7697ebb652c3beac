"""CI jobs: GitLab, GitHub Actions, Jenkins."""

from __future__ import annotations

from wizard.render.targets.types import Target

TARGETS: tuple[Target, ...] = ()
