"""What SSH has to offer on this host: agent, keys, known hosts, and the user's Host entries."""

from __future__ import annotations

import fnmatch
import re
import socket
import stat
from dataclasses import dataclass
from pathlib import Path

from wizard.facts.base import Fact, known, not_applicable
from wizard.facts.private import SshSetup
from wizard.rules.addresses import is_host_name, parse_address
from wizard.rules.numbers import whole_number
from wizard.system import Failed, System
from wizard.text import msg
from wizard.untrusted import clean_line

_MAX_HOSTS = 1000
_PRIVATE_KEY = re.compile(rb"-----BEGIN (?:OPENSSH|RSA|DSA|EC|ENCRYPTED)? ?PRIVATE KEY-----")


@dataclass(frozen=True, slots=True, kw_only=True)
class SshHost:
    """One `Host` block of ssh_config."""

    patterns: tuple[str, ...]
    host_name: str | None
    port: int | None
    line: int
    path: str

    def names(self, host: str) -> bool:
        """Whether the block was written for `host`: a pattern of it, `*` alone excepted."""
        return any(
            pattern != "*" and not pattern.startswith("!") and fnmatch.fnmatchcase(host, pattern)
            for pattern in self.patterns
        )


def ssh_fact(system: System) -> Fact[SshSetup]:
    """Return the user's SSH set-up; private keys by path alone, never read beyond their head."""
    agent = _agent(system)
    if system.home is None:
        if agent is None:
            return not_applicable(msg("there is no HOME"), "HOME")
        setup = SshSetup(agent_socket=agent, keys=(), known_hosts=(), known_hosts_path=None)
        return known(setup, "SSH_AUTH_SOCK")
    folder = system.home / ".ssh"
    path = folder / "known_hosts"
    text = system.read_text(path)
    return known(
        SshSetup(
            agent_socket=agent,
            keys=_keys(system, folder),
            known_hosts=() if isinstance(text, Failed) else parse_known_hosts(text),
            known_hosts_path=None if isinstance(text, Failed) else str(path),
        ),
        str(folder),
    )


def _agent(system: System) -> str | None:
    path = system.env.get("SSH_AUTH_SOCK")
    try:
        if path and stat.S_ISSOCK(Path(path).stat().st_mode):
            return path
    except OSError:
        return None
    return None


def agent_has_keys(path: str) -> bool | None:
    """Ask the agent how many identities it holds (draft-miller-ssh-agent, 11 → 12).

    None: it does not answer. Blocks up to a second.
    """
    try:
        with socket.socket(socket.AF_UNIX) as agent:
            agent.settimeout(1.0)
            agent.connect(path)
            agent.sendall(b"\x00\x00\x00\x01\x0b")
            head = b""
            while len(head) < 9:
                chunk = agent.recv(9 - len(head))
                if not chunk:
                    return None
                head += chunk
    except OSError:
        return None
    return head[4] == 12 and int.from_bytes(head[5:9], "big") > 0


def _keys(system: System, folder: Path) -> tuple[str, ...]:
    try:
        files = sorted(path for path in folder.iterdir() if path.suffix != ".pub")[:200]
    except OSError:
        return ()
    found = []
    for path in files:
        head = system.read(path, limit=64 * 1024)
        if not isinstance(head, Failed) and _PRIVATE_KEY.match(head):
            found.append(str(path))
    return tuple(found)


def parse_known_hosts(text: str) -> tuple[str, ...]:
    """Return the plain host names of a known_hosts file; hashed and wildcard ones tell nothing."""
    found: dict[str, None] = {}
    for line in text.splitlines():
        words = line.split()
        if len(words) < 3 or words[0].startswith("#"):
            continue
        names = words[1] if words[0].startswith("@") else words[0]
        for name in names.split(","):
            host = name[1:].partition("]")[0] if name.startswith("[") else name
            if is_host_name(host) or parse_address(host) is not None:
                found[host.lower()] = None
    return tuple(found)[:_MAX_HOSTS]


def ssh_hosts(system: System) -> tuple[SshHost, ...]:
    """Return the Host blocks of ~/.ssh/config; includes are not followed."""
    if system.home is None:
        return ()
    path = system.home / ".ssh" / "config"
    text = system.read_text(path, limit=1024 * 1024)
    return () if isinstance(text, Failed) else parse_ssh_config(text, str(path))


def parse_ssh_config(text: str, path: str = "") -> tuple[SshHost, ...]:
    """Return the Host blocks of an ssh_config(5) file."""
    found: list[SshHost] = []
    patterns: tuple[str, ...] = ()
    host_name: str | None = None
    port: int | None = None
    start = 0

    def close() -> None:
        if patterns:
            found.append(
                SshHost(patterns=patterns, host_name=host_name, port=port, line=start, path=path)
            )

    for number, line in enumerate(text.splitlines(), start=1):
        words = [word.strip('"') for word in re.split(r"[\s=]+", line.strip()) if word]
        if len(words) < 2 or words[0].startswith("#"):
            continue
        keyword = words[0].lower()
        if keyword in {"host", "match"}:
            close()
            patterns = tuple(clean_line(word, 253).lower() for word in words[1:])
            patterns = patterns if keyword == "host" else ()
            host_name, port, start = None, None, number
        elif keyword == "hostname" and host_name is None:
            host_name = clean_line(words[1], 253).lower()
        elif keyword == "port" and port is None:
            port = whole_number(words[1])
    close()
    return tuple(found)
