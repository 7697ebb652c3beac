"""One machine of the lab: a network namespace, an operating system, and its processes.

A machine runs on an overlay above a tree: whatever is written on it lands in a scratch layer, so
that a machine starts clean every time, and the scratch layer *is* the list of all that was written
(`written()`, which the leak search and the undo check read).

It has process, mount, UTS and IPC namespaces of its own beside its network namespace. Its first
process dies with the lab, and takes every other process on the machine with it: dockerd,
containers and all. Nothing needs to be found and ended one by one.
"""

from __future__ import annotations

import contextlib
import os
import shutil
import subprocess
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from . import shell, store

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence

    from .links import Namespace

PATH = "/usr/local/go/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin"

# Runs in the machine's own mount and process namespaces, before anything else there.
BOOT = r"""
set -e
mount --make-rprivate /
mount -t overlay overlay -o "lowerdir=$LOWER,upperdir=$HERE/written,workdir=$HERE/work" "$HERE/root"
cd "$HERE/root"
mount -t proc proc proc
mount --rbind /sys sys
mount --rbind /dev dev
mount -t tmpfs -o mode=1777 tmpfs dev/shm
mount -t tmpfs -o mode=755 tmpfs run
mkdir -p run/lock run/systemd/system
while read -r mode from to; do
    if [ -d "$from" ]; then mkdir -p "./$to"; else mkdir -p "./$(dirname "$to")"; touch "./$to"; fi
    mount --bind "$from" "./$to"
    if [ "$mode" = ro ]; then mount -o remount,bind,ro "./$to"; fi
done < "$HERE/binds"
hostname "$MACHINE_NAME"
cat > "./etc/hostname" < /proc/sys/kernel/hostname
touch run/booted
exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin chroot . /bin/sh -c 'while :; do sleep 3600; done'
"""


@dataclass(frozen=True)
class Bind:
    """A file or folder of the lab's that a machine sees at `target`."""

    source: Path
    target: str
    writable: bool = False


_CONNECT = """
import socket, sys, time
end = time.monotonic() + 15
while True:
    try:
        socket.create_connection(("127.0.0.1", int(sys.argv[1])), 1).close()
        break
    except OSError:
        if time.monotonic() > end:
            raise
        time.sleep(0.05)
"""


@dataclass
class Machine:
    """A running machine. Start one with `Machine.start`, end it with `stop` (or use `with`)."""

    name: str
    namespace: Namespace
    folder: Path
    pid: int
    env: dict[str, str] = field(default_factory=dict)
    _anchor: subprocess.Popen[bytes] | None = None
    _servers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    @classmethod
    def start(
        cls, name: str, namespace: Namespace, tree: Path, binds: Sequence[Bind] = ()
    ) -> Machine:
        """Boot a machine on an overlay above `tree`, inside `namespace`."""
        folder = store.RUN / f"{namespace.name}-{name}"
        for part in ("root", "work", "written"):
            (folder / part).mkdir(parents=True)
        (folder / "binds").write_text(
            "".join(
                f"{'rw' if bind.writable else 'ro'} {bind.source} {bind.target.lstrip('/')}\n"
                for bind in binds
            )
        )
        log = (folder / "boot.log").open("wb")
        anchor = subprocess.Popen(
            [
                "setpriv",
                "--pdeathsig",
                "KILL",
                "nsenter",
                f"--net={namespace.path}",
                "unshare",
                "--mount",
                "--pid",
                "--fork",
                "--kill-child",
                "--uts",
                "--ipc",
                "sh",
                "-c",
                BOOT,
            ],
            env={
                "PATH": PATH,
                "LOWER": str(tree),
                "HERE": str(folder),
                "MACHINE_NAME": name,
                store.MARK_VARIABLE: "1",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=log,
            start_new_session=True,
        )
        log.close()
        machine = cls(
            name,
            namespace,
            folder,
            0,
            {"PATH": PATH, "HOME": "/root", "USER": "root", "LANG": "C.UTF-8", "TERM": "xterm"},
            anchor,
        )
        try:
            machine.pid = machine._first_process()
        except BaseException:
            machine.stop()
            raise
        return machine

    def _first_process(self) -> int:
        """Wait until the machine has booted, and return its first process, as seen from outside."""
        assert self._anchor is not None
        children = Path(f"/proc/{self._anchor.pid}/task/{self._anchor.pid}/children")
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline and self._anchor.poll() is None:
            with contextlib.suppress(OSError, ValueError, IndexError):
                pid = int(children.read_text().split()[0])
                if Path(f"/proc/{pid}/root/run/booted").exists():
                    return pid
            time.sleep(0.02)
        raise shell.LabError(f"{self.name} did not boot: {(self.folder / 'boot.log').read_text()}")

    def __enter__(self) -> Machine:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    def stop(self) -> None:
        """End the machine with everything that runs on it, and remove its folder."""
        if self._anchor is not None:
            self._anchor.kill()
            for process in (self._anchor, *self._servers):
                process.wait(timeout=20)
            self._anchor = None
        shutil.rmtree(self.folder, ignore_errors=True)

    # What happens on the machine

    def entered(self, argv: Sequence[str], cwd: str) -> list[str]:
        """The command line that runs `argv` on this machine, from outside."""
        return [
            "nsenter",
            f"--target={self.pid}",
            "--mount",
            "--net",
            "--pid",
            "--uts",
            "--ipc",
            "--root",
            "--wd=/",
            "env",
            "-C",
            cwd,
            *argv,
        ]

    def run(
        self,
        argv: Sequence[str],
        *,
        cwd: str = "/root",
        env: Mapping[str, str] | None = None,
        timeout: float = 120,
        stdin: str | None = None,
        stdin_file: Path | None = None,
    ) -> shell.Done:
        """Run a command on the machine, as its user's shell would: `env` is added to its own."""
        return shell.run(
            self.entered(argv, cwd),
            env={**self.env, **(env or {})},
            timeout=timeout,
            stdin=stdin,
            stdin_file=stdin_file,
        )

    def must(
        self,
        argv: Sequence[str],
        *,
        cwd: str = "/root",
        env: Mapping[str, str] | None = None,
        timeout: float = 120,
        stdin: str | None = None,
    ) -> str:
        """Run a command on the machine, insist on success, return its stdout."""
        return self.run(argv, cwd=cwd, env=env, timeout=timeout, stdin=stdin).must().stdout

    def spawn(self, argv: Sequence[str], log: str, *, env: Mapping[str, str] | None = None) -> None:
        """Start a server on the machine; it ends when the machine does."""
        with self.path(log).open("ab") as out:
            server = subprocess.Popen(
                self.entered(argv, "/"),
                env={**self.env, **(env or {})},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        self._servers.append(server)

    # Its files, seen from outside

    def until_listening(self, port: int) -> None:
        """Return when a program that was spawned takes connections. Raises LabError for none."""
        self.must(["python3", "-c", _CONNECT, str(port)])

    def path(self, inside: str) -> Path:
        """The path from outside of `inside`. Only for paths without absolute symbolic links."""
        return Path(f"/proc/{self.pid}/root") / inside.lstrip("/")

    def write(self, inside: str, text: str | bytes, mode: int = 0o644) -> None:
        """Write a file on the machine, its folders made."""
        path = self.path(inside)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text.encode() if isinstance(text, str) else text)
        path.chmod(mode)

    def read(self, inside: str) -> str:
        return self.path(inside).read_text(errors="replace")

    def written(self) -> Iterator[Path]:
        """Every file in the scratch layer: what was written on this machine, binds left out."""
        top = self.folder / "written"
        for folder, _, files in os.walk(top):
            yield from (Path(folder, name) for name in files)
