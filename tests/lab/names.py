"""Who has which name: the public internet's, the company's, and the resolvers that say so.

Addresses of the internet are out of the documentation ranges (RFC 5737), the company's out of
10.0.0.0/8; names of the internet are the real ones, so that a plan made in the lab reads like one
made in an office.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from .machine import Machine

PUBLIC: Final[Mapping[str, str]] = {
    "proxy.golang.org": "203.0.113.10",
    "sum.golang.org": "203.0.113.11",
    "storage.googleapis.com": "203.0.113.12",
    "goproxy.cn": "203.0.113.20",
    "goproxy.io": "203.0.113.21",
    "mirrors.aliyun.com": "203.0.113.22",
    "github.com": "203.0.113.30",
    "go.dev": "203.0.113.31",
    "registry-1.docker.io": "203.0.113.40",
    "auth.docker.io": "203.0.113.41",
    "login.hotel.example": "203.0.113.50",
}
COMPANY: Final[Mapping[str, str]] = {
    "dns.corp.example": "10.50.0.53",
    "proxy.corp.example": "10.50.0.80",
    "proxy.customer.example": "10.50.0.81",  # of another company, where the developer is a guest
    "git.corp.example": "10.50.0.20",
    "goproxy.corp.example": "10.50.0.30",
    "registry.corp.example": "10.50.0.40",
    "sso.corp.example": "10.50.0.50",
    "mirror.vpn.corp.example": "172.17.10.5",  # behind a tunnel, in a range that Docker likes too
}
COMPANY_RESOLVER: Final = COMPANY["dns.corp.example"]
PUBLIC_RESOLVERS: Final = (
    "8.8.8.8",
    "8.8.4.4",
    "1.1.1.1",
    "9.9.9.9",
    "114.114.114.114",
    "223.5.5.5",
)


@dataclass(frozen=True)
class Resolver:
    """A dnsmasq on `machine`: it answers for `names` alone, everything else does not exist."""

    machine: Machine
    addresses: tuple[str, ...]

    def start(self, names: Mapping[str, str]) -> None:
        hosts = "".join(f"{address} {name}\n" for name, address in sorted(names.items()))
        self._start(hosts, ["--local=/#/"])

    def start_stub(self, upstreams: Iterable[str]) -> None:
        """A stub that forwards: `10.0.0.1`, or `/corp.example/10.0.0.1` for one domain's names."""
        self._start("", ["--no-negcache", *(f"--server={upstream}" for upstream in upstreams)])

    def _start(self, hosts: str, how: list[str]) -> None:
        label = self.addresses[0]
        self.machine.write(f"/etc/lab-names-{label}", hosts)
        self.machine.spawn(
            [
                "dnsmasq",
                "--keep-in-foreground",
                "--no-resolv",
                "--no-hosts",
                "--bind-interfaces",
                "--user=root",
                "--pid-file=",
                "--cache-size=0",
                f"--addn-hosts=/etc/lab-names-{label}",
                *(f"--listen-address={address}" for address in self.addresses),
                *how,
            ],
            f"/var/log/dnsmasq-{label}.log",
        )
