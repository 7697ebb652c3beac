"""The build's shape: where modules come from, and how the Dockerfile is written."""

from __future__ import annotations

from dataclasses import dataclass, replace

from wizard.facts import Facts
from wizard.facts.docker import Client
from wizard.plan.answering import Case
from wizard.plan.module_mirrors import proved_mirrors
from wizard.plan.types import (
    Alternative,
    Decision,
    DockerfileForm,
    DockerfilePlace,
    DockerfileShape,
    ModuleSource,
    WideContext,
)
from wizard.plan.wide_context import wide_context
from wizard.rules.numbers import whole_number
from wizard.text import msg

WHOLE_FILE_STAGE = ("gomodcache", "scratch")
"""The first stage of a Dockerfile that this program wrote whole."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BuildShape:
    """The decisions of this topic."""

    module_source: Decision[ModuleSource]
    dockerfile: Decision[DockerfileShape]
    wide: WideContext | None
    """In place of named contexts: only a Dockerfile of this program's own is made for it."""


def decide_project(case: Case) -> BuildShape:
    """Decide the shape of the build."""
    facts = case.facts
    dockerfile = _decided_dockerfile(case, None)
    form = dockerfile.value.form
    source = case.decided(_module_source(facts, form))
    wide = None
    if form is DockerfileForm.MOUNTS and not has_named_contexts(facts):
        wide = wide_context(facts, source.value)
    if wide is not None:
        dockerfile = _decided_dockerfile(case, wide)
    beside = dockerfile.value.place is DockerfilePlace.BESIDE
    return BuildShape(module_source=source, dockerfile=dockerfile, wide=wide if beside else None)


def _decided_dockerfile(case: Case, wide: WideContext | None) -> Decision[DockerfileShape]:
    facts = case.facts
    dockerfile = case.decided(_dockerfile(facts, wide))
    answer = case.answers.get("dockerfile")
    if answer is None or "+" in answer.text:
        return dockerfile
    stage = dockerfile.value.stage
    if dockerfile.value.place is DockerfilePlace.BLOCK and stage is None:
        found = facts.project.dockerfile.value
        stage = None if found is None else found.go_stage
    return replace(dockerfile, value=replace(dockerfile.value, form=_form(facts), stage=stage))


def major(version: str | None) -> int | None:
    """Return the major version of an engine or client."""
    head = (version or "").partition(".")[0]
    return whole_number(head)


def has_named_contexts(facts: Facts) -> bool:
    """Return whether `--build-context` works: Dockerfile 1.4, engine 23, buildx."""
    client, engine = facts.docker.client.value, facts.docker.engine.value
    if client is None and engine is None:
        return True  # the files are for elsewhere, and an engine of today has them
    if client is None or client.buildx is None:
        return False
    return engine is None or (major(engine.version) or 0) >= 23


def _module_source(facts: Facts, form: DockerfileForm) -> Decision[ModuleSource]:
    rests = ("project.vendor", "mirrors.ranking", "go.mod_cache", "docker.client")
    vendor = facts.project.vendor.value
    offer = Alternative(
        value=ModuleSource.VENDOR,
        because=msg("go mod vendor, then commit vendor/: the build needs no network at all"),
    )
    if vendor is not None and vendor.consistent:
        return Decision(
            key="module_source",
            value=ModuleSource.VENDOR,
            because=msg("vendor/ agrees with go.mod, so the build needs no network for modules"),
            facts=rests,
            alternatives=(
                Alternative(value=ModuleSource.PROXY, because=msg("would download it all again")),
            ),
        )
    cache = facts.go.mod_cache.value
    bridge = Alternative(
        value=ModuleSource.BRIDGE,
        because=msg("serves this host's module cache to the build; it must hold every module"),
    )
    looked = facts.mirrors.ranking.value is not None
    carried = has_named_contexts(facts) or (
        form is DockerfileForm.MOUNTS and wide_context(facts, ModuleSource.BRIDGE) is not None
    )
    if looked and not proved_mirrors(facts) and cache is not None and carried:
        return Decision(
            key="module_source",
            value=ModuleSource.BRIDGE,
            because=msg("no mirror proved itself, and this host has a module cache"),
            facts=rests,
            alternatives=(
                Alternative(value=ModuleSource.PROXY, because=msg("no mirror proved itself")),
                offer,
            ),
        )
    return Decision(
        key="module_source",
        value=ModuleSource.PROXY,
        because=msg("mirrors serve the modules, and a cache mount keeps them between builds")
        if form is DockerfileForm.MOUNTS
        else msg("mirrors serve the modules, anew whenever go.mod or go.sum changes"),
        facts=rests,
        alternatives=(offer, *((bridge,) if cache is not None else ())),
    )


def _can_buildkit(client: Client) -> bool:
    """BuildKit is a plugin from client 23 on; in older ones it is built in (docker/cli)."""
    return client.buildx is not None or (major(client.version) or 99) < 23


def was_switched_off(client: Client) -> bool:
    """Return whether somebody set DOCKER_BUILDKIT=0."""
    return client.why_legacy.startswith("DOCKER_BUILDKIT=")


def needs_mounts(facts: Facts) -> bool:
    """Return whether the legacy builder cannot do it without leaving something in a layer."""
    return bool(facts.private.hosts.or_else(()) or facts.mirrors.authorities.or_else(()))


def _form(facts: Facts) -> DockerfileForm:
    client = facts.docker.client.value
    if client is None or not client.legacy_builder:
        return DockerfileForm.MOUNTS
    if not _can_buildkit(client):
        return DockerfileForm.PLAIN
    if was_switched_off(client) and not needs_mounts(facts):
        return DockerfileForm.PLAIN
    return DockerfileForm.MOUNTS


def needs_variable(facts: Facts, form: DockerfileForm) -> bool:
    """Return whether `docker build` takes BuildKit only with DOCKER_BUILDKIT=1."""
    client = facts.docker.client.value
    return form is DockerfileForm.MOUNTS and client is not None and client.legacy_builder


def _dockerfile(facts: Facts, wide: WideContext | None) -> Decision[DockerfileShape]:
    rests = ("project.dockerfile", "docker.client", "docker.engine")
    form = _form(facts)
    found = facts.project.dockerfile.value

    def shape(place: DockerfilePlace, stage: str | None = None) -> DockerfileShape:
        return DockerfileShape(form=form, place=place, stage=stage)

    keep = Alternative(value=shape(DockerfilePlace.KEEP), because=msg("nothing would change"))
    beside = Alternative(
        value=shape(DockerfilePlace.BESIDE),
        because=msg("Dockerfile.gomod, with yours untouched; two files to keep in step"),
    )
    if wide is not None:
        return Decision(
            key="dockerfile",
            value=shape(DockerfilePlace.BESIDE),
            because=msg(
                "the build reads more than the project's folder, and this engine takes no second"
                " context: Dockerfile.gomod is made for the context {folder}",
                folder=wide.folder,
            ),
            facts=(*rests, "project.replaces", "go.mod_cache"),
            alternatives=(
                Alternative(
                    value=shape(DockerfilePlace.BLOCK, None if found is None else found.go_stage),
                    because=msg("a COPY of yours cannot reach beyond the project's folder"),
                ),
                keep,
            ),
        )
    if found is None:
        because = msg("the project has no Dockerfile yet")
        return Decision(
            key="dockerfile",
            value=shape(DockerfilePlace.CREATE),
            because=because,
            facts=rests,
            alternatives=(keep,),
        )
    if found.whole or (found.managed and found.stages[:1] == (WHOLE_FILE_STAGE,)):
        return Decision(
            key="dockerfile",
            value=shape(DockerfilePlace.CREATE),
            because=msg("{path} was written whole by this program", path=found.path),
            facts=rests,
            alternatives=(keep,),
        )
    if found.problem is not None or found.go_stage is None:
        return Decision(
            key="dockerfile",
            value=shape(DockerfilePlace.BESIDE),
            because=msg(
                "{path} has no step that runs go and can be given the network", path=found.path
            )
            if found.problem is None
            else msg("{path} cannot be read as a Dockerfile", path=found.path),
            facts=rests,
            alternatives=(keep,),
        )
    return Decision(
        key="dockerfile",
        value=shape(DockerfilePlace.BLOCK, found.go_stage),
        because=msg(
            "go runs in stage {stage} of {path}, and the image is made from that",
            path=found.path,
            stage=found.go_stage,
        ),
        facts=rests,
        alternatives=(beside, keep),
    )
