"""The words that `--with` and `--option` take; `--help` must not pay for what renders them."""

from __future__ import annotations

TARGET_NAMES: tuple[str, ...] = (
    "gitlab-ci",
    "gitlab-ci-dind",
    "github-actions",
    "jenkins",
    "kubernetes",
    "buildkit-job",
    "kaniko-job",
    "buildah-job",
    "athens-compose",
    "athens-kubernetes",
    "goproxy-compose",
    "buildkitd",
    "buildkitd-remote",
    "podman",
    "bake",
    "compose",
    "ansible",
)
OPTION_KEYS: tuple[str, ...] = (
    "image",
    "secret_store",
    "secret_path",
    "namespace",
    "name",
    "storage_class",
    "storage_size",
    "repository",
    "hosts",
    "builder_address",
    "compose_service",
)
