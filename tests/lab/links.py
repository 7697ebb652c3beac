"""Network namespaces, and what connects them: veth pairs, addresses, routes, packet filters.

Only namespaces of the lab's own are ever touched: each is made here, under a name that begins with
the lab's mark, and packets have no way out of them into the machine's own network.
"""

from __future__ import annotations

import contextlib
import itertools
import os
from dataclasses import dataclass
from pathlib import Path

from . import shell, store

_numbers = itertools.count(1)


@dataclass(frozen=True)
class Namespace:
    """One network namespace, with its loopback up."""

    name: str

    @classmethod
    def create(cls, role: str) -> Namespace:
        """A fresh namespace for `role`; its name carries this process, so runs do not meet."""
        namespace = cls(f"{store.MARK}-{os.getpid()}-{next(_numbers)}-{role}")
        shell.must(["ip", "netns", "add", namespace.name])
        namespace.ip("link", "set", "lo", "up")
        return namespace

    @property
    def path(self) -> Path:
        return Path("/run/netns", self.name)

    def ip(self, *words: str) -> str:
        return shell.must(["ip", "-n", self.name, *words])

    def run(self, *words: str, stdin: str | None = None) -> str:
        """Run a command in the namespace (not by `ip netns exec`, which hides the cgroups)."""
        return shell.must(["nsenter", f"--net={self.path}", *words], stdin=stdin)

    def filter(self, rules: str) -> None:
        """Add nftables rules. Add only: a flush would take Docker's masquerade along."""
        self.run("nft", "-f", "-", stdin=rules)

    def set(self, key: str, value: str) -> None:
        """Set a sysctl of this namespace."""
        self.run("sh", "-c", f"echo {value} > /proc/sys/{key.replace('.', '/')}")

    def address(self, address: str, device: str = "lo") -> None:
        """Give the namespace an address (servers' addresses stand on its loopback)."""
        self.ip("address", "add", address, "dev", device)

    def delete(self) -> None:
        with contextlib.suppress(shell.LabError):
            shell.must(["ip", "netns", "delete", self.name])


def connect(
    left: Namespace,
    left_device: str,
    left_address: str,
    right: Namespace,
    right_device: str,
    right_address: str,
) -> None:
    """Lay a cable between two namespaces: a veth pair with an address at each end."""
    left.ip(
        "link",
        "add",
        left_device,
        "type",
        "veth",
        "peer",
        "name",
        right_device,
        "netns",
        right.name,
    )
    for end, device, address in (
        (left, left_device, left_address),
        (right, right_device, right_address),
    ):
        end.address(address, device)
        end.ip("link", "set", device, "up")


def drop_larger(end: Namespace, device: str, size: int) -> None:
    """Drop, silently, every packet over `size` bytes that arrives on `device`.

    On the netdev ingress hook and without offloads: the input and forward hooks see packets that
    were merged to 64 kB before, and would drop far too much.
    """
    end.run("ethtool", "-K", device, "tso", "off", "gso", "off", "gro", "off")
    end.filter(f"""
table netdev tunnel_{device} {{
    chain ingress {{
        type filter hook ingress device "{device}" priority 0; policy accept;
        meta protocol ip meta length > {size} drop
    }}
}}""")
