"""The company's private repositories: git over HTTPS with a token, git over a real sshd."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from . import modules, names, proxies, shell, store

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .machine import Machine

HOST: Final = "git.corp.example"
TOKEN: Final = "glpat-MadeUpToken0123456789"
ROOT: Final = "/srv/git"
HOLDS: Final = (modules.PRIVATE_LIB, modules.PRIVATE_DEEP)

MAKE_REPOSITORY = r"""
set -e
export GIT_AUTHOR_DATE=2026-01-15T12:00:00Z GIT_COMMITTER_DATE=2026-01-15T12:00:00Z
export GIT_AUTHOR_NAME=Dev GIT_AUTHOR_EMAIL=dev@corp.example
export GIT_COMMITTER_NAME=Dev GIT_COMMITTER_EMAIL=dev@corp.example
cd "$1"
git init -q -b main . && git add -A && git commit -q -m "The module" && git tag "$2"
mkdir -p "$(dirname "$3")" && git clone -q --bare . "$3"
"""


@dataclass(frozen=True)
class Repositories:
    """The git server's disk, and its sshd."""

    machine: Machine

    def fill(self) -> None:
        """Make a bare repository, with one tagged commit, for each private module."""
        for module in HOLDS:
            at = f"/tmp/work/{module.path}"
            for file, text in module.files.items():
                self.machine.write(f"{at}/{file}", text)
            self.machine.must(
                [
                    "sh",
                    "-c",
                    MAKE_REPOSITORY,
                    "make",
                    at,
                    module.version,
                    f"{ROOT}/{repository(module)}.git",
                ]
            )
        # ssh://host/team/lib.git names a path from the root of the disk
        tops = {repository(module).split("/")[0] for module in HOLDS}
        for top in sorted(tops):
            self.machine.must(["ln", "-s", f"{ROOT}/{top}", f"/{top}"])

    def site(self, options: Mapping[str, Any]) -> dict[str, Any]:
        """The settings of the git web site, for the web server."""
        paths = [repository(module) for module in HOLDS]
        return {"serves": "git", "root": ROOT, "token": TOKEN, "repositories": paths, **options}

    def start_sshd(self) -> None:
        """Real sshd for the user `git`, who may do git and nothing else."""
        _, public = developer_key()
        self.machine.must(
            [
                "sh",
                "-c",
                f"useradd -d {ROOT} -s /usr/bin/git-shell git && "
                f"passwd -d git && chown -R git {ROOT} && mkdir -p /run/sshd",
            ]
        )
        self.machine.write(f"{ROOT}/.ssh/authorized_keys", public)
        self.machine.must(["sh", "-c", f"chown -R git {ROOT}/.ssh && chmod 700 {ROOT}/.ssh"])
        self.machine.write("/etc/ssh/host_key", host_key()[0].read_text(), 0o600)
        address = names.COMPANY[HOST]
        self.machine.write(
            "/etc/ssh/lab_config",
            f"""
ListenAddress {address}
HostKey /etc/ssh/host_key
PasswordAuthentication no
KbdInteractiveAuthentication no
UsePAM no
StrictModes no
PidFile none
""",
        )
        self.machine.spawn(
            ["/usr/sbin/sshd", "-D", "-e", "-f", "/etc/ssh/lab_config"], "/var/log/sshd.log"
        )
        proxies.listening(self.machine, address, 22)


def repository(module: modules.Module) -> str:
    """The repository's path on the git server: the module path without its host."""
    return module.path.partition("/")[2]


def _key(name: str) -> tuple[Path, str]:
    file = store.cached("ssh", name)
    with store.lock("ssh"):
        if not file.exists():
            shell.must(["ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-C", name, "-f", file])
    return file, file.with_suffix(".pub").read_text()


def developer_key() -> tuple[Path, str]:
    """The developer's private key file and public key."""
    return _key("developer")


def host_key() -> tuple[Path, str]:
    """The git server's host key, and its public half."""
    return _key("git-server")


def known_hosts() -> str:
    """The line that a developer who has been there before has in ~/.ssh/known_hosts."""
    kind, key, *_ = host_key()[1].split()
    return f"{HOST} {kind} {key}\n"
