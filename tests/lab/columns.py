"""The columns for comparison: what people use today, on the very same networks.

- *static*: the parts marked [S] of a widely read tutorial's recipe, applied blindly.
- *plain*: a good multi-stage Dockerfile with cache mounts, and no network set-up at all.

The recipe's daemon.json has `iptables: false`, which leaves builds without a way out of the bridge
wherever nothing else translates addresses: that alone decides most of its lines. On another machine
(`no-engine`) the daemon.json cannot be applied, and the Dockerfile alone is measured.

Each gets the network afresh, and the project's own Dockerfile is put aside, as the recipe's reader
would. `builds` means the same as for the program: a cold build that ends well.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from . import builds, company, developer, elsewhere, names, shell

if TYPE_CHECKING:
    from .developer import Desk
    from .scenario import Scenario
    from .trial import Row

# Seconds until a build is cut. The recipe's hang where its daemon.json leaves no way out, and take
# three where they work; the plain one compiles Go's runtime into its own empty cache mount.
STATIC_LIMIT: Final = 25.0
PLAIN_LIMIT: Final = 90.0

STATIC_DOCKERFILE: Final = """\
FROM golang:1.27-bookworm AS deps
ENV GOPROXY=https://goproxy.cn,direct
ENV GONOPROXY=git.corp.example
ENV GOSUMDB=off
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download

FROM deps AS build
COPY . .
RUN go build -o /usr/local/bin/app .
CMD ["app"]
"""
STATIC_DAEMON_JSON: Final = f"""\
{{
  "bip": "192.168.100.1/24",
  "fixed-cidr": "192.168.100.0/25",
  "mtu": 1450,
  "iptables": false,
  "ip-forward": true,
  "userland-proxy": false,
  "default-address-pools": [{{"base": "192.168.128.0/17", "size": 24}}],
  "dns": ["{names.COMPANY_RESOLVER}", "8.8.8.8"],
  "dns-search": ["corp.example"]
}}
"""
PLAIN_DOCKERFILE: Final = """\
FROM golang:1.27-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN --mount=type=cache,target=/go/pkg/mod go mod download
COPY . .
RUN --mount=type=cache,target=/go/pkg/mod --mount=type=cache,target=/root/.cache/go-build \\
    go build -o /usr/local/bin/app .
CMD ["app"]
"""


def measure(network: Scenario, row: Row) -> None:
    """Fill both columns of a network's line."""
    try:
        row.static_recipe = _builds(network, STATIC_DOCKERFILE, STATIC_DAEMON_JSON, STATIC_LIMIT)
        row.plain = _builds(network, PLAIN_DOCKERFILE, None, PLAIN_LIMIT)
    except shell.LabError as error:
        row.notes.append(f"a column could not be measured: {error}")


def _builds(network: Scenario, dockerfile: str, daemon_json: str | None, limit: float) -> bool:
    """Whether the project builds in this network, fresh, with this Dockerfile and daemon.json."""
    with company.running(network) as around, developer.at_work(network, around) as desk:
        desk.machine.write(f"{developer.PROJECT}/Dockerfile", dockerfile)
        argv = ["docker", "build", "."]
        if not network.engine.installed:
            return elsewhere.build(network, around, desk, argv, {}, limit).ok
        if daemon_json is not None and not _restarted(desk, daemon_json):
            return False
        return desk.run(builds.cold_for(desk, argv), timeout=limit).ok


def _restarted(desk: Desk, daemon_json: str) -> bool:
    desk.machine.write("/etc/docker/daemon.json", daemon_json)
    return desk.machine.run(["systemctl", "restart", "docker"], timeout=60).ok
