"""Five machines with a real sshd, and a controller beside them: namespaces of the lab."""

from __future__ import annotations

import contextlib
import hashlib
import os
import re
import subprocess
import sys
import tarfile
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tests.lab import links, proxies, shell, store, toolchains, trees
from tests.lab.machine import Bind, Machine

PROJECT = "src/app"
_GO_MOD = "module example.org/app\n\ngo 1.25\n"
_MAIN_GO = "package main\n\nfunc main() {}\n"
_SSHD = """
HostKey /etc/ssh/fleet_key
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
PidFile none
Subsystem sftp internal-sftp
"""
_RECAP = re.compile(
    r"^(?P<host>\S+) +: ok=(?P<ok>\d+) +changed=(?P<changed>\d+) +unreachable=(?P<unreachable>\d+)"
    r" +failed=(?P<failed>\d+)",
    re.M,
)

Files = Mapping[str, tuple[int, int, str]]
"""Path → mode, owner, and the hash of what it holds."""


@dataclass(frozen=True)
class Host:
    """One machine, and how Ansible comes in."""

    machine: Machine
    address: str
    connects: str
    owner: str
    """Whose home it is."""

    @property
    def home(self) -> str:
        return "/root" if self.owner == "root" else f"/home/{self.owner}"

    def files(self, *, without: Sequence[str] = ()) -> Files:
        """Everything that was ever written on this machine, but what logs and caches keep."""
        top = self.machine.folder / "written"
        passed = ("/.ansible/", "/var/log/", "/__pycache__/", "/var/lib/sudo/", *without)
        found: dict[str, tuple[int, int, str]] = {}
        for path in self.machine.written():
            name = f"/{path.relative_to(top)}"
            status = path.lstat()
            if path.is_file() and not any(part in name for part in passed):
                sha = hashlib.sha256(path.read_bytes()).hexdigest()
                found[name] = (status.st_mode, status.st_uid, sha)
        return found

    def holding(self, text: str) -> list[str]:
        """The files of this machine, logs and all, in which `text` stands."""
        files = (path for path in self.machine.written() if path.is_file())
        return [str(path) for path in files if text.encode() in path.read_bytes()]


@dataclass(frozen=True)
class Recap:
    """How one run of ansible-playbook ended."""

    code: int | None
    output: str
    hosts: Mapping[str, Mapping[str, int]]

    def of(self, word: str) -> dict[str, int]:
        """The count of `word` (changed, failed, unreachable) by host."""
        return {host: counts[word] for host, counts in self.hosts.items()}


@dataclass(frozen=True)
class Controller:
    """Where ansible-playbook runs: this machine's programs, in a namespace beside the fleet."""

    namespace: links.Namespace
    folder: Path
    env: Mapping[str, str]

    def run(self, *argv: str, cwd: Path) -> shell.Done:
        """Run a program here."""
        entered = ["nsenter", f"--net={self.namespace.path}", *argv]
        return shell.run(entered, env=self.env, cwd=cwd, timeout=240)

    def play(self, playbook: str, *flags: str) -> Recap:
        """Run a playbook, and read its recap."""
        program = str(Path(sys.executable).with_name("ansible-playbook"))
        done = self.run(program, playbook, *flags, cwd=self.folder)
        hosts = {
            found["host"]: {
                word: int(found[word]) for word in ("ok", "changed", "unreachable", "failed")
            }
            for found in _RECAP.finditer(done.output)
        }
        return Recap(done.code, done.output, hosts)


@contextlib.contextmanager
def fleet(here: Path) -> Iterator[tuple[Mapping[str, Host], Controller]]:
    """Five machines that differ, furnished and listening; all gone afterwards."""
    trees.install_host_tools()
    for name in ("user", "host"):
        shell.must(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", here / name])
    with contextlib.ExitStack() as stack:
        office = links.Namespace.create("controller")
        stack.callback(office.delete)
        hosts = {
            name: _host(stack, office, here, number, name, connects, owner)
            for number, (name, connects, owner) in enumerate(
                (
                    ("one", "root", "root"),
                    ("two", "dev", "dev"),
                    ("three", "dev", "dev"),
                    ("four", "ops", "dev"),
                    ("five", "dev", "dev"),
                )
            )
        }
        controls = stack.enter_context(_short_folder())
        key = (here / "host.pub").read_text()
        (here / "known_hosts").write_text(
            "".join(f"{host.address} {key}" for host in hosts.values())
        )
        ssh = (
            f"-F /dev/null -i {here / 'user'} -o UserKnownHostsFile={here / 'known_hosts'}"
            f" -o ControlMaster=auto -o ControlPersist=30s"
        )
        env = {
            "PATH": f"{Path(sys.executable).parent}:/usr/sbin:/usr/bin:/sbin:/bin",
            "HOME": str(here),
            "LC_ALL": "C.UTF-8",
            "PYTHONPATH": str(store.REPOSITORY),
            "ANSIBLE_SSH_ARGS": ssh,
            "ANSIBLE_SSH_CONTROL_PATH_DIR": str(controls),
            "ANSIBLE_NOCOLOR": "1",
        }
        controller = Controller(office, here / "out/deploy/ansible", env)
        yield hosts, controller


@contextlib.contextmanager
def _short_folder() -> Iterator[Path]:
    """A folder for ssh's sockets, whose names may have 108 bytes; the connections end with it."""
    folder = store.RUN / f"{store.MARK}-{os.getpid()}-ssh"
    folder.mkdir(parents=True)
    try:
        yield folder
    finally:
        for socket in folder.iterdir():
            subprocess.run(
                ["ssh", "-F", "/dev/null", "-o", f"ControlPath={socket}", "-O", "exit", "fleet"],
                check=False,
                capture_output=True,
            )
        folder.rmdir()


def _host(
    stack: contextlib.ExitStack,
    office: links.Namespace,
    here: Path,
    number: int,
    name: str,
    connects: str,
    owner: str,
) -> Host:
    namespace = links.Namespace.create(name)
    stack.callback(namespace.delete)
    address = f"10.77.{number}.2"
    links.connect(office, f"to{number}", f"10.77.{number}.1/30", namespace, "eth0", f"{address}/30")
    binds = [] if name == "five" else [Bind(toolchains.go(), "/usr/local/go")]
    machine = stack.enter_context(Machine.start(name, namespace, trees.tree("fleet"), binds))
    host = Host(machine, address, connects, owner)
    machine.write("/etc/hosts", f"127.0.0.1 localhost {name}\n")
    machine.write("/etc/resolv.conf", "nameserver 127.0.0.1\n")
    for user in sorted({connects, owner} - {"root"}):
        machine.must(["useradd", "--create-home", "--shell=/bin/bash", "--password=*", user])
        machine.write(f"/etc/sudoers.d/{user}", f"{user} ALL=(ALL) NOPASSWD: ALL\n", 0o440)
    _furnish(host)
    entry = "/root" if connects == "root" else f"/home/{connects}"
    machine.write(f"{entry}/.ssh/authorized_keys", (here / "user.pub").read_text())
    machine.must(["chown", "-R", f"{connects}:", f"{entry}/.ssh"])
    machine.write("/etc/ssh/fleet_key", (here / "host").read_bytes(), 0o600)
    machine.write("/etc/ssh/fleet_config", f"ListenAddress {address}\n{_SSHD}")
    machine.must(["mkdir", "-p", "/run/sshd"])
    machine.spawn(["/usr/sbin/sshd", "-D", "-e", "-f", "/etc/ssh/fleet_config"], "/var/log/sshd")
    proxies.listening(machine, address, 22)
    return host


def _furnish(host: Host) -> None:
    """Give each machine files of its own, as its user would have them."""
    machine, home, name = host.machine, host.home, host.machine.name
    machine.write(f"{home}/.profile", "export PATH=/usr/local/go/bin:$PATH\n")
    if name != "three":
        machine.write(f"{home}/{PROJECT}/go.mod", _GO_MOD)
        machine.write(f"{home}/{PROJECT}/main.go", _MAIN_GO)
    if name in ("one", "two", "four"):
        machine.write("/etc/docker/daemon.json", '{\n    "debug" : true, "log-level": "warn"\n}')
    if name in ("one", "four"):
        machine.write(f"{home}/.config/go/env", "GOFLAGS=-mod=mod\n")
    if name == "two":
        machine.write("/etc/sudoers.d/umask", "Defaults umask=0077, umask_override\n", 0o440)
        machine.write(f"{home}/{PROJECT}/Dockerfile", "FROM golang:1.27\nRUN go mod download\n")
    if name == "five":  # neither Go nor an engine
        machine.must(["sh", "-c", "rm -f /usr/bin/docker* /usr/sbin/docker* /usr/bin/containerd*"])
    machine.must(["chown", "-R", f"{host.owner}:", home])


def wheels(here: Path) -> Path:
    """An archive of this program's wheel, its dependencies, and pip, for the machines' Python."""
    wanted = [
        "pip",
        *tomllib.loads((store.REPOSITORY / "pyproject.toml").read_text())["project"][
            "dependencies"
        ],
    ]
    root = trees.tree("fleet")
    version = sorted(root.glob("usr/bin/python3.*"))[0].name.removeprefix("python").split("-")[0]
    name = hashlib.sha256("\n".join([version, *wanted]).encode()).hexdigest()[:12]
    folder = store.cached("wheels", name)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    with store.lock("wheels"):
        if not (folder / "complete").exists():
            shell.run(
                [*pip, "download", "--dest", folder, "--python-version", version,
                 "--only-binary=:all:", *wanted],
                timeout=600, env=dict(os.environ),
            ).must()  # fmt: skip
            (folder / "complete").touch()
    own = here / "own"
    shell.run(
        [*pip, "wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", own, store.REPOSITORY],
        timeout=120, env=dict(os.environ),
    ).must()  # fmt: skip
    archive = here / "wheels.tar.gz"
    with tarfile.open(archive, "w:gz", compresslevel=1) as tar:
        for wheel in sorted([*folder.glob("*.whl"), *own.glob("*.whl")]):
            tar.add(wheel, wheel.name)
    return archive
