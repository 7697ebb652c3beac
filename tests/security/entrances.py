"""The places where a secret can enter, each as what it does to a machine."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from urllib.parse import quote

from tests.detect.support import write
from tests.security.disguises import HALVES, PASSWORD, RAW, USER, WORD
from wizard.system import System

LOGIN = f"{USER}:{quote(PASSWORD, safe='')}"
MIRROR = "127.0.0.1:9/go"


@dataclass(frozen=True, kw_only=True)
class Place:
    """A machine with a project, before a secret enters."""

    system: System
    project: Path
    proxy: str
    """`host:port` of a proxy that wants the login."""
    flags: tuple[str, ...] = field(default=())
    own: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """More flags, by the one command that knows them."""


def _env(**names: str) -> Callable[[Place], Place]:
    def enter(at: Place) -> Place:
        values = {name: value.format(proxy=at.proxy) for name, value in names.items()}
        return replace(at, system=replace(at.system, env={**at.system.env, **values}))

    return enter


def _home(files: Mapping[str, str]) -> Callable[[Place], Place]:
    def enter(at: Place) -> Place:
        assert at.system.home is not None
        write(at.system.home, {n: t.replace("{proxy}", at.proxy) for n, t in files.items()})
        for name in files:
            (at.system.home / name).chmod(0o600)
        return at

    return enter


def _root(files: Mapping[str, str]) -> Callable[[Place], Place]:
    def enter(at: Place) -> Place:
        write(at.system.root, {n: t.replace("{proxy}", at.proxy) for n, t in files.items()})
        return at

    return enter


def _project(files: Mapping[str, str]) -> Callable[[Place], Place]:
    def enter(at: Place) -> Place:
        write(at.project, {n: t.replace("{proxy}", at.proxy) for n, t in files.items()})
        return at

    return enter


def _flags(*flags: str) -> Callable[[Place], Place]:
    return lambda at: replace(at, flags=tuple(flag.format(proxy=at.proxy) for flag in flags))


def _commands(*names: str, flags: tuple[str, ...]) -> Callable[[Place], Place]:
    """Let the secret in by flags that only some commands know."""
    return lambda at: replace(at, own=dict.fromkeys(names, flags))


def _go_env_file(at: Place) -> Place:
    env = {name: value for name, value in at.system.env.items() if name != "GOPROXY"}
    files = {".config/go/env": f"GOPROXY=https://{LOGIN}@{MIRROR}\n"}
    return _home(files)(replace(at, system=replace(at.system, env=env)))


_RAW_LOGIN = f"{USER}:{RAW}"
_DOCKERFILE = f"""\
# syntax=docker/dockerfile:1
FROM golang:1.25 AS build
ARG DEPLOY_TOKEN={WORD}
ENV GOPROXY=https://{USER}:{WORD}@{MIRROR} NPM_TOKEN={WORD}
ENV OLD_SECRET {WORD}
WORKDIR /src
COPY . .
RUN printf 'machine git.corp.example\\nlogin {USER}\\npassword {WORD}\\n' > ~/.netrc
RUN echo "//registry.example/:_authToken={WORD}" > .npmrc; curl -u {USER}:{WORD} https://h.example
RUN git config --global url.https://{WORD}@git.corp.example/.insteadOf https://git.corp.example/
RUN curl --header "Authorization: Bearer {WORD}" https://h.example && go mod download
RUN export GITHUB_TOKEN={WORD}; \\
    go mod download
RUN go build -o /app .
"""

_PROXY = f"http://{LOGIN}@{{proxy}}"
_AUTH = base64.b64encode(f"{USER}:{PASSWORD}".encode()).decode()
_SYSTEMD = _PROXY.replace("%", "%%").replace("{proxy}", "127.0.0.1:9")

ENTRANCES: Mapping[str, Callable[[Place], Place]] = {
    "HTTPS_PROXY": _env(HTTPS_PROXY=_PROXY, HTTP_PROXY=_PROXY),
    "http_proxy": _env(http_proxy=_PROXY, https_proxy=_PROXY),
    "HTTPS_PROXY, unreadable": _env(HTTPS_PROXY=f"http://{USER}:{PASSWORD}@{{proxy}}"),
    "ALL_PROXY": _env(ALL_PROXY=_PROXY),
    "GOPROXY": _env(GOPROXY=f"https://{LOGIN}@{MIRROR},direct"),
    "GOPROXY token": _env(GOPROXY=f"https://{WORD}@{MIRROR}"),
    "GOPROXY query": _env(GOPROXY=f"https://{MIRROR}?token={WORD}"),
    "GOSUMDB": _env(GOSUMDB=f"sum.golang.org https://{LOGIN}@{MIRROR}"),
    "GOAUTH": _env(GOAUTH=f"/usr/bin/lend --token={WORD} --as {USER}; netrc"),
    "GOFLAGS": _env(GOFLAGS=f"-ldflags=-X=main.token={WORD}"),
    "go env file": _go_env_file,
    "netrc": _home({".netrc": f"machine git.corp.example login {USER} password {PASSWORD}\n"}),
    "git insteadOf": _home(
        {
            ".gitconfig": f'[url "https://{USER}:{WORD}@git.corp.example/"]\n'
            "\tinsteadOf = https://git.corp.example/\n"
        }
    ),
    "git extraHeader": _home(
        {
            ".gitconfig": '[http "https://git.corp.example/"]\n'
            f"\textraHeader = Authorization: Basic {_AUTH}\n"
            f"\tproxy = {_PROXY}\n"
        }
    ),
    "git remote": _project(
        {
            ".git/config": '[remote "origin"]\n'
            f"\turl = https://{WORD}@git.corp.example/team/app.git\n"
        }
    ),
    "docker config.json": _home(
        {
            ".docker/config.json": json.dumps(
                {
                    "auths": {"registry.corp.example": {"auth": _AUTH, "identitytoken": WORD}},
                    "HttpHeaders": {"X-Meta": WORD},
                    "proxies": {"default": {"httpsProxy": _PROXY, "httpProxy": _PROXY}},
                },
                indent=2,
            )
        }
    ),
    "systemd drop-in": _root(
        {
            "etc/systemd/system/docker.service.d/proxy.conf": "[Service]\n"
            f'Environment="HTTPS_PROXY={_SYSTEMD}" "HTTP_PROXY={_SYSTEMD}"\n'
        }
    ),
    "daemon.json": _root(
        {
            "etc/docker/daemon.json": json.dumps(
                {
                    "proxies": {"https-proxy": _PROXY, "http-proxy": _PROXY},
                    "registry-mirrors": [f"https://{LOGIN}@mirror.corp.example"],
                    "log-opts": {"splunk-token": WORD},
                },
                indent=2,
            )
        }
    ),
    "profile": _project(
        {
            "gomod-wizard.toml": "[answers]\n"
            f"https_proxy = {json.dumps(_PROXY)}\n"
            f"goproxy = {json.dumps(f'https://{LOGIN}@{MIRROR}')}\n"
        }
    ),
    "--set proxy": _flags("--set", f"https_proxy={_PROXY}", "--set", f"http_proxy={_PROXY}"),
    "--set goproxy": _flags("--set", f"goproxy=https://{LOGIN}@{MIRROR},direct"),
    "--set goauth": _flags("--set", f"goauth=/usr/bin/lend --token={WORD}"),
    "HTTPS_PROXY, raw": _env(HTTPS_PROXY=f"http://{_RAW_LOGIN}@{{proxy}}"),
    "GOPROXY, raw": _env(GOPROXY=f"https://{_RAW_LOGIN}@{MIRROR},direct"),
    "GOPROXY token, raw": _env(GOPROXY=f"https://{HALVES[0]}/{HALVES[1]}@nexus.example/go"),
    "go env file, raw": _home({".config/go/env": f"GOPROXY=https://{_RAW_LOGIN}@{MIRROR}\n"}),
    "git insteadOf, raw": _home(
        {
            ".gitconfig": f'[url "https://{_RAW_LOGIN}@git.corp.example/"]\n'
            "\tinsteadOf = https://git.corp.example/\n"
        }
    ),
    "git over ssh": _home(
        {
            ".gitconfig": f'[url "git+ssh://{_RAW_LOGIN}@git.corp.example/"]\n'
            "\tinsteadOf = https://git.corp.example/\n"
        }
    ),
    "git remote, raw": _project(
        {
            ".git/config": '[remote "origin"]\n'
            f"\turl = https://{_RAW_LOGIN}@git.corp.example/team/app.git\n"
        }
    ),
    "docker config.json, raw": _home(
        {
            ".docker/config.json": json.dumps(
                {
                    "proxies": {"default": {"httpsProxy": f"http://{_RAW_LOGIN}@{{proxy}}"}},
                    "plugins": {"scan": {"key": WORD, "api-token": WORD, "url": f"h?sig={WORD}"}},
                },
                indent=2,
            )
        }
    ),
    "daemon.json, raw": _root(
        {
            "etc/docker/daemon.json": json.dumps(
                {
                    "proxies": {"https-proxy": f"http://{_RAW_LOGIN}@{{proxy}}"},
                    "registry-mirrors": [f"https://{_RAW_LOGIN}@mirror.corp.example"],
                }
            )
        }
    ),
    "profile, raw": _project(
        {
            "gomod-wizard.toml": "[answers]\n"
            f"goproxy = {json.dumps(f'https://{_RAW_LOGIN}@{MIRROR}')}\n"
        }
    ),
    "catalogue, raw": _home(
        {
            ".config/gomod-wizard/mirrors.toml": "shipped = false\n\n[[mirror]]\n"
            f'name = "own"\nurl = "https://{_RAW_LOGIN}@{MIRROR}"\n'
        }
    ),
    "--set goproxy, raw": _flags("--set", f"goproxy=https://{_RAW_LOGIN}@{MIRROR},direct"),
    "--url": _commands("mirrors", flags=("--url", f"https://{LOGIN}@{MIRROR}")),
    "--url, raw": _commands("mirrors", flags=("--url", f"https://{_RAW_LOGIN}@{MIRROR}")),
    "--what-if": _commands("route", flags=("--what-if", f"goproxy=https://{LOGIN}@{MIRROR}")),
    "--what-if, raw": _commands(
        "route", flags=("--what-if", f"goproxy=https://{_RAW_LOGIN}@{MIRROR}")
    ),
    "netrc macro": _home(
        {
            ".netrc": f"machine git.corp.example login {USER} password {PASSWORD}\n"
            f"macdef init\npassword {WORD}\n\n"
        }
    ),
    "git branch": _project(
        {".git/config": f'[branch "x"]\n\tremote = https://{USER}:{WORD}@git.corp.example/x.git\n'}
    ),
    "signed URL": _env(GOPROXY=f"https://{MIRROR}?X-Amz-Signature={WORD}#access_token={WORD}"),
    "Dockerfile": _project({"Dockerfile": _DOCKERFILE}),
    "catalogue": _home(
        {
            ".config/gomod-wizard/mirrors.toml": "shipped = false\n\n[[mirror]]\n"
            f'name = "own"\nurl = "https://{LOGIN}@{MIRROR}"\n'
        }
    ),
}
