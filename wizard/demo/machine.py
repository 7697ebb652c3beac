"""The played machine: a developer's laptop in a folder, with the common faults of a company."""

from __future__ import annotations

import shlex
import sys
from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network
from pathlib import Path

from wizard.demo.modules import EVERY, QUOTE, Module, go_sum
from wizard.resources import asset
from wizard.system import System, this_machine

PROJECT = "src/billing"
"""Below the home of the played user."""

_DOCKERFILE = """\
FROM golang:1.27-bookworm AS build
WORKDIR /src
COPY go.mod go.sum ./
RUN go mod download
COPY . .
RUN go build -o /billing .

FROM scratch
COPY --from=build /billing /billing
"""
_MAIN = """\
package main

import (
	"fmt"

	"git.corp.example/platform/money"
	"open.example/Sampler"
	"open.example/quote"
)

func main() { fmt.Println(quote.Hello, money.Unit, sampler.Rate) }
"""
_NOWHERE = ip_address(0)
_ROUTES = (
    # interface, destination, gateway: the VPN holds the range that Docker's bridge takes
    ("wlan0", ip_network((0, 0)), ip_address("192.0.2.1")),
    ("wlan0", ip_network("192.0.2.0/24"), _NOWHERE),
    ("tun0", ip_network("172.16.0.0/12"), _NOWHERE),
    ("docker0", ip_network("172.17.0.0/16"), _NOWHERE),
)
_LINKS = {"lo": 65536, "wlan0": 1500, "tun0": 1400, "docker0": 1500}
_KEPT = (
    "TERM",
    "COLORTERM",
    "NO_COLOR",
    "GOMOD_WIZARD_THEME",
    "LANGUAGE",
    "LANG",
    "LC_ALL",
    "LC_MESSAGES",
    "TMUX",
    "WT_SESSION",
)
"""Of the real environment: what says how to draw, and nothing else."""


def _go_mod(modules: Iterable[Module]) -> str:
    required = "".join(f"\t{one.path} {one.version}\n" for one in modules)
    return f"module git.corp.example/platform/billing\n\ngo 1.27\n\nrequire (\n{required})\n"


def _route_table() -> str:
    """Return /proc/net/route, whose addresses are little-endian words."""

    def word(address: IPv4Address | IPv6Address) -> str:
        return address.packed[::-1].hex().upper()

    head = "Iface\tDestination\tGateway\tFlags\tRefCnt\tUse\tMetric\tMask\tMTU\tWindow\tIRTT\n"
    return head + "".join(
        f"{link}\t{word(to.network_address)}\t{word(via)}\t0001\t0\t0\t0\t{word(to.netmask)}"
        "\t0\t0\t0\n"
        for link, to, via in _ROUTES
    )


def _catalogue(mirrors: Iterable[tuple[str, str]]) -> str:
    lines = ["# The mirrors of the demo; every one is played on this machine.\nshipped = false\n"]
    lines += [f'[[mirror]]\nname = "{name}"\nurl = "{url}"\n' for name, url in mirrors]
    lines.append(
        f'[[canary]]\npath = "{QUOTE.path}"\nversion = "{QUOTE.version}"\n'
        f'zip_hash = "{QUOTE.zip_hash}"\nmod_hash = "{QUOTE.mod_hash}"\nsource = "demo"\n'
    )
    return "\n".join(lines)


def _files(mirrors: Iterable[tuple[str, str]]) -> Mapping[str, str]:
    project = f"home/dev/{PROJECT}"
    authority = asset("demo/ca.pem").read_text(encoding="ascii")
    return {
        f"{project}/go.mod": _go_mod(EVERY),
        f"{project}/go.sum": go_sum(),
        f"{project}/main.go": _MAIN,
        f"{project}/Dockerfile": _DOCKERFILE,
        f"{project}/.dockerignore": ".git\n*.sum\n",
        "home/dev/.netrc": "machine git.corp.example login demo password not-a-secret\n",
        "home/dev/.config/gomod-wizard/mirrors.toml": _catalogue(mirrors),
        "home/dev/.docker/config.json": "{}\n",
        "etc/docker/daemon.json": '{\n  "log-driver": "journald"\n}\n',
        "etc/resolv.conf": "search corp.example\n",
        "etc/ssl/certs/ca-certificates.crt": authority,
        "usr/local/share/ca-certificates/demo-corp.crt": authority,
        "proc/net/route": _route_table(),
        "proc/sys/net/ipv4/ip_forward": "1\n",
        **{f"sys/class/net/{name}/mtu": f"{mtu}\n" for name, mtu in _LINKS.items()},
        **{f"sys/class/net/{name}/flags": "0x1043\n" for name in _LINKS},
    }


def build_machine(root: Path, mirrors: Iterable[tuple[str, str]], proxy: str) -> System:
    """Write the machine below `root` and return it; `proxy` is what its shell names.

    Nothing of the real one is in it but the terminal's kind and the language.
    """
    for name, text in _files(mirrors).items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    home = root / "home" / "dev"
    (home / ".netrc").chmod(0o600)
    (root / "tmp").mkdir()
    programs = root / "usr" / "bin"
    for name in ("docker", "systemctl"):
        _program(programs, name)
    real = this_machine()
    return System(
        env={
            **{name: real.env[name] for name in _KEPT if name in real.env},
            "HOME": str(home),
            "PATH": str(programs),
            "TMPDIR": str(root / "tmp"),
            "HTTP_PROXY": proxy,
            "HTTPS_PROXY": proxy,
            "NO_PROXY": "localhost,.internal.corp.example",
        },
        home=home,
        uid=0,
        root=root,
        platform="linux",
        demo=True,
    )


def _program(folder: Path, name: str) -> None:
    """Put a stand-in named `name` on the played machine's PATH."""
    folder.mkdir(parents=True, exist_ok=True)
    script = Path(__file__).with_name("programs.py")
    path = folder / name
    words = shlex.join((sys.executable, "-I", "-S", str(script), name))
    path.write_text(f'#!/bin/sh\nexec {words} "$@"\n', encoding="utf-8")
    path.chmod(0o700)
