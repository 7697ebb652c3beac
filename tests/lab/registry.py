"""A mirror of Docker Hub inside the company: Debian's docker-registry, holding the Go image."""

from __future__ import annotations

import shutil
from typing import TYPE_CHECKING, Final

from . import authorities, images, names, proxies, store, trees
from .engine import keeper, lone_engine
from .machine import Bind, Machine

if TYPE_CHECKING:
    from pathlib import Path

HOST: Final = "registry.corp.example"
AT: Final = "/var/lib/docker-registry"
HOLDS: Final = (images.GOLANG, images.DEBIAN)


def configuration(address: str, certificate: str | None) -> str:
    tls = f"  tls: {{certificate: {certificate}, key: {certificate}}}\n" if certificate else ""
    return (
        "version: 0.1\nlog: {level: warn}\n"
        f"storage: {{filesystem: {{rootdirectory: {AT}}}, delete: {{enabled: false}}}}\n"
        f"http:\n  addr: {address}\n{tls}"
    )


def disk() -> Path:
    """The registry's disk, with the images pushed into it by a real engine; made on first use."""
    folder = store.cached("registry")
    stamp = folder / "holds"
    wanted = " ".join(str(image.archive().stat().st_mtime_ns) for image in HOLDS)
    with store.lock("registry"):
        if stamp.exists() and stamp.read_text() == wanted:
            return folder
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        with (
            lone_engine("28.5", image=None) as engine,
            Machine.start(
                "registry",
                engine.machine.namespace,
                trees.tree("bookworm"),
                [Bind(folder, AT, writable=True)],
            ) as machine,
        ):
            _serve(machine, "127.0.0.1", 5000, None)
            engine.load(*HOLDS, tagged=False)
            for image in HOLDS:
                for tag in image.tags:
                    if "/" in tag:
                        continue  # Docker Hub has no names with a host
                    local = f"127.0.0.1:5000/library/{tag}"
                    engine.docker("tag", keeper(image), local).must()
                    engine.docker("push", "-q", local, timeout=300).must()
        stamp.write_text(wanted)
    return folder


def binds() -> list[Bind]:
    return [Bind(disk(), AT)]


def start(machine: Machine) -> None:
    """Serve the mirror on the company's machine, under its own name."""
    pem = "/etc/ssl/private/registry.pem"
    machine.write(pem, authorities.PUBLIC.issue(HOST).read_bytes(), 0o600)
    _serve(machine, names.COMPANY[HOST], 443, pem)


def _serve(machine: Machine, address: str, port: int, certificate: str | None) -> None:
    machine.write("/etc/docker/registry/lab.yml", configuration(f"{address}:{port}", certificate))
    machine.spawn(
        ["docker-registry", "serve", "/etc/docker/registry/lab.yml"], "/var/log/registry.log"
    )
    proxies.listening(machine, address, port)
