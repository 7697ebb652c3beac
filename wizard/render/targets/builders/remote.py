"""A builder on another machine: its buildkitd.toml, its service's proxies, and the way to it."""

from __future__ import annotations

from wizard.errors import UsageError
from wizard.plan.types import BuildNetwork, Plan
from wizard.render.artifact_template import filled
from wizard.render.targets.builders.buildkitd import ca_artifact, container_proxies
from wizard.render.targets.builders.buildkitd_toml import buildkitd_toml
from wizard.render.targets.options import Options
from wizard.render.targets.types import Target
from wizard.render.types import Artifact, Scope, Whole
from wizard.rules.addresses import means_this_machine
from wizard.rules.proxy_url import ProxyUrl
from wizard.text import msg

FOLDER = "deploy/gomod/remote"

_HEAD = """\
# Written by gomod-wizard: /etc/buildkit/buildkitd.toml of the machine that builds for others.
# Only who shows a certificate of tls/ca.pem may build: root on that machine is what a builder
# gives away. `ca.pem` is for pulling images; a RUN step gets the authority as a secret.
"""

_GRPC = """\
[grpc]
address = ["unix:///run/buildkit/buildkitd.sock", "tcp://0.0.0.0:1234"]

[grpc.tls]
cert = "/etc/buildkit/tls/cert.pem"
key = "/etc/buildkit/tls/key.pem"
ca = "/etc/buildkit/tls/ca.pem"
"""


def _render(plan: Plan, options: Options) -> tuple[Artifact, ...]:
    proxies = container_proxies(plan)
    _refuse_loopback(plan, proxies)
    toml = buildkitd_toml(plan, head=_HEAD, grpc=_GRPC, ca_file="/etc/buildkit/ca.pem")
    script = filled(
        "connect-builder.sh.tmpl",
        address=f":-{options['builder_address']}" if options["builder_address"] else _NO_ADDRESS,
        host_network=_HOST_NETWORK if plan.build_network.value is BuildNetwork.HOST else "",
    )
    found = [
        *ca_artifact(plan, FOLDER),
        Artifact(
            name=f"{FOLDER}/buildkitd.toml",
            scope=Scope.PROJECT,
            path=f"{FOLDER}/buildkitd.toml",
            content=Whole(text=toml),
            standalone=toml,
            because=(msg("a builder elsewhere sees nothing of this machine's settings"),),
            decisions=("dns", "dns_search", "registry_mirrors", "ca", "build_network"),
        ),
        Artifact(
            name=f"{FOLDER}/connect-builder.sh",
            scope=Scope.PROJECT,
            path=f"{FOLDER}/connect-builder.sh",
            content=Whole(text=script),
            standalone=script,
            because=(msg("makes buildx know that builder, by certificates"),),
            mode=0o755,
        ),
    ]
    if proxies:
        found.append(_drop_in(plan, proxies))
    return tuple(found)


_NO_ADDRESS = ":?say where buildkitd listens: tcp://HOST:1234"

_HOST_NETWORK = """\
# This plan's RUN steps use the host's network, which is that machine's there: add
# `--allow network.host` to each build.
"""


def _refuse_loopback(plan: Plan, proxies: tuple[tuple[str, ProxyUrl], ...]) -> None:
    """Raise UsageError for a proxy on this very machine: another one reaches something else."""
    value = plan.container_proxy.value
    rewritten = value is not None and value.rewritten
    for _, proxy in proxies:
        if rewritten or means_this_machine(proxy.host):
            raise UsageError(
                msg("the proxy {proxy} is this machine itself", proxy=proxy),
                where="buildkitd-remote",
                hint=msg(
                    "a builder elsewhere cannot reach it: say with --set container_proxy=URL what"
                    " that machine uses"
                ),
            )


def _drop_in(plan: Plan, proxies: tuple[tuple[str, ProxyUrl], ...]) -> Artifact:
    """Return the service's proxies; a login is read from a file of that machine's own."""
    login = any(proxy.username is not None for _, proxy in proxies)
    variables = [f"{name}={proxy.reveal()}" for name, proxy in proxies if proxy.username is None]
    if plan.no_proxy.value:
        variables.append(f"NO_PROXY={','.join(plan.no_proxy.value)}")
    names = ", ".join(name for name, proxy in proxies if proxy.username is not None)
    text = filled(
        "buildkit-proxy.conf.tmpl",
        login=_LOGIN.format(names=names) if login else "",
        environment="\n".join(f"Environment={_unit_word(one)}" for one in variables),
    )
    return Artifact(
        name=f"{FOLDER}/buildkit-proxy.conf",
        scope=Scope.PROJECT,
        path=f"{FOLDER}/buildkit-proxy.conf",
        content=Whole(text=text),
        standalone=text,
        because=(plan.container_proxy.because,),
        decisions=("container_proxy", "no_proxy"),
    )


_LOGIN = """\
# The proxy wants a login. Write into this file, mode 0600 and root's, by hand:
# {names}
EnvironmentFile=/etc/buildkit/proxy.env
"""


def _unit_word(text: str) -> str:
    """Return `text` as a quoted word of a systemd unit, where `%` begins a specifier."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return f'"{escaped}"'


BUILDKITD_REMOTE = Target(
    name="buildkitd-remote",
    summary=msg("a builder on another machine, reached with certificates"),
    render=_render,
)
