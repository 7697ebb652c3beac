"""A builder in a container: `docker buildx create --driver docker-container`."""

from __future__ import annotations

from collections.abc import Iterator

from wizard.plan.types import BuildNetwork, Plan
from wizard.render.artifact_template import filled
from wizard.render.quoting import csv_field, posix
from wizard.render.targets.builders.buildkitd_toml import buildkitd_toml
from wizard.render.targets.builders.registries import ca_text
from wizard.render.targets.options import Options
from wizard.render.targets.types import Target
from wizard.render.types import Artifact, Scope, Whole
from wizard.rules.proxy_url import ProxyUrl
from wizard.text import msg

FOLDER = "deploy/gomod"
"""Below the project; the script goes there by itself."""

_HEAD = """\
# Written by gomod-wizard for a builder in a container, which has nothing of the engine's
# daemon.json: resolvers, mirrors and authorities must be told to it again.
# `deploy/gomod/create-builder.sh` creates it; buildx copies the files of `ca` into it. They are
# for pulling images; a RUN step gets the authority as a secret.
"""

_NO_LOGIN = """\
# The proxy here wants a login, and is left out: as a driver option, buildx would keep the password
# in clear text in its own files and in the environment of the builder's container. RUN steps get
# it all the same, out of the caller's environment. What FROM names must come from a mirror that
# needs no proxy, or from the engine's own builder; a remote builder can keep the login for itself.
"""


def _render(plan: Plan, options: Options) -> tuple[Artifact, ...]:
    del options
    toml = buildkitd_toml(plan, head=_HEAD, ca_file=f"{FOLDER}/ca.pem")
    words = tuple(_driver_options(plan))
    login = any(proxy.username is not None for _, proxy in container_proxies(plan))
    script = filled(
        "create-builder.sh.tmpl",
        mtu="" if plan.mtu.value is None or _on_host(plan) else _mtu_check(plan.mtu.value),
        note=_NO_LOGIN if login else "",
        options=" \\\n    ".join(posix(("--driver-opt", word)) for word in words),
    )
    return (
        *ca_artifact(plan, FOLDER),
        Artifact(
            name=f"{FOLDER}/buildkitd.toml",
            scope=Scope.PROJECT,
            path=f"{FOLDER}/buildkitd.toml",
            content=Whole(text=toml),
            standalone=toml,
            because=(msg("a builder in a container sees nothing of daemon.json"),),
            decisions=("dns", "dns_search", "registry_mirrors", "ca", "build_network"),
        ),
        Artifact(
            name=f"{FOLDER}/create-builder.sh",
            scope=Scope.PROJECT,
            path=f"{FOLDER}/create-builder.sh",
            content=Whole(text=script),
            standalone=script,
            because=(msg("creates that builder with the proxies of this plan"),),
            mode=0o755,
            decisions=("container_proxy", "no_proxy", "build_network", "mtu"),
        ),
    )


def ca_artifact(plan: Plan, folder: str) -> tuple[Artifact, ...]:
    """Return the authorities of the plan as a file in `folder`; nothing where none is needed."""
    pem = ca_text(plan)
    if not pem:
        return ()
    return (
        Artifact(
            name=f"{folder}/ca.pem",
            scope=Scope.PROJECT,
            path=f"{folder}/ca.pem",
            content=Whole(text=pem),
            standalone=pem,
            because=(plan.ca.because,),
            decisions=("ca",),
        ),
    )


def container_proxies(plan: Plan) -> tuple[tuple[str, ProxyUrl], ...]:
    """Return (variable, proxy) as a container names it."""
    value = plan.container_proxy.value
    if value is None:
        return ()
    pairs = (("HTTP_PROXY", value.http), ("HTTPS_PROXY", value.https))
    return tuple((name, proxy) for name, proxy in pairs if proxy is not None)


def _on_host(plan: Plan) -> bool:
    return plan.build_network.value is BuildNetwork.HOST


def _driver_options(plan: Plan) -> Iterator[str]:
    """Yield `--driver-opt` words: each is a line of CSV, which a list of hosts needs quoted."""
    yield "default-load=true"
    if _on_host(plan):
        yield "network=host"
    told = [pair for pair in container_proxies(plan) if pair[1].username is None]
    for name, proxy in told:
        yield csv_field(f"env.{name}", proxy.reveal())
    if told and plan.no_proxy.value:
        yield csv_field("env.NO_PROXY", ",".join(plan.no_proxy.value))


def _mtu_check(mtu: int) -> str:
    return filled("builder-mtu.sh.tmpl", mtu=str(mtu))


BUILDKITD = Target(
    name="buildkitd",
    summary=msg("a builder in a container, with buildkitd.toml"),
    render=_render,
)
