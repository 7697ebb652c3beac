"""CI jobs: GitLab, GitHub Actions, Jenkins."""

from __future__ import annotations

from wizard.render.targets.ci.github import github
from wizard.render.targets.ci.gitlab import gitlab, gitlab_dind
from wizard.render.targets.ci.jenkins import jenkins
from wizard.render.targets.types import Target
from wizard.text import msg

TARGETS: tuple[Target, ...] = (
    Target(
        name="gitlab-ci",
        summary=msg("a GitLab job that builds with the runner's engine"),
        render=gitlab,
    ),
    Target(
        name="gitlab-ci-dind",
        summary=msg("a GitLab job that builds with an engine of its own (docker in docker)"),
        render=gitlab_dind,
    ),
    Target(
        name="github-actions",
        summary=msg("a GitHub Actions workflow that builds"),
        render=github,
    ),
    Target(name="jenkins", summary=msg("a Jenkins pipeline that builds"), render=jenkins),
)
