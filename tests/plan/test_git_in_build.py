"""Private modules and an image without git."""

from __future__ import annotations

from dataclasses import replace

from tests.plan.facts_builder import (
    docker_facts,
    dockerfile_facts,
    facts,
    go_facts,
    mirror_facts,
    private_facts,
    private_host,
    probe,
    project_facts,
)
from wizard.facts import Facts
from wizard.plan import decide
from wizard.render.dockerfile import dockerfile
from wizard.render.types import DockerfileBlock

ALPINE = replace(dockerfile_facts(base_image="golang:1.24-alpine"), lacks_git=True)


def observed(*, images: tuple[str, ...] = (), numbered: bool = False) -> Facts:
    return facts(
        project=project_facts(dockerfile=replace(ALPINE, numbered=numbered)),
        private=private_facts(private_host(), netrc=("git.corp.example",)),
        docker=docker_facts(images=images),
    )


def test_another_stage_fetches_for_one_without_git() -> None:
    decided = decide(observed(), {})
    content = dockerfile(decided)[0].content

    assert decided.inputs.fetch_image == "golang:1.24-bookworm"
    assert isinstance(content, DockerfileBlock)
    assert "FROM golang:1.24-bookworm AS gomod-wizard-modules" in content.fetch
    assert any("from=gomod-wizard-modules" in mount for mount in content.build_mounts)


def test_an_image_that_the_engine_has_fetches() -> None:
    decided = decide(observed(images=("golang:1.24-alpine", "golang:1.25")), {})
    assert decided.inputs.fetch_image == "golang:1.25"


def test_no_stage_is_put_before_those_that_have_numbers() -> None:
    decided = decide(observed(numbered=True), {})
    assert decided.inputs.fetch_image == ""
    assert {f.id: f.severity for f in decided.findings}["private.no-git"] == "fault"


def test_a_mirror_that_has_the_private_modules_needs_no_git() -> None:
    own = "https://goproxy.corp.example"
    mirrored = replace(
        observed(),
        go=go_facts(settings={"GOPROXY": own, "GONOPROXY": "none"}),
        mirrors=mirror_facts(probe(own)),
    )
    assert decide(mirrored, {}).inputs.fetch_image == ""


def test_public_modules_need_no_git() -> None:
    public = replace(observed(), private=private_facts())
    assert decide(public, {}).inputs.fetch_image == ""
