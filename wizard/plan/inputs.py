"""What of the project and of this machine the artifacts have to name."""

from __future__ import annotations

import hashlib
import posixpath
import re
from pathlib import PurePath, PurePosixPath

from wizard.facts import Facts
from wizard.facts.docker import Flavour
from wizard.facts.proxy import Reader
from wizard.plan.credentials import ssh_key, ssh_rewrites
from wizard.plan.project import has_named_contexts, needs_variable
from wizard.plan.types import Answers, BuildInputs, DockerfilePlace, DockerfileShape, WideContext
from wizard.rules.proxy_url import ProxyUrl

_NO_FILE_HERE = {Flavour.PODMAN, Flavour.REMOTE, Flavour.RANCHER, Flavour.COLIMA}
"""Where daemon.json is on another machine, or rewritten at every start."""

_LONGEST_NAME = 100
"""Characters of an image's name: Docker takes 255 for all of it, registries often 128."""


def config_home(facts: Facts) -> str:
    """Return the folder of the user's configuration, the one that Go uses too."""
    if facts.config_home:
        return facts.config_home
    env_file = facts.go.env_file.value
    if env_file is not None and env_file.endswith("/go/env"):
        return posixpath.dirname(posixpath.dirname(env_file))
    return ""


def config_dir(facts: Facts) -> str:
    """Return the folder of this project's build inputs; the same for the same project."""
    home, root = config_home(facts), facts.project.root.value or ""
    if not home:
        return ""
    # A folder's name may be bytes that are no UTF-8; they come as surrogates, and go back.
    digest = hashlib.sha256(root.encode("utf-8", "surrogateescape")).hexdigest()[:8]
    return f"{home}/gomod-wizard/{_slug(PurePosixPath(root).name)}-{digest}"


def _slug(text: str) -> str:
    """Return `text` as an image name's component: lower case, digits, single separators."""
    short = text[-_LONGEST_NAME:].lower()
    return re.sub(r"[^a-z0-9]+", "-", short).strip("-") or "app"


def _image_tag(facts: Facts) -> str:
    modules = facts.project.modules.or_else(())
    root = next((one.mod.module for one in modules if one.directory == "."), "")
    name = re.sub(r"/v[0-9]{1,9}$", "", root[-_LONGEST_NAME * 2 :]).rpartition("/")[2]
    return _slug(name or PurePosixPath(facts.project.root.value or "").name)


def _main_package(facts: Facts) -> str:
    packages = facts.project.main_packages.or_else(())
    if not packages:
        return ""
    first = packages[0].strip("/")
    return "." if first in ("", ".") else f"./{first.removeprefix('./')}"


def _dockerfile(facts: Facts, shape: DockerfileShape) -> str:
    found = facts.project.dockerfile.value
    if shape.place is DockerfilePlace.BESIDE:
        return "Dockerfile.gomod"
    if found is None:
        return "Dockerfile"
    # Relative: the command is run in the project's folder, in any copy of it.
    path, root = PurePath(found.path), facts.project.root.value or ""
    return path.relative_to(root).as_posix() if root and path.is_relative_to(root) else found.path


def daemon_json_path(facts: Facts) -> str:
    """Where no engine answers and none left a file, there is nobody to write it for."""
    config, engine = facts.docker.daemon_json.value, facts.docker.engine.value
    if config is None or (engine is None and not config.exists):
        return ""
    return "" if engine is not None and engine.flavour in _NO_FILE_HERE else config.path


def _caller_proxies(facts: Facts) -> tuple[tuple[str, str], ...]:
    """Return each proxy variable and the spelling that Go takes it from in this shell."""
    found: dict[str, str] = {}
    for setting in facts.proxy.settings.or_else(()):
        if setting.reader is Reader.PROCESS and (setting.url or setting.text):
            current = found.get(setting.name)
            if current is None or setting.spelled == setting.name:
                found[setting.name] = setting.spelled
    return tuple(sorted(found.items()))


def _caller_values(facts: Facts) -> tuple[tuple[str, ProxyUrl], ...]:
    environment = facts.proxy.effective.value
    if environment is None:
        return ()
    pairs = (("HTTP_PROXY", environment.http), ("HTTPS_PROXY", environment.https))
    return tuple((name, proxy) for name, proxy in pairs if proxy is not None)


def _outside_dirs(facts: Facts) -> tuple[tuple[str, str], ...]:
    if not has_named_contexts(facts):
        return ()
    targets = dict.fromkeys(
        one.target for one in facts.project.replaces.or_else(()) if one.outside and one.exists
    )
    named: dict[str, str] = {}
    for target in targets:
        name = base = f"outside-{_slug(PurePosixPath(target).name)}"
        count = 2
        while name in named:
            name, count = f"{base}-{count}", count + 1
        named[name] = target
    return tuple(named.items())


def gather_inputs(
    facts: Facts,
    shape: DockerfileShape,
    answers: Answers,
    *,
    drop_syntax: bool,
    engine_proxies: tuple[tuple[str, str], ...],
    fetch_image: str = "",
    wide: WideContext | None = None,
) -> BuildInputs:
    """Return what the artifacts name beside decided values."""
    project, docker = facts.project, facts.docker
    modules = project.modules.or_else(())
    directories = sorted({one.directory for one in modules}, key=lambda d: (d != ".", d))
    workspace = project.workspace.value
    ignore = project.dockerignore.value
    reason, until = answers.get("reason"), answers.get("until")
    client, engine = docker.client.value, docker.engine.value
    client_config = docker.client_config.value
    local = dict.fromkeys(
        one.target for one in project.replaces.or_else(()) if not one.outside and one.exists
    )
    return BuildInputs(
        project_root=project.root.value or "",
        module_dirs=tuple(directories),
        sum_dirs=tuple(
            d for d in directories if any(m.directory == d and m.has_sum for m in modules)
        ),
        workspace=workspace is not None,
        workspace_sum=workspace is not None and workspace.has_sum,
        local_dirs=tuple(local),
        main_package=_main_package(facts),
        image_tag=_image_tag(facts),
        config_dir=config_dir(facts),
        go_env_file=facts.go.env_file.value or "",
        daemon_json=daemon_json_path(facts),
        docker_config="" if client_config is None else client_config.path,
        dockerfile=_dockerfile(facts, shape),
        engine="" if engine is None else engine.version,
        client="" if client is None else (client.version or ""),
        buildx=client is not None and client.buildx is not None,
        has_go=facts.go.toolchain.value is not None,
        buildkit_variable=needs_variable(facts, shape.form),
        caller_proxies=_caller_proxies(facts),
        caller_values=_caller_values(facts),
        ssh_rewrites=ssh_rewrites(facts),
        ssh_key=ssh_key(facts),
        outside_dirs=_outside_dirs(facts),
        wide=None if shape.place is not DockerfilePlace.BESIDE else wide,
        mod_cache=facts.go.mod_cache.value or "",
        engine_proxies=engine_proxies,
        engine_mirrors=() if engine is None else tuple(engine.registry_mirrors),
        fetch_image=fetch_image,
        drop_syntax=drop_syntax,
        ignore_exists=ignore is not None,
        hidden=() if ignore is None else tuple(dict.fromkeys(path for path, _ in ignore.hides)),
        waiver=None
        if reason is None or until is None
        else (reason.text.strip(), until.text.strip()),
    )
