"""The Dockerfile: whole, or as a block in one that stands there."""

from __future__ import annotations

import posixpath
import re

from wizard.plan.types import DockerfileForm, DockerfilePlace, ModuleSource, Plan
from wizard.plan.values import is_portable_image
from wizard.render.artifact_template import filled
from wizard.render.dockerfile_steps import (
    arguments,
    build_step,
    chdir,
    contexts,
    copies_of_block,
    copy_modules,
    copy_outside,
    mounts,
    script,
    toolchain,
    workdir,
)
from wizard.render.types import Artifact, DockerfileBlock, Scope, Whole
from wizard.text import msg

_VENDOR_BLOCK = "# Every module is in vendor/: nothing is downloaded here."


def dockerfile(plan: Plan) -> tuple[Artifact, ...]:
    """Return the Dockerfile; nothing where the plan keeps the one that stands there."""
    shape = plan.dockerfile.value
    if shape.place is DockerfilePlace.KEEP:
        return ()
    whole = whole_text(plan)
    decisions: tuple[str, ...] = ("dockerfile", "base_image", "module_source", "ssh")
    if shape.place is DockerfilePlace.BLOCK:
        return (
            Artifact(
                name=posixpath.basename(plan.inputs.dockerfile),
                scope=Scope.PROJECT,
                path=plan.inputs.dockerfile,
                content=DockerfileBlock(
                    stage=shape.stage,
                    lines=block_lines(plan),
                    drop_syntax=plan.inputs.drop_syntax,
                ),
                standalone=whole,
                because=(plan.dockerfile.because, plan.module_source.because),
                decisions=decisions,
            ),
        )
    return (
        Artifact(
            name=posixpath.basename(plan.inputs.dockerfile),
            scope=Scope.PROJECT,
            path=plan.inputs.dockerfile,
            content=Whole(text=whole),
            standalone=whole,
            because=(
                plan.dockerfile.because,
                plan.base_image.because,
                msg("nothing in it depends on the network that you are in"),
            ),
            decisions=decisions,
        ),
    )


def default_image(plan: Plan) -> str:
    """Return the image that the file itself names: one that everybody can pull.

    An image of a company's own registry comes in by `--build-arg BASE_IMAGE`.
    """
    image = plan.base_image.value
    if is_portable_image(image):
        return image
    tag = re.search(r"golang:([0-9]+\.[0-9]+)", image)
    return f"golang:{tag[1]}-bookworm" if tag else image


def whole_text(plan: Plan) -> str:
    """Return the whole Dockerfile of the plan."""
    plain = plan.dockerfile.value.form is DockerfileForm.PLAIN
    vendored = plan.module_source.value is ModuleSource.VENDOR
    last = "Dockerfile.plain-last.tmpl" if plain else "Dockerfile.last.tmpl"
    values = {
        "base_image": default_image(plan),
        "workdir": workdir(plan),
        "toolchain": toolchain(plan, whole=not plain),
        "build": build_step(plan),
        "last_stage": filled(last) if plan.inputs.main_package else "",
    }
    if plain and vendored:
        text = filled("Dockerfile.plain-vendor.tmpl", **values)
    elif vendored:
        text = filled("Dockerfile.vendor.tmpl", **values)
    elif plain:
        text = filled(
            "Dockerfile.plain.tmpl",
            arguments=arguments(plan),
            copy_modules=copy_modules(plan),
            chdir=chdir(plan),
            **values,
        )
    else:
        text = filled(
            "Dockerfile.tmpl",
            contexts=contexts(plan),
            script=script(plan),
            copy_modules=copy_modules(plan),
            copy_outside=copy_outside(plan),
            mounts=mounts(plan, cache=True),
            chdir=chdir(plan),
            **values,
        )
    return text.rstrip("\n") + "\n"


def block_lines(plan: Plan) -> tuple[str, ...]:
    """Return the lines for the stage that downloads modules in an existing Dockerfile.

    No cache mount: what is downloaded must stay in the layer for the steps that follow.
    """
    if plan.module_source.value is ModuleSource.VENDOR:
        return (_VENDOR_BLOCK,)
    if plan.dockerfile.value.form is DockerfileForm.PLAIN:
        before = f"{toolchain(plan, whole=False)}{copies_of_block(plan)}"
        text = f"{before}{arguments(plan)}\nRUN go mod download"
    else:
        text = filled(
            "Dockerfile.block.tmpl",
            toolchain=toolchain(plan, whole=False),
            copies=copies_of_block(plan),
            mounts=mounts(plan, cache=False),
            script=script(plan),
        )
    return tuple(text.rstrip("\n").split("\n"))
