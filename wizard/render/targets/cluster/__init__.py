"""Kubernetes: modules that are there before a pod needs them, and image builders."""

from __future__ import annotations

from wizard.render.targets.cluster.buildah import buildah_job
from wizard.render.targets.cluster.buildkit import buildkit_job
from wizard.render.targets.cluster.kaniko import kaniko_job
from wizard.render.targets.cluster.modules import kubernetes
from wizard.render.targets.types import Target
from wizard.text import msg

TARGETS: tuple[Target, ...] = (
    Target(
        name="kubernetes",
        summary=msg("a Job and a pod that download the modules into a shared volume first"),
        render=kubernetes,
    ),
    Target(
        name="buildkit-job",
        summary=msg("a Kubernetes Job that builds the image with BuildKit, without root"),
        render=buildkit_job,
    ),
    Target(
        name="kaniko-job",
        summary=msg("a Kubernetes Job that builds the image with a maintained fork of kaniko"),
        render=kaniko_job,
    ),
    Target(
        name="buildah-job",
        summary=msg("a Kubernetes Job that builds the image with buildah, without root"),
        render=buildah_job,
    ),
)
