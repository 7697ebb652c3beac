"""What the builders share: sources, modules that are there before the build, and what is given.

A build whose Dockerfile is ours finds its modules in a volume, filled by an init container: no
step of it then needs a mirror, a proxy or a login, and none of these reaches the builder.
"""

from __future__ import annotations

import posixpath
import shlex
from dataclasses import dataclass

from wizard.errors import UsageError
from wizard.plan.types import BuildNetwork, DockerfileForm, DockerfilePlace, ModuleSource, Plan
from wizard.render.build_command import build_command
from wizard.render.dockerfile_steps import chdir, workdir
from wizard.render.goenv_file import BRIDGE
from wizard.render.targets.cluster.handed_over import has_ca, other_secrets
from wizard.render.targets.cluster.in_pod import PodNetwork, proxy_env
from wizard.render.targets.options import Options
from wizard.rules.image_reference import DOCKER_HUB, parse_image_reference
from wizard.text import Msg, msg

WORKSPACE = "/workspace"
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "NO_PROXY")


@dataclass(frozen=True, slots=True, kw_only=True)
class ClusterBuild:
    """One build as every builder must do it."""

    modules_first: bool
    """An init container downloads them, and the build itself asks nobody."""
    modules_at: str
    """Where the builder finds them then."""
    context: str
    project: str
    dockerfile: str
    ignore_file: str
    """Of a context that is wider than the project; empty: .dockerignore, as always."""
    arguments: tuple[tuple[str, str], ...]
    proxy_arguments: tuple[tuple[str, str], ...]
    """Of proxies without a login, for the steps of a Dockerfile that is not ours."""
    contexts: tuple[tuple[str, str], ...]
    """(name, folder)."""
    secrets: tuple[str, ...]
    """Ids; each is a file of /run/secrets."""
    lends_key: bool
    """The steps borrow the SSH key."""
    no_network: bool
    notes: tuple[Msg, ...]

    @property
    def modules_in_context(self) -> bool:
        """Whether the modules lie within the context, and so are no context of their own."""
        return self.modules_at.startswith(f"{self.context}/")

    def named_contexts(self) -> tuple[tuple[str, str], ...]:
        """Return (name, folder) of every context beside the first, the modules' included."""
        if not self.modules_first or self.modules_in_context:
            return self.contexts
        return (*self.contexts, ("gomodcache", self.modules_at))


def cluster_build(
    plan: Plan, network: PodNetwork, options: Options, *, by_environment: bool = False
) -> ClusterBuild:
    """Return the build. UsageError where the sources cannot be cloned with what the plan has.

    `by_environment`: the builder hands its own proxies on to the steps.
    """
    if options["repository"].startswith("ssh:") and not plan.ssh.value:
        raise UsageError(
            msg("the plan has no SSH key, and {url} needs one", url=options["repository"]),
            where="repository",
            hint=msg("name it by https://, or answer ssh=true"),
        )
    inputs = plan.inputs
    vendored = plan.module_source.value is ModuleSource.VENDOR
    mounts = plan.dockerfile.value.form is DockerfileForm.MOUNTS
    first = not vendored and mounts and _reads_the_bridge(plan)
    wide = inputs.wide
    root = WORKSPACE + workdir(plan)
    context = root if wide is None else f"{WORKSPACE}/context"
    project = root if wide is None else posixpath.normpath(f"{context}/{wide.project}")
    contexts = (
        ()
        if vendored
        else tuple(
            (name, posixpath.normpath(posixpath.join(project, target)))
            for name, target in inputs.outside_dirs
        )
    )
    at = BRIDGE if wide is None or not wide.cache else f"{context}/{wide.cache}"
    dockerfile = posixpath.join(project, inputs.dockerfile)
    notes: list[Msg] = []
    bare = network.proxy_login and not (first or vendored or by_environment)
    if bare and mounts:
        notes.append(
            msg(
                "the proxy wants a login, and this builder takes one on its command line alone: the"
                " steps of this Dockerfile go without the proxy (dockerfile=beside needs none)"
            )
        )
    lost = [secret.id for secret in plan.secrets.value if secret.id != "goenv"]
    lost += [*(("ssh",) if plan.ssh.value else ()), *(("proxy",) if bare else ())]
    if lost and not (mounts or vendored):
        notes.append(
            msg(
                "this Dockerfile is for the legacy builder, which hands a step nothing of {names};"
                " these builders can: answer dockerfile={answer}",
                names=", ".join(lost),
                answer=f"{plan.dockerfile.value.place.value}+mounts",
            )
        )
    if inputs.outside_dirs or (wide is not None and wide.outside):
        notes.append(msg("folders outside of the project must be in the workspace as well"))
    if plan.build_network.value is BuildNetwork.HOST:
        notes.append(msg("the host's network is the pod's own here"))
    return ClusterBuild(
        modules_first=first,
        modules_at=at,
        context=context,
        project=project,
        dockerfile=dockerfile,
        ignore_file="" if wide is None else f"{dockerfile}.dockerignore",
        arguments=tuple(_arguments(plan, network, mounts=mounts, vendored=vendored).items()),
        proxy_arguments=() if first or vendored else _proxy_arguments(network),
        contexts=contexts,
        secrets=_secrets(plan, first=first) if mounts and not vendored else (),
        lends_key=plan.ssh.value and mounts and not first and not vendored,
        no_network=plan.build_network.value is BuildNetwork.NONE,
        notes=tuple(notes),
    )


def _reads_the_bridge(plan: Plan) -> bool:
    """Return whether the Dockerfile mounts `gomodcache`: ours does, a block only for the bridge."""
    place = plan.dockerfile.value.place
    if place in (DockerfilePlace.CREATE, DockerfilePlace.BESIDE):
        return True
    return place is DockerfilePlace.BLOCK and plan.module_source.value is ModuleSource.BRIDGE


def _secrets(plan: Plan, *, first: bool) -> tuple[str, ...]:
    found = ["goenv"]
    if has_ca(plan):
        found.append("ca")
    if not first:
        if any(secret.id == "netrc" for secret in plan.secrets.value):
            found.append("netrc")
        if plan.ssh.value:
            found.append("known_hosts")
    return (*found, *other_secrets(plan))


def _arguments(plan: Plan, network: PodNetwork, *, mounts: bool, vendored: bool) -> dict[str, str]:
    words = build_command(plan).argv[2:-1]
    found: dict[str, str] = {}
    for flag, word in zip(words[::2], words[1::2], strict=True):
        name, equals, value = word.partition("=")
        if flag == "--build-arg" and name.upper() not in _PROXIES and not name.startswith("GO"):
            found[name] = value if equals else ""
    if "BASE_IMAGE" in found:
        found["BASE_IMAGE"] = network.image
    if not mounts and not vendored:
        found |= {k: v for k, v in network.settings.items() if k != "GOTOOLCHAIN"}
    return found


def _proxy_arguments(network: PodNetwork) -> tuple[tuple[str, str], ...]:
    found = [(name, str(one)) for name, one in proxy_env(network) if one.username is None]
    if found:
        found.append(("NO_PROXY", ",".join(network.no_proxy)))
    return tuple(found)


def download_words(plan: Plan) -> tuple[str, ...]:
    """Return the command that downloads the modules, in the project's folder."""
    return ("go", *shlex.split(chdir(plan)), "mod", "download")


def registries(network: PodNetwork, image: str) -> tuple[str, ...]:
    """Return `host[:port]` of the registries that are asked over TLS; `image`: what is pushed."""
    mirrors = network.hub_mirrors
    found = [one.host for one in mirrors if not one.plain_http]
    plain = {one.host for one in mirrors if one.plain_http}
    for name in (network.image, image):
        parsed = parse_image_reference(name) if name else None
        if parsed is not None and parsed.registry != DOCKER_HUB:
            found.append(parsed.registry)
    return tuple(host for host in dict.fromkeys(found) if host not in plain)
