"""A machine and a project full of what a terminal would obey."""

from __future__ import annotations

import json
import re
from dataclasses import replace

from tests.detect.support import write
from tests.security.entrances import Place

ORDERS = "\x1b]0;owned\x07\x1b[2J\x9b31m\u202egnp\u2066"
"""Set the title, wipe the screen (with ESC and with C1's CSI), write from right to left."""
OBEYED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")
FOLDER = f"app{ORDERS}".replace("\x9b", "")

LOG = f"""\
#5 [deps 4/4{ORDERS}] RUN go mod download {ORDERS}
#5 0.3 go: git.corp.example/lib@v1: Get "https://{ORDERS}": dial tcp: lookup {ORDERS}: no such host
#5 0.4 {ORDERS} x509: certificate signed by unknown authority {ORDERS}
#5 ERROR: process "/bin/sh -c go mod download {ORDERS}" did not complete: exit code: 1
"""


def hostile(place: Place) -> Place:
    """Return the place with its files, its folder and its variables full of orders."""
    home, root = place.system.home, place.system.root
    assert home is not None
    project = place.project.rename(place.project.with_name(FOLDER))
    said = json.dumps(f"x{ORDERS}")
    write(project, {
        "go.mod": f"module git.corp.example/app // {ORDERS}\n\ngo 1.25\n\n"
                  f"require git.corp.example/{ORDERS} v1.0.0\n",
        "Dockerfile": f"FROM golang:1.25 AS build\nWORKDIR /src # {ORDERS}\nCOPY . .\n"
                      f"RUN go mod download && echo '{ORDERS}'\n",
        ".dockerignore": f"*.sum\n{ORDERS}\n",
        ".git/config": f'[remote "origin"]\n\turl = https://git.corp.example/{ORDERS}\n',
        f"cmd{ORDERS}/main.go": "package main\n\nfunc main() {}\n",
    })  # fmt: skip
    write(home, {
        ".netrc": f"machine git.corp.example{ORDERS} login u password p\n",
        ".gitconfig": f'[url "https://h{ORDERS}/"]\n\tinsteadOf = https://git.corp.example/\n',
        ".config/go/env": f"GOPRIVATE=git.corp.example/{ORDERS}\n",
        ".docker/config.json": f'{{"proxies": {{"default": {{"noProxy": {said}}}}}, '
                               f'"auths": {{{said}: {{}}}}}}',
    })  # fmt: skip
    write(root, {
        "etc/docker/daemon.json": f'{{"dns-search": [{said}], "registry-mirrors": [{said}]}}',
        "etc/resolv.conf": f"search corp{ORDERS}\n",
        "etc/systemd/system/docker.service.d/x.conf":
            f"[Service]\nEnvironment=NO_PROXY=a{ORDERS}\n",
    })  # fmt: skip
    env = {**place.system.env, "NO_PROXY": f"corp{ORDERS}", "HTTP_PROXY": f"http://h{ORDERS}:1"}
    return replace(place, system=replace(place.system, env=env), project=project)
