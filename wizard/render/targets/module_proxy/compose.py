"""Athens and goproxy by Compose.

Keys after the Compose specification (compose-spec.json). Images: gomods/athens cmd/proxy/Dockerfile
(Alpine with git and tini; its command stands after the entry point) and goproxy/goproxy Dockerfile
(Alpine with go and git, /usr/local/bin/goproxy). Both have busybox's wget and nc, and no curl;
that wget takes http_proxy and knows no no_proxy, so it is told to ask none.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from wizard.plan.types import Plan
from wizard.render.targets.cluster.handed_over import pem
from wizard.render.targets.cluster.in_pod import CLUSTER_NAMES, english, proxy_env
from wizard.render.targets.module_proxy.files import (
    FOLDER,
    ca_files,
    file,
    modes_file,
    smoke_file,
    smoke_name,
    start_file,
)
from wizard.render.targets.module_proxy.values import (
    ATHENS_IMAGE,
    CA_FILE,
    GOPROXY_IMAGE,
    MODES,
    NETRC,
    SCRATCH,
    START,
    STORAGE,
    ProxyValues,
    athens_env,
    mirrored,
    proxy_values,
)
from wizard.render.targets.options import Options
from wizard.render.types import Artifact
from wizard.render.yaml_text import Commented, Yaml, document
from wizard.text import msg

_LONGEST_LINE = 80
_USER = "${GOMOD_UID:-65534}:${GOMOD_GID:-65534}"
_ATHENS_PORT = 3000
_GOPROXY_PORT = 8080


def athens_compose(plan: Plan, options: Options) -> tuple[Artifact, ...]:
    """Return compose.athens.yaml and what it mounts. Nothing of it depends on an option."""
    del options
    values = proxy_values(plan)
    env = athens_env(values)
    if _has_netrc(plan):
        env["ATHENS_NETRC_PATH"] = NETRC
    return (
        _compose(
            "athens",
            plan,
            values,
            image=("GOMOD_ATHENS_IMAGE", mirrored(ATHENS_IMAGE, values.network)),
            command=("sh", START, "athens-proxy", "-config_file=/config/config.toml"),
            env=env,
            port=_ATHENS_PORT,
            probe=(
                "wget",
                "-q",
                "-Y",
                "off",
                "-O",
                "/dev/null",
                f"http://127.0.0.1:{_ATHENS_PORT}/readyz",
            ),
            configs=(("download-mode", "download-mode.hcl", MODES),),
        ),
        start_file(),
        modes_file(values),
        *ca_files(plan),
        smoke_file("athens", values, _ATHENS_PORT, health="/healthz /readyz", relays=True),
    )


def goproxy_compose(plan: Plan, options: Options) -> tuple[Artifact, ...]:
    """Return compose.goproxy.yaml and what it mounts. Nothing of it depends on an option."""
    del options
    values = proxy_values(plan)
    # goproxy hands a look-up of a private module on like any other: then it relays none.
    relayed = "" if values.private else values.sumdb.removeprefix("https://")
    command = [
        *("/usr/local/bin/goproxy", "server", "--address", f":{_GOPROXY_PORT}"),
        *("--cacher-dir", STORAGE, "--temp-dir", SCRATCH, "--fetch-timeout", "10m"),
    ]
    if relayed:
        command += ["--proxied-sumdbs", relayed]
    env = {**values.go, "HOME": SCRATCH, "GOCACHE": f"{SCRATCH}/go-build"}
    env["GOPATH"] = f"{SCRATCH}/go"
    if _has_netrc(plan):
        env |= {"GOMOD_LINK_NETRC": "1", "NETRC": NETRC}
    return (
        _compose(
            "goproxy",
            plan,
            values,
            image=("GOMOD_GOPROXY_IMAGE", GOPROXY_IMAGE),
            command=command,
            env=env,
            port=_GOPROXY_PORT,
            probe=("nc", "-z", "127.0.0.1", str(_GOPROXY_PORT)),
            configs=(),
        ),
        start_file(),
        *ca_files(plan),
        smoke_file("goproxy", values, _GOPROXY_PORT, health="", relays=bool(relayed)),
    )


def _has_netrc(plan: Plan) -> bool:
    return any(secret.id == "netrc" for secret in plan.secrets.value)


def literal(text: str) -> str:
    """Return `text` for a value in which Compose replaces `$NAME`."""
    return text.replace("$", "$$")


def _compose(
    name: str,
    plan: Plan,
    values: ProxyValues,
    *,
    image: tuple[str, str],
    command: Sequence[str],
    env: Mapping[str, str],
    port: int,
    probe: Sequence[str],
    configs: Iterable[tuple[str, str, str]],
) -> Artifact:
    variable, default = image
    chosen = f"${{{variable}:-{default}}}"
    mounted = [("start", "start.sh", START), *configs]
    if values.ca:
        own = "./ca.pem" if pem(plan) else "${GOMOD_CA_FILE:?the company's authority, PEM}"
        mounted.append(("ca", own.removeprefix("./"), CA_FILE))
    service: dict[str, Yaml] = {
        "image": chosen,
        "restart": "unless-stopped",
        "user": _USER,
        # Athens' own entry point is tini, which stays.
        **({"entrypoint": ["sh", START]} if name == "goproxy" else {}),
        "command": [literal(word) for word in command],
        "environment": _environment(values, env),
        **_proxy_login(values),
        "ports": [
            Commented(
                f"${{GOMOD_PROXY_LISTEN:-127.0.0.1}}:{port}:{port}",
                "Of this machine alone; GOMOD_PROXY_LISTEN=0.0.0.0 opens it to the network.",
            )
        ],
        "volumes": [f"modules:{STORAGE}", f"scratch:{SCRATCH}"],
        "configs": [{"source": key, "target": target} for key, _, target in mounted],
        **({"secrets": ["netrc"]} if _has_netrc(plan) else {}),
        **_network(values),
        "depends_on": {"owner": {"condition": "service_completed_successfully"}},
        "healthcheck": {
            "test": ["CMD", *probe],
            "interval": "30s",
            "timeout": "10s",
            "retries": 3,
            "start_period": "20s",
        },
        "read_only": True,
        "tmpfs": ["/tmp"],  # noqa: S108 - a file system of the container's own
        "cap_drop": ["ALL"],
        "security_opt": ["no-new-privileges:true"],
        "deploy": {
            "resources": {
                "limits": {"cpus": "2", "memory": "2G", "pids": 512},
                "reservations": {"memory": "256M"},
            }
        },
    }
    owner: Yaml = Commented(
        {
            "image": chosen,
            "user": "0:0",
            "network_mode": "none",
            "entrypoint": ["chown", _USER, STORAGE, SCRATCH],
            "volumes": [f"modules:{STORAGE}", f"scratch:{SCRATCH}"],
            "read_only": True,
            "cap_drop": ["ALL"],
            "cap_add": ["CHOWN"],
            "security_opt": ["no-new-privileges:true"],
        },
        "A new volume is root's: this gives it to the proxy's user, and ends.",
    )
    body: dict[str, Yaml] = {
        "name": f"gomod-{name}",
        "services": {name: service, "owner": owner},
        "configs": {key: {"file": _beside(source)} for key, source, _ in mounted},
        **(
            {"secrets": {"netrc": {"file": "${GOMOD_NETRC:?the path of a netrc file}"}}}
            if _has_netrc(plan)
            else {}
        ),
        "volumes": {
            "modules": Commented({}, "The modules: it outlives the containers; keep a copy."),
            "scratch": {},
        },
    }
    text = document(body, "\n\n".join(_head(name, plan, values, variable, port)))
    if any(len(line) > _LONGEST_LINE for line in text.splitlines()):
        text = text.replace("---\n", "---\n# yamllint disable rule:line-length\n", 1)
    return file(
        f"compose.{name}.yaml",
        text,
        because=(
            msg("one place fetches every module once, keeps it, and tells nobody of private ones"),
            plan.goproxy.because,
            plan.goprivate.because,
        ),
        decisions=("goproxy", "gosumdb", "goprivate", "gonoproxy", "gonosumdb", "ca", "secrets",
                   "http_proxy", "https_proxy", "no_proxy"),
    )  # fmt: skip


def _beside(source: str) -> str:
    return source if source.startswith("${") else f"./{source}"


def _environment(values: ProxyValues, env: Mapping[str, str]) -> dict[str, Yaml]:
    found: dict[str, Yaml] = {name: literal(value) for name, value in env.items()}
    for name, proxy in proxy_env(values.network):
        if proxy.username is None:
            found |= {name: literal(str(proxy)), name.lower(): literal(str(proxy))}
    if values.network.no_proxy:
        own = ("localhost", "127.0.0.1", *values.network.no_proxy)
        value = literal(",".join(one for one in dict.fromkeys(own) if one not in CLUSTER_NAMES))
        found |= {"NO_PROXY": value, "no_proxy": value}
    return found


def _proxy_login(values: ProxyValues) -> dict[str, Yaml]:
    """Return where the outgoing proxy's login comes from: a file, never this one."""
    if not values.network.proxy_login:
        return {}
    return {"env_file": ["${GOMOD_PROXY_ENV:?a file of mode 0600 with the proxy's login}"]}


def _network(values: ProxyValues) -> dict[str, Yaml]:
    found: dict[str, Yaml] = {}
    if values.network.nameservers:
        found["dns"] = list(values.network.nameservers)
    if values.network.searches:
        found["dns_search"] = list(values.network.searches)
    if values.network.hosts:
        found["extra_hosts"] = [
            f"{name}={address}" for address, names in values.network.hosts for name in names
        ]
    return found


def _head(name: str, plan: Plan, values: ProxyValues, variable: str, port: int) -> list[str]:
    needs: list[str] = []
    if _has_netrc(plan):
        needs += [
            'export GOMOD_NETRC="$HOME/.netrc"',
            'export GOMOD_UID="$(id -u)" GOMOD_GID="$(id -g)"  # who may read it',
        ]
    if values.network.proxy_login:
        lines = " ".join(
            spelled
            for key, proxy in proxy_env(values.network)
            if proxy.username is not None
            for spelled in (key, key.lower())
        )
        needs.append(f'export GOMOD_PROXY_ENV="$HOME/proxy.env"  # has {lines}')
    if values.ca and not pem(plan):
        needs.append("export GOMOD_CA_FILE=/path/of/the/authority.pem")
    settings = f"GOPROXY=http://HOST:{port}"
    if values.private:
        settings += f" GONOPROXY=none GONOSUMDB={','.join(values.private)}"
    head = [
        "Written by gomod-wizard; it holds no secret.",
        "\n".join(
            (
                *needs,
                f"docker compose -f {FOLDER}/compose.{name}.yaml up -d",
                f"sh {FOLDER}/{smoke_name(name)} http://127.0.0.1:{port}",
            )
        ),
        f"Who uses it sets: {settings}",
        f"{variable} names the image under another registry.",
    ]
    if plan.ssh.value:
        head.append("SSH is not set up here: give the proxy a token over HTTPS, in its netrc.")
    if name == "goproxy" and values.private:
        head.append(
            "It relays no checksum database, since it would tell that one of private modules:\n"
            "whoever has no whole go.sum must reach the database directly."
        )
    if values.network.notes:
        lines = "\n".join(f"- {english(note)}" for note in values.network.notes)
        head.append(f"Where this differs from the machine that it was written on:\n{lines}")
    return head
