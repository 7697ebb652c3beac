"""A real Docker engine on a machine of the lab.

The short way, for a test that needs an engine and no network around it:

    from tests.lab.engine import lone_engine

    with lone_engine("28.5", daemon_json='{"mtu": 1400}') as engine:
        engine.machine.write("/root/app/Dockerfile", "FROM golang:1.27\\nRUN go version\\n")
        done = engine.docker("build", "--progress=plain", ".", cwd="/root/app")
        assert done.ok, done.output

Versions are `28.5` (with buildx, on Debian forky) and `20.10` (without, on Debian bookworm). The
image store is one of a few numbered *slots* in the lab's cache, so that the base images of
`images.py` are imported once and kept; a slot belongs to one engine at a time, and everything that
was not there before is removed, and seen to be gone, when the engine leaves it (`reset`).
"""

from __future__ import annotations

import contextlib
import json
import os
import shutil
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final

from . import authorities, images, links, shell, store, toolchains, trees
from .machine import Bind, Machine

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

TREES: Final = {"28.5": "forky", "20.10": "bookworm"}
SLOTS: Final = 8
IN_USE: Final = "lab-in-use"
SYSTEMCTL: Final = "/usr/bin/systemctl"


@dataclass(frozen=True)
class Slot:
    """One kept image store, held by this process until `release`."""

    folder: Path
    _lock: IO[str]

    @classmethod
    def take(cls, version: str) -> Slot:
        for number in range(SLOTS):
            lock = store.try_lock(f"slot-{version}-{number}")
            if lock is not None:
                folder = store.cached("engines", version, str(number))
                if (folder / IN_USE).exists():  # a killed run's: nobody knows what is in it
                    shutil.rmtree(folder)
                folder.mkdir(exist_ok=True)
                (folder / IN_USE).touch()
                # What Docker remembers of its networks belongs to the machine that was, not to
                # the images: a fresh machine has none of it.
                shutil.rmtree(folder / "network", ignore_errors=True)
                return cls(folder, lock)
        raise shell.LabError(f"all {SLOTS} image stores of engine {version} are in use")

    def release(self) -> None:
        """Let the next engine have it: it holds the base images and nothing else."""
        (self.folder / IN_USE).unlink(missing_ok=True)
        self._lock.close()

    def discard(self) -> None:
        """Forget the store: the next engine starts from an empty one."""
        shutil.rmtree(self.folder, ignore_errors=True)
        self.folder.mkdir(exist_ok=True)


@dataclass
class Engine:
    """An engine and the machine that it runs on."""

    version: str
    machine: Machine
    slot: Slot
    started: bool = False

    @classmethod
    def install(
        cls,
        version: str,
        namespace: links.Namespace,
        *,
        name: str = "dev",
        binds: Sequence[Bind] = (),
    ) -> Engine:
        """Boot a machine that has this engine, not yet running."""
        tree = trees.tree(TREES[version])
        with store.lock(f"trust-{tree.name}"):
            authorities.trust_public(tree)
        slot = Slot.take(version)
        try:
            machine = Machine.start(
                name, namespace, tree, [Bind(slot.folder, "/var/lib/docker", writable=True), *binds]
            )
        except BaseException:
            slot.release()
            raise
        machine.write(SYSTEMCTL, (store.LAB / "systemctl.py").read_text(), 0o755)
        machine.write("/run/lab-cgroup-parent", f"/{store.MARK}/{namespace.name}\n")
        return cls(version, machine, slot)

    def start(self) -> None:
        """Start the engine as the machine's systemd would; raise with its log where it does not."""
        self.started = True
        done = self.machine.run([SYSTEMCTL, "start", "docker"], timeout=90)
        if not done.ok:
            raise shell.LabError(
                f"engine {self.version} did not start: {done.output}\n{self.log()}"
            )

    def stop(self) -> None:
        self.machine.run([SYSTEMCTL, "stop", "docker"], timeout=60)

    def log(self) -> str:
        with contextlib.suppress(OSError):
            return self.machine.read("/var/log/dockerd.log")[-6000:]
        return ""

    def docker(
        self,
        *words: str,
        cwd: str = "/root",
        env: Mapping[str, str] | None = None,
        timeout: float = 180,
    ) -> shell.Done:
        """Run `docker WORDS…` on the machine. The old client wants to be told to use BuildKit."""
        told = {"DOCKER_BUILDKIT": "1"} if self.version == "20.10" else {}
        return self.machine.run(
            ["docker", *words], cwd=cwd, env={**told, **(env or {})}, timeout=timeout
        )

    # Images

    def load(self, *wanted: images.BaseImage, tagged: bool = True) -> None:
        """Have these base images in the engine's store, under their public names if `tagged`."""
        for image in wanted:
            archive = image.archive()
            stamp = f"{archive.stat().st_mtime_ns} {image.configuration()}"
            kept = self.slot.folder / f"lab-image-{image.name}"
            there = self.docker("image", "inspect", keeper(image)).ok
            if not there or not kept.exists() or kept.read_text() != stamp:
                changes = [f"--change={line}" for line in image.configuration()]
                self.machine.run(
                    ["docker", "import", *changes, "-", keeper(image)],
                    stdin_file=archive,
                    timeout=600,
                ).must()
                kept.write_text(stamp)
            for tag in image.tags if tagged else ():
                self.docker("tag", keeper(image), tag).must()

    def reset(self) -> None:
        """Remove all that was not there before, and raise where some of it is still there."""
        for kind, listed, remove in (
            ("container", ("ps", "-aq"), ("rm", "-f")),
            ("image", ("images", "--format={{.Repository}}:{{.Tag}}"), ("rmi", "-f")),
            ("volume", ("volume", "ls", "-q"), ("volume", "rm", "-f")),
            ("network", ("network", "ls", "-q", "--filter=type=custom"), ("network", "rm")),
        ):
            extra = [word for word in self._list(*listed) if not is_kept(word)]
            if extra:
                self.docker(*remove, *extra)
            if kind == "image":
                self.docker("image", "prune", "-f").must()
            left = [word for word in self._list(*listed) if not is_kept(word)]
            if left:
                raise shell.LabError(f"the engine still has a {kind} of the last network: {left}")
        self.docker("builder", "prune", "-af").must()
        cache = json.loads(
            self.machine.must(
                ["curl", "-s", "--unix-socket", "/run/docker.sock", "http://docker/system/df"]
            )
        )
        if cache.get("BuildCache"):
            raise shell.LabError(f"the engine still has build cache: {cache['BuildCache'][:2]}")

    def _list(self, *words: str) -> list[str]:
        return self.docker(*words).must().stdout.split()

    def leave(self) -> None:
        """Reset and stop the engine, end its machine, and let the next one have the image store.

        A store that could not be reset, because the engine no longer answers, is thrown away.
        """
        clean = not self.started
        try:
            if self.started and self.docker("version").ok:
                self.reset()
                self.stop()
                clean = True
        finally:
            self.machine.stop()
            remove_control_groups(self.machine.namespace.name)
            if not clean:
                self.slot.discard()
            self.slot.release()


def keeper(image: images.BaseImage) -> str:
    """The name under which an engine keeps a base image between networks."""
    return f"{store.MARK}/{image.name}:kept"


def is_kept(name: str) -> bool:
    return name.startswith(f"{store.MARK}/")


def remove_control_groups(name: str) -> None:
    """Remove the (empty) control groups that an engine's containers had."""
    for hierarchy in (Path("/sys/fs/cgroup"), *Path("/sys/fs/cgroup").iterdir()):
        lab = hierarchy / store.MARK
        for folder, _, _ in os.walk(lab / name, topdown=False):
            with contextlib.suppress(OSError):
                Path(folder).rmdir()
        with contextlib.suppress(OSError):  # another lab's groups may be in it
            lab.rmdir()


@contextlib.contextmanager
def lone_engine(
    version: str = "28.5",
    *,
    daemon_json: str | None = None,
    resolv_conf: str = "nameserver 127.0.0.1\n",
    hosts: str | None = None,
    image: images.BaseImage | None = images.GOLANG,
    binds: Sequence[Bind] = (),
) -> Iterator[Engine]:
    """A running engine on a machine without any network, its base image loaded; all gone after."""
    namespace = links.Namespace.create("lone")
    try:
        # An engine wants a default route, to pick its own addresses beside it; this leads nowhere.
        namespace.ip("link", "add", "eth0", "type", "veth", "peer", "name", "nowhere")
        namespace.address("10.42.0.10/24", "eth0")
        for device in ("eth0", "nowhere"):
            namespace.ip("link", "set", device, "up")
        namespace.ip("route", "add", "default", "via", "10.42.0.1")
        go = Bind(toolchains.go(), "/usr/local/go")
        engine = Engine.install(version, namespace, binds=[go, *binds])
        try:
            engine.machine.write("/etc/resolv.conf", resolv_conf)
            if hosts is not None:
                engine.machine.write("/etc/hosts", hosts)
            if daemon_json is not None:
                engine.machine.write("/etc/docker/daemon.json", daemon_json)
            engine.start()
            if image is not None:
                engine.load(image)
            yield engine
        finally:
            engine.leave()
    finally:
        namespace.delete()
