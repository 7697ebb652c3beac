"""The operating systems of the lab's machines: Debian trees, made once by debootstrap.

- `forky`: a developer's machine of today: engine 28.5 with buildx 0.29.
- `bookworm`: a developer's machine of some years ago: engine 20.10 without buildx. The company's
  servers run on it too (squid, dnsmasq, sshd, git).
- `podman-5`, `podman-4`: podman of today and of some years ago, and no Docker. `docker compose` is
  taken out of the first one.
- `image`: what the Go base image is made of. No engine in it.
- `fleet`: a machine that Ansible looks after: sshd, sudo, Python; neither pip nor python3-venv.

A machine never writes into a tree: it runs on an overlay above it (`machine.py`).
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path
from typing import Final

from . import shell, store

# What the machine that runs the lab needs itself; everything else lives in the trees.
HOST_TOOLS: Final = {
    "debootstrap": "debootstrap",
    "ip": "iproute2",
    "nft": "nftables",
    "ethtool": "ethtool",
    "openssl": "openssl",
    "ssh-keygen": "openssh-client",
    "nsenter": "util-linux",
}

PACKAGES: Final = {
    "forky": (
        "docker.io docker-cli docker-buildx iptables ca-certificates python3 git openssh-client "
        "iproute2 curl procps"
    ),
    "bookworm": (
        "docker.io iptables ca-certificates python3 git openssh-client openssh-server iproute2 "
        "curl squid-openssl tinyproxy dnsmasq-base docker-registry procps"
    ),
    "podman-5": (
        "podman crun netavark aardvark-dns docker-compose ca-certificates python3 git iproute2 "
        "nftables procps"
    ),
    "podman-4": (
        "podman crun netavark aardvark-dns ca-certificates python3 git iproute2 iptables procps"
    ),
    "image": "git ca-certificates openssh-client",
    "fleet": "docker.io iptables ca-certificates python3 openssh-server sudo iproute2 procps",
}
SUITES: Final = {
    "forky": "forky",
    "bookworm": "bookworm",
    "podman-5": "forky",
    "podman-4": "bookworm",
    "image": "bookworm",
    "fleet": "bookworm",
}


def mirror() -> str:
    """The Debian mirror that this machine itself uses, read from apt's own sources."""
    apt = Path("/etc/apt")
    files = [
        *sorted((apt / "sources.list.d").glob("*.sources")),
        apt / "sources.list",
        *sorted((apt / "sources.list.d").glob("*.list")),
    ]
    for file in files:
        if not file.is_file():
            continue
        found = re.search(
            r"^(?:URIs:|deb(?: \[.*?\])?)\s+(\S+/debian/?)(?:\s|$)", file.read_text(), re.MULTILINE
        )
        if found:
            return found[1]
    raise shell.LabError("no Debian mirror in apt's sources: the lab needs a Debian machine")


def install_host_tools() -> None:
    """Install what the lab calls on this machine itself, where it is missing."""
    # One at a time: apt's own lock makes the second one fail.
    with store.lock("packages"):
        missing = [package for tool, package in HOST_TOOLS.items() if not shutil.which(tool)]
        if missing:
            shell.must(["apt-get", "update", "-qq"], timeout=300)
            shell.must(
                ["apt-get", "install", "-y", "-qq", "--no-install-recommends", *missing],
                timeout=600,
            )


def tree(name: str) -> Path:
    """The folder of the tree `name`; made on first use (about 50 seconds)."""
    folder = store.cached("trees", name)
    wanted = PACKAGES[name]
    stamp = folder / ".lab-packages"
    with store.lock(f"tree-{name}"):
        if stamp.is_file() and stamp.read_text() == wanted:
            return folder
        install_host_tools()
        if folder.exists():
            shutil.rmtree(folder)
        debs = store.cached("debs", "archives")
        debs.mkdir(exist_ok=True)
        argv = [
            "debootstrap",
            "--variant=minbase",
            f"--cache-dir={debs}",
            f"--include={wanted.replace(' ', ',')}",
            SUITES[name],
            str(folder),
            mirror(),
        ]
        script = Path("/usr/share/debootstrap/scripts") / SUITES[name]
        if not script.exists():  # a Debian newer than this debootstrap: it is made as sid is
            argv.append(str(script.with_name("sid")))
        shell.run(argv, timeout=900, env=_plain_environment()).must()
        stamp.write_text(wanted)
    return folder


def _plain_environment() -> dict[str, str]:
    """debootstrap runs programs of the tree: they get Debian's PATH, not this machine's."""
    path = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"
    kept = {key: value for key, value in os.environ.items() if key.lower().endswith("_proxy")}
    return {
        "PATH": path,
        "HOME": "/root",
        "LC_ALL": "C",
        "DEBIAN_FRONTEND": "noninteractive",
        **kept,
    }
