"""What is wrong with the project, its Dockerfile and the builder."""

from __future__ import annotations

from wizard.facts import Facts
from wizard.facts.base import State
from wizard.plan.project import has_named_contexts, needs_mounts
from wizard.plan.types import (
    DockerfileForm,
    DockerfilePlace,
    DockerfileShape,
    Finding,
    Severity,
    WideContext,
)
from wizard.text import Text, msg

_NAMED = 3
"""Folders that one sentence names."""


def project_findings(
    facts: Facts, shape: DockerfileShape, *, drop_syntax: bool, wide: WideContext | None = None
) -> tuple[Finding, ...]:
    """Return every finding of the topic; `drop_syntax`: its image was seen out of reach."""
    return (
        *_no_project(facts),
        *_workspace(facts),
        *_sums(facts),
        *_vendor(facts),
        *_outside(facts, wide),
        *_hidden(facts),
        *_form_findings(facts, shape),
        *_existing(facts, shape, drop_syntax=drop_syntax),
    )


def _no_project(facts: Facts) -> tuple[Finding, ...]:
    if facts.project.modules.or_else(()) or facts.project.workspace.value is not None:
        return ()
    modules = facts.project.modules
    if modules.state is State.UNKNOWN:
        return (
            Finding(
                id="project.unreadable",
                severity=Severity.FAULT,
                message=msg("{where}: {why}", where=modules.source, why=modules.reason),
                cure=msg("mend that file; without it nothing of the project can be built"),
                facts=("project.modules",),
            ),
        )
    return (
        Finding(
            id="project.no-module",
            severity=Severity.FAULT,
            message=msg("there is no go.mod here"),
            cure=msg("run it in a Go project, or name one with --project"),
            facts=("project.modules",),
        ),
    )


def _workspace(facts: Facts) -> tuple[Finding, ...]:
    workspace = facts.project.workspace
    if workspace.state is not State.UNKNOWN:
        return ()
    return (
        Finding(
            id="project.workspace-unreadable",
            severity=Severity.FAULT,
            message=msg("{where}: {why}", where=workspace.source, why=workspace.reason),
            cure=msg("mend that file: every go command reads it first, and stops there"),
            facts=("project.workspace",),
        ),
    )


def _weight(facts: Facts, *, lost: bool) -> Severity:
    """Return how much a builder without mounts matters; without an engine, nothing builds here."""
    if facts.docker.engine.value is None:
        return Severity.NOTE
    return Severity.FAULT if lost else Severity.WARNING


def _sums(facts: Facts) -> tuple[Finding, ...]:
    missing = [
        one
        for one in facts.project.modules.or_else(())
        if (not one.has_sum and one.mod.requires) or one.missing_sums
    ]
    if not missing:
        return ()
    return (
        Finding(
            id="project.go-sum",
            severity=Severity.WARNING,
            message=msg(
                "go.sum is incomplete in {where}; the download works, and go build then fails",
                where=_some([one.directory for one in missing]),
            ),
            cure=msg("go mod tidy, then commit go.sum"),
            facts=("project.modules",),
        ),
    )


def _vendor(facts: Facts) -> tuple[Finding, ...]:
    vendor = facts.project.vendor.value
    if vendor is None or vendor.consistent is not False:
        return ()
    return (
        Finding(
            id="project.vendor",
            severity=Severity.FAULT,
            message=msg("vendor/ does not agree with go.mod; go build refuses it"),
            cure=msg("go work vendor") if vendor.workspace else msg("go mod vendor"),
            decision="module_source",
            facts=("project.vendor",),
        ),
    )


def _outside(facts: Facts, wide: WideContext | None) -> tuple[Finding, ...]:
    outside = [one.target for one in facts.project.replaces.or_else(()) if one.outside]
    if not outside:
        return ()
    named = has_named_contexts(facts)
    cured = named or wide is not None
    cure: Text = msg("build from the folder above, or use an engine from 23 on with buildx")
    if named:
        cure = msg("the build command hands them over with --build-context")
    elif wide is not None:
        cure = msg("the build command takes {folder} for its context", folder=wide.folder)
    return (
        Finding(
            id="project.replace-outside",
            severity=Severity.NOTE if cured else Severity.FAULT,
            message=msg(
                "go.mod replaces modules by {dirs}, outside of what a build sees",
                dirs=", ".join(dict.fromkeys(outside)),
            ),
            cure=cure,
            decision="dockerfile",
            facts=("project.replaces",),
        ),
    )


def _hidden(facts: Facts) -> tuple[Finding, ...]:
    ignore = facts.project.dockerignore.value
    if ignore is None or not ignore.hides:
        return ()
    return (
        Finding(
            id="dockerignore.hides",
            severity=Severity.FAULT,
            message=msg(
                "{path} hides {hidden} from the build",
                path=ignore.path,
                hidden=", ".join(f"{what} ({pattern})" for what, pattern in ignore.hides),
            ),
            cure=msg("lines that bring them back, at the end of the file"),
            decision="dockerfile",
            facts=("project.dockerignore",),
        ),
    )


def _some(directories: list[str]) -> Text:
    """Return the first few folders, as a person names them."""
    named = [str(msg("this folder")) if one == "." else one for one in directories]
    if len(named) <= _NAMED + 1:
        return ", ".join(named)
    shown = ", ".join(named[:_NAMED])
    return msg("{shown} and {n} more folders", shown=shown, n=len(named) - _NAMED)


def _form_findings(facts: Facts, shape: DockerfileShape) -> tuple[Finding, ...]:
    client = facts.docker.client.value
    if client is None or not client.legacy_builder:
        return ()
    if shape.form is DockerfileForm.MOUNTS:
        return (
            Finding(
                id="builder.legacy",
                severity=Severity.NOTE,
                message=msg(
                    "docker build takes the legacy builder here ({why}); BuildKit is needed",
                    why=client.why_legacy,
                ),
                cure=msg("the build command sets DOCKER_BUILDKIT=1"),
                decision="dockerfile",
                facts=("docker.client",),
            ),
        )
    lost = needs_mounts(facts)
    return (
        Finding(
            id="builder.legacy",
            severity=_weight(facts, lost=lost),
            message=msg(
                "the legacy builder ({why}) has no mounts: no cache, and credentials and"
                " authorities cannot enter without staying in a layer",
                why=client.why_legacy,
            ),
            cure=msg("install the buildx plugin, and unset DOCKER_BUILDKIT"),
            decision="dockerfile",
            facts=("docker.client",),
        ),
    )


def _existing(facts: Facts, shape: DockerfileShape, *, drop_syntax: bool) -> tuple[Finding, ...]:
    found = facts.project.dockerfile.value
    if found is None:
        return ()
    findings: list[Finding] = []
    if found.problem is not None:
        findings.append(
            Finding(
                id="dockerfile.broken",
                severity=Severity.FAULT,
                message=msg(
                    "{path} cannot be read: {why}", path=found.path, why=found.problem.message
                ),
                cure=msg("correct it by hand; it is left alone"),
                decision="dockerfile",
                facts=("project.dockerfile",),
            )
        )
    if found.secrets:
        findings.append(
            Finding(
                id="dockerfile.secret",
                severity=Severity.WARNING,
                message=msg(
                    "a secret stands in {path}, line {lines}: whoever gets the file, the image or"
                    " its history can read it",
                    path=found.path,
                    lines=", ".join(map(str, found.secrets)),
                ),
                cure=msg(
                    "hand it over with RUN --mount=type=secret, and have it replaced by a new one"
                ),
                decision="secrets",
                facts=("project.dockerfile",),
            )
        )
    if found.syntax and shape.place is DockerfilePlace.BLOCK:
        findings.append(
            Finding(
                id="dockerfile.syntax",
                severity=Severity.FAULT if drop_syntax else Severity.NOTE,
                message=msg(
                    "{path} pulls the image {image} before anything else",
                    path=found.path,
                    image=found.syntax,
                ),
                cure=msg("it cannot be pulled here, so the engine's own reader takes its place")
                if drop_syntax
                else msg("where it cannot be pulled, the engine's own reader does as well"),
                decision="dockerfile",
                facts=("project.dockerfile",),
            )
        )
    return tuple(findings)
