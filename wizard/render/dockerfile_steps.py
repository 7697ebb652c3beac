"""The parts that Dockerfiles are put together from."""

from __future__ import annotations

import posixpath
import shlex

from wizard.plan.types import DockerfileForm, ModuleSource, Plan
from wizard.render.artifact_template import filled
from wizard.render.goenv_file import BRIDGE, build_settings
from wizard.render.quoting import copy_line, csv_field
from wizard.rules.golang_image import FETCH_STAGE

_OPTIONAL_SECRETS = ("goenv", "ca", "netrc")
"""Always named: a secret that is not handed over is simply not there."""

_BRIDGE_MOUNT = f"type=bind,from=gomodcache,target={BRIDGE}"

FETCHED = (f"export GOPROXY=file://{BRIDGE} GONOPROXY=none",)
"""The modules of the stage that fetched them are all there is: nothing may go past them."""

_FETCH_MOUNT = f"type=bind,from={FETCH_STAGE},source=/go/pkg/mod/cache/download,target={BRIDGE}"

_CONTINUED = " \\\n    "


def workdir(plan: Plan) -> str:
    """Return the folder of the sources, deep enough that `../x` of a replace stays below /src."""
    wide = plan.inputs.wide
    outside = plan.inputs.outside_dirs if wide is None else wide.outside
    depth = max((target.split("/").count("..") for _, target in outside), default=0)
    return "/src" + "/up" * max(depth - 1, 0) + ("/app" if depth else "")


def _module_dir(plan: Plan) -> str:
    """Return the folder whose go.mod the build belongs to, relative; `.` for the root."""
    inputs = plan.inputs
    if inputs.workspace or not inputs.module_dirs:
        return "."
    main = posixpath.normpath(inputs.main_package or ".")
    nested = [d for d in inputs.module_dirs if d != "." and (main == d or main.startswith(f"{d}/"))]
    if nested:
        return max(nested, key=len)
    return "." if "." in inputs.module_dirs else inputs.module_dirs[0]


def chdir(plan: Plan) -> str:
    """Return `-C dir ` for go, where the module to build is not the root's (Go 1.20)."""
    where = _module_dir(plan)
    return "" if where == "." else f"-C {shlex.quote(where)} "


def toolchain(plan: Plan, *, whole: bool) -> str:
    """Return the ENV for a go line newer than the image: a fact of project and image.

    `whole`: as the last words of an ENV that is there already.
    """
    value = plan.gotoolchain.value
    if value is None:
        return ""
    return f" GOTOOLCHAIN={value}" if whole else f"ENV GOTOOLCHAIN={value}\n"


def copy_modules(plan: Plan) -> str:
    """Return a COPY for every module file that the download reads."""
    inputs, top = plan.inputs, _top(plan)
    lines = []
    if inputs.workspace:
        lines.append(copy_line((f"{top}go.work", f"{top}go.work.sum*"), "./"))
    lines += [_module_files(folder, top) for folder in inputs.module_dirs or (".",)]
    lines += [
        copy_line((f"{top}{d}",), f"./{d}/")
        for d in inputs.local_dirs
        if d not in inputs.module_dirs
    ]
    for source, target in () if inputs.wide is None else inputs.wide.outside:
        place = posixpath.normpath(posixpath.join(workdir(plan), target))
        lines.append(copy_line((f"{source}/go.mod", f"{source}/go.sum*"), f"{place}/"))
    for name, target in inputs.outside_dirs:
        place = posixpath.normpath(posixpath.join(workdir(plan), target))
        lines.append(copy_line(("go.mod", "go.sum*"), f"{place}/", source_stage=name))
    return "\n".join(lines)


def _module_files(folder: str, top: str = "") -> str:
    prefix = "" if folder == "." else f"{folder}/"
    return copy_line((f"{top}{prefix}go.mod", f"{top}{prefix}go.sum*"), f"./{prefix}")


def _top(plan: Plan) -> str:
    """Return the project's folder in the context, with a slash; empty where that is all of it."""
    wide = plan.inputs.wide
    return "" if wide is None or wide.project == "." else f"{wide.project}/"


def copy_all(plan: Plan) -> str:
    """Return the COPY of the whole project."""
    return copy_line((_top(plan) or ".",), "./" if _top(plan) else ".")


def contexts(plan: Plan) -> str:
    """Return an empty stage for every folder outside; `--build-context` takes its place."""
    stages = [f"FROM scratch AS {name}\n" for name, _ in plan.inputs.outside_dirs]
    if not stages:
        return ""
    note = "# Folders outside of the project; `--build-context NAME=FOLDER` hands them over.\n"
    return "".join(("\n", note, *stages))


def copy_outside(plan: Plan) -> str:
    """Return a COPY for every folder outside of the project, each with its line end."""
    lines: list[str] = []
    for source, target in () if plan.inputs.wide is None else plan.inputs.wide.outside:
        place = posixpath.normpath(posixpath.join(workdir(plan), target))
        lines.append(copy_line((f"{source}/",), f"{place}/") + "\n")
    for name, target in plan.inputs.outside_dirs:
        place = posixpath.normpath(posixpath.join(workdir(plan), target))
        lines.append(copy_line((".",), f"{place}/", source_stage=name) + "\n")
    return "".join(lines)


def copies_of_block(plan: Plan) -> str:
    """Return a COPY for what the stage of a block may lack, each with its line end.

    The stage copies go.mod and go.sum of the root by itself; its working folder is the root's.
    """
    inputs = plan.inputs
    lines = [copy_line(("go.work", "go.work.sum*"), "./")] if inputs.workspace else []
    needed = inputs.module_dirs if inputs.workspace else inputs.local_dirs
    for folder in needed:
        known = folder in inputs.module_dirs
        lines.append(_module_files(folder) if known else copy_line((folder,), f"./{folder}/"))
    for name, target in inputs.outside_dirs:
        lines += ["# hadolint ignore=DL3022", copy_line((".",), f"{target}/", source_stage=name)]
    return "".join(f"{line}\n" for line in lines)


def mounts(plan: Plan, *, cache: bool) -> str:
    """Return the mounts of a step that may use the network, one a line."""
    return _CONTINUED.join(mount_options(plan, cache=cache))


def mount_options(plan: Plan, *, cache: bool) -> tuple[str, ...]:
    """Return the mounts of a step that may use the network.

    Mode 0444: the step may run as a user that is not root.
    """
    options = [f"type=secret,id={id_},mode=0444" for id_ in _OPTIONAL_SECRETS]
    if plan.ssh.value:
        options += ["type=secret,id=known_hosts,mode=0444", "type=ssh,mode=0666"]
    if cache:
        options = ["type=cache,id=go-mod,target=/go/pkg/mod", _bridge(plan), *options]
    elif plan.module_source.value is ModuleSource.BRIDGE:
        # A block cannot bring the empty stage that stands in where no context is given.
        options = [_BRIDGE_MOUNT, *options]
    elif plan.inputs.fetch_image:
        options = [_FETCH_MOUNT, *options]
    return tuple(f"--mount={option}" for option in options)


def fetch_stage(plan: Plan) -> tuple[str, ...]:
    """Return a stage that downloads the modules with git; nothing where none is needed.

    What it downloaded stays in it: the stage that builds mounts it, and no image keeps it.
    """
    image = plan.inputs.fetch_image
    if not image:
        return ()
    options = [option for option in mount_options(plan, cache=False) if BRIDGE not in option]
    lines = (
        "# The image of the stage that builds has no git, which private modules come by.",
        f"FROM {image} AS {FETCH_STAGE}",
        "# hadolint ignore=DL3002",
        "USER 0",
        f"WORKDIR {workdir(plan)}",
        f"ENV GOMODCACHE=/go/pkg/mod{toolchain(plan, whole=True)}",
        copy_modules(plan),
        "# hadolint ignore=SC2016",
        f"RUN {_CONTINUED.join(options)} \\",
        "    eval \"$(printf '%s\\n' \\",
        _quoted_lines(("set -eu", *prelude(plan))),
        '    )"; \\',
        f"    go {chdir(plan)}mod download",
    )
    return tuple("\n".join(lines).split("\n"))


def _bridge(plan: Plan) -> str:
    wide = plan.inputs.wide
    if wide is None or not wide.cache:
        return _BRIDGE_MOUNT
    return f"type=bind,{csv_field('source', wide.cache)},target={BRIDGE}"


def script(plan: Plan) -> str:
    """Return the body of with-network as quoted words for printf, comments between them."""
    return _quoted_lines(("set -eu", *prelude(plan), '"$@"'))


def _quoted_lines(lines: tuple[str, ...]) -> str:
    """Return lines of shell as words for printf; the Dockerfile's reader drops the comments."""
    return "\n".join(
        f"    {line}" if line.startswith("#") else f"    {_word(line)} \\" for line in lines
    )


def prelude(plan: Plan) -> tuple[str, ...]:
    """Return the lines of shell that make a step's environment out of the secrets.

    They run in a shell of the user's too, so they neither set its options nor leave by `exit`.
    """
    lines = filled("with-network.sh.tmpl").splitlines()
    if plan.ssh.value:
        rewrites = plan.inputs.ssh_rewrites
        lines += filled("with-ssh.sh.tmpl", count=str(len(rewrites))).splitlines()
        for index, (base, instead_of) in enumerate(rewrites):
            key = shlex.quote(f"GIT_CONFIG_KEY_{index}=url.{base}.insteadOf")
            value = shlex.quote(f"GIT_CONFIG_VALUE_{index}={instead_of}")
            lines.append(f"export {key} {value}")
    return tuple(lines)


def _word(line: str) -> str:
    """Return `line` in single quotes, whatever it holds: printf writes it as it is."""
    return "'" + line.replace("'", "'\\''") + "'"


def arguments(plan: Plan) -> str:
    """Return an ARG for every module setting, for a builder without secrets."""
    names = ["GOPROXY", "GOSUMDB", "GOPRIVATE", "GONOPROXY", "GONOSUMDB"]
    names += [n for n in build_settings(plan) if n not in names and n != "GOTOOLCHAIN"]
    # hadolint takes "PRIVATE" for a secret; it is a list of module paths.
    ignore = "# hadolint ignore=DL3064\n"
    return "\n".join(f"{ignore if 'PRIVATE' in name else ''}ARG {name}" for name in names)


def build_step(plan: Plan) -> str:
    """Return the command that compiles the main package, or every package of a library."""
    inputs = plan.inputs
    flags = "-mod=vendor " if plan.module_source.value is ModuleSource.VENDOR else ""
    where = _module_dir(plan)
    wrapper = ""
    if plan.module_source.value is not ModuleSource.VENDOR and _has_mounts(plan):
        wrapper = "with-network "
    if not inputs.main_package:
        return f"{wrapper}go {chdir(plan)}build {flags}./..."
    main = posixpath.relpath(posixpath.normpath(inputs.main_package), where)
    package = "." if main == "." else shlex.quote(f"./{main}")
    return f"CGO_ENABLED=0 {wrapper}go {chdir(plan)}build {flags}-trimpath -o /out/app {package}"


def _has_mounts(plan: Plan) -> bool:
    return plan.dockerfile.value.form is DockerfileForm.MOUNTS
