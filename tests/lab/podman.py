"""podman on a machine of the lab, beside the engines: no daemon, one image store for each machine.

    with lone_podman("5.8") as machine:
        machine.must(["podman", "build", "."], cwd="/root/app")

Versions are `5.8` (Debian forky) and `4.3` (Debian bookworm). Steps run in podman's `chroot`
isolation: a lab has no control groups to give away, and a builder in CI mostly has none either.
"""

from __future__ import annotations

import contextlib
import shutil
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Final

from . import images, links, store, toolchains, trees
from .machine import Bind, Machine

if TYPE_CHECKING:
    from collections.abc import Iterator

TREES: Final = {"5.8": "podman-5", "4.3": "podman-4"}

LIMITS: Final = '[containers]\ndefault_ulimits = ["nofile=1024:1024", "nproc=1024:1024"]\n'


@contextlib.contextmanager
def lone_podman(
    version: str = "5.8", *, image: images.BaseImage | None = images.GOLANG
) -> Iterator[Machine]:
    """A machine without any network that has podman and its base image; all gone after."""
    namespace = links.Namespace.create("podman")
    # Not on the machine's own overlay: podman's overlays cannot lie on one.
    folder = Path(tempfile.mkdtemp(prefix="podman-", dir=store.cached("podman", "x").parent))
    try:
        namespace.ip("link", "add", "eth0", "type", "veth", "peer", "name", "nowhere")
        namespace.address("10.42.0.10/24", "eth0")
        for device in ("eth0", "nowhere"):
            namespace.ip("link", "set", device, "up")
        namespace.ip("route", "add", "default", "via", "10.42.0.1")
        binds = [
            Bind(toolchains.go(), "/usr/local/go"),
            Bind(folder, "/var/lib/containers", writable=True),
        ]
        tree = trees.tree(TREES[version])
        with Machine.start("podman", namespace, tree, binds) as machine:
            machine.env["BUILDAH_ISOLATION"] = "chroot"
            machine.env["PODMAN_IGNORE_CGROUPSV1_WARNING"] = "1"
            # podman would raise the limits that a machine of CI has.
            machine.write("/etc/containers/containers.conf.d/10-lab.conf", LIMITS)
            machine.write("/etc/resolv.conf", "nameserver 127.0.0.1\n")
            if image is not None:
                changes = [f"--change={line}" for line in image.configuration()]
                name = f"docker.io/library/{image.tags[0]}"
                machine.run(
                    ["podman", "import", *changes, "-", name],
                    stdin_file=image.archive(),
                    timeout=600,
                ).must()
            yield machine
    finally:
        namespace.delete()
        shutil.rmtree(folder, ignore_errors=True)
