"""What a module proxy must know, from the plan: its upstreams, and what is private.

Athens' names after gomods/athens pkg/config/config.go (`envconfig` tags), config.dev.toml; what its
go is given after pkg/module/prepare_env.go: PATH, HOME, GIT_SSH*, the proxies, and
ATHENS_GO_BINARY_ENV_VARS, so that SSL_CERT_FILE must stand in the last.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

from wizard.plan.types import Plan
from wizard.render.targets.cluster.handed_over import has_ca
from wizard.render.targets.cluster.in_pod import PodNetwork, pod_network
from wizard.rules.goproxy import DEFAULT_GOSUMDB, SumDb, parse_goproxy, parse_gosumdb
from wizard.rules.image_reference import parse_image_reference
from wizard.rules.public_hosts import GO_MIRROR

STORAGE = "/var/lib/module-proxy"
"""Where modules are kept; it survives."""
SCRATCH = "/scratch"
"""Where go and git work, and the home folder: what lies there may be lost."""
ROOTS = f"{SCRATCH}/roots.pem"
CA_FILE = "/gomod-ca/ca.pem"
START = "/gomod/start.sh"
MODES = "/gomod/download-mode.hcl"
NETRC = "/run/secrets/netrc"

ATHENS_IMAGE = "gomods/athens:v0.18.1"
"""Not v0.15.1, whose go is older than 1.21, nor v0.15.2, whose go finds no GOROOT and so does not
start (gomods/athens#1990); from #1989 on the image is made from that of golang.
"""
GOPROXY_IMAGE = "ghcr.io/goproxy/goproxy:0.20.0"
_DEFAULT_UPSTREAM = f"{GO_MIRROR},direct"
_UPPER = re.compile(r"[A-Z]")


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyValues:
    """One plan's values, as a module proxy elsewhere can use them."""

    network: PodNetwork
    private: tuple[str, ...]
    """Patterns that no public mirror and no checksum database may hear of."""
    go: Mapping[str, str]
    """Variables of the proxy's own go."""
    sumdb: str
    """`https://…` of the checksum database that it relays; empty where it cannot."""
    ca: bool


def proxy_values(plan: Plan) -> ProxyValues:
    """Return them; this machine's loopback is not there, as it is not in a pod."""
    network = pod_network(plan)
    private = private_patterns(plan)
    go = {"GOPROXY": network.settings.get("GOPROXY", _DEFAULT_UPSTREAM)}
    if "GOSUMDB" in network.settings:
        go["GOSUMDB"] = network.settings["GOSUMDB"]
    if plan.goprivate.value:
        go["GOPRIVATE"] = ",".join(plan.goprivate.value)
    if plan.gonoproxy.value:
        go["GONOPROXY"] = ",".join(plan.gonoproxy.value)
    if private:
        go["GONOSUMDB"] = ",".join(private)
    if plan.goinsecure.value:
        go["GOINSECURE"] = ",".join(plan.goinsecure.value)
    # Its go must not ask for a password that nobody types. And it must serve modules that want a
    # newer go than the image has: without a go.env beside it, Athens' go answers 404 for them
    # (gomods/athens#2054), and `auto` fetches that toolchain from the same GOPROXY.
    go |= {"GIT_TERMINAL_PROMPT": "0", "GOTOOLCHAIN": "auto"}
    ca = has_ca(plan)
    if ca:
        go |= {"SSL_CERT_FILE": ROOTS, "GIT_SSL_CAINFO": ROOTS}
    return ProxyValues(
        network=network, private=private, go=go, sumdb=_sumdb(go.get("GOSUMDB")), ca=ca
    )


def private_patterns(plan: Plan) -> tuple[str, ...]:
    """Return every pattern that the plan keeps from outsiders, without `none`."""
    lists = (plan.goprivate.value, plan.gonosumdb.value, plan.gonoproxy.value)
    return tuple(dict.fromkeys(one for values in lists for one in values if one != "none"))


def _sumdb(value: str | None) -> str:
    """Return the database as ATHENS_SUM_DBS takes it: it is relayed under its host's name."""
    parsed = parse_gosumdb(value or DEFAULT_GOSUMDB)
    if not isinstance(parsed, SumDb):
        return ""
    name = parsed.name
    if name == DEFAULT_GOSUMDB:
        return f"https://{DEFAULT_GOSUMDB}"
    if parsed.url is None:
        return ""
    url = urlsplit(parsed.url)
    fits = url.scheme == "https" and url.netloc == name and url.path in ("", "/")
    return f"https://{name}" if fits else ""


def env_list(values: Mapping[str, str]) -> str:
    """Return ATHENS_GO_BINARY_ENV_VARS: `K=V` by `;`, which no value may hold (EnvList.Decode)."""
    return ";".join(f"{name}={value.replace(';', '%3B')}" for name, value in values.items())


def no_sum_patterns(patterns: tuple[str, ...]) -> str:
    """Return ATHENS_GONOSUM_PATTERNS for these patterns of Go's.

    Athens matches them on what it is asked, `path@version` with `!x` for `X`, and takes no `/` at
    the end (pkg/paths/path.go MatchesPattern, actions/sumdb.go): without `@*` a module whose whole
    path is the pattern would be asked of the database, and so would one with a capital letter.
    """
    found: dict[str, None] = {}
    for raw in patterns:
        plain = raw.rstrip("/")
        for one in (plain, _UPPER.sub(lambda m: "!" + m[0].lower(), plain)):
            found |= {one: None, f"{one}@*": None}
    return ",".join(found)


def athens_env(values: ProxyValues) -> dict[str, str]:
    """Return Athens' own variables, beside netrc and the proxies."""
    found = {
        "ATHENS_STORAGE_TYPE": "disk",
        "ATHENS_DISK_STORAGE_ROOT": STORAGE,
        "ATHENS_GOGET_DIR": SCRATCH,
        "ATHENS_PORT": ":3000",
        "ATHENS_LOG_LEVEL": "info",
        "ATHENS_LOG_FORMAT": "json",
        "ATHENS_DOWNLOAD_MODE": f"file:{MODES}",
        # Where an upstream is away it lists what it has, instead of nothing.
        "ATHENS_NETWORK_MODE": "fallback",
        "ATHENS_INDEX_TYPE": "none",
        "ATHENS_GO_BINARY_ENV_VARS": env_list(values.go),
        "HOME": SCRATCH,
    }
    if values.sumdb:
        found["ATHENS_SUM_DBS"] = values.sumdb
    if values.private:
        found["ATHENS_GONOSUM_PATTERNS"] = no_sum_patterns(values.private)
    if values.ca:
        found["SSL_CERT_FILE"] = ROOTS
    return found


def download_modes(values: ProxyValues) -> str:
    """Return the download mode file: what Athens does for what it does not have (mode.go)."""
    upstream = next((h.url for h in parse_goproxy(values.go["GOPROXY"]) if h.is_url), GO_MIRROR)
    lines = [
        "# Written by gomod-wizard.",
        "# What is not kept yet is fetched by the proxy itself (sync), from the GOPROXY of its own",
        "# go: one after another, as that list says. `async_redirect` would send whoever asks to",
        "# downloadURL meanwhile; a private module never goes there.",
        f"downloadURL = {hcl(upstream)}",
        'mode = "sync"',
    ]
    for pattern in values.private:
        lines += ["", f"download {hcl(pattern.rstrip('/'))} {{", '  mode = "sync"', "}"]
    return "\n".join((*lines, ""))


def hcl(text: str) -> str:
    """Return `text` as a string of HCL 2, in which `${` and `%{` begin templates."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    return '"' + escaped.replace("${", "$${").replace("%{", "%%{") + '"'


def mirrored(image: str, network: PodNetwork) -> str:
    """Return the image of docker.io as the company's mirror has it, where there is one."""
    parsed = parse_image_reference(image)
    if parsed is None or parsed.registry != "docker.io":
        return image
    for mirror in network.registry_mirrors:
        url = urlsplit(mirror)
        moved = f"{url.netloc}/{parsed.repository}:{parsed.tag}"
        plain = url.scheme == "https" and url.path in ("", "/") and not url.username
        if plain and parse_image_reference(moved) is not None:
            return moved
    return image
