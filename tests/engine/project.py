"""A project with one requirement, and a mirror on the developer's machine that has it."""

from __future__ import annotations

from tests.engine.conftest import Developer
from tests.servers import QUOTE

BRIDGE = "172.17.0.1"
MIRROR = f"http://{BRIDGE}:8081"


def write_project(developer: Developer, mirror: str = MIRROR) -> None:
    """Write a program into /root/app; the mirror listens at port 8081 of every address.

    `mirror`: the address under which the user's catalogue names it.
    """
    machine, canary = developer.engine.machine, QUOTE.canary
    machine.write(
        "/root/app/go.mod",
        f"module example.org/app\n\ngo 1.25\n\nrequire {canary.path} {canary.version}\n",
    )
    machine.write(
        "/root/app/go.sum",
        f"{canary.path} {canary.version} {canary.zip_hash}\n"
        f"{canary.path} {canary.version}/go.mod {canary.mod_hash}\n",
    )
    machine.write("/root/app/main.go", "package main\n\nfunc main() {}\n")
    for suffix, data in (("info", QUOTE.info), ("mod", QUOTE.mod), ("zip", QUOTE.zip)):
        machine.write(f"/root/mirror{QUOTE.wire}.{suffix}", data)
    machine.write(
        "/root/.config/gomod-wizard/mirrors.toml",
        f'shipped = false\n\n[[mirror]]\nname = "company"\nurl = "{mirror}"\n\n'
        f'[[canary]]\npath = "{canary.path}"\nversion = "{canary.version}"\n'
        f'zip_hash = "{canary.zip_hash}"\nmod_hash = "{canary.mod_hash}"\nsource = "test"\n',
    )
    machine.spawn(
        ["python3", "-m", "http.server", "8081", "--bind", "0.0.0.0", "-d", "/root/mirror"],
        "/root/mirror.log",
    )
    wait = (
        "for i in $(seq 100); do curl -sf http://127.0.0.1:8081/ && exit; sleep 0.1; done; exit 1"
    )
    machine.must(["sh", "-c", wait])
