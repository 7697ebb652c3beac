"""The Dockerfile: whole, or as a block in one that stands there."""

from __future__ import annotations

import posixpath
import re

from wizard.plan.types import DockerfileForm, DockerfilePlace, ModuleSource, Plan
from wizard.plan.values import is_portable_image
from wizard.render.artifact_template import filled
from wizard.render.dockerfile_steps import (
    FETCHED,
    arguments,
    build_step,
    chdir,
    contexts,
    copies_of_block,
    copy_all,
    copy_modules,
    copy_outside,
    fetch_stage,
    mount_options,
    mounts,
    prelude,
    script,
    toolchain,
    workdir,
)
from wizard.render.goenv_file import build_settings
from wizard.render.types import Artifact, DockerfileBlock, Scope, Whole
from wizard.text import msg

_NETWORK_BLOCK = (
    "# What differs between networks comes in as optional secrets: `gomod-wizard build-command`."
)
_VENDOR_BLOCK = "# Every module is in vendor/: nothing is downloaded here."


def dockerfile(plan: Plan) -> tuple[Artifact, ...]:
    """Return the Dockerfile; nothing where the plan keeps the one that stands there."""
    shape = plan.dockerfile.value
    if shape.place is DockerfilePlace.KEEP:
        return ()
    whole = whole_text(plan)
    decisions: tuple[str, ...] = ("dockerfile", "base_image", "module_source", "ssh", "goauth")
    if shape.place is DockerfilePlace.BLOCK:
        return (
            Artifact(
                name=posixpath.basename(plan.inputs.dockerfile),
                scope=Scope.PROJECT,
                path=plan.inputs.dockerfile,
                content=DockerfileBlock(
                    stage=shape.stage,
                    lines=block_lines(plan),
                    build_mounts=_block_mounts(plan),
                    prelude=prelude(plan) if _served(plan) else (),
                    fetch=fetch_stage(plan),
                    fetched=FETCHED if plan.inputs.fetch_image else (),
                    settings=_handed_over(plan),
                    offline=plan.module_source.value is ModuleSource.VENDOR,
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
            copy_all=copy_all(plan),
            copy_outside=copy_outside(plan),
            mounts=mounts(plan, cache=True),
            chdir=chdir(plan),
            **values,
        )
    return text.rstrip("\n") + "\n"


def block_lines(plan: Plan) -> tuple[str, ...]:
    """Return what stands before the first step of a stage that runs go in an existing Dockerfile.

    The steps themselves stay the user's: see `prelude`.
    """
    if plan.module_source.value is ModuleSource.VENDOR:
        return (_VENDOR_BLOCK,)
    before = f"{toolchain(plan, whole=False)}{copies_of_block(plan)}"
    if plan.dockerfile.value.form is DockerfileForm.PLAIN:
        text = f"{before}{arguments(plan)}"
    else:
        text = f"{_NETWORK_BLOCK}\n{before}"
    return tuple(text.rstrip("\n").split("\n"))


def _served(plan: Plan) -> bool:
    """Return whether steps of an existing Dockerfile are given mounts and prelude."""
    return (
        plan.module_source.value is not ModuleSource.VENDOR
        and plan.dockerfile.value.form is not DockerfileForm.PLAIN
    )


def _block_mounts(plan: Plan) -> tuple[str, ...]:
    """No cache mount: what is downloaded must stay in the layer for the steps that follow."""
    return mount_options(plan, cache=False) if _served(plan) else ()


def _handed_over(plan: Plan) -> tuple[str, ...]:
    """Return the settings that an ENV of the file would take away from some steps."""
    if plan.module_source.value is ModuleSource.VENDOR:
        return ()
    settings = tuple(build_settings(plan))
    if not _served(plan):
        return tuple(name for name in settings if name != "GOTOOLCHAIN")
    given = any(secret.id == "goenv" for secret in plan.secrets.value)
    return tuple(name for name in settings if given and name in {"GOPROXY", "GOSUMDB"})
